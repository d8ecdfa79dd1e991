"""States, sessions, reviews, issues, goals, events: filters and what must be found."""

import datetime
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from history.log import Actor
from recommendations import actions
from states.models import State
from tests import factories as make
from tests.api.conftest import Api

FOUND: list[tuple[str, dict[str, Any], list[Any]]] = [
    ("states/", {"regional_group": "weog"}, ["FRA"]),
    ("states/", {"kind": "observer"}, []),
    ("sessions/", {"cycle": "4"}, [48]),
    ("reviews/", {"state": "SVN"}, ["48-SVN"]),
    ("reviews/", {"session": "48", "regional_group": "asia_pacific"}, ["48-KAZ"]),
    ("issues/", {"scheme": "uhri_theme"}, []),
    ("events/", {}, [11, 12]),
    ("events/", {"state": "SVN"}, [12]),
    ("events/", {"session": "48", "state": "KAZ"}, [11]),
]
KEYS = {"states/": "iso3", "sessions/": "number", "reviews/": "key", "issues/": "slug", "events/": "id"}
REVIEW_QUERIES = 12  # the review, nine kinds of thing it holds, two counts


@pytest.mark.parametrize(("path", "params", "found"), FOUND)
def test_filters_find_what_they_name(
    path: str, params: dict[str, Any], found: list[Any], api: Api, world: SimpleNamespace
) -> None:
    assert [row[KEYS[path]] for row in api.get(path, **params)["results"]] == found


def test_review_counts_leave_out_samples_and_what_was_removed(api: Api, world: SimpleNamespace) -> None:
    counts = api.get("reviews/48-KAZ/")["counts"]
    assert counts["recommendations"] == 2
    assert counts["by_status"] == {"in_progress": 1, "monitoring_phase": 1}
    assert counts["by_response"] == {"noted": 1, "supported": 1}
    assert api.get("reviews/48-KAZ/", sample="true")["counts"]["recommendations"] == 3


def test_review_is_told_in_a_fixed_number_of_queries(api: Api, world: SimpleNamespace) -> None:
    with CaptureQueriesContext(connection) as captured:
        api.get("reviews/48-KAZ/")
    assert len(captured) <= REVIEW_QUERIES


def test_lead_of_a_day_to_come_does_not_lead_yet(api: Api, world: SimpleNamespace) -> None:
    make.make_lead(world.review, world.hidden, datetime.date(2999, 1, 1))
    assert api.get("reviews/48-KAZ/")["lead"]["organisation"]["slug"] == "watchers"


def test_lead_of_the_samples_never_leads_the_review(api: Api, world: SimpleNamespace) -> None:
    sample = make.make_organisation("Sample Coalition", slug="sample-coalition", is_sample=True)
    later = make.make_lead(world.review, sample, datetime.date(2025, 3, 1))
    type(later).objects.filter(pk=later.pk).update(is_sample=True)
    plain, with_samples = api.get("reviews/48-KAZ/"), api.get("reviews/48-KAZ/", sample="true")
    assert (plain["lead"]["organisation"]["slug"], plain["sample_lead"]) == ("watchers", None)
    assert with_samples["lead"]["organisation"]["slug"] == "watchers"
    assert with_samples["sample_lead"]["organisation"]["slug"] == "sample-coalition"
    type(later).objects.filter(is_sample=False).delete()
    assert api.get("reviews/48-KAZ/", sample="true")["lead"] is None


def test_sample_event_is_shown_only_when_asked_for(api: Api, world: SimpleNamespace) -> None:
    event = make.make_event(world.review)
    type(event).objects.filter(pk=event.pk).update(is_sample=True)
    assert len(api.get("events/")["results"]) == 2
    assert len(api.get("events/", sample="true")["results"]) == 3
    api.get(f"events/{event.pk}/", expect=404)


@pytest.mark.parametrize(
    "path", ["states/KAZ/", "reviews/48-KAZ/", "issues/upr_info-torture/", "groups/women/", "goals/16.3/"]
)
def test_detail_is_found_in_either_case(path: str, api: Api, world: SimpleNamespace) -> None:
    for spelt in (path.lower(), path.split("/")[0] + "/" + path.split("/")[1].upper() + "/"):
        assert api.get(spelt) == api.get(path)


