"""Dyads: one row for each recommendation and State that made it, weighted, page by page."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from recommendations.models import RecommendingState
from reports.questions import Question
from states.models import State
from tests.api.conftest import Api
from tests.api.test_bulk import lines

LIST_QUERIES = 2  # the mark of the data; which rows. A prepared statement, which Django does not see, tells them


def pairs(answer: Any) -> list[tuple[str, str | None, int]]:
    """Recommendation, recommending State and place of each row."""
    return [
        (row["public_id"], (row["recommending_state"] or {}).get("iso3"), row["position"]) for row in answer["results"]
    ]


def test_each_state_that_made_one_is_a_row(api: Api, world: SimpleNamespace) -> None:
    answer = api.get("dyads/")
    assert pairs(answer) == [("first222", "FRA", 1), ("first222", None, 2), ("slovenia", "KAZ", 1)]
    first, unknown, _third = answer["results"]
    assert (first["states"], first["weight"], unknown["printed"]) == (2, 0.5, "Ruritania")
    assert first["status"] == "in_progress"
    assert first["regional_group_basis"] == "today"


def test_weights_of_a_recommendation_add_up_to_one(api: Api, world: SimpleNamespace) -> None:
    RecommendingState.objects.create(recommendation=world.first, state=world.bol, order=3, printed="Bolivia")
    weights = [row["weight"] for row in api.get("dyads/")["results"] if row["public_id"] == "first222"]
    assert weights == [1 / 3] * 3


def test_rows_follow_filters_and_both_clocks(api: Api, world: SimpleNamespace) -> None:
    assert pairs(api.get("dyads/", recommending_state="KAZ")) == [("slovenia", "KAZ", 1)]
    assert pairs(api.get("dyads/", response="noted")) == []
    then = api.get("dyads/", as_of="2025-02-15", status="not_started")
    assert {row["status"] for row in then["results"]} == {"not_started"}
    before = api.get("dyads/", known_on="2025-07-01")
    assert {row["status"] for row in before["results"]} == {"not_assessed"}


def test_codes_are_there_or_said_not_to_be_sourced(api: Api, world: SimpleNamespace) -> None:
    State.objects.filter(iso3="FRA").update(cow=220, gleditsch_ward=220)
    row = api.get("dyads/")["results"][0]
    assert (row["recommending_state"]["cow"], row["recommending_state"]["m49"]) == (220, "250")
    assert row["recommending_state"]["v_dem"] is None
    assert row["empty"]["recommending_state.v_dem"] == row["empty"]["state.cow"] == "not_sourced"
    assert "recommending_state.cow" not in row["empty"]


def test_pages_hold_every_row_once_in_a_fixed_number_of_queries(api: Api, world: SimpleNamespace) -> None:
    for order in range(3, 12):
        RecommendingState.objects.create(recommendation=world.first, state=world.bol, order=order, printed="Bolivia")
    seen: list[Any] = []
    with CaptureQueriesContext(connection) as queries:
        answer = api.get("dyads/", page_size="4")
    assert len(queries) == LIST_QUERIES
    assert api.get("dyads/", count="true")["count"] == 12
    while True:
        seen += pairs(answer)
        if not answer["next"]:
            break
        answer = api.get(answer["next"].partition("/api/v1/")[2])
    assert len(seen) == len(set(seen)) == 12
    assert seen == sorted(seen, key=lambda pair: (pair[0] != "first222", pair[2]))
    last = api.get("dyads/", page_size="4", ordering="-recommendation")
    rest = api.get(last["next"].partition("/api/v1/")[2])
    assert pairs(last) + pairs(rest) == seen[::-1][:8]


def test_samples_and_removed_ones_are_left_out(api: Api, world: SimpleNamespace) -> None:
    for recommendation in (world.sample, world.removed):
        RecommendingState.objects.create(recommendation=recommendation, state=world.fra, order=1, printed="France")
    assert {row["public_id"] for row in api.get("dyads/")["results"]} == {"first222", "slovenia"}
    assert "sample22" in {row["public_id"] for row in api.get("dyads/", sample="true")["results"]}


CHOSEN = [
    ({"recommending_state": "FRA"}, ["FRA"]),
    ({"recommending_state": "BOL,KAZ"}, ["BOL", "KAZ"]),
    ({"recommending_state__not": "FRA"}, [None, "BOL", "KAZ"]),
    ({"recommending_state__not": "KAZ,BOL"}, ["FRA", None]),
    ({"recommending_regional_group": "grulac"}, ["BOL"]),
    ({"recommending_regional_group__not": "grulac"}, ["FRA", None, "KAZ"]),
    ({"recommending_state": "FRA", "recommending_regional_group": "grulac"}, []),
    ({"recommending_state": "BOL", "session": "48", "state": "SVN"}, []),
    ({"recommending_state__all": "FRA,BOL"}, ["FRA", None, "BOL"]),
]


@pytest.mark.parametrize(("params", "states"), CHOSEN)
def test_filters_by_who_recommends_choose_among_the_rows_in_every_form(
    params: dict[str, Any], states: list[str | None], api: Api, world: SimpleNamespace
) -> None:
    RecommendingState.objects.create(recommendation=world.first, state=world.bol, order=3, printed="Bolivia")
    expected: Any = [state for state in ("FRA", None, "BOL", "KAZ") if state in states]
    found = api.get("dyads/", **params)["results"]
    assert [(row["recommending_state"] or {}).get("iso3") for row in found] == expected
    assert all(row["states"] == 3 for row in found if row["public_id"] == "first222")
    paged = api.get("dyads/", page_size=1, count="true", **params)
    assert paged["count"] == len(expected)
    rows = [*paged["results"]]
    while paged["next"]:
        paged = api.get(paged["next"].partition("/api/v1/")[2])
        rows += paged["results"]
    assert rows == found
    streamed, _closing = lines(api.client, "dyads.csv", **params)
    assert [row["recommending_iso3"] or None for row in streamed] == expected
    filed = Question("dyads", {name: [value] for name, value in params.items()}).rows()
    assert list(filed.values_list("recommenders__state__iso3", flat=True)) == expected
    answer = api.get("recommendations/aggregate/", unit="dyad", group_by="recommending_state", **params)
    assert {cell["recommending_state"]: cell["n"] for cell in answer["cells"]} == dict.fromkeys(expected, 1)
    assert answer["total_distinct"] == len({row["public_id"] for row in found})


def test_recommendations_are_still_found_by_any_of_those_who_made_them(api: Api, world: SimpleNamespace) -> None:
    RecommendingState.objects.create(recommendation=world.first, state=world.bol, order=3, printed="Bolivia")
    params: dict[str, Any] = {"recommending_state": "FRA", "group_by": "recommending_state"}
    answer = api.get("recommendations/aggregate/", **params)
    assert [cell["recommending_state"] for cell in answer["cells"]] == ["BOL", "FRA", None]
