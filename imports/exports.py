"""What the exports of human-rights databases have in common: columns known by their headings, and careless text."""

import html
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from django.utils.translation import gettext as _

from imports.reading import UnreadableFile, shorten, tidy
from imports.tables import TableLimits, TableRow, clean, heads_of, text_of

# The whole of UHRI as .xlsx has 267,500 rows of 16 columns and some 300 MB of text.
EXPORT_LIMITS = TableLimits(
    file_bytes=300_000_000,
    inflated_bytes=1_500_000_000,
    elements=60_000_000,
    cells=10_000_000,
    text_characters=1_000_000_000,
)
# Soft hyphens and zero-width spaces stand inside words, where a line or a table once broke them.
INSIDE_WORDS = re.compile("[\u00ad\u200b\u200c\u200d\u2060\ufeff]")
HYPHEN_AT_LINE_END = re.compile(r"(?<=\w)-[ \t]*\n\s*(?=[^\W\d_])")
NAMED = 12  # headings quoted in a message


@dataclass(frozen=True, slots=True)
class Columns:
    """Where in one table each kind of value stands."""

    heading_row: int
    positions: dict[str, int]  # by role, from 0
    printed: dict[str, str]  # the heading of each role as the file prints it
    unknown: tuple[str, ...]  # headings of columns that are not read
    width: int

    def text(self, row: TableRow, role: str) -> str:
        """The cell of that role as text; empty where the table has no such column or the row is too short."""
        position = self.positions.get(role)
        return "" if position is None or position >= len(row.values) else text_of(row.values[position])

    def name(self, role: str) -> str:
        """The printed heading of a role, or the role's own name where the table has none."""
        return self.printed.get(role, role)


RoleOf = Callable[[str], str | None]  # what a printed heading stands for; None for an unknown one


def columns_of(rows: Iterable[TableRow], role_of: RoleOf, needed: Iterable[str]) -> Columns | None:
    """The columns by the first row that has a heading for every needed role."""
    for row in rows:
        texts = [tidy(text) for text in row.texts]
        found: dict[str, int] = {}
        for position, text in enumerate(texts):
            role = role_of(text)
            if role:
                found.setdefault(role, position)
        if set(needed) <= found.keys():
            printed = {role: shorten(texts[position], 60) for role, position in found.items()}
            unknown = tuple(text for text in texts if text and role_of(text) is None)
            return Columns(row.number, found, printed, unknown, len(texts))
    return None


def columns_by_table(path: Path, role_of: RoleOf, needed: Iterable[str]) -> dict[int, Columns]:
    """The columns of each table that has the headings, by its index. Raises `UnreadableFile` for what is no table."""
    heads = heads_of(path, EXPORT_LIMITS)
    found = {index: columns_of(rows, role_of, needed) for index, rows in enumerate(heads)}
    return {index: columns for index, columns in found.items() if columns}


def wrong_headings(path: Path, what: str, wanted: str) -> UnreadableFile:
    """The refusal of a table that is not the export called `what`: the headings looked for, and those found."""
    rows = [row for rows in heads_of(path, EXPORT_LIMITS) for row in rows if not row.is_empty][:1]
    headings = [shorten(text, 40) for row in rows for text in row.texts if text.strip()]
    found = ", ".join(f"“{heading}”" for heading in headings[:NAMED]) or _("nothing")
    return UnreadableFile(
        _(
            "“%(file)s” does not look like %(what)s: looked for the columns %(wanted)s, found %(found)s. Send the "
            "file as it was downloaded."
        )
        % {"file": path.name, "what": what, "wanted": wanted, "found": found}
    )


def plain(text: str) -> str:
    """A text on one line as a person would type it: entities resolved, also twice encoded ones, words put together."""
    for _again in range(2):
        if "&" not in text:
            break
        text = html.unescape(text)
    return tidy(INSIDE_WORDS.sub("", HYPHEN_AT_LINE_END.sub("-", clean(text))))


def state_name(printed: str) -> str:
    """A State's name without the stars of footnotes."""
    return plain(printed).strip(" *†;,")
