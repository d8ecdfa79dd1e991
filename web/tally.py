"""How many recommendations there are of something, and how they stand. Samples are counted apart, always."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.db.models import Count, QuerySet

from accounts.reader import Reader
from recommendations.models import Response
from recommendations.querysets import RecommendationQuerySet

Rows = TypeVar("Rows", bound=QuerySet[Any])


@dataclass
class Tally:
    """Numbers of recommendations by the status that their lead organisation gives ("" for none)."""

    statuses: Counter[str] = field(default_factory=Counter)
    sample_statuses: Counter[str] = field(default_factory=Counter)

    @property
    def number(self) -> int:
        """Recommendations, samples left out."""
        return self.statuses.total()

    @property
    def samples(self) -> int:
        """Sample recommendations."""
        return self.sample_statuses.total()

    def __bool__(self) -> bool:
        return bool(self.statuses or self.sample_statuses)


NOTHING = Tally()


def tallies(found: RecommendationQuerySet, reader: Reader, by: str) -> Mapping[Any, Tally]:
    """A tally for each value of the field `by` (such as "review_id"); 1 query.

    A row that `found` holds twice counts twice: narrow over joins by `Exists`.
    """
    counted = found.visible_to(reader).with_lead(reader).order_by().values_list(by, "is_sample", "lead_status")
    result: dict[Any, Tally] = {}
    for key, is_sample, status, number in counted.annotate(number=Count("pk")):
        tally = result.setdefault(key, Tally())
        (tally.sample_statuses if is_sample else tally.statuses)[status or ""] += number
    return result


def tally(found: RecommendationQuerySet, reader: Reader) -> Tally:
    """The tally of all of these; 1 query."""
    return together(tallies(found, reader, "removed_at").values())  # what is visible has none: one group


def together(parts: Iterable[Tally]) -> Tally:
    """The sum of tallies of different recommendations."""
    total = Tally()
    for part in parts:
        total.statuses += part.statuses
        total.sample_statuses += part.sample_statuses
    return total


@dataclass(frozen=True)
class ResponseCount:
    """How many recommendations a State gave one response, samples apart."""

    code: str
    number: int
    samples: int


def responses(found: RecommendationQuerySet, reader: Reader) -> list[ResponseCount]:
    """The numbers of each response that occurs, in the order in which responses are explained; 1 query."""
    counted = found.visible_to(reader).order_by().values_list("response", "is_sample")
    numbers: dict[tuple[str, bool], int] = Counter()
    for code, is_sample, number in counted.annotate(number=Count("pk")):
        numbers[code or Response.UNKNOWN, is_sample] += number
    rows = [ResponseCount(code, numbers[code, False], numbers[code, True]) for code in Response.values]
    return [row for row in rows if row.number or row.samples]


def shown(rows: Rows, reader: Reader) -> Rows:
    """Those rows of a table with `is_sample` that the reader sees."""
    return rows if reader.samples else rows.filter(is_sample=False)
