"""Imports in the browser: send a file, look at what it would do, commit, undo."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Count, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts import permissions
from accounts.models import Person
from accounts.roles import Act
from history.log import Actor
from history.models import Origin
from imports import batches
from imports.models import Batch, Row
from states.models import State
from web.imports.differences import Difference, differences
from web.imports.forms import ImportForm

PAGE_SIZE = 100


@login_required
def import_list(request: HttpRequest) -> HttpResponse:
    """The form, and the imports so far."""
    person = _person(request)
    permissions.require(person, Act.IMPORT)
    form = ImportForm(request.POST, request.FILES) if request.method == "POST" else ImportForm()
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        batch = batches.open_batch(
            file=data["file"],
            name=data["file"].name,
            by=person,
            iso3=data["state"].iso3 if data["state"] else "",
            session=data["session"].number if data["session"] else None,
        )
        return redirect("import-detail", key=batch.key)
    found = _visible(person).select_related("review__session", "review__state", "created_by")[:50]
    context = {"form": form, "batches": found}
    return render(request, "imports/list.html", context, status=422 if form.errors else 200)


@login_required
def import_detail(request: HttpRequest, key: str) -> HttpResponse:
    """One import: how far it is, what it would do, what it did."""
    batch = _find(request, key)
    outcome = request.GET.get("outcome", "")
    rows = batch.rows.select_related("recommendation")
    counted = dict(batch.rows.order_by().values_list("outcome").annotate(number=Count("pk")))
    if outcome in Row.Outcome.values:
        rows = rows.filter(outcome=outcome)
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "batch": batch,
        "counts": _counts(counted, outcome),
        "to_write": counted.get("new", 0) + counted.get("changed", 0) + batch.rows.filter(take=True).count(),
        "outcome": outcome,
        "page": page,
        "rows": [(row, _parts(row)) for row in page],
        "is_busy": batch.status in {Batch.Status.WAITING, Batch.Status.READING},
        "previous": f"?outcome={outcome}&page={page.previous_page_number()}" if page.has_previous() else "",
        "next": f"?outcome={outcome}&page={page.next_page_number()}" if page.has_next() else "",
        "state": State.objects.filter(iso3=batch.facts.get("state", "")).first(),
        "breadcrumb": [(_("Imports"), reverse("import-document"))],
    }
    template = "imports/detail.html#progress" if request.htmx else "imports/detail.html"  # type: ignore[attr-defined]
    answer = render(request, template, context)
    if request.htmx and not context["is_busy"]:  # type: ignore[attr-defined]
        answer["HX-Refresh"] = "true"
    return answer


@login_required
@require_POST
def import_commit(request: HttpRequest, key: str) -> HttpResponse:
    """Write the batch; what changed since it was read is said, and nothing is written."""
    batch = _find(request, key)
    person = _person(request)
    permissions.require(person, Act.IMPORT, state=State.objects.filter(iso3=batch.facts.get("state", "")).first())
    try:
        batch = batches.commit_batch(batch=batch, by=_actor(person))
    except batches.Drifted as drifted:
        messages.error(request, str(drifted))
    else:
        messages.success(request, _("The import is written."))
    return redirect("import-detail", key=batch.key)


@login_required
@require_POST
def import_undo(request: HttpRequest, key: str) -> HttpResponse:
    """Take the batch back, where nothing has happened since."""
    batch = _find(request, key)
    person = _person(request)
    permissions.require(person, Act.IMPORT, state=batch.review.state if batch.review else None)
    batch = batches.undo_batch(batch=batch, by=_actor(person))
    messages.success(request, _("The import is taken back."))
    return redirect("import-detail", key=batch.key)


@login_required
@require_POST
def import_again(request: HttpRequest, key: str) -> HttpResponse:
    """Read the file once more, against what is there now."""
    batch = _find(request, key)
    batches.read_again(batch=batch)
    return redirect("import-detail", key=batch.key)


@login_required
@require_POST
def row_decide(request: HttpRequest, key: str, number: int) -> HttpResponse:
    """Settle a conflict: take the file's word, or keep what is there."""
    batch = _find(request, key)
    row = get_object_or_404(batch.rows, number=number)
    batches.decide(row=row, take=request.POST.get("act") == "take")
    return redirect(f"{reverse('import-detail', args=[key])}?outcome=conflict#row-{number}")


def _visible(person: Person) -> QuerySet[Batch]:
    """Administrators see every import; others their own."""
    found = Batch.objects.all()
    return found if person.is_administrator else found.filter(created_by=person)


def _find(request: HttpRequest, key: str) -> Batch:
    """An import of somebody else's is not found."""
    person = _person(request)
    permissions.require(person, Act.IMPORT)
    found = _visible(person).select_related("review__session", "review__state", "document").filter(key=key).first()
    if found is None:
        raise Http404
    return found


def _counts(counted: dict[str, int], outcome: str) -> list[dict[str, object]]:
    """The numbers that filter the list below; those that an import always has, and the others when there are any."""
    always = {Row.Outcome.NEW, Row.Outcome.CHANGED, Row.Outcome.UNCHANGED, Row.Outcome.REJECTED}
    return [
        {
            "label": choice.label,
            "number": counted.get(choice.value, 0),
            "url": f"?outcome={choice.value}" if choice.value != outcome else "?",
            "is_current": choice.value == outcome,
        }
        for choice in Row.Outcome
        if choice in always or counted.get(choice.value)
    ]


def _parts(row: Row) -> list[Difference]:
    return differences(row)


def _actor(person: Person) -> Actor:
    return Actor(person_id=person.pk, origin=Origin.IMPORT)


def _person(request: HttpRequest) -> Person:
    assert isinstance(request.user, Person)
    return request.user
