"""Dyads: one row for each recommendation and State that made it, weighted, page by page."""

from types import SimpleNamespace
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

from recommendations.models import RecommendingState
from states.models import State
from tests.api.conftest import Api

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
