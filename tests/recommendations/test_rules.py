"""What is published stays as published, whoever asks and by whatever road: the database's own rules."""

import datetime
from types import SimpleNamespace

import psycopg
import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone

from recommendations import actions
from recommendations.models import Assessment, Basis, Check
from tests import factories as make
from tests.recommendations.conftest import Desk
from tests.workers import connect_as_owner

DAY = datetime.date(2026, 3, 1)


def sql(statement: str) -> None:
    """One statement as the application's role."""
    with connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.parametrize(
    "change",
    [
        "status = 'fully_implemented'",
        "reason = 'another'",
        "holds_from = '2020-01-01'",
        "progress = 'substantial'",
        "voice_id = voice_id + 1",
        "published_at = now()",
        "recorded_by_id = NULL",
        "withdrawn_at = now(), status = 'regression'",
        "redacted_at = now()",  # without the reason going
        "redacted_at = now(), reason = '', status = 'regression'",
        "reason = ''",
    ],
)
def test_published_assessment_is_not_changed(desk: Desk, change: str) -> None:
    desk.publish()
    with pytest.raises(DatabaseError, match="only withdrawn or redacted: UPDATE refused"):
        sql(f"UPDATE recommendations_assessment SET {change}")


def test_assessment_is_not_deleted_nor_its_marks_taken_back(desk: Desk) -> None:
    made = desk.publish()
    with transaction.atomic(), pytest.raises(DatabaseError, match="DELETE refused"), transaction.atomic():
        sql("DELETE FROM recommendations_assessment")
    actions.withdraw_assessment(assessment=made, by=desk.by)
    actions.redact_assessment(assessment=made, by=desk.by)
    for mark in ("withdrawn_at = NULL", "redacted_at = NULL", "withdrawn_at = now() + interval '1 day'"):
        with pytest.raises(DatabaseError, match="UPDATE refused"), transaction.atomic():
            sql(f"UPDATE recommendations_assessment SET {mark}")


def test_owner_of_the_tables_is_refused_too(transactional_db: None, desk: Desk) -> None:
    desk.publish()
    with connect_as_owner() as owner, pytest.raises(psycopg.DatabaseError, match="UPDATE refused"):
        owner.execute("UPDATE recommendations_assessment SET status = 'regression'")


@pytest.mark.parametrize(
    "change",
    ["description = 'another'", "kind = 'link'", "redacted = true", "redacted = true, kind = 'link', description = ''"],
)
def test_published_basis_is_not_changed(desk: Desk, change: str) -> None:
    desk.publish()
    with pytest.raises(DatabaseError, match="A published basis is only redacted: UPDATE refused"):
        sql(f"UPDATE recommendations_basis SET {change}")


def test_published_basis_is_not_deleted(desk: Desk) -> None:
    desk.publish()
    with pytest.raises(DatabaseError, match="DELETE refused"):
        sql("DELETE FROM recommendations_basis")


@pytest.mark.parametrize("change", ["line = 'another'", "day = '2020-01-01'", "redacted_at = now()"])
def test_check_is_not_changed(desk: Desk, change: str) -> None:
    desk.publish()
    desk.check()
    with pytest.raises(DatabaseError, match="A check is only redacted: UPDATE refused"):
        sql(f"UPDATE recommendations_check SET {change}")


def test_check_is_not_deleted(desk: Desk) -> None:
    desk.publish()
    desk.check()
    with pytest.raises(DatabaseError, match="DELETE refused"):
        Check.objects.all().delete()


def bare(cast: SimpleNamespace, **values: object) -> Assessment:
    """An assessment as nobody makes one: without a basis."""
    given = {"recommendation": cast.recommendation, "voice": cast.group, "holds_from": DAY, "reason": "A reason"}
    return Assessment.objects.create(**given | {"status": "in_progress"} | values)


def test_assessment_without_a_basis_is_refused_at_commit(transactional_db: None, cast: SimpleNamespace) -> None:
    reached = []
    with pytest.raises(IntegrityError, match="has no basis"), transaction.atomic():
        reached.append(bare(cast))
    assert reached, "only the commit refuses"
    assert not Assessment.objects.exists()


@pytest.mark.parametrize("other", ["voice", "recommendation", "itself"])
def test_assessment_that_replaces_a_foreign_one_is_refused_at_commit(
    transactional_db: None, cast: SimpleNamespace, other: str
) -> None:
    with transaction.atomic():
        if other == "voice":
            replaced = make.make_assessment(cast.recommendation, cast.others).pk
        elif other == "recommendation":
            replaced = make.make_assessment(make.make_recommendation(cast.review), cast.group).pk
        else:
            replaced = 4711

    @transaction.atomic
    def replace() -> None:
        made = bare(cast, id=4711, based_on_id=replaced)
        Basis.objects.create(assessment=made, kind="monitoring", description="Read the gazette.")

    with pytest.raises(IntegrityError, match="replaces one of another voice"):
        replace()


def test_withdrawing_and_redacting_are_allowed_once(desk: Desk) -> None:
    made = desk.publish()
    Assessment.objects.filter(pk=made.pk).update(withdrawn_at=timezone.now())
    Assessment.objects.filter(pk=made.pk).update(redacted_at=timezone.now(), reason="")
    with pytest.raises(DatabaseError, match="UPDATE refused"):
        Assessment.objects.filter(pk=made.pk).update(redacted_at=timezone.now(), reason="")
