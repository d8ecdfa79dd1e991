"""From a reading to the rows of a batch: every row looked up, compared and given its outcome."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from imports import answers, drafts
from imports.comparing import compare
from imports.facts import facts_of
from imports.kept import Kept, kept_before
from imports.models import Batch, Row
from imports.reading import Problem, Reading, ReadMention, ReadPosition, ReadRecommendation, Severity, text_key
from imports.sheets import comments
from imports.sheets.words import StatusWords
from imports.snapshots import Held, Reader, Snapshot, held_in
from recommendations.models import Recommendation
from reviews.models import Document, Review


def make_rows(batch: Batch, reading: Reading, review: Review, document: Document) -> tuple[list[Row], dict[str, Any]]:
    """The rows of a batch, not saved, and what else is to be told of the file."""
    reader = Reader(document.pk)
    held = held_in(review, document)
    kept = kept_before(batch, held.values())
    documents = Document.objects.in_bulk({there.snapshot["source"][0] for there in held.values()})
    rows: list[Row] = []
    samples = _samples(review)
    for recommendation in reading.recommendations:
        if recommendation.label in samples:
            rows.append(rejected_row(batch, _sample_there(recommendation)))
            continue
        said = reader.wanted(recommendation, reading)
        rows.append(_compared(batch, recommendation, said, held, documents, document, kept))
    waiting = _waiting(review, document) if reading.positions else {}
    for position in reading.positions:
        rows.append(_position(batch, position, held, documents, document, waiting))
    beside = _drafts(batch, reading, review, held, samples)
    rows += beside
    rows += [rejected_row(batch, problem) for problem in reading.problems if problem.severity == Severity.REJECTED]
    for number, row in enumerate(rows, 1):
        row.number = number
        if row.outcome != Row.Outcome.REJECTED:
            belongs(row, review)
    return rows, _facts(batch, reading, reader, len(beside))


def _drafts(
    batch: Batch, reading: Reading, review: Review, held: dict[str, Held], rejected: set[str | None]
) -> list[Row]:
    """The rows of what an organisation has written beside the recommendations of its copy of a list."""
    if batch.organisation is None:
        return []
    there = Recommendation.objects.select_related("review__state").in_bulk([each.pk for each in held.values()])
    by_label = {label: there[each.pk] for label, each in held.items()}
    found = comments.proposals_of(reading, StatusWords(batch.organisation), by_label, rejected)
    return drafts.rows_of(batch, batch.organisation, found, review.state)


def _compared(
    batch: Batch,
    read: ReadRecommendation | ReadPosition,
    said: Snapshot,
    held: dict[str, Held],
    documents: dict[int, Document],
    document: Document,
    kept: dict[int, list[Kept]] | None = None,
) -> Row:
    there = held.get(read.label)
    source = documents.get(there.snapshot["source"][0]) if there else None
    return compared_row(batch, read, said, there, document, source, (kept or {}).get(there.pk, ()) if there else ())


def compared_row(
    batch: Batch,
    read: ReadRecommendation | ReadPosition | ReadMention,
    said: Snapshot,
    there: Held | None,
    document: Document,
    source: Document | None,
    kept: Sequence[Kept] = (),
) -> Row:
    """The row of what a file says of one recommendation: new, changed, unchanged or a conflict."""
    before = there.snapshot if there else None
    settled = {part for each in kept for part in each.parts(before, said)} if before else set()
    verdict = compare(before, said, document, source, settled)
    if before and "position" in verdict.fields and verdict.outcome != Row.Outcome.NEW:
        said = said | {"beside": answers.beside(before, said, document)}
    return Row(
        batch=batch,
        place=str(read.place)[:200],
        label=read.label,
        text_key=text_key(said["text"]) if "text" in said else "",
        outcome=verdict.outcome,
        fields=verdict.fields,
        disputed=verdict.disputed,
        message=verdict.message,
        before=before,
        after=said,
        passage=read.passage,
        recommendation_id=there.pk if there else None,
    )


def _waiting(review: Review, document: Document) -> dict[str, Any]:
    """The answers of this document that wait for their recommendations already, by label; 1 query."""
    if review.pk is None or document.pk is None:
        return {}
    stands = [Batch.Status.COMMITTED, Batch.Status.UNDOING]
    found = Row.objects.filter(review=review, outcome=Row.Outcome.WAITING)
    found = found.filter(batch__document=document, batch__status__in=stands).order_by("pk")
    return dict(found.values_list("label", "after__position"))


def _position(
    batch: Batch,
    read: ReadPosition,
    held: dict[str, Held],
    documents: dict[int, Document],
    document: Document,
    waiting: dict[str, Any],
) -> Row:
    said = Reader.wanted_position(read)
    if read.label in held and not held[read.label].snapshot["removed"]:
        return _compared(batch, read, said, held, documents, document)
    is_waiting = waiting.get(read.label) == said["position"]
    message = _(
        "This review has no recommendation %(label)s yet. It is answered as soon as a report or list brings it."
    )
    return Row(
        batch=batch,
        place=str(read.place)[:200],
        label=read.label,
        outcome=Row.Outcome.UNCHANGED if is_waiting else Row.Outcome.WAITING,
        fields=[] if is_waiting else ["position"],
        message=message % {"label": read.label},
        after=said,
        passage=read.passage,
    )


def rejected_row(batch: Batch, problem: Problem) -> Row:
    """The row of what a file says and cannot be used."""
    said = {"value": problem.value, "column": problem.column}
    return Row(
        batch=batch,
        place=str(problem.place)[:200],
        outcome=Row.Outcome.REJECTED,
        message=problem.reason,
        after=said,
    )


def belongs(row: Row, review: Review) -> None:
    """Say which review a row is of; of one that is not there yet, its State and session, by which commit makes it."""
    if review.pk is None:
        row.after["review"] = [review.state_id, review.session_id]
    else:
        row.review = review


def _samples(review: Review) -> set[str | None]:
    """The labels that sample recommendations of the review hold; a real one cannot have the same."""
    if review.pk is None:
        return set()
    return set(
        Recommendation.objects.filter(review=review, is_sample=True, label__isnull=False).values_list(
            "label", flat=True
        )
    )


def _sample_there(read: ReadRecommendation) -> Problem:
    message = _("A sample recommendation of this review has this number. Give the sample another one, then read again.")
    return Problem(read.place, read.label, message)


def _facts(batch: Batch, reading: Reading, reader: Reader, beside: int) -> dict[str, Any]:
    answers: list[ReadRecommendation | ReadPosition] = [*reading.recommendations, *reading.positions]
    responses = Counter(str(row.response) for row in answers)
    prefixes: dict[str, list[int]] = {}
    for row in reading.recommendations:
        prefixes.setdefault(str(row.paragraph), []).append(row.number)
    return facts_of(
        responses=responses,
        claims=dict(Counter(str(row.claim) for row in answers if row.claim)),
        **reader.unknown(),
        warnings=_warnings(batch, reading),
        printed_totals=reading.printed_totals,
        joint=sum(len(row.states) > 1 for row in reading.recommendations),
        prefixes=[_prefix(paragraph, numbers) for paragraph, numbers in prefixes.items()],
        read=len(answers) + beside + sum(problem.severity == Severity.REJECTED for problem in reading.problems),
    )


def _warnings(batch: Batch, reading: Reading) -> list[str]:
    found = [str(problem) for problem in reading.problems if problem.severity == Severity.WARNING]
    left_out = "" if batch.organisation else comments.left_out(reading)
    return [*found, left_out] if left_out else found


def _prefix(paragraph: str, numbers: list[int]) -> dict[str, Any]:
    """One chapeau's numbers: first, last, how many, and which are missing between."""
    missing = sorted(set(range(min(numbers), max(numbers) + 1)) - set(numbers))
    return {
        "paragraph": paragraph,
        "first": min(numbers),
        "last": max(numbers),
        "count": len(numbers),
        "missing": missing[:50],
    }
