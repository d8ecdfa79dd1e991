"""A session file as an import: shown by a load that is rolled back, written by the same load, compared with it."""

from itertools import zip_longest
from pathlib import Path

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from history.log import Actor
from history.models import Origin
from imports.facts import facts_of
from imports.models import Batch, Row
from imports.reading import UnreadableFile
from imports.session_file.loading import load_session
from imports.session_file.reading import BadSessionFile, read_session_file
from imports.sheets.reading import Found
from imports.sources.session_file.reader import sentences
from imports.tally import Line
from imports.work import Differs

READY = {Batch.Status.PREVIEW, Batch.Status.COMMITTING}


def read_session(batch: Batch, path: Path) -> Found:
    """The rows of a batch that is a session file: a line for each thing that it names, new, changed or unchanged.

    Raises UnreadableFile, with every problem and its place; for a person who is no administrator, too.
    """
    person = batch.created_by
    if batch.organisation or (person and not person.is_administrator):
        message = _(
            "“%(file)s” is a session file. Administrators load those, since they speak for several organisations."
        )
        raise UnreadableFile(message % {"file": batch.file_name})
    try:
        found = load_session(read_session_file(path), by=Actor(origin=Origin.IMPORT), dry_run=True)
    except BadSessionFile as error:
        raise UnreadableFile(sentences(error)) from error
    rows = [_row(batch, number, line) for number, line in enumerate(found.lines, 1)]
    return Found(rows, facts_of(read=len(rows), session_file=True))


def _row(batch: Batch, number: int, line: Line) -> Row:
    return Row(
        batch=batch,
        number=number,
        place=line.what[:200],
        outcome=line.outcome,
        fields=[name[:20] for name in line.fields],
        message=line.name[:300],
        before={"held": line.held} if line.held else None,
    )


@transaction.atomic
def commit(batch: Batch, by: Actor) -> Batch:
    """Load the file of a batch; raises Differs when the load is not what its preview showed."""
    batch = Batch.objects.select_for_update(no_key=True).get(pk=batch.pk)
    if batch.status not in READY:
        return batch
    rows = list(batch.rows.order_by("number"))
    try:
        found = load_session(read_session_file(Path(batch.file.path)), by=by)
    except BadSessionFile as error:
        raise Differs([row.pk for row in rows]) from error
    different = [row.pk for row, line in zip_longest(rows, found.lines) if row and not _is_as_shown(row, line)]
    if different or len(rows) != len(found.lines):
        raise Differs(different)
    batch.rows.filter(outcome__in=("new", "changed")).update(state=Row.State.WRITTEN)
    batch.status, batch.committed_at, batch.problem = Batch.Status.COMMITTED, timezone.now(), ""
    batch.lease_until = None
    batch.save(update_fields=["status", "committed_at", "problem", "lease_until"])
    return batch


def _is_as_shown(row: Row, line: Line | None) -> bool:
    """Whether the load did the same to the same kind of thing; of a change, in the same fields over the same values."""
    if line is None or (row.place, row.outcome) != (line.what[:200], line.outcome):
        return False
    return (row.fields, (row.before or {}).get("held", {})) == ([name[:20] for name in line.fields], line.held)


def undo(batch: Batch, by: Actor) -> Batch:
    """Refused, in words: what it wrote is published statuses and facts that other files share."""
    sentence = _(
        "A session file is not taken back by a button: its statuses are published, and stay on record even when they "
        "are withdrawn one by one; its other facts are corrected by loading a corrected file."
    )
    Batch.objects.filter(pk=batch.pk, status__in=(Batch.Status.COMMITTED, Batch.Status.UNDOING)).update(
        status=Batch.Status.COMMITTED, problem=sentence, lease_until=None
    )
    batch.refresh_from_db()
    return batch
