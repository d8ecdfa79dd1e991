"""An addendum cut into parts: headings, numbered paragraphs, items that begin with a number, and what follows them.

A printed line that begins with "140.137" may begin an item or go on with the list of the line before. What the line
before ends in tells: a comma, "and", a preposition leave it open.
"""

import re
from collections.abc import Iterable, Set
from dataclasses import dataclass, field

from imports.documents_text import Kind, Line, Unit
from imports.reading import Place
from imports.sources.addendum.answers import IN_PART, NOTED, SUPPORTED, answer_alone, one_answer
from imports.sources.addendum.numbers import Run, runs_in
from imports.sources.wg_report.structure import joined

NUMBERED = re.compile(r"(?P<number>[0-9]{1,3})\.\s+(?=[A-ZÀ-Þ“\"(])")
MARKED = re.compile(r"(?:(?P<roman>[IVX]{1,5})|(?P<letter>[A-Z]))[.)]\s+(?=[A-ZÀ-Þ“\"])")
BULLET = re.compile(r"(?:[•▪●*–-]|\([a-z0-9]{1,3}\)|[a-z]\))\s+")
LEAD = re.compile(
    r"(?:[0-9]{1,3}\.\s+)?(?:[•▪●*–-]\s*|\([a-z0-9]{1,3}\)\s*|[a-z]\)\s*)?"
    r"(?P<about>(?:with (?:regard|respect) to|regarding|concerning|as regards|as to|on|in relation to"
    r"|in (?:response|reply) to|reply to|response to|re:?)\s+)?(?:the\s+)?"
    r"(?:(?:recommendations?|recs?\.?)\s*(?:Nos?\.?|numbers?|numbered)?\s*[:#]?\s*|par(?:agraph|a)s?\.?\s+|Nos?\.\s*"
    r"|R\.?\s?)?[(\[]?(?=[0-9])",
    re.IGNORECASE,
)
OPEN_END = re.compile(
    r"(?:[,–—-]|\b(?:and|or|to|through|recommendations?|Nos?\.?|paragraphs?|paras?\.?|of|in|under|with|the|see|by|for|on"
    r"|also|from|articles?|numbers?|numbered|concerning|regarding|concerns?|accepts|supports|notes|than|as|that|which|at"
    r"|into|is|are))$",
    re.IGNORECASE,
)
HEADING_OPEN_END = re.compile(r"\b(?:of|the|by|and|or|to|that|which|not|are|is|in|with|for)$", re.IGNORECASE)
SENTENCE_END = re.compile(r"[.:;!?][\"”’)]*$")
BEGINS = re.compile(r"[\W_]*[A-ZÀ-Þ0-9]")
LONGEST_HEADING = 220
FEW_LINES = 4  # a heading has no more
CUT = re.compile(
    r"(?:(?<=[^\d\s][.;:!?])|(?<=\.\d[.;])|(?<=\.\d\d[.;])|(?<=\.\d\d\d[.;]))\s+(?="
    r"Recommendations?\s+(?:Nos?\.?\s*)?[0-9]{1,3}\.[0-9]"
    rf"|[A-Z][^.;:()0-9]{{2,50}}\b(?:{IN_PART}|{NOTED}|{SUPPORTED})\s+(?:the\s+)?(?:recommendations?\s+)?"
    r"[0-9]{1,3}\.[0-9])"
)


@dataclass(slots=True)
class Part:
    """Lines that belong together. `paragraph` is the number of the numbered paragraph it stands in, or 0."""

    place: Place
    unit: Unit
    printed: list[str] = field(default_factory=list)
    paragraph: int = 0
    numbered: bool = False  # it begins that paragraph
    apart: bool = False  # white space, or the file itself, parts it from the one before

    @property
    def text(self) -> str:
        """Its words on one line, its own number cut off."""
        text = joined(self.printed)
        found = NUMBERED.match(text) if self.numbered else None
        return text[found.end() :] if found else text


