"""What the lists show, kept in the row: the current position and the lead assessment.

One set-based statement each, called by every road that changes what they are made of; `verify` recomputes both.
"""

from collections.abc import Sequence

from django.db import connection

from recommendations.models import Position

# The lead organisation of a review is the one named last, on a day that has come. Its current assessment is the latest
# by the day it holds from, so that one dated back does not overtake a later one.
LEAD = """
    SELECT a.id FROM recommendations_assessment a
    WHERE a.recommendation_id = r.id AND a.withdrawn_at IS NULL
      AND a.voice_id = (
        SELECT l.organisation_id FROM reviews_lead l
        WHERE l.review_id = r.review_id AND l.is_sample = r.is_sample AND l.from_day <= current_date
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


POSITION = f"""
    SELECT p.id FROM recommendations_position p
    LEFT JOIN reviews_document d ON d.id = p.document_id
    WHERE p.recommendation_id = r.id
    ORDER BY {_case("p.response", RESPONSE_RANK, 1)}, {_case("d.kind", KIND_RANK, 5)},
      p.day DESC NULLS LAST, p.id DESC
    LIMIT 1
"""


def foremost(positions: Sequence[Position]) -> Position | None:
    """Of some positions of one recommendation, with their documents, the one that counts: the same rule."""
    return min(positions, key=_rank, default=None)


def _rank(position: Position) -> tuple[int, int, int, int]:
    kind = position.document.kind if position.document else ""
    day = position.day.toordinal() if position.day else 0
    return RESPONSE_RANK.get(position.response, 1), KIND_RANK.get(kind, 5), -day, -position.pk


COLUMNS = {"lead_assessment_id": LEAD, "current_position_id": POSITION}


def refresh_leads(ids: Sequence[int]) -> int:
    """Bring the lead assessment of these recommendations up to date; returns how many changed."""
    return _refresh("lead_assessment_id", ids)


def refresh_positions(ids: Sequence[int]) -> int:
    """Bring the current position of these recommendations up to date; returns how many changed."""
    return _refresh("current_position_id", ids)


def wrong(column: str) -> list[int]:
    """The recommendations whose kept column is not what it should be: none, unless something is broken."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT r.id FROM recommendations_recommendation r WHERE r.{column} IS DISTINCT FROM ({COLUMNS[column]})"
        )
        return [row[0] for row in cursor.fetchall()]


def _refresh(column: str, ids: Sequence[int]) -> int:
    # Rows are locked in id order, as everywhere, so that two refreshes never wait for each other in a circle.
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            WITH locked AS (
                SELECT id FROM recommendations_recommendation WHERE id = ANY(%s) ORDER BY id FOR UPDATE
            ), found AS (
                SELECT r.id, ({COLUMNS[column]}) AS value
                FROM recommendations_recommendation r JOIN locked USING (id)
            )
            UPDATE recommendations_recommendation r SET {column} = found.value
            FROM found WHERE found.id = r.id AND r.{column} IS DISTINCT FROM found.value
            """,
            [list(ids)],
        )
        return int(cursor.rowcount)
