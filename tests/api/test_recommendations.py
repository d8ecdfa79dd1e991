"""Recommendations: which are found, what is told of them, and what is never told."""

import dataclasses
import datetime
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from api.resources.recommendations import RecommendationResource
from history import feed
from history.log import Actor, record
from history.models import FeedEntry
from recommendations import actions, derived, events
from recommendations.correcting import correct_recommendation, facts_of
from recommendations.models import Assessment, Recommendation
from tests import factories as make
from tests.api.conftest import Api, assess

TODAY = datetime.date(2026, 1, 1)
# The mark of the answer (api.conditional), and which rows there are; the prepared statement that writes them is one
# more and goes past the log of queries.
LIST_QUERIES = 2
DETAIL_QUERIES = 1  # the mark of the data; two prepared statements

FOUND: list[tuple[dict[str, Any], list[str]]] = [
    ({}, ["first222", "second22", "slovenia"]),
    ({"state": "KAZ"}, ["first222", "second22"]),
    ({"state": "svn"}, ["slovenia"]),
    ({"state": "KAZ,SVN"}, ["first222", "second22", "slovenia"]),
    ({"state": ["KAZ", "SVN"], "session": "48"}, ["first222", "second22", "slovenia"]),
    ({"cycle": "4"}, ["first222", "second22", "slovenia"]),
    ({"regional_group": "eastern_european"}, ["slovenia"]),
    ({"recommending_state": "FRA"}, ["first222"]),
    ({"response": "noted"}, ["second22"]),
    ({"response": "noted,supported"}, ["first222", "second22"]),
    ({"claim": "in_process"}, ["first222"]),
    ({"status": "in_progress"}, ["first222"]),
    ({"status": "not_assessed"}, ["slovenia"]),
    ({"status": "not_assessed,monitoring_phase"}, ["second22", "slovenia"]),
    ({"status": "not_started"}, []),
    ({"status": "not_started", "as_of": "2025-02-15"}, ["first222"]),
    ({"status": "not_assessed", "as_of": "2025-02-15"}, ["second22", "slovenia"]),
    ({"voice": "watchers"}, ["first222", "second22"]),
    ({"voice": "watchers", "as_of": "2025-02-15"}, ["first222"]),
    ({"issue": "upr_info-freedom-of-the-press"}, ["first222"]),
    ({"group": "women"}, ["first222"]),
    ({"goal": "16"}, ["first222"]),
    ({"goal": "16.3"}, ["first222"]),
    ({"action_category": "5"}, ["second22"]),
    ({"search": "TORTURE -press"}, ["first222"]),
    ({"search": '"torture now"'}, ["first222"]),
    ({"search": '"now torture"'}, []),
    ({"search": "proteger"}, ["second22"]),
    ({"search": "torture or treaty"}, ["slovenia", "first222"]),
    ({"search": "140.10"}, ["second22"]),
    ({"search": "140.1"}, []),
    ({"search": "no such words"}, []),
    ({"sample": "true", "search": "sample"}, ["sample22"]),
    ({"state__not": "KAZ"}, ["slovenia"]),
    ({"response__not": "noted,supported"}, ["slovenia"]),
    ({"status__not": "in_progress"}, ["second22", "slovenia"]),
    ({"status__not": "not_assessed"}, ["first222", "second22"]),
    ({"status__not": "not_started", "as_of": "2025-02-15"}, ["second22", "slovenia"]),
    ({"claim__not": "in_process"}, ["second22", "slovenia"]),
    ({"issue__not": "upr_info-torture"}, ["second22", "slovenia"]),
    ({"issue__all": "upr_info-torture,upr_info-freedom-of-the-press"}, ["first222"]),
    ({"issue__all": ["upr_info-torture", "upr_info-freedom-of-the-press"], "state": "SVN"}, []),
    ({"recommending_state": "FRA,KAZ"}, ["first222", "slovenia"]),
    ({"recommending_state__all": "FRA,KAZ"}, []),
    ({"recommending_state__not": "FRA"}, ["second22", "slovenia"]),
    ({"recommending_regional_group": "weog"}, ["first222"]),
    ({"recommending_regional_group": "asia_pacific"}, ["slovenia"]),
    ({"regional_group__not": "eastern_european"}, ["first222", "second22"]),
    ({"voice__not": "watchers"}, ["slovenia"]),
    ({"goal__not": "16"}, ["second22", "slovenia"]),
    ({"action_category__not": "5", "state": "KAZ"}, ["first222"]),
    ({"status": "in_progress", "known_on": "2025-07-01"}, []),
    ({"status": "in_progress", "known_on": "2025-07-02"}, ["first222"]),
    ({"status": "not_assessed", "known_on": "2025-07-01"}, ["first222", "second22", "slovenia"]),
    ({"ordering": "-state"}, ["slovenia", "second22", "first222"]),
]


@pytest.mark.parametrize(("params", "found"), FOUND)
def test_filters_find_what_they_name(
    params: dict[str, Any], found: list[str], api: Api, world: SimpleNamespace
) -> None:
    assert api.ids(**params) == found


