"""Addresses of imports."""

from django.urls import path

from web.imports import views

urlpatterns = [path("", views.import_page, name="import-document")]
