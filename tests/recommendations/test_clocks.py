"""The two clocks: what held on a day by what is known now, and what this site had published by the end of a day."""

import datetime
import random
from types import SimpleNamespace
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from accounts.reader import PUBLIC, Reader, end_of_day
from history.log import Actor
from recommendations import actions, derived
from recommendations.aggregates import Span, over_time
from recommendations.facets import facets_of
from recommendations.models import Assessment, Recommendation
from reviews.models import Lead
from tests import factories as make


def day(text: str) -> datetime.date:
    """A day of 2025, such as "03-01"."""
    return datetime.date.fromisoformat(f"2025-{text}")


def noon(text: str) -> datetime.datetime:
    """The middle of a day of 2025, UTC."""
    return datetime.datetime.combine(day(text), datetime.time(12), datetime.UTC)


def shown(recommendation: Recommendation, *, as_of: str = "", known_on: str = "") -> str | None:
    """The status that a list shows to a reader at these days."""
    reader = PUBLIC.at(as_of=day(as_of) if as_of else None, known_on=day(known_on) if known_on else None)
    found: Any = Recommendation.objects.with_lead(reader).get(pk=recommendation.pk)
    status = Assessment.objects.get(pk=found.lead_id).status if found.lead_id else None
    assert found.lead_status == status
    return status


def leads(reader: Reader) -> dict[int, int | None]:
    """The lead assessment of each recommendation, as this reader is shown it."""
    rows: list[Any] = list(Recommendation.objects.with_lead(reader))
    return {row.pk: row.lead_id for row in rows}


@pytest.fixture
def told(cast: SimpleNamespace) -> SimpleNamespace:
    """The leading organisation said Not Started of January in February, and In Progress of March in May."""
    cast.first = make.make_assessment(
        cast.recommendation, cast.group, "not_started", holds_from=day("01-10"), published_at=noon("02-01")
    )
    cast.second = make.make_assessment(
        cast.recommendation, cast.group, "in_progress", holds_from=day("03-01"), published_at=noon("05-01")
    )
    return cast


@pytest.mark.parametrize(
    ("as_of", "known_on", "status"),
    [
        ("", "", "in_progress"),
        # What held, by what is known now: April was In Progress, though nobody had said so yet.
        ("01-09", "", None),
        ("01-10", "", "not_started"),
        ("02-28", "", "not_started"),
        ("03-01", "", "in_progress"),
        ("04-01", "", "in_progress"),
        # What this site had published by the end of that day.
        ("", "01-31", None),
        ("", "02-01", "not_started"),
        ("", "04-30", "not_started"),
        ("", "05-01", "in_progress"),
        # Both: what held on one day, by what was known on another.
        ("04-01", "04-30", "not_started"),
        ("04-01", "05-01", "in_progress"),
        ("01-20", "05-01", "not_started"),
        ("01-20", "01-31", None),
    ],
)
def test_status_at_two_days(told: SimpleNamespace, as_of: str, known_on: str, status: str | None) -> None:
    assert shown(told.recommendation, as_of=as_of, known_on=known_on) == status


def test_withdrawn_status_was_known_until_its_withdrawal(told: SimpleNamespace) -> None:
    Assessment.objects.filter(pk=told.second.pk).update(withdrawn_at=noon("06-15"))
    assert shown(told.recommendation, as_of="04-01") == "not_started"
    assert shown(told.recommendation, known_on="06-14") == "in_progress"
    assert shown(told.recommendation, known_on="06-15") == "not_started"
    assert shown(told.recommendation, as_of="04-01", known_on="06-14") == "in_progress"


def test_known_day_ends_at_midnight_utc(told: SimpleNamespace) -> None:
    last = datetime.datetime(2025, 7, 1, 23, 59, 59, tzinfo=datetime.UTC)
    make.make_assessment(told.recommendation, told.group, "regression", holds_from=day("07-01"), published_at=last)
    assert shown(told.recommendation, known_on="06-30") == "in_progress"
    assert shown(told.recommendation, known_on="07-01") == "regression"
    assert end_of_day(day("07-01")) == datetime.datetime(2025, 7, 2, tzinfo=datetime.UTC)


