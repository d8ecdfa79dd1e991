"""One at a time, however many workers there are: a lock of the connection to the database.

It is also its holder's sign of life: PostgreSQL lets go of it when the process dies.
"""

import contextlib
from collections.abc import Iterator
from enum import Enum

from django.db import connection


class Lane(Enum):
    """What is done one at a time; arbitrary numbers of our own for pg_try_advisory_lock."""

    EXPORTS = 0x75_70_72_02
    RELEASES = 0x75_70_72_03


@contextlib.contextmanager
def taken(lane: Lane) -> Iterator[bool]:
    """Whether this process has the lane, and holds it meanwhile; one that has it may take it again."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [lane.value])
        free = bool(cursor.fetchone()[0])
    try:
        yield free
    finally:
        if free:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [lane.value])
