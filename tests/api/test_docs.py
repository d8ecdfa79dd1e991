"""What the documents say of the API is true: their addresses answer, their tables name what there is."""

import datetime
import json
import re
import urllib.error
import urllib.request
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.core.management import call_command

from recommendations import selection
from tests import factories as make
from tests.api.conftest import Api

HANDBOOK = (settings.BASE_DIR / "docs" / "api.md").read_text(encoding="utf-8")
README = (settings.BASE_DIR / "README.md").read_text(encoding="utf-8")
SITE = "http://127.0.0.1:8000"
ASKED = sorted(set(re.findall(rf"{SITE}(/[^'\"\s`)]*)", HANDBOOK + README)))
MADE_UP = "k3v9x2mq"  # a name in examples: nothing is there, or something that wants a token or another method
ROW = re.compile(r"^\| (.+?) \|", re.MULTILINE)
NAME = re.compile(r"`([^`]+)`")


def section(title: str) -> str:
    """The part of the handbook under this heading."""
    return HANDBOOK.partition(f"## {title}\n")[2].partition("\n## ")[0]


@pytest.fixture
def demo(served: str) -> str:
    """The address of a server with the reference data and the review that the documents ask for."""
    call_command("load_reference", verbosity=0)
    call_command("load_session", str(settings.BASE_DIR / "fixtures" / "sessions" / "48.yaml"), verbosity=0)
    return served


def test_addresses_of_the_documents_answer(demo: str) -> None:
    assert len(ASKED) > 8
    told = {path: status(demo + path) for path in ASKED}
    assert {path: code for path, code in told.items() if code not in expected(path)} == {}


def test_questions_of_the_readme_find_something_after_a_fresh_start(demo: str) -> None:
    """With what `make run` loads: the sample too."""
    call_command("load_session", str(settings.BASE_DIR / "fixtures" / "sessions" / "48-sample.yaml"), verbosity=0)
    lists = [path for path in set(re.findall(rf"curl '{SITE}(/[^']*)'", README)) if "/?" in path]
    assert len(lists) > 2
    assert [path for path in lists if not found(demo + path)] == []


def found(address: str) -> list[object]:
    """The rows of an answer."""
    with urllib.request.urlopen(address, timeout=60) as answer:
        return list(json.load(answer)["results"])


def expected(path: str) -> set[int]:
    if MADE_UP in path:
        return {401, 404}
    return {405} if path.startswith("/api/v1/exports/") else {200}


def status(address: str) -> int:
    try:
        with urllib.request.urlopen(address, timeout=60) as answer:
            answer.read()
            return int(answer.status)
    except urllib.error.HTTPError as refusal:
        with refusal:
            return refusal.code


def test_table_of_resources_names_every_list(api: Api, db: None) -> None:
    rows = ROW.findall(section("Resources"))
    named = {name for row in rows for name in NAME.findall(row)}
    base = api.get("")["states"].removesuffix("states/")
    lists = {address.removeprefix(base) for address in api.get("").values()}
    assert named == lists - {"schema/", "docs/", "releases/latest/"}


def test_table_of_filters_names_every_filter() -> None:
    rows = ROW.findall(section("Filters of recommendations"))
    named = {name for row in rows for name in NAME.findall(row)}
    assert named == {name for name in selection.FILTERS if "__" not in name}


def test_table_of_the_two_clocks_is_what_is_answered(api: Api, world: SimpleNamespace) -> None:
    said, lead = make.make_recommendation(world.review, "140.99", public_id="clocks22"), world.lead
    noon = datetime.datetime(2025, 3, 10, 12, tzinfo=datetime.UTC)
    make.make_assessment(said, lead, "in_progress", holds_from=datetime.date(2025, 2, 1), published_at=noon)
    rows = re.findall(r"^\| `((?:as_of|known_on)=[^`]+)` \| (\S+) \|", HANDBOOK, re.MULTILINE)
    assert len(rows) == 4
    for asked, status_told in rows:
        found = api.get(f"recommendations/clocks22/?{asked}")["lead_assessment"]
        assert (found["status"] if found else "null") == status_told.strip("`"), asked
