"""Rows of dyads: a recommendation and one State that made it, with codes that join with other data."""

from collections.abc import Mapping
from itertools import chain
from typing import Any

from django.db.models import QuerySet

from accounts.reader import Reader
from api.rows.base import EMPTY, IN_PAGE, Column, Shape, address, present, record, text
from api.rows.vocabularies import lacking
from recommendations.models import Recommendation
from recommendations.selection import NOT_ASSESSED
from recommendations.sql import Sql, compiled

CODES = ("iso3", "iso2", "m49", "cow", "gleditsch_ward", "v_dem", "name")


def state(name: str, alias: str, *joins: str) -> Column:
    """A State with its codes, or null where it is not recognised; and which of them no source gives."""
    codes = {code: f"{alias}.{code}" for code in CODES}
    value = present(f"{alias}.id IS NOT NULL", record(**codes, regional_group=text(f"{alias}.regional_group")))
    return Column(value, joins=joins, empty=tuple(chain(*lacking(f"{name}.", alias).values())))


def _shape(status: str) -> Shape:
    """The shape, with the status that this is the SQL of."""
    of = ("recommendation",)
    columns = {
        "public_id": Column("q.public_id", joins=of),
        "url": Column(address("recommendation", xxxxxxxx="q.public_id"), joins=of),
        "review": Column("q.session_number || '-' || q.state_iso3", joins=of),
        "session": Column("q.session_number", joins=of),
        "cycle": Column("q.cycle", joins=of),
        "state": state("state", "u", *of, "state"),
        "recommending_state": state("recommending_state", "t", "recommending_state"),
        "printed": Column("r.printed"),
        "position": Column('r."order"'),
        "states": Column("z.n", joins=("size",)),
        "weight": Column("1.0::float8 / z.n", joins=("size",)),
        "regional_group_basis": Column("'today'"),
        "response": Column(text("q.response"), joins=of),
        "claim": Column(text("q.claim"), joins=of),
        "status": Column(status, joins=of),
        "action_category": Column("q.action_category", joins=of),
        "sample": Column("q.is_sample", joins=of),
        EMPTY: Column(""),
    }
    joins = {
        "recommendation": "JOIN recommendations_recommendation q ON q.id = r.recommendation_id",
        "state": "LEFT JOIN states_state u ON u.iso3 = q.state_iso3",
        "recommending_state": "LEFT JOIN states_state t ON t.id = r.state_id",
        "size": (
            "CROSS JOIN LATERAL (SELECT count(*) AS n FROM recommendations_recommendingstate x"
            " WHERE x.recommendation_id = r.recommendation_id) z"
        ),
    }
    return Shape("recommendations_recommendingstate", columns, joins)


TODAY = _shape(f"coalesce(nullif(q.status, ''), '{NOT_ASSESSED}')")
THEN = _shape(f"coalesce((SELECT lead_status FROM judged WHERE judged.id = q.id), '{NOT_ASSESSED}')")


def made_of(reader: Reader) -> tuple[Shape, Mapping[str, Sql]]:
    """With today's status, or that of the reader's day."""
    if not reader.is_clocked:
        return TODAY, {}
    judged: QuerySet[Any] = Recommendation.objects.filter(recommenders__in=IN_PAGE).with_lead(reader)
    return THEN, {"judged": compiled(judged.values("id", "lead_status").distinct().order_by())}
