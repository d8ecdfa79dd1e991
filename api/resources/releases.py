"""Frozen releases, with their files and checksums."""

from typing import Any

from django.db.models import Prefetch
from django.http import FileResponse, HttpResponseNotModified, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from api import addresses, bulk, schema
from api.conditional import DATA, Mark
from api.errors import PROBLEM, Gone
from api.parameters import check_names
from api.serializers.common import DayOf, EmptyAsNull, PageAddress
from reports.files import media_type
from reports.models import KEPT, Release, ReleaseFile

NAME = r"[0-9]{4}\.[0-9]{2}(?:\.[0-9]{1,2})?"


class ReleaseFileSerializer(serializers.Serializer[ReleaseFile]):
    """A file of a release."""

    name = serializers.CharField()
    about = EmptyAsNull()
    url = serializers.SerializerMethodField(help_text="Where to fetch it; null once the release is withdrawn.")
    bytes = serializers.IntegerField()
    sha256 = serializers.CharField()
    rows = serializers.IntegerField(allow_null=True, help_text="null for what is no table.")

    def get_url(self, file: ReleaseFile) -> str | None:
        if file.release.withdrawn_at is not None:
            return None
        request = self.context["request"]
        return addresses.resource("release-file", request, release=file.release.name, file=file.name)


class ReleaseSerializer(serializers.Serializer[Release]):
    """The public record frozen under a name."""

    name = serializers.CharField()
    url = PageAddress("release", "name")
    position = serializers.IntegerField(help_text="Feed position: everything up to here is in it.")
    made_on = DayOf(source="made_at")
    citation = serializers.CharField()
    withdrawn_on = DayOf(source="withdrawn_at", allow_null=True)
    withdrawn_because = EmptyAsNull()


class TermsSerializer(serializers.Serializer[Any]):
    """Where rows come from, and on what terms."""

    title = serializers.CharField()
    path = EmptyAsNull()
    terms = serializers.CharField()


class ReleaseDetailSerializer(ReleaseSerializer):
    """A release with its files."""

    previous = serializers.CharField(source="previous.name", allow_null=True, default=None)
    sources = TermsSerializer(many=True)
    files = ReleaseFileSerializer(many=True)


class ReleaseListSerializer(serializers.Serializer[Any]):
    """All releases; there are few, so that there is one page."""

    next = serializers.URLField(allow_null=True)
    results = ReleaseSerializer(many=True)


class ReleasesView(APIView):
    """Releases, the newest first; withdrawn ones stay in the list, without files."""

    changes_with = DATA

    @extend_schema(operation_id="releases_list", responses={200: ReleaseListSerializer})
    def get(self, request: Request) -> Response:
        """All releases."""
        check_names(request, ())
        rows = [ReleaseSerializer(row, context={"request": request}).data for row in Release.objects.all()]
        return Response({"next": None, "results": rows})


class ReleaseView(APIView):
    """One release."""

    changes_with = DATA

    @extend_schema(
        operation_id="releases_retrieve",
        responses={200: ReleaseDetailSerializer, (404, PROBLEM): schema.refusal("There is none with this name.")},
    )
    def get(self, request: Request, release: str) -> Response:
        """A release with its files and their checksums."""
        check_names(request, ())
        files = Prefetch("files", ReleaseFile.objects.select_related("release"))
        found = Release.objects.select_related("previous").prefetch_related(files).filter(name=release).first()
        if found is None:
            raise NotFound(_("There is no release %(name)s.") % {"name": release})
        return Response(ReleaseDetailSerializer(found, context={"request": request}).data)


class LatestReleaseView(APIView):
    """The newest release that stands."""

    changes_with = None  # it only leads on

    @extend_schema(
        operation_id="releases_latest",
        responses={302: None, (404, PROBLEM): schema.refusal("There is no release yet.")},
    )
    def get(self, request: Request) -> HttpResponseRedirect:
        """Redirects to the newest release."""
        check_names(request, ())
        release = Release.objects.latest_standing()
        if release is None:
            raise NotFound(_("There is no release yet."))
        return HttpResponseRedirect(addresses.resource("release", request, release=release.name))


class ReleaseFileView(APIView):
    """A file of a release."""

    renderer_classes = (bulk.AnyRenderer,)
    changes_with = None  # it never does, and has a mark of its own

    @extend_schema(
        operation_id="releases_file",
        responses={
            (200, "*/*"): OpenApiTypes.BINARY,
            (404, PROBLEM): schema.refusal("There is no such release, or no such file in it."),
            (410, PROBLEM): schema.refusal("The release was withdrawn."),
        },
    )
    def get(self, request: Request, release: str, file: str) -> HttpResponseBase:
        """Fetch a file; it never changes."""
        check_names(request, ())
        found = ReleaseFile.objects.select_related("release").filter(release__name=release, name=file).first()
        if found is None:
            raise NotFound(_("There is no such release, or no such file in it."))
        if found.release.withdrawn_at is not None:
            raise Gone(found.release.withdrawn_because)
        mark = Mark(f'"{found.sha256}"')
        request._request.mark = mark  # type: ignore[attr-defined]
        answer: HttpResponseBase = HttpResponseNotModified()
        if not mark.is_known_to(request._request):
            content = found.file.open("rb")
            answer = FileResponse(content, as_attachment=True, filename=file, content_type=media_type(file))
        answer["Cache-Control"] = KEPT
        return answer