def test_list_is_in_the_order_of_the_report(api: Api, world: SimpleNamespace) -> None:
    labels = [row["label"] for row in api.get("recommendations/", state="KAZ", sample="true")["results"]]
    assert labels == ["140.9", "140.10", "140.11"]


@pytest.mark.parametrize("more", [{}, {"expand": ",".join(RecommendationResource.shape.expansions)}])
def test_list_takes_a_fixed_number_of_queries_whatever_its_size(
    api: Api, world: SimpleNamespace, more: dict[str, Any]
) -> None:
    def queries(page_size: int) -> int:
        with CaptureQueriesContext(connection) as captured:
            rows = api.get("recommendations/", page_size=page_size, **more)["results"]
        assert len(rows) == page_size
        return len(captured)

    for number in range(30):
        added = make.make_recommendation(
            world.review, f"141.{number}", states=[world.fra], issues=[world.torture], response="noted"
        )
        added.goals.add(world.goal)
        added.groups.add(world.women)
        make.make_assessment(added, world.lead)
    assert queries(3) == queries(33) == LIST_QUERIES


def test_detail_takes_a_bounded_number_of_queries(api: Api, world: SimpleNamespace) -> None:
    with CaptureQueriesContext(connection) as captured:
        api.get("recommendations/first222/")
    assert len(captured) == DETAIL_QUERIES


def test_removed_recommendation_is_gone(api: Api, world: SimpleNamespace) -> None:
    problem = api.get("recommendations/removed2/", expect=410)
    assert problem["status"] == 410
    assert "2025-07-02" in problem["detail"]


def test_sample_is_shown_only_when_asked_for(api: Api, world: SimpleNamespace) -> None:
    assert "sample=true" in api.get("recommendations/sample22/", expect=404)["detail"]
    assert api.get("recommendations/sample22/", sample="true")["sample"] is True
    assert "sample22" not in api.ids()
    assert "sample22" in api.ids(sample="true")


def test_past_day_shows_the_status_of_that_day_with_its_since(api: Api, world: SimpleNamespace) -> None:
    listed = api.get("recommendations/", state="KAZ", as_of="2025-02-15")["results"]
    assert [row["lead_assessment"] and row["lead_assessment"]["since"] for row in listed] == ["2025-02-01", None]
    voices = api.get("recommendations/first222/", as_of="2025-02-15")["voices"]
    assert [(voice["status"], voice["is_lead"]) for voice in voices] == [("not_started", True)]


def test_withdrawn_assessment_is_not_told(api: Api, world: SimpleNamespace) -> None:
    latest = Assessment.objects.get(recommendation=world.first, status="in_progress")
    Assessment.objects.filter(pk=latest.pk).update(withdrawn_at=datetime.datetime.now(datetime.UTC))
    derived.refresh_leads([world.first.pk])
    assert api.get("recommendations/first222/")["lead_assessment"]["status"] == "not_started"


def test_redacted_reason_leaves_a_marked_hole(api: Api, world: SimpleNamespace) -> None:
    Assessment.objects.filter(recommendation=world.first, status="in_progress").update(
        reason="", redacted_at=datetime.datetime.now(datetime.UTC)
    )
    voice = next(voice for voice in api.get("recommendations/first222/")["voices"] if voice["is_lead"])
    assert (voice["redacted"], voice["reason"]) == (True, None)


def test_what_is_confidential_is_never_told(api: Api, world: SimpleNamespace, client: Any) -> None:
    person = make.make_person("Aigerim Secret", organisation=world.lead)
    assess(world.second, world.lead, "in_progress", "2025-04-01", recorded_by=person)
    for path in ("recommendations/", "recommendations/first222/", "recommendations/second22/"):
        text = client.get(f"/api/v1/{path}").content.decode()
        for secret in ("Aigerim", "K-17", "brave-few", "Brave Few", "T09:30", "09:30"):
            assert secret not in text
    bases = [basis for voice in api.get("recommendations/first222/")["voices"] for basis in voice["bases"]]
    confidential = next(basis for basis in bases if basis["kind"] == "confidential")
    assert {key for key, value in confidential.items() if value} == {"kind"}


def test_organisation_with_a_collective_name_is_no_filter(api: Api, world: SimpleNamespace) -> None:
    assert api.get("recommendations/", expect=400, voice="brave-few")["allowed"] == ["watchers"]


def test_signed_in_people_are_answered_like_the_public(api: Api, world: SimpleNamespace, client: Any) -> None:
    public = api.get("recommendations/")
    client.force_login(make.make_person(organisation=world.lead, is_administrator=True))
    assert api.get("recommendations/") == public


