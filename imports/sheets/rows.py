"""From the rows of a sheet to what each proposes: one draft a recommendation, its history in the private note."""

import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from imports.reading import Place, Problem, ReadSheet, passage_of, shorten, tidy
from imports.sheets.cells import (
    LONGEST_ADDRESS,
    LONGEST_DESCRIPTION,
    SOURCES,
    read_day,
    read_progress,
    read_sources,
)
from imports.sheets.recognising import Named, Recogniser, Unrecognised
from imports.sheets.roles import Columns, Role, keys_of
from imports.sheets.words import StatusWords
from recommendations.models import Recommendation, Status
from reviews.days import first_days
from states.models import State

LONGEST = 5000  # characters of a reason or a private note, as their form holds them
Said = dict[str, Any]  # the parts of a draft that a row states, as they are kept in a row of an import


@dataclass(frozen=True)
class Proposal:
    """What one row of a file would have a draft say; nothing where it says nothing."""

    place: Place
    recommendation: Recommendation | None  # None where the same file brings it
    label: str
    said: Said = field(default_factory=dict)
    version: int | None = None  # the assessment that whoever filled in the sheet had seen; 0 for none, None: not known
    message: str = ""  # what of the row was not understood
    passage: str = ""  # the cells of its row, cut by `passage_of`
    is_earlier: bool = False  # a later row of the same recommendation speaks for it


@dataclass(frozen=True)
class Line:
    """One row of a sheet by what its columns hold."""

    sheet: ReadSheet
    number: int
    cells: dict[str, list[str]]  # by role
    printed: dict[str, str]  # the heading of each role
    has_number_for_label: bool
    values: tuple[str | float, ...]

    def text(self, role: Role) -> str:
        """The cell of that role; empty where there is no such column."""
        return next(iter(self.cells.get(role, [])), "")

    def place(self, role: Role | None = None) -> Place:
        """Where it stands, for messages."""
        return self.sheet.place(self.number, self.printed.get(role, "") if role else "")

    @property
    def passage(self) -> str:
        """Its cells, each on a line with its heading, without those that are empty."""
        cells = zip(self.sheet.headings, self.values, strict=True)
        return passage_of("\n".join(f"{heading}: {cell}" for heading, cell in cells if cell != ""))

    @property
    def named(self) -> Named:
        """What it says of the recommendation it means."""
        return Named(
            address=self.text(Role.ADDRESS),
            label=self.text(Role.LABEL),
            text=self.text(Role.TEXT),
            state=self.text(Role.STATE),
            session=self.text(Role.SESSION),
            label_is_number=self.has_number_for_label,
        )


def lines_of(sheets: Sequence[ReadSheet], columns: Columns) -> Iterator[Line]:
    """The rows of the sheets, by what their columns hold."""
    for sheet in sheets:
        at = {key: index for index, key in enumerate(keys_of(sheet.headings))}
        where = {role: [at[key] for key in keys if key in at] for role, keys in columns.items()}
        printed = {role: shorten(sheet.headings[places[0]], 60) for role, places in where.items() if places}
        labels = where.get(Role.LABEL, [])
        lost_noughts = not sheet.has_types and not _has_noughts(sheet, labels)
        for number, row in sheet.rows:
            cells = {role: [str(row[place]) for place in places] for role, places in where.items()}
            is_number = lost_noughts or any(isinstance(row[place], float) for place in labels)
            yield Line(sheet, number, cells, printed, is_number, row)


def _has_noughts(sheet: ReadSheet, columns: Sequence[int]) -> bool:
    """Whether any number in these columns ends in a nought, which a program that made numbers of all has dropped."""
    return any(re.fullmatch(r"\d+\.\d*0", str(row[place])) for _number, row in sheet.rows for place in columns)


