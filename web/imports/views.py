"""Imports in the browser: the form that sends a file, the imports so far, and who sees which."""

from collections.abc import Sequence
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from accounts import permissions
from accounts.models import Organisation, Person
from accounts.roles import Act
from imports import batches
from imports.models import Batch, Row
from imports.sources.spreadsheet import NAME as SHEET
from web.imports.forms import ImportForm

PAGE_SIZE = 25


@login_required
def import_list(request: HttpRequest) -> HttpResponse:
    """The form, and the imports so far."""
    person = the_person(request)
    permissions.require(person, Act.IMPORT)
    managed = _managed(person)
    sent = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = ImportForm(*sent, organisations=managed)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        batch = batches.open_batch(
            file=data["file"],
            name=data["file"].name,
            by=person,
            organisation=form.organisation,
            iso3=data["state"].iso3 if data["state"] else "",
            session=data["session"].number if data["session"] else None,
        )
        return redirect("import-detail", key=batch.key)
    status = request.GET.get("status", "")
    found = _visible(person).select_related("review__session", "review__state", "created_by", "organisation")
    found = found.defer("facts")  # which may be long, and the list shows none of them
    if status in Batch.Status.values:
        found = found.filter(status=status)
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "batches": _with_numbers(person, list(page)),
        "page": page,
        "previous": _address(status, page.previous_page_number()) if page.has_previous() else "",
        "next": _address(status, page.next_page_number()) if page.has_next() else "",
        "status": status,
        "statuses": Batch.Status.choices,
    }
    return render(request, "imports/list.html", context, status=422 if form.errors else 200)


def _address(status: str, page: int) -> str:
    return f"?{urlencode({'status': status, 'page': page})}#batches-title"


def _with_numbers(person: Person, batches: Sequence[Batch]) -> list[tuple[Batch, list[tuple[str, int]]]]:
    """Each import with how many rows of it, that the person may see, have each outcome; 1 query."""
    rows = _seen_by(person, Row.objects.filter(batch__in=batches)).order_by().values_list("batch", "outcome")
    counted: dict[int, dict[str, int]] = {}
    for batch, outcome, number in rows.annotate(number=Count("pk")):
        counted.setdefault(batch, {})[outcome] = number
    return [
        (batch, [(str(choice.label), held[choice]) for choice in Row.Outcome if choice in held])
        for batch in batches
        for held in [counted.get(batch.pk, {})]
    ]


def _managed(person: Person) -> list[Organisation]:
    """The organisations in whose name the person imports; an administrator does so in the site's."""
    if person.is_administrator:
        return []
    memberships = person.memberships.select_related("organisation").order_by("organisation__name")
    found = [membership.organisation for membership in memberships]
    return [each for each in found if permissions.may(person, Act.IMPORT, organisation=each)]


def _visible(person: Person) -> QuerySet[Batch]:
    """Administrators see every import but those of drafts; others those of the organisations that they manage."""
    if person.is_administrator:
        # An organisation's file that nobody has read yet, or could read, may be a sheet of drafts.
        return Batch.objects.exclude(Q(source=SHEET) | Q(source="", organisation__isnull=False))
    return Batch.objects.filter(organisation__in=_managed(person))


def find_batch(request: HttpRequest, key: str) -> Batch:
    """An import of another organisation is not found."""
    person = the_person(request)
    permissions.require(person, Act.IMPORT)
    visible = _visible(person).select_related("review__session", "review__state", "document", "organisation")
    found = visible.filter(key=key).first()
    if found is None:
        raise Http404
    return found


def rows_for(person: Person, batch: Batch) -> QuerySet[Row]:
    """The rows of a batch that the person may see."""
    return _seen_by(person, batch.rows.all())


def _seen_by(person: Person, rows: QuerySet[Row]) -> QuerySet[Row]:
    """Those of the rows that the person may see: drafts are nobody's but their organisation's."""
    return rows.exclude(after__has_key="draft") if person.is_administrator else rows


def the_person(request: HttpRequest) -> Person:
    """Who is signed in."""
    assert isinstance(request.user, Person)
    return request.user
