"""Mentions written, attached and detached, set by set; and what an attached one brings to its recommendation.

That is: the action category where none is held, UPR Info's issues, and one position of the export, where its mentions
of the recommendation agree. What a mention's row brought stands in that row, so that taking it back takes that back;
what a person corrected is neither changed nor taken back.
"""

from imports.work import column, run
from imports.writer import forget_positions_where

IN_PLAY = "import_attached"  # the table of the mentions that this transaction attaches or detaches


def start() -> None:
    """Make the table of what is attached or detached: row_id, mention_id, recommendation_id."""
    run(f"DROP TABLE IF EXISTS {IN_PLAY}")
    run(
        f"""
        CREATE TEMPORARY TABLE {IN_PLAY} (row_id bigint, mention_id bigint, recommendation_id bigint) ON COMMIT DROP
        """
    )


DIFFERENT = """
    SELECT w.row_id FROM import_work w
    JOIN imports_row row ON row.id = w.row_id
    LEFT JOIN recommendations_recommendation r ON r.id = w.held_id
    WHERE w.mentions AND (
        w.outcome IN ('attached', 'conflict')
            AND (r.removed_at IS NOT NULL OR r.text IS DISTINCT FROM row.before ->> 'text')
        OR row.mention_id IS NULL AND EXISTS (
            SELECT 1 FROM recommendations_mention m WHERE m.review_id = w.review_id AND m.key = row.after ->> 'key'
        )
        OR w.outcome = 'grouped' AND EXISTS (
            SELECT 1 FROM imports_row said JOIN imports_batch b ON b.id = said.batch_id
            JOIN recommendations_recommendation brought ON brought.id = said.recommendation_id
            WHERE b.committed_at >= (SELECT created_at FROM imports_batch WHERE id = row.batch_id)
                AND said.state = 'written' AND said.label <> ''
                AND said.review_id = w.review_id AND said.text_key = w.text_key
                -- Of a conflict that was left the words do not stand: they would differ for ever.
                AND brought.removed_at IS NULL AND brought.text = said.after ->> 'text'
        )
    )
"""


def different() -> list[int]:
    """The rows of mentions for which something is not as their preview saw it."""
    return column(DIFFERENT)


def write(document_id: int) -> None:
    """Make the mentions of a batch, or bring those back that were taken back; note what they are attached to."""
    run("DROP TABLE IF EXISTS import_mentions")
    run(
        """
        CREATE TEMPORARY TABLE import_mentions ON COMMIT DROP AS
        SELECT w.row_id, w.review_id, row.mention_id IS NULL AS made,
            there.id IS NOT NULL AS kept,
            coalesce(row.mention_id, nextval('recommendations_mention_id_seq')) AS mention_id,
            CASE WHEN w.outcome = 'attached' OR row.take THEN w.held_id END AS recommendation_id,
            CASE WHEN w.outcome = 'attached' THEN 'same_text' WHEN row.take THEN 'person' ELSE 'none' END AS match
        FROM import_work w JOIN imports_row row ON row.id = w.row_id
        LEFT JOIN recommendations_mention there ON there.id = row.mention_id AND there.removed_at IS NULL
        WHERE w.mentions AND (
            w.outcome IN ('attached', 'grouped')
            OR w.outcome = 'conflict' AND (row.take OR NOT row.fields <@ row.disputed)
        )
        """
    )
    run("ANALYZE import_mentions")
    run(
        """
        INSERT INTO recommendations_mention
            (id, review_id, recommendation_id, match, document_id, place, key, text, text_key, state_id, printed,
             response, action_category)
        SELECT n.mention_id, n.review_id, n.recommendation_id, n.match, %s, row.place, row.after ->> 'key',
            row.after ->> 'text', row.text_key,
            CASE WHEN jsonb_array_length(row.after -> 'states') = 1 THEN (row.after #>> '{states,0,0}')::bigint END,
            left(coalesce((SELECT string_agg(each.said ->> 1, '; ')
                FROM jsonb_array_elements(row.after -> 'states') each (said)), ''), 150),
            row.after #>> '{position,response}', (row.after ->> 'action_category')::smallint
        FROM import_mentions n JOIN imports_row row ON row.id = n.row_id WHERE n.made ORDER BY n.mention_id
        """,
        [document_id],
    )
    run(
        """
        INSERT INTO recommendations_mention_issues (mention_id, issue_id)
        SELECT n.mention_id, (each.said ->> 0)::bigint
        FROM import_mentions n JOIN imports_row row ON row.id = n.row_id
        CROSS JOIN LATERAL jsonb_array_elements(row.after -> 'issues') each (said)
        WHERE n.made ORDER BY n.mention_id
        """
    )
    run(
        """
        UPDATE recommendations_mention m
        SET recommendation_id = n.recommendation_id, match = n.match, removed_at = NULL, document_id = %s
        FROM import_mentions n WHERE NOT n.made AND m.id = n.mention_id
        """,
        [document_id],
    )
    run(
        """
        UPDATE imports_row row SET review_id = n.review_id, mention_id = n.mention_id,
            recommendation_id = n.recommendation_id, state = 'written',
            before = CASE WHEN n.kept THEN coalesce(row.before, '{}') || '{"kept": true}' ELSE row.before END
        FROM import_mentions n WHERE row.id = n.row_id
        """
    )
    run(
        """
        UPDATE imports_row row SET state = 'left', recommendation_id = NULL FROM import_work w
        WHERE row.id = w.row_id AND w.mentions AND w.outcome = 'conflict' AND row.state = 'proposed'
        """
    )
    run(
        f"""
        INSERT INTO {IN_PLAY} SELECT row_id, mention_id, recommendation_id FROM import_mentions
        WHERE recommendation_id IS NOT NULL
        """
    )


