"""What a Working Group report says of itself before its part II: State, session, symbol, and where part II stands."""

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise

from imports.documents_text import Kind, Line, symbols_in
from imports.reading import tidy

TITLE = re.compile(r"report of the working group on the universal\s*periodic review\b", re.IGNORECASE)
TITLE_START = re.compile(r"report of the working group on the universal", re.IGNORECASE)
HEADING = re.compile(
    r"(?:(?P<part>I{1,3}|1{2,3}|II?l|Il)\s*\.?\s*)?conclusions\s*(?:and\s?/\s?or|and|/)\s*recommendations[\s.*]*",
    re.IGNORECASE,
)
CONTENTS_ENTRY = re.compile(
    r"conclusions and/or recommendations[ .…]*\s(?P<first>[0-9]{1,3}) ?[-–] ?(?P<last>[0-9]{1,3})\b", re.IGNORECASE
)
AFTER_STATE = re.compile(
    r"\*|contents\b|the annex|distr|ge\.|paragraphs\b|introduction\b|previously issued", re.IGNORECASE
)
REVIEW_OF = re.compile(
    r"\b(?:facilitate|conduct)\w* the review of (?:the )?(?P<state>[^:.;0-9]{3,80}?)(?: \([A-Z]+\))?\s*[:.;]"
    r"|\breview of (?:the )?(?P<held>[^:.;0-9]{3,80}?) was held\b"
)
SESSION = re.compile(r"\bheld its (?P<ordinal>[A-Za-z-]+|[0-9]{1,3} ?(?:st|nd|rd|th)) session\b", re.IGNORECASE)
PAPERS = re.compile(r"A/HRC/WG\.6/(?P<session>[0-9]{1,3})/\s?[A-Z]{3}/")
LONGEST_NAME = 80
FIRST_PAGE = 60  # lines
INTRODUCTION = 150  # lines
UNITS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
TEENS = ("eleventh", "twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth", "seventeenth", "eighteenth")
TENS = {"twent": 20, "thirt": 30, "fort": 40, "fift": 50, "sixt": 60, "sevent": 70, "eight": 80, "ninet": 90}
ORDINALS = {
    **{word: number for number, word in enumerate((*UNITS, *TEENS, "nineteenth"), start=1)},
    **{f"{stem}ieth": ten for stem, ten in TENS.items()},
    **{f"{stem}y-{word}": ten + number for stem, ten in TENS.items() for number, word in enumerate(UNITS[:9], start=1)},
}


def has_title(lines: Sequence[Line]) -> bool:
    """Whether the first page carries the title of a Working Group report, and not that of an addendum to one."""
    first = [line.text for line in lines[:FIRST_PAGE]]
    if any(re.fullmatch(r"addendum\**|corrigendum\**", text, re.IGNORECASE) for text in first):
        return False
    return any(TITLE.match(text) for text in first) or any(
        TITLE_START.match(text) and TITLE.match(tidy(f"{text} {following}")) for text, following in pairwise(first)
    )


def state_name(lines: Sequence[Line]) -> str | None:
    """The State under review: the line under the title, or else how the introduction names it."""
    first = [line.text for line in lines[:FIRST_PAGE] if line.kind is Kind.BODY]
    for index, text in enumerate(first):
        if TITLE_START.match(text):
            below = first[index + (1 if TITLE.match(text) else 2) :]
            named = next((line for text in below if (line := text.strip("*. "))), "")
            if named and len(named) <= LONGEST_NAME and not AFTER_STATE.match(named):
                return named
            break
    found = REVIEW_OF.search(_joined(lines[:INTRODUCTION]))
    return str(found["state"] or found["held"]).strip() if found else None


def session_number(lines: Sequence[Line]) -> int | None:
    """The session of the Working Group, from the first paragraph or from the symbols of the papers listed."""
    text = _joined(lines[:INTRODUCTION])
    found = SESSION.search(text)
    if found:
        printed = found["ordinal"].lower().replace(" ", "")
        number = ORDINALS.get(printed) or (int(printed[:-2]) if printed[:-2].isdigit() else None)
        if number:
            return number
    papers = PAPERS.search(text)
    return int(papers["session"]) if papers else None


def own_symbol(lines: Sequence[Line]) -> str | None:
    """The report's own symbol: the first of the Council's on the first page; None where it prints none."""
    before = [line for line in lines[:FIRST_PAGE] if "issued under" not in line.text.lower()]
    return next((symbol for symbol in symbols_in(before) if "/WG.6/" not in symbol or "/L." in symbol), None)


def contents_range(lines: Sequence[Line]) -> tuple[int, int] | None:
    """First and last paragraph of part II as the table of contents states them."""
    found = CONTENTS_ENTRY.search(_joined(lines[:INTRODUCTION]))
    return (int(found["first"]), int(found["last"])) if found else None


def part_two_start(lines: Sequence[Line]) -> int | None:
    """Index of the line after the heading "II. Conclusions and/or recommendations"; None where there is none."""
    found = [index for index, line in enumerate(lines) if line.kind is Kind.BODY and HEADING.fullmatch(line.text)]
    numbered = [index for index in found if HEADING.fullmatch(lines[index].text)["part"]]  # type: ignore[index]
    start = max(numbered or found, default=None)
    return None if start is None else start + 1


def _joined(lines: Iterable[Line]) -> str:
    return " ".join(line.text for line in lines if line.kind is not Kind.NOTE)
