"""Named filters: how the words of an address narrow a queryset. Pages and API share them.

A filter has a vocabulary, which knows the values it takes, and a condition that these values make. Several values of
one filter widen (or), several filters narrow (and). Values come by repeating the name or between commas. `status__not`
leaves out what `status` finds; `issue__all`, where a row may have several, finds what has each of the values.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple, Protocol, TypeVar

from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.reader import Reader
from reviews.models import Session
from states.models import RegionalGroup, State
from states.names import fold

Text = str | Promise
Params = Mapping[str, Sequence[str]]
Rows = TypeVar("Rows", bound=QuerySet[Any])


class UnknownChoice(ValueError):
    """A filter was given a value that it does not take. `allowed` may be long; a screen may shorten it.

    `meant`: those of them that bear the value as their name.
    """

    def __init__(
        self, name: str, value: str, allowed: Sequence[str] = (), hint: str = "", meant: Sequence[str] = ()
    ) -> None:
        self.name, self.value, self.allowed, self.hint, self.meant = name, value, list(allowed), hint, list(meant)
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
    """Values that are rows of a table; cleaned, they are the `key` of those rows (one query)."""

    rows: Callable[[Reader], QuerySet[Any]]
    column: str
    spell: Callable[[str], str] = str.lower  # how the column is spelt
    label: Callable[[Any], str] = str
    group: Callable[[Any], str] = lambda row: ""
    separates: bool = True
    key: str = "pk"
    by_name: Callable[[str], Iterable[str]] = lambda name: ()  # the values of what goes by a name, beside the label

    def clean(self, name: str, values: Sequence[str], reader: Reader) -> list[Any]:
        spelt = {self.spell(value): value for value in values}
        rows = self.rows(reader).filter(**{f"{self.column}__in": list(spelt)}).order_by()
        found = list(rows.values_list(self.column, self.key).distinct())
        known = {str(value) for value, _key in found}
        for spelling, value in spelt.items():
            if spelling not in known:
                raise self.unknown(name, value, self.options(reader))
        return [key for _value, key in found]

    def unknown(self, name: str, value: str, options: Sequence[Option]) -> UnknownChoice:
        """The refusal of a value; it may be the name of something."""
        meant = [*self.by_name(value), *(option.value for option in options if fold(option.label) == fold(value))]
        return UnknownChoice(name, value, [option.value for option in options], meant=list(dict.fromkeys(meant)))

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
    """One name of an address: what it is called on a screen, its values, and the condition that they make."""

    label: Text
    vocabulary: Vocabulary
    condition: Callable[[list[Any], Reader], Q]
    help: Text = field(default="")
    many: bool = False  # a row may have several of the values

    def narrow(self, queryset: Rows, values: list[Any], reader: Reader) -> Rows:
        """What these values, cleaned, leave of the queryset."""
        return queryset.filter(self.condition(values, reader))

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
    for name in params:
        line = filters.get(name)
        if line and (values := line.split(params[name])):
            queryset = line.narrow(queryset, line.clean(name, values, reader), reader)
    return queryset


def is_in(path: str) -> Callable[[list[Any], Reader], Q]:
    """The condition that the column at this path is one of the values."""
    return lambda values, reader: Q(**{f"{path}__in": values})


def with_variants(filters: Mapping[str, Filter]) -> dict[str, Filter]:
    """These filters and, beside those that take several values, their opposites; and what has all, where rows can."""
    made: dict[str, Filter] = {}
    for name, line in filters.items():
        made[name] = line
        if line.vocabulary.separates:
            made[f"{name}__not"] = _without(line)
        if line.many:
            made[f"{name}__all"] = _with_each(line)
    return made


def _without(line: Filter) -> Filter:
    def condition(values: list[Any], reader: Reader) -> Q:
        return ~line.condition(values, reader)

    label = format_lazy("{}: {}", line.label, gettext_lazy("none of"))
    words = format_lazy("{} {}", line.help, gettext_lazy("Leaves out what has one of these."))
    return replace(line, label=label, condition=condition, help=words, many=False)


def _with_each(line: Filter) -> Filter:
    def condition(values: list[Any], reader: Reader) -> Q:
        return Q(*(line.condition([value], reader) for value in values))

    label = format_lazy("{}: {}", line.label, gettext_lazy("all of"))
    words = format_lazy("{} {}", line.help, gettext_lazy("Finds what has each of these."))
    return replace(line, label=label, condition=condition, help=words, many=False)


def number(value: str) -> str:
    """A small number as the database writes it; "-1", which nothing is, for anything else."""
    return str(int(value)) if value.isascii() and value.isdigit() and len(value) < 5 else "-1"


def states_named(name: str) -> Iterable[str]:
    """The codes of States that go or went by this name."""
    return State.objects.filter(aliases__folded=fold(name)).values_list("iso3", flat=True)


STATES = Listed(
    lambda reader: State.objects.all(),
    "iso3",
    spell=str.upper,
    label=lambda state: state.local_name,
    by_name=states_named,
)
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
