"""Kept numbers of recommendations by tag: reading, folding, looking for what went past the triggers.

Triggers keep them in the transaction of each change (0007_counts), so a list and its counts always agree.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from django.db import connection, transaction

BATCH = 10_000  # recommendations looked at in one statement


def kept(samples: bool) -> dict[str, int]:
    """How many recommendations have each tag; samples are added where they are shown. One query."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tag, sum(n) FROM recommendations_count WHERE %s OR NOT is_sample GROUP BY tag HAVING sum(n) <> 0",
            [samples],
        )
        return {tag: int(n) for tag, n in cursor.fetchall()}


def put_off() -> None:
    """Do not count what changes from now on in this transaction: `count_now` must end that, and be told of it all."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL upr.count_later = 'on'")


def count_now(recommendations: str, parameters: Sequence[Any] = ()) -> None:
    """Count the recommendations whose ids this query gives, once; changes after it are counted as they come."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL upr.count_later = 'off'")
        cursor.execute(f"SELECT upr_count(ARRAY({recommendations}))", parameters)


def fold() -> int:
    """Make one row of the many that a tag may have; returns how many rows that were. Two callers at once do no harm.

    Each row is taken and put back in one statement: readers see the sum before or after, which is the same.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH gone AS (
                DELETE FROM recommendations_count WHERE (tag, is_sample) IN (
                    SELECT tag, is_sample FROM recommendations_count GROUP BY 1, 2 HAVING count(*) > 1
                ) RETURNING tag, is_sample, n
            ), one AS (
                INSERT INTO recommendations_count (tag, is_sample, n)
                SELECT tag, is_sample, sum(n) FROM gone GROUP BY 1, 2 HAVING sum(n) <> 0
            )
            SELECT count(*) FROM gone
            """
        )
        (rows,) = cursor.fetchone()
        return int(rows)


def wrong() -> list[int]:
    """The recommendations that are not counted as what they are: none, unless something is broken."""
    return [pk for ids in _batches() for pk in _wrong(ids)]


def wrong_sums() -> list[str]:
    """The tags whose number is not that of the recommendations counted with it: none, unless something is broken."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT DISTINCT tag FROM ({_MISSING}) m ORDER BY tag")
        return [tag for (tag,) in cursor.fetchall()]


def repair() -> int:
    """Count anew what is counted wrongly and mend the sums; returns how many recommendations and tags were wrong.

    A transaction for each batch and one for the sums: whoever counts holds rows and waits for the table, so nobody may
    hold the table and wait for rows.
    """
    recounted = sum(_count(ids) for ids in _batches())
    with transaction.atomic(), connection.cursor() as cursor:
        # Nobody may count meanwhile, or the difference would be added twice.
        cursor.execute("LOCK TABLE recommendations_count IN SHARE ROW EXCLUSIVE MODE")
        cursor.execute(f"INSERT INTO recommendations_count (tag, is_sample, n) {_MISSING}")
        return recounted + int(cursor.rowcount)


_MISSING = """
    SELECT tag, is_sample, sum(n) AS n FROM (
        SELECT unnest(tags) AS tag, is_sample, 1 AS n FROM recommendations_counted
        UNION ALL SELECT tag, is_sample, -n FROM recommendations_count
    ) d GROUP BY tag, is_sample HAVING sum(n) <> 0
"""


def _batches() -> Iterator[list[int]]:
    """All ids of recommendations, some thousands at a time, in order."""
    last = 0
    while True:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT id FROM recommendations_recommendation WHERE id > %s ORDER BY id LIMIT %s", [last, BATCH]
            )
            ids = [pk for (pk,) in cursor.fetchall()]
        if not ids:
            return
        yield ids
        last = ids[-1]


def _wrong(ids: list[int]) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT recommendation_id FROM (SELECT * FROM recommendations_counted WHERE recommendation_id = ANY(%s)) was
            FULL JOIN upr_tags(%s) now USING (recommendation_id)
            WHERE (was.is_sample, was.tags) IS DISTINCT FROM (now.is_sample, now.tags) ORDER BY 1
            """,
            [ids, ids],
        )
        return [pk for (pk,) in cursor.fetchall()]


def _count(ids: list[int]) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT upr_count(%s)", [ids])
        (changed,) = cursor.fetchone()
        return int(changed)