def attach_waiting() -> None:
    """Attach the mentions that came before to the recommendations that this batch brings in their words.

    The rule is that of imports.matching: of several with the same words those made by its State are meant; where more
    than one is left, nobody decides but a person.
    """
    run(
        f"""
        WITH candidate AS (
            SELECT m.id AS mention_id, w.recommendation_id,
                EXISTS (
                    SELECT 1 FROM recommendations_recommendingstate s
                    WHERE s.recommendation_id = w.recommendation_id AND s.state_id = m.state_id
                )::int AS by_state
            FROM import_work w
            JOIN recommendations_mention m ON m.review_id = w.review_id AND m.text_key = w.text_key
            WHERE w.writes AND NOT w.mentions AND w.text_key <> '' AND 'text' = ANY(w.parts)
                AND m.recommendation_id IS NULL AND m.removed_at IS NULL
        ), weighed AS (
            SELECT *, max(by_state) OVER (PARTITION BY mention_id) AS best,
                count(*) OVER (PARTITION BY mention_id, by_state) AS number
            FROM candidate
        ), attached AS (
            UPDATE recommendations_mention m SET recommendation_id = c.recommendation_id, match = 'same_text'
            FROM weighed c WHERE m.id = c.mention_id AND c.by_state = c.best AND c.number = 1
            RETURNING m.id, m.recommendation_id
        ), noted AS (
            UPDATE imports_row row SET recommendation_id = a.recommendation_id, outcome = 'attached'
            FROM attached a WHERE row.mention_id = a.id AND row.state = 'written'
            RETURNING row.id, row.mention_id, row.recommendation_id
        )
        INSERT INTO {IN_PLAY} SELECT id, mention_id, recommendation_id FROM noted
        """
    )


def bring() -> list[int]:
    """Give recommendations what their new mentions bring; returns the ids of the recommendations."""
    run(f"ANALYZE {IN_PLAY}")
    run(BRING_ISSUES)
    run(REFRESH_ACTIONS)
    run(
        f"""
        INSERT INTO recommendations_externalid (recommendation_id, scheme, value)
        SELECT a.recommendation_id, each.said ->> 0, each.said ->> 1
        FROM {IN_PLAY} a JOIN imports_row row ON row.id = a.row_id
        CROSS JOIN LATERAL jsonb_array_elements(row.after -> 'ids') each (said)
        ON CONFLICT DO NOTHING
        """
    )
    return _refresh_positions()


