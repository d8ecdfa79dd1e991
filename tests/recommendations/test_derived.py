"""The columns that lists show are always what the rows behind them give; `verify` finds and mends what is not."""

import datetime
import random
from collections.abc import Callable
from io import StringIO
from types import SimpleNamespace

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection

from accounts.models import Organisation
from history import feed
from history.log import Actor, record
from recommendations import actions, derived, events
from recommendations.models import Assessment, Position, Recommendation, Status
from tests import factories as make
from tests.recommendations.conftest import MONITORING, TODAY, Desk, actor
from tests.workers import connect_as_owner

START = datetime.date(2025, 1, 1)


def lead_in_plain_words(recommendation: Recommendation, today: datetime.date) -> int | None:
    """The rule again, as a person would say it and far too slowly for a list."""
    leads = [lead for lead in recommendation.review.leads.all() if lead.from_day <= today]
    leads = [lead for lead in leads if lead.is_sample == recommendation.is_sample]
    if not leads:
        return None
    voice = max(leads, key=lambda lead: lead.from_day).organisation_id
    found = [a for a in Assessment.objects.filter(recommendation=recommendation) if a.voice_id == voice]
    standing = [a for a in found if a.withdrawn_at is None]
    return max(standing, key=lambda a: (a.holds_from, a.pk)).pk if standing else None


@pytest.mark.parametrize("seed", range(6))
def test_lead_is_right_after_any_sequence_of_actions(cast: SimpleNamespace, seed: int) -> None:
    chance = random.Random(seed)
    recommendations = [cast.recommendation, *(make.make_recommendation(cast.review) for _i in range(2))]
    recommendations.append(make.make_recommendation(cast.review, is_sample=True))
    voices: list[Organisation] = [cast.group, cast.others, make.make_organisation()]

    def publish() -> None:
        recommendation, voice = chance.choice(recommendations), chance.choice(voices)
        latest = actions.latest_of(recommendation, voice)
        actions.publish_assessment(
            recommendation=recommendation,
            voice=voice,
            content=actions.AssessmentContent(
                status=chance.choice(Status.values),
                holds_from=START + datetime.timedelta(days=chance.randrange(5)),
                reason="A reason",
                bases=[MONITORING],
            ),
            based_on=latest.pk if latest else None,
            by=actor(cast.owner, voice),
            today=TODAY,
        )

    def withdraw() -> None:
        if Assessment.objects.exists():
            actions.withdraw_assessment(assessment=chance.choice(list(Assessment.objects.all())), by=Actor())

    def redact() -> None:
        if Assessment.objects.exists():
            actions.redact_assessment(assessment=chance.choice(list(Assessment.objects.all())), by=Actor())

    def lead() -> None:
        day = START + datetime.timedelta(days=chance.randrange(400))
        organisation, sample = chance.choice(voices), chance.random() < 0.3
        actions.name_lead(review=cast.review, organisation=organisation, from_day=day, by=Actor(), is_sample=sample)

    roads: list[Callable[[], None]] = [publish, publish, publish, withdraw, redact, lead]
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_date")
        today = cursor.fetchone()[0]
    for _step in range(25):
        chance.choice(roads)()
        assert derived.wrong(derived.LEADS) == []
    for recommendation in recommendations:
        recommendation.refresh_from_db()
        assert recommendation.lead_assessment_id == lead_in_plain_words(recommendation, today)


def answer(
    recommendation: Recommendation, response: str, kind: str | None, day: datetime.date | None = None
) -> Position:
    """What the State answered in a document of that kind."""
    document = make.make_document(recommendation.review, kind=kind) if kind else None
    return Position.objects.create(recommendation=recommendation, response=response, document=document, day=day)


# The answers in the order in which they were recorded; the one that counts is named by its place.
OUTRANKED: list[tuple[str, list[tuple[str, str | None, datetime.date | None]], int]] = [
    ("an addendum outranks a report", [("noted", "addendum", None), ("supported", "wg_report", None)], 0),
    ("a decision outranks an addendum", [("supported", "decision", None), ("noted", "addendum", None)], 0),
    ("a report outranks a list", [("supported", "wg_report", None), ("noted", "thematic_list", None)], 0),
    ("a list outranks another paper", [("supported", "thematic_list", None), ("noted", "article", None)], 0),
    ("a list outranks no paper", [("supported", "thematic_list", None), ("noted", None, None)], 0),
    ("unknown outranks nothing", [("noted", None, None), ("unknown", "decision", None)], 0),
    ("pending outranks no answer", [("noted", "thematic_list", None), ("pending", "addendum", None)], 0),
    ("pending outranks unknown", [("pending", None, None), ("unknown", "decision", None)], 0),
    ("the later day counts", [("noted", "addendum", TODAY), ("supported", "addendum", START)], 0),
    ("a day outranks none", [("noted", "addendum", START), ("supported", "addendum", None)], 0),
    ("the one recorded last counts", [("supported", "addendum", START), ("noted", "addendum", START)], 1),
]


