"""The report as a `Reading`: its recommendations with what each chapeau answers, and what is odd about them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from imports.documents_text import Line, lines_of
from imports.reading import (
    Label,
    Place,
    Problem,
    Reading,
    ReadRecommendation,
    Response,
    Severity,
    UnreadableFile,
    natural_key,
    passage_of,
    shorten,
    tidy,
)
from imports.sources.wg_report import first_page
from imports.sources.wg_report.chapeaux import (
    CONCLUSIONS,
    ELSEWHERE,
    LIST_ABOVE,
    PENDING,
    Said,
    claim_in,
    named_numbers,
    said_by,
)
from imports.sources.wg_report.names import Names
from imports.sources.wg_report.structure import Block, Item, blocks_of

NAME = "wg_report"

NO_STATE = "none"  # the first reports print "(None)"
MISSING_NAMED = 20
QUOTED = 500  # letters of a value that are looked at for its first line


def recognise(path: Path) -> bool:
    """Whether the file has the title of a Working Group report, and its part II. Never raises for a bad file."""
    try:
        lines = lines_of(path)
    except UnreadableFile:
        return False
    return first_page.has_title(lines) and first_page.part_two_start(lines) is not None


def read(path: Path) -> Reading:
    """Read a report. Raises `UnreadableFile` where it is no readable document, or has no numbered recommendations."""
    lines = lines_of(path)
    start = first_page.part_two_start(lines)
    if start is None:
        raise UnreadableFile(
            _(
                "“%(file)s” has no part “Conclusions and/or recommendations”. Send the Working Group's report as it "
                "was published, all of its pages."
            )
            % {"file": path.name}
        )
    gathered = _gather(lines, start)
    if not gathered.read:
        raise UnreadableFile(
            _("“%(file)s” has a part “Conclusions and/or recommendations”, but not one numbered recommendation in it.")
            % {"file": path.name}
        )
    return Reading(
        source=NAME,
        state_name=first_page.state_name(lines),
        session=first_page.session_number(lines),
        symbol=first_page.own_symbol(lines),
        recommendations=tuple(sorted(gathered.read.values(), key=lambda read: natural_key(read.label))),
        problems=tuple(gathered.problems),
    )


@dataclass
class _Gathered:
    """Recommendations by label, in the order of the report, and problems."""

    names: Names
    read: dict[str, ReadRecommendation] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def report(self, place: Place, value: str, reason: str, severity: Severity = Severity.WARNING) -> None:
        self.problems.append(Problem(place, shorten(value[:QUOTED]), reason, severity))

    def under(self, paragraph: int) -> list[ReadRecommendation]:
        return [read for read in self.read.values() if read.paragraph == paragraph]


def _gather(lines: Sequence[Line], start: int) -> _Gathered:
    contents = first_page.contents_range(lines)
    blocks = blocks_of(lines[start:], contents[0] if contents else None)
    gathered = _Gathered(Names(tidy(item.text) for block in blocks for item in block.items))
    last: Block | None = None
    for block in blocks:
        if not block.items:
            _take_remark(block, last, gathered)
            continue
        if CONCLUSIONS.search(block.text):
            what = _("These are conclusions, not recommendations, and were left out.")
            gathered.report(block.place, f"{block.paragraph}. {block.text}", what)
            continue
        _take_list(block, gathered)
        last = block
    return gathered


# ----------------------------------------------------------------------------------------------------------- the lists


def _take_list(block: Block, gathered: _Gathered) -> None:
    said = said_by(block.text)
    if said.response is Response.UNKNOWN:
        gathered.report(block.place, f"{block.paragraph}. {block.text}", _unanswered())
    for item in block.items:
        _take_item(item, said, gathered)
    gathered.problems.extend(_gaps(block))


def _unanswered() -> str:
    return _("This paragraph does not say what the State answers to the recommendations under it.")


def _take_item(item: Item, said: Said, gathered: _Gathered) -> None:
    label = str(Label(item.paragraph, item.number, item.suffix))
    text, states = gathered.names.recommended(tidy(item.text))
    if not text:
        what = _("Recommendation %(label)s has no text and was left out. Add the text in the file.") % {"label": label}
        gathered.report(item.place, label, what, Severity.REJECTED)
        return
    if label in gathered.read:
        what = _("The number %(label)s stands here a second time; the first was kept. Correct one of the two numbers.")
        gathered.report(item.place, f"{label} {text}", what % {"label": label}, Severity.REJECTED)
        return
    for place in item.unnumbered:
        what = _("What begins here may be another recommendation without a number; it was read as part of %(label)s.")
        gathered.report(place, f"{label} {text}", what % {"label": label})
    states = tuple(name for name in states if name.casefold() != NO_STATE)
    if not states:
        what = _("Recommendation %(label)s names no recommending State. Look at its text.") % {"label": label}
        gathered.report(item.place, f"{label} {text}", what)
    gathered.read[label] = ReadRecommendation(
        label=label,
        paragraph=item.paragraph,
        number=item.number,
        suffix=item.suffix,
        text=text,
        states=states,
        response=said.response,
        response_source=f"para. {item.paragraph}",
        claim=said.claim,
        themes=(),
        groups=(),
        goals=(),
        comment="",
        place=item.place,
        passage=passage_of(f"{label} {item.text}"),
    )


def _gaps(block: Block) -> Iterator[Problem]:
    numbers = {item.number for item in block.items}
    missing = [f"{block.paragraph}.{number}" for number in range(1, max(numbers)) if number not in numbers]
    if missing:
        reason = ngettext(
            "One number below %(last)s was not found. See whether the document is complete.",
            "%(count)d numbers below %(last)s were not found. See whether the document is complete.",
            len(missing),
        ) % {"count": len(missing), "last": f"{block.paragraph}.{max(numbers)}"}
        value = ", ".join(missing[:MISSING_NAMED]) + ("…" if len(missing) > MISSING_NAMED else "")
        yield Problem(block.place, value, reason, Severity.WARNING)


# --------------------------------------------------------------------------------------------------------- the remarks


def _take_remark(block: Block, last: Block | None, gathered: _Gathered) -> None:
    """A paragraph without a list: it may answer or claim something of the list above it."""
    printed = f"{block.paragraph}. {block.text}"
    numbers = named_numbers(block.text)
    if ELSEWHERE.search(block.text):
        what = _(
            "This paragraph answers recommendations that stand unnumbered in another part of the report; they were not "
            "read."
        )
        gathered.report(block.place, printed, what)
    elif last and numbers and claim_in(block.text):
        _claim(block, [f"{last.paragraph}.{number}" if "." not in number else number for number in numbers], gathered)
    elif last and LIST_ABOVE.search(block.text) and claim_in(block.text):
        _claim(block, [read.label for read in gathered.under(last.paragraph)], gathered)
    elif last and PENDING.search(block.text):
        _answer_pending(last, gathered)
    else:
        gathered.report(block.place, printed, _("This paragraph lists no recommendations, and nothing in it was read."))


def _claim(block: Block, labels: Sequence[str], gathered: _Gathered) -> None:
    claim = claim_in(block.text)
    source = f"para. {block.paragraph}"  # kept as it is, in whatever language the import is made
    for label in labels:
        read = gathered.read.get(label)
        if read is None:
            what = _("Paragraph %(paragraph)d speaks of %(label)s, which is not in the report.")
            gathered.report(block.place, label, what % {"paragraph": block.paragraph, "label": label})
            continue
        both = ", ".join((read.response_source, source))
        gathered.read[label] = replace(read, claim=claim, response_source=both)


def _answer_pending(last: Block, gathered: _Gathered) -> None:
    for read in gathered.under(last.paragraph):
        if read.response is Response.UNKNOWN:
            gathered.read[read.label] = replace(read, response=Response.PENDING)
    gathered.problems[:] = [found for found in gathered.problems if found.reason != _unanswered()]
