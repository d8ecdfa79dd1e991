"""What every reader of a document hands back: one shape, whatever the document was.

Readers know files and nothing of the database: names, labels and themes stay as they are printed, and whoever imports
them looks them up. Nothing here touches Django's models.
"""

import datetime as dt
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import blake2b
from typing import NamedTuple

from django.utils.translation import gettext as _

EXPORTS = frozenset({"upr_info", "uhri"})  # the sources whose rows are mentions, of many reviews


class UnreadableFile(Exception):
    """The file as a whole cannot be read. Its text is one sentence for the person who uploaded it."""


class Response(StrEnum):
    """What the State under review answered. A State supports or notes; it cannot reject (HRC resolution 5/1)."""

    SUPPORTED = "supported"
    NOTED = "noted"
    SUPPORTED_IN_PART = "supported_in_part"
    PENDING = "pending"
    UNKNOWN = "unknown"


class Claim(StrEnum):
    """What the State itself says is already done. A quotation of the State, not an assessment."""

    IMPLEMENTED = "implemented"
    IN_PROCESS = "in_process"
    IMPLEMENTED_OR_IN_PROCESS = "implemented_or_in_process"


class Severity(StrEnum):
    """`REJECTED`: the row is not among the recommendations. `WARNING`: it was used, and somebody should look."""

    REJECTED = "rejected"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a file: a part ("table 1", "page 14"), a row counted from 1, and a column's printed name."""

    part: str
    row: int | None = None
    column: str = ""

    def __str__(self) -> str:
        pieces = [self.part]
        if self.row is not None:
            pieces.append(_("row %(number)d") % {"number": self.row})
        if self.column:
            pieces.append(_("column “%(name)s”") % {"name": self.column})
        return ", ".join(pieces)

    def at(self, column: str) -> "Place":
        """The same row, in the named column."""
        return Place(self.part, self.row, column)


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in the file a person must know of before importing it."""

    place: Place
    value: str  # as printed, shortened
    reason: str  # one sentence: what is wrong and what to do
    severity: Severity = Severity.REJECTED

    @property
    def column(self) -> str:
        """The printed name of the column, or an empty text where the whole row is meant."""
        return self.place.column

    def __str__(self) -> str:
        return f"{self.place}: {self.reason}" + (f" [{self.value}]" if self.value else "")


class Label(NamedTuple):
    """The number of a recommendation: paragraph of the chapeau, number in it, and a suffix ("a", "bis") or nothing."""

    paragraph: int
    number: int
    suffix: str

    def __str__(self) -> str:
        return f"{self.paragraph}.{self.number}{self.suffix}"


@dataclass(frozen=True, slots=True)
class ReadRecommendation:
    """One numbered recommendation as a document prints it.

    `text` has its white space normalised and has lost only its number, the bracket of recommending States that ends it
    and the note on where the position is found. Brackets of States inside the text (joined clauses) stay in it.
    """

    label: str
    paragraph: int
    number: int
    suffix: str
    text: str
    states: tuple[str, ...]  # printed names, in order, each once
    response: Response
    response_source: str  # as printed, such as a symbol and paragraph, or empty
    claim: Claim | None
    themes: tuple[str, ...]  # printed labels; the first is the primary one
    groups: tuple[str, ...]
    goals: tuple[str, ...]
    comment: str
    place: Place
    passage: str = ""  # how the document prints it, number and all, cut by `passage_of`


@dataclass(frozen=True, slots=True)
class ReadPosition:
    """What a document says the State answered to one numbered recommendation, and nothing else of it.

    `explanation` is the document's own prose on this answer, or empty; `paragraph` is where in the document it stands.
    """

    label: str
    response: Response
    claim: Claim | None
    explanation: str
    paragraph: str
    place: Place
    passage: str = ""  # the paragraph or row that answers, cut by `passage_of`


@dataclass(frozen=True, slots=True)
class ReadMention:
    """One row of a database export: one text, as one or several States made it, often without an official number.

    `key` is the export's own id, or empty. `text` has lost the
    number it may open with, which then is `label`.
    """

    key: str
    state_name: str  # of the State under review, as printed
    session: int | None
    label: str
    text: str
    states: tuple[str, ...]
    response: Response
    claim: Claim | None
    action_category: int | None
    issues: tuple[str, ...]  # labels of the export's own scheme
    groups: tuple[str, ...]
    goals: tuple[str, ...]
    symbol: str
    place: Place
    published: dt.date | None = None  # the day of the document it stands in
    passage: str = ""  # the cells of its row, cut by `passage_of`


@dataclass(frozen=True, slots=True)
class ReadSheet:
    """A table of an organisation's own: what its columns mean, no file says.

    `rows` are those below the headings that hold anything, each with the number a spreadsheet program shows and as
    many cells as there are headings. Cells are text, but for fractions: 140.1 as a number may once have been 140.10.
    """

    part: str  # as a `Place` names it
    heading_row: int
    headings: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str | float, ...]], ...]
    has_types: bool = True  # in a .csv nothing tells 140.1 from what a program left of 140.10

    def place(self, row: int, column: str = "") -> Place:
        """A place in this table, to be named in messages."""
        return Place(self.part, row, column)


class PassedOver(NamedTuple):
    """One row of an export that is sound and yet not for us, such as another body's; `kind` says which sort of row."""

    kind: str