def proposals_of(
    lines: Sequence[Line], words: StatusWords, *, state: State | None, session: int | None, today: dt.date
) -> Iterator[Proposal | Problem]:
    """What the rows propose, in their order; a problem for each row that cannot be used.

    `state` and `session` are those that the person gave for the whole sheet.
    """
    recogniser = Recogniser((line.named for line in lines), state, session)
    days = _Days(first_days(), today)
    read: list[_Entry | Problem] = [_entry(line, recogniser, words, days) for line in lines]
    entries: dict[int, list[_Entry]] = {}
    for each in read:
        if isinstance(each, _Entry):
            entries.setdefault(each.recommendation.pk, []).append(each)
    settled = {id(each): found for history in entries.values() for each, found in _settled(history)}
    for each in read:
        yield each if isinstance(each, Problem) else _checked(each, settled[id(each)])


# ------------------------------------------------------------------------------------------------------------ one row


@dataclass(frozen=True)
class _Entry:
    """What one row says, before it is put beside the others of its recommendation."""

    line: Line
    recommendation: Recommendation
    said: Said
    note: str
    left: tuple[str, ...]  # lines for the private note: what was not understood

    @property
    def day(self) -> str:
        return str(self.said.get("holds_from", ""))

    @property
    def is_empty(self) -> bool:
        """Whether the row says nothing of what became of its recommendation."""
        return not (self.said or self.note or self.left)


def _entry(line: Line, recogniser: Recogniser, words: StatusWords, days: "_Days") -> "_Entry | Problem":
    try:
        recommendation = recogniser.find(line.named)
    except Unrecognised as error:
        return Problem(line.place(error.role), shorten(error.value), error.reason)
    said: Said = {}
    left: list[str] = []
    _put_status(line, words, said, left)
    if reason := line.text(Role.REASON).strip():
        said["reason"] = reason
    if bases := read_sources(line.cells.get(Role.SOURCES, [])):
        said["bases"] = bases
    note = line.text(Role.NOTE).strip()
    if said or left or note:  # a day alone is of nothing: many sheets have it in every row
        _put_day(line, days, recommendation.session_number, said, left)
    return _Entry(line, recommendation, said, note, tuple(left))


@dataclass(frozen=True)
class _Days:
    """The days that a status may hold from: by session the first one, and today."""

    first: Mapping[int, dt.date]
    today: dt.date

    def has(self, day: dt.date, session: int) -> bool:
        """Whether a recommendation of the session had been made by then."""
        return session not in self.first or day >= self.first[session]


def _put_day(line: Line, days: _Days, session: int, said: Said, left: list[str]) -> None:
    printed = line.text(Role.DAY)
    day = read_day(printed, days.today)
    if day and days.has(day, session):
        said["holds_from"] = day.isoformat()
    elif day:
        early = _("Day in the sheet: “%(value)s”, which is before session %(session)d, where this was recommended")
        left.append(early % {"value": shorten(printed), "session": session})
    elif printed.strip():
        left.append(_("Day in the sheet: “%(value)s”") % {"value": shorten(printed)})


def _put_status(line: Line, words: StatusWords, said: Said, left: list[str]) -> None:
    """Never a guess: a word that nobody has explained leaves the status to be chosen, and is kept in the note."""
    printed = line.text(Role.STATUS)
    status = words.find(printed)
    if status:
        said["status"] = status
    elif printed.strip() and not words.says_none(printed):
        left.append(_("Status in the sheet: “%(value)s”") % {"value": shorten(printed)})
    if how_far := line.text(Role.PROGRESS).strip():
        progress = read_progress(how_far)
        if progress and status == Status.IN_PROGRESS:
            said["progress"] = progress
        else:
            left.append(_("How far, in the sheet: “%(value)s”") % {"value": shorten(how_far)})


# --------------------------------------------------------------------------------- several rows of one recommendation


def _settled(history: list[_Entry]) -> Iterator[tuple[_Entry, "Proposal | Problem"]]:
    """The latest row becomes the draft, and its note tells of the earlier ones; rows that cannot be put in order by
    their days are problems.
    """
    spoken = [each for each in history if not each.is_empty]
    for each in history:
        if each.is_empty:
            yield each, _proposal(each)
    if len(spoken) == 1:
        yield spoken[0], _proposal(spoken[0])
        return
    first: dict[str, _Entry] = {}
    for each in spoken:
        if not each.day:
            reason = _("Several rows speak of this recommendation, and this one says no day. Give each its day.")
            yield each, Problem(each.line.place(Role.DAY), shorten(each.line.text(Role.DAY)), reason)
        elif each.day in first:
            yield each, _same_day(each, first[each.day])
        else:
            first[each.day] = each
    dated = [first[day] for day in sorted(first)]
    for each in dated[:-1]:
        told = _("%(place)s speaks for this recommendation; what this row says is told in that draft's private note.")
        yield each, _earlier(each, told, dated[-1])
    if dated:
        yield dated[-1], _proposal(dated[-1], earlier=dated[:-1])