BRING_ISSUES = f"""
    WITH wanted AS (
        SELECT DISTINCT ON (a.recommendation_id, issue.id)
            a.row_id, a.recommendation_id, issue.id AS issue_id, issue.scheme
        FROM {IN_PLAY} a
        JOIN recommendations_mention_issues link ON link.mention_id = a.mention_id
        JOIN issues_issue issue ON issue.id = link.issue_id AND issue.scheme = 'upr_info'
        JOIN recommendations_recommendation r
            ON r.id = a.recommendation_id AND 'mentioned_issues' <> ALL(r.edited)
        ORDER BY a.recommendation_id, issue.id, a.row_id
    ), added AS (
        INSERT INTO recommendations_recommendationissue (recommendation_id, issue_id, scheme, is_primary)
        SELECT recommendation_id, issue_id, scheme, false FROM wanted
        ON CONFLICT DO NOTHING RETURNING recommendation_id, issue_id
    ), others AS (
        UPDATE recommendations_recommendation r SET version = r.version + 1
        WHERE r.id IN (SELECT recommendation_id FROM added)
    ), brought AS (
        SELECT row_id, jsonb_agg(issue_id) AS issues FROM wanted JOIN added USING (recommendation_id, issue_id)
        GROUP BY row_id
    )
    UPDATE imports_row row SET before = coalesce(row.before, '{{}}') || jsonb_build_object('brought_issues', issues)
    FROM brought WHERE row.id = brought.row_id
"""
# The action category is what the mentions agree on, or none, where they brought it and where nobody has given one. The
# mark that it was brought stands in one of their rows, and moves on when that one goes.
REFRESH_ACTIONS = f"""
    WITH met AS (
        SELECT r.id, r.action_category FROM recommendations_recommendation r
        WHERE r.id IN (SELECT recommendation_id FROM {IN_PLAY}) AND 'action_category' <> ALL(r.edited)
    ), marked AS (
        SELECT row.id AS row_id, met.id FROM met JOIN imports_row row ON row.recommendation_id = met.id
        WHERE row.state = 'written' AND (row.before ->> 'brought_action')::smallint = met.action_category
    ), agreed AS (
        SELECT m.recommendation_id AS id, min(row.id) AS row_id, min(m.action_category) AS category
        FROM met JOIN recommendations_mention m ON m.recommendation_id = met.id AND m.removed_at IS NULL
        LEFT JOIN imports_row row ON row.mention_id = m.id AND row.state = 'written' AND row.recommendation_id = met.id
        GROUP BY m.recommendation_id HAVING min(m.action_category) = max(m.action_category)
    ), due AS (
        SELECT met.id, agreed.row_id, agreed.category FROM met LEFT JOIN agreed USING (id)
        WHERE met.action_category IS NULL OR met.id IN (SELECT id FROM marked)
    ), given AS (
        UPDATE recommendations_recommendation r SET action_category = due.category, version = r.version + 1
        FROM due WHERE r.id = due.id AND r.action_category IS DISTINCT FROM due.category
    ), marks AS (
        SELECT row_id, category FROM due WHERE row_id IS NOT NULL
        UNION ALL SELECT marked.row_id, NULL FROM marked JOIN due USING (id)
        WHERE marked.row_id IS DISTINCT FROM due.row_id
    )
    UPDATE imports_row row SET before = (coalesce(row.before, '{{}}') - 'brought_action')
        || CASE WHEN category IS NULL THEN '{{}}' ELSE jsonb_build_object('brought_action', category) END
    FROM marks WHERE row.id = marks.row_id AND (row.before ->> 'brought_action')::smallint IS DISTINCT FROM category
"""


