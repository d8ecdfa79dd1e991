"""Named filters: how the words of an address narrow a queryset. Pages and API share them.

A filter has a vocabulary, which knows the values it takes, and a narrowing. Several values of one filter widen (or),
several filters narrow (and). Values come by repeating the name or between commas.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol, TypeVar

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.reader import Reader
from reviews.models import Session
from states.models import RegionalGroup, State

Text = str | Promise
Params = Mapping[str, Sequence[str]]
Rows = TypeVar("Rows", bound=QuerySet[Any])


class UnknownChoice(ValueError):
    """A filter was given a value that it does not take. `allowed` may be long; a screen may shorten it."""

    def __init__(self, name: str, value: str, allowed: Sequence[str] = (), hint: str = "") -> None:
        self.name, self.value, self.allowed, self.hint = name, value, list(allowed), hint
        super().__init__(hint or _("“%(value)s” is not a value of “%(name)s”.") % {"value": value, "name": name})


class Option(NamedTuple):
    """One value of a filter, for a form: what stands in the address, what is read, and the heading it stands under."""

    value: str
    label: str
    group: str = ""


class Vocabulary(Protocol):
    """What a filter's values may be."""

    @property
    def separates(self) -> bool:
        """Whether a comma separates two values."""

    def clean(self, name: str, values: Sequence[str], reader: Reader) -> list[Any]:
        """The values as the narrowing takes them; raises UnknownChoice."""

    def options(self, reader: Reader) -> list[Option]:
        """All values, in the order in which a form shows them; none where any text may be given."""

    def closed(self) -> list[str] | None:
        """All values, where they are known without the database; else None."""


@dataclass(frozen=True)
class Closed:
    """Values that the code fixes."""

    choices: Callable[[], Iterable[tuple[Any, Text]]]
    separates: bool = True

    def clean(self, name: str, values: Sequence[str], reader: Reader) -> list[Any]:
        known = {str(value): value for value, _label in self.choices()}
        for value in values:
            if value.lower() not in known:
                raise UnknownChoice(name, value, list(known))
        return [known[value.lower()] for value in values]

    def options(self, reader: Reader) -> list[Option]:
        return [Option(str(value), str(label)) for value, label in self.choices()]

    def closed(self) -> list[str] | None:
        return [str(value) for value, _label in self.choices()]


@dataclass(frozen=True)
class Listed:
    """Values that are rows of a table; cleaned, they are the primary keys of those rows (one query)."""

    rows: Callable[[Reader], QuerySet[Any]]
    column: str
    spell: Callable[[str], str] = str.lower  # how the column is spelt
    label: Callable[[Any], str] = str
    group: Callable[[Any], str] = lambda row: ""
    separates: bool = True

    def clean(self, name: str, values: Sequence[str], reader: Reader) -> list[Any]:
        spelt = {self.spell(value): value for value in values}
        found = list(self.rows(reader).filter(**{f"{self.column}__in": list(spelt)}).values_list(self.column, "pk"))
        known = {str(value) for value, _pk in found}
        for spelling, value in spelt.items():
            if spelling not in known:
                raise UnknownChoice(name, value, [option.value for option in self.options(reader)])
        return [pk for _value, pk in found]

    def options(self, reader: Reader) -> list[Option]:
        made = [Option(str(getattr(row, self.column)), self.label(row), self.group(row)) for row in self.rows(reader)]
        return list(dict.fromkeys(made))

    def closed(self) -> list[str] | None:
        return None


@dataclass(frozen=True)
class FreeText:
    """Any text that is not too long; the last one given counts."""

    longest: int
    separates: bool = False

    def clean(self, name: str, values: Sequence[str], reader: Reader) -> list[Any]:
        if len(values[-1]) > self.longest:
            longest = {"name": name, "longest": self.longest}
            raise UnknownChoice(
                name, values[-1][:50] + "…", hint=_("“%(name)s” takes at most %(longest)d characters.") % longest
            )
        return [values[-1]]

    def options(self, reader: Reader) -> list[Option]:
        return []

    def closed(self) -> list[str] | None:
        return None


@dataclass(frozen=True)
class Filter:
    """One name of an address: what it is called on a screen, its values, and what it leaves of a queryset."""

    label: Text
    vocabulary: Vocabulary
    narrow: Callable[[Any, list[Any], Reader], Any]
    help: Text = field(default="")

    def split(self, values: Sequence[str]) -> list[str]:
        """The single values of a parameter, without empty ones."""
        pieces = [piece for value in values for piece in (value.split(",") if self.vocabulary.separates else [value])]
        return list(dict.fromkeys(piece.strip() for piece in pieces if piece.strip()))

    def clean(self, name: str, values: Sequence[str], reader: Reader) -> list[Any]:
        """The split values, checked; raises UnknownChoice."""
        for value in values:
            if "\x00" in value:  # PostgreSQL has no text with one
                raise UnknownChoice(name, value, hint=_("“%(name)s” holds a NUL character.") % {"name": name})
        return self.vocabulary.clean(name, values, reader)


def apply(queryset: Rows, params: Params, reader: Reader, filters: Mapping[str, Filter]) -> Rows:
    """What these parameters leave of the queryset. Names that are no filter, and empty values, are passed over.

    Raises UnknownChoice for the first value that a filter does not take.
    """
    for name, line in filters.items():
        values = line.split(params.get(name, ()))
        if values:
            queryset = line.narrow(queryset, line.clean(name, values, reader), reader)
    return queryset


def is_in(path: str) -> Callable[[Any, list[Any], Reader], Any]:
    """Narrows to the rows whose column at this path is one of the values."""
    return lambda queryset, values, reader: queryset.filter(**{f"{path}__in": values})


def number(value: str) -> str:
    """A small number as the database writes it; "-1", which nothing is, for anything else."""
    return str(int(value)) if value.isascii() and value.isdigit() and len(value) < 5 else "-1"


STATES = Listed(lambda reader: State.objects.all(), "iso3", spell=str.upper, label=lambda state: state.local_name)
SESSIONS = Listed(lambda reader: Session.objects.all(), "number", spell=number)
# A cycle is cleaned to the keys of its sessions.
CYCLES = Listed(
    lambda reader: Session.objects.order_by("cycle"), "cycle", spell=number, label=lambda row: str(row.cycle)
)
REGIONAL_GROUPS = Closed(lambda: RegionalGroup.choices)


def review_filters(path: str = "") -> dict[str, Filter]:
    """The filters of everything that belongs to a review; `path` leads to the review ("review__")."""
    return {
        "state": Filter(
            gettext_lazy("State under review"),
            STATES,
            is_in(f"{path}state"),
            gettext_lazy("ISO 3166 alpha-3 code of the State under review."),
        ),
        "session": Filter(
            gettext_lazy("Session"),
            SESSIONS,
            is_in(f"{path}session"),
            gettext_lazy("Number of a session of the Working Group."),
        ),
        "cycle": Filter(
            gettext_lazy("Cycle"), CYCLES, is_in(f"{path}session"), gettext_lazy("Number of a cycle of the review.")
        ),
        "regional_group": Filter(
            gettext_lazy("Regional group"),
            REGIONAL_GROUPS,
            is_in(f"{path}state__regional_group"),
            gettext_lazy("Regional group of the State under review."),
        ),
    }