def test_status_dated_back_changes_the_past_by_what_is_known_now_only(told: SimpleNamespace) -> None:
    make.make_assessment(
        told.recommendation, told.group, "regression", holds_from=day("02-10"), published_at=noon("08-01")
    )
    assert shown(told.recommendation, as_of="02-20") == "regression"
    assert shown(told.recommendation, as_of="02-20", known_on="07-31") == "not_started"
    assert shown(told.recommendation) == "in_progress"


def test_lead_of_the_day_speaks(told: SimpleNamespace) -> None:
    make.make_assessment(
        told.recommendation, told.others, "regression", holds_from=day("01-05"), published_at=noon("01-05")
    )
    make.make_lead(told.review, told.others, day("04-10"))
    assert shown(told.recommendation, as_of="04-09") == "in_progress"
    assert shown(told.recommendation, as_of="04-10") == "regression"
    assert shown(told.recommendation, known_on="04-09") == "not_started"
    assert shown(told.recommendation, known_on="04-10") == "regression"


@pytest.mark.parametrize("from_day", ["03-10", "02-01"])
def test_lead_named_or_corrected_later_changes_nothing_that_was_known_before(
    told: SimpleNamespace, from_day: str
) -> None:
    Lead.recorded.all().delete()
    make.make_lead(told.review, told.group, day("02-01"))
    make.make_assessment(
        told.recommendation, told.others, "regression", holds_from=day("01-05"), published_at=noon("01-05")
    )
    with time_machine.travel(noon("08-01")):  # from a past day: an additional one, or another for the same day
        actions.name_lead(review=told.review, organisation=told.others, from_day=day(from_day), by=Actor())
    assert shown(told.recommendation, as_of="04-01") == "regression"
    for known_on, status in (("07-31", "in_progress"), ("08-01", "regression")):
        assert shown(told.recommendation, as_of="04-01", known_on=known_on) == status
        reader = PUBLIC.at(as_of=day("04-01"), known_on=day(known_on))
        (facet,) = facets_of({}, reader, ["status"])
        assert {value.value for value in facet.values} == {status}
        (cell,) = over_time({}, reader, [], "recommendation", "month", Span(day("04-01"))).cells
        assert cell["status"] == status


def test_without_a_lead_there_is_no_lead_status(told: SimpleNamespace) -> None:
    Lead.objects.all().delete()
    assert shown(told.recommendation, as_of="04-01") is None


def test_voices_at_a_day(told: SimpleNamespace) -> None:
    theirs = make.make_assessment(
        told.recommendation, told.others, "regression", holds_from=day("02-01"), published_at=noon("02-02")
    )

    def current(reader: Reader) -> set[int]:
        return set(Assessment.objects.held(reader).current().values_list("pk", flat=True))

    assert current(PUBLIC) == {told.second.pk, theirs.pk}
    assert current(PUBLIC.at(as_of=day("02-28"))) == {told.first.pk, theirs.pk}
    assert current(PUBLIC.at(as_of=None, known_on=day("02-01"))) == {told.first.pk}
    assert current(PUBLIC.at(as_of=day("01-15"))) == {told.first.pk}
    assert current(PUBLIC.at(as_of=day("01-01"))) == set()


@pytest.mark.parametrize("seed", range(4))
def test_clocks_at_today_tell_what_the_kept_column_tells(cast: SimpleNamespace, seed: int) -> None:
    chance = random.Random(seed)
    rows = [make.make_recommendation(cast.review, is_sample=chance.random() < 0.3) for _i in range(6)]
    make.make_lead(cast.review, cast.others, day("05-01"))
    Lead.objects.create(review=cast.review, organisation=cast.group, from_day=day("05-01"), is_sample=True)
    for _step in range(30):
        made = make.make_assessment(
            chance.choice(rows),
            chance.choice([cast.group, cast.others]),
            chance.choice(["not_started", "in_progress", "regression"]),
            holds_from=day("01-01") + datetime.timedelta(days=chance.randrange(200)),
        )
        if chance.random() < 0.3:
            Assessment.objects.filter(pk=made.pk).update(withdrawn_at=timezone.now())
    derived.refresh_leads([row.pk for row in rows])
    today = timezone.now().date()
    kept = leads(PUBLIC)
    assert any(kept.values())
    for as_of, known_on in ((today, None), (None, today), (today, today)):
        assert leads(PUBLIC.at(as_of=as_of, known_on=known_on)) == kept
