"""UPR Info's export as a stream of mentions."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path

from django.utils.translation import gettext as _

from imports.exports import EXPORT_LIMITS, Columns, columns_by_table, plain, state_name, wrong_headings
from imports.reading import (
    MentionStream,
    PassedOver,
    Place,
    Problem,
    Reading,
    ReadMention,
    Response,
    Severity,
    UnreadableFile,
    passage_of,
    shorten,
    tidy,
)
from imports.sources.upr_info.columns import (
    ISSUE_SEPARATOR,
    NEEDED,
    VOLUNTARY_PLEDGE,
    Role,
    read_action,
    read_response,
    read_session,
    role_of,
)
from imports.tables import Table, TableRow, tables_of

NAME = "upr_info"
UNKNOWN_STATE = "(unknown)"

Entry = ReadMention | Problem | PassedOver


def recognise(path: Path) -> bool:
    """Whether the file is a table with the export's columns. Never raises for a bad file."""
    try:
        found = columns_by_table(path, role_of, NEEDED).values()
    except UnreadableFile:
        return False
    return any({Role.ACTION, Role.ISSUES, Role.SESSION} & columns.positions.keys() for columns in found)


def read(path: Path) -> Reading:
    """Read an export; each row becomes a mention by one State, in the order of the file.

    Raises `UnreadableFile` where the file is no table or has not the columns; the mentions raise it where a row cannot
    be split into cells. Voluntary pledges, which are what a State itself promises, are passed over and counted.
    """
    found = columns_by_table(path, role_of, NEEDED)
    if not found:
        raise wrong_headings(path, _("UPR Info's export"), "“To”, “Text”, “From”, “Response”")
    tables = tables_of(path, EXPORT_LIMITS)
    return Reading(source=NAME, mentions=MentionStream(_entries(tables, found)))


def _entries(tables: list[Table], found: dict[int, Columns]) -> Iterator[Entry]:
    seen = _Seen()
    for index, columns in found.items():
        table = tables[index]
        yield from _unknown_columns(table, columns)
        for row in table.rows():
            if row.number > columns.heading_row and not row.is_empty:
                yield from _read_row(table.place(row.number), row, columns, seen)


def _unknown_columns(table: Table, columns: Columns) -> Iterator[Problem]:
    for heading in columns.unknown:
        place = table.place(columns.heading_row, shorten(heading, 60))
        what = _("This column is not known, and nothing in it was read.")
        yield Problem(place, shorten(heading), what, Severity.WARNING)


@dataclass
class _Seen:
    """Rows met so far, by a digest of what they say."""

    places: dict[bytes, Place] = field(default_factory=dict)

    def first(self, cells: tuple[str, ...], place: Place) -> Place | None:
        """Where a row saying the same stands; None for the first of its kind, which is kept in mind."""
        digest = blake2b("\0".join(cells).encode("utf-8", "surrogatepass"), digest_size=16).digest()
        first = self.places.setdefault(digest, place)
        return None if first is place else first


def _read_row(place: Place, row: TableRow, columns: Columns, seen: _Seen) -> Iterator[Entry]:
    """One row: a mention and warnings about it, or the one reason why it is none."""
    cells = {role: columns.text(row, role) for role in Role}
    if VOLUNTARY_PLEDGE.fullmatch(tidy(cells[Role.RESPONSE])):
        yield PassedOver(_("voluntary pledge"))
        return
    wrong = _what_is_wrong(place, row, cells, columns)
    if wrong is None and (first := seen.first(tuple(cells.values()), place)):
        what = _("This row says the same as %(first)s and was left out.")
        wrong = Problem(place, shorten(cells[Role.TEXT]), what % {"first": first})
    if wrong:
        yield wrong
        return
    mention = _mention(place, cells, columns)
    yield mention
    yield from _oddities(mention, cells, columns)


def _what_is_wrong(place: Place, row: TableRow, cells: dict[Role, str], columns: Columns) -> Problem | None:
    if any(text.strip() for text in row.texts[columns.width :]):
        what = _(
            "This row has more cells than there are headings: a quotation mark is missing. Correct it in the file."
        )
        return Problem(place, shorten(row.texts[-1]), what)
    for role in NEEDED:
        if not plain(cells[role]):
            what = _("This cell is empty, so that the row was left out. Fill it in in the file.")
            return Problem(place.at(columns.name(role)), _value(row), what)
    if Role.SESSION in columns.positions and read_session(cells[Role.SESSION]) is None:
        what = _("This is not the number of a session, so that the row belongs to no review. Write it as a number.")
        return Problem(place.at(columns.name(Role.SESSION)), shorten(cells[Role.SESSION]) or _value(row), what)
    return None


def _value(row: TableRow) -> str:
    return shorten(" | ".join(text for text in row.texts if text.strip()))


def _mention(place: Place, cells: dict[Role, str], columns: Columns) -> ReadMention:
    issues = (tidy(issue) for issue in ISSUE_SEPARATOR.split(plain(cells[Role.ISSUES])))
    recommender = state_name(cells[Role.FROM])
    return ReadMention(
        key=tidy(cells[Role.KEY]),
        state_name=state_name(cells[Role.STATE]),
        session=read_session(cells[Role.SESSION]),
        label="",
        text=plain(cells[Role.TEXT]),
        states=() if recommender.casefold() == UNKNOWN_STATE else (recommender,),
        response=read_response(cells[Role.RESPONSE]) or Response.UNKNOWN,
        claim=None,
        action_category=read_action(cells[Role.ACTION]),
        issues=tuple(dict.fromkeys(filter(None, issues))),
        groups=(),
        goals=(),
        symbol="",
        place=place,
        passage=passage_of("\n".join(_as_printed(cells, columns))),
    )


def _as_printed(cells: dict[Role, str], columns: Columns) -> Iterator[str]:
    for role, words in cells.items():
        if words.strip():
            yield f"{columns.name(role)}: {tidy(words)}"


def _oddities(mention: ReadMention, cells: dict[Role, str], columns: Columns) -> Iterator[Problem]:
    """Warnings about a row that was used."""
    if not mention.states:
        what = _("UPR Info does not know which State recommended this; the row is kept without one.")
        yield _warning(mention, columns, Role.FROM, cells, what)
    if read_response(cells[Role.RESPONSE]) is None:
        what = _("This response is no known word and is kept as unknown. Correct it in the file.")
        yield _warning(mention, columns, Role.RESPONSE, cells, what)
    if cells[Role.ACTION].strip() and mention.action_category is None:
        what = _("This is no action category, which are numbered 1 to 5, and was not read.")
        yield _warning(mention, columns, Role.ACTION, cells, what)
    if "\ufffd" in mention.text:
        what = _("Letters of this text are damaged. Save the file as UTF-8, or compare the text with the report.")
        yield _warning(mention, columns, Role.TEXT, cells, what)


def _warning(mention: ReadMention, columns: Columns, role: Role, cells: dict[Role, str], what: str) -> Problem:
    return Problem(mention.place.at(columns.name(role)), shorten(cells[role]), what, Severity.WARNING)
