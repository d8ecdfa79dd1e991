"""Aggregates are what lists hold, cell by cell; over time, what lists held at the end of each month."""

import datetime
from collections import Counter, defaultdict
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.reader import PUBLIC, Reader
from recommendations import aggregates
from recommendations.aggregates import TooManyCells, aggregate, ends, over_time
from recommendations.dimensions import DIMENSIONS
from recommendations.models import Assessment, Recommendation, RecommendingState
from recommendations.querysets import utc_today
from recommendations.selection import FILTERS
from tests import factories as make
from tests.indices import index_from, index_of
from tests.recommendations.conftest import listed
from tests.recommendations.test_facets import READERS

DAY = datetime.date
PLAIN = ["state", "session", "cycle", "regional_group", "response", "claim", "status", "action_category"]


def test_every_dimension_is_a_filter_too() -> None:
    assert set(DIMENSIONS) <= set(FILTERS)


@pytest.mark.parametrize("name", DIMENSIONS)
@pytest.mark.parametrize("who", ["today", "as_of"])
def test_each_cell_holds_what_the_list_behind_it_holds(random_world: SimpleNamespace, name: str, who: str) -> None:
    reader = READERS[who]
    found = aggregate({"cycle": ["4"]}, reader, [name], "recommendation")
    whole = listed({"cycle": "4"}, reader)
    for cell in found.cells:
        if cell[name] not in (None, "(collective)"):
            assert cell["n"] == len(listed({"cycle": "4", name: cell[name]}, reader)), cell
    assert found.total_distinct == len(whole)
    assert found.n == sum(cell["n"] for cell in found.cells)
    if name in PLAIN:
        assert found.n == len(whole)


def test_two_dimensions_count_each_recommendation_once_a_cell(random_world: SimpleNamespace) -> None:
    found = aggregate({}, PUBLIC, ["issue", "recommending_state"], "recommendation")
    expected: Counter[tuple[Any, Any]] = Counter()
    for row in Recommendation.objects.visible_to(PUBLIC):
        slugs: set[str | None] = {link.issue.slug for link in row.issue_links.all()}
        states: set[str | None] = {link.state.iso3 for link in row.recommenders.all() if link.state}
        expected.update((slug, state) for slug in slugs or {None} for state in states or {None})
    assert {(cell["issue"], cell["recommending_state"]): cell["n"] for cell in found.cells} == expected


def test_dyads_count_each_recommending_state(random_world: SimpleNamespace) -> None:
    live = RecommendingState.objects.filter(recommendation__in=Recommendation.objects.visible_to(PUBLIC))
    found = aggregate({}, PUBLIC, ["state"], "dyad")
    assert {cell["state"]: cell["n"] for cell in found.cells} == Counter(
        live.values_list("recommendation__state_iso3", flat=True)
    )
    assert (found.n, found.total_distinct) == (live.count(), live.values("recommendation").distinct().count())


@pytest.mark.parametrize("period", ["month", "year"])
@pytest.mark.parametrize("who", ["today", "as_of", "known_on"])
def test_over_time_is_what_lists_showed_on_each_day(random_world: SimpleNamespace, period: str, who: str) -> None:
    reader = READERS[who]
    found = over_time({"cycle": ["4"]}, reader, ["state"], "recommendation", period)
    days = sorted({cell["at"] for cell in found.cells})
    assert days[-1] == (reader.as_of or reader.known_on or utc_today())
    for day in days:
        then = reader.at(as_of=day, known_on=reader.known_on)
        shown: Counter[tuple[str, str]] = Counter()
        rows = Recommendation.objects.filter(cycle=4).visible_to(then).with_lead(then)
        shown.update((row.state_iso3, row.lead_status or "not_assessed") for row in rows)  # type: ignore[attr-defined]
        cells = {(cell["state"], cell["status"]): cell["n"] for cell in found.cells if cell["at"] == day}
        assert cells == shown, day


def test_over_time_follows_a_change_of_leads(cast: SimpleNamespace) -> None:
    make.make_assessment(cast.recommendation, cast.group, "in_progress", holds_from=DAY(2025, 1, 10))
    make.make_assessment(cast.recommendation, cast.others, "regression", holds_from=DAY(2025, 1, 20))
    make.make_lead(cast.review, cast.others, DAY(2025, 3, 1))
    found = over_time({}, PUBLIC.at(as_of=DAY(2025, 4, 15)), [], "recommendation", "month")
    assert [(cell["at"].isoformat(), cell["status"]) for cell in found.cells] == [
        ("2025-01-31", "in_progress"),
        ("2025-02-28", "in_progress"),
        ("2025-03-31", "regression"),
        ("2025-04-15", "regression"),
    ]


