"""Commit and undo of a batch that is a sheet: drafts only.

No event is written: the log is public, and drafts are not.
"""

from django.db import transaction
from django.utils import timezone

from history.log import Actor
from imports import drafts
from imports.models import Batch, Row

READY = {Batch.Status.PREVIEW, Batch.Status.COMMITTING}
WRITTEN = {Batch.Status.COMMITTED, Batch.Status.UNDOING}


@transaction.atomic
def commit(batch: Batch, by: Actor) -> Batch:
    """Write the drafts that a sheet proposes, compared with what its preview saw. Twice is once. Raises Differs."""
    batch = Batch.objects.select_for_update(no_key=True).get(pk=batch.pk)
    if batch.status not in READY or batch.organisation is None:
        return batch
    drafts.commit(list(batch.rows.select_related("review__state").order_by("number")), batch.organisation, by)
    batch.status, batch.committed_at, batch.problem = Batch.Status.COMMITTED, timezone.now(), ""
    batch.lease_until = None
    batch.save(update_fields=["status", "committed_at", "problem", "lease_until"])
    return batch


@transaction.atomic
def undo(batch: Batch, by: Actor) -> Batch:
    """Take the drafts of a sheet back where nobody has worked on them since; the other rows say why they stay."""
    batch = Batch.objects.select_for_update(no_key=True).get(pk=batch.pk)
    if batch.status not in WRITTEN or batch.organisation is None:
        return batch
    rows = list(batch.rows.filter(state=Row.State.WRITTEN))
    undone = drafts.undo(rows, batch.organisation, by)
    Row.objects.bulk_update(rows, ["state", "message"], batch_size=1000)
    left = len(rows) - undone
    batch.facts = batch.facts | {"undone": batch.facts.get("undone", 0) + undone, "left": left}
    batch.status, batch.problem, batch.lease_until = Batch.Status.COMMITTED, "", None
    if not left:
        batch.status, batch.undone_at = Batch.Status.UNDONE, timezone.now()
    batch.save(update_fields=["status", "undone_at", "facts", "problem", "lease_until"])
    return batch