def test_judgements_and_answers_of_one_recommendation(api: Api, world: SimpleNamespace) -> None:
    for path, number in (("assessments/", 3), ("positions/", 1)):
        found = api.get(path, recommendation="first222")["results"]
        assert {row["recommendation"] for row in found} == {"first222"}
        assert len(found) == number
        others = api.get(path, recommendation__not="first222")["results"]
        assert len(others) + number == len(api.get(path)["results"])
        for name in ("zzzzzzzz", "removed2", "sample22", "FIRST222x"):
            assert name in api.get(path, expect=400, recommendation=name)["detail"]
    assert api.get("assessments/", recommendation="sample22", sample="true")["results"] == []


def test_state_says_why_its_numbers_are_empty(api: Api, world: SimpleNamespace) -> None:
    """The lists that were read have members of the UN only (docs/reference-data.md)."""
    State.objects.filter(pk=world.kaz.pk).update(cow=705, gleditsch_ward=705)
    State.objects.filter(pk=world.bol.pk).update(kind="observer", regional_group="")
    member, observer = {"v_dem": "not_sourced"}, {"cow": "not_applicable", "gleditsch_ward": "not_applicable"}
    observer |= {"v_dem": "not_sourced", "regional_group": "not_applicable"}
    rows = {row["iso3"]: row for row in api.get("states/")["results"]}
    assert (rows["KAZ"]["empty"], rows["BOL"]["empty"]) == (member, observer)
    assert rows["FRA"]["empty"] == {"cow": "not_sourced", "gleditsch_ward": "not_sourced"} | member
    for code in ("KAZ", "BOL"):
        assert api.get(f"states/{code}/")["empty"] == rows[code]["empty"]
    assert api.get("states/", fields="iso3,cow,empty")["results"][0]["empty"] == {"cow": "not_applicable"}


def test_review_that_never_was_is_not_found(api: Api, world: SimpleNamespace) -> None:
    assert "47-KAZ" in api.get("reviews/47-KAZ/", expect=404)["detail"]


@pytest.mark.parametrize(
    "path", ["recommendations/first222/", "reviews/48-KAZ/", "states/KAZ/", "issues/upr_info-torture/", "events/11/"]
)
def test_address_in_an_answer_leads_to_a_page(path: str, api: Api, world: SimpleNamespace) -> None:
    address = api.get(path)["url"].removeprefix("https://tracker.example")
    assert api.client.get(address).status_code == 200


def test_answer_may_be_kept_by_any_cache_between(api: Api, world: SimpleNamespace) -> None:
    response = api.client.get("/api/v1/recommendations/", headers={"Accept-Encoding": "gzip"})
    assert response.headers["Content-Encoding"] == "gzip"
    assert "Cookie" not in response.headers["Vary"]
    assert not response.cookies


def test_head_is_answered_like_get_without_a_body(api: Api, world: SimpleNamespace) -> None:
    response = api.client.head("/api/v1/recommendations/first222/")
    assert (response.status_code, response.content) == (200, b"")


def test_refusals_are_in_the_language_asked_for(api: Api, settings: Any) -> None:
    settings.LANGUAGES = [("en", "English"), ("ru", "Russian")]
    response = api.client.get("/api/v1/states/", {"page_size": "0"}, headers={"Accept-Language": "ru"})
    assert response.headers["Content-Language"] == "ru"


def test_assessment_that_was_withdrawn_is_gone_and_stands_where_it_was_known(
    api: Api, world: SimpleNamespace, time_machine: Any
) -> None:
    time_machine.move_to(datetime.datetime(2026, 2, 3, 12, tzinfo=datetime.UTC))
    assessment = world.first.assessments.get(voice=world.lead, status="in_progress")
    path = f"assessments/{assessment.pk}/"
    assert api.get(path)["status"] == "in_progress"
    actions.withdraw_assessment(assessment=assessment, by=Actor())
    problem = api.get(path, expect=410)
    assert problem["detail"] == "This assessment was withdrawn on 2026-02-03."
    assert api.get(path, known_on="2026-02-02")["status"] == "in_progress"
    api.get(path, expect=410, known_on="2026-02-03")
    sample = make.make_assessment(world.sample, world.lead)
    actions.withdraw_assessment(assessment=sample, by=Actor())
    api.get(f"assessments/{sample.pk}/", expect=404)
    api.get(f"assessments/{sample.pk}/", expect=410, sample="true")
    api.get("assessments/99999/", expect=404)
