"""The table of what one commit or one undo does: a line for each row, gone when the transaction ends.

Statements that write join it with `imports_row`, so that none of them is about a single row. Its columns: `row_id`,
`review_id`, `label`, `text_key`, `outcome`; `held_id`, the recommendation that the preview met; `recommendation_id`,
that one or a new id; `public_id` and `position_id` of a new one; `made`, whether it is new; `parts`, what is written of
it; `writes`, whether anything is; `mentions`, whether the row is a mention's; `message`, why it is left alone.
"""

from collections.abc import Sequence
from typing import Any

from django.db import connection

from recommendations.models.facts import ALPHABET

# Without the parts in dispute, unless a person took the file's word.
PARTS = """CASE WHEN row.take OR row.disputed = '{}' THEN row.fields
    ELSE ARRAY(SELECT unnest(row.fields) EXCEPT SELECT unnest(row.disputed)) END"""
# As recommendations.models.facts.new_public_id; of 256 values of a byte some letters get one more than others.
LETTER = f"substr('{ALPHABET}', 1 + get_byte(uuid_send(gen_random_uuid()), 0) %% {len(ALPHABET)}, 1)"
PUBLIC_ID = " || ".join([LETTER] * 8)


class Differs(Exception):
    """These rows (ids) are not about what their preview saw."""

    def __init__(self, rows: list[int]) -> None:
        super().__init__()
        self.rows = rows


def run(statement: str, parameters: Sequence[Any] = ()) -> int:
    """Run one statement; returns how many rows it met."""
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return int(cursor.rowcount)


def column(query: str, parameters: Sequence[Any] = ()) -> list[Any]:
    """The first column of what a query finds."""
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        return [row[0] for row in cursor.fetchall()]


def plan_commit(batch_id: int) -> None:
    """Fill the table for writing a batch: every row that speaks of a recommendation, with ids for what will be made.

    Rows that propose drafts (imports.drafts) and rejected ones are no part of it.
    """
    run("DROP TABLE IF EXISTS import_work")
    run(
        f"""
        CREATE TEMPORARY TABLE import_work ON COMMIT DROP AS
        SELECT *,
            coalesce(held_id, CASE WHEN made THEN nextval('recommendations_recommendation_id_seq') END)
                AS recommendation_id,
            CASE WHEN made THEN nextval('recommendations_position_id_seq') END AS position_id,
            CASE WHEN made THEN {PUBLIC_ID} END AS public_id
        FROM (
            SELECT row.id AS row_id, coalesce(row.review_id, review.id) AS review_id, row.label, row.text_key,
                row.outcome, row.recommendation_id AS held_id, row.after ? 'key' AS mentions,
                row.outcome = 'new' AND row.recommendation_id IS NULL AS made,
                {PARTS} AS parts,
                row.outcome IN ('new', 'changed') OR row.outcome = 'conflict' AND NOT row.after ? 'key'
                    AND (row.take OR NOT row.fields <@ row.disputed) AS writes,
                '' AS message
            FROM imports_row row
            LEFT JOIN reviews_review review ON row.review_id IS NULL
                AND review.state_id = (row.after #>> '{{review,0}}')::bigint
                AND review.session_id = (row.after #>> '{{review,1}}')::bigint
            WHERE row.batch_id = %s AND row.outcome <> 'rejected' AND NOT row.after ? 'draft'
            ORDER BY row.number
        ) found
        """,
        [batch_id],
    )
    run("ANALYZE import_work")
    _make_public_ids_unique()


def _make_public_ids_unique() -> None:
    """Give another one to whatever drew a short name that is taken: at world size one import in four draws one."""
    again = f"""
        UPDATE import_work w SET public_id = {PUBLIC_ID} WHERE made AND (
            EXISTS (SELECT 1 FROM recommendations_recommendation r WHERE r.public_id = w.public_id)
            OR w.row_id IN (
                SELECT row_id FROM (
                    SELECT row_id, row_number() OVER (PARTITION BY public_id) AS copy FROM import_work WHERE made
                ) drawn WHERE copy > 1
            )
        )
    """
    while run(again):
        pass


def plan_undo(batch_id: int) -> None:
    """Fill the table for taking a batch back: every row that it wrote."""
    run("DROP TABLE IF EXISTS import_work")
    run(
        f"""
        CREATE TEMPORARY TABLE import_work ON COMMIT DROP AS
        SELECT row.id AS row_id, row.review_id, row.label, row.text_key, row.outcome,
            row.recommendation_id AS held_id, row.recommendation_id, row.after ? 'key' AS mentions, false AS made,
            NULL::bigint AS position_id, {PARTS} AS parts, NOT row.after ? 'key' AS writes, ''::text AS message
        FROM imports_row row
        WHERE row.batch_id = %s AND row.state = 'written' AND NOT row.after ? 'draft' ORDER BY row.number
        """,
        [batch_id],
    )
    run("ANALYZE import_work")


def lock_reviews(reviews: str, parameters: Sequence[Any] = ()) -> None:
    """Lock the reviews whose ids this query gives, so that two imports of one take turns; others may refer to them."""
    _lock("reviews_review", reviews, "NO KEY UPDATE", parameters)


def lock_recommendations(batch_id: int) -> None:
    """Lock the recommendations that the table speaks of, and those that the batch has drafts for, all at once."""
    wanted = """
        SELECT held_id FROM import_work
        UNION SELECT recommendation_id FROM imports_row WHERE batch_id = %s AND after ? 'draft'
    """
    _lock("recommendations_recommendation", wanted, "UPDATE", [batch_id])


def _lock(table: str, wanted: str, strength: str, parameters: Sequence[Any]) -> None:
    """Lock rows in id order, as everybody does, so that no two wait for each other."""
    locked = f"SELECT id FROM {table} WHERE id IN ({wanted}) ORDER BY id FOR {strength}"
    column(f"SELECT count(*) FROM ({locked}) locked", parameters)


def done() -> None:
    """Drop the table, whose transaction may go on."""
    run("DROP TABLE import_work")
