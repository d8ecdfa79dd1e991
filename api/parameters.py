"""Parameters that are no filters: who reads, as of when, which parts, and which names an address takes."""

import datetime
import re
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.request import Request

from accounts.reader import Reader
from api.errors import bad_value, unknown_parameter

FLAGS = {"true": True, "false": False}
# What has one value. Any other name takes several, by repeating it or between commas.
ONE_VALUE = frozenset(
    {"as_of", "known_on", "sample", "search", "updated_since", "ordering", "page_size", "cursor", "count"}
    | {"after", "bom", "release", "table", "format", "over", "unit", "measure", "from", "to"}
)
READS = ("sample", "as_of", "known_on")  # what reader_of looks at
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def reader_of(request: Request) -> Reader:
    """The public, who sees samples only when asking for them, on the days asked for.

    Raises BadParameter for a value that is neither true nor false, or no day that has come.
    """
    return Reader(as_of=day(request, "as_of"), known_on=day(request, "known_on"), samples=flag(request, "sample"))


def flag(request: Request, name: str) -> bool:
    """A parameter that is true or false; false when absent. Raises BadParameter."""
    value = request.query_params.get(name, "false")
    if value not in FLAGS:
        detail = _("“%(name)s” is either true or false.") % {"name": name}
        raise bad_value(name, value, detail, allowed=list(FLAGS))
    return FLAGS[value]


def day(request: Request, name: str) -> datetime.date | None:
    """A day that has come (UTC), or None when absent. Raises BadParameter."""
    value = request.query_params.get(name)
    if value is None:
        return None
    try:
        found = datetime.date.fromisoformat(value) if _DAY.fullmatch(value) else None
    except ValueError:
        found = None
    if found is None:
        raise bad_value(name, value, _("“%(name)s” is a day, written like 2025-01-31.") % {"name": name})
    if found > timezone.now().date():
        raise bad_value(name, value, _("“%(name)s” lies in the future.") % {"name": name})
    return found


def parts(request: Request, name: str, allowed: Collection[str]) -> list[str]:
    """The names that a parameter lists, each once, between commas or by repeating it; none when absent.

    Raises BadParameter.
    """
    given = [part.strip() for value in request.query_params.getlist(name) for part in value.split(",")]
    for part in given:
        if part not in allowed:
            detail = _("“%(value)s” is not a value of “%(name)s”.") % {"value": part[:100], "name": name}
            raise bad_value(name, part, detail, allowed=list(allowed))
    return list(dict.fromkeys(given))


def one_of(request: Request, name: str, allowed: Sequence[str], *, needed: bool = False) -> str:
    """One of the values allowed, the first when absent and not needed. Raises BadParameter."""
    value = request.query_params.get(name, "" if needed else allowed[0])
    if not value:
        detail = _("Say which “%(name)s”: %(allowed)s.") % {"name": name, "allowed": ", ".join(allowed)}
        raise bad_value(name, value, detail, allowed=list(allowed))
    if value not in allowed:
        detail = _("“%(value)s” is not a value of “%(name)s”.") % {"value": value[:100], "name": name}
        raise bad_value(name, value, detail, allowed=list(allowed))
    return value


def check_names(request: Request, allowed: Iterable[str]) -> None:
    """Raises BadParameter for the first name that this address does not take, or that has no value, or one too many.

    An empty value is refused because a program that lost its value would otherwise be answered with everything; a
    second one, because one of the two would count without a word.
    """
    names = set(allowed)
    for name, values in request.query_params.lists():
        if name not in names:
            raise unknown_parameter(name, sorted(names))
        if not all(piece.strip() for value in values for piece in ([value] if name in ONE_VALUE else value.split(","))):
            detail = _("A value of “%(name)s” is empty. Give it one or leave it out.") % {"name": name}
            raise bad_value(name, "", detail)
        if len(values) > 1 and name in ONE_VALUE:
            raise bad_value(name, values[-1], _("“%(name)s” takes one value; give it once.") % {"name": name})


def query_parameter(name: str, schema: dict[str, Any], description: str) -> dict[str, Any]:
    """A parameter as OpenAPI describes it."""
    return {"name": name, "in": "query", "required": False, "schema": schema, "description": description}
