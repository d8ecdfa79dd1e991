"""An answer that is asked for again costs one query at most, and is never an old one."""

import datetime
from types import SimpleNamespace
from typing import Any

import pytest
import time_machine
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.http import http_date

from accounts import tokens
from accounts.models import Token
from api import conditional, parameters
from api.resources import base
from history import feed
from history.log import Actor, record
from history.models import FeedEntry, Pending
from imports.models import LoadedFile
from imports.reference import load_reference
from recommendations import actions, events
from tests import factories as make
from tests.api.conftest import Api

LIST, DETAIL = "/api/v1/recommendations/", "/api/v1/recommendations/first222/"
QUERIES_WITH_A_TOKEN = 3  # the mark, the token, its person
MARKED = [LIST, DETAIL, "/api/v1/states/", "/api/v1/states/KAZ/", "/api/v1/reviews/48-KAZ/", "/api/v1/changes/"]


@pytest.fixture
def happen(world: SimpleNamespace) -> Any:
    """`happen()`: something is recorded, and has its position."""

    def act() -> None:
        record(events.CHECK_RECORDED, world.first, by=Actor())
        feed.sequence()

    act()
    return act


def again(api: Api, path: str, etag: str, **headers: str) -> Any:
    return api.client.get(path, headers={"If-None-Match": etag, **headers})


@pytest.mark.parametrize("path", MARKED)
def test_same_question_again_is_answered_304_with_one_query(path: str, api: Api, happen: Any) -> None:
    etag = api.client.get(path).headers["ETag"]
    with CaptureQueriesContext(connection) as captured:
        response = again(api, path, etag)
    assert (response.status_code, response.content) == (304, b"")
    assert response.headers["ETag"] == etag
    assert len(captured) == 1


@pytest.mark.parametrize("path", ["/api/v1/", "/api/v1/schema/"])
def test_what_changes_with_the_code_only_asks_the_database_nothing(path: str, api: Api) -> None:
    etag = api.client.get(path).headers["ETag"]
    with CaptureQueriesContext(connection) as captured:
        assert again(api, path, etag).status_code == 304
    assert len(captured) == 0


@pytest.mark.parametrize("path", MARKED)
def test_after_a_change_the_whole_answer_comes(path: str, api: Api, happen: Any) -> None:
    etag = api.client.get(path).headers["ETag"]
    happen()
    response = again(api, path, etag)
    assert response.status_code == 200
    assert response.headers["ETag"] != etag


def test_mark_belongs_to_its_question(api: Api, happen: Any, settings: Any) -> None:
    settings.LANGUAGES = [("en", "English"), ("ru", "Russian")]
    etag = api.client.get(LIST).headers["ETag"]
    for other in (f"{LIST}?state=KAZ", "/api/v1/states/"):
        assert again(api, other, etag).status_code == 200
    assert again(api, LIST, etag, **{"Accept": "application/json"}).status_code == 200
    assert again(api, LIST, etag, **{"Accept-Language": "ru"}).status_code == 200
    settings.SITE_URL = "https://other.example"
    assert again(api, LIST, etag).status_code == 200


