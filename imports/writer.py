"""Writing what the rows of a commit or an undo say, each statement for all of them: see imports.work for the table."""

from collections.abc import Sequence
from typing import Any, Literal

from imports.work import run

Said = Literal["after", "before"]  # what the file says, or what stood there before
WORK = "import_work w JOIN imports_row row ON row.id = w.row_id"
LABEL = "regexp_match(w.label, '^([0-9]+)[.]([0-9]+)(.*)$')"
SUFFIX = "left(label.parts[3], 5)"  # of “quater” the column holds so much


def create(document_id: int) -> None:
    """Make a recommendation for each row that is to make one, without what hangs on it."""
    run(
        f"""
        INSERT INTO recommendations_recommendation
            (id, public_id, review_id, label, paragraph, number, suffix, sort_key, text, text_language, text_kind,
             source_document_id, source_place, is_sample, version, current_position_id, response, claim)
        SELECT w.recommendation_id, w.public_id, w.review_id, w.label,
            label.parts[1]::int, label.parts[2]::int, {SUFFIX},
            lpad(label.parts[1], 6, '0') || '.' || lpad(label.parts[2], 6, '0') || '.' || {SUFFIX},
            row.after ->> 'text', 'en', 'official', %s, row.after #>> '{{source,1}}', false, 1, w.position_id,
            row.after #>> '{{position,response}}', row.after #>> '{{position,claim}}'
        FROM {WORK} CROSS JOIN LATERAL (SELECT {LABEL} AS parts) label
        WHERE w.made ORDER BY w.recommendation_id
        """,
        [document_id],
    )


def revive() -> None:
    """Bring recommendations that were removed, and come again, back to their addresses."""
    run(
        """
        UPDATE recommendations_recommendation r SET removed_at = NULL FROM import_work w
        WHERE w.writes AND w.outcome = 'new' AND NOT w.made AND r.id = w.recommendation_id
        """
    )


def remove() -> None:
    """Take what an import made out of every list; its address says that it is gone."""
    run(
        """
        UPDATE recommendations_recommendation r SET removed_at = statement_timestamp() FROM import_work w
        WHERE w.writes AND w.outcome = 'new' AND r.id = w.recommendation_id
        """
    )


def put(document_id: int, said: Said) -> None:
    """Make the parts of recommendations what the rows say; a new one has its text and source already."""
    _put_words(document_id, said)
    _put_states(said)
    _put_issues(said)
    _put_links(said, "groups", "persongroup_id")
    _put_links(said, "goals", "goal_id")
    _put_ids(said)
    _put_positions(document_id, said)


# A part for which the file's word is taken is a correction no more; taking that back makes it one again.
EDITED: dict[Said, str] = {
    "after": "SELECT part FROM unnest(r.edited) part WHERE part <> ALL(w.parts) ORDER BY part",
    "before": """SELECT unnest(r.edited) AS part UNION
        SELECT part FROM unnest(w.parts) part WHERE row.before -> 'edited' ? part ORDER BY part""",
}


def _put_words(document_id: int, said: Said) -> None:
    """Text, source and what is said of the parts; the version tells whoever has the record open of any other fact."""
    # What the file says was kept before its document had an id.
    source = "%s" if said == "after" else "(row.before #>> '{source,0}')::bigint"
    run(
        f"""
        UPDATE recommendations_recommendation r SET
            text = CASE WHEN 'text' = ANY(w.parts) THEN row.{said} ->> 'text' ELSE r.text END,
            source_document_id = CASE WHEN 'source' = ANY(w.parts) THEN {source} ELSE r.source_document_id END,
            source_place = CASE WHEN 'source' = ANY(w.parts) THEN row.{said} #>> '{{source,1}}' ELSE r.source_place END,
            edited = ARRAY({EDITED[said]}),
            version = r.version + 1
        FROM {WORK}
        WHERE w.writes AND NOT w.made AND r.id = w.recommendation_id
            AND w.parts && ARRAY['text', 'source', 'states', 'issues', 'groups', 'goals']::varchar[]
        """,
        [document_id] if said == "after" else [],
    )


def _clear(table: str, part: str, condition: str = "true") -> None:
    """Empty a part of the recommendations that are there and get it anew."""
    run(
        f"""
        DELETE FROM {table} held USING import_work w
        WHERE w.writes AND NOT w.made AND %s = ANY(w.parts) AND held.recommendation_id = w.recommendation_id
            AND {condition}
        """,
        [part],
    )


