"""Numbers of recommendations in prose: "140.7, 140.8–140.10. 12" is one run of five.

A run begins with a full number, "140.7"; after it, a number alone belongs to the same paragraph. Addenda part them by
commas, "and", and by full stops that should have been commas; ranges have any dash, "to" or "through", and may leave
out the paragraph in their second number ("140.8–10").
"""

import re
from collections import defaultdict
from collections.abc import Set
from dataclasses import dataclass, field

from imports.reading import Label

SUFFIX = r"(?:(?P<letter>[a-z])(?!\w)|\s?\((?P<bracketed>[a-z])\)|\s?(?P<latin>bis|ter|quater)\b)?"
NOT_COUNTED = (  # what makes a number an amount or a day
    r"(?!\s?%|\s?(?:per ?cent|percent|million|billion|years?|months?|days?|weeks?|hours?|others?|further|more"
    r"|additional|countries|states|persons|people|recommendations|January|February|March|April|May|June|July|August|September"
    r"|October|November|December)\b)"
)
NUMBER = rf"(?P<number>[1-9][0-9]{{0,2}})(?![0-9]){NOT_COUNTED}{SUFFIX}"
FULL = re.compile(rf"(?P<paragraph>[1-9][0-9]{{0,2}})\.{NUMBER}")
BARE = re.compile(rf"{NUMBER}(?!\.[0-9])(?!\w)")
START = re.compile(r"(?<![\w/])(?<![0-9][.,])[1-9]")
RANGE = re.compile(r"\s*[-–—‒‑−]\s*|\s+(?:up )?(?:to|through|until)\s+")
AND = re.compile(r"\s+(?:and|&)\s+")
COMMA = re.compile(r"\s*[,;/]\s*(?:(?:and|or|&)\s+)?|\s+(?:and|or|&|as well as)\s+")
BLANK = re.compile(r"\s+")
STOP = re.compile(r"\s*\.\s*")
SENTENCE_FOLLOWS = re.compile(r"[.)]\s+[A-ZÀ-Þ]")
BETWEEN = re.compile(r"\bbetween\s+(?:recommendations?\s+)?$", re.IGNORECASE)
LONGEST_RANGE = 400  # more than any review has brought
NEXT_PARAGRAPHS = 3
NEAR = 500  # characters in which another paragraph's number is looked for
FAR = 10  # the paragraphs of one report's lists are neighbours


@dataclass(slots=True)
class Run:
    """Numbers that stand together; `start` and `end` are the text's. `doubts`: pieces that were not counted."""

    start: int
    end: int
    labels: list[Label] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)


def runs_in(text: str, paragraphs: Set[int] | None = None, own: int = 0) -> list[Run]:
    """The runs of numbers in a text, in order; with `paragraphs`, only numbers of these. Never raises.

    `own` is the number of the paragraph that the text is, or 0: after it, "12." may begin the next one.
    """
    runs: list[Run] = []
    position = 0
    while found := START.search(text, position):
        run = _run_at(text, found.start(), paragraphs, own)
        if run:
            runs.append(run)
        position = run.end if run else found.end()
    return runs


def leading_paragraphs(text: str) -> frozenset[int]:
    """The paragraphs whose recommendations a document speaks of: the one with most numbers, and its neighbours."""
    numbers: dict[int, set[Label]] = defaultdict(set)
    for run in runs_in(text):
        for label in run.labels:
            numbers[label.paragraph].add(label)
    if not numbers:
        return frozenset()
    main = max(numbers, key=lambda paragraph: (len(numbers[paragraph]), paragraph))
    return frozenset(paragraph for paragraph in numbers if abs(paragraph - main) <= FAR)


def _run_at(text: str, start: int, paragraphs: Set[int] | None, own: int) -> Run | None:
    first = _full_at(text, start, paragraphs)
    if first is None:
        return None
    run = Run(start, first[1], [first[0]])
    between = bool(BETWEEN.search(text[max(0, start - 40) : start]))
    while _goes_on(run, text, paragraphs, between and len(run.labels) == 1) or _goes_on_after_stop(
        run, text, paragraphs, own
    ):
        pass
    return run


