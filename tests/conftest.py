"""The harness: a database used with the application's rights, a broker of each run's own, people, real processes.

Fixtures for everybody: `cast` (an owner, a team mate, an outsider …), `served` (a production server on the test
database), `chromium` (a real browser beside it) and `worker` (a real Celery worker). A frozen clock is
`time_machine.travel(…)`.
"""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import environ
import pytest
from django.conf import settings
from django.db import connection, connections
from playwright.sync_api import Browser, sync_playwright
from pytest_django import DjangoDbBlocker

from accounts.roles import Role
from tests import factories as make
from tests import workers
from upr_tracker.localstack import browser as browsers


def _become(url: str) -> None:
    """Connect from now on as the role of this address, to the database that the tests use."""
    role = environ.Env.db_url_config(url)
    connection.close()
    connection.settings_dict.update(USER=role["USER"], PASSWORD=role["PASSWORD"])


KEPT = {"django_migrations", "django_content_type", "auth_permission"}  # Django would only write them again


def _flush_as_owner(self: object, statements: list[str]) -> None:
    """Empty the tables after a test that committed: the application's own role may not."""
    tables = sorted(set(connection.introspection.django_table_names(only_existing=True)) - KEPT)
    with workers.connect_as_owner() as owner:
        asked = " UNION ALL ".join(f"SELECT '{table}' WHERE EXISTS (SELECT 1 FROM {table})" for table in tables)
        if filled := [row[0] for row in owner.execute(asked.encode())]:
            owner.execute(f"TRUNCATE {', '.join(filled)} CASCADE".encode())


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings: None) -> None:
    """The database is made by the owner of its tables …"""
    _become(settings.DATABASE_OWNER_URL)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """… and used by the application's role, so that a right it lacks in production is missing here too."""
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(type(connection.ops), "execute_sql_flush", _flush_as_owner)
        _become(settings.DATABASE_URL)
        yield
        _become(settings.DATABASE_OWNER_URL)


@pytest.fixture(scope="session", autouse=True)
def _own_broker() -> None:
    """A database of the broker for this run alone, emptied, so that nobody else's worker takes its tasks."""
    workers.use_own_broker()
    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # WhiteNoise warns where there is none


@pytest.fixture(autouse=True)
def _nobody_asks_too_often(settings: Any) -> None:
    """All tests ask from one address, and more often than a reader may; test_limits.py has limits of its own."""
    settings.API_REQUESTS_A_MINUTE = settings.API_REQUESTS_A_MINUTE_WITH_TOKEN = 1_000_000


@pytest.fixture
def cast(db: None) -> SimpleNamespace:
    """Kazakhstan's review with one recommendation; an organisation that leads it, its people, and others."""
    state = make.make_state()
    review = make.make_review(state)
    group = make.make_organisation("Watch Group", monitors=[state])
    others = make.make_organisation("Other Group", monitors=[state])
    make.make_lead(review, group)
    return SimpleNamespace(
        state=state,
        review=review,
        recommendation=make.make_recommendation(review, "140.7"),
        group=group,
        others=others,
        owner=make.make_person("Olga Owner", organisation=group, role=Role.REVIEWER),
        mate=make.make_person("Timur Teammate", organisation=group, role=Role.EDITOR),
        outsider=make.make_person("Otto Outsider", organisation=others, role=Role.MANAGER),
        administrator=make.make_person("Ada Administrator", is_administrator=True),
    )


@pytest.fixture
def worker(transactional_db: None, tmp_path: Any) -> Iterator[Callable[..., workers.Process]]:
    """`worker(**environment)` starts a real Celery worker with its clock on the test database; it is killed after."""
    started: list[workers.Process] = []

    def start(**environment: str) -> workers.Process:
        log = tmp_path / f"worker-{len(started)}.log"
        started.append(workers.start_worker(log, **environment))
        return started[-1]

    yield start
    for process in started:
        process.kill()  # a warm stop takes seconds, and nothing is lost here


@pytest.fixture(scope="session")
def server_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of the production server; a worker that shall see its uploads is given the same."""
    return tmp_path_factory.mktemp("server")


@pytest.fixture(scope="session")
def _server(django_db_setup: None, server_folder: Path) -> Iterator[str]:
    many = "1000000"  # one machine asks all of it
    with workers.server(
        server_folder, UPR_API_REQUESTS_A_MINUTE=many, UPR_API_REQUESTS_A_MINUTE_WITH_TOKEN=many
    ) as address:
        yield address


@pytest.fixture
def served(transactional_db: None, _server: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The address of a production server (gunicorn, production settings) that works on the test database.

    It is started once a run and keeps nothing between tests. A test that calls Playwright's own loop needs no other
    preparation than this fixture.
    """
    # Playwright's synchronous calls run inside an event loop, where Django would refuse the ORM.
    monkeypatch.setitem(os.environ, "DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    return _server


# A quiet browser: nothing of it looks for hosts that are not ours.
BROWSER_OPTIONS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]


@pytest.fixture
def chromium(served: str) -> Iterator[Browser]:
    """A real browser beside the server `served`, for one test: while it runs an event loop does too, which other
    tests must not meet. Without a browser the test is skipped and says so; UPR_REQUIRE_BROWSER=1 makes that an error.
    """
    path = browsers.find()
    if path is None:
        if os.environ.get("UPR_REQUIRE_BROWSER") == "1":
            pytest.fail(f"No browser is here, and UPR_REQUIRE_BROWSER=1 asks for one. {browsers.REMEDY}")
        pytest.skip(f"No browser is here: the browser tests are skipped. {browsers.REMEDY}")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=BROWSER_OPTIONS)
        yield browser
        # Inside the browser's event loop Django keeps connections of its own; left open they keep the test database
        # from being dropped.
        connections.close_all()
        browser.close()
