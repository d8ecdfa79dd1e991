"""What recommendations can be counted by: an allow-list of dimensions, each a column and the joins that lead to it."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from accounts.reader import Reader
from recommendations import dyads
from recommendations.models import RecommendingState
from recommendations.selection import NOT_ASSESSED
from recommendations.sql import Sql, compiled, picked, said, statuses_then
from reviews.selection import Params

UNITS = ("recommendation", "dyad")


class Dimension(NamedTuple):
    """The value of a row `r` of `picked` by this dimension, and the tables it stands in."""

    value: str
    joins: str = ""
    repeats: bool = False  # one recommendation may have several values


_LINKS = {
    "issue": Dimension(
        "i.slug",
        "LEFT JOIN (recommendations_recommendationissue li JOIN issues_issue i ON i.id = li.issue_id)"
        " ON li.recommendation_id = r.id",
        repeats=True,
    ),
    "group": Dimension(
        "g.code",
        "LEFT JOIN (recommendations_recommendation_groups lg JOIN issues_persongroup g ON g.id = lg.persongroup_id)"
        " ON lg.recommendation_id = r.id",
        repeats=True,
    ),
    # A goal includes its targets.
    "goal": Dimension(
        "goal.code",
        "LEFT JOIN (recommendations_recommendation_goals lt JOIN issues_goal t ON t.id = lt.goal_id"
        " JOIN issues_goal goal ON goal.id IN (t.id, t.parent_id)) ON lt.recommendation_id = r.id",
        repeats=True,
    ),
}
DIMENSIONS = {
    "state": Dimension("r.state_iso3"),
    "session": Dimension("r.session_number"),
    "cycle": Dimension("r.cycle"),
    "regional_group": Dimension("nullif(s.regional_group, '')", "JOIN states_state s ON s.iso3 = r.state_iso3"),
    "recommending_state": Dimension("ds.iso3", "LEFT JOIN states_state ds ON ds.id = d.state_id", repeats=True),
    "recommending_regional_group": Dimension(
        "nullif(dg.regional_group, '')", "LEFT JOIN states_state dg ON dg.id = d.state_id", repeats=True
    ),
    "response": Dimension("nullif(r.response, '')"),
    "claim": Dimension("nullif(r.claim, '')"),
    "status": Dimension(f"coalesce(nullif(r.status, ''), '{NOT_ASSESSED}')"),
    # Where an organisation's name would put people at risk, it is not named.
    "voice": Dimension(
        "CASE WHEN o.collective_name <> '' THEN '(collective)' ELSE o.slug END",
        "LEFT JOIN (said a JOIN accounts_organisation o ON o.id = a.voice_id) ON a.recommendation_id = r.id",
        repeats=True,
    ),
    **_LINKS,
    "action_category": Dimension("r.action_category"),
}
STATUS_THEN = Dimension(
    f"coalesce(th.status, '{NOT_ASSESSED}')", "LEFT JOIN statuses_then th ON th.recommendation_id = r.id"
)
MAKERS = frozenset({"recommending_state", "recommending_regional_group"})  # dimensions that look at dyads
DYADS = "JOIN dyads d ON d.recommendation_id = r.id"


class Cells(NamedTuple):
    """The parts of a WITH: `picked`, the rows of a filter; `cells`, each row once a value and thing of the unit."""

    text: str
    params: tuple[Any, ...]
    dimensions: Sequence[str]
    repeats: bool  # whether a row may be in several cells, or in one several times

    @property
    def distinct(self) -> str:
        """The number of rows, each once; a sort of them all only where it must be."""
        return "count(DISTINCT id)" if self.repeats else "count(*)"

    @property
    def columns(self) -> list[str]:
        """The columns of `cells` that hold values; beside them stands `id`, the recommendation's."""
        return [f"v{place}" for place in range(len(self.dimensions))]

    def named(self, values: Sequence[Any]) -> dict[str, Any]:
        """The values of a cell by the names of the dimensions."""
        return dict(zip(self.dimensions, values, strict=True))


def cells(params: Params, reader: Reader, names: Sequence[str], unit: str) -> Cells:
    """The cells of a filter's rows by these dimensions. Raises UnknownChoice for a value, KeyError for a dimension."""
    made = params if unit == "dyad" else {}  # of a recommendation all who made it are told
    parts = [("picked", picked(dyads.of_recommendations(params) if made else params, reader))]
    used = [STATUS_THEN if name == "status" and reader.is_clocked else DIMENSIONS[name] for name in names]
    if STATUS_THEN in used:
        parts.append(("statuses_then", statuses_then(reader, "picked")))
    if "voice" in names:
        parts.append(("said", said(reader)))
    if unit == "dyad" or not MAKERS.isdisjoint(names):
        links = RecommendingState.objects.order_by().values("id", "recommendation_id", "state_id")
        parts.append(("dyads", compiled(dyads.narrowed(links, made, reader))))
    parts.append(("cells", _cells(names, used, unit)))
    text = ", ".join(f"{name} AS ({sql.text})" for name, sql in parts)
    repeats = unit == "dyad" or any(dimension.repeats for dimension in used)
    return Cells(text, tuple(value for _name, sql in parts for value in sql.params), names, repeats)


def _cells(names: Sequence[str], used: Sequence[Dimension], unit: str) -> Sql:
    values = "".join(f", {dimension.value} AS v{place}" for place, dimension in enumerate(used))
    made = ("" if unit == "dyad" else "LEFT ") + DYADS if unit == "dyad" or not MAKERS.isdisjoint(names) else ""
    joins = " ".join([made, *dict.fromkeys(dimension.joins for dimension in used)])
    once = "DISTINCT" if any(dimension.repeats for dimension in used) else ""
    unit_id = "d.id" if unit == "dyad" else "r.id"
    return Sql(f"SELECT {once} r.id, {unit_id} AS unit_id {values} FROM picked r {joins}")
