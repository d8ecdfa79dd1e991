"""One import: how far it is, what it would do or did, row by row."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.models import Person
from imports import progress
from imports.models import Batch, Row
from imports.reading import EXPORTS
from notifications.audience import followers_of_import
from recommendations.models import Response
from reviews.models import Document, Review
from states.models import State
from web.imports.differences import Names, differences
from web.imports.report import WRITES, WRITES_TO_RECOMMENDATIONS, Filters, numbers, parts, reviews_of
from web.imports.views import find_batch, rows_for, the_person
from web.templatetags.upr import thousands

PAGE_SIZE = 50
SHOWN_WITH = ("recommendation", "review__session", "review__state")  # of a row
UNREAD = {Batch.Status.WAITING, Batch.Status.READING, Batch.Status.ASKING, Batch.Status.FAILED}
STEPS: dict[str, "str | Promise"] = {
    "reading": gettext_lazy("Reading the file"),
    "comparing": gettext_lazy("Comparing with what is there"),
    "writing": gettext_lazy("Writing"),
    "noting": gettext_lazy("Noting what became of each row"),
}


@login_required
def import_detail(request: HttpRequest, key: str) -> HttpResponse:
    """The page; while a worker is at it, htmx asks for its progress alone."""
    batch = find_batch(request, key)
    if batch.status == Batch.Status.ASKING and not request.htmx:  # type: ignore[attr-defined]
        return redirect(_question(batch), key=key)
    context: dict[str, Any] = {"batch": batch, "progress": _progress(batch)}
    if request.htmx and batch.is_busy:  # type: ignore[attr-defined]
        return render(request, "imports/detail.html#progress", context)
    context |= {
        "state": State.objects.filter(iso3=batch.facts.get("state", "")).first(),
        "source": Document.Kind(batch.source).label if batch.source in Document.Kind.values else "",
        "breadcrumb": [(_("Imports"), reverse("import-document"))],
        "is_shown": batch.status not in UNREAD,
        "is_export": batch.source in EXPORTS,
    }
    if batch.status not in UNREAD:
        person = the_person(request)
        rows = rows_for(person, batch)
        context |= _report(request, batch, rows) | _deed(batch, rows, context["state"], person)
    answer = render(request, "imports/detail.html", context)
    if request.htmx:  # type: ignore[attr-defined]
        answer["HX-Refresh"] = "true"  # the work that the page told of is over
    return answer


def _question(batch: Batch) -> str:
    """The page that asks what has to be known of a sheet first."""
    sheet = batch.facts["sheet"]
    return "import-words" if sheet["words"] and "too_many_words" not in sheet else "import-columns"


def _progress(batch: Batch) -> dict[str, Any]:
    """What is being done, in words, and how much of it."""
    now = progress.of(batch.pk)
    words = STEPS.get(now.step) or str(batch.get_status_display())[:1].upper() + str(batch.get_status_display())[1:]
    return {"words": words, "done": now.done, "total": now.total}


def _report(request: HttpRequest, batch: Batch, rows: QuerySet[Row]) -> dict[str, Any]:
    """The rows that the filters let through, a page of them, with their differences."""
    filters = Filters.of(request.GET)
    counted, shown = numbers(rows, filters)
    page = Paginator(filters.rows(rows).select_related(*SHOWN_WITH), PAGE_SIZE).get_page(request.GET.get("page"))
    names = Names(list(page))
    return {
        "filters": filters,
        "counted": counted,
        "counts": shown,
        "parts": parts(),
        "reviews": reviews_of(batch, rows),
        "page": page,
        "rows": [(row, differences(row, names)) for row in page],
        "here": filters.address(page=str(page.number)) if page.number > 1 else filters.address(),
        "previous": filters.address(page=str(page.previous_page_number())) + "#rows" if page.has_previous() else "",
        "next": filters.address(page=str(page.next_page_number())) + "#rows" if page.has_next() else "",
        "responses": [(code, batch.facts.get("responses", {}).get(code, 0)) for code in Response.values],
        "totals": totals(batch),
        "passed_over": sorted(batch.facts.get("passed_over", {}).items(), key=lambda kind: (-kind[1], kind[0])),
        "warned": len(batch.facts.get("warnings", [])) + batch.facts.get("more_warnings", 0),
        "unknown": _unknown(batch),
    }


def _unknown(batch: Batch) -> list[str]:
    """Unknown names that can be settled, as printed."""
    kinds = batch.facts.get("unknown_kinds", {})
    terms = [label for label in batch.facts.get("unknown_terms", []) if kinds.get(label) != "goal"]
    return [*batch.facts.get("unknown_states", []), *terms]


def totals(batch: Batch) -> list[dict[str, Any]]:
    """Each total that the document states beside what was found; "supported" may leave out what is claimed done."""
    facts = batch.facts
    responses: dict[str, int] = facts.get("responses", {})
    claimed = sum(facts.get("claims", {}).values())
    rows = []
    printed: dict[str, int] = facts.get("printed_totals", {})
    for key in [*filter(printed.get, Response.values), *(printed.keys() - set(Response.values))]:
        stated = printed[key]
        found = responses.get(key, 0) if key in Response.values else sum(responses.values())
        is_same = stated == found or (key == Response.SUPPORTED and stated == found - claimed)
        words = Response(key).label if key in Response.values else _("all recommendations")
        rows.append({"words": words, "stated": stated, "found": found, "is_same": is_same})
    return rows


def _deed(batch: Batch, rows: QuerySet[Row], state: State | None, person: Person) -> dict[str, Any]:
    """What the one button would do, and who would be told; of a committed one, what taking it back would do."""
    if batch.status == Batch.Status.COMMITTED:
        written = rows.filter(state=Row.State.WRITTEN).order_by().values_list("outcome")
        held = dict(written.annotate(number=Count("pk")))
        made = held.pop(Row.Outcome.NEW, 0)
        mentions = held.pop(Row.Outcome.ATTACHED, 0) + held.pop(Row.Outcome.GROUPED, 0)
        return {"made": made, "mentions": mentions, "put_back": sum(held.values()), "stays": _stays(batch)}
    if batch.status != Batch.Status.PREVIEW:
        return {}
    found = rows.filter(WRITES).aggregate(
        number=Count("pk"),
        drafts=Count("pk", filter=Q(after__has_key="draft")),
        taken=Count("pk", filter=Q(outcome=Row.Outcome.CONFLICT, take=True)),
    )
    drafts, taken, number = found["drafts"], found["taken"], found["number"] - found["drafts"]
    reviews, states = _written_to(batch, rows, state) if number else (set(), set())
    told = followers_of_import(reviews=reviews, states=states, but=person) if states else 0
    return {"to_write": number, "drafts": drafts, "button": button_words(batch, number), "told": told, "taken": taken}


def _written_to(batch: Batch, rows: QuerySet[Row], state: State | None) -> tuple[set[int], set[int]]:
    """The reviews whose recommendations commit would write to, and the States under review; 2 queries at most."""
    if batch.source not in EXPORTS:
        review = batch.review or Review.objects.filter(state=state, session__number=batch.facts.get("session")).first()
        return {review.pk} if review else set(), {state.pk} if state else set()
    writing = rows.filter(WRITES_TO_RECOMMENDATIONS).order_by()
    pairs = set(writing.values_list("review", "review__state", "after__review__0").distinct())
    return {review for review, _state, _new in pairs if review}, {state or new for _review, state, new in pairs}


def _stays(batch: Batch) -> int:
    """How many rows could not be taken back when somebody tried."""
    return int(batch.facts.get("left", 0))


def button_words(batch: Batch, number: int) -> str:
    """What Commit does, exactly."""
    if batch.source == Document.Kind.ADDENDUM:
        sentence = ngettext("Commit %(n)s answer", "Commit %(n)s answers", number)
    elif batch.source in EXPORTS:
        sentence = ngettext("Commit %(n)s row", "Commit %(n)s rows", number)
    else:
        sentence = ngettext("Commit %(n)s recommendation", "Commit %(n)s recommendations", number)
    return sentence % {"n": thousands(number)}
