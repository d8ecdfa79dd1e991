"""Part II cut into its numbered paragraphs and the recommendations under each, by numbers alone.

A number counts only where it is due: the next recommendation of this paragraph, or the next paragraph. So a wrapped
line that begins with a year or an article stays text, whatever it looks like.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from imports.documents_text import Line, Unit
from imports.reading import Place, tidy
from imports.sources.wg_report.chapeaux import CHAPEAU, CLOSING
from imports.sources.wg_report.notes import without_notes

DOTTED = re.compile(
    r"(?P<paragraph>[0-9]{1,3})\s?[.,]\s?(?P<number>[0-9]{1,3})(?![0-9])"
    r"(?:\.?(?P<suffix>[a-z])(?![^\s.)])|\s?(?P<latin>bis|ter)\b)?\s?[.):]*\s*(?P<rest>.*)",
    re.DOTALL,
)
PLAIN = re.compile(r"(?P<number>[0-9]{1,3})\s?[.)](?![0-9])\s*(?P<rest>.*)", re.DOTALL)
UNEDITED = re.compile(
    r"\**\s*(?:the )?conclusions and(?:/or)? recommendations\*? (?:have|will|were) not (?:been |be )?edited\.?|\*{1,3}",
    re.IGNORECASE,
)
END = re.compile(
    r"annex(?:es)?\b.{0,40}|(?:III|IV)\.\s.{3,80}|composition of the delegation.{0,20}"
    r"|voluntary (?:pledges|commitments).{0,60}",
    re.IGNORECASE,
)
BEGINS = re.compile(r"[\W_]*(?:[a-z]\)\s*)?[A-ZÀ-Þ]")  # as a sentence does, or "(a) Pursue …"
ENDS = re.compile(r"\)\s*[;.]?$")
FURTHEST = 12  # numbers that may be missing between two recommendations before the later one is doubted
JOINS = ("-", "/", "–")


@dataclass(slots=True)
class Item:
    """One numbered recommendation as printed, its number cut off; `text` is on one line."""

    paragraph: int
    number: int
    suffix: str
    place: Place
    text: str = ""
    unnumbered: list[Place] = field(default_factory=list)  # where a recommendation seems to begin without a number


@dataclass(slots=True)
class Block:
    """One numbered paragraph: its own words, and the recommendations listed under it."""

    paragraph: int
    place: Place
    text: str = ""
    items: list[Item] = field(default_factory=list)
    dotted: bool = False


def blocks_of(lines: Sequence[Line], first: int | None) -> list[Block]:
    """The paragraphs of part II up to the closing one. `first`: its first paragraph, where the contents say so."""
    cutter = _Cutter(first)
    body = [line for line in without_notes(lines) if not UNEDITED.fullmatch(line.text)]
    for index, line in enumerate(body):
        following = body[index + 1].text if index + 1 < len(body) else ""
        cutter.take(line, following)
        if cutter.over:
            break
    for block in cutter.blocks:
        block.items = list(_with_lost(block))
    return cutter.blocks


class _Cutter:
    """Goes through the lines in order and knows what number is due."""

    def __init__(self, first: int | None) -> None:
        self.first = first
        self.blocks: list[Block] = []
        self.over = False  # the closing paragraph has been met
        self._target: Block | Item | None = None

    def take(self, line: Line, following: str) -> None:
        """Use one line; `following` is the text of the next."""
        text = line.text
        if self.blocks and (END.fullmatch(text) or CLOSING.match(text)):
            self.over = True
        else:
            _ = self._take_dotted(line) or self._take_plain(line, following) or self._append(line)

    def _append(self, line: Line) -> bool:
        target = self._target
        if isinstance(target, Item) and line.unit is not Unit.PAGE_LINE and _seems_unnumbered(target.text, line.text):
            target.unnumbered.append(line.place)
        if target is not None:
            target.text = join(target.text, line.text)
        return True

    def _take_dotted(self, line: Line) -> bool:
        found = DOTTED.fullmatch(line.text)
        block = self._block_of(int(found["paragraph"]), int(found["number"])) if found else None
        if not found or block is None or (found["rest"] and not BEGINS.match(found["rest"])):
            return False
        block.dotted = True
        suffix = found["suffix"] or found["latin"] or ""
        self._open(block, Item(block.paragraph, int(found["number"]), suffix, line.place, found["rest"]))
        return True

    def _block_of(self, paragraph: int, number: int) -> Block | None:
        """The paragraph in which this number can be due: the one now open, or an earlier one that lacks it.

        A page whose columns were read in another order may bring a lower number late, but none that is far ahead.
        """
        block = next((block for block in reversed(self.blocks) if block.paragraph == paragraph), None)
        if block is None or (block.items and not block.dotted):
            return None
        numbers = {item.number for item in block.items}
        if block is not self.blocks[-1]:
            return block if number not in numbers and number < max(numbers, default=0) else None
        return block if number <= max(numbers, default=0) + FURTHEST else None

    def _take_plain(self, line: Line, following: str) -> bool:
        found = PLAIN.fullmatch(line.text)
        if not found:
            return False
        number, rest = int(found["number"]), found["rest"]
        words = rest or following
        # A number alone on its line of a text file is a number, whatever comes next; in a PDF it may be a wrapped one.
        alone = not rest and line.unit is not Unit.PAGE_LINE
        if not (alone or BEGINS.match(words)):
            return False
        if self.blocks and CLOSING.match(words):
            self.over = True
            return True
        block = self.blocks[-1] if self.blocks else None
        if block is None:
            if self.first is not None and number != self.first:
                return False
            self._begin(number, line.place, rest)
            return True
        due = (block.items[-1].number if block.items else 0) + 1
        if number == block.paragraph + 1 and not (
            number == due and not block.dotted and not CHAPEAU.search(words[:300])
        ):
            self._begin(number, line.place, rest)
            return True
        if not block.dotted and due <= number < due + FURTHEST:
            self._open(block, Item(block.paragraph, number, "", line.place, rest))
            return True
        return False

    def _begin(self, paragraph: int, place: Place, text: str) -> None:
        block = Block(paragraph, place, text)
        self.blocks.append(block)
        self._target = block

    def _open(self, block: Block, item: Item) -> None:
        block.items.append(item)
        self._target = item


def _seems_unnumbered(before: str, text: str) -> bool:
    """Whether a line is a whole recommendation after a whole one: both end with a bracket, the second has a capital."""
    return bool(ENDS.search(before) and ENDS.search(text) and BEGINS.match(text))


def join(text: str, more: str) -> str:
    """Two printed lines as one: with a blank, but not after a hyphen or stroke that ends a line within a word."""
    if not text:
        return more
    if text.endswith(JOINS) and len(text) > 1 and text[-2].isalnum() and more[:1].isalpha():
        return text + more
    return f"{text} {more}"


def _with_lost(block: Block) -> Iterable[Item]:
    """The items, with those that stand within another's text because a line end was lost."""
    there = {item.number for item in block.items}
    for item in block.items:
        while item.number + 1 not in there and (found := _next_within(block, item)):
            yield replace(item, text=tidy(item.text[: found.start()]))
            item = Item(item.paragraph, item.number + 1, "", item.place, tidy(item.text[found.end() :]))
            there.add(item.number)
        yield item


def _next_within(block: Block, item: Item) -> re.Match[str] | None:
    due = item.number + 1
    label = rf"{item.paragraph}\s?\.\s?{due}" if block.dotted else rf"{due}"
    return re.search(rf"(?<=[;.,)])\s*{label}(?![0-9])\s?[.)]?\s+(?=[A-ZÀ-Þ“\"])", item.text)
