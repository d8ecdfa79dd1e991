"""Which imports brought or changed a recommendation: for everybody the document and the day, for some the import."""

import datetime
from dataclasses import dataclass

from django.utils.functional import Promise

from accounts import permissions
from accounts.models import Person
from accounts.reader import Reader
from accounts.roles import Act
from imports.models import Batch, Row
from recommendations.models import Recommendation
from web.imports.differences import WORDS

SHOWN = 20  # imports; a recommendation has three or four


@dataclass(frozen=True)
class Brought:
    """What one import did to the recommendation; `key` only for who may see the import."""

    title: str
    day: datetime.datetime
    is_new: bool
    parts: list["str | Promise"]
    is_undone: bool
    key: str


def brought_by(recommendation: Recommendation, reader: Reader) -> list[Brought]:
    """The imports that wrote to it, the newest first; 1 query, and 2 for a member of the organisation that sent one."""
    if reader.is_clocked:
        return []
    rows = Row.objects.filter(
        recommendation=recommendation,
        state__in=[Row.State.WRITTEN, Row.State.UNDONE],
        batch__document__isnull=False,
        batch__committed_at__isnull=False,
    )
    rows = rows.exclude(after__has_key="draft")  # where an organisation has a draft is its own affair
    rows = rows.select_related("batch__document", "batch__organisation").order_by("-batch__committed_at", "-pk")
    return [_brought(row, reader) for row in rows[:SHOWN]]


def _brought(row: Row, reader: Reader) -> Brought:
    batch = row.batch
    assert batch.document is not None
    assert batch.committed_at is not None
    return Brought(
        title=batch.document.title,
        day=batch.committed_at,
        is_new=row.outcome == Row.Outcome.NEW,
        parts=[words for part, words in WORDS.items() if part in row.fields],
        is_undone=row.state == Row.State.UNDONE,
        key=batch.key if _may_see(reader.person, batch, reader) else "",
    )


def _may_see(person: Person | None, batch: Batch, reader: Reader) -> bool:
    if person is None or person.is_administrator:
        return person is not None
    if batch.organisation_id not in reader.organisation_ids:
        return False
    return bool(permissions.may(person, Act.IMPORT, organisation=batch.organisation))
