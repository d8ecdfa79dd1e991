"""Before a session began: nothing is seen of what was recommended there, and no status is dated so early."""

import datetime
from collections import Counter
from types import SimpleNamespace

import pytest
from django.core.exceptions import ValidationError

from accounts.reader import PUBLIC
from recommendations.aggregates import Span, over_time
from recommendations.facets import facets_of
from recommendations.models import Recommendation
from reviews.models import Session
from tests import factories as make
from tests.recommendations.conftest import Desk

DAY = datetime.date


@pytest.fixture
def sessions(cast: SimpleNamespace) -> SimpleNamespace:
    """Three more sessions; of the second no source gives the days, and each has a recommendation."""
    made = {}
    for number, starts_on in ((20, DAY(2014, 10, 27)), (21, None), (23, DAY(2015, 11, 2))):
        session = make.make_session(number, 2, starts_on=starts_on)
        made[number] = make.make_recommendation(make.make_review(cast.state, session))
    Session.objects.filter(number=48).update(starts_on=DAY(2025, 1, 20))
    return SimpleNamespace(made=made, cast=cast)


def numbers(day: datetime.date | None) -> set[int]:
    """The sessions whose recommendations are seen on a day."""
    seen = Recommendation.objects.visible_to(PUBLIC.at(as_of=day))
    return set(seen.values_list("session_number", flat=True))


@pytest.mark.parametrize(
    ("day", "seen"),
    [
        (DAY(2014, 10, 26), set()),
        (DAY(2014, 10, 27), {20, 21}),  # when the session after it began nobody knows; it may have
        (DAY(2015, 11, 1), {20, 21}),
        (DAY(2015, 11, 2), {20, 21, 23}),
        (DAY(2025, 1, 20), {20, 21, 23, 48}),
        (None, {20, 21, 23, 48}),
    ],
)
def test_recommendations_are_seen_from_the_day_their_session_began(
    sessions: SimpleNamespace, day: datetime.date | None, seen: set[int]
) -> None:
    assert numbers(day) == seen


def test_facets_of_a_day_leave_out_what_was_recommended_later(sessions: SimpleNamespace) -> None:
    for day, total in ((DAY(2015, 1, 1), 2), (DAY(2025, 1, 20), 4), (DAY(2026, 1, 1), 4)):
        (found,) = facets_of({}, PUBLIC.at(as_of=day), ["session"])
        assert (found.total, sum(value.n for value in found.values)) == (total, total)


@pytest.mark.parametrize(
    ("number", "first"), [(20, DAY(2014, 10, 27)), (21, DAY(2014, 10, 27)), (23, DAY(2015, 11, 2))]
)
def test_status_before_the_session_is_refused(sessions: SimpleNamespace, number: int, first: datetime.date) -> None:
    own = Desk(sessions.made[number], sessions.cast.group, sessions.cast.owner)
    early = first - datetime.timedelta(days=1)
    for act in (lambda: own.publish(holds_from=early), lambda: own.check(early)):
        with pytest.raises(ValidationError) as refused:
            act()
        ((sentence,),) = refused.value.message_dict.values()
        assert sentence == (
            f"{early} is before this was recommended: session {number} did not begin before {first}. "
            "Give that day or a later one; what was so before is said in words."
        )
    assert own.publish(holds_from=first).holds_from == first


def test_status_where_no_day_is_known_is_refused_before_the_first_session(desk: Desk) -> None:
    with pytest.raises(ValidationError, match="before the first session of the UPR"):
        desk.publish(holds_from=DAY(2008, 4, 6))
    desk.publish(holds_from=DAY(2008, 4, 7))


@pytest.mark.parametrize("unit", ["recommendation", "dyad"])
def test_series_hold_what_lists_of_each_day_hold(random_world: SimpleNamespace, unit: str) -> None:
    Session.objects.filter(number=20).update(starts_on=DAY(2025, 2, 20))
    Session.objects.filter(number=48).update(starts_on=DAY(2025, 8, 2))
    found = over_time({}, PUBLIC, ["state"], unit, "month")
    assert min(cell["at"] for cell in found.cells) == DAY(2025, 2, 28)
    for day in {cell["at"] for cell in found.cells}:
        then = PUBLIC.at(as_of=day)
        shown: Counter[tuple[str, str]] = Counter()
        for row in Recommendation.objects.visible_to(then).with_lead(then):
            key = (row.state_iso3, row.lead_status or "not_assessed")  # type: ignore[attr-defined]
            shown[key] += 1 if unit == "recommendation" else row.recommenders.count()
        cells = {(cell["state"], cell["status"]): cell["n"] for cell in found.cells if cell["at"] == day}
        assert cells == {key: n for key, n in shown.items() if n}, day


def test_series_runs_between_the_days_asked_for(random_world: SimpleNamespace) -> None:
    whole = over_time({}, PUBLIC, [], "recommendation", "month")
    part = over_time({}, PUBLIC, [], "recommendation", "month", Span(DAY(2025, 5, 3), DAY(2025, 7, 10)))
    days = list(dict.fromkeys(cell["at"] for cell in part.cells))
    assert days == [DAY(2025, 5, 31), DAY(2025, 6, 30), DAY(2025, 7, 10)]
    for end in days[:2]:
        assert [c for c in part.cells if c["at"] == end] == [c for c in whole.cells if c["at"] == end]
    until = over_time({}, PUBLIC.at(as_of=DAY(2025, 7, 10)), [], "recommendation", "month")
    assert [c for c in part.cells if c["at"] == days[-1]] == [c for c in until.cells if c["at"] == days[-1]]


def test_numbers_of_a_series_are_those_of_its_last_day(sessions: SimpleNamespace) -> None:
    found = over_time({}, PUBLIC, [], "recommendation", "year", Span(DAY(2014, 1, 1), DAY(2015, 12, 31)))
    assert [(cell["at"], cell["n"]) for cell in found.cells] == [(DAY(2014, 12, 31), 2), (DAY(2015, 12, 31), 3)]
    assert (found.n, found.total_distinct) == (3, 3)
    before = over_time({}, PUBLIC, [], "recommendation", "year", Span(None, DAY(2013, 1, 1)))
    assert (before.cells, before.n, before.total_distinct) == ([], 0, 0)