def _goes_on(run: Run, text: str, paragraphs: Set[int] | None, between: bool) -> bool:
    """Take one more number, or range, into the run; False where it ends."""
    joint = RANGE.match(text, run.end) or (AND.match(text, run.end) if between else None)
    if joint and (last := _number_at(text, joint.end(), run.labels[-1].paragraph, paragraphs)):
        _take_range(run, text, last)
        return True
    joint = COMMA.match(text, run.end)
    if joint and (following := _number_at(text, joint.end(), run.labels[-1].paragraph, paragraphs)):
        run.labels.append(following[0])
        run.end = following[1]
        return True
    joint = BLANK.match(text, run.end)
    if joint and (blank := _full_at(text, joint.end(), paragraphs)):
        run.labels.append(blank[0])
        run.end = blank[1]
        return True
    return False


def _goes_on_after_stop(run: Run, text: str, paragraphs: Set[int] | None, own: int) -> bool:
    """A full stop for a comma; but "140.10. 12. The Government …" may as well begin a paragraph 12."""
    joint = STOP.match(text, run.end)
    if joint is None:
        return False
    following = _full_at(text, joint.end(), paragraphs)
    if following is None and joint[0][-1:].isspace():
        following = _bare_at(text, joint.end(), run.labels[-1].paragraph)
        if following and following[0].number <= run.labels[-1].number:
            return False
        if (
            following
            and SENTENCE_FOLLOWS.match(text, following[1])
            and _is_paragraph(following[0].number, text[max(0, run.start - NEAR) : run.end + NEAR], own)
        ):
            run.doubts.append(text[max(run.start, run.end - 12) : following[1]])
            return False
    if following is None:
        return False
    run.labels.append(following[0])
    run.end = following[1]
    return True


def _is_paragraph(number: int, text: str, own: int) -> bool:
    """Whether the paragraphs of a text are numbered so that this number may be one of them."""
    if own:
        return 0 < number - own <= NEXT_PARAGRAPHS
    return any(re.search(rf"(?<![0-9.]){near}[.)]\s+[A-ZÀ-Þ]", text) for near in (number - 1, number + 1))


def _take_range(run: Run, text: str, last: tuple[Label, int]) -> None:
    """A range spelt out; of one that cannot be counted, only the full numbers printed are taken, and it is doubted."""
    first, (label, end) = run.labels[-1], last
    span = label.number - first.number
    if label.paragraph == first.paragraph and 0 < span <= LONGEST_RANGE:
        run.labels += [Label(label.paragraph, number, "") for number in range(first.number + 1, label.number)]
        run.labels.append(label)
    else:
        run.doubts.append(text[max(run.start, run.end - 12) : end])
        if "." in text[end - len(str(label.number)) - len(label.suffix) - 4 : end].strip():
            run.labels.append(label)
    run.end = end


def _number_at(text: str, position: int, paragraph: int, paragraphs: Set[int] | None) -> tuple[Label, int] | None:
    return _full_at(text, position, paragraphs) or _bare_at(text, position, paragraph)


def _full_at(text: str, position: int, paragraphs: Set[int] | None) -> tuple[Label, int] | None:
    found = FULL.match(text, position)
    if found is None or (paragraphs is not None and int(found["paragraph"]) not in paragraphs):
        return None
    return _label(int(found["paragraph"]), found), found.end()


def _bare_at(text: str, position: int, paragraph: int) -> tuple[Label, int] | None:
    found = BARE.match(text, position)
    return (_label(paragraph, found), found.end()) if found else None


def _label(paragraph: int, found: re.Match[str]) -> Label:
    return Label(paragraph, int(found["number"]), found["letter"] or found["bracketed"] or found["latin"] or "")
