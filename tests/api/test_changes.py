"""The change feed: complete and in order under concurrent writers, and never a person or a moment in it."""

import datetime
import json
import random
import threading
import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts import events as account_events
from api.resources import changes
from history import feed, registry
from history.log import Actor, record
from history.models import FeedEntry
from recommendations import actions, events
from recommendations.tasks import start_leads
from reviews.models import Lead
from tests import factories as make
from tests.api.conftest import Api
from tests.history.test_feed import Rolledback, threads

DAY = datetime.timedelta(days=1)
QUERIES = 7  # the mark, the newest position, the events, recommendations, reviews, voices, organisations


def publish(world: SimpleNamespace, voice: Any, person: Any, **content: Any) -> Any:
    values: dict[str, Any] = {
        "status": "partial_implementation",
        "holds_from": datetime.date(2025, 9, 1),
        "reason": "A secret-sounding reason",
        "bases": [actions.BasisContent("monitoring", description="Read the gazette.")],
    }
    latest = actions.latest_of(world.first, voice)
    made = actions.publish_assessment(
        recommendation=world.first,
        voice=voice,
        content=actions.AssessmentContent(**values | content),
        based_on=latest.pk if latest else None,
        by=Actor(person_id=person.pk, organisation_id=voice.pk),
        today=datetime.date(2026, 1, 1),
    )
    feed.sequence()
    return made


def test_change_says_what_happened_to_what_by_whom_and_on_which_day(api: Api, world: SimpleNamespace) -> None:
    person = make.make_person("Olga Owner", organisation=world.lead)
    made = publish(world, world.lead, person)
    answer = api.get("changes/")
    (change,) = answer["results"]
    day = FeedEntry.objects.get().event.recorded_at.astimezone(datetime.UTC).date().isoformat()
    assert change == {
        "position": 1,
        "action": "assessment.published",
        "sentence": "recorded a status",
        "target": {
            "type": "recommendation",
            "key": "first222",
            "url": "https://tracker.example/recommendations/first222/",
            "resource": "https://tracker.example/api/v1/recommendations/first222/",
        },
        "review": "48-KAZ",
        "organisation": {"slug": "watchers", "name": "Human Rights Watchers", "kind": "ngo", "sample": False},
        "day": day,
        "old": {"status": "in_progress"},
        "new": {"status": "partial_implementation", "progress": None, "holds_from": "2025-09-01"},
    }
    assert (answer["mark"], answer["newest"]) == (1, 1)
    text = json.dumps(answer)
    assert "Olga" not in text
    assert "secret" not in text
    assert '"assessment"' not in text
    assert made.pk


def test_status_dated_back_is_told_as_one_of_past_days(api: Api, world: SimpleNamespace) -> None:
    publish(world, world.lead, make.make_person(), status="regression", holds_from=datetime.date(2025, 4, 1))
    shown = api.get("recommendations/first222/")["lead_assessment"]
    (change,) = api.get("changes/")["results"]
    assert change["old"] == {"status": "not_started"}  # since 1 March
    until = datetime.date.fromisoformat(shown["since"]) - DAY
    assert change["new"] == {
        "status": "regression",
        "progress": None,
        "holds_from": "2025-04-01",
        "holds_until": until.isoformat(),
    }
    assert shown["status"] == "in_progress"


def test_collective_name_hides_the_organisation(api: Api, world: SimpleNamespace) -> None:
    publish(world, world.hidden, make.make_person(organisation=world.hidden))
    (change,) = api.get("changes/")["results"]
    assert change["organisation"] == {"slug": None, "name": "A coalition", "kind": "ngo", "sample": False}
    assert "brave" not in json.dumps(change).lower()


def test_status_from_a_file_is_that_of_its_voice(api: Api, world: SimpleNamespace) -> None:
    made = publish(world, world.lead, make.make_person())
    record(events.ASSESSMENT_PUBLISHED, world.first, by=Actor(), new={"assessment": made.pk, "status": "x"}, quiet=True)
    feed.sequence()
    assert [row["organisation"]["slug"] for row in api.get("changes/")["results"]] == ["watchers", "watchers"]


def test_lead_that_was_named_is_told_as_whom_it_is_about(api: Api, world: SimpleNamespace) -> None:
    actions.name_lead(review=world.other, organisation=world.lead, from_day=datetime.date(2026, 1, 1), by=Actor())
    feed.sequence()
    (change,) = api.get("changes/")["results"]
    assert (change["target"]["type"], change["target"]["key"]) == ("review", "48-SVN")
    assert change["organisation"]["slug"] == "watchers"
    assert change["new"] == {"from_day": "2026-01-01"}


