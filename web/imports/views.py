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
from accounts.models import Organisation, Person
from accounts.roles import Act
from history.log import Actor
from history.models import Origin
from imports import batches
from imports.models import Batch, Row
from states.models import State
from web.imports.differences import Names, differences
from web.imports.forms import ImportForm

PAGE_SIZE = 100


@login_required
def import_list(request: HttpRequest) -> HttpResponse:
    """The form, and the imports so far."""
    person = _person(request)
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
    batch = _find(request, key)
    outcome = request.GET.get("outcome", "")
    rows = batch.rows.select_related("recommendation")
    counted = dict(batch.rows.order_by().values_list("outcome").annotate(number=Count("pk")))
    if outcome in Row.Outcome.values:
        rows = rows.filter(outcome=outcome)
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    names = Names(list(page))
    context = {
        "batch": batch,
        "counts": _counts(counted, outcome),
        "to_write": counted.get("new", 0) + counted.get("changed", 0) + batch.rows.filter(take=True).count(),
        "outcome": outcome,
        "page": page,
        "rows": [(row, differences(row, names)) for row in page],
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
    state = State.objects.filter(iso3=batch.facts.get("state", "")).first()
    permissions.require(person, Act.IMPORT, organisation=batch.organisation, state=state)
    try:
        done = batches.commit_batch(batch=batch, by=_actor(person, batch))
    except batches.Drifted as drifted:
        messages.error(request, str(drifted))
    else:
        _tell(request, batch, done, Batch.Status.COMMITTED, _("The import is written."))
    return redirect("import-detail", key=batch.key)


@login_required
@require_POST
def import_undo(request: HttpRequest, key: str) -> HttpResponse:
    """Take the batch back, where nothing has happened since."""
    batch = _find(request, key)
    person = _person(request)
    state = batch.review.state if batch.review else None
    permissions.require(person, Act.IMPORT, organisation=batch.organisation, state=state)
    done = batches.undo_batch(batch=batch, by=_actor(person, batch))
    if done.status == Batch.Status.COMMITTED and done.facts.get("left"):
        sentence = _("%(undone)d rows are taken back; %(left)d stay, and say why below.")
        messages.warning(request, sentence % {"undone": done.facts["undone"], "left": done.facts["left"]})
    else:
        _tell(request, batch, done, Batch.Status.UNDONE, _("The import is taken back."))
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


def _tell(request: HttpRequest, before: Batch, after: Batch, wanted: Batch.Status, done: str) -> None:
    """Say that it is done, or that nothing was, because the import had come to another point already."""
    if after.status == wanted != before.status:
        messages.success(request, done)
    else:
        sentence = _("Nothing was done now. This import is: %(status)s.")
        messages.info(request, sentence % {"status": after.get_status_display()})


def _managed(person: Person) -> list[Organisation]:
    """The organisations in whose name the person imports; an administrator does so in the site's."""
    if person.is_administrator:
        return []
    memberships = person.memberships.select_related("organisation").order_by("organisation__name")
    found = [membership.organisation for membership in memberships]
    return [each for each in found if permissions.may(person, Act.IMPORT, organisation=each)]


def _visible(person: Person) -> QuerySet[Batch]:
    """Administrators see every import; others those of the organisations that they manage."""
    found = Batch.objects.all()
    return found if person.is_administrator else found.filter(organisation__in=_managed(person))


def _find(request: HttpRequest, key: str) -> Batch:
    """An import of another organisation is not found."""
    person = _person(request)
    permissions.require(person, Act.IMPORT)
    visible = _visible(person).select_related("review__session", "review__state", "document", "organisation")
    found = visible.filter(key=key).first()
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


def _actor(person: Person, batch: Batch) -> Actor:
    """Who acts, in whose name: an administrator never speaks for the organisation that sent the file."""
    organisation_id = None if person.is_administrator else batch.organisation_id
    return Actor(person_id=person.pk, organisation_id=organisation_id, origin=Origin.IMPORT)


def _person(request: HttpRequest) -> Person:
    assert isinstance(request.user, Person)
    return request.user
