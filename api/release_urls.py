"""Addresses of frozen releases."""

from django.urls import path, re_path

from api.resources import releases
from api.resources.releases import NAME

urlpatterns = [
    path("", releases.ReleasesView.as_view(), name="api-release-list"),
    path("latest/", releases.LatestReleaseView.as_view(), name="api-release-latest"),
    re_path(rf"^(?P<release>{NAME})/$", releases.ReleaseView.as_view(), name="api-release"),
    re_path(
        rf"^(?P<release>{NAME})/files/(?P<file>[-A-Za-z0-9_.]{{1,60}})$",
        releases.ReleaseFileView.as_view(),
        name="api-release-file",
    ),
]
