"""Facets are what the lists behind their values hold: on random data, without and with filters and clocks."""

import datetime
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.reader import PUBLIC, Reader
from recommendations import facets
from recommendations.facets import NAMES, FacetCounts, facets_of
from recommendations.models import Recommendation, Status
from recommendations.selection import UnknownChoice
from tests.recommendations.conftest import listed

KEPT_QUERIES = 3  # reviews, terms, numbers
SPRING = datetime.date(2025, 3, 31)


def asked(params: dict[str, Any], reader: Reader = PUBLIC, names: Any = NAMES) -> list[FacetCounts]:
    return facets_of({name: [value] for name, value in params.items()}, reader, names)


QUESTIONS: list[dict[str, Any]] = [
    {},
    {"state": "KAZ"},
    {"state": "KAZ,SVN", "response": "noted"},
    {"status": "not_assessed"},
    {"issue": "upr_info-torture", "cycle": "4"},
    {"goal": "16", "regional_group": "weog"},
    {"recommending_state": "FRA", "search": "measure"},
]
READERS = {
    "today": PUBLIC,
    "samples": Reader(samples=True),
    "as_of": Reader(as_of=SPRING),
    "known_on": Reader(known_on=datetime.date(2025, 6, 30)),
    "both": Reader(as_of=SPRING, known_on=datetime.date(2026, 12, 1)),
}


@pytest.mark.parametrize("who", READERS)
def test_each_number_is_that_of_the_list_behind_it(random_world: SimpleNamespace, who: str) -> None:
    reader = READERS[who]
    for params in QUESTIONS:
        for counted in asked(params, reader):
            name = counted.facet.name
            others = {key: value for key, value in params.items() if key != name}
            assert counted.total == len(listed(others, reader)), (params, name)
            numbers = {value.value: value.n for value in counted.values}
            assert numbers == {value: len(listed(others | {name: value}, reader)) for value in numbers}, (params, name)
            assert counted.one_in == 1


def test_every_value_that_something_has_is_there(random_world: SimpleNamespace) -> None:
    found: dict[str, set[str]] = {}
    for counted in asked({}):
        found.setdefault(counted.facet.name, set()).update(value.value for value in counted.values)
    assert set(found) == set(NAMES)
    live = Recommendation.objects.visible_to(PUBLIC)
    assert found["issue"] == set(live.exclude(issues=None).values_list("issues__slug", flat=True))
    assert found["group"] == set(live.exclude(groups=None).values_list("groups__code", flat=True))
    assert {"16", "16.1"} <= found["goal"]
    assert found["status"] <= {*Status.values, "not_assessed"}
    assert random_world.hidden.slug not in found["voice"]


def test_total_distinct_counts_each_recommendation_once(random_world: SimpleNamespace) -> None:
    live = Recommendation.objects.visible_to(PUBLIC)
    counted = {(line.facet.name, line.facet.scheme): line for line in asked({})}
    assert counted["goal", ""].total_distinct == live.exclude(goals=None).distinct().count()
    assert counted["issue", "upr_info"].total_distinct == live.filter(issues__scheme="upr_info").distinct().count()
    assert counted["recommending_state", ""].total_distinct == live.exclude(recommenders=None).distinct().count()
    assert counted["status", ""].total_distinct == counted["status", ""].total == live.count()
    assert sum(value.n for value in counted["goal", ""].values) > counted["goal", ""].total_distinct


def test_facets_of_everything_are_three_queries_and_touch_no_recommendation(random_world: SimpleNamespace) -> None:
    with CaptureQueriesContext(
        connection,
    ) as queries:
        asked({})
    assert len(queries) == KEPT_QUERIES
    assert not any("recommendations_recommendation " in query["sql"] for query in queries)


def test_a_filter_costs_one_query_for_each_set_of_rows(random_world: SimpleNamespace) -> None:
    with CaptureQueriesContext(connection) as queries:
        asked({"response": "noted", "status": "in_progress"}, names=["response", "group"])
    assert len(queries) == 3  # terms; those noted and in progress; those in progress, for the responses


@pytest.mark.parametrize("who", READERS)
@pytest.mark.parametrize(
    "params", [{"regional_group": "asia_pacific,eastern_european,weog"}, {"response": "supported"}, {"goal": "16,16.1"}]
)
def test_many_rows_are_sampled_evenly_and_said_to_be(
    random_world: SimpleNamespace, monkeypatch: pytest.MonkeyPatch, params: dict[str, str], who: str
) -> None:
    exact = {line.facet: line for line in asked(params, READERS[who])}
    monkeypatch.setattr(facets, "CAP", 5)
    for counted in asked(params, READERS[who]):
        assert counted.total == exact[counted.facet].total
        assert counted.total_distinct <= counted.total
        if counted.facet.name in facets.NEVER_EMPTY:
            assert counted.total_distinct == counted.total
        if counted.facet.name in facets.CLOCKED and READERS[who].is_clocked:
            assert counted == exact[counted.facet]
        elif counted.facet.name not in params:  # without its own filter it is one of everything
            assert counted.one_in > 1
            assert all(value.n % counted.one_in == 0 for value in counted.values if value.value != "not_assessed")


def test_an_unknown_value_is_refused(cast: SimpleNamespace) -> None:
    with pytest.raises(UnknownChoice):
        asked({"state": "XXX"})
