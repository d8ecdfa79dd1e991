"""The whole list of recommendations as lines of JSON, each a row of the list."""

from collections.abc import Iterator, Sequence

from django.conf import settings
from django.http import HttpResponseRedirect, StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.views import APIView

from accounts.reader import Reader
from api import addresses, bulk, schema
from api.conditional import DATA
from api.errors import PROBLEM
from api.pagination import Order, ordering
from api.parameters import READS, check_names, parts, reader_of
from api.rows import recommendations as shapes
from api.rows.base import rows
from api.slots import Stream
from history import feed
from recommendations import selection
from recommendations.models import Recommendation
from recommendations.querysets import ORDERINGS, RecommendationQuerySet
from reports import streaming

MEDIA_TYPE = "application/x-ndjson"
PAGE = 1_000  # rows of one statement: what it costs to ask again is spread over so many


class LinesRenderer(bulk.OwnRenderer):
    """Lines of JSON; the stream renders itself."""

    media_type = MEDIA_TYPE
    format = "jsonl"
    charset = None


class RecommendationLines(APIView):
    """Recommendations as JSON Lines, streamed."""

    changes_with = DATA
    renderer_classes = (LinesRenderer,)

    @extend_schema(
        parameters=[
            *schema.question(selection.FILTERS),
            OpenApiParameter(
                "fields",
                {"type": "array", "items": {"type": "string", "enum": list(shapes.COLUMNS)}},
                description="The fields of a row; all of them unless named.",
                explode=False,
            ),
            OpenApiParameter(
                "expand",
                {"type": "array", "items": {"type": "string", "enum": list(shapes.TODAY.expansions)}},
                description="What a row tells besides.",
                explode=False,
            ),
            bulk.ORDERING,
            bulk.RELEASE,
        ],
        responses={
            (200, MEDIA_TYPE): OpenApiResponse(
                OpenApiTypes.STR, description="A row of the list on each line, and a last one that says it is complete."
            ),
            302: OpenApiResponse(description="The file of the release asked for."),
            (400, PROBLEM): schema.refusal("A parameter or its value is not known here."),
            (503, PROBLEM): schema.refusal("Too many downloads are running; see Retry-After."),
        },
    )
    def get(self, request: Request) -> StreamingHttpResponse | HttpResponseRedirect:
        """The rows of the list, all of them, each on a line."""
        if "release" in request.query_params:
            return bulk.frozen(request, "recommendations.jsonl")
        check_names(request, (*READS, *selection.FILTERS, "fields", "expand", "ordering"))
        reader = reader_of(request)
        expanded = parts(request, "expand", shapes.TODAY.expansions)
        names = [*(parts(request, "fields", shapes.COLUMNS) or shapes.COLUMNS), *expanded]
        found = selection.select(shown(reader), dict(request.query_params.lists()), reader)
        order = ordering(request, ORDERINGS)
        pages = pages_of(found, reader, order, list(dict.fromkeys(names)), addresses.absolute("", request))
        parts_of = streaming.jsonl_stream(pages, mark=feed.public_mark(), seconds=settings.STREAM_SECONDS)
        return bulk.attached(Stream(parts_of, request), MEDIA_TYPE, "recommendations.jsonl")


def shown(reader: Reader) -> RecommendationQuerySet:
    """What the list looks through."""
    seen = Recommendation.objects.visible_to(reader)
    return seen.with_lead(reader) if reader.is_clocked else seen


def pages_of(
    found: RecommendationQuerySet, reader: Reader, order: Order, names: Sequence[str], site: str
) -> Iterator[Sequence[str]]:
    """The rows as JSON, a page at a time, each found by where the one before ended."""
    shape, tables, after = shapes.shape_for(reader), shapes.tables_for(names, reader), None
    while True:
        page = order.page(found, after, PAGE)
        got = rows(shape, page, order.keys, names, size=PAGE, descending=order.descending, site=site, tables=tables)
        yield [text for text, _keys in got.rows]
        if got.last is None:
            return
        after = got.last
