"""Writing the log, and what nobody may do to it."""

from collections.abc import Callable

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction

from history import feed, registry
from history.log import Actor, record
from history.models import Event, FeedEntry, Pending
from recommendations import events
from tests import factories as make
from tests.workers import connect_as_owner

BY = Actor()


def test_record_refuses_a_key_that_the_action_does_not_declare(db: None) -> None:
    with pytest.raises(ValueError, match=r"check.recorded may not carry \['reason'\]"):
        record(events.CHECK_RECORDED, make.make_recommendation(), by=BY, new={"reason": "a name"})
    assert not Event.objects.exists()


def test_record_refuses_to_write_outside_of_a_transaction(transactional_db: None) -> None:
    recommendation = make.make_recommendation()
    with pytest.raises(RuntimeError, match="in the transaction of the change"):
        record(events.CHECK_RECORDED, recommendation, by=BY)


def test_record_keeps_ids_codes_and_days(db: None) -> None:
    recommendation = make.make_recommendation()
    person = make.make_person()
    day = recommendation.added_at.date() if recommendation.added_at else None
    by = Actor(person_id=person.pk, organisation_id=5)
    record(events.CHECK_RECORDED, recommendation, by=by, review_id=7, new={"check": 3, "day": day})
    event = Event.objects.get()
    assert (event.target_type, event.target_id) == ("recommendations.recommendation", recommendation.pk)
    assert (event.actor_id, event.organisation_id, event.review_id) == (person.pk, 5, 7)
    assert event.new == {"check": 3, "day": day.isoformat() if day else None}
    assert Pending.objects.get().pk == event.pk


def test_action_of_the_same_name_is_refused() -> None:
    with pytest.raises(ValueError, match="registered twice"):
        registry.register("check.recorded", "again", public=True)
    with pytest.raises(KeyError):
        registry.action("never.heard.of")


def test_action_that_does_not_say_whether_it_is_public_is_refused() -> None:
    with pytest.raises(TypeError, match="public"):
        registry.register("never.heard.of", "did it")  # type: ignore[call-arg]


def test_public_actions_are_those_meant_for_everybody() -> None:
    assert registry.public() == [
        "assessment.published",
        "assessment.redacted",
        "assessment.withdrawn",
        "check.recorded",
        "check.redacted",
        "document.imported",
        "import.undone",
        "lead.named",
        "lists.refreshed",
        "recommendation.corrected",
        "recommendation.imported",
        "recommendation.taken_back",
        "session.loaded",
    ]


def test_hidden_actions_are_those_that_change_nothing_in_public() -> None:
    assert registry.hidden() == ["organisation.created", "person.created", "token.made", "token.revoked"]
    assert not set(registry.hidden()) & set(registry.public())


def _write_one() -> None:
    with transaction.atomic():
        record(events.CHECK_RECORDED, make.make_recommendation(), by=BY)


@pytest.mark.parametrize("table", ["history_event", "history_feed"])
@pytest.mark.parametrize("verb", ["UPDATE {} SET {} = {}", "DELETE FROM {} WHERE {} = {}"])
@pytest.mark.parametrize("role", ["owner", "application"])
def test_log_is_append_only_for_everybody(transactional_db: None, table: str, verb: str, role: str) -> None:
    _write_one()
    column = "id" if table == "history_event" else "position"
    statement = verb.format(table, column, column)
    if role == "owner":
        with connect_as_owner() as owner, pytest.raises(psycopg.DatabaseError, match="append-only"):
            owner.execute(statement.encode())
    else:
        with pytest.raises(DatabaseError, match="append-only"), connection.cursor() as cursor:
            cursor.execute(statement)
    assert Event.objects.count() == FeedEntry.objects.count() == 1


def test_application_may_truncate_no_table(transactional_db: None) -> None:
    refused = []
    tables = connection.introspection.table_names()
    for table in tables:
        with pytest.raises(DatabaseError, match="permission denied"), connection.cursor() as cursor:
            cursor.execute(f"TRUNCATE {table} CASCADE")
        refused.append(table)
    assert {"history_event", "history_feed", "recommendations_assessment"} <= set(refused)


@pytest.mark.parametrize("statement", ["ALTER TABLE history_event DISABLE TRIGGER ALL", "DROP TABLE history_feed"])
def test_application_may_not_alter_the_log(db: None, statement: str) -> None:
    with pytest.raises(DatabaseError, match="must be owner"), connection.cursor() as cursor:
        cursor.execute(statement)


def test_change_stands_when_what_follows_the_commit_fails(
    transactional_db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        raise RuntimeError("no worker")

    listeners: list[Callable[[], None]] = [fail]
    monkeypatch.setattr(feed, "listeners", listeners)
    _write_one()
    assert Event.objects.count() == 1
