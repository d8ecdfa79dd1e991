"""The fields of a UHRI record, under their names in JSON and their headings in XLSX, and what their values say."""

import datetime as dt
import re
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from imports.exports import plain, state_name
from imports.reading import Response, split_label
from imports.tables import clean, fold_heading, text_of


class Role(StrEnum):
    """What a field holds."""

    TEXT = "Text"
    STATES = "Countries"
    BODY = "Body"
    SYMBOL = "Symbol"
    THEMES = "Themes"
    GROUPS = "AffectedPersons"
    GOALS = "Sdgs"
    PUBLISHED = "PublicationDate"
    RECOMMENDING = "UprRecommendingCountry"
    POSITION = "UprPositions"
    TYPE = "AnnotationType"
    KEY = "AnnotationId"
    SESSION = "UprSession"
    IGNORED = "ignored"


# Names in lower case, letters and digits only; "Reccomending", as the export spells it, is corrected before.
FIELDS: dict[str, str] = {
    "text": Role.TEXT,
    **dict.fromkeys(("countries", "countriesconcerned", "countryconcerned"), Role.STATES),
    **dict.fromkeys(("body", "recommendingbody"), Role.BODY),
    **dict.fromkeys(("symbol", "documentsymbol"), Role.SYMBOL),
    "themes": Role.THEMES,
    "affectedpersons": Role.GROUPS,
    "sdgs": Role.GOALS,
    **dict.fromkeys(("publicationdate", "documentpublicationdate"), Role.PUBLISHED),
    **dict.fromkeys(("uprrecommendingcountry", "uprrecommendingcountries", "uprrecommendingstates"), Role.RECOMMENDING),
    **dict.fromkeys(("uprpositions", "uprposition"), Role.POSITION),
    **dict.fromkeys(("annotationtype", "type"), Role.TYPE),
    **dict.fromkeys(("annotationid", "ohchrannotationid"), Role.KEY),
    "uprsession": Role.SESSION,
    # Regions follow from the States, cycles from the sessions; the day on UHRI and the document's id there say nothing.
    **dict.fromkeys(("regions", "regionsconcerned", "uprrecommendingregions", "recommendingregions"), Role.IGNORED),
    **dict.fromkeys(("uprcycle", "documentid", "publicationdateonuhri", "dateofpublicationonuhri"), Role.IGNORED),
}
MISSPELT = re.compile("rec+om+ending")
NEEDED = (Role.TEXT, Role.STATES, Role.BODY, Role.TYPE)

UPR = frozenset({"upr", "universal periodic review"})
RECOMMENDATION = re.compile(r"recommendations?", re.IGNORECASE)
# Names of members, past and present, and usual short forms that hold a hyphen: the export also joins States by "-".
HYPHENATED = re.compile(
    r"(?<!\w)(?:Timor-Leste|Guinea-Bissau|Bosnia-Herzegovina|Congo-(?:Brazzaville|Kinshasa)|Serbia-Montenegro)(?!\w)",
    re.IGNORECASE,
)
PROTECTED_HYPHEN = "\x01"
OLD_LABEL = re.compile(
    r"recommendation\s+(?:no\.?|number|n°|#)?\s*(?P<number>[0-9]{1,4})\s*,?\s*\(?(?:in\s+)?para(?:graph|s?\.)?\s*"
    r"(?P<paragraph>[0-9]{1,4})\)?\s*[.:;,–-]*\s*",
    re.IGNORECASE,
)
LETTERED = re.compile(r"(?P<paragraph>[0-9]{1,3})\s?\((?P<letters>[a-z]{1,4})\)\s*[.:;]?\s*")
PARAGRAPH_ONLY = re.compile(r"(?P<paragraph>[0-9]{1,3})\.\s+(?=\S)")
SUPPORTED = frozenset({"supported", "accepted"})
NOTED = frozenset({"noted", "rejected", "not supported"})
SESSION_NAMED = re.compile(r"\bsession\D{0,4}([0-9]{1,3})\b|\b([0-9]{1,3})\s*(?:st|nd|rd|th)?\s+session", re.IGNORECASE)
SESSION_ALONE = re.compile(r"\s*([0-9]{1,3})(?:\.0|st|nd|rd|th)?\s*", re.IGNORECASE)
LONGEST_KEPT = 200  # characters of a field that is remembered once split
LAST_SERIAL = 2_958_465  # 31 December 9999, in Excel's count of days
FIRST_DAY = dt.date(1899, 12, 30)  # day 0 of that count, for every day from March 1900 on


class Numbered(NamedTuple):
    """The number a text opens with, as a label, or an empty one; and the rest."""

    label: str
    text: str


