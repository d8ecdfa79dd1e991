"""The UHRI export as a stream of mentions: of JSON or XLSX, UPR recommendations only."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from django.utils.translation import gettext as _

from imports.exports import EXPORT_LIMITS, Columns, columns_by_table, plain, wrong_headings
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
)
from imports.recommenders import split_recommenders
from imports.sources.uhri.fields import (
    NEEDED,
    RECOMMENDATION,
    UPR,
    Role,
    day_in,
    position_in,
    role_of,
    session_in,
    split_number,
    states_in,
    text_in,
    values_of,
)
from imports.sources.uhri.json_records import records_of
from imports.tables import Table, clean, tables_of

NAME = "uhri"
SOURCE_NOTE = re.compile(r"\s*\bsources? of (?:the )?positions?\s*:.*", re.IGNORECASE | re.DOTALL)
KEYS_KEPT = 1_000  # different names of fields; the export has eighteen
MASK = (1 << 64) - 1

Entry = ReadMention | Problem | PassedOver
Fields = Mapping[str, object]  # by role


class Record(NamedTuple):
    """One record of the export: where it stands, its fields by role, and what the file calls each."""

    place: Place
    fields: Fields
    names: Mapping[str, str]

    def at(self, role: Role) -> Place:
        """The place of one field."""
        return self.place.at(self.names.get(role, role))

    def value(self, role: Role) -> str:
        """A field's value fit to be quoted."""
        raw = self.fields.get(role)
        return shorten("; ".join(values_of(raw)))

    @property
    def passage(self) -> str:
        """Its fields as the file calls them, each on a line, without those that are empty."""
        said = ((self.names.get(role, role), "; ".join(values_of(raw))) for role, raw in self.fields.items())
        return passage_of("\n".join(f"{name}: {words}" for name, words in said if words))


def recognise(path: Path) -> bool:
    """Whether the file is a list of UHRI's records or a table with its columns. Never raises for a bad file."""
    try:
        if _looks_like_json(path):
            return _has_needed(next(records_of(path), None))
        return bool(columns_by_table(path, role_of, NEEDED))
    except UnreadableFile:
        return False


def read(path: Path) -> Reading:
    """Read the export; each UPR recommendation becomes a mention, in the order of the file.

    Raises `UnreadableFile` where the file is neither form of the export; the mentions raise it where the JSON turns out
    to be damaged. `passed_over` counts the records of other bodies by the body's name, and UPR records that are no
    recommendations.
    """
    entries = _of_json(path) if _looks_like_json(path) else _of_tables(path)
    return Reading(source=NAME, mentions=MentionStream(entries))


