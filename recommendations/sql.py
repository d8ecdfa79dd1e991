"""SQL around what querysets ask: the rows of a filter, and how things stood on a day, as parts of one statement.

Which rows and which assessments count is said once, by the querysets; here it is compiled and wrapped.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import QuerySet

from accounts.reader import Reader
from recommendations.models import Assessment, Recommendation
from recommendations.querysets import utc_today
from recommendations.selection import select
from reviews.models import Lead
from reviews.selection import Params


class Sql(NamedTuple):
    """A piece of a statement with its parameters, in the order of its placeholders."""

    text: str
    params: tuple[Any, ...] = ()


def compiled(queryset: QuerySet[Any, Any]) -> Sql:
    """What a queryset would send."""
    text, params = queryset.query.sql_with_params()
    return Sql(text, tuple(params))


# What stands beside the row: one narrow index holds all of it (`recommendation_narrow`).
BESIDE = (
    *("id", "review_id", "is_sample", "state_iso3", "session_number", "cycle"),
    *("response", "claim", "status", "action_category"),
)


def picked(params: Params, reader: Reader, columns: Sequence[str] = BESIDE) -> Sql:
    """The recommendations that a filter finds, with what stands beside the row. Raises UnknownChoice."""
    found = select(Recommendation.objects.visible_to(reader), params, reader)
    return compiled(found.order_by().values(*columns))


def said(reader: Reader) -> Sql:
    """All assessments that count on the reader's day."""
    columns = ("id", "recommendation_id", "voice_id", "status", "progress", "holds_from")
    return compiled(Assessment.objects.held(reader).order_by().values(*columns))


def leads(reader: Reader) -> Sql:
    """Who leads on the reader's day: review_id, is_sample, organisation_id."""
    named = named_leads(reader)
    return Sql(
        f"SELECT DISTINCT ON (review_id, is_sample) review_id, is_sample, organisation_id FROM ({named.text}) l"
        " WHERE from_day <= %s ORDER BY review_id, is_sample, from_day DESC",
        (*named.params, reader.as_of or reader.known_on or utc_today()),
    )


def named_leads(reader: Reader) -> Sql:
    """Who was named to lead from which day, as the reader knows: review_id, is_sample, organisation_id, from_day."""
    columns = ("review_id", "is_sample", "organisation_id", "from_day")
    return compiled(Lead.recorded.known_to(reader).order_by().values(*columns))


def statuses_then(reader: Reader, within: str) -> Sql:
    """The lead's status of each recommendation that has one on the reader's day: recommendation_id, status.

    `within` names the rows asked about, as `picked` gives them. One pass over their assessments; lists ask row by row.
    """
    led, counted = leads(reader), said(reader)
    return Sql(
        f"""
        SELECT DISTINCT ON (a.recommendation_id) a.recommendation_id, a.status
        FROM {within} r JOIN ({counted.text}) a ON a.recommendation_id = r.id
        JOIN ({led.text}) l ON (l.review_id, l.is_sample, l.organisation_id) = (r.review_id, r.is_sample, a.voice_id)
        ORDER BY a.recommendation_id, a.holds_from DESC, a.id DESC
        """,
        counted.params + led.params,
    )


def rows(text: str, params: Sequence[Any] | Mapping[str, Any] = ()) -> list[tuple[Any, ...]]:
    """The rows of a statement."""
    with connection.cursor() as cursor:
        cursor.execute(text, params)
        return list(cursor.fetchall())