def _put_states(said: Said) -> None:
    _clear("recommendations_recommendingstate", "states")
    run(
        f"""
        INSERT INTO recommendations_recommendingstate (recommendation_id, state_id, printed, "order")
        SELECT w.recommendation_id, (each.said ->> 0)::bigint, each.said ->> 1, each.position
        FROM {WORK}
        CROSS JOIN LATERAL jsonb_array_elements(row.{said} -> 'states') WITH ORDINALITY each (said, position)
        WHERE w.writes AND 'states' = ANY(w.parts) ORDER BY w.recommendation_id, each.position
        """
    )


def _put_issues(said: Said) -> None:
    _clear("recommendations_recommendationissue", "issues", "held.scheme = 'uhri_theme'")
    run(
        f"""
        INSERT INTO recommendations_recommendationissue (recommendation_id, issue_id, scheme, is_primary)
        SELECT w.recommendation_id, (each.said ->> 0)::bigint, each.said ->> 1, (each.said ->> 2)::boolean
        FROM {WORK} CROSS JOIN LATERAL jsonb_array_elements(row.{said} -> 'issues') each (said)
        WHERE w.writes AND 'issues' = ANY(w.parts) ORDER BY w.recommendation_id
        """
    )


def _put_links(said: Said, part: str, target: str) -> None:
    table = f"recommendations_recommendation_{part}"
    _clear(table, part)
    run(
        f"""
        INSERT INTO {table} (recommendation_id, {target})
        SELECT w.recommendation_id, each.said::bigint
        FROM {WORK} CROSS JOIN LATERAL jsonb_array_elements_text(row.{said} -> '{part}') each (said)
        WHERE w.writes AND '{part}' = ANY(w.parts) ORDER BY w.recommendation_id
        """
    )


def _put_ids(said: Said) -> None:
    """The names of other databases are only added; taking back removes those that the row added."""
    if said == "before":
        run(
            f"""
            DELETE FROM recommendations_externalid held USING {WORK}
            WHERE w.writes AND 'ids' = ANY(w.parts) AND held.recommendation_id = w.recommendation_id
                AND row.after -> 'ids' @> jsonb_build_array(jsonb_build_array(held.scheme, held.value))
                AND (w.outcome = 'new'
                    OR NOT row.before -> 'ids' @> jsonb_build_array(jsonb_build_array(held.scheme, held.value)))
            """
        )
        return
    run(
        f"""
        INSERT INTO recommendations_externalid (recommendation_id, scheme, value)
        SELECT w.recommendation_id, each.said ->> 0, each.said ->> 1
        FROM {WORK} CROSS JOIN LATERAL jsonb_array_elements(row.after -> 'ids') each (said)
        WHERE w.writes AND 'ids' = ANY(w.parts) ORDER BY w.recommendation_id
        ON CONFLICT DO NOTHING
        """
    )


POSITION = "row.{said} -> 'position'"
FROM_POSITION = f"""
    FROM {WORK} WHERE w.writes AND 'position' = ANY(w.parts)
"""


def _put_positions(document_id: int, said: Said) -> None:
    """The answer of this document beside those of others; where there was none before, it goes."""
    position = POSITION.format(said=said)
    if said == "before":
        gone = f"SELECT w.recommendation_id {FROM_POSITION} AND jsonb_typeof({position}) = 'null'"
        mine = "SELECT id FROM recommendations_position WHERE document_id = %s"
        forget_positions_where(f"{mine} AND recommendation_id IN ({gone})", [document_id])
    run(
        f"""
        INSERT INTO recommendations_position
            (id, recommendation_id, response, claim, document_id, paragraph, explanation)
        SELECT coalesce(position_id, nextval('recommendations_position_id_seq')), w.recommendation_id,
            {position} ->> 'response', {position} ->> 'claim', %s, {position} ->> 'paragraph',
            {position} ->> 'explanation'
        {FROM_POSITION} AND jsonb_typeof({position}) = 'object' ORDER BY w.recommendation_id
        ON CONFLICT ON CONSTRAINT one_position_per_document DO UPDATE SET response = excluded.response,
            claim = excluded.claim, paragraph = excluded.paragraph, explanation = excluded.explanation
        """,
        [document_id],
    )


def forget_positions_where(doomed: str, parameters: Sequence[Any] = ()) -> None:
    """Remove the positions whose ids the query gives.

    The kept pointers must let go first; they are refreshed at the end of the transaction.
    """
    run("DROP TABLE IF EXISTS import_doomed")
    run(f"CREATE TEMPORARY TABLE import_doomed ON COMMIT DROP AS {doomed}", parameters)
    let_go = "UPDATE recommendations_recommendation SET current_position_id = NULL WHERE current_position_id IN"
    run(f"{let_go} (SELECT id FROM import_doomed)")
    run("DELETE FROM recommendations_position WHERE id IN (SELECT id FROM import_doomed)")
