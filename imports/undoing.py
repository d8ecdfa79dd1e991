"""Taking a batch back, all rows at once: what nothing has happened to since; the other rows say why they stay."""

from django.utils import timezone
from django.utils.translation import gettext as _

from history.log import Actor, record, record_each
from imports import attaching, drafts, events, writer
from imports.models import Batch
from imports.snapshots import SNAPSHOT
from imports.work import column, done, lock_recommendations, lock_reviews, plan_undo, run
from recommendations import counts, derived
from recommendations.models import Recommendation
from reviews.models import Document


def undo(batch: Batch, by: Actor) -> Batch:
    """Take a committed batch back in the caller's transaction.

    A recommendation that it made is removed: its address then says that it is gone. While rows stay, the batch stays
    committed, so that the rest can be taken back once what stands in the way (a later import, say) is gone.
    """
    batch = Batch.objects.select_for_update(no_key=True).get(pk=batch.pk)
    if batch.status not in {Batch.Status.COMMITTED, Batch.Status.UNDOING} or batch.document is None:
        return batch
    # First the reviews: another import of one may be about to give rows of this batch what they waited for.
    lock_reviews("SELECT review_id FROM imports_row WHERE batch_id = %s", [batch.pk])
    plan_undo(batch.pk)
    # Before anybody looks at what was recorded on them: a status published from now on waits, and finds them removed.
    lock_recommendations(batch.pk)
    drafts_undone, drafts_left = drafts.undo_beside(batch, by)  # they would keep the recommendations that they are on
    mark_touched(batch)
    _mark_changed(batch.document)
    attaching.mark_held(batch.pk, _("A later import holds this row too; it stays until that one is taken back."))
    run("UPDATE imports_row row SET message = w.message FROM import_work w WHERE w.row_id = row.id")
    left = run("DELETE FROM import_work WHERE message <> ''")
    counts.put_off()
    touched = _take_back(batch.document)
    planned = "SELECT recommendation_id FROM import_work WHERE recommendation_id IS NOT NULL"
    counts.count_now(f"{planned} UNION SELECT unnest(%s::bigint[])", [touched])
    undone = run("UPDATE imports_row row SET state = 'undone' FROM import_work w WHERE w.row_id = row.id")
    told = {"undone": undone, "left": left, "document": batch.document.pk}
    batch.facts = batch.facts | {
        "undone": batch.facts.get("undone", 0) + undone + drafts_undone,
        "left": left + drafts_left,
    }
    _tell(batch, batch.document, told, by)
    done()
    return batch


def _take_back(document: Document) -> list[int]:
    """Undo what is left in the table; the recommendations that it touched, some of them several times."""
    attaching.start()
    touched = attaching.take_back()
    writer.remove()
    touched += attaching.detach()
    # What an import made keeps its words under its address, and loses the answer and the names that the file gave it,
    # so that another file can bring it back; of what the import changed every part is put back.
    writer.forget_positions_where(
        """
        SELECT p.id FROM recommendations_position p JOIN import_work w ON w.recommendation_id = p.recommendation_id
        WHERE p.document_id = %s AND w.writes AND w.outcome = 'new'
        """,
        [document.pk],
    )
    run("UPDATE import_work SET parts = '{ids}' WHERE outcome = 'new'")
    writer.put(document.pk, "before")
    touched += column("SELECT DISTINCT recommendation_id FROM import_work WHERE writes")
    derived.refresh_positions(touched)
    derived.refresh_leads(touched)
    return touched


def mark_touched(batch: Batch) -> None:
    """Say why a recommendation that the batch made cannot go: people worked on it, or another document speaks of it."""
    worked_on = "SELECT 1 FROM recommendations_{} held WHERE held.recommendation_id = w.recommendation_id"
    _mark(worked_on.format("assessment"), _("A status was recorded on it; it stays."))
    _mark(worked_on.format("check"), _("Somebody looked at it again; it stays."))
    _mark(worked_on.format("draft"), _("Somebody has a draft for it; it stays."))
    corrected = "SELECT 1 FROM recommendations_recommendation r WHERE r.id = w.recommendation_id AND r.edited <> '{}'"
    _mark(corrected, _("A person corrected it; it stays."))
    # An export's mentions wait again when the recommendation goes; they answer nothing by themselves.
    other = (
        worked_on.format("position")
        + """
        AND held.document_id IS DISTINCT FROM %s AND NOT EXISTS (
            SELECT 1 FROM recommendations_mention m
            WHERE m.recommendation_id = held.recommendation_id AND m.document_id = held.document_id
        )"""
    )
    _mark(other, _("Another document answers it; it stays."), batch.document_id)
    later = """
        SELECT 1 FROM imports_row later JOIN imports_batch b ON b.id = later.batch_id
        WHERE later.recommendation_id = w.recommendation_id AND later.state = 'written' AND b.committed_at > %s
            AND later.mention_id IS NULL
    """
    _mark(later, _("A later import changed it; it stays."), batch.committed_at)


def _mark(found: str, sentence: str, *parameters: object) -> None:
    run(
        f"UPDATE import_work w SET message = %s WHERE outcome = 'new' AND writes AND message = '' AND EXISTS ({found})",
        [sentence, *parameters],
    )


def _mark_changed(document: Document) -> None:
    """Say of rows whose parts are not what they wrote that somebody changed them since."""
    said = "jsonb_set(row.after, '{source,0}', to_jsonb(%s::bigint), false)"
    run(
        f"""
        UPDATE import_work SET message = %s
        FROM import_work w
        JOIN imports_row row ON row.id = w.row_id
        JOIN recommendations_recommendation r ON r.id = w.recommendation_id
        CROSS JOIN LATERAL (SELECT {SNAPSHOT} AS now, {said} AS said) held
        WHERE import_work.row_id = w.row_id AND w.writes AND w.message = '' AND EXISTS (
            SELECT 1 FROM unnest(w.parts) part WHERE part <> 'ids'
                AND (now -> part IS DISTINCT FROM held.said -> part OR now -> 'edited' ? part)
        )
        """,
        [_("It was changed again since; it stays as it is."), document.pk, document.pk],
    )


def _tell(batch: Batch, document: Document, told: dict[str, int], by: Actor) -> None:
    """The batch's own end, and its events, in which no drafts are counted: the log is public."""
    batch.status, batch.problem, batch.lease_until = Batch.Status.COMMITTED, "", None
    if not batch.facts["left"]:
        batch.status, batch.undone_at = Batch.Status.UNDONE, timezone.now()
    batch.save(update_fields=["status", "undone_at", "facts", "problem", "lease_until"])
    if told["undone"]:
        back = "SELECT DISTINCT recommendation_id, review_id FROM import_work WHERE recommendation_id IS NOT NULL"
        record_each(events.RECOMMENDATION_TAKEN_BACK, Recommendation, back, by=by, new={"document": document.pk})
        record(events.IMPORT_UNDONE, document, by=by, review_id=document.review_id, new=told)