def _same_day(entry: _Entry, first: _Entry) -> "Proposal | Problem":
    if (entry.said, entry.note, entry.left) == (first.said, first.note, first.left):
        return _earlier(entry, _("It says the same as %(place)s."), first)
    reason = _("%(first)s says something else of this recommendation on the same day. Keep one of the two.")
    return Problem(entry.line.place(Role.DAY), entry.day, reason % {"first": first.line.place()})


def _earlier(entry: _Entry, message: str, other: _Entry) -> Proposal:
    label = entry.recommendation.label or ""
    message %= {"place": other.line.place()}
    place, passage = entry.line.place(), entry.line.passage
    return Proposal(place, entry.recommendation, label, message=message, passage=passage, is_earlier=True)


def _proposal(entry: _Entry, earlier: Sequence[_Entry] = ()) -> Proposal:
    said = dict(entry.said)
    if note := "\n".join([*filter(None, [entry.note]), *entry.left, *_history(entry, earlier)]):
        said["private_note"] = note
    version = entry.line.text(Role.VERSION).strip()
    known = int(version) if version.isascii() and version.isdigit() and len(version) < 19 else None
    label = entry.recommendation.label or ""
    place, passage = entry.line.place(), entry.line.passage
    return Proposal(place, entry.recommendation, label, said, known, "; ".join(entry.left), passage)


def _history(entry: _Entry, earlier: Sequence[_Entry]) -> list[str]:
    """The earlier rows, the newest first, as many as a note holds; the others are counted, and stay in the file."""
    room = LONGEST - len(entry.note) - sum(len(line) + 1 for line in entry.left) - 100
    kept: list[str] = []
    for each in reversed(earlier):
        line = _told(each)
        room -= len(line) + 1
        if room < 0:
            return [*kept, _("%(n)d earlier rows stand in the file only.") % {"n": len(earlier) - len(kept)}]
        kept.append(line)
    return kept


def _told(entry: _Entry) -> str:
    """An earlier row in one line of the private note."""
    status = entry.said.get("status")
    parts = [entry.day, str(Status(status).label) if status else "", tidy(str(entry.said.get("reason", "")))]
    parts += [str(basis["url"] or basis["description"]) for basis in entry.said.get("bases", [])]
    return " · ".join(filter(None, [*parts, tidy(entry.note), *entry.left]))


# ---------------------------------------------------------------------------------------------- what a draft can hold


def _checked(entry: _Entry, found: "Proposal | Problem") -> "Proposal | Problem":
    """The proposal, or why no draft can hold it."""
    if isinstance(found, Problem):
        return found
    for part, role in (("reason", Role.REASON), ("private_note", Role.NOTE)):
        if len(found.said.get(part, "")) > LONGEST:
            reason = _("This is longer than %(n)d characters with what is kept of earlier rows. Shorten it.")
            return Problem(entry.line.place(role), shorten(found.said[part]), reason % {"n": LONGEST})
    bases = found.said.get("bases", [])
    if len(bases) > SOURCES:
        reason = _("A draft has at most %(n)d sources. Leave out those that matter least.")
        return Problem(entry.line.place(Role.SOURCES), str(len(bases)), reason % {"n": SOURCES})
    for basis in bases:
        if len(basis["url"]) > LONGEST_ADDRESS or len(basis["description"]) > LONGEST_DESCRIPTION:
            reason = _("This source is too long: an address has at most %(address)d characters, words %(words)d.")
            numbers = {"address": LONGEST_ADDRESS, "words": LONGEST_DESCRIPTION}
            value = shorten(str(basis["url"] or basis["description"]))
            return Problem(entry.line.place(Role.SOURCES), value, reason % numbers)
    return found