@pytest.mark.parametrize(("why", "answers", "place"), OUTRANKED, ids=[why for why, _a, _p in OUTRANKED])
def test_position_that_counts(
    cast: SimpleNamespace, why: str, answers: list[tuple[str, str | None, datetime.date | None]], place: int
) -> None:
    made = [answer(cast.recommendation, *entry) for entry in answers]
    derived.refresh_positions([cast.recommendation.pk])
    cast.recommendation.refresh_from_db()
    assert cast.recommendation.current_position == made[place]
    assert derived.wrong(derived.POSITIONS) == []


@pytest.mark.parametrize("seed", range(10))
def test_position_is_right_and_never_unknown_beside_a_known_one(cast: SimpleNamespace, seed: int) -> None:
    chance = random.Random(seed)
    responses = ["supported", "noted", "supported_in_part", "pending", "unknown"]
    kinds = ["decision", "addendum", "wg_report", "thematic_list", "article"]
    for _step in range(8):
        day = chance.choice([None, START, TODAY])
        answer(cast.recommendation, chance.choice(responses), chance.choice(kinds), day)
        derived.refresh_positions([cast.recommendation.pk])
        assert derived.wrong(derived.POSITIONS) == []
        cast.recommendation.refresh_from_db()
        known = {position.response for position in cast.recommendation.positions.all()} - {"unknown"}
        current = cast.recommendation.current_position.response
        assert current in known if known else current == "unknown"


def test_refresh_of_a_set_touches_only_what_is_wrong(cast: SimpleNamespace) -> None:
    rows = [make.make_recommendation(cast.review) for _i in range(3)]
    for row in rows:
        answer(row, "supported", "addendum")
    ids = [row.pk for row in rows]
    assert derived.refresh_positions(ids[:2]) == 2
    assert derived.wrong(derived.POSITIONS) == [ids[2]]
    assert derived.refresh_positions(ids) == 1
    assert derived.refresh_positions([]) == 0


def verify(**options: bool) -> tuple[str, str]:
    """What the command prints, and how it ends: empty when all is well."""
    output = StringIO()
    try:
        call_command("verify", stdout=output, **options)
    except CommandError as error:
        return output.getvalue(), str(error)
    return output.getvalue(), ""


def test_verify_finds_nothing_when_all_is_well(cast: SimpleNamespace, desk: Desk, outsider: Desk) -> None:
    desk.publish()
    outsider.publish()
    answer(cast.recommendation, "supported", "addendum")
    derived.refresh_positions([cast.recommendation.pk])
    assert verify() == ("Everything is as it must be.\n", "")
    feed.sequence()
    assert verify() == ("Everything is as it must be.\n", "")


def test_verify_finds_and_repairs_both_columns(cast: SimpleNamespace, desk: Desk) -> None:
    desk.publish()
    answer(cast.recommendation, "supported", "addendum")
    Recommendation.objects.update(lead_assessment=None)
    printed, ended = verify()
    assert f"Recommendation {cast.recommendation.pk}: the lead assessment kept" in printed
    assert f"Recommendation {cast.recommendation.pk}: the position kept" in printed
    assert ended == "2 findings. Try --repair."
    feed.sequence()
    assert verify(repair=True) == ("2 rows repaired.\nEverything is as it must be.\n", "")
    assert verify()[1] == ""


@pytest.mark.parametrize(
    ("damage", "finding"),
    [
        ("DELETE FROM history_feed WHERE position = 2", "The feed has a gap before position 3."),
        ("DELETE FROM history_feed WHERE position = 3", "it must have one place, in the feed or among the pending"),
        ("INSERT INTO history_pending (event_id) SELECT event_id FROM history_feed LIMIT 1", "it must have one place"),
        ("DELETE FROM recommendations_basis", "has no basis."),
        (
            "UPDATE recommendations_assessment SET based_on_id = (SELECT max(id) FROM recommendations_assessment)"
            " WHERE based_on_id IS NULL",
            "are not one chain.",
        ),
    ],
)
def test_verify_finds_what_only_the_owner_could_break(
    transactional_db: None, cast: SimpleNamespace, desk: Desk, damage: str, finding: str
) -> None:
    for status in ("not_started", "in_progress", "regression"):
        desk.publish(status)
    feed.sequence()
    assert verify()[1] == ""
    tables = ("history_feed", "recommendations_basis", "recommendations_assessment")
    with connect_as_owner() as owner:
        for statement in (
            *(f"ALTER TABLE {table} DISABLE TRIGGER USER" for table in tables),
            damage,
            "SET CONSTRAINTS ALL IMMEDIATE",
            *(f"ALTER TABLE {table} ENABLE TRIGGER USER" for table in tables),
        ):
            owner.execute(statement.encode())
    printed, ended = verify()
    assert finding in printed
    assert ended


def test_verify_sees_pending_events_as_placed(cast: SimpleNamespace) -> None:
    record(events.CHECK_RECORDED, cast.recommendation, by=Actor())
    assert verify()[1] == ""