def lead_of(text: str, paragraphs: Set[int]) -> tuple[Run, bool] | None:
    """The numbers that a text begins with, and whether it says "regarding" before them; None where it has none."""
    found = LEAD.match(text)
    if not found:
        return None
    runs = runs_in(text[:4000], paragraphs)
    run = next((run for run in runs if run.start == found.end()), None)
    return (run, bool(found["about"])) if run else None


def is_heading(text: str) -> bool:
    """Whether a text reads as a heading: it is marked as one, or is an answer, and is no sentence."""
    if len(text) > LONGEST_HEADING or text.endswith(",") or runs_in(text):
        return False
    marked = MARKED.match(text)
    if marked and not re.search(r"[.;]$", text):
        return True
    if answer_alone(text):
        return True
    plain = not re.search(r"[.;,]$", text)
    return plain and len(text) < 160 and "recommendation" in text.lower() and bool(one_answer(text))


def heading_level(text: str) -> int:
    """1 for "II.", 2 for "B.", 3 for a heading without a mark."""
    marked = MARKED.match(text)
    if not marked:
        return 3
    return 1 if marked["roman"] else 2


def parts_of(lines: Iterable[Line], paragraphs: Set[int]) -> list[Part]:
    """The body of a document in its parts, in order."""
    parts: list[Part] = []
    paragraph = 0
    for line in lines:
        if line.kind is not Kind.BODY:
            continue
        for index, text in enumerate(_cut_items(line.text, paragraphs)):
            current = parts[-1] if parts else None
            if current and not index and not _begins(line, text, current, paragraphs):
                current.printed.append(text)
                continue
            numbered = NUMBERED.match(text)
            if numbered:
                paragraph = int(numbered["number"])
            apart = line.unit is Unit.PARAGRAPH or (line.unit is Unit.TEXT_LINE and line.after_blank)
            parts.append(Part(line.place, line.unit, [text], paragraph, bool(numbered), apart))
    return parts


def _cut_items(text: str, paragraphs: Set[int]) -> list[str]:
    """A pasted line may hold several items, "Recommendation 140.1: …. Recommendation 140.2: …", and answers between."""
    return CUT.split(text) if paragraphs else [text]


def _begins(line: Line, text: str, current: Part, paragraphs: Set[int]) -> bool:
    """Whether a line begins a part of its own."""
    before = current.printed[-1]
    if line.unit is Unit.PARAGRAPH or (line.unit is Unit.TEXT_LINE and line.after_blank):
        return True
    if answer_alone(text) and not HEADING_OPEN_END.search(before):
        return True
    lead = lead_of(text, paragraphs)
    heading = len(current.printed) <= FEW_LINES and is_heading(joined(current.printed))
    if heading and HEADING_OPEN_END.search(before):
        return bool(NUMBERED.match(text))
    if heading:
        return bool(BEGINS.match(text))
    if lead:
        return _begins_item(text, lead[0], before, current, paragraphs)
    if OPEN_END.search(before):
        return bool(MARKED.match(text)) and before.endswith("-")
    if NUMBERED.match(text) or (MARKED.match(text) and not before.endswith(" No.")):
        return True
    if not BEGINS.match(text):
        return False
    if SENTENCE_END.search(before) or BULLET.match(text):
        return True
    listing = runs_in(before, paragraphs)
    return bool(listing) and listing[-1].end >= len(before.rstrip(")]")) and not text[0].isdigit()


def _begins_item(text: str, run: Run, before: str, current: Part, paragraphs: Set[int]) -> bool:
    """Whether a line that begins with numbers begins an item, or goes on with the list of the line before."""
    if OPEN_END.search(before):
        return False
    whole = run.end >= len(text.rstrip(" .,:;)]"))
    listing = runs_in(before, paragraphs)
    ends_in_number = bool(listing) and listing[-1].end >= len(before.rstrip(" .;"))
    if ends_in_number and before.endswith((".", ";")):
        several = text.endswith((",", ".", ";")) or run.end < len(text)
        return not (whole and several and run.labels[0] > listing[-1].labels[-1] and text[run.start].isdigit())
    goes_on = ends_in_number and whole and lead_of(current.printed[0], paragraphs) is None
    return not goes_on or bool(SENTENCE_END.search(before))