def test_lead_whose_day_comes_is_told_to_whoever_keeps_a_copy(
    api: Api, world: SimpleNamespace, time_machine: Any
) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_date")  # the database has a clock of its own
        today = cursor.fetchone()[0]
    noon = datetime.datetime.combine(today, datetime.time(12), datetime.UTC)
    time_machine.move_to(noon - datetime.timedelta(days=1))
    actions.name_lead(review=world.review, organisation=world.hidden, from_day=today + DAY, by=Actor())
    feed.sequence()
    copied = api.get("recommendations/")
    assert {row["public_id"]: status_of(row) for row in copied["results"]}["first222"] == "in_progress"
    assert api.ids(updated_since=copied["mark"]) == []

    time_machine.move_to(noon)
    Lead.objects.filter(from_day=today + DAY).update(from_day=today)  # the night passes in the database too
    start_leads()
    feed.sequence()

    again = api.get("recommendations/", updated_since=copied["mark"])
    assert {row["public_id"]: status_of(row) for row in again["results"]} == {
        "first222": "regression",
        "second22": None,
    }
    (change,) = api.get("changes/", after=copied["mark"])["results"]
    assert (change["action"], change["target"]["key"], change["new"]) == ("lists.refreshed", "48-KAZ", {})
    assert change["organisation"] is None


def test_lists_of_samples_are_brought_up_to_date_without_a_word(api: Api, world: SimpleNamespace) -> None:
    make.make_assessment(world.sample, world.lead)
    Lead.objects.create(review=world.review, organisation=world.lead, from_day="2025-01-01", is_sample=True)
    start_leads()
    feed.sequence()
    assert (feed.last_position(), api.get("changes/")["results"]) == (1, [])


def test_lists_refreshed_that_does_not_say_whose_is_not_told(api: Api, world: SimpleNamespace) -> None:
    """Older events tell neither; they may be of samples."""
    for new in ({}, {"sample": False}):
        record(events.LISTS_REFRESHED, world.review, by=Actor(), review_id=world.review.pk, new=new)
    feed.sequence()
    assert [change["position"] for change in api.get("changes/")["results"]] == [2]


def status_of(row: dict[str, Any]) -> Any:
    return row["lead_assessment"] and row["lead_assessment"]["status"]


def test_mark_moves_past_what_is_not_told(api: Api, world: SimpleNamespace) -> None:
    person = make.make_person()
    for _number in range(3):
        record(account_events.PERSON_CREATED, person, by=Actor())
    record(events.CHECK_RECORDED, world.sample, by=Actor())
    feed.sequence()
    answer = api.get("changes/")
    assert answer["results"] == []
    assert (answer["mark"], answer["newest"]) == (4, 4)
    assert answer["next"] == "https://tracker.example/api/v1/changes/?after=4&page_size=50"
    assert api.get("changes/?after=4")["next"] == answer["next"]


def test_nobody_sees_when_somebody_was_let_in_or_made_a_token(api: Api, world: SimpleNamespace) -> None:
    record(events.CHECK_RECORDED, world.first, by=Actor())
    feed.sequence()
    addresses = ["changes/", "recommendations/", "recommendations/?updated_since=1", "recommendations/first222/"]
    before = [seen(api, address) for address in addresses]
    person = make.make_person()
    for action in (account_events.PERSON_CREATED, account_events.TOKEN_MADE, account_events.ORGANISATION_CREATED):
        record(action, person, by=Actor())
        assert [seen(api, address) for address in addresses] == before  # while it waits for its position too
        feed.sequence()
        assert [seen(api, address) for address in addresses] == before
    assert feed.last_position() == 4
    for name, path in (("after", "changes/"), ("updated_since", "recommendations/")):
        refusals = [api.get(path, expect=400, **{name: position}) for position in (2, 4, 5)]
        assert len({refusal["detail"] for refusal in refusals}) == 1
    record(events.CHECK_RECORDED, world.first, by=Actor())
    feed.sequence()
    assert [row["position"] for row in api.get("changes/", after=1)["results"]] == [5]


def seen(api: Api, address: str) -> tuple[bytes, str]:
    """An answer and its mark."""
    response = api.client.get(f"/api/v1/{address}")
    assert response.status_code == 200
    return response.content, response.headers["ETag"]


