"""Addresses of releases."""

from django.urls import path, re_path

from web.downloads import releases
from web.downloads.releases import NAME

urlpatterns = [
    path("", releases.release_list, name="release-list"),
    path("latest/", releases.release_latest, name="release-latest"),
    re_path(rf"^{NAME}/$", releases.release_detail, name="release-detail"),
    re_path(rf"^{NAME}/(?P<file>[-A-Za-z0-9_.]+)$", releases.release_file, name="release-file"),
]
