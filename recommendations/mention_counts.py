"""Mentions, counted apart: the rows of databases' exports, which are no recommendations and in no official count.

A mention that repeats a recommendation of a report is attached to it; all others are inferred, and said to be.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from accounts.reader import Reader
from recommendations.aggregates import MOST_CELLS, Aggregate, TooManyCells
from recommendations.dimensions import Dimension
from recommendations.models import Mention
from recommendations.selection import FILTERS
from recommendations.sql import compiled, rows
from reviews.selection import Filter, Params, apply, is_in, review_filters


def _filters() -> dict[str, Filter]:
    own = {
        "recommending_state": "state",
        "response": "response",
        "action_category": "action_category",
        "issue": "issues",
    }
    shared = {name: FILTERS[name] for name in own}
    return {
        **review_filters("review__"),
        **{name: Filter(line.label, line.vocabulary, is_in(own[name]), line.help) for name, line in shared.items()},
    }


MENTION_FILTERS: Mapping[str, Filter] = _filters()
MENTION_DIMENSIONS = {
    "state": Dimension("t.iso3"),
    "session": Dimension("s.number"),
    "cycle": Dimension("s.cycle"),
    "regional_group": Dimension("nullif(t.regional_group, '')"),
    "recommending_state": Dimension("ms.iso3", "LEFT JOIN states_state ms ON ms.id = m.state_id"),
    "response": Dimension("m.response"),
    "action_category": Dimension("m.action_category"),
    "issue": Dimension(
        "i.slug",
        "LEFT JOIN (recommendations_mention_issues mi JOIN issues_issue i ON i.id = mi.issue_id)"
        " ON mi.mention_id = m.id",
        repeats=True,
    ),
}


def aggregate_mentions(params: Params, reader: Reader, dimensions: Sequence[str]) -> Aggregate:
    """Mentions by these dimensions: `n`, and how many of them are `attached` to a recommendation. One query.

    Raises UnknownChoice and TooManyCells; KeyError for a dimension that mentions do not have.
    """
    found = apply(Mention.objects.filter(removed_at__isnull=True), params, reader, MENTION_FILTERS)
    asked = compiled(found.order_by().values("id").distinct())
    used = [MENTION_DIMENSIONS[name] for name in dimensions]
    names = ", ".join(f"v{place}" for place in range(len(used)))
    values = "".join(f", {dimension.value} AS v{place}" for place, dimension in enumerate(used))
    cells = rows(
        f"""
        WITH cells AS MATERIALIZED (
            SELECT m.id, m.recommendation_id {values} FROM ({asked.text}) p
            JOIN recommendations_mention m ON m.id = p.id JOIN reviews_review v ON v.id = m.review_id
            JOIN reviews_session s ON s.id = v.session_id JOIN states_state t ON t.id = v.state_id
            {" ".join(dict.fromkeys(dimension.joins for dimension in used))}
        )
        SELECT grouping({names}) > 0, count(*), count(DISTINCT id), count(recommendation_id), {names} FROM cells
        GROUP BY GROUPING SETS (({names}), ()) ORDER BY 1 DESC, {names} LIMIT {MOST_CELLS + 2}
        """,
        asked.params,
    )
    if len(cells) > MOST_CELLS + 1:
        raise TooManyCells
    (_whole, n, distinct, *_rest), *shown = cells
    return Aggregate([_cell(dimensions, *cell[1:]) for cell in shown], n, distinct)


def _cell(dimensions: Sequence[str], n: int, _distinct: int, attached: int, *values: Any) -> dict[str, Any]:
    return dict(zip(dimensions, values, strict=True)) | {"n": n, "attached": attached, "inferred": n - attached}