def test_long_stretch_of_what_is_not_told_is_gone_through_in_pieces(
    api: Api, world: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(changes, "STRETCH", 2)
    person = make.make_person()
    for _number in range(5):
        record(account_events.PERSON_CREATED, person, by=Actor())
    record(events.CHECK_RECORDED, world.first, by=Actor())
    feed.sequence()
    assert [api.get(f"changes/?after={after}")["mark"] for after in (0, 2, 4)] == [2, 4, 6]
    assert [row["position"] for row in api.get("changes/?after=4")["results"]] == [6]


def test_change_of_what_was_removed_is_told(api: Api, world: SimpleNamespace) -> None:
    record(events.CHECK_RECORDED, world.removed, by=Actor())
    feed.sequence()
    (change,) = api.get("changes/")["results"]
    assert change["target"]["key"] == "removed2"
    assert api.client.get(change["target"]["resource"].removeprefix("https://tracker.example")).status_code == 410


@pytest.mark.parametrize("value", ["-1", "x", "1.5", "١", "1" * 30, "7"])
def test_mark_that_was_never_given_is_refused(value: str, api: Api, world: SimpleNamespace) -> None:
    assert api.get("changes/", expect=400, after=value)["parameter"] == "after"


def test_other_parameters_are_refused(api: Api) -> None:
    assert api.get("changes/", expect=400, cursor="x")["allowed"] == ["after", "page_size"]
    assert api.get("changes/", expect=400, page_size="1000000000")["parameter"] == "page_size"


def test_page_is_told_in_a_fixed_number_of_queries(api: Api, world: SimpleNamespace) -> None:
    for recommendation in (world.first, world.second, world.unassessed) * 5:
        record(events.CHECK_RECORDED, recommendation, by=Actor(organisation_id=world.lead.pk))
    actions.name_lead(review=world.other, organisation=world.lead, from_day=datetime.date(2026, 1, 1), by=Actor())
    feed.sequence()
    with CaptureQueriesContext(connection) as captured:
        assert len(api.get("changes/")["results"]) == 16
    assert len(captured) <= QUERIES


def test_every_key_that_a_public_event_carries_is_told_or_known_to_be_a_number_of_a_row() -> None:
    keys = {key for name in registry.public() for key in registry.action(name).keys}
    ids = {"assessment", "check", "organisation", "document", "states", "issues", "mentioned_issues"}
    marks = {"sample"}  # what is a sample is left out
    assert keys - changes.TOLD - ids - marks == set(), "decide whether these mean something outside"
    assert not changes.TOLD & (ids | marks)


def test_poller_beside_writers_and_rollbacks_misses_nothing_and_gets_nothing_twice(
    transactional_db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed, "listeners", [])
    recommendation, person = make.make_recommendation(), make.make_person()
    committed: list[int] = []
    done = threading.Event()
    got: list[list[int]] = [[], []]

    def writer(seed: int) -> Callable[[], None]:
        chance = random.Random(seed)

        def work() -> None:
            for _round in range(20):
                try:
                    with transaction.atomic():
                        told = [record(events.CHECK_RECORDED, recommendation, by=Actor()).pk for _ in range(2)]
                        record(account_events.PERSON_CREATED, person, by=Actor())
                        time.sleep(chance.random() / 100)  # so that commits come out of the order of ids
                        if chance.random() < 0.3:
                            raise Rolledback
                except Rolledback:
                    continue
                committed.extend(told)

        return work

    def poller(found: list[int], size: int) -> Callable[[], None]:
        def work() -> None:
            client, after, finished = Client(), 0, False
            while not finished:
                finished = done.is_set()  # one more look after everything has been written
                while True:
                    answer = client.get(f"/api/v1/changes/?after={after}&page_size={size}").json()
                    found.extend(row["position"] for row in answer["results"])
                    after = answer["mark"]
                    if after == answer["newest"]:
                        break

        return work

    with threads(poller(got[0], 3), poller(got[1], 50)):
        try:
            with threads(*(writer(seed) for seed in range(4))):
                pass
            feed.sequence()
        finally:
            done.set()

    told = FeedEntry.objects.filter(event_id__in=committed).order_by("position")
    assert got[0] == got[1] == list(told.values_list("position", flat=True))
    assert len(got[0]) == len(committed) > 0
