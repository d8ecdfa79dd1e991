"""A question that can be kept: filters, clocks and columns, and the rows that it finds."""

import datetime
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson
from django.db.models import QuerySet

from accounts.reader import Reader
from reports.tables import TABLES, Column, Table


@dataclass(frozen=True)
class Question:
    """What somebody asked of a table, as JSON can hold it; always asked as the public."""

    table: str
    filters: Mapping[str, Sequence[str]] = field(default_factory=dict)
    fields: Sequence[str] = ()
    as_of: str = ""
    known_on: str = ""
    samples: bool = False
    ordering: str = ""  # a name of the table's orderings, or none

    @property
    def reader(self) -> Reader:
        """The public, on the days asked for."""
        days = [datetime.date.fromisoformat(day) if day else None for day in (self.as_of, self.known_on)]
        return Reader(as_of=days[0], known_on=days[1], samples=self.samples)

    @property
    def of(self) -> Table:
        """The table."""
        return TABLES[self.table]

    @property
    def columns(self) -> list[Column]:
        """The columns asked for."""
        return self.of.named(self.fields)

    def rows(self) -> QuerySet[Any]:
        """The rows, in the order asked for. Raises UnknownChoice."""
        return self.of.asked(self.filters, self.reader, self.ordering)

    def digest(self, form: str) -> str:
        """The same for the same question in the same format, in whatever order it was put."""
        plain = {**self.plain(), "format": form}
        return hashlib.sha256(orjson.dumps(plain, option=orjson.OPT_SORT_KEYS)).hexdigest()

    def plain(self) -> dict[str, Any]:
        """The question as JSON holds it; values that widen are sorted."""
        return {
            "table": self.table,
            "filters": {name: sorted(set(values)) for name, values in sorted(self.filters.items())},
            "fields": [column.name for column in self.columns] if self.fields else [],
            "as_of": self.as_of,
            "known_on": self.known_on,
            "samples": self.samples,
            "ordering": self.ordering,
        }
