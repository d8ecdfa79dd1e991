"""Imports in the browser: send a file, look at what it would do, commit, undo."""

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import permissions
from accounts.models import Organisation, Person
from accounts.roles import Act
from imports import batches, progress
from imports.models import Batch, Row
from imports.sources.spreadsheet import NAME as SHEET
from states.models import State
from web.imports.differences import Names, differences
from web.imports.forms import ImportForm

PAGE_SIZE = 100


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
    found = _visible(person).select_related("review__session", "review__state", "created_by", "organisation")[:50]
    context = {"form": form, "batches": found}
    return render(request, "imports/list.html", context, status=422 if form.errors else 200)


@login_required
def import_detail(request: HttpRequest, key: str) -> HttpResponse:
    """One import: how far it is, what it would do, what it did."""
    batch = find_batch(request, key)
    if request.htmx and batch.is_busy:  # type: ignore[attr-defined]
        return render(request, "imports/detail.html#progress", {"batch": batch, "progress": progress.of(batch.pk)})
    if batch.status == Batch.Status.ASKING and not request.htmx:  # type: ignore[attr-defined]
        return redirect(_question(batch), key=key)
    outcome = request.GET.get("outcome", "")
    rows = _rows_for(the_person(request), batch)
    counted = dict(rows.order_by().values_list("outcome").annotate(number=Count("pk")))
    writing = rows.filter(Q(outcome__in=("new", "changed")) | Q(take=True))
    drafts = writing.filter(after__has_key="draft").count()
    rows = rows.select_related("recommendation")
    if outcome in Row.Outcome.values:
        rows = rows.filter(outcome=outcome)
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    names = Names(list(page))
    context = {
        "batch": batch,
        "counts": _counts(counted, outcome),
        "to_write": writing.count() - drafts,
        "drafts": drafts,
        "outcome": outcome,
        "page": page,
        "rows": [(row, differences(row, names)) for row in page],
        "progress": progress.of(batch.pk),
        "previous": f"?outcome={outcome}&page={page.previous_page_number()}" if page.has_previous() else "",
        "next": f"?outcome={outcome}&page={page.next_page_number()}" if page.has_next() else "",
        "state": State.objects.filter(iso3=batch.facts.get("state", "")).first(),
        "breadcrumb": [(_("Imports"), reverse("import-document"))],
    }
    answer = render(request, "imports/detail.html", context)
    if request.htmx:  # type: ignore[attr-defined]
        answer["HX-Refresh"] = "true"  # the work that the page told of is over
    return answer


def _managed(person: Person) -> list[Organisation]:
    """The organisations in whose name the person imports; an administrator does so in the site's."""
    if person.is_administrator:
        return []
    memberships = person.memberships.select_related("organisation").order_by("organisation__name")
    found = [membership.organisation for membership in memberships]
    return [each for each in found if permissions.may(person, Act.IMPORT, organisation=each)]


def _visible(person: Person) -> QuerySet[Batch]:
    """Administrators see every import; others those of the organisations that they manage."""
    if person.is_administrator:
        return Batch.objects.exclude(source=SHEET)  # drafts are nobody's but their organisation's
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


def _rows_for(person: Person, batch: Batch) -> QuerySet[Row]:
    """The rows of a batch that the person may see: drafts are nobody's but their organisation's."""
    return batch.rows.exclude(after__has_key="draft") if person.is_administrator else batch.rows.all()


def _question(batch: Batch) -> str:
    """The page that asks what has to be known of a sheet first."""
    sheet = batch.facts["sheet"]
    return "import-words" if sheet["words"] and "too_many_words" not in sheet else "import-columns"


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


def the_person(request: HttpRequest) -> Person:
    """Who is signed in."""
    assert isinstance(request.user, Person)
    return request.user
