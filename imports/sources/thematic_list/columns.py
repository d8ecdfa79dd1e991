"""Which column of the table holds what, told by the printed headings."""

import re
from dataclasses import dataclass
from enum import StrEnum

from imports.reading import tidy
from imports.sources.thematic_list.tables import Row


class Role(StrEnum):
    """What a column holds."""

    LABEL = "label"
    RECOMMENDATION = "recommendation"
    STATES = "states"
    POSITION = "position"
    SOURCE = "source"
    THEMES = "themes"
    GROUPS = "groups"
    GOALS = "goals"
    COMMENT = "comment"


NEEDED = (Role.RECOMMENDATION, Role.POSITION)
# The first that fits counts: "Recommendation and recommending State" is the recommendation.
HEADINGS: tuple[tuple[Role, str], ...] = (
    (Role.SOURCE, r"source of (?:the )?position"),
    (Role.POSITION, r"^(?:state.{0,3} )?(?:position|response)"),
    (Role.COMMENT, r"assessment|comment|level of implementation|remark"),
    (Role.GOALS, r"\bsdgs?\b|sustainable development goal"),
    (Role.THEMES, r"\bthemes?\b"),
    (Role.GROUPS, r"(?:groups? of|affected|concerned) persons|persons affected"),
    (Role.RECOMMENDATION, r"^(?:text of )?(?:the )?recommendations?\b(?! (?:no|number)\b)"),
    (Role.STATES, r"recommending|^states?$"),
    (Role.LABEL, r"^(?:no|nr|number|#|para(?:graph)?|recommendation (?:no|number))\b\.?"),
)
SEARCHED_ROWS = 5  # a heading row stands at the top; a title row or two may stand over it


@dataclass(frozen=True, slots=True)
class Columns:
    """The table's columns: where each role stands, how it is headed, and headings nobody knows."""

    heading_row: int
    positions: dict[Role, int]
    names: dict[Role, str]
    unknown: tuple[str, ...]

    def text(self, row: Row, role: Role) -> str:
        """The row's text in the role's column; empty where the table has no such column."""
        return row.text_at(self.positions[role]) if role in self.positions else ""

    def name(self, role: Role) -> str:
        """The column's printed heading."""
        return self.names.get(role, "")


def columns_of(rows: list[Row]) -> Columns | None:
    """The columns of a table of recommendations, or None where its headings are not those of one."""
    for row in rows[:SEARCHED_ROWS]:
        columns = _read_headings(row)
        if all(role in columns.positions for role in NEEDED):
            return columns
    return None


def printed_headings(rows: list[Row]) -> tuple[str, ...]:
    """What a table's first row says, for a message."""
    return tuple(tidy(text) for text in rows[0].texts) if rows else ()


def is_heading_row(row: Row, columns: Columns) -> bool:
    """Whether a row repeats the headings, as after a page break."""
    return all(tidy(columns.text(row, role)) == columns.names[role] for role in NEEDED)


def _read_headings(row: Row) -> Columns:
    positions: dict[Role, int] = {}
    names: dict[Role, str] = {}
    unknown: list[str] = []
    for cell in row.cells:
        heading = tidy(cell.text)
        role = _role_of(heading)
        if role is None or role in positions:
            unknown += [heading] if heading else []
        else:
            positions[role], names[role] = cell.start, heading
    return Columns(row.number, positions, names, tuple(unknown))


def _role_of(heading: str) -> Role | None:
    return next((role for role, words in HEADINGS if re.search(words, heading, re.IGNORECASE)), None)
