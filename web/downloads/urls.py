"""Addresses of downloads."""

from django.urls import path

from web.downloads import views

urlpatterns = [
    path("", views.download_list, name="download-list"),
    path("<slug:key>/", views.download_detail, name="download-detail"),
    path("<slug:key>/file/", views.download_file, name="download-file"),
]