class MentionStream(Iterator[ReadMention]):
    """The mentions of an export, read one at a time since the file may be too large to hold; to be consumed once.

    Every row of the file ends in exactly one place: given out as a mention, named in `problems` with severity REJECTED,
    or counted in `passed_over` under its kind. So `rows == read + rejected + passed_over.total()`, at any moment. All
    of these fill while the mentions are consumed and are complete after the last one. `problems` holds warnings too; a
    consumer of a large file empties it now and then by `take_problems`. Raises `UnreadableFile`, at any mention, where
    the file turns out to be cut short or damaged: then nothing that was given out should be kept.
    """

    def __init__(self, entries: Iterable["ReadMention | Problem | PassedOver"] = ()) -> None:
        self._entries = iter(entries)
        self.rows = self.read = self.rejected = 0
        self.passed_over: Counter[str] = Counter()
        self.problems: list[Problem] = []

    def __next__(self) -> ReadMention:
        for entry in self._entries:
            match entry:
                case ReadMention():
                    self.rows += 1
                    self.read += 1
                    return entry
                case PassedOver():
                    self.rows += 1
                    self.passed_over[entry.kind] += 1
                case Problem():
                    self._take_down(entry)
        raise StopIteration

    def entries(self) -> Iterator["ReadMention | Problem | PassedOver"]:
        """Everything that is still to come as it is, uncounted, for who passes it on."""
        return self._entries

    def take_problems(self) -> list[Problem]:
        """The problems found since this was last asked, which it then forgets; `rejected` goes on counting."""
        taken, self.problems = self.problems, []
        return taken

    def _take_down(self, problem: Problem) -> None:
        self.problems.append(problem)
        if problem.severity is Severity.REJECTED:
            self.rows += 1
            self.rejected += 1


@dataclass(frozen=True, slots=True)
class Reading:
    """All that one reader found in one file.

    A reader of official documents fills `recommendations` or `positions`; one of exports fills `mentions`, whose
    problems and counts are known only when it has been consumed.
    """

    source: str  # the reader's NAME
    state_name: str | None = None  # the State under review, as the document names it
    session: int | None = None  # session of the Working Group, as the document says
    symbol: str | None = None  # the document's own UN symbol
    recommendations: tuple[ReadRecommendation, ...] = ()
    positions: tuple[ReadPosition, ...] = ()
    mentions: MentionStream = field(default_factory=MentionStream)
    sheets: tuple[ReadSheet, ...] = ()  # of an organisation's own table, all with the same headings
    problems: tuple[Problem, ...] = ()
    printed_totals: dict[str, int] = field(default_factory=dict)  # only what the document itself states


WHITE = re.compile(r"[\s\u200b\ufeff]+")
LONGEST_VALUE = 120
LONGEST_PASSAGE = 2_000


def tidy(text: str) -> str:
    """The text on one line: runs of white space (also zero-width and no-break spaces) become one space."""
    return WHITE.sub(" ", text).strip()


def shorten(text: str, longest: int = LONGEST_VALUE) -> str:
    """A value fit to be quoted in a message: tidied, and cut after `longest` characters."""
    text = tidy(text)
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"


def passage_of(text: str) -> str:
    """A passage of the document to be shown beside what was read of it: line by line as printed, and not for ever."""
    lines = filter(None, map(tidy, text[: LONGEST_PASSAGE * 2].splitlines()))
    passage = "\n".join(lines)
    cut = len(passage) > LONGEST_PASSAGE or len(text) > LONGEST_PASSAGE * 2
    return passage[:LONGEST_PASSAGE].rstrip() + "…" if cut else passage


def same_text(one: str, other: str) -> bool:
    """Whether two printings are of one text: equal in letters and digits, whatever the case, marks and white space."""
    return bare_text(one) == bare_text(other)


def bare_text(text: str) -> str:
    """The letters and digits of a text, in NFKC and case-folded: what `same_text` compares, and what can be a key."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return "".join(filter(str.isalnum, folded))


def text_key(text: str) -> str:
    """A digest of the bare text, 32 hexadecimal digits: equal for two texts where `same_text` holds."""
    return blake2b(bare_text(text).encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


# A letter counts as a suffix only when tied to the number ("140.7a", "140.7 (a)"): "140.7 a plan" starts with a word.
LABEL = re.compile(
    r"\s*(?P<paragraph>[0-9]{1,4})\s?\.\s?(?P<number>[0-9]{1,4})(?![0-9])"
    r"(?:\.?(?P<letter>[a-z])(?![^\s.)])|\s?\((?P<bracketed>[a-z])\)|\s?(?P<latin>bis|ter|quater)\b)?[.):]?\s*"
)


def split_label(text: str) -> tuple[Label, str] | None:
    """The number a text begins with, and the rest; None where it begins with none ("140.7 Ratify …" has 140, 7, "")."""
    found = LABEL.match(text)
    if not found:
        return None
    suffix = found["letter"] or found["bracketed"] or found["latin"] or ""
    return Label(int(found["paragraph"]), int(found["number"]), suffix), text[found.end() :]


def natural_key(label: str) -> tuple[tuple[int, int, str], ...]:
    """A sort key under which 140.9 comes before 140.10, for any text whatever.

    A run of digits is compared by its length and then its digits, so that no number is too long to be compared.
    """
    runs = re.findall(r"[0-9]+|[^0-9]+", label)
    return tuple(_digits_key(run) if run[0] in "0123456789" else (0, 0, run) for run in runs)


def _digits_key(run: str) -> tuple[int, int, str]:
    digits = run.lstrip("0") or "0"
    return (1, len(digits), digits)
