"""The day a page looks at, from its address."""

import datetime

from django.http import HttpRequest
from django.utils.translation import gettext as _

from accounts.reader import Reader


class BadDay(ValueError):
    """The address holds something that is no day. The text is a sentence for the person."""


def reader_at(request: HttpRequest) -> Reader:
    """The request's reader at the days that `as_of` and `known_on` name; raises BadDay."""
    reader: Reader = request.reader  # type: ignore[attr-defined]
    as_of, known_on = (_day(request, name) for name in ("as_of", "known_on"))
    if as_of is None and known_on is None:
        return reader
    return reader.at(as_of=as_of, known_on=known_on)


def _day(request: HttpRequest, name: str) -> datetime.date | None:
    value = request.GET.get(name, "").strip()
    if not value:
        return None
    try:
        day = datetime.date.fromisoformat(value)
    except ValueError as error:
        message = _("“%(value)s” is no day. Write it as 2025-01-23.")
        raise BadDay(message % {"value": value[:40]}) from error
    if day > datetime.datetime.now(datetime.UTC).date():
        message = _("“%(value)s” has not come yet. Give today or an earlier day.")
        raise BadDay(message % {"value": value})
    return day
