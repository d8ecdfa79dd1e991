"""Keeping the rows of a preview: by COPY, some thousand at a time, under the claim of the worker that reads."""

import datetime
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import QuerySet
from django.db.models.expressions import DatabaseDefault
from django.utils import timezone

from imports import progress
from imports.drafts import is_draft
from imports.export_rows import ExportRows
from imports.models import Batch, Row

COLUMNS = (
    "batch_id",
    "review_id",
    "number",
    "place",
    "label",
    "text_key",
    "outcome",
    "state",
    "take",
    "fields",
    "disputed",
    "before",
    "after",
    "passage",
    "message",
    "recommendation_id",
    "mention_id",
)
JSON = ("before", "after")


class Overtaken(Exception):
    """Another worker has taken the batch over, since this one gave no sign of life for too long."""


@dataclass
class Claim:
    """That one worker reads a batch, until a moment that it puts off while it goes on."""

    batch_id: int
    until: datetime.datetime

    def mine(self) -> "QuerySet[Batch]":
        """The batch while the claim holds, as a queryset; nothing once another reader has taken it over."""
        return Batch.objects.filter(pk=self.batch_id, status=Batch.Status.READING, lease_until=self.until)

    def renew(self) -> None:
        """Say that the worker is alive; raises Overtaken."""
        until = timezone.now() + datetime.timedelta(seconds=settings.IMPORT_LEASE_SECONDS)
        if not self.mine().update(lease_until=until):
            raise Overtaken
        self.until = until


def save_rows(batch: Batch, rows: Sequence[Row]) -> None:
    """Add rows to a batch that is saved."""
    columns = ", ".join(COLUMNS)
    with connection.cursor() as cursor, cursor.copy(f"COPY imports_row ({columns}) FROM STDIN") as copy:
        for row in rows:
            row.batch = batch
            copy.write_row([_value(row, name) for name in COLUMNS])


def _value(row: Row, name: str) -> Any:
    value = getattr(row, name)
    if isinstance(value, DatabaseDefault):  # COPY gives every column; the one with such a default is a text
        return ""
    return json.dumps(value, ensure_ascii=False) if name in JSON and value is not None else value


About = tuple[bool, int | None, int | None, str]
Decisions = dict[About, Any]


def decisions(batch: Batch) -> Decisions:
    """The conflicts in which a person took the file's word, and what it said: reading it again must not forget them.

    Those of a reading that its worker did not end stand in the batch's facts.
    """
    held = batch.facts.get("decided", [])
    kept: Decisions = {(beside, review, pk, what): said for beside, review, pk, what, said in held}
    return kept | {_about(row): row.after for row in batch.rows.filter(take=True)}


def _keep_decisions(before: Decisions, claim: Claim) -> None:
    """Note them where they outlive the rows, until the facts of the new reading take that place."""
    found = claim.mine().get()
    found.facts = found.facts | {"decided": [[*about, said] for about, said in before.items()]}
    found.save(update_fields=["facts"])


def decide_as_before(before: Decisions, rows: Iterable[Row]) -> None:
    """Keep what a person decided of conflicts that an earlier reading of the same file showed in the same words."""
    for row in rows:
        row.take = row.outcome == Row.Outcome.CONFLICT and before.get(_about(row)) == row.after


def _about(row: Row) -> About:
    """What a row is about: what a document says of a recommendation, and the draft beside it, are decided each."""
    return is_draft(row), row.review_id, row.recommendation_id, row.label or row.after.get("key", "")


def save_export(batch: Batch, export: ExportRows, claim: Claim | None) -> None:
    """Save the rows of an export in place of earlier ones while it is read; each chunk only while the claim holds.

    Without a claim, which the command line does not need, all is the caller's transaction. Raises Overtaken, and
    UnreadableFile where the file turns out to be damaged.
    """
    before = decisions(batch)
    with transaction.atomic():
        if claim:
            claim.renew()
            if before:
                _keep_decisions(before, claim)
        batch.rows.all().delete()
    for rows in export.chunks():
        decide_as_before(before, rows)
        with transaction.atomic():
            if claim:
                claim.renew()
            save_rows(batch, rows)
        progress.tell(batch.pk, "reading", export.stream.rows)
