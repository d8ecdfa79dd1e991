"""Addresses of imports."""

from django.urls import path

from web.imports import views

urlpatterns = [
    path("", views.import_list, name="import-document"),
    path("<slug:key>/", views.import_detail, name="import-detail"),
    path("<slug:key>/commit/", views.import_commit, name="import-commit"),
    path("<slug:key>/undo/", views.import_undo, name="import-undo"),
    path("<slug:key>/again/", views.import_again, name="import-again"),
    path("<slug:key>/rows/<int:number>/", views.row_decide, name="import-row-decide"),
]
