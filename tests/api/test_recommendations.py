"""Recommendations: which are found, what is told of them, and what is never told."""

import datetime
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from recommendations import derived
from recommendations.models import Assessment
from tests import factories as make
from tests.api.conftest import Api, assess

# One for the rows with review, position, lead and source; one each for mentions, their States, links to issues, issues,
# groups and goals.
LIST_QUERIES = 8  # the mark of the answer (api.conditional), and what the list itself asks
# A detail also reads positions, their documents, voices, bases and the documents of bases.
DETAIL_QUERIES = 12

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
    ({"search": "torture or treaty"}, ["first222", "slovenia"]),
    ({"search": "140.10"}, ["second22"]),
    ({"search": "140.1"}, []),
    ({"search": "no such words"}, []),
    ({"sample": "true", "search": "sample"}, ["sample22"]),
]


@pytest.mark.parametrize(("params", "found"), FOUND)
def test_filters_find_what_they_name(
    params: dict[str, Any], found: list[str], api: Api, world: SimpleNamespace
) -> None:
    assert api.ids(**params) == found


def test_list_is_in_the_order_of_the_report(api: Api, world: SimpleNamespace) -> None:
    labels = [row["label"] for row in api.get("recommendations/", state="KAZ", sample="true")["results"]]
    assert labels == ["140.9", "140.10", "140.11"]


def test_list_takes_a_fixed_number_of_queries_whatever_its_size(api: Api, world: SimpleNamespace) -> None:
    def queries(page_size: int) -> int:
        with CaptureQueriesContext(connection) as captured:
            rows = api.get("recommendations/", page_size=page_size)["results"]
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
    assert len(captured) <= DETAIL_QUERIES


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
