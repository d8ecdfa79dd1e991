"""What single cells of a sheet say: a day, how far work has come, sources. What says nothing clear is not guessed."""

import datetime as dt
import re

from imports.reading import bare_text, tidy
from recommendations.models import Progress
from reviews.days import FIRST_SESSION

EPOCH = dt.date(1899, 12, 30)  # what spreadsheet programs count days from, as far as this century is concerned
SERIAL = re.compile(r"([0-9]{5})(?:\.[0-9]+)?")
ISO = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})(?:[ T].*)?")
DOTS = re.compile(r"([0-9]{1,2})\.\s?([0-9]{1,2})\.\s?([0-9]{4})(?:\s?(?:г|ж)\.?)?")
SLASHES = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})")
ADDRESS = re.compile(r"https?://[^\s<>\"“”«»]+", re.IGNORECASE)
LONGEST_ADDRESS = 500  # characters, as a basis keeps it
LONGEST_DESCRIPTION = 2000
SOURCES = 20  # bases of one draft, as its form holds them


def read_day(printed: str, today: dt.date) -> dt.date | None:
    """The day that a cell says: ISO, 23.01.2025, a spreadsheet's serial number, or 23/01/2025 where it can mean no
    other day. None for anything else, and for a day to come or before the first session.
    """
    try:
        day = _day(tidy(printed))
    except ValueError:
        return None
    return day if day and FIRST_SESSION <= day <= today else None


def _day(text: str) -> dt.date | None:
    """Raises ValueError for numbers that make no day of the calendar."""
    if found := SERIAL.fullmatch(text):
        return EPOCH + dt.timedelta(days=int(found[1]))
    if found := ISO.fullmatch(text):
        return dt.date(int(found[1]), int(found[2]), int(found[3]))
    if found := DOTS.fullmatch(text):
        return dt.date(int(found[3]), int(found[2]), int(found[1]))
    if found := SLASHES.fullmatch(text):
        return _either_way(int(found[1]), int(found[2]), int(found[3]))
    return None


def _either_way(first: int, second: int, year: int) -> dt.date | None:
    """Day and month, or month and day as in America; None where both are possible and differ."""
    if first <= 12 and second <= 12 and first != second:
        return None
    return dt.date(year, first, second) if second > 12 else dt.date(year, second, first)


def read_progress(printed: str) -> str | None:
    """How far work has come, by our words or codes; None for any other word."""
    words = {bare_text(word): progress.value for progress in Progress for word in (progress.value, str(progress.label))}
    return words.get(bare_text(printed))


def read_sources(cells: list[str]) -> list[dict[str, object]]:
    """The bases that cells name, as a draft's form holds them: a link for each address.

    Words without an address become a basis whose kind is still to be chosen: nobody can tell whether they mean a
    document, own monitoring, or a source that must stay confidential.
    """
    found: list[dict[str, object]] = []
    for line in (tidy(line) for cell in cells for line in cell.splitlines()):
        addresses = [address.rstrip(".,;)") for address in ADDRESS.findall(line)]
        words = tidy(ADDRESS.sub(" ", line)).strip(" ,;:–-()")
        if addresses:
            found += [_basis("link", url=address, description=words) for address in addresses]
        elif words:
            found.append(_basis("", description=words))
    return list({str(basis): basis for basis in found}.values())


def _basis(kind: str, url: str = "", description: str = "") -> dict[str, object]:
    return {"kind": kind, "passage": "", "url": url, "description": description, "code": "", "document": ""}
