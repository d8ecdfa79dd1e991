"""What a flat table of the record is: named columns, each with a type, a meaning and an expression over one queryset.

Streams, files and releases all read these, so that the same question gives the same columns in every form.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db.models import Case, F, Field, Func, Model, QuerySet, TextField, Value, When
from django.db.models.functions import Cast, Collate, NullIf
from django.db.models.lookups import LessThan, Regex

from accounts.reader import Reader
from recommendations import selection
from reviews.selection import Params

BETWEEN = " | "  # between several values in one cell
# A cell that a spreadsheet might take for a formula gets a leading apostrophe. One that has apostrophes before such a
# start already gets one more, so that taking the first one off always gives the text back.
FORMULA = "'*[=+@\t\r-]"


class Kind(Enum):
    """The type of a column. Codes are words of ours and of standards; texts come from documents and people."""

    CODE = "code"
    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DAY = "day"
    CODES = "codes"
    TEXTS = "texts"

    @property
    def is_text(self) -> bool:
        """Whether a cell holds text, one or several."""
        return self in {Kind.CODE, Kind.TEXT, Kind.CODES, Kind.TEXTS}

    @property
    def is_list(self) -> bool:
        """Whether a cell holds several values."""
        return self in {Kind.CODES, Kind.TEXTS}


@dataclass(frozen=True)
class Column:
    """One column. `source` is a path or an expression, or a function that gives one for a reader (the two clocks).

    `about` says what it means, for the data dictionary; `choices` are given where the model's field does not have them.
    """

    name: str
    kind: Kind
    source: Any
    about: str
    choices: Sequence[str] = ()

    def expression(self, reader: Reader) -> Any:
        """The value as Python and Parquet take it; an empty text is null."""
        source = self.source(reader) if callable(self.source) else self.source
        found = F(source) if isinstance(source, str) else source
        if self.kind is Kind.DAY:
            return found
        return _no_empty(found) if self.kind in {Kind.CODE, Kind.TEXT} else found

    def cell(self, reader: Reader) -> Any:
        """The value as text for a cell of CSV: several values joined, and nothing that a spreadsheet would compute."""
        found = self.expression(reader)
        if self.kind.is_list:
            found = _no_empty(Func(found, Value(BETWEEN), function="array_to_string", output_field=TextField()))
        if self.kind.is_text:  # codes and keys too: they come from files and people as well
            return disarmed(found) if isinstance(self.source, str) else disarmed_once(found)
        return Cast(found, TextField()) if self.kind is Kind.BOOLEAN else found


def disarmed(text: Any) -> Case:
    """The text of a plain column, so that no spreadsheet computes it; it is named often and must cost nothing.

    A comparison of bytes spares nearly all of them the regular expression, which costs more than the copying.
    """
    begins_before_letters = LessThan(Collate(text, "C"), Value("A"))
    is_formula = Regex(text, Value(f"^{FORMULA}"))
    quoted = Func(Value("'"), text, template="(%(expressions)s)", arg_joiner=" || ", output_field=TextField())
    return Case(When(begins_before_letters & is_formula, then=quoted), default=text, output_field=TextField())


def disarmed_once(text: Any) -> Func:
    """The same of a text that is computed, which is named once only."""
    return Func(text, Value(f"^(?={FORMULA})"), Value("'"), function="regexp_replace", output_field=TextField())


def _no_empty(text: Any) -> NullIf:
    return NullIf(text, Value(""), output_field=TextField())


@dataclass(frozen=True)
class Table:
    """A flat table: what one row is, its columns, and the rows that a reader sees, in an order that never ties."""

    name: str
    unit: str
    about: str
    columns: Sequence[Column]
    rows: Callable[[Reader], QuerySet[Any]]
    order: Sequence[str]
    key: Sequence[str]  # the columns that tell rows apart
    references: Sequence[tuple[str, str, str]] = ()  # column, the table it points to, the column there
    orderings: Mapping[str, Sequence[str]] = field(default_factory=dict)  # that may be asked for in its place
    narrow: Callable[[Any, Params, Reader], QuerySet[Any]] = selection.select  # the rows that filters find

    def asked(self, params: Params, reader: Reader, ordering: str = "") -> QuerySet[Any]:
        """The rows that filters find, in the order of this name or else the table's own. Raises UnknownChoice."""
        return self.ordered(self.narrow(self.rows(reader), params, reader), ordering)

    def named(self, names: Sequence[str] = ()) -> list[Column]:
        """The columns of these names in the table's own order; all of them where none is named."""
        return [column for column in self.columns if not names or column.name in names]

    def ordered(self, rows: QuerySet[Any], ordering: str = "") -> QuerySet[Any]:
        """The rows in the order of that name, turned round after a "-"; in the table's own without a name."""
        name = ordering.removeprefix("-")
        keys = self.orderings[name] if name else self.order
        return rows.order_by(*(f"-{key}" if ordering.startswith("-") else key for key in keys))


def select(rows: QuerySet[Any], columns: Sequence[Column], reader: Reader, *, as_cells: bool = False) -> QuerySet[Any]:
    """The rows as tuples with one value a column; `as_cells` gives what CSV prints."""
    made = {f"c_{c.name}": c.cell(reader) if as_cells else c.expression(reader) for c in columns}
    found: QuerySet[Any] = rows.annotate(**made).values_list(*made)
    return found


def values(column: Column, model: type[Model]) -> list[str]:
    """The values that a column may have, where they are fixed."""
    if column.choices:
        return list(column.choices)
    found = field_of(column, model)
    return [str(value) for value, _label in found.choices or ()] if found is not None else []


def field_of(column: Column, model: type[Model]) -> "Field[Any, Any] | None":
    """The model's field at the end of a column's path; None where the column is computed."""
    if not isinstance(column.source, str):
        return None
    found: Any = None
    for name in column.source.split("__"):
        try:
            found = model._meta.get_field(name)
        except FieldDoesNotExist:
            return None
        model = found.related_model or model
    return found  # type: ignore[no-any-return]
