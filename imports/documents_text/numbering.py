"""The numbers Word counts by itself: a paragraph of a list holds none in its text, yet prints "140.7"."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from docx.document import Document
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml.ns import qn

VALUE = qn("w:val")
DEEPEST = 9  # levels Word knows
ROMAN = [tens + units for tens in ("", "x") for units in ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x")]
LARGEST = 100_000  # a number no list of a UN document reaches


@dataclass(frozen=True, slots=True)
class Level:
    """How one level of a list counts and prints: `pattern` is such as "%1.%2"."""

    start: int
    pattern: str
    form: str  # decimal, lowerLetter, …; what is not a number or a letter prints nothing


class Numbering:
    """Counts along while the paragraphs of one document are asked for their numbers in order."""

    def __init__(self, document: Document) -> None:
        root = _numbering_root(document)
        abstract = (
            {} if root is None else {_id(each, "w:abstractNumId"): each for each in root.iter(qn("w:abstractNum"))}
        )
        self._lists: dict[str, str] = {}
        if root is not None:
            for each in root.iter(qn("w:num")):
                self._lists[_id(each, "w:numId")] = _value(each.find(qn("w:abstractNumId")))
        self._levels = {key: _levels(each) for key, each in abstract.items()}
        self._styles = dict(_styles(document))
        self._counts: dict[str, list[int | None]] = defaultdict(lambda: [None] * DEEPEST)

    def of(self, paragraph: Any) -> str:
        """What Word prints before the paragraph: "140.7", "(a)", or nothing."""
        found = self._list_of(paragraph)
        if found is None:
            return ""
        key, depth = found
        levels = self._levels.get(key, {})
        if depth not in levels or not levels[depth].pattern:
            return ""
        counts = self._counts[key]
        counts[depth] = levels[depth].start if counts[depth] is None else min(LARGEST, (counts[depth] or 0) + 1)
        counts[depth + 1 :] = [None] * (DEEPEST - depth - 1)
        return _printed(levels, counts, depth)

    def _list_of(self, paragraph: Any) -> tuple[str, int] | None:
        properties = paragraph.find(qn("w:pPr"))
        own = None if properties is None else properties.find(qn("w:numPr"))
        style = "" if properties is None else _value(properties.find(qn("w:pStyle")))
        number, depth = _reference(own) if own is not None else ("", None)
        inherited_number, inherited_depth = self._styles.get(style, ("", None))
        number = number or inherited_number
        if not number or number not in self._lists:
            return None  # also numId 0, which takes a paragraph out of its style's list
        found = depth if depth is not None else inherited_depth
        return self._lists[number], found or 0


def _numbering_root(document: Document) -> Any:
    for relation in document.part.rels.values():
        if relation.reltype == RELATIONSHIP_TYPE.NUMBERING and not relation.is_external:
            return getattr(relation.target_part, "element", None)
    return None


def _levels(abstract: Any) -> dict[int, Level]:
    levels = {}
    for element in abstract.iter(qn("w:lvl")):
        depth = _whole(element.get(qn("w:ilvl")), 0)
        form = _value(element.find(qn("w:numFmt"))) or "decimal"
        start = _whole(_value(element.find(qn("w:start"))), 1)
        if 0 <= depth < DEEPEST:
            levels[depth] = Level(start, _value(element.find(qn("w:lvlText")))[:40], form)
    return levels


def _styles(document: Document) -> list[tuple[str, tuple[str, int | None]]]:
    return [
        (style.get(qn("w:styleId"), ""), _reference(reference))
        for style in document.styles.element.iter(qn("w:style"))
        if (reference := style.find(f"{qn('w:pPr')}/{qn('w:numPr')}")) is not None
    ]


def _reference(element: Any) -> tuple[str, int | None]:
    depth = element.find(qn("w:ilvl"))
    return _value(element.find(qn("w:numId"))), None if depth is None else min(_whole(_value(depth), 0), DEEPEST - 1)


def _printed(levels: dict[int, Level], counts: list[int | None], depth: int) -> str:
    printed = levels[depth].pattern
    for index in range(depth + 1):
        level = levels.get(index)
        if level is not None and f"%{index + 1}" in printed:
            count = counts[index]
            printed = printed.replace(f"%{index + 1}", _figure(level.start if count is None else count, level.form))
    return printed if any(map(str.isalnum, printed)) else ""


def _figure(count: int, form: str) -> str:
    if form == "decimal":
        return str(count)
    if form in {"lowerLetter", "upperLetter"} and 1 <= count <= 26:
        letter = "abcdefghijklmnopqrstuvwxyz"[count - 1]
        return letter if form == "lowerLetter" else letter.upper()
    if form in {"lowerRoman", "upperRoman"} and 1 <= count <= 20:
        roman = ROMAN[count - 1]
        return roman if form == "lowerRoman" else roman.upper()
    return ""


def _id(element: Any, name: str) -> str:
    return str(element.get(qn(name), ""))


def _value(element: Any) -> str:
    return "" if element is None else str(element.get(VALUE, ""))


def _whole(printed: str | None, otherwise: int) -> int:
    usable = printed is not None and printed.isascii() and printed.isdigit() and len(printed) < 6
    return int(printed) if printed is not None and usable else otherwise
