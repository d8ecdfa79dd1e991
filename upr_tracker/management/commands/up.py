"""`manage.py up`: everything the demo needs, from an empty database to an address in the browser."""

import hashlib
import io
import os
import signal
import subprocess
import sys
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from socket import socket
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection, connections
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone
from django.utils.translation import gettext as _

from imports.models import LoadedFile
from upr_tracker.localstack.paths import Paths, StackError
from upr_tracker.localstack.processes import tail
from upr_tracker.localstack.supervisor import Child, Stopped, Supervisor, listen, only_one, stop_signals

LOOPBACK = ("127.0.0.1", "localhost", "::1")
SESSIONS = ("fixtures/sessions/48.yaml", "fixtures/sessions/48-sample.yaml")


class Command(BaseCommand):
    """Migrates, loads reference data and the demo, then runs web, worker and beat until Ctrl-C."""

    help = _("Prepare the local database and run web, worker and beat until Ctrl-C.")
    requires_system_checks = ()  # the web process runs them anyway

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Host and port of the web process."""
        parser.add_argument("--host", default="127.0.0.1", help=_("loopback address to listen on"))
        parser.add_argument("--port", type=int, default=8000, help=_("first port to try"))

    def handle(self, *args: Any, host: str, port: int, **options: Any) -> None:
        """Run until asked to stop; a child that dies is an error with its last lines."""
        if not settings.LOCAL:
            raise CommandError(_("`up` is for a laptop with local servers: use `make run`, or set UPR_LOCAL=1."))
        if host not in LOOPBACK:
            raise CommandError(
                _("--host %(host)s: the demo has well-known passwords, so it listens on %(loopback)s only.")
                % {"host": host, "loopback": ", ".join(LOOPBACK)}
            )
        paths = Paths.of(settings.DATA_DIR)
        try:
            with stop_signals(), only_one(paths) as lock, listen(host, port, self.say) as listener:
                supervisor = Supervisor(paths, settings.BASE_DIR, lock, self.say)
                try:
                    self.run(supervisor, host, listener)
                finally:
                    supervisor.stop()
        except Stopped:
            self.say(_("stopped web, beat and worker; the servers follow"))
        except StackError as error:
            raise CommandError(str(error)) from error

    def run(self, supervisor: Supervisor, host: str, listener: socket) -> None:
        """Bring the database to where this version of the code wants it, start the processes, and watch them."""
        port = listener.getsockname()[1]
        address = f"http://{f'[{host}]' if ':' in host else host}:{port}"
        site = os.environ.get("SITE_URL", address)
        (supervisor.paths.run / "address").write_text(site)  # settings.last_address, for commands run by hand
        web, *others = self.children(listener.fileno(), site, supervisor.paths)
        self.migrate(supervisor.paths)
        settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # WhiteNoise warns where there is none
        supervisor.start([web], address)  # it wakes up while we load, and is asked for nothing before that is done
        self.load()
        supervisor.wait_for_web(host, port, "/healthz")
        supervisor.start(others, address)
        self.welcome(address, supervisor.paths)
        supervisor.watch()

    def migrate(self, paths: Paths) -> None:
        """Apply what is pending, in a process of its own, because it connects as the owner of the tables."""
        executor = MigrationExecutor(connection)
        pending = executor.migration_plan(executor.loader.graph.leaf_nodes())
        if not pending:
            self.say(_("migrations: up to date"))
            return
        log = paths.log / "migrate.log"
        with self.timed(_("migrations")) as result, log.open("ab") as output:
            done = subprocess.run(
                [sys.executable, settings.BASE_DIR / "manage.py", "migrate", "--no-input", "--no-color"],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                check=False,
            )
            if done.returncode:
                raise StackError(f"{_('The migrations failed.')} {log}:\n{tail(log, 30)}")
            result.append(_("%(number)d applied") % {"number": len(pending)})

    def load(self) -> None:
        """Reference data, the sessions and the demo people; a file that has not changed is left alone."""
        self.call("load_reference")
        for name in SESSIONS:
            path = settings.BASE_DIR / name
            digest = hashlib.sha256(path.read_bytes()).hexdigest()
            if LoadedFile.objects.filter(name=name, sha256=digest).exists():
                self.say(_("load_session %(name)s: unchanged") % {"name": name})
                continue
            self.call("load_session", name, str(path))
            LoadedFile.objects.update_or_create(name=name, defaults={"sha256": digest, "loaded_at": timezone.now()})
        self.call("load_demo")
        connections.close_all()

    def call(self, command: str, name: str = "", *arguments: str) -> None:
        """Run a loader here, as the application's role, and say its last line."""
        output = io.StringIO()
        with self.timed(f"{command} {name}".strip()) as result:
            call_command(command, *arguments, stdout=output)
            result.extend(output.getvalue().splitlines()[-1:])

    def children(self, fd: int, site: str, paths: Paths) -> list[Child]:
        """Web, beat and worker, in the order in which they stop."""
        common = {"SITE_URL": site}
        python = [sys.executable, "-m"]
        web = [*python, "gunicorn", "upr_tracker.wsgi", "--bind", f"fd://{fd}"]
        web += ["--worker-class", "gthread", "--workers", "2", "--threads", "4", "--graceful-timeout", "3"]
        web += ["--access-logfile", "-", "--no-control-socket"]
        celery = [*python, "celery", "-A", "upr_tracker"]
        beat = [*celery, "beat", "--loglevel", "INFO", "--pidfile", "", "--schedule", str(paths.run / "beat-schedule")]
        worker = [*celery, "worker", "--loglevel", "INFO", "--concurrency", "2", "--without-gossip", "--without-mingle"]
        return [
            Child("web", web, {**common, "UPR_PROCESS": "web"}, pass_fds=[fd]),
            Child("beat", beat, {**common, "UPR_PROCESS": "beat"}),
            Child("worker", worker, {**common, "UPR_PROCESS": "worker"}, death=signal.SIGQUIT),
        ]

    def welcome(self, address: str, paths: Paths) -> None:
        """The address and how to sign in."""
        from upr_tracker.demo import sign_ins

        rows = [(_("role"), _("e-mail"), _("password"), _("organisation")), *sign_ins()]
        widths = [max(len(str(row[column])) for row in rows) for column in range(4)]
        table = ["  ".join(str(cell).ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]
        lines = [
            "",
            _("UPR Tracker runs at %(address)s") % {"address": address},
            "",
            _("Demo sign-ins:"),
            *(f"  {line.rstrip()}" for line in table),
            "",
            _("Logs: %(folder)s. Ctrl-C stops everything; the data stays.") % {"folder": paths.log},
        ]
        self.stdout.write("\n".join(lines))
        self.stdout.flush()

    @contextmanager
    def timed(self, what: str) -> Iterator[list[str]]:
        """Say what was done, with the result put into the list, and how long it took."""
        started, result = time.monotonic(), list[str]()
        yield result
        seconds = f"{time.monotonic() - started:.1f} s"
        self.say(f"{what}: {' '.join([*result, f'({seconds})'])}")

    def say(self, text: str) -> None:
        """One line of progress."""
        self.stdout.write(f"up: {text}")
        self.stdout.flush()
