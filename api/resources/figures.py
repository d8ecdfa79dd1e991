"""Facets and aggregates: how many there are, by what, and when."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.http import HttpResponse, QueryDict
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.reader import Reader
from api import schema
from api.conditional import DATA
from api.errors import BadParameter, bad_value
from api.parameters import READS, check_names, day, one_of, parts, reader_of
from api.resources.base import answer
from api.serializers.figures import MEASURES, OVER, UNITS, AggregateSerializer, FacetsSerializer
from recommendations.aggregates import MOST_CELLS, Aggregate, Span, TooManyCells, aggregate, over_time
from recommendations.dimensions import DIMENSIONS
from recommendations.facets import CLOCKED, NAMES, FacetCounts, facets_of, total_of
from recommendations.mention_counts import MENTION_DIMENSIONS, MENTION_FILTERS, aggregate_mentions
from recommendations.selection import FILTERS

MOST_DIMENSIONS = 2
TIMES = ("month", "year")
SPAN = {
    "from": "With over=month or year: begin with the period of this day; else with the first assessment.",
    "to": "With over=month or year: the last day; else that of the clocks, or today.",
}


def choice(name: str, values: Iterable[str], about: str, *, several: bool = False) -> OpenApiParameter:
    """A parameter that takes one of these values, or several between commas."""
    one = {"type": "string", "enum": list(values)}
    return OpenApiParameter(
        name, {"type": "array", "items": one} if several else one, description=about, explode=False if several else None
    )


class FacetsView(APIView):
    """How many recommendations have each value of each field, for any filter; each facet leaves its own filter out."""

    changes_with = DATA

    @extend_schema(
        operation_id="recommendations_facets",
        parameters=[*schema.question(FILTERS), choice("facets", NAMES, "Some of them; else all.", several=True)],
        responses=schema.answers(FacetsSerializer),
        tags=["recommendations"],
    )
    def get(self, request: Request) -> HttpResponse:
        check_names(request, (*READS, *FILTERS, "facets"))
        reader, params = reader_of(request), dict(request.query_params.lists())
        found = facets_of(params, reader, parts(request, "facets", NAMES) or NAMES)
        whole = {
            "unit": "recommendation",
            "total": total_of(params, reader, found),
            "as_of": reader.as_of,
            "known_on": reader.known_on,
            "approximate": any(counted.one_in > 1 for counted in found),
            "facets": [facet_json(counted) for counted in found],
        }
        return answer(whole)


def facet_json(counted: FacetCounts) -> dict[str, Any]:
    """A facet as FacetSerializer describes it; thousands of values are too many for one."""
    facet = counted.facet
    return {
        "name": facet.name,
        "scheme": facet.scheme or None,
        "unit": "recommendation",
        "repeats": facet.repeats,
        "total": counted.total,
        "total_distinct": counted.total_distinct,
        "approximate": counted.one_in > 1,
        "sampled_one_in": counted.one_in,
        "values": [{"value": value, "label": label, "n": n} for value, label, n in counted.values],
    }


class AggregateView(APIView):
    """How many there are by one or two dimensions, and how it stood at the end of each month or year."""

    changes_with = DATA

    @extend_schema(
        operation_id="recommendations_aggregate",
        parameters=[
            *schema.question(FILTERS),
            choice("group_by", DIMENSIONS, "One or two dimensions.", several=True),
            choice("over", OVER, "A month or a year: the composition by status at its end, as it stood."),
            *[OpenApiParameter(name, OpenApiTypes.DATE, description=about) for name, about in SPAN.items()],
            choice("unit", UNITS, "What is counted; a recommendation unless said."),
            choice("measure", MEASURES, "How many, or what the implementation index says as well."),
        ],
        responses=schema.answers(AggregateSerializer),
        tags=["recommendations"],
    )
    def get(self, request: Request) -> Response:
        unit, over = one_of(request, "unit", UNITS), over_of(request)
        measure = one_of(request, "measure", MEASURES)
        names = parts(request, "group_by", MENTION_DIMENSIONS if unit == "mention" else DIMENSIONS)
        own = ("sample", *MENTION_FILTERS) if unit == "mention" else (*READS, *FILTERS)
        check_names(request, (*own, "group_by", "over", "unit", "measure", *SPAN))
        check_question(names, over, unit, measure)
        check_series(request.query_params, over)
        reader, span = reader_of(request), span_of(request, over)
        if over in {"session", "cycle"} and over not in names:
            names = [over, *names]
        try:
            found = figures(dict(request.query_params.lists()), reader, names, unit, over, measure, span)
        except TooManyCells:
            raise too_many(over) from None
        asked = {"unit": unit, "group_by": names, "over": over, "measure": measure}
        clocks = {"as_of": reader.as_of, "known_on": reader.known_on}
        numbers = {"n": found.n, "total_distinct": found.total_distinct, "cells": found.cells}
        return Response(asked | clocks | numbers)  # the serializer is the schema: cells hold only what was asked for


def figures(
    params: Mapping[str, Sequence[str]],
    reader: Reader,
    names: Sequence[str],
    unit: str,
    over: str | None,
    measure: str,
    span: Span,
) -> Aggregate:
    """The numbers asked for. Raises UnknownChoice and TooManyCells."""
    if unit == "mention":
        return aggregate_mentions(params, reader, names)
    if over in TIMES:
        return over_time(params, reader, names, unit, over, span)
    return aggregate(params, reader, names, unit, index=measure == "index")


def check_question(names: Sequence[str], over: str | None, unit: str, measure: str) -> None:
    """Raises BadParameter for parameters that do not go together."""
    timed = over in TIMES
    if len({*names} - ({"status"} if timed else set())) > MOST_DIMENSIONS:
        detail = _("“group_by” takes at most %(most)d dimensions.") % {"most": MOST_DIMENSIONS}
        raise bad_value("group_by", ",".join(names), detail)
    if not names and over is None:
        raise bad_value("group_by", "", _("Say by what to group: “group_by” or “over”."), allowed=list(DIMENSIONS))
    if measure == "index" and (timed or unit != "recommendation"):
        detail = _(
            "“measure=index” is of recommendations as they stand on one day: without months or years, and in no other"
            " unit. For a curve ask once for each day, by “as_of”."
        )
        raise bad_value("measure", measure, detail)
    if timed and unit == "mention":
        raise bad_value("over", str(over), _("Mentions have no statuses; take “over=session” or “over=cycle”."))


def check_series(params: QueryDict, over: str | None) -> None:
    """Raises BadParameter for a filter that moves with the clock, which would choose the rows of one day for all."""
    moving = [name for name in params if name.partition("__")[0] in CLOCKED]
    if over in TIMES and moving:
        detail = _("A series tells the statuses of each of its days; “%(name)s” would choose by those of one.")
        raise bad_value(moving[0], str(params[moving[0]]), detail % {"name": moving[0]})


def over_of(request: Request) -> str | None:
    """What a series runs over; None where none is asked for. Raises BadParameter."""
    return one_of(request, "over", OVER) if "over" in request.query_params else None


def span_of(request: Request, over: str | None) -> Span:
    """The days between which a series runs. Raises BadParameter."""
    first, last = day(request, "from"), day(request, "to")
    for name, given in (("from", first), ("to", last)):
        if given and over not in TIMES:
            detail = _("“%(name)s” goes with “over=month” and “over=year”.") % {"name": name}
            raise bad_value(name, given.isoformat(), detail)
    for name, end in (("to", last), ("as_of", day(request, "as_of")), ("known_on", day(request, "known_on"))):
        if first and end and first > end:
            raise bad_value("from", first.isoformat(), _("“from” lies after “%(name)s”.") % {"name": name})
    return Span(first, last)


def too_many(over: str | None) -> BadParameter:
    """The refusal of a table that nobody could read."""
    detail = _("That makes more than %(most)d cells. Group by less, or filter.") % {"most": MOST_CELLS}
    if over in TIMES:
        detail = _(
            "That makes more than %(most)d cells. Group by less, filter, take years, or fewer days: “from”, “to”."
        ) % {"most": MOST_CELLS}
    return BadParameter("too-many-cells", detail, maximum=MOST_CELLS)
