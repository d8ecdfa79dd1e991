"""From the rows of an export to the rows of a batch: each placed in its review and compared, a thousand at a time.

A record of UHRI with an official number is compared like a row of a document. Every other row is a mention: attached
to the recommendation that it repeats, proposed for one of similar words, or kept beside its review.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import blake2b
from itertools import islice
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from imports.facts import facts_of
from imports.kept import kept_before
from imports.matching import Matching
from imports.models import Batch, Row
from imports.preview import compared_row, rejected_row
from imports.reading import MentionStream, Place, Problem, ReadMention, Severity, split_label, text_key
from imports.snapshots import Held, Reader, Snapshot, held_where
from imports.spots import Given, Spot, Spots
from issues.models import Issue, Scheme
from recommendations.models import ExternalId, Mention, Recommendation
from reviews.models import Document

CHUNK = 1_000
WARNINGS_KEPT = 200
PARTS = ["issues", "position", "states", "text"]  # what is shown of a mention


@dataclass(frozen=True)
class Placed:
    """A row of the export, and the review that it belongs to."""

    read: ReadMention
    spot: Spot


class ExportRows:
    """The rows of one export; what else is to be told of the file is known when all have been asked for."""

    def __init__(self, batch: Batch, stream: MentionStream, document: Document, given: Given) -> None:
        self.batch, self.stream, self.document = batch, stream, document
        self.reader = Reader(document.pk)
        self.spots = Spots(self.reader.resolver, given)
        self.matching = Matching()
        self.documents: dict[int, Document] = {}
        samples = Recommendation.objects.filter(is_sample=True, label__isnull=False)
        self.samples = set(samples.values_list("review_id", "label"))
        self.met: dict[object, str] = {}  # what may stand in the file once, and where it stood
        self.number = 0
        self.responses: Counter[str] = Counter()
        self.warnings: list[str] = []
        self.more_warnings = 0
        self.groups: set[tuple[int, int, str]] = set()
        self.reviews: set[tuple[int, int]] = set()

    def chunks(self) -> Iterator[list[Row]]:
        """The rows, a thousand or so at a time, in the order of the file. Raises UnreadableFile in the middle of it."""
        while read := list(islice(self.stream, CHUNK)):
            yield self._numbered_rows(read, self.stream.take_problems())
        if rest := self.stream.take_problems():
            yield self._numbered_rows([], rest)

    def facts(self) -> dict[str, Any]:
        """What else is to be told of the file."""
        return facts_of(
            responses=self.responses,
            **self.reader.unknown(self.spots.unknown_states),
            warnings=self.warnings,
            more_warnings=self.more_warnings,
            read=self.stream.rows,
            passed_over=dict(self.stream.passed_over),
            groups=len(self.groups),
            reviews=len(self.reviews),
        )

    def _numbered_rows(self, read: list[ReadMention], problems: list[Problem]) -> list[Row]:
        rows = self._rows(read, problems)
        rows.sort(key=lambda found: found[0])
        for number, (_at, row) in enumerate(rows, self.number + 1):
            row.number = number
        self.number += len(rows)
        return [row for _at, row in rows]

    def _rows(self, read: list[ReadMention], problems: list[Problem]) -> list[tuple[int, Row]]:
        rows = [self._rejected(problem) for problem in problems if self._is_rejected(problem)]
        placed: list[Placed] = []
        for each in read:
            spot = self.spots.find(each)
            if isinstance(spot, Problem):
                rows.append(self._rejected(spot))
            else:
                placed.append(Placed(each, spot))
                self.responses[each.response] += 1
                self.reviews.add((spot.state_id, spot.session_id))
        numbered = [each for each in placed if each.read.label and split_label(each.read.label)]
        loose = [each for each in placed if not (each.read.label and split_label(each.read.label))]
        return rows + list(self._compared(numbered)) + list(self._mentioned(loose))

    def _is_rejected(self, problem: Problem) -> bool:
        if problem.severity == Severity.REJECTED:
            return True
        if len(self.warnings) < WARNINGS_KEPT:
            self.warnings.append(str(problem))
        else:
            self.more_warnings += 1
        return False

    def _rejected(self, problem: Problem) -> tuple[int, Row]:
        return problem.place.row or 0, rejected_row(self.batch, problem)

    def _row(self, each: Placed, row: Row) -> tuple[int, Row]:
        """A row with the review that it belongs to."""
        if each.spot.review_id is None:
            row.after["review"] = [each.spot.state_id, each.spot.session_id]
        else:
            row.review_id = each.spot.review_id
        return each.read.place.row or 0, row

    def _first(self, key: object, place: Place) -> str:
        """Where in the file this stood before; empty for the first, which is kept in mind."""
        first = self.met.setdefault(key, str(place))
        return "" if first == str(place) else first

    # ------------------------------------------------------------------------------------- records with a number

    def _compared(self, numbered: list[Placed]) -> Iterator[tuple[int, Row]]:
        by_id, by_label = self._held(numbered)
        kept = kept_before(self.batch, [*by_id.values(), *by_label.values()])
        for each in numbered:
            read, spot = each.read, each.spot
            there = by_id.get(read.key) or by_label.get((spot.review_id, read.label))
            key = there.pk if there else (spot.state_id, spot.session_id, read.label)
            if (spot.review_id, read.label) in self.samples:
                what = _("A sample recommendation of this review has this number. Give the sample another one.")
                yield self._rejected(Problem(read.place, read.label, what))
            elif first := self._first(key, read.place):
                what = _("The recommendation %(label)s of this review stands in %(first)s already; that row was used.")
                yield self._rejected(Problem(read.place, read.label, what % {"label": read.label, "first": first}))
            else:
                said = self.reader.wanted_of_record(read)
                source = self.documents.get(there.snapshot["source"][0]) if there else None
                decided = kept.get(there.pk, ()) if there else ()
                yield self._row(each, compared_row(self.batch, read, said, there, self.document, source, decided))

    def _held(self, numbered: list[Placed]) -> tuple[dict[str, Held], dict[tuple[int | None, str], Held]]:
        """What is there of them: by the id in the other database, and by review and number; 3 queries at most."""
        known = dict(
            ExternalId.objects.filter(
                scheme=ExternalId.Scheme.UHRI, value__in=[each.read.key for each in numbered if each.read.key]
            ).values_list("value", "recommendation_id")
        )
        pairs = [(each.spot.review_id, each.read.label) for each in numbered if each.spot.review_id]
        found = held_where(
            """r.id IN (
                SELECT unnest(%s::bigint[]) UNION
                SELECT o.id FROM unnest(%s::bigint[], %s::text[]) wanted (review, label)
                JOIN recommendations_recommendation o ON o.review_id = wanted.review AND o.label = wanted.label
            )""",
            [list(known.values()), [pair[0] for pair in pairs], [pair[1] for pair in pairs]],
            self.document,
        )
        sources = {held.snapshot["source"][0] for held in found} - self.documents.keys()
        self.documents |= Document.objects.in_bulk(sources)
        by_pk = {held.pk: held for held in found}
        by_id = {value: by_pk[pk] for value, pk in known.items() if pk in by_pk}
        return by_id, {(held.review_id, held.label): held for held in found}

    # ------------------------------------------------------------------------------------------------- mentions

    def _mentioned(self, loose: list[Placed]) -> Iterator[tuple[int, Row]]:
        self.matching.learn({each.spot.review_id for each in loose if each.spot.review_id})
        keys = {id(each): key_of(each) for each in loose}
        there = self._mentions([each.spot.review_id for each in loose if each.spot.review_id], list(keys.values()))
        rows: list[tuple[Placed, Row]] = []
        for each in loose:
            key = keys[id(each)]
            if first := self._first(key, each.read.place):
                what = _("This row says the same as %(first)s and was left out.") % {"first": first}
                yield self._rejected(Problem(each.read.place, each.read.text[:120], what))
            else:
                rows.append((each, self._mention(each, key, there.get((each.spot.review_id, key)))))
        self._note_words([row for _each, row in rows])
        yield from (self._row(each, row) for each, row in rows)

    @staticmethod
    def _mentions(reviews: list[int], keys: list[str]) -> dict[tuple[int | None, str], Mention]:
        found = Mention.objects.filter(review__in=set(reviews), key__in=keys).only(
            "review_id", "key", "recommendation_id", "removed_at"
        )
        return {(mention.review_id, mention.key): mention for mention in found}

    def _mention(self, each: Placed, key: str, there: Mention | None) -> Row:
        """The row of one mention; `before` is filled in by `_note_words`."""
        said = self._said(each.read, key)
        words = text_key(each.read.text)
        row = Row(batch=self.batch, place=str(each.read.place)[:200], after=said, text_key=words, fields=PARTS)
        row.passage = each.read.passage
        is_here = there is not None and there.removed_at is None
        row.mention_id = there.pk if there else None
        if there and is_here and there.recommendation_id:
            row.recommendation_id, row.outcome, row.fields = there.recommendation_id, Row.Outcome.UNCHANGED, []
            return row
        states = [state for state, _printed in said["states"] if state]
        match = self.matching.find(each.spot.review_id, each.read.text, states) if each.spot.review_id else None
        row.recommendation_id = match.pk if match else None
        if match and match.is_sure:
            row.outcome = Row.Outcome.ATTACHED
        elif match:
            row.outcome, row.disputed = Row.Outcome.CONFLICT, ["text"]
            row.fields = ["text"] if is_here else PARTS  # nothing but the proposal is left of one that is there
        else:
            row.outcome = Row.Outcome.UNCHANGED if is_here else Row.Outcome.GROUPED
            self.groups.add((each.spot.state_id, each.spot.session_id, words))
        return row

    def _said(self, read: ReadMention, key: str) -> Snapshot:
        scheme = Scheme.UPR_INFO if self.document.kind == Document.Kind.UPR_INFO else Scheme.UHRI

        def issue(label: str) -> Issue | None:
            return self.reader.resolver.issue(label, scheme)

        issues = self.reader.known(read.issues, issue)
        return {
            "key": key,
            "text": read.text,
            "states": [self.reader.mention(name) for name in read.states],
            "position": {"response": str(read.response), "claim": "", "paragraph": "", "explanation": ""},
            "issues": sorted([issue.pk, issue.scheme, False] for issue in issues),
            "action_category": read.action_category,
            "ids": [[ExternalId.Scheme.UHRI, read.key]]
            if self.document.kind == Document.Kind.UHRI and read.key
            else [],
        }

    @staticmethod
    def _note_words(rows: Iterable[Row]) -> None:
        """Keep what the recommendations say to which mentions would be attached; a conflict shows both; 1 query."""
        meant = [row for row in rows if row.recommendation_id and row.outcome != Row.Outcome.UNCHANGED]
        wanted = {row.recommendation_id or 0 for row in meant}
        texts = dict(Recommendation.objects.filter(pk__in=wanted).values_list("pk", "text")) if wanted else {}
        for row in meant:
            row.before = {"text": texts[row.recommendation_id or 0]}
            if row.outcome == Row.Outcome.CONFLICT:
                similar = row.text_key != text_key(row.before["text"])
                row.message = (
                    _("This recommendation has similar words: attaching the row to it is proposed.")
                    if similar
                    else _("Several recommendations have these words: attaching the row to the first is proposed.")
                )


def key_of(each: Placed) -> str:
    """What a mention is known by: the id that the database gave it, where it is a UUID; else a digest of what it says.

    So the same row is one mention, in whichever file it comes.
    """
    read = each.read
    try:
        return UUID(read.key).hex
    except ValueError:
        pass
    said = [str(each.spot.state_id), str(each.spot.session_id), read.key, text_key(read.text), "|".join(read.states)]
    said += [str(read.response), str(read.action_category), "|".join(sorted(read.issues))]
    return blake2b("\0".join(said).encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
