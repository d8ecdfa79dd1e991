"""What the lists show, kept in the row: the current position with its answer, the lead assessment with its status.

One set-based statement each, called by every road that changes what they are made of; `verify` recomputes all.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection

from recommendations.models import Position

# The lead organisation of a review is the one named last, on a day that has come. Its current assessment is the latest
# by the day it holds from, so that one dated back does not overtake a later one.
LEAD = """
    SELECT a.id AS lead_assessment_id, a.status FROM recommendations_assessment a
    WHERE a.recommendation_id = r.id AND a.withdrawn_at IS NULL
      AND a.voice_id = (
        SELECT l.organisation_id FROM reviews_lead l
        WHERE l.review_id = r.review_id AND l.is_sample = r.is_sample AND l.from_day <= current_date
          AND l.replaced_at IS NULL
        ORDER BY l.from_day DESC LIMIT 1
      )
    ORDER BY a.holds_from DESC, a.id DESC LIMIT 1
"""

# Any answer outranks "pending", and that outranks "unknown". Among answers a later stage outranks an earlier one:
# plenary or decision, addendum, report, thematic list, anything else, UHRI, UPR Info; then the later day.
RESPONSE_RANK = {"unknown": 3, "pending": 2}
KIND_RANK = {"decision": 1, "addendum": 2, "wg_report": 3, "thematic_list": 4, "uhri": 6, "upr_info": 7}


def _case(column: str, ranks: dict[str, int], others: int) -> str:
    branches = " ".join(f"WHEN '{value}' THEN {rank}" for value, rank in ranks.items())
    return f"CASE {column} {branches} ELSE {others} END"


FOREMOST_FIRST = f"""{_case("p.response", RESPONSE_RANK, 1)}, {_case("d.kind", KIND_RANK, 5)},
      p.day DESC NULLS LAST, p.id DESC"""
POSITION = f"""
    SELECT p.id AS current_position_id, p.response, p.claim FROM recommendations_position p
    LEFT JOIN reviews_document d ON d.id = p.document_id
    WHERE p.recommendation_id = r.id
    ORDER BY {FOREMOST_FIRST}
    LIMIT 1
"""


def foremost(positions: Sequence[Position]) -> Position | None:
    """Of some positions of one recommendation, with their documents, the one that counts: the same rule."""
    return min(positions, key=_rank, default=None)


def _rank(position: Position) -> tuple[int, int, int, int]:
    kind = position.document.kind if position.document else ""
    day = position.day.toordinal() if position.day else 0
    return *standing(position.response, kind), -day, -position.pk


def standing(response: str, kind: str) -> tuple[int, int]:
    """How an answer in a document of this kind ranks, before its day counts: the lowest is shown."""
    return RESPONSE_RANK.get(response, 1), KIND_RANK.get(kind, 5)


# A trigger fills these on every road; a look at them all finds what went past it.
PLACE = """
    SELECT t.iso3 AS state_iso3, s.number AS session_number, s.cycle FROM reviews_review v
    JOIN reviews_session s ON s.id = v.session_id JOIN states_state t ON t.id = v.state_id WHERE v.id = r.review_id
"""


@dataclass(frozen=True)
class Kept:
    """Columns of a recommendation `r` that one question answers; `texts` are empty where it finds nothing."""

    question: str
    columns: Sequence[str]
    texts: Sequence[str] = ()

    @property
    def values(self) -> str:
        """The columns as the question gives them."""
        return ", ".join(
            f"coalesce(k.{name}, '') AS {name}" if name in self.texts else f"k.{name}" for name in self.columns
        )

    def row(self, table: str) -> str:
        """The columns of a table as one value."""
        return f"({', '.join(f'{table}.{name}' for name in self.columns)})"

    def found(self, rows: str) -> str:
        """Which values these rows, named `r`, should have."""
        return f"SELECT r.id, {self.values} FROM {rows} LEFT JOIN LATERAL ({self.question}) k ON true"


LEADS = Kept(LEAD, ("lead_assessment_id", "status"), texts=("status",))
POSITIONS = Kept(POSITION, ("current_position_id", "response", "claim"), texts=("response", "claim"))
PLACES = Kept(PLACE, ("state_iso3", "session_number", "cycle"))


def refresh_leads(ids: Sequence[int]) -> int:
    """Bring lead assessment and status of these recommendations up to date; returns how many changed."""
    return refresh(LEADS, ids)


def refresh_positions(ids: Sequence[int]) -> int:
    """Bring current position, response and claim of these recommendations up to date; returns how many changed."""
    return refresh(POSITIONS, ids)


def wrong(kept: Kept, reviews: Sequence[int] | None = None) -> list[int]:
    """The recommendations, all or those of some reviews, whose kept columns are not what they should be."""
    looked_at = "" if reviews is None else "WHERE review_id = ANY(%s)"
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT r.id FROM (
                {kept.found(f"(SELECT * FROM recommendations_recommendation {looked_at}) r")}
            ) f JOIN recommendations_recommendation r USING (id)
            WHERE {kept.row("r")} IS DISTINCT FROM {kept.row("f")} ORDER BY r.id
            """,
            [] if reviews is None else [list(reviews)],
        )
        return [row[0] for row in cursor.fetchall()]


def refresh(kept: Kept, ids: Sequence[int]) -> int:
    """Bring kept columns of these recommendations up to date in one statement; returns how many rows changed."""
    # Rows are locked in id order, as everywhere, so that two refreshes never wait for each other in a circle.
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            WITH locked AS (
                SELECT id FROM recommendations_recommendation WHERE id = ANY(%s) ORDER BY id FOR UPDATE
            ), f AS (
                {kept.found("recommendations_recommendation r JOIN locked USING (id)")}
            )
            UPDATE recommendations_recommendation r SET ({", ".join(kept.columns)}) = ROW{kept.row("f")}
            FROM f WHERE f.id = r.id AND {kept.row("r")} IS DISTINCT FROM {kept.row("f")}
            """,
            [list(ids)],
        )
        return int(cursor.rowcount)
