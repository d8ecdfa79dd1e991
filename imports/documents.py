"""An import in one go, for the command line: read, preview and commit; a dry run stops before anything is written."""

from pathlib import Path
from typing import Any

from django.core.files import File
from django.db import transaction

from history.log import Actor
from imports.batches import Prepared, commit_batch, digest_of, harmless, numbers_of, prepare, stored
from imports.models import Batch, Row
from imports.preview import make_rows
from imports.reading import natural_key
from reviews.models import Review


class Result:
    """What an import did, or would do. `to_json` is the shape that the command prints (docs/importing.md)."""

    def __init__(self, review: Review, source: str, rows: list[Row], facts: dict[str, Any], batch: str | None) -> None:
        self.review = review
        self.source = source
        self.rows = rows
        self.facts = facts
        self.batch = batch

    def to_json(self) -> dict[str, Any]:
        """Counts, rejected rows, conflicts and unknown names."""
        numbers = numbers_of(self.rows)
        return {
            "source": self.source,
            "recommendations": sum(bool(row.label) for row in self.rows),
            "new": numbers["new"],
            "changed": numbers["changed"],
            "unchanged": numbers["unchanged"],
            "waiting": numbers["waiting"],
            "rejected": [_rejected(row) for row in self.rows if row.outcome == Row.Outcome.REJECTED],
            "conflicts": [_conflict(row) for row in self.rows if row.outcome == Row.Outcome.CONFLICT],
            "responses": self.facts["responses"],
            "claims": self.facts["claims"],
            "unknown_states": self.facts["unknown_states"],
            "unknown_terms": self.facts["unknown_terms"],
            "labels": sorted((row.label for row in self.rows if row.label), key=natural_key),
            "rows": {"read": self.facts["read"], "accounted_for": len(self.rows)},
            "batch": self.batch,
        }


def _rejected(row: Row) -> dict[str, str]:
    return {"place": row.place, "column": row.after["column"], "value": row.after["value"], "reason": row.message}


def _conflict(row: Row) -> dict[str, object]:
    return {"label": row.label, "place": row.place, "fields": row.fields, "reason": row.message}


def import_document(
    path: Path,
    *,
    iso3: str = "",
    session: int | None = None,
    source: str = "",
    by: Actor,
    dry_run: bool = False,
) -> Result:
    """Import a file, all of it or nothing; a dry run tells the same numbers and writes nothing.

    A file that proposes nothing leaves no batch. Raises UnreadableFile, and Drifted when something changed meanwhile.
    """
    if not path.is_file():
        # The reader's own sentence names the file and why it cannot be opened.
        prepare(path, "", iso3=iso3, session=session, source=source)
    prepared = prepare(path, digest_of(path), iso3=iso3, session=session, source=source)
    rows, facts = make_rows(Batch(), prepared.reading, prepared.review, prepared.document)
    numbers = numbers_of(rows)
    if dry_run or not (numbers["new"] or numbers["changed"] or numbers["conflict"] or numbers["waiting"]):
        return Result(prepared.review, prepared.reading.source, rows, facts, None)
    batch = _committed(path, prepared, rows, facts, by)
    return Result(prepared.review, prepared.reading.source, list(batch.rows.all()), facts, batch.key)


def _committed(path: Path, prepared: Prepared, rows: list[Row], facts: dict[str, Any], by: Actor) -> Batch:
    batch = Batch(
        file_name=harmless(path.name),
        sha256=prepared.document.sha256,
        source=prepared.reading.source,
        status=Batch.Status.PREVIEW,
        facts=facts
        | {
            "state": prepared.state.iso3,
            "session": prepared.session.number,
            "symbol": prepared.reading.symbol,
        },
    )
    with path.open("rb") as file, stored(batch, File(file)), transaction.atomic():
        batch.save()
        for row in rows:
            row.batch = batch
        Row.objects.bulk_create(rows, batch_size=1000)
        return commit_batch(batch=batch, by=by)
