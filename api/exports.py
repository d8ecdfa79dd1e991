"""Files that a worker makes for a question: asked for by POST, watched until they are done, fetched."""

import datetime
from typing import Any

from django.db.models import QuerySet
from django.http import FileResponse
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import APIException, NotFound
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.askers import asker
from api import addresses, bulk, schema
from api.errors import PROBLEM, TooMany
from api.parameters import READS, check_names, one_of, reader_of
from api.slots import WAIT, Busy
from recommendations import selection
from reports import exports
from reports.files import MEDIA_TYPES
from reports.models import Export
from reports.questions import Question
from reports.tables import TABLES

OFFERED = ("recommendations", "dyads")
POLL_SECONDS = 2


class ExportSerializer(serializers.Serializer[Export]):
    """A file that answers a question, and how far it is."""

    key = serializers.CharField()
    url = serializers.SerializerMethodField()
    table = serializers.ChoiceField(OFFERED)
    format = serializers.ChoiceField(Export.Format.choices)
    question = serializers.JSONField(help_text="What was asked.")
    position = serializers.IntegerField(help_text="Feed position of the record when it was asked.")
    status = serializers.ChoiceField(Export.Status.choices)
    done = serializers.IntegerField(help_text="Rows written.")
    total = serializers.IntegerField(allow_null=True, help_text="Rows there are; null until it is begun.")
    file = serializers.SerializerMethodField(help_text="Where to fetch it; null until it is done.")
    bytes = serializers.IntegerField(allow_null=True)
    sha256 = serializers.CharField(allow_null=True)
    problem = serializers.CharField(allow_null=True, help_text="Why it could not be made.")
    expires_on = serializers.SerializerMethodField(help_text="The day (UTC) with which the file is deleted.")

    def get_url(self, export: Export) -> str:
        return addresses.resource("export", self.context["request"], key=export.key)

    @extend_schema_field(OpenApiTypes.DATE)
    def get_expires_on(self, export: Export) -> str:
        return export.expires_at.astimezone(datetime.UTC).date().isoformat()

    def get_file(self, export: Export) -> str | None:
        if export.status != Export.Status.DONE:
            return None
        return addresses.resource("export-file", self.context["request"], key=export.key)

    def to_representation(self, instance: Export) -> dict[str, Any]:
        shown = super().to_representation(instance)
        return shown | {name: shown[name] or None for name in ("sha256", "problem")}


class Waiting(APIException):
    """The file is not made yet, or cannot be."""

    status_code = 409
    kind = "not-ready"


class ExportsView(APIView):
    """Files for questions."""

    changes_with = None  # a worker makes it; the feed does not tell how far it is
    permission_classes = (AllowAny,)  # as the lists are: the public's question, and one file for all who ask the same

    @extend_schema(
        operation_id="exports_create",
        request=None,
        parameters=[
            OpenApiParameter("table", str, enum=OFFERED, default="recommendations", description="What one row is."),
            OpenApiParameter("format", str, enum=Export.Format.values, required=True, description="What to make."),
            *bulk.question(TABLES["recommendations"]),
        ],
        responses={
            202: ExportSerializer,
            (400, PROBLEM): schema.refusal("A parameter or its value is not known here."),
            (429, PROBLEM): schema.refusal("Too many files asked for from this address are waiting; see Retry-After."),
            (503, PROBLEM): schema.refusal("Too many files are waiting; see Retry-After."),
        },
    )
    def post(self, request: Request) -> Response:
        """Have a file made of what a list with these parameters finds; the same question gives the same file."""
        check_names(request, ("table", "format", "fields", "ordering", *READS, *selection.FILTERS))
        table = one_of(request, "table", OFFERED)
        form = one_of(request, "format", Export.Format.values, needed=True)
        try:
            export = exports.ask(asked(request, table), form, asker=asker(request))
        except exports.TooManyOfOne:
            detail = _("%(n)d files that were asked for from your address are waiting. Ask again when one is made.")
            raise TooMany(detail % {"n": exports.MOST_OF_ONE}, WAIT) from None
        except exports.QueueFull:
            raise Busy(_("Many files are waiting to be made. Try again later, or take the CSV stream.")) from None
        body = ExportSerializer(export, context={"request": request}).data
        return Response(body, status=202, headers={"Location": body["url"]})


class ExportView(APIView):
    """One file."""

    changes_with = None  # a worker makes it; the feed does not tell how far it is

    @extend_schema(
        operation_id="exports_retrieve",
        responses={200: ExportSerializer, (404, PROBLEM): schema.refusal("There is none, or it was deleted.")},
    )
    def get(self, request: Request, key: str) -> Response:
        """How far a file is. While it is being made, Retry-After says when to look again."""
        check_names(request, ())
        export = found(key)
        body = ExportSerializer(export, context={"request": request}).data
        headers = {"Cache-Control": "no-store"} | ({"Retry-After": str(POLL_SECONDS)} if export.is_busy else {})
        return Response(body, headers=headers)


class ExportFileView(APIView):
    """The file itself."""

    changes_with = None  # a worker makes it; the feed does not tell how far it is
    renderer_classes = (bulk.AnyRenderer,)

    @extend_schema(
        operation_id="exports_file",
        responses={
            **{(200, MEDIA_TYPES[form]): OpenApiTypes.BINARY for form in Export.Format.values},
            (404, PROBLEM): schema.refusal("There is none, or it was deleted."),
            (409, PROBLEM): schema.refusal("It is not made yet, or could not be made."),
        },
    )
    def get(self, request: Request, key: str) -> FileResponse:
        """Fetch a file that is done."""
        check_names(request, ())
        export = found(key)
        if export.status != Export.Status.DONE:
            raise Waiting(export.problem or _("This file is not made yet. Look at its address until it is done."))
        try:
            content = export.file.open("rb")
        except FileNotFoundError:  # deleted this moment
            raise NotFound from None
        return FileResponse(
            content, as_attachment=True, filename=export.file_name, content_type=MEDIA_TYPES[export.format]
        )


def found(key: str) -> Export:
    """The file with this key. Raises NotFound."""
    rows: QuerySet[Export] = Export.objects.filter(key=key)
    export = rows.first()
    if export is None:
        raise NotFound(_("There is no file with this key, or it has been deleted. Ask for it again."))
    return export


def asked(request: Request, table: str) -> Question:
    """The question that these parameters put. Raises BadParameter, UnknownChoice."""
    reader = reader_of(request)
    fields = [column.name for column in bulk.chosen(request, TABLES[table])]
    given = dict(request.query_params.lists())
    filters = {name: given[name] for name in selection.FILTERS if name in given}
    days = {name: day.isoformat() for name in ("as_of", "known_on") if (day := getattr(reader, name))}
    return Question(
        table,
        filters,
        fields if "fields" in given else (),
        samples=reader.samples,
        ordering=bulk.ordering(request),
        **days,
    )
