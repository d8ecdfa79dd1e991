"""Real processes on the test database: a Celery worker with its clock, and a production web server."""

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import redis
from django.conf import settings
from django.core.cache import caches
from django.db import connection

from upr_tracker.celery import app
from upr_tracker.localstack.processes import kill_group, spawn, stop_all, tail, wait_until

BROKER = 40  # this run's database of the broker: 40 for a run alone, 41… for those of pytest -n


def use_own_broker() -> None:
    """Send tasks and cache entries of this process to a database of its own, emptied first."""
    url = broker_url()
    app.conf.update(broker_url=url)
    cache_url = _as_redis_py(url)
    redis.Redis.from_url(cache_url).flushdb()
    settings.REDIS_URL, settings.CELERY_BROKER_URL = url, url
    settings.CACHES["default"]["LOCATION"] = cache_url
    caches.settings = caches.configure_settings(None)
    with contextlib.suppress(AttributeError):  # one that was opened before, on the database of nobody in particular
        del caches["default"]


def broker_url() -> str:
    """The broker's address, with the database of this run."""
    number = BROKER + int("0" + re.sub(r"\D", "", os.environ.get("PYTEST_XDIST_WORKER", "")) or 0)
    number += "PYTEST_XDIST_WORKER" in os.environ
    given = os.environ["REDIS_URL"]
    if given.startswith("redis+socket://"):
        return given.partition("?")[0] + f"?virtual_host={number}"
    return urlsplit(given)._replace(path=f"/{number}").geturl()


def _as_redis_py(url: str) -> str:
    return url.replace("redis+socket://", "unix://", 1).replace("virtual_host=", "db=")


def connect_as_owner() -> psycopg.Connection:
    """A connection of the owner of the tables to the test database."""
    return psycopg.connect(_test_database(settings.DATABASE_OWNER_URL), options="-c lock_timeout=10s")


def _test_database(url: str) -> str:
    return urlsplit(url)._replace(path=f"/{connection.settings_dict['NAME']}").geturl()


def environment(**more: str) -> dict[str, str]:
    """The environment of a process that works on the test database, as the application's role."""
    base = {name: value for name, value in os.environ.items() if name not in {"UPR_AS_OWNER", "UPR_PROCESS"}}
    return (
        base
        | {
            "DATABASE_URL": _test_database(settings.DATABASE_URL),
            "REDIS_URL": broker_url(),
            "PYTHONWARNINGS": "default",
        }
        | more
    )


@dataclass
class Process:
    """A process that a test started, with everything it started itself."""

    process: subprocess.Popen[bytes]
    log: Path

    def stop(self) -> None:
        """Ask it to stop, as a supervisor does; then make sure."""
        stop_all([(self.process, signal.SIGTERM)], seconds=10)
        kill_group(self.process.pid)

    def kill(self) -> None:
        """SIGKILL to it and to all of its children: a power cut."""
        kill_group(self.process.pid)
        self.process.wait()

    def wait_for(self, text: str, seconds: float = 20) -> None:
        """Wait until its log says so; an AssertionError with the end of the log when it does not."""
        found = wait_until(lambda: text in self.log.read_text() or self.process.poll() is not None, seconds=seconds)
        assert found, tail(self.log, 40)
        assert text in self.log.read_text(), tail(self.log, 40)


def start_worker(log: Path, **more: str) -> Process:
    """A Celery worker with its clock inside (the sweep comes every half second), once it is ready."""
    command = [sys.executable, "-m", "celery", "-A", "upr_tracker", "worker", "--beat", "--loglevel", "INFO"]
    command += ["--schedule", str(log.with_suffix(".schedule")), "--concurrency", "2"]
    command += ["--without-gossip", "--without-mingle", "--without-heartbeat"]
    defaults = {"UPR_PROCESS": "worker", "UPR_SWEEP_SECONDS": "0.5", "PYTHONUNBUFFERED": "1"}
    started = spawn(
        command, log=log, env=environment(**defaults | more), cwd=settings.BASE_DIR, death_signal=signal.SIGKILL
    )
    worker = Process(started, log)
    try:
        worker.wait_for(" ready.")
    except BaseException:
        worker.kill()
        raise
    return worker


@contextlib.contextmanager
def server(folder: Path, **more: str) -> Iterator[str]:
    """A production web server on the test database, its files in `folder`; gives its address.

    UPR_LOCAL is not set: every setting that production must give is given here, and static files are collected.
    """
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        production = {
            "SITE_URL": address,
            "ALLOWED_HOSTS": "127.0.0.1",
            "UPR_API_REQUESTS_A_MINUTE": "1000000",  # all tests ask from one address
            "EMAIL_URL": "smtp://127.0.0.1:9",
            "DEFAULT_FROM_EMAIL": "UPR Tracker <tracker@example.org>",
            "SECRET_KEY": "of-the-tests-" + "0" * 50,
            "UPR_DATA_DIR": str(folder),
            "UPR_PROCESS": "web",
        }
        env = environment(**production | more)
        env.pop("UPR_LOCAL", None)
        env.pop("DJANGO_ALLOW_ASYNC_UNSAFE", None)
        collected = subprocess.run(
            [sys.executable, "manage.py", "collectstatic", "--no-input", "-v", "0"],
            env=env,
            cwd=settings.BASE_DIR,
            capture_output=True,
            text=True,
            check=False,
        )
        assert collected.returncode == 0, collected.stderr
        command = [sys.executable, "-m", "gunicorn", "upr_tracker.wsgi", "--bind", f"fd://{listener.fileno()}"]
        command += ["--worker-class", "gthread", "--workers", "1", "--threads", "8", "--graceful-timeout", "3"]
        command += ["--no-control-socket", "--access-logfile", "-"]
        log = folder / "server.log"
        started = spawn(
            command,
            log=log,
            env=env,
            cwd=settings.BASE_DIR,
            death_signal=signal.SIGTERM,
            pass_fds=[listener.fileno()],
        )
        process = Process(started, log)
        try:
            assert wait_until(lambda: _answers(f"{address}/healthz"), seconds=30), tail(log, 40)
            yield address
        finally:
            process.stop()


def _answers(url: str) -> bool:
    with contextlib.suppress(OSError), urllib.request.urlopen(url, timeout=5) as answer:
        return bool(answer.status == 200)
    return False
