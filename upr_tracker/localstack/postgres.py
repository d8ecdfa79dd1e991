"""PostgreSQL 18: making its data folder, starting it, knowing when it is ready."""

import contextlib
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

from upr_tracker.localstack.paths import Paths, StackError
from upr_tracker.localstack.processes import as_account, death_with_parent, open_log, spawn, stop_orphan, tail

ADMIN, OWNER, APP, DATABASE = "upr_admin", "upr_owner", "upr_app", "upr_tracker"
STOP = signal.SIGINT  # "fast": roll back what is open, then stop
ENVIRONMENT = {"LC_ALL": "C", "TZ": "UTC", "PATH": "/usr/bin:/bin"}

# Under a plain C locale the trigrams of Cyrillic words are empty; the built-in C.UTF-8 knows letters and sorts the same
# on every machine.
LOCALE = (
    "--encoding=UTF8",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--lc-ctype=C.UTF-8",
    "--lc-collate=C",
)

# Run in template1, so that every database made later has it too, those of the tests included: default privileges
# belong to one database and are copied with the template. The application's role owns nothing: it can neither alter
# nor truncate a table, which keeps the log of what happened append-only.
ROLES = f"""\
CREATE ROLE {OWNER} LOGIN CREATEDB;
CREATE ROLE {APP} LOGIN;
GRANT USAGE ON SCHEMA public TO {APP};
ALTER DEFAULT PRIVILEGES FOR ROLE {OWNER} IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {APP};
ALTER DEFAULT PRIVILEGES FOR ROLE {OWNER} IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO {APP};
CREATE DATABASE {DATABASE} OWNER {OWNER};
"""

# A statement that fails would else stand in the log with its values: a reason that was redacted since, word for word.
QUIET_LOG = {
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
    "log_parameter_max_length_on_error": "0",
}
SETTINGS = QUIET_LOG | {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "shared_buffers": "128MB",
    "work_mem": "8MB",
    "maintenance_work_mem": "64MB",
    "max_wal_size": "512MB",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_logical_replication_workers": "0",
    "random_page_cost": "1.1",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
    "log_line_prefix": "%m [%p] %q%u@%d ",
}
# For data that may be lost with the machine: the tests'.
UNSAFE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


def url(paths: Paths, role: str) -> str:
    """The address of the database over its socket, as libpq and django-environ both read it."""
    return f"postgres://{role}@/{DATABASE}?host={paths.sockets}"


def prepare(paths: Paths, install: Path, *, unsafe: bool) -> None:
    """Make the data folder if there is none, and clear away what a killed server left."""
    for half_made in paths.home.glob("postgres-new-*"):
        shutil.rmtree(half_made, ignore_errors=True)
    if not paths.postgres.exists():
        _create(paths, install, unsafe=unsafe)
    _check_version(paths.postgres, install)
    stop_orphan(paths.postgres / "postmaster.pid", mark=f"-D {paths.postgres}", wish=STOP, seconds=20)
    for leftover in paths.sockets.glob(".s.PGSQL.*"):
        leftover.unlink()


def start(paths: Paths, install: Path, *, unsafe: bool) -> subprocess.Popen[bytes]:
    """Start the server; it dies with the keeper."""
    settings = SETTINGS | {"unix_socket_directories": str(paths.sockets)} | (UNSAFE if unsafe else {})
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    return spawn(
        [str(install / "bin" / "postgres"), "-D", str(paths.postgres), *options],
        log=paths.log / "postgres.log",
        env=ENVIRONMENT,
        cwd=paths.postgres,
        death_signal=STOP,
        account=paths.account,
    )


def is_ready(paths: Paths, pid: int) -> bool:
    """Whether the server with this process number takes connections: what pg_ctl reads too, line 8 of its pid file."""
    with contextlib.suppress(FileNotFoundError, ValueError, IndexError):
        lines = (paths.postgres / "postmaster.pid").read_text().splitlines()
        return int(lines[0]) == pid and lines[7].strip() == "ready"
    return False


def _create(paths: Paths, install: Path, *, unsafe: bool) -> None:
    """Build the data folder beside its place and rename it when complete, so that a kill never leaves half of one."""
    folder = Path(tempfile.mkdtemp(prefix="postgres-new-", dir=paths.home))
    paths.give(folder)
    programs, log = install / "bin", paths.log / "postgres.log"
    initdb = [str(programs / "initdb"), "-D", str(folder), "-U", ADMIN, "--auth=trust", "--no-instructions", *LOCALE]
    _run([*initdb, *(["--no-sync"] if unsafe else [])], paths, log, "")
    # One user mode: no socket, no other session; statements are lines.
    single = [str(programs / "postgres"), "--single", "-D", str(folder), "-c", "exit_on_error=true", "template1"]
    _run(single, paths, log, ROLES)
    folder.rename(paths.postgres)


def _run(command: list[str], paths: Paths, log: Path, statements: str) -> None:
    with open_log(log) as output:
        done = subprocess.run(
            command,
            input=statements.encode(),
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=paths.home,
            env=ENVIRONMENT,
            check=False,
            preexec_fn=death_with_parent(signal.SIGKILL),
            **as_account(paths.account),
        )
    if done.returncode:
        raise StackError(f"{Path(command[0]).name} could not make the database in {paths.home}:\n{tail(log)}")


def _check_version(folder: Path, install: Path) -> None:
    made_by = (folder / "PG_VERSION").read_text().strip()
    shown = subprocess.run([install / "bin" / "postgres", "--version"], capture_output=True, text=True, check=True)
    if shown.stdout.split()[-1].split(".")[0] != made_by:
        raise StackError(
            f"{folder} was made by PostgreSQL {made_by}, but {shown.stdout.strip()} is installed. "
            f"Start afresh with `make clean`, or install the older wheel, dump, and load."
        )