def take_back() -> list[int]:
    """Take mentions of an undone batch back; returns the recommendations that they were attached to."""
    run(
        f"""
        INSERT INTO {IN_PLAY} SELECT w.row_id, row.mention_id, row.recommendation_id
        FROM import_work w JOIN imports_row row ON row.id = w.row_id WHERE w.mentions
        """
    )
    # What an earlier import holds of a mention stands again; imports.undoing keeps those that a later one holds.
    run(
        f"""
        UPDATE recommendations_mention m
        SET recommendation_id = earlier.recommendation_id, document_id = coalesce(earlier.document_id, m.document_id),
            match = CASE WHEN earlier.recommendation_id IS NULL THEN 'none'
                WHEN earlier.outcome = 'attached' THEN 'same_text' ELSE 'person' END,
            removed_at = CASE WHEN earlier.id IS NULL AND NOT coalesce(row.before ? 'kept', false)
                THEN statement_timestamp() END
        FROM {IN_PLAY} a JOIN imports_row row ON row.id = a.row_id
        LEFT JOIN LATERAL (
            SELECT held.id, held.recommendation_id, held.outcome, b.document_id
            FROM imports_row held JOIN imports_batch b ON b.id = held.batch_id
            WHERE held.mention_id = a.mention_id AND held.state = 'written' AND held.batch_id <> row.batch_id
            ORDER BY b.committed_at DESC LIMIT 1
        ) earlier ON true
        WHERE m.id = a.mention_id
        """
    )
    return _unbring()


def mark_held(batch_id: int, sentence: str) -> None:
    """Say of mentions that a later import took over why they stay: it would be left with nothing."""
    run(
        """
        UPDATE import_work SET message = %s FROM import_work w JOIN imports_row row ON row.id = w.row_id
        WHERE import_work.row_id = w.row_id AND w.mentions AND EXISTS (
            SELECT 1 FROM imports_row later JOIN imports_batch b ON b.id = later.batch_id
            WHERE later.mention_id = row.mention_id AND later.state = 'written'
                AND b.committed_at > (SELECT committed_at FROM imports_batch WHERE id = %s)
        )
        """,
        [sentence, batch_id],
    )


def detach() -> list[int]:
    """Let go of the mentions of recommendations that an undo removes: they wait again; returns the recommendations."""
    run(f"DELETE FROM {IN_PLAY}")
    run(
        f"""
        INSERT INTO {IN_PLAY}
        SELECT row.id, m.id, m.recommendation_id
        FROM recommendations_mention m
        JOIN import_work w ON w.recommendation_id = m.recommendation_id AND w.outcome = 'new' AND NOT w.mentions
        LEFT JOIN imports_row row ON row.mention_id = m.id AND row.state = 'written'
        """
    )
    run(
        f"""
        UPDATE recommendations_mention m SET recommendation_id = NULL, match = 'none'
        FROM {IN_PLAY} a WHERE m.id = a.mention_id
        """
    )
    touched = _unbring()
    run(
        f"""
        UPDATE imports_row row SET recommendation_id = NULL, outcome = 'grouped', disputed = '{{}}', take = false,
            before = CASE WHEN row.before ? 'kept' THEN '{{"kept": true}}'::jsonb END
        FROM {IN_PLAY} a WHERE row.id = a.row_id
        """
    )
    return touched


def _unbring() -> list[int]:
    """Take from recommendations what the rows of these mentions brought, where no other mention brings it too."""
    run(
        f"""
        WITH gone AS (
            DELETE FROM recommendations_recommendationissue held
            USING {IN_PLAY} a JOIN imports_row row ON row.id = a.row_id
            WHERE held.recommendation_id = a.recommendation_id
                AND row.before -> 'brought_issues' @> to_jsonb(held.issue_id)
                AND NOT EXISTS (
                    SELECT 1 FROM recommendations_recommendation r
                    WHERE r.id = held.recommendation_id AND 'mentioned_issues' = ANY(r.edited)
                )
                AND NOT EXISTS (
                    SELECT 1 FROM recommendations_mention m
                    JOIN recommendations_mention_issues link ON link.mention_id = m.id
                    WHERE m.recommendation_id = held.recommendation_id AND link.issue_id = held.issue_id
                )
            RETURNING held.recommendation_id
        )
        UPDATE recommendations_recommendation r SET version = r.version + 1
        WHERE r.id IN (SELECT recommendation_id FROM gone)
        """
    )
    run(HAND_ISSUES_ON)
    run(REFRESH_ACTIONS)
    run(
        f"""
        DELETE FROM recommendations_externalid held USING {IN_PLAY} a JOIN imports_row row ON row.id = a.row_id
        WHERE held.recommendation_id = a.recommendation_id
            AND row.after -> 'ids' @> jsonb_build_array(jsonb_build_array(held.scheme, held.value))
            AND NOT EXISTS (
                SELECT 1 FROM recommendations_mention m
                WHERE m.id = a.mention_id AND m.recommendation_id = held.recommendation_id
            )
        """
    )
    return _refresh_positions()


