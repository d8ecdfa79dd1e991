"""A spreadsheet on its way in: what its columns hold and its words mean is said once, and remembered."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts import permissions
from accounts.models import Organisation
from accounts.roles import Act
from imports import batches
from imports.models import Batch
from imports.sheets.mapping import remember_columns
from imports.sheets.words import remember_words
from web.imports.sheet_forms import ColumnsForm, WordsForm
from web.imports.views import find_batch, the_person

OPEN_TO_CHANGE = {Batch.Status.ASKING, Batch.Status.PREVIEW}


@login_required
@require_http_methods(["GET", "POST"])
def import_columns(request: HttpRequest, key: str) -> HttpResponse:
    """What the columns of this sheet hold."""
    batch, organisation, sheet = _open(request, key)
    if sheet is None or sheet["is_ours"]:
        return redirect("import-detail", key=key)
    form = ColumnsForm(*_sent(request), sheet=sheet)
    if request.method == "POST" and form.is_valid():
        remember_columns(organisation, sheet["headings"], form.columns, the_person(request))
        batches.read_again(batch=batch)
        return redirect("import-detail", key=key)
    return _page(request, batch, form, "imports/columns.html")


@login_required
@require_http_methods(["GET", "POST"])
def import_words(request: HttpRequest, key: str) -> HttpResponse:
    """What the organisation's own words for a status mean."""
    batch, organisation, sheet = _open(request, key)
    if sheet is None or not sheet["words"]:
        return redirect("import-detail", key=key)
    form = WordsForm(*_sent(request), words=sheet["words"])
    if request.method == "POST" and form.is_valid():
        remember_words(organisation, form.meanings, the_person(request))
        batches.read_again(batch=batch)
        return redirect("import-detail", key=key)
    return _page(request, batch, form, "imports/words.html")


def _open(request: HttpRequest, key: str) -> tuple[Batch, Organisation, dict[str, Any] | None]:
    """The batch, whose drafts it is to become, and what was read of the sheet; None once it is past being asked."""
    batch = find_batch(request, key)
    permissions.require(the_person(request), Act.WRITE_DRAFTS, organisation=batch.organisation)
    assert batch.organisation is not None or "sheet" not in batch.facts
    sheet = batch.facts.get("sheet") if batch.status in OPEN_TO_CHANGE else None
    return batch, batch.organisation, sheet  # type: ignore[return-value]  # a sheet is always of an organisation


def _sent(request: HttpRequest) -> tuple[Any, ...]:
    return (request.POST,) if request.method == "POST" else ()


def _page(request: HttpRequest, batch: Batch, form: Any, template: str) -> HttpResponse:
    context = {"batch": batch, "form": form, "breadcrumb": [(_("Imports"), reverse("import-document"))]}
    return render(request, template, context, status=422 if form.errors else 200)
