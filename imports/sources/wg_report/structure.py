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
SKIPPED = 3  # paragraphs whose number may have been lost before one is doubted
LARGEST = 999
JOINS = ("-", "/", "–")


@dataclass(slots=True)
class Item:
    """One numbered recommendation as printed, its number cut off."""

    paragraph: int
    number: int
    suffix: str
    place: Place
    printed: list[str] = field(default_factory=list)  # its lines; put together only once, as there may be very many
    unnumbered: list[Place] = field(default_factory=list)  # where a recommendation seems to begin without a number

    @property
    def text(self) -> str:
        """Its words on one line."""
        return joined(self.printed)


@dataclass(slots=True)
class Block:
    """One numbered paragraph: its own words, and the recommendations listed under it."""

    paragraph: int
    place: Place
    printed: list[str] = field(default_factory=list)
    items: list[Item] = field(default_factory=list)
    numbers: set[int] = field(default_factory=set)  # of its items
    highest: int = 0
    dotted: bool = False

    @property
    def text(self) -> str:
        """Its words on one line."""
        return joined(self.printed)

    def add(self, item: Item) -> None:
        """Append a recommendation."""
        self.items.append(item)
        self.numbers.add(item.number)
        self.highest = max(self.highest, item.number)


def blocks_of(lines: Sequence[Line], first: int | None) -> list[Block]:
    """The paragraphs of part II up to the closing one.

    `first`: its first paragraph, where the table of contents says so; where nothing begins there, it was wrong.
    """
    cutter = _Cutter(first)
    body = [line for line in without_notes(lines) if not UNEDITED.fullmatch(line.text)]
    for index, line in enumerate(body):
        following = body[index + 1].text if index + 1 < len(body) else ""
        cutter.take(line, following)
        if cutter.over:
            break
    if first is not None and not any(block.items for block in cutter.blocks):
        return blocks_of(lines, None)
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
        if (
            isinstance(target, Item)
            and line.unit is not Unit.PAGE_LINE
            and _seems_unnumbered(target.printed, line.text)
        ):
            target.unnumbered.append(line.place)
        if target is not None:
            target.printed.append(line.text)
        return True

    def _take_dotted(self, line: Line) -> bool:
        found = DOTTED.fullmatch(line.text)
        if not found or not self.blocks or (found["rest"] and not BEGINS.match(found["rest"])):
            return False
        paragraph, number = int(found["paragraph"]), int(found["number"])
        if number == 1 and self._is_next_paragraph(paragraph):
            self._begin(paragraph, line.place, "")  # its chapeau has lost its number, and went to the text before
        block = self._block_of(paragraph, number)
        if block is None:
            return False
        block.dotted = True
        suffix = found["suffix"] or found["latin"] or ""
        self._open(block, Item(paragraph, number, suffix, line.place, [found["rest"]]))
        return True

    def _block_of(self, paragraph: int, number: int) -> Block | None:
        """The paragraph in which this number can be due: the one now open, or an earlier one that lacks it.

        A page whose columns were read in another order may bring a lower number late, but none that is far ahead.
        """
        block = next((block for block in reversed(self.blocks) if block.paragraph == paragraph), None)
        if block is None or (block.items and not block.dotted):
            return None
        if block is not self.blocks[-1]:
            return block if number not in block.numbers and number < block.highest else None
        return block if number <= block.highest + FURTHEST else None

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
        elif self._begins_paragraph(number, words):
            self._begin(number, line.place, rest)
        elif self.blocks and self._is_item_due(number):
            self._open(self.blocks[-1], Item(self.blocks[-1].paragraph, number, "", line.place, [rest]))
        else:
            return False
        return True

    def _begins_paragraph(self, number: int, words: str) -> bool:
        """Whether a numbered line is a new paragraph of part II, where it might be an item as well."""
        if not self.blocks:
            return self.first is None or number == self.first
        says_so = bool(CHAPEAU.search(words[:300]))
        if number == self.blocks[-1].paragraph + 1:
            return says_so or not self._is_item_due(number)
        return says_so and self._is_next_paragraph(number) and not self._is_item_due(number)

    def _is_next_paragraph(self, number: int) -> bool:
        return 0 < number - self.blocks[-1].paragraph <= SKIPPED

    def _is_item_due(self, number: int) -> bool:
        block = self.blocks[-1]
        last = block.items[-1].number if block.items else 0
        return not block.dotted and last < number <= last + FURTHEST

    def _begin(self, paragraph: int, place: Place, text: str) -> None:
        block = Block(paragraph, place, [text])
        self.blocks.append(block)
        self._target = block

    def _open(self, block: Block, item: Item) -> None:
        block.add(item)
        self._target = item


def _seems_unnumbered(before: Sequence[str], text: str) -> bool:
    """Whether a line is a whole recommendation after a whole one: both end with a bracket, the second has a capital."""
    return bool(before and ENDS.search(before[-1]) and ENDS.search(text) and BEGINS.match(text))


def joined(printed: Sequence[str]) -> str:
    """Printed lines as one: with a blank between, but not after a hyphen or stroke that ends a line within a word."""
    pieces: list[str] = []
    for line, following in zip(printed, [*printed[1:], ""], strict=True):
        within_word = line.endswith(JOINS) and line[-2:-1].isalnum() and following[:1].isalpha()
        pieces.append(line if within_word else f"{line} ")
    return tidy("".join(pieces))


def _with_lost(block: Block) -> Iterable[Item]:
    """The items, with those that stand within another's text, or the chapeau's, because a line end was lost."""
    first = _next_within(block, 1, block.text) if 1 not in block.numbers and block.dotted else None
    if first:
        text = block.text
        block.printed = [text[: first.start()]]
        yield from _parted(block, Item(block.paragraph, 1, "", block.place, [text[first.end() :]]))
    for item in block.items:
        yield from _parted(block, item)


def _parted(block: Block, item: Item) -> Iterable[Item]:
    """One item, or it and those that follow it within its text."""
    block.numbers.add(item.number)
    due = item.number + 1
    if due in block.numbers or due > LARGEST:
        yield item
        return
    text = item.text
    while due not in block.numbers and due <= LARGEST and (found := _next_within(block, due, text)):
        yield replace(item, printed=[text[: found.start()]])
        text = text[found.end() :]
        item = Item(item.paragraph, due, "", item.place, [text])
        block.numbers.add(due)
        due += 1
    yield item


def _next_within(block: Block, due: int, text: str) -> re.Match[str] | None:
    label = rf"{block.paragraph}\s?\.\s?{due}" if block.dotted else rf"{due}"
    return re.search(rf"(?<=[:;.,)])\s*{label}(?![0-9])\s?[.)]?\s+(?=[A-ZÀ-Þ“\"])", text)