def _looks_like_json(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(1024).removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in (b"[", b"{")
    except (OSError, ValueError):
        return False


def _has_needed(record: object) -> bool:
    return isinstance(record, dict) and set(NEEDED) <= {role_of(key) for key in record}


def _of_json(path: Path) -> Iterator[Entry]:
    first = next(records_of(path), None)
    if not _has_needed(first):
        keys = (
            ", ".join(f"“{shorten(clean(key), 40)}”" for key in islice(first, 12))
            if isinstance(first, dict)
            else _("none")
        )
        raise UnreadableFile(
            _(
                "“%(file)s” is not the JSON export of UHRI: looked for records with “Text”, “Countries”, “Body” and "
                "“AnnotationType”, found %(found)s. Send the file as it was downloaded."
            )
            % {"file": path.name, "found": keys}
        )
    return _json_entries(path)


def _json_entries(path: Path) -> Iterator[Entry]:
    seen = _Seen()
    names = _Names()
    for number, item in enumerate(records_of(path), start=1):
        place = Place(_("the list of records"), number)
        if not isinstance(item, dict):
            what = _("This is no record of UHRI and was left out: a record is an object with keys.")
            yield Problem(place, shorten(clean(str(item)[:200])), what)
            continue
        yield from names.new_ones(place, item)
        fields = {role: value for key, value in item.items() if (role := names.roles.get(key))}
        yield from _read_record(Record(place, fields, names.printed), seen)


@dataclass
class _Names:
    """The keys met so far, each looked up once."""

    roles: dict[str, str | None] = field(default_factory=dict)
    printed: dict[str, str] = field(default_factory=dict)

    def new_ones(self, place: Place, item: Mapping[str, object]) -> Iterator[Problem]:
        """Learn the keys not met before, with a warning for each that means nothing to us."""
        for key in item.keys() - self.roles.keys():
            if len(self.roles) >= KEYS_KEPT:
                return
            role = self.roles[key] = role_of(key)
            if role:
                self.printed.setdefault(role, key)
            else:
                what = _("This column is not known, and nothing in it was read.")
                yield Problem(place.at(shorten(clean(key), 60)), shorten(clean(key)), what, Severity.WARNING)


def _of_tables(path: Path) -> Iterator[Entry]:
    found = columns_by_table(path, role_of, NEEDED)
    if not found:
        raise wrong_headings(path, _("UHRI's export"), "“Text”, “Countries Concerned”, “Reccomending Body”, “Type”")
    return _table_entries(tables_of(path, EXPORT_LIMITS), found)


def _table_entries(tables: list[Table], found: dict[int, Columns]) -> Iterator[Entry]:
    seen = _Seen()
    for index, columns in found.items():
        table = tables[index]
        for heading in columns.unknown:
            place = table.place(columns.heading_row, shorten(heading, 60))
            what = _("This column is not known, and nothing in it was read.")
            yield Problem(place, shorten(heading), what, Severity.WARNING)
        for row in table.rows():
            if row.number > columns.heading_row and not row.is_empty:
                width = len(row.values)
                fields = {role: row.values[at] for role, at in columns.positions.items() if at < width}
                yield from _read_record(Record(table.place(row.number), fields, columns.printed), seen)


# --------------------------------------------------------------------------------------------------------- the records


def _read_record(record: Record, seen: "_Seen") -> Iterator[Entry]:
    """One record: passed over, a mention with warnings about it, or the one reason why it is none."""
    body = " ".join(values_of(record.fields.get(Role.BODY)))
    kind = " ".join(values_of(record.fields.get(Role.TYPE)))
    if body and body.casefold() not in UPR:
        yield PassedOver(shorten(body, 60))
    elif body and kind and not RECOMMENDATION.fullmatch(kind):
        yield PassedOver(shorten(f"{body}, {kind}", 60))
    else:
        yield from _read_upr(record, seen)


def _read_upr(record: Record, seen: "_Seen") -> Iterator[Entry]:
    text = SOURCE_NOTE.sub("", plain(text_in(record.fields.get(Role.TEXT))))
    label, unnumbered = split_number(text)
    recommended = split_recommenders(unnumbered)
    states = states_in(record.fields.get(Role.STATES))
    wrong = _what_is_wrong(record, recommended.text, states)
    if wrong:
        yield wrong
        return
    mention = ReadMention(
        key=_first(record, Role.KEY).lower(),
        state_name=states[0],
        session=session_in(record.fields.get(Role.SESSION)),
        label=label,
        text=recommended.text,
        states=states_in(record.fields.get(Role.RECOMMENDING)) or recommended.states,
        response=position_in(record.fields.get(Role.POSITION)) or Response.UNKNOWN,
        claim=None,
        action_category=None,
        issues=_all(record, Role.THEMES),
        groups=_all(record, Role.GROUPS),
        goals=_all(record, Role.GOALS),
        symbol=_first(record, Role.SYMBOL),
        place=record.place,
        published=day_in(record.fields.get(Role.PUBLISHED)),
        passage=record.passage,
    )
    if repeated := seen.repeated(mention, record):
        yield repeated
        return
    yield mention
    yield from _oddities(mention, record)


def _what_is_wrong(record: Record, text: str, states: tuple[str, ...]) -> Problem | None:
    """The first thing for which a record cannot be used, or None."""
    if not values_of(record.fields.get(Role.BODY)):
        role, what = Role.BODY, _("This record names no body and was left out.")
    elif not values_of(record.fields.get(Role.TYPE)):
        role, what = Role.TYPE, _("This record does not say whether it is a recommendation and was left out.")
    elif not text:
        role, what = Role.TEXT, _("This recommendation has no text and was left out.")
    elif not states:
        role, what = Role.STATES, _("This recommendation names no State under review and was left out.")
    elif len(states) > 1:
        role, what = Role.STATES, _("This recommendation names several States under review and was left out.")
    else:
        return None
    return Problem(record.at(role), record.value(role) or record.value(Role.TEXT), what)


def _first(record: Record, role: Role) -> str:
    return next(iter(values_of(record.fields.get(role))), "")


def _all(record: Record, role: Role) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, values_of(record.fields.get(role)))))


@dataclass
class _Seen:
    """The ids met so far, as a row number and a digest of what stood there: some 200 bytes each."""

    rows: dict[bytes, int] = field(default_factory=dict)

    def repeated(self, mention: ReadMention, record: Record) -> Problem | None:
        """Why a mention is left out whose id was met before; None for a new one, which is kept in mind."""
        if not mention.key:
            return None
        says = "\0".join((mention.state_name, mention.symbol, mention.label, mention.text))
        digest = int.from_bytes(_digest(says), "big")
        row = (mention.place.row or 0) << 64 | digest
        first = self.rows.setdefault(_digest(mention.key), row)
        if first == row:
            return None
        if first & MASK == digest:
            what = _("This record repeats that of row %(row)d, with the same id, and was left out.")
        else:
            what = _("This record has the id of row %(row)d and says something else; the first was kept.")
        return Problem(record.at(Role.KEY), mention.key[:60], what % {"row": first >> 64})


def _digest(text: str) -> bytes:
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()


def _oddities(mention: ReadMention, record: Record) -> Iterator[Problem]:
    """Warnings about a record that was used."""
    if position_in(record.fields.get(Role.POSITION)) is None:
        what = _("This position is no known word and is kept as unknown.")
        yield Problem(record.at(Role.POSITION), record.value(Role.POSITION), what, Severity.WARNING)
    if not mention.states:
        what = _("No recommending State is named; the recommendation is kept without one.")
        yield Problem(record.at(Role.RECOMMENDING), shorten(mention.text), what, Severity.WARNING)
    if mention.published is None and record.value(Role.PUBLISHED):
        what = _("This is no day that can be read, and was left empty.")
        yield Problem(record.at(Role.PUBLISHED), record.value(Role.PUBLISHED), what, Severity.WARNING)
    if "\ufffd" in mention.text:
        what = _("Letters of this text are damaged. Compare it with the report.")
        yield Problem(record.at(Role.TEXT), shorten(mention.text), what, Severity.WARNING)
