"""An import in one go, for the command line: read, preview and commit; a dry run stops before anything is written."""

import contextlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.core.files import File
from django.db import models, transaction

from accounts.models import Organisation
from history.log import Actor
from imports import progress
from imports.batches import (
    Prepared,
    commit_batch,
    digest_of,
    export_rows,
    harmless,
    prepare,
    save_document,
    save_found,
    stored,
)
from imports.committing import counted
from imports.models import Batch, Row
from imports.reading import natural_key
from imports.session_file.importing import read_session
from imports.sheets.mapping import remember_columns
from imports.sheets.reading import read_sheet_at_once
from imports.sources.session_file import NAME as SESSION_FILE
from imports.spots import Given
from imports.staging import save_export
from imports.work import run

PROPOSED = ("new", "changed", "waiting", "attached", "grouped")


class Result:
    """What an import did, or would do. `to_json` is the shape that the command prints (docs/importing.md)."""

    def __init__(self, batch: Batch, about: str) -> None:
        self.about = about
        self.facts = batch.facts
        self.source = batch.source
        self.numbers = counted(batch)
        self.rejected = [_rejected(row) for row in batch.rows.filter(outcome=Row.Outcome.REJECTED)]
        self.conflicts = [_conflict(row) for row in batch.rows.filter(outcome=Row.Outcome.CONFLICT)]
        self.labels = list(batch.rows.exclude(label="").order_by().values_list("label", flat=True))
        self.batch: str | None = None
        # A conflict that is left as it is writes what is not in dispute, if anything.
        written = models.Q(outcome__in=PROPOSED) | models.Q(outcome="conflict") & ~models.Q(
            fields__contained_by=models.F("disputed")
        )
        self._proposes = batch.rows.filter(written).exists()

    @property
    def proposes(self) -> bool:
        """Whether there is anything to write."""
        return self._proposes

    def to_json(self) -> dict[str, Any]:
        """Counts, rejected rows, conflicts and unknown names."""
        passed_over = sum(self.facts.get("passed_over", {}).values())
        rows = {"read": self.facts["read"], "accounted_for": sum(self.numbers.values()) + passed_over}
        if "passed_over" in self.facts:
            rows |= {name: self.numbers[name] for name in ("attached", "grouped")} | {"passed_over": passed_over}
        return {
            "source": self.source,
            "recommendations": len(self.labels),
            "new": self.numbers["new"],
            "changed": self.numbers["changed"],
            "unchanged": self.numbers["unchanged"],
            "waiting": self.numbers["waiting"],
            "rejected": self.rejected,
            "conflicts": self.conflicts,
            "responses": self.facts["responses"],
            "claims": self.facts["claims"],
            "unknown_states": self.facts["unknown_states"],
            "unknown_terms": self.facts["unknown_terms"],
            "labels": sorted(self.labels, key=natural_key),
            "rows": rows,
            "batch": self.batch,
        }


def _rejected(row: Row) -> dict[str, str]:
    return {"place": row.place, "column": row.after["column"], "value": row.after["value"], "reason": row.message}


def _conflict(row: Row) -> dict[str, object]:
    return {"label": row.label, "place": row.place, "fields": row.disputed, "reason": row.message}


def import_document(
    path: Path,
    *,
    iso3: str = "",
    session: int | None = None,
    source: str = "",
    organisation: Organisation | None = None,
    columns: Sequence[str] = (),
    by: Actor,
    dry_run: bool = False,
) -> Result:
    """Import a file, all of it or nothing; a dry run tells the same numbers and writes nothing.

    `organisation` is the one whose drafts a spreadsheet, or the comments of a list, become; `columns` says what those
    of a spreadsheet hold ("status=Heading"), and is remembered.

    A file that proposes nothing leaves no batch. Raises UnreadableFile, and Drifted when something changed meanwhile.
    """
    # Of a file that is not there the reader's own sentence says why it cannot be opened.
    digest = digest_of(path) if path.is_file() else ""
    prepared = prepare(path, digest, iso3=iso3, session=session, source=source)
    batch = Batch(
        file_name=harmless(path.name),
        sha256=digest,
        source=prepared.reading.source,
        given_state=iso3.upper(),
        given_session=session,
        organisation=organisation,
        status=Batch.Status.PREVIEW,
    )
    with contextlib.ExitStack() as kept:
        if not dry_run:
            kept.enter_context(stored(batch, File(kept.enter_context(path.open("rb")))))
        kept.callback(lambda: progress.forget(batch.pk))
        with transaction.atomic():
            return _imported(batch, path, prepared, columns, by, dry_run=dry_run)


def _imported(
    batch: Batch, path: Path, prepared: Prepared, columns: Sequence[str], by: Actor, *, dry_run: bool
) -> Result:
    # The transaction waits for the rows of a large file longer than others may wait for anything.
    run("SET LOCAL idle_in_transaction_session_timeout = 0")
    batch.save()
    batch.facts = _save_rows(batch, path, prepared, columns)
    batch.save(update_fields=["facts"])
    result = Result(batch, str(prepared.review or prepared.document or batch.organisation or batch.file_name))
    if dry_run or not result.proposes:
        transaction.set_rollback(True)
        if batch.file:
            batch.file.delete(save=False)
    else:
        if columns and batch.organisation:
            sheet = batch.facts["sheet"]
            remember_columns(batch.organisation, sheet["headings"], sheet["columns"], None)
        commit_batch(batch=batch, by=by)
        result.batch = batch.key
    return result


def _save_rows(batch: Batch, path: Path, prepared: Prepared, columns: Sequence[str]) -> dict[str, Any]:
    if prepared.reading.source == SESSION_FILE:
        return save_found(batch, read_session(batch, path))
    if prepared.document is None:
        return save_found(batch, read_sheet_at_once(batch, prepared.reading, columns))
    if prepared.review is not None:
        return save_document(batch, prepared)
    export = export_rows(batch, prepared, Given(batch.given_state, batch.given_session))
    save_export(batch, export, None)
    return export.facts()
