"""The rows of an import that a person looks at: filtered, and counted by what they would do."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, F, Q, QuerySet
from django.utils.functional import Promise

from imports.models import Batch, Row
from imports.reading import EXPORTS
from reviews.models import Review
from web.imports.differences import ANSWER_SHOWN, WORDS

LONGEST_SEARCH = 200
SHOWN = "shown"  # asks for rows that change which answer the lists show
# What commit writes, or keeps until its recommendation comes; conflicts only in the parts that are not disputed, or
# when a person took the file's word.
WRITES = (
    Q(outcome__in=["new", "changed", "waiting", "attached", "grouped"])
    | Q(outcome=Row.Outcome.CONFLICT, take=True)
    | Q(outcome=Row.Outcome.CONFLICT) & ~Q(fields__contained_by=F("disputed"))
)
# Of an export: a mention that is kept beside its review changes no recommendation.
WRITES_TO_RECOMMENDATIONS = WRITES & (
    Q(outcome__in=[Row.Outcome.NEW, Row.Outcome.CHANGED, Row.Outcome.ATTACHED])
    | Q(take=True)
    | Q(outcome=Row.Outcome.CONFLICT) & ~Q(after__has_key="key")
)
ALWAYS = (Row.Outcome.NEW, Row.Outcome.CHANGED, Row.Outcome.UNCHANGED, Row.Outcome.REJECTED)


@dataclass(frozen=True)
class Filters:
    """Which rows: of one outcome, in which one part differs, that hold these words, of one review. Empty is all."""

    outcome: str = ""
    part: str = ""
    words: str = ""
    review: str = ""

    @classmethod
    def of(cls, sent: Mapping[str, Any]) -> "Filters":
        """What an address asks for; a value that there is not is none."""
        outcome, part, review = (str(sent.get(name, "")) for name in ("outcome", "part", "review"))
        return cls(
            outcome if outcome in Row.Outcome.values else "",
            part if part in WORDS or part == SHOWN else "",
            str(sent.get("q", "")).replace("\0", "")[:LONGEST_SEARCH].strip(),
            review if review.isascii() and review.isdigit() and len(review) < 10 else "",
        )

    def address(self, **other: str) -> str:
        """The address of the page with these filters, and those changed or added."""
        mine = {"outcome": self.outcome, "part": self.part, "q": self.words, "review": self.review}
        return f"?{urlencode({name: value for name, value in (mine | other).items() if value})}"

    def rows(self, found: QuerySet[Row]) -> QuerySet[Row]:
        """Of these rows those that they let through, in the order of the file."""
        if self.outcome:
            found = found.filter(outcome=self.outcome)
        if self.part == SHOWN:
            found = found.filter(after__beside__changes=True)
        elif self.part:
            found = found.filter(fields__contains=[self.part])
        if self.review:
            found = found.filter(review=int(self.review))
        for word in self.words.split():
            held = [f"{name}__icontains" for name in ("label", "place", "message", "passage", "after__text")]
            found = found.filter(Q.create([(name, word) for name in held], Q.OR))
        return found

    @property
    def is_narrow(self) -> bool:
        """Whether more than the outcome is asked for."""
        return bool(self.part or self.words or self.review)


def parts() -> list[tuple[str, "str | Promise"]]:
    """The parts that may differ, with their words."""
    return [*WORDS.items(), (SHOWN, ANSWER_SHOWN)]


def reviews_of(batch: Batch, rows: QuerySet[Row]) -> list[Review]:
    """The reviews that rows of a database's export are of; none for a document, which is of one."""
    if batch.source not in EXPORTS:
        return []
    ids = rows.exclude(review=None).order_by().values_list("review", flat=True).distinct()
    return list(Review.objects.filter(pk__in=list(ids)).select_related("state", "session"))


def numbers(rows: QuerySet[Row], filters: Filters) -> tuple[dict[str, int], list[dict[str, object]]]:
    """How many rows have each outcome, and the same as numbers that filter the list; 1 query."""
    counted = dict(rows.order_by().values_list("outcome").annotate(number=Count("pk")))
    shown = [
        {
            "code": choice.value,
            "label": choice.label,
            "number": counted.get(choice.value, 0),
            "url": filters.address(outcome="" if choice.value == filters.outcome else choice.value) + "#rows",
            "is_current": choice.value == filters.outcome,
        }
        for choice in Row.Outcome
        if choice in ALWAYS or counted.get(choice.value)
    ]
    return counted, shown
