"""Writing a batch: all of it in the caller's transaction, compared with what its preview saw, set by set."""

from django.db import connection
from django.utils import timezone

from history.log import Actor, record, record_each
from imports import attaching, drafts, events, progress, writer
from imports.models import Batch, Row
from imports.places import document_of
from imports.snapshots import SNAPSHOT
from imports.work import Differs, column, done, lock_recommendations, lock_reviews, plan_commit, run
from recommendations import counts, derived
from recommendations.models import Recommendation
from reviews.models import Document, Review

# The recommendations that a commit writes to, those that get a mention among them.
TOUCHED = f"""
    SELECT recommendation_id FROM import_work WHERE writes UNION SELECT recommendation_id FROM {attaching.IN_PLAY}
"""


# An answer that waits for its recommendation will be written one day.
BRINGS = "SELECT 1 FROM import_work WHERE writes OR outcome = 'waiting' LIMIT 1"


def commit(batch: Batch, by: Actor) -> Batch:
    """Write a batch that is shown, and nothing of any other; raises Differs."""
    batch = Batch.objects.select_for_update(no_key=True).get(pk=batch.pk)
    if batch.status not in {Batch.Status.PREVIEW, Batch.Status.COMMITTING}:
        return batch
    progress.tell(batch.pk, "comparing")
    _make_reviews(batch)
    plan_commit(batch.pk)
    lock_reviews("SELECT review_id FROM import_work")
    lock_recommendations(batch.pk)
    document = document_of(batch, brings=bool(column(BRINGS)))
    if different := _different(document, batch) + attaching.different():
        raise Differs(different)
    batch.document = document
    batch.save(update_fields=["document"])
    progress.tell(batch.pk, "writing")
    counts.put_off()
    writer.create(document.pk)
    writer.revive()
    writer.put(document.pk, "after")
    progress.tell(batch.pk, "noting")
    _note_rows(batch)
    touched = _touched() + _answer_waiting() + _attach(document)
    derived.refresh_positions(touched)
    derived.refresh_leads(touched)
    counts.count_now(TOUCHED)
    drafts.commit_beside(batch, document.review_id, by)
    _tell(batch, document, by)
    done()
    return batch


def _attach(document: Document) -> list[int]:
    """Mentions of this batch, and those that waited for what it brings; the recommendations that get something."""
    attaching.start()
    attaching.write(document.pk)
    attaching.attach_waiting()
    return attaching.bring()


def _make_reviews(batch: Batch) -> None:
    """Make the reviews that rows speak of and that are not there yet; nobody else's are touched."""
    rows = batch.rows.filter(review=None).exclude(outcome=Row.Outcome.REJECTED).order_by()
    pairs = rows.values_list("after__review", flat=True).distinct()
    Review.objects.bulk_create(
        (Review(state_id=pair[0], session_id=pair[1]) for pair in pairs if pair), ignore_conflicts=True
    )


DIFFERENT = f"""
    SELECT w.row_id FROM import_work w
    JOIN imports_row row ON row.id = w.row_id
    LEFT JOIN recommendations_recommendation r ON r.id = w.held_id
    WHERE w.review_id IS NULL
        OR NOT w.mentions AND (
            w.held_id IS NOT NULL AND row.before IS DISTINCT FROM {SNAPSHOT}
            OR w.held_id IS NULL AND EXISTS (
                SELECT 1 FROM recommendations_recommendation other
                WHERE other.review_id = w.review_id AND other.label = w.label
                    AND (w.outcome = 'new' OR other.removed_at IS NULL)
            )
            OR EXISTS (
                SELECT 1 FROM jsonb_array_elements(row.after -> 'ids') each (said)
                JOIN recommendations_externalid e ON e.scheme = said ->> 0 AND e.value = said ->> 1
                WHERE e.recommendation_id IS DISTINCT FROM w.held_id
            )
        )
"""


def _different(document: Document, batch: Batch) -> list[int]:
    """The rows about something that is not as their preview saw it; a copy had given no answer of its own then."""
    return column(DIFFERENT, [document.pk if document.sha256 == batch.sha256 else None])


def _touched() -> list[int]:
    """The recommendations that were there before and are written to."""
    return column("SELECT recommendation_id FROM import_work WHERE writes AND NOT made")


