"""The feed: events in the order in which everybody reads them, gapless, and complete.

A transaction takes its event's id when it writes and shows it when it commits, so ids become visible out of order. A
trigger therefore notes each event in `history_pending`; `sequence` moves what is committed into `history_feed`, one
caller at a time, under an advisory lock that is taken in a statement of its own: the next statement then sees
everything that the previous holder committed.
"""

import datetime
from collections.abc import Callable
from dataclasses import dataclass

from django.db import connection, models, transaction

from history import registry
from history.models import FeedEntry, FeedMark

LOCK = 0x75_70_72_01  # an arbitrary number of our own for pg_advisory_xact_lock

# Called after sequencing, in the process that committed; apps above add themselves in their AppConfig.ready().
listeners: list[Callable[[], None]] = []


def committed() -> None:
    """After a commit that wrote events: give them positions, then wake who reads the feed."""
    if sequence():
        for listener in listeners:
            listener()


@transaction.atomic
def sequence() -> int:
    """Give every committed pending event its position; returns how many there were."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        cursor.execute(
            """
            WITH moved AS (DELETE FROM history_pending RETURNING event_id),
                 last AS (SELECT coalesce(max(position), 0) AS position FROM history_feed)
            INSERT INTO history_feed (position, event_id, sequenced_at, hidden)
            SELECT last.position + row_number() OVER (ORDER BY e.id), e.id, clock_timestamp(), e.action = ANY(%s)
            FROM last, moved JOIN history_event e ON e.id = moved.event_id
            """,
            [registry.hidden()],
        )
        return int(cursor.rowcount)


def last_position() -> int:
    """The newest position of all, for readers of ours; 0 while nothing has happened."""
    return FeedEntry.objects.order_by("-position").values_list("position", flat=True).first() or 0


def position_at(moment: datetime.datetime) -> int:
    """The last position given before a moment; 0 where that was none. Times grow with positions."""
    before = FeedEntry.objects.filter(sequenced_at__lt=moment).order_by("-sequenced_at", "-position")
    return before.values_list("position", flat=True).first() or 0


# A row of position and sequenced_at, or none.
NEWEST_TOLD = "SELECT position, sequenced_at FROM history_feed WHERE NOT hidden ORDER BY position DESC LIMIT 1"


def told() -> models.QuerySet[FeedEntry]:
    """What the public may know of, the newest first.

    Whoever asked every second would see when somebody was let in or made a token, if their events moved a public mark.
    """
    return FeedEntry.objects.filter(hidden=False).order_by("-position")


@dataclass(frozen=True)
class Standing:
    """How far the feed has come for the public, and whether everything committed that it may see has its position."""

    position: int
    sequenced_at: datetime.datetime | None
    is_complete: bool


def standing() -> Standing:
    """The newest position of an event that is not hidden (0 while there is none), when it was given, and whether none
    waits for one.

    One statement, so that its parts belong together: what was committed before it is in the feed or still pending.
    """
    # The event of each pending row is looked up by itself: there are few, and a join might read the whole log.
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT newest.position, newest.sequenced_at, NOT EXISTS (
                SELECT FROM history_pending p
                WHERE (SELECT action FROM history_event e WHERE e.id = p.event_id) <> ALL(%s)
            )
            FROM (SELECT) AS one LEFT JOIN ({NEWEST_TOLD}) newest ON true
            """,
            [registry.hidden()],
        )
        position, sequenced_at, is_complete = cursor.fetchone()
    return Standing(position or 0, sequenced_at, is_complete)


def public_mark() -> int:
    """The newest position that the public may know of; 0 while there is none."""
    return told().values_list("position", flat=True).first() or 0


def locked_mark(reader: str) -> FeedMark:
    """The reader's high-water mark, locked until the transaction ends, so that two never read the same stretch."""
    FeedMark.objects.get_or_create(reader=reader)
    return FeedMark.objects.select_for_update().get(reader=reader)