def test_mark_belongs_to_its_day_and_to_the_version_of_the_code(
    api: Api, happen: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with time_machine.travel("2026-03-01 23:00:00Z", tick=False) as clock:
        etag = api.client.get(LIST).headers["ETag"]
        assert again(api, LIST, etag).status_code == 304
        clock.shift(datetime.timedelta(hours=2))
        assert again(api, LIST, etag).status_code == 200
        etag = api.client.get(LIST).headers["ETag"]
        monkeypatch.setattr(conditional, "release", lambda: "next")
        assert again(api, LIST, etag).status_code == 200


def test_while_something_waits_for_its_position_there_is_no_mark(api: Api, world: SimpleNamespace, happen: Any) -> None:
    etag = api.client.get(LIST).headers["ETag"]
    record(events.CHECK_RECORDED, world.first, by=Actor())
    assert Pending.objects.exists()
    response = again(api, LIST, etag)
    assert response.status_code == 200
    assert "ETag" not in response.headers
    assert "Last-Modified" not in response.headers


def test_one_of_several_marks_is_enough_also_one_made_strong_on_the_way(api: Api, happen: Any) -> None:
    etag = api.client.get(LIST).headers["ETag"]
    assert again(api, LIST, f'"x", {etag}').status_code == 304
    assert again(api, LIST, etag.removeprefix("W/")).status_code == 304
    assert again(api, LIST, '"x", "*", nonsense').status_code == 200


def test_star_means_any_answer_there_is(api: Api, happen: Any) -> None:
    for path in (LIST, DETAIL, *["/api/v1/recommendations.csv"] * 3):
        response = again(api, path, "*")
        assert (response.status_code, response.content) == (304, b"")
        assert response.headers["ETag"]
    assert again(api, "/api/v1/recommendations/nothing2/", "*").status_code == 404
    assert again(api, f"{LIST}?x=1", "*").status_code == 400


def test_with_a_token_304_comes_after_a_look_at_it(api: Api, happen: Any, world: SimpleNamespace) -> None:
    person = make.make_person(organisation=world.lead)
    token, text = tokens.make_token(person=person, name="Harvest", days=30, by=Actor(person_id=person.pk))
    feed.sequence()
    bearer = {"Authorization": f"Bearer {text}"}
    etag = api.client.get(LIST, headers=bearer).headers["ETag"]
    with CaptureQueriesContext(connection) as captured:
        response = again(api, LIST, etag, **bearer)
    assert (response.status_code, response.content) == (304, b"")
    assert response.headers["ETag"] == etag
    assert len(captured) <= QUERIES_WITH_A_TOKEN
    Token.objects.filter(pk=token.pk).update(revoked_at=timezone.now())
    assert again(api, LIST, etag, **bearer).status_code == 401


def test_refusal_has_no_mark(api: Api, happen: Any) -> None:
    for path in (f"{LIST}?x=1", "/api/v1/states/QQQ/"):
        assert not {"ETag", "Last-Modified"} & api.client.get(path).headers.keys()


def test_head_carries_the_same_mark(api: Api, happen: Any) -> None:
    etag = api.client.get(LIST).headers["ETag"]
    assert api.client.head(LIST).headers["ETag"] == etag
    assert api.client.head(LIST, headers={"If-None-Match": etag}).status_code == 304


def test_304_varies_as_its_answer_does(api: Api, happen: Any) -> None:
    full = api.client.get(LIST, headers={"Accept-Encoding": "gzip"})
    short = again(api, LIST, full.headers["ETag"], **{"Accept-Encoding": "gzip"})
    assert short.status_code == 304

    def names(response: Any) -> set[str]:
        return {name.strip() for name in response.headers["Vary"].split(",")}

    assert names(short) == names(full)
    assert "Cookie" not in names(full)
    assert full.headers["Cache-Control"] == "no-cache"


def test_last_modified_tells_a_day_and_never_a_moment(api: Api, happen: Any) -> None:
    midnight = end_of_the_day_of_the_last_change()
    with time_machine.travel(midnight + datetime.timedelta(days=3, hours=10), tick=False):
        modified = api.client.get(LIST).headers["Last-Modified"]
        assert modified == http_date(midnight.timestamp())
        assert "00:00:00" in modified
        since = {"If-Modified-Since": modified}
        assert api.client.get(LIST, headers=since).status_code == 304
        # ETags go before days.
        assert api.client.get(LIST, headers=since | {"If-None-Match": '"other"'}).status_code == 200


def test_day_alone_never_stands_for_another_version_of_the_code(
    api: Api, happen: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    midnight = end_of_the_day_of_the_last_change()
    with time_machine.travel(midnight + datetime.timedelta(days=3, hours=10), tick=False) as clock:
        since = {"If-Modified-Since": api.client.get(LIST).headers["Last-Modified"]}
        assert api.client.get(LIST, headers=since).status_code == 304
        monkeypatch.setattr(conditional, "STARTED", timezone.now())  # a new version of the code starts
        response = api.client.get(LIST, headers=since)
        assert (response.status_code, response.headers.get("Last-Modified")) == (200, None)
        clock.shift(datetime.timedelta(days=1))
        assert api.client.get(LIST, headers=since).status_code == 200


def test_day_alone_never_stands_for_another_language(api: Api, happen: Any, settings: Any) -> None:
    settings.LANGUAGES = [("en", "English"), ("ru", "Russian")]
    with time_machine.travel(end_of_the_day_of_the_last_change() + datetime.timedelta(days=3), tick=False):
        since = {"If-Modified-Since": api.client.get(LIST).headers["Last-Modified"]}
        response = api.client.get(LIST, headers=since | {"Accept-Language": "ru"})
        assert (response.status_code, response.headers.get("Last-Modified")) == (200, None)


def test_on_a_day_of_changes_no_day_is_told(api: Api, happen: Any) -> None:
    midnight = end_of_the_day_of_the_last_change()
    with time_machine.travel(midnight - datetime.timedelta(seconds=1), tick=False):
        assert "Last-Modified" not in api.client.get(LIST).headers
        for since in (http_date(midnight.timestamp()), http_date(midnight.timestamp() - 1), "nonsense"):
            assert api.client.get(LIST, headers={"If-Modified-Since": since}).status_code == 200


def end_of_the_day_of_the_last_change() -> datetime.datetime:
    day = FeedEntry.objects.latest("position").sequenced_at.astimezone(datetime.UTC).date()
    return datetime.datetime.combine(day + datetime.timedelta(days=1), datetime.time(), datetime.UTC)


def test_lead_whose_day_has_come_changes_the_mark(api: Api, world: SimpleNamespace, happen: Any) -> None:
    late = make.make_lead(world.review, world.hidden, datetime.date(2026, 1, 1))
    type(late).objects.filter(pk=late.pk).update(from_day=datetime.date(2025, 12, 1))
    etag = api.client.get(LIST).headers["ETag"]
    assert actions.start_leads() > 0
    feed.sequence()
    assert again(api, LIST, etag).status_code == 200


def test_reference_files_change_the_mark(api: Api) -> None:
    def load_and_ask(etag: str) -> Any:
        load_reference()
        feed.sequence()
        return again(api, "/api/v1/issues/", etag)

    etag = load_and_ask("").headers["ETag"]
    assert load_and_ask(etag).status_code == 304
    LoadedFile.objects.filter(name="issues").update(sha256="of an older file")
    assert load_and_ask(etag).status_code == 200


def test_answer_made_while_somebody_commits_never_carries_the_newer_mark(
    transactional_db: None, client: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The mark is read before the data: a change in between is seen early, and asked for once more, never missed."""
    recommendation = make.make_recommendation()
    original = parameters.check_names

    def change_now(*args: Any) -> None:
        monkeypatch.setattr(base, "check_names", original)
        with transaction.atomic():
            record(events.CHECK_RECORDED, recommendation, by=Actor())
        original(*args)

    monkeypatch.setattr(base, "check_names", change_now)
    during = client.get(LIST).headers["ETag"]
    assert client.get(LIST).headers["ETag"] != during
