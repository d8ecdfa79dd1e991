"""What a person does to an import: commit it, take it back, read it again, settle a conflict."""

import time

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from accounts import permissions
from accounts.roles import Act
from imports import batches, writing
from imports.models import Batch
from states.models import State
from web.imports.report import Filters
from web.imports.views import find_batch, rows_for, the_person

PATIENCE = 2.0  # seconds to wait for the worker: an import of a few hundred rows is done by then
GLANCE = 0.1


@login_required
@require_POST
def import_commit(request: HttpRequest, key: str) -> HttpResponse:
    """Have the batch written; what changed since it was read is said, and nothing is written."""
    batch = _for_writing(request, key)
    asked = writing.ask_commit(batch=batch, by=the_person(request))
    _tell(request, batch, asked, Batch.Status.COMMITTED, _("The import is written."))
    return redirect("import-detail", key=batch.key)


@login_required
@require_POST
def import_undo(request: HttpRequest, key: str) -> HttpResponse:
    """Have the batch taken back, where nothing has happened since."""
    batch = _for_writing(request, key)
    asked = writing.ask_undo(batch=batch, by=the_person(request))
    _tell(request, batch, asked, Batch.Status.UNDONE, _("The import is taken back."))
    return redirect("import-detail", key=batch.key)


@login_required
@require_POST
def import_again(request: HttpRequest, key: str) -> HttpResponse:
    """Read the file once more, against what is there now."""
    batch = find_batch(request, key)
    batches.read_again(batch=batch)
    return redirect("import-detail", key=batch.key)


@login_required
@require_POST
def row_decide(request: HttpRequest, key: str, number: int) -> HttpResponse:
    """Settle a conflict: take the file's word, or keep what is there."""
    batch = find_batch(request, key)
    rows = rows_for(the_person(request), batch)
    get_object_or_404(rows, number=number)
    batches.decide(rows=rows.filter(number=number), take=request.POST.get("act") == "take")
    return redirect(f"{_shown(request, key)}#row-{number}")


@login_required
@require_POST
def rows_decide(request: HttpRequest, key: str) -> HttpResponse:
    """Settle all conflicts that the page's filters let through: as proposed, or keep what is there."""
    batch = find_batch(request, key)
    rows = Filters.of(request.GET).rows(rows_for(the_person(request), batch))
    if request.POST.get("act") == "propose":
        taken = batches.take_proposed(batch=batch, rows=rows)
        sentence = ngettext(
            "The document's word is taken in %(n)d conflict, as proposed; nothing is written yet.",
            "The document's word is taken in %(n)d conflicts, as proposed; nothing is written yet.",
            taken,
        )
        messages.info(request, sentence % {"n": taken})
    else:
        batches.decide(rows=rows, take=False)
        messages.info(request, _("What is there is kept in all of these conflicts."))
    return redirect(f"{_shown(request, key)}#rows")


def _shown(request: HttpRequest, key: str) -> str:
    """The page of the import as it was filtered, and at the page of rows it was at."""
    page = request.GET.get("page", "")
    more = {"page": page} if page.isascii() and page.isdigit() else {}
    return reverse("import-detail", args=[key]) + Filters.of(request.GET).address(**more)


def _for_writing(request: HttpRequest, key: str) -> Batch:
    """The batch, if the person may write it to the State it is about."""
    batch = find_batch(request, key)
    state = batch.review.state if batch.review else State.objects.filter(iso3=batch.facts.get("state", "")).first()
    permissions.require(the_person(request), Act.IMPORT, organisation=batch.organisation, state=state)
    return batch


def _tell(request: HttpRequest, batch: Batch, asked: bool, wanted: Batch.Status, done: str) -> None:
    """Wait a moment for the worker, and say what came of it; while it works, the page itself tells."""
    until = time.monotonic() + PATIENCE
    batch.refresh_from_db()
    while asked and batch.is_busy and time.monotonic() < until:
        time.sleep(GLANCE)
        batch.refresh_from_db()
    if not asked:
        sentence = _("Nothing was done now. This import is: %(status)s.")
        messages.info(request, sentence % {"status": batch.get_status_display()})
    elif batch.status == wanted:
        messages.success(request, done)