# The answers that wait for what this commit makes; of several from one document the latest is the one that counts. An
# import that somebody asked to take back is still there: its undo comes after us, and takes back what we give.
WAITING = """
    SELECT answer.id, answer.after -> 'position' AS said, w.recommendation_id, batch.document_id,
        row_number() OVER (PARTITION BY w.recommendation_id, batch.document_id ORDER BY answer.id DESC) = 1 AS counts
    FROM imports_row answer
    JOIN imports_batch batch ON batch.id = answer.batch_id AND batch.status IN ('committed', 'undoing')
    JOIN import_work w ON w.review_id = answer.review_id AND w.label = answer.label AND w.writes AND w.outcome = 'new'
    WHERE answer.outcome = 'waiting'
"""


def _answer_waiting() -> list[int]:
    """Give new recommendations the answers that an addendum brought before them; the ids of those that got one."""
    run(
        f"""
        INSERT INTO recommendations_position (recommendation_id, response, claim, document_id, paragraph, explanation)
        SELECT recommendation_id, said ->> 'response', said ->> 'claim', document_id, said ->> 'paragraph',
            said ->> 'explanation'
        FROM ({WAITING}) found WHERE counts
        ON CONFLICT ON CONSTRAINT one_position_per_document DO UPDATE SET response = excluded.response,
            claim = excluded.claim, paragraph = excluded.paragraph, explanation = excluded.explanation
        """
    )
    return column(
        f"""
        UPDATE imports_row SET recommendation_id = found.recommendation_id, before = '{{"position": null}}',
            outcome = CASE WHEN counts THEN 'changed' ELSE 'unchanged' END,
            state = CASE WHEN counts THEN 'written' ELSE state END
        FROM ({WAITING}) found WHERE imports_row.id = found.id RETURNING imports_row.recommendation_id
        """
    )


def _note_rows(batch: Batch) -> None:
    """What became of each row, and of which recommendation and review it is."""
    run(
        """
        UPDATE imports_row row SET review_id = w.review_id, recommendation_id = w.recommendation_id,
            state = CASE WHEN w.writes THEN 'written' WHEN w.outcome = 'conflict' THEN 'left' ELSE row.state END
        FROM import_work w
        WHERE row.id = w.row_id AND NOT w.mentions AND (w.writes OR w.outcome = 'conflict' OR row.review_id IS NULL)
        """
    )


def _tell(batch: Batch, document: Document, by: Actor) -> None:
    """The batch's own end, an event for each recommendation, and the one event that people read."""
    written = f"SELECT id, review_id FROM recommendations_recommendation WHERE id IN ({TOUCHED})"
    record_each(events.RECOMMENDATION_IMPORTED, Recommendation, written, by=by, new={"document": document.pk})
    batch.review = document.review
    batch.status, batch.committed_at, batch.problem = Batch.Status.COMMITTED, timezone.now(), ""
    batch.lease_until = None
    if document.review_id is None:
        batch.facts = batch.facts | {"disagreeing": attaching.disagreeing(document.pk)}
    batch.save(update_fields=["review", "facts", "status", "committed_at", "problem", "lease_until"])
    numbers = counted(batch, with_drafts=False)
    kinds = ["new", "changed", "unchanged", *(["attached", "grouped"] if document.review_id is None else [])]
    if any(numbers[name] for name in kinds if name != "unchanged"):
        new = {name: numbers[name] for name in kinds} | {"document": document.pk}
        record(events.DOCUMENT_IMPORTED, document, by=by, review_id=document.review_id, new=new)
    if document.review_id is None:
        _tell_of_reviews(document, by)


def _tell_of_reviews(document: Document, by: Actor) -> None:
    """An event for each review whose recommendations an export brought or changed, with how many."""
    written = f"""
        SELECT r.review_id, r.review_id, count(*) FILTER (WHERE w.is_new), count(*) FILTER (WHERE w.is_new IS NULL)
        FROM recommendations_recommendation r
        LEFT JOIN (
            SELECT recommendation_id, true AS is_new FROM import_work WHERE writes AND outcome = 'new'
        ) w ON w.recommendation_id = r.id
        WHERE r.id IN ({TOUCHED}) GROUP BY r.review_id
    """
    new = {"document": document.pk}
    record_each(events.REVIEW_IMPORTED, Review, written, by=by, new=new, counts=("new", "changed"), quiet=False)


def counted(batch: Batch, *, with_drafts: bool = True) -> dict[str, int]:
    """How many rows of a batch that is saved have each outcome; the log is public, and counts no drafts."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT outcome, count(*) FROM imports_row
            WHERE batch_id = %s AND (%s OR NOT after ? 'draft') GROUP BY outcome
            """,
            [batch.pk, with_drafts],
        )
        return dict.fromkeys(Row.Outcome.values, 0) | dict(cursor.fetchall())
