"""Releases: what there is to cite, and its files."""

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext as _

from reports.files import media_type
from reports.models import KEPT, Release, ReleaseFile

NAME = r"(?P<name>\d{4}\.\d{2}(?:\.\d{1,2})?)"  # of a release, in addresses


def release_list(request: HttpRequest) -> HttpResponse:
    """All releases, the newest first, and how to cite one."""
    releases = [*Release.objects.all()]
    standing = [release for release in releases if release.withdrawn_at is None]
    return render(request, "downloads/releases.html", {"releases": releases, "newest": (standing or [None])[0]})


def release_latest(request: HttpRequest) -> HttpResponse:
    """The newest one's page, at an address that always means it."""
    release = Release.objects.latest_standing()
    if release is None:
        raise Http404
    return redirect("release-detail", name=release.name)


def release_detail(request: HttpRequest, name: str) -> HttpResponse:
    """One release with its files; of a withdrawn one, what it was and why it is gone."""
    release = get_object_or_404(Release.objects.select_related("previous"), name=name)
    context = {
        "release": release,
        "files": [*release.files.all()],
        "breadcrumb": [(_("Releases"), reverse("release-list"))],
    }
    return render(request, "downloads/release.html", context, status=410 if release.withdrawn_at else 200)


def release_file(request: HttpRequest, name: str, file: str) -> HttpResponseBase:
    """A file of a release, which never changes; of a withdrawn one, the page that says why it is gone."""
    found = get_object_or_404(ReleaseFile.objects.select_related("release"), release__name=name, name=file)
    if found.release.withdrawn_at is not None:
        return release_detail(request, name)
    etag = f'"{found.sha256}"'
    answer: HttpResponseBase | None = get_conditional_response(request, etag=etag)
    if answer is None:
        answer = FileResponse(found.file.open("rb"), as_attachment=True, filename=file, content_type=media_type(file))
    answer["ETag"], answer["Cache-Control"] = etag, KEPT
    return answer