def test_what_has_changed_since_a_mark_or_a_time_is_found(api: Api, world: SimpleNamespace) -> None:
    log(world.first, world.second)
    mark = api.get("recommendations/")["mark"]
    assert mark == feed.last_position() == 2
    assert api.get("recommendations/", updated_since=mark)["results"] == []
    assert api.ids(updated_since=0) == ["first222", "second22"]
    log(world.unassessed)
    answer = api.get("recommendations/", updated_since=mark)
    assert [row["public_id"] for row in answer["results"]] == ["slovenia"]
    assert answer["mark"] == mark + 1
    moment = FeedEntry.objects.get(position=mark + 1).sequenced_at.isoformat()
    # A time tells nothing that its day does not: narrower stretches would give away the second of a status.
    assert api.ids(updated_since=moment) == ["first222", "second22", "slovenia"]
    tomorrow = (datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=1)).date().isoformat()
    assert api.ids(updated_since=tomorrow) == []
    assert api.ids(updated_since="2020-01-01") == ["first222", "second22", "slovenia"]


def test_what_a_lead_was_named_for_has_changed(api: Api, world: SimpleNamespace) -> None:
    actions.name_lead(review=world.other, organisation=world.lead, from_day=TODAY, by=Actor())
    feed.sequence()
    assert api.ids(updated_since=0) == ["slovenia"]


def test_mark_beyond_the_feed_is_refused(api: Api, world: SimpleNamespace) -> None:
    log(world.first)
    for path in ("recommendations/", "recommendations.csv", "recommendations/facets/"):
        problem = api.get(path, expect=400, updated_since=2)
        assert "has come to 1" in problem["detail"]


@pytest.mark.parametrize("value", ["yesterday", "-1", "1e3", "2026-13-01", "0001-01-01T00:00+14:00", "9" * 30])
def test_a_mark_that_is_none_is_refused(value: str, api: Api, world: SimpleNamespace) -> None:
    problem = api.get("recommendations/", expect=400, updated_since=value)
    assert problem["parameter"] == "updated_since"
    assert "mark" in problem["detail"]


def log(*rows: Any) -> None:
    """An event of each, with its place in the feed."""
    with transaction.atomic():
        for row in rows:
            record(events.CHECK_RECORDED, row, by=Actor())
    feed.sequence()


def test_search_for_words_comes_by_relevance_and_says_so(api: Api, world: SimpleNamespace) -> None:
    for number, text in enumerate(("Treaty", "Treaty, treaty and treaty", "Ratify no treaty")):
        make.make_recommendation(world.other, f"7.{number}", text=text)
    answer = api.get("recommendations/", search="treaty", page_size=2)
    assert answer["ranked"] == 1000
    assert answer["results"][0]["label"] == "7.1"
    rest = api.get(answer["next"].removeprefix("https://tracker.example/api/v1/"))
    assert len({row["label"] for row in [*answer["results"], *rest["results"]]}) == 4
    ordered = api.get("recommendations/", search="treaty", ordering="state")
    assert "ranked" not in ordered
    assert [row["label"] for row in ordered["results"]] == ["5.1", "7.0", "7.1", "7.2"]
    assert "ranked" not in api.get("recommendations/", search="7.")


def test_detail_tells_what_was_corrected_and_never_by_whom(api: Api, world: SimpleNamespace) -> None:
    first, by = Recommendation.objects.get(public_id="first222"), make.make_person("Marta Manager")
    facts = dataclasses.replace(facts_of(first), text="Adopt it", action_category=None)
    actor = Actor(person_id=by.pk, organisation_id=world.lead.pk)
    parts = correct_recommendation(recommendation=first, facts=facts, version=first.version, by=actor)
    told = api.get("recommendations/first222/", fields="corrections,text")
    assert [each["part"] for each in told["corrections"]] == sorted(parts)
    assert told["corrections"][0]["organisation"]["name"] == world.lead.public_name
    assert told["text"] == "Adopt it"
    assert "Marta" not in str(told)


def test_before_its_session_a_recommendation_is_in_no_list_and_has_no_answer(api: Api, world: SimpleNamespace) -> None:
    world.session.starts_on = datetime.date(2025, 1, 20)
    world.session.save()
    assert api.ids(as_of="2025-01-20") == ["first222", "second22", "slovenia"]
    assert api.ids(as_of="2025-01-19") == []
    assert api.get("recommendations/facets/", as_of="2025-01-19")["total"] == 0
    assert api.get("recommendations/first222/", as_of="2025-01-20")["lead_assessment"] is None
    detail = api.get("recommendations/first222/", as_of="2025-01-19", expect=404)["detail"]
    assert detail == "On 2025-01-19 this had not been recommended yet."


def test_symbol_that_a_document_lacks_is_said_to_be_missing(api: Api, world: SimpleNamespace) -> None:
    assert "source.document.symbol" not in api.get("recommendations/first222/")["empty"]
    world.report.symbol = ""
    world.report.save()
    for row in (api.get("recommendations/first222/"), api.get("recommendations/", search="140.9")["results"][0]):
        assert row["source"]["document"]["symbol"] is row["position"]["document"]["symbol"] is None
        found = {path: row["empty"][f"{path}.document.symbol"] for path in ("source", "position")}
        assert found == {"source": "not_stated", "position": "not_stated"}
