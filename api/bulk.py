"""Whole tables as streams: any filter of a list as CSV, sent while the database makes it."""

from collections.abc import Callable
from typing import Any, ClassVar

from django.conf import settings
from django.http import HttpResponseRedirect, StreamingHttpResponse
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema, extend_schema_view
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.views import APIView

from api import addresses, schema
from api.conditional import DATA
from api.errors import PROBLEM, bad_value
from api.pagination import choices
from api.parameters import READS, check_names, flag, one_of, parts, reader_of
from api.slots import Stream, StreamResponse
from history import feed
from recommendations import selection
from recommendations.querysets import ORDERINGS
from reports import streaming
from reports.models import Release
from reports.tables import TABLES, Column, Table

OWN = ("fields", "ordering", "bom")


class OwnRenderer(BaseRenderer):
    """For views whose answers need no rendering; only OPTIONS asks for it, and has nothing to tell."""

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None) -> bytes:
        return b""


class CsvRenderer(OwnRenderer):
    """CSV; the stream renders itself."""

    media_type = "text/csv"
    format = "csv"
    charset = "utf-8"


class AnyRenderer(OwnRenderer):
    """A file, whatever it is; it renders itself."""

    media_type = "*/*"
    format = "file"
    charset = None


class StreamView(APIView):
    """A table of recommendations that is streamed. What may be asked is checked before the first byte."""

    table: ClassVar[Table]
    changes_with = DATA

    def get(self, request: Request) -> StreamingHttpResponse | HttpResponseRedirect:
        if "release" in request.query_params:
            return frozen(request, f"{self.table.name}.csv")
        check_names(request, (*READS, *OWN, *selection.FILTERS))
        reader, columns = reader_of(request), chosen(request, self.table)
        asked = dict(request.query_params.lists())
        parts = streaming.csv_stream(
            self.table.asked(asked, reader, ordering(request)),
            columns,
            reader,
            mark=feed.public_mark(),  # before the query: what happens meanwhile is told again rather than missed
            seconds=settings.STREAM_SECONDS,
            bom=flag(request, "bom"),
        )
        return attached(Stream(parts, request), "text/csv; charset=utf-8; header=present", f"{self.table.name}.csv")


def frozen(request: Request, file: str) -> HttpResponseRedirect:
    """To the same table in a release, which is taken whole. Raises BadParameter."""
    check_names(request, ("release",))
    name = request.query_params["release"]
    release = Release.objects.latest_standing() if name == "latest" else Release.objects.filter(name=name).first()
    if release is None:
        allowed = [*Release.objects.values_list("name", flat=True)]
        raise bad_value("release", name, _("There is no release of this name."), allowed=allowed)
    held = [*release.files.order_by("id").values_list("name", flat=True)]
    if file not in held:
        detail = _("Release %(release)s has no %(file)s. It has: %(held)s.")
        words = {"release": release.name, "file": file, "held": ", ".join(held)}
        raise bad_value("release", name, detail % words, files=held)
    return HttpResponseRedirect(addresses.resource("release-file", request, release=release.name, file=file))


def chosen(request: Request, table: Table) -> list[Column]:
    """The columns that `fields` names; all without it. Raises BadParameter."""
    return table.named(parts(request, "fields", [column.name for column in table.columns]))


def ordering(request: Request) -> str:
    """The order asked for, by name; none where none is. Raises BadParameter, also for relevance: few rows have one."""
    return one_of(request, "ordering", choices(ORDERINGS)) if "ordering" in request.query_params else ""


def attached(parts: Stream, content_type: str, name: str) -> StreamingHttpResponse:
    """A download that no proxy gathers before it passes it on."""
    response = StreamResponse(parts, content_type)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["X-Accel-Buffering"] = "no"
    return response


RELEASE = OpenApiParameter("release", str, description="A frozen release, or latest; it is taken whole, alone.")


ORDERING = OpenApiParameter(
    "ordering",
    str,
    enum=choices(ORDERINGS),
    description="The order of the rows; “-” turns it round. By review unless named.",
)


def question(table: Table) -> list[OpenApiParameter]:
    """The parameters of a stream of CSV, as the schema tells them."""
    names = {"type": "array", "items": {"type": "string", "enum": [column.name for column in table.columns]}}
    return [
        *schema.question(selection.FILTERS),
        OpenApiParameter("fields", names, description="The columns; all of them unless named.", explode=False),
        ORDERING,
        OpenApiParameter("bom", bool, description="Begin with the mark by which Excel knows UTF-8.", default=False),
    ]


def streamed(table: Table) -> Callable[[type[StreamView]], type[StreamView]]:
    """Says of a stream what it takes and answers."""
    made = OpenApiResponse(OpenApiTypes.STR, description=f"{table.about} The last line says that it is complete.")
    moved = {302: OpenApiResponse(description="The file of the release asked for.")}
    refused = {(400, PROBLEM): schema.refusal("A parameter or its value is not known here.")}
    busy = {(503, PROBLEM): schema.refusal("Too many downloads are running; see Retry-After.")}
    described = extend_schema(
        parameters=[*question(table), RELEASE], responses={(200, "text/csv"): made, **moved, **refused, **busy}
    )
    return extend_schema_view(get=described)


@streamed(TABLES["recommendations"])
class RecommendationCsv(StreamView):
    """Recommendations as CSV, streamed: any filter, all columns or some."""

    table, renderer_classes = TABLES["recommendations"], (CsvRenderer,)


@streamed(TABLES["dyads"])
class DyadCsv(StreamView):
    """Recommendations as CSV with a row for each State that made one, streamed."""

    table, renderer_classes = TABLES["dyads"], (CsvRenderer,)