def test_over_time_is_two_queries_however_many_months(random_world: SimpleNamespace) -> None:
    with CaptureQueriesContext(connection) as queries:
        over_time({}, Reader(as_of=DAY(2026, 6, 1)), [], "recommendation", "month")
    assert len(queries) == 2


@pytest.mark.parametrize(
    ("first", "last", "period", "days"),
    [
        (DAY(2025, 1, 31), DAY(2025, 3, 1), "month", ["2025-01-31", "2025-02-28", "2025-03-01"]),
        (DAY(2024, 11, 2), DAY(2025, 1, 31), "month", ["2024-11-30", "2024-12-31", "2025-01-31"]),
        (DAY(2023, 5, 5), DAY(2025, 2, 1), "year", ["2023-12-31", "2024-12-31", "2025-02-01"]),
        (DAY(2025, 2, 1), DAY(2025, 2, 1), "year", ["2025-02-01"]),
    ],
)
def test_ends_of_periods(first: DAY, last: DAY, period: str, days: list[str]) -> None:
    assert [day.isoformat() for day in ends(first, last, period)] == days


def test_index_of_each_cell_is_that_of_its_recommendations(random_world: SimpleNamespace) -> None:
    found = aggregate({}, PUBLIC, ["state"], "recommendation", index=True)
    rows = Recommendation.objects.visible_to(PUBLIC)
    indices = index_of([row.pk for row in rows], PUBLIC)
    assert found.cells
    for cell in found.cells:
        own = [indices[row.pk] for row in rows if row.state_iso3 == cell["state"] and indices[row.pk].n]
        values = [index.value for index in own]
        assert cell["index"]["n"] == len(own)
        assert cell["index"]["value"] == pytest.approx(sum(values) / len(values), abs=1e-4)
        assert cell["index"]["voices"] == sum(index.n for index in own)
        assert cell["index"]["disputed"] == sum(index.disputed for index in own)
        for verdict in ("not_implemented", "partially_implemented", "fully_implemented"):
            assert cell["index"][verdict] == sum(index.verdict == verdict for index in own)
        assert sum(kind["n"] for kind in cell["index"]["by_kind"]) == cell["index"]["voices"]


@pytest.mark.parametrize("dimensions", [["voice"], ["state", "voice"]])
def test_index_of_a_voice_is_made_of_its_own_scores(random_world: SimpleNamespace, dimensions: list[str]) -> None:
    reader = READERS["as_of"]
    found = aggregate({}, reader, dimensions, "recommendation", index=True)
    seen = Recommendation.objects.visible_to(reader)
    current = Assessment.objects.filter(recommendation__in=seen).held(reader).current().select_related("voice")
    voices: dict[tuple[str, ...], dict[int, list[Assessment]]] = defaultdict(lambda: defaultdict(list))
    for each in current:
        name = "(collective)" if each.voice.collective_name else each.voice.slug
        key = (*([each.recommendation.state_iso3] if len(dimensions) > 1 else []), name)
        voices[key][each.recommendation_id].append(each)
    expected = {}
    for key, said in voices.items():
        indices = [index for assessments in said.values() if (index := index_from(assessments)).n]
        if indices:
            mean = sum(index.value for index in indices) / len(indices)
            expected[key] = (len(indices), pytest.approx(mean, abs=1e-4), sum(index.n for index in indices))
    told = {tuple(cell[name] for name in dimensions): cell["index"] for cell in found.cells if "index" in cell}
    assert len(told) > 1
    assert {key: (index["n"], index["value"], index["voices"]) for key, index in told.items()} == expected
    for key, index in told.items():
        assert sum(kind["n"] for kind in index["by_kind"]) == index["voices"]
        assert index["disputed"] == 0 or key[-1] == "(collective)"


def test_too_many_cells_are_refused(random_world: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aggregates, "MOST_CELLS", 2)
    with pytest.raises(TooManyCells):
        aggregate({}, PUBLIC, ["issue", "state"], "recommendation")
    with pytest.raises(TooManyCells):
        over_time({}, PUBLIC, [], "recommendation", "month")


def test_nothing_found_is_no_cell(cast: SimpleNamespace) -> None:
    empty = aggregate({"response": ["noted"]}, PUBLIC, ["state"], "recommendation")
    assert (empty.cells, empty.n, empty.total_distinct) == ([], 0, 0)
    assert over_time({"response": ["noted"]}, PUBLIC, [], "recommendation", "month").n == 0
