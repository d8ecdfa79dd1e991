"""From a reading to the rows of a batch: every row looked up, compared and given its outcome."""

from collections import Counter
from typing import Any

from django.utils.translation import gettext as _

from imports.comparing import compare
from imports.models import Batch, Row
from imports.reading import Problem, Reading, ReadPosition, ReadRecommendation, Severity
from imports.snapshots import Reader, Snapshot, held_in
from recommendations.models import Recommendation
from reviews.models import Document, Review

Held = dict[str, tuple[Recommendation, Snapshot]]


def make_rows(batch: Batch, reading: Reading, review: Review, document: Document) -> tuple[list[Row], dict[str, Any]]:
    """The rows of a batch, not saved, and what else is to be told of the file."""
    reader = Reader(document.pk)
    held = held_in(review, document)
    documents = {row.pk: row for row in Document.objects.filter(review=review if review.pk else None)}
    rows: list[Row] = []
    samples = _samples(review)
    for recommendation in reading.recommendations:
        if recommendation.label in samples:
            rows.append(_rejected(batch, _sample_there(recommendation)))
            continue
        said = reader.wanted(recommendation, reading)
        rows.append(_compared(batch, recommendation, said, held, documents, document))
    for position in reading.positions:
        rows.append(_position(batch, position, held, documents, document))
    rows += [_rejected(batch, problem) for problem in reading.problems if problem.severity == Severity.REJECTED]
    for number, row in enumerate(rows, 1):
        row.number = number
    return rows, _facts(reading, reader)


def _compared(
    batch: Batch,
    read: ReadRecommendation | ReadPosition,
    said: Snapshot,
    held: Held,
    documents: dict[int, Document],
    document: Document,
) -> Row:
    recommendation, before = held.get(read.label, (None, None))
    source = documents.get(before["source"][0]) if before else None
    verdict = compare(before, said, document, source)
    return Row(
        batch=batch,
        place=str(read.place)[:200],
        label=read.label,
        outcome=verdict.outcome,
        fields=verdict.fields,
        message=verdict.message,
        before=before,
        after=said,
        passage=read.passage,
        recommendation=recommendation,
    )


def _position(batch: Batch, read: ReadPosition, held: Held, documents: dict[int, Document], document: Document) -> Row:
    said = Reader.wanted_position(read)
    if read.label in held and not held[read.label][1]["removed"]:
        return _compared(batch, read, said, held, documents, document)
    message = _(
        "This review has no recommendation %(label)s yet. It is answered as soon as a report or list brings it."
    )
    return Row(
        batch=batch,
        place=str(read.place)[:200],
        label=read.label,
        outcome=Row.Outcome.WAITING,
        fields=["position"],
        message=message % {"label": read.label},
        after=said,
        passage=read.passage,
    )


def _rejected(batch: Batch, problem: Problem) -> Row:
    said = {"value": problem.value, "column": problem.column}
    return Row(
        batch=batch,
        place=str(problem.place)[:200],
        outcome=Row.Outcome.REJECTED,
        message=problem.reason,
        after=said,
    )


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


def _facts(reading: Reading, reader: Reader) -> dict[str, Any]:
    answers: list[ReadRecommendation | ReadPosition] = [*reading.recommendations, *reading.positions]
    responses = Counter(str(row.response) for row in answers)
    prefixes: dict[str, list[int]] = {}
    for row in reading.recommendations:
        prefixes.setdefault(str(row.paragraph), []).append(row.number)
    return {
        "responses": {
            code: responses[code] for code in ("supported", "noted", "supported_in_part", "pending", "unknown")
        },
        "claims": dict(Counter(str(row.claim) for row in answers if row.claim)),
        "unknown_states": sorted(reader.unknown_states),
        "unknown_terms": sorted(reader.unknown_terms),
        "warnings": [str(problem) for problem in reading.problems if problem.severity == Severity.WARNING],
        "printed_totals": reading.printed_totals,
        "joint": sum(len(row.states) > 1 for row in reading.recommendations),
        "prefixes": [_prefix(paragraph, numbers) for paragraph, numbers in prefixes.items()],
        "read": len(answers) + sum(problem.severity == Severity.REJECTED for problem in reading.problems),
    }


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