# An issue that another mention brings too stays; the mark that it was brought moves on to that one's row.
HAND_ISSUES_ON = f"""
    WITH heirs AS (
        SELECT DISTINCT ON (a.recommendation_id, link.issue_id) heir.id AS row_id, link.issue_id
        FROM {IN_PLAY} a JOIN imports_row row ON row.id = a.row_id
        JOIN recommendations_mention m ON m.recommendation_id = a.recommendation_id AND m.removed_at IS NULL
        JOIN recommendations_mention_issues link ON link.mention_id = m.id
            AND row.before -> 'brought_issues' @> to_jsonb(link.issue_id)
        JOIN imports_row heir ON heir.mention_id = m.id AND heir.state = 'written'
            AND heir.recommendation_id = m.recommendation_id
        WHERE NOT EXISTS (SELECT 1 FROM {IN_PLAY} other WHERE other.row_id = heir.id)
        ORDER BY a.recommendation_id, link.issue_id, heir.id
    ), handed AS (
        SELECT row_id, jsonb_agg(issue_id) AS issues FROM heirs GROUP BY row_id
    )
    UPDATE imports_row row SET before = coalesce(row.before, '{{}}')
        || jsonb_build_object('brought_issues', coalesce(row.before -> 'brought_issues', '[]') || issues)
    FROM handed WHERE row.id = handed.row_id
"""


# The answer that a document's row with a number gave itself is not made of mentions.
DIRECT = """EXISTS (
    SELECT 1 FROM imports_row said JOIN imports_batch b ON b.id = said.batch_id
    WHERE said.recommendation_id = {0}.recommendation_id AND b.document_id = {0}.document_id AND said.state = 'written'
        AND said.mention_id IS NULL AND 'position' = ANY(said.fields))"""
AGREED = f"""
    SELECT m.recommendation_id, m.document_id, min(m.response) AS response
    FROM recommendations_mention m
    WHERE m.recommendation_id IN (SELECT recommendation_id FROM {IN_PLAY}) AND m.removed_at IS NULL
    GROUP BY m.recommendation_id, m.document_id HAVING min(m.response) = max(m.response)
"""


def _refresh_positions() -> list[int]:
    """Make each export's position on these recommendations what its mentions agree on, or none."""
    forget_positions_where(
        f"""
        SELECT p.id FROM recommendations_position p
        JOIN reviews_document d ON d.id = p.document_id AND d.kind IN ('upr_info', 'uhri')
        WHERE p.recommendation_id IN (SELECT recommendation_id FROM {IN_PLAY}) AND NOT {DIRECT.format("p")}
            AND (p.recommendation_id, p.document_id)
                NOT IN (SELECT recommendation_id, document_id FROM ({AGREED}) agreed)
        """
    )
    run(
        f"""
        INSERT INTO recommendations_position (recommendation_id, document_id, response, claim, paragraph, explanation)
        SELECT agreed.recommendation_id, agreed.document_id, agreed.response, '', '', '' FROM ({AGREED}) agreed
        WHERE NOT {DIRECT.format("agreed")} ORDER BY agreed.recommendation_id
        ON CONFLICT ON CONSTRAINT one_position_per_document DO UPDATE SET response = excluded.response
        """
    )
    return column(f"SELECT DISTINCT recommendation_id FROM {IN_PLAY} WHERE recommendation_id IS NOT NULL")


def disagreeing(document_id: int) -> int:
    """How many recommendations this export's mentions give several answers to, so that it answers none of them."""
    found = column(
        """
        SELECT count(*) FROM (
            SELECT 1 FROM recommendations_mention m
            WHERE m.document_id = %s AND m.recommendation_id IS NOT NULL AND m.removed_at IS NULL
            GROUP BY m.recommendation_id HAVING min(m.response) <> max(m.response)
        ) several
        """,
        [document_id],
    )
    return int(found[0])