def role_of(name: str) -> str | None:
    """What a JSON key or a heading stands for, however it is spelt; None for an unknown one."""
    return FIELDS.get(MISSPELT.sub("recommending", fold_heading(name)))


def values_of(raw: object) -> list[str]:
    """The values of a field, each without its "- ": of a JSON list, or of a cell that holds one a line.

    A line that begins without "- " goes on with the line before it, if any line has one.
    """
    if isinstance(raw, list):
        return [value for piece in raw if not isinstance(piece, list | dict) for value in values_of(piece)]
    text = _text(raw)
    return list(_values(text) if len(text) <= LONGEST_KEPT else _values.__wrapped__(text))


@lru_cache(maxsize=5_000)  # a quarter of a million records share some two thousand labels
def _values(text: str) -> tuple[str, ...]:
    lines = [line.strip() for line in clean(text).splitlines() if line.strip()]
    if not any(map(_is_marked, lines)):
        return tuple(map(plain, lines))
    values: list[str] = []
    for line in lines:
        if _is_marked(line) or not values:
            values.append(line.lstrip("-–").strip() if _is_marked(line) else line)
        else:
            values[-1] += f" {line}"
    return tuple(plain(value) for value in values if value)


def text_in(raw: object) -> str:
    """The field's text as it stands, but for a "- " before it; empty for what is no text."""
    text = _text(raw).strip()
    return text[1:].lstrip() if _is_marked(text) else text


def states_in(raw: object) -> tuple[str, ...]:
    """The names of States in a field, each once, without stars; those joined by "-" parted, hyphenated names whole."""
    names = (state_name(part) for value in values_of(raw) for part in _part_joined(value))
    return tuple(dict.fromkeys(filter(None, names)))


def split_number(text: str) -> Numbered:
    """The number a text opens with: "26.49 …", "Recommendation No. 41, para. 81" (81.41), "79(a) …", "67. …"."""
    found = split_label(text)
    if found and found[0].number:
        return Numbered(str(found[0]), found[1])
    if old := OLD_LABEL.match(text):
        return Numbered(f"{int(old['paragraph'])}.{int(old['number'])}", text[old.end() :])
    if lettered := LETTERED.match(text):
        return Numbered(f"{int(lettered['paragraph'])}({lettered['letters']})", text[lettered.end() :])
    if alone := PARAGRAPH_ONLY.match(text):
        return Numbered(str(int(alone["paragraph"])), text[alone.end() :])
    return Numbered("", text)


def position_in(raw: object) -> Response | None:
    """The position; both in one, "Supported/Noted" or one a line, is support in part. None for any other word."""
    words = {word.strip().casefold() for value in values_of(raw) for word in value.split("/")} - {""}
    if not words:
        return Response.UNKNOWN
    if words == {"pending"}:
        return Response.PENDING
    if not words <= SUPPORTED | NOTED:
        return None
    if words & SUPPORTED and words & NOTED:
        return Response.SUPPORTED_IN_PART
    return Response.SUPPORTED if words & SUPPORTED else Response.NOTED


def session_in(raw: object) -> int | None:
    """The session's number ("48", "- 48th session", "Session 48 - January 2025"); None where none is named."""
    for value in values_of(raw):
        if found := SESSION_ALONE.fullmatch(value) or SESSION_NAMED.search(value):
            return int(next(filter(None, found.groups()))) or None
    return None


def day_in(raw: object) -> dt.date | None:
    """A day, of an ISO date and time or of Excel's count of days (a fraction is the hour); None for anything else."""
    if isinstance(raw, dt.datetime):
        return raw.date()
    if isinstance(raw, dt.date):
        return raw
    printed = next(iter(values_of(raw)), "")
    try:
        return dt.date.fromisoformat(printed[:10]) if "-" in printed else _day_of_serial(float(printed))
    except ValueError:
        return None


def _day_of_serial(serial: float) -> dt.date | None:
    return FIRST_DAY + dt.timedelta(days=int(serial)) if 61 <= serial <= LAST_SERIAL else None


def _part_joined(value: str) -> list[str]:
    guarded = HYPHENATED.sub(lambda name: name[0].replace("-", PROTECTED_HYPHEN), value)
    return [part.replace(PROTECTED_HYPHEN, "-").strip() for part in guarded.split("-")]


def _is_marked(line: str) -> bool:
    """Whether a line begins as a value does: "- ", or "-" before a letter, as some versions have it."""
    return line[:1] in ("-", "–") and not line[1:2].isdigit()


def _text(raw: object) -> str:
    if isinstance(raw, str):
        return raw
    return text_of(raw) if isinstance(raw, int | float | dt.date | dt.time | dt.timedelta) else ""
