"""A sheet that was read, and what it still lacks: what its columns hold, and what its words for a status mean."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Organisation, Person
from imports import drafts
from imports.facts import facts_of
from imports.models import Batch, Row
from imports.reading import Reading, Severity, UnreadableFile, shorten
from imports.sheets.mapping import columns_from_command, known_columns
from imports.sheets.roles import Columns, Role, keys_of, own_columns, proposed_columns
from imports.sheets.rows import lines_of, proposals_of
from imports.sheets.words import StatusWords
from states.models import State

SHOWN = 5  # rows, by which a person sees what a column holds
MOST_WORDS = 60  # for statuses in one sheet; more of them are comments in the wrong column


@dataclass(frozen=True)
class Found:
    """What a sheet becomes: rows, or a question first (`asks`: "columns", "words", or nothing)."""

    rows: list[Row]
    facts: dict[str, Any]
    asks: str = ""


def read_sheet(batch: Batch, reading: Reading) -> Found:
    """The rows of a batch that is a sheet, not saved; or what has to be asked before there can be any.

    Raises UnreadableFile where the batch is of no organisation: nobody's drafts can be written.
    """
    organisation = _organisation(batch)
    columns = known_columns(organisation, reading.sheets[0].headings)
    facts = _facts(batch, reading, columns)
    if columns is None:
        return Found([], facts, "columns")
    words = StatusWords(organisation)
    unknown = _unknown_words(reading, columns, words)
    facts["sheet"]["words"] = unknown[:MOST_WORDS]
    if len(unknown) > MOST_WORDS:
        facts["sheet"]["too_many_words"] = len(unknown)
        return Found([], facts, "columns")
    if unknown:
        return Found([], facts, "words")
    return Found(rows_of_sheet(batch, organisation, reading, columns, words), facts)


def read_sheet_at_once(batch: Batch, reading: Reading, said: Sequence[str]) -> Found:
    """The same where nobody can be asked: the columns are as `said` ("status=Heading"), or known or remembered; words
    that nobody has explained leave the status open, and are told in the private note. Raises UnreadableFile.
    """
    organisation = _organisation(batch)
    headings = reading.sheets[0].headings
    try:
        columns = columns_from_command(said, headings) if said else known_columns(organisation, headings)
    except ValueError as error:
        raise UnreadableFile(str(error)) from error
    if columns is None:
        sentence = _("It is not known what the columns of “%(file)s” hold. Say it, such as: %(proposed)s.")
        proposed = " ".join(f"--map {role}={heading}" for role, heading in _proposed(headings))
        raise UnreadableFile(sentence % {"file": batch.file_name, "proposed": proposed or "--map status=Status"})
    rows = rows_of_sheet(batch, organisation, reading, columns, StatusWords(organisation))
    return Found(rows, _facts(batch, reading, columns))


def _proposed(headings: Sequence[str]) -> list[tuple[str, str]]:
    printed = dict(zip(keys_of(headings), headings, strict=True))
    return [(role, printed[key]) for role, keys in proposed_columns(headings).items() for key in keys]


def _organisation(batch: Batch) -> Organisation:
    if batch.organisation is None:
        sentence = _(
            "“%(file)s” is a spreadsheet of statuses, which become drafts of an organisation. Send it in the name of "
            "one: a manager of it does so here, the command takes --organisation."
        )
        raise UnreadableFile(sentence % {"file": batch.file_name})
    return batch.organisation


def rows_of_sheet(
    batch: Batch, organisation: Organisation, reading: Reading, columns: Columns, words: StatusWords
) -> list[Row]:
    """The rows that propose drafts, numbered in the order of the file."""
    state = State.objects.filter(iso3=batch.given_state.upper()).first() if batch.given_state else None
    if batch.given_state and state is None:
        message = _("State “%(value)s” is not known here. Use its ISO 3166 alpha-3 code, such as KAZ.")
        raise UnreadableFile(message % {"value": batch.given_state})
    lines = list(lines_of(reading.sheets, columns))
    today = _today(batch.created_by)
    found = proposals_of(lines, words, state=state, session=batch.given_session, today=today)
    rows = drafts.rows_of(batch, organisation, found)
    for number, row in enumerate(rows, 1):
        row.number = number
    return rows


def _unknown_words(reading: Reading, columns: Columns, words: StatusWords) -> list[str]:
    return words.unknown([line.text(Role.STATUS) for line in lines_of(reading.sheets, columns)])


def _today(person: Person | None) -> dt.date:
    """The day where the person is: no status is from the future there."""
    zone = ZoneInfo(person.time_zone) if person else dt.UTC
    return timezone.now().astimezone(zone).date()


def _facts(batch: Batch, reading: Reading, columns: Columns | None) -> dict[str, Any]:
    """What is told of the file. The first rows are shown where its columns are chosen, to the organisation only."""
    sheet = reading.sheets[0]
    sample = [[shorten(str(cell), 80) for cell in cells] for _number, cells in islice(sheet.rows, SHOWN)]
    told = {
        "headings": list(sheet.headings),
        "sample": sample,
        "columns": columns or {},
        "is_ours": own_columns(sheet.headings) is not None,
        "words": [],
    }
    return facts_of(
        state=batch.given_state.upper(),
        session=batch.given_session,
        read=sum(len(each.rows) for each in reading.sheets),
        warnings=[str(problem) for problem in reading.problems if problem.severity == Severity.WARNING],
        sheet=told,
    )
