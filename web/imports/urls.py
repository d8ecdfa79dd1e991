"""Addresses of imports."""

from django.urls import path

from web.imports import acts, detail, names, sheets, views

urlpatterns = [
    path("", views.import_list, name="import-document"),
    path("<slug:key>/", detail.import_detail, name="import-detail"),
    path("<slug:key>/commit/", acts.import_commit, name="import-commit"),
    path("<slug:key>/undo/", acts.import_undo, name="import-undo"),
    path("<slug:key>/names/", names.import_names, name="import-names"),
    path("<slug:key>/columns/", sheets.import_columns, name="import-columns"),
    path("<slug:key>/words/", sheets.import_words, name="import-words"),
    path("<slug:key>/again/", acts.import_again, name="import-again"),
    path("<slug:key>/rows/", acts.rows_decide, name="import-rows-decide"),
    path("<slug:key>/rows/<int:number>/", acts.row_decide, name="import-row-decide"),
]
