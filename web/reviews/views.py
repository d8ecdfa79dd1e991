"""Sessions and reviews."""

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from django.db.models import Count, Exists, OuterRef, Prefetch, QuerySet, Subquery
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.models import Person
from accounts.reader import Reader
from imports.models import Batch
from notifications.following import followables
from recommendations.models import Recommendation
from recommendations.querysets import utc_today
from reviews.models import Call, Document, Finding, Lead, Review, Session, Stakeholder, TroikaMember
from web import tally, timeline
from web.reviews.course import course
from web.reviews.mentions import kept_beside

AT_HAND = 3  # sessions whose reviews the list shows without being asked


@require_safe
def review_list(request: HttpRequest) -> HttpResponse:
    """Sessions by cycle, and the reviews of the latest ones or of the one that `session` names."""
    reader: Reader = request.reader  # type: ignore[attr-defined]
    sessions = list(Session.objects.annotate(number_of_reviews=Count("reviews")).order_by("-number"))
    wanted = request.GET.get("session", "")
    held = [session for session in sessions if session.number_of_reviews]
    chosen = [session for session in held if str(session.number) == wanted] if wanted else held[:AT_HAND]
    if wanted and not chosen:
        raise Http404
    context = {
        "wanted": chosen[0] if wanted else None,
        "at_hand": _with_reviews(chosen, reader),
        "cycles": [(cycle, list(group)) for cycle, group in groupby(sessions, key=lambda session: session.cycle)],
        "breadcrumb": [(_("Reviews"), reverse("review-list"))] if wanted else [],
    }
    return render(request, "reviews/list.html", context)


def _with_reviews(sessions: Sequence[Session], reader: Reader) -> list[dict[str, Any]]:
    """Each session with its reviews in order, each with its tally; 2 queries."""
    reviews = Review.objects.with_names().filter(session__in=sessions)
    found = Recommendation.objects.filter(review__session__in=sessions)
    counted = tally.tallies(found, reader, "review_id")
    rows: list[dict[str, Any]] = [
        {"review": review, "tally": counted.get(review.pk, tally.NOTHING)} for review in reviews
    ]
    return [{"session": s, "rows": [row for row in rows if row["review"].session_id == s.pk]} for s in sessions]


@require_safe
def review_by_key(request: HttpRequest, number: str, iso3: str) -> HttpResponse:
    """The review under the key that the API gives it."""
    return redirect("review-detail", number=number, iso3=iso3.upper(), permanent=True)


@require_safe
def review_detail(request: HttpRequest, number: str, iso3: str) -> HttpResponse:
    """All that is known of one review: facts, how its recommendations stand, findings, calls, engagement."""
    if iso3 != iso3.upper():
        return redirect("review-detail", number=number, iso3=iso3.upper(), permanent=True)
    reader: Reader = request.reader  # type: ignore[attr-defined]
    beside = Exists(kept_beside(OuterRef("pk"), reader))
    review = get_object_or_404(_complete().annotate(has_mentions=beside), session__number=number, state__iso3=iso3)
    found = Recommendation.objects.filter(review=review)
    person = request.user if isinstance(request.user, Person) else None
    findings = _shown(review.findings.all(), reader)
    calls = _shown(review.calls.all(), reader)
    standing = tally.tally(found, reader)
    context = {
        "review": review,
        "list_url": timeline.list_url(review),
        "tally": standing,
        "course": course(review, standing, reader),
        "responses": tally.responses(found, reader),
        "leads": leads_of(review, reader),
        "documents": _shown(review.documents.all(), reader),
        "totals": _by_source(review),
        "findings": _grouped(findings, Finding.Kind),
        "finding_sources": _sources(findings),
        "calls": _grouped(calls, Call.Kind),
        "call_sources": _sources(calls),
        "areas": _shown(review.areas.all(), reader),
        "events": _shown(review.engagement_events.all(), reader),
        "stakeholders": [Stakeholder(value).label for value in review.stakeholders if value in Stakeholder.values],
        "changes": timeline.feed(reader, review=review, limit=5),
        "followed": followables(person, [(review, str(review)), (review.state, review.state.local_name)]),
        "breadcrumb": [(_("Reviews"), reverse("review-list"))],
    }
    return render(request, "reviews/detail.html", context)


def _complete() -> Any:
    """Reviews with everything their page prints; 10 queries for one review."""
    return Review.objects.with_names().prefetch_related(
        Prefetch("troika_members", TroikaMember.objects.select_related("state")),
        Prefetch("leads", Lead.objects.select_related("organisation")),
        "totals",
        Prefetch("documents", _documents()),
        "findings__document",
        "calls__document",
        "areas",
        "engagement_events__area",
        "issues",
        "groups",
    )


def _documents() -> QuerySet[Document]:
    """Documents without those whose import was taken back, each with when it was first imported, if it was."""
    mine = Batch.objects.filter(document=OuterRef("pk"), sha256=OuterRef("sha256")).order_by("committed_at")
    taken_back = Exists(mine.filter(status=Batch.Status.UNDONE)) & ~Exists(mine.exclude(status=Batch.Status.UNDONE))
    return Document.objects.exclude(taken_back).annotate(imported_at=Subquery(mine.values("committed_at")[:1]))


def _shown(rows: Any, reader: Reader) -> list[Any]:
    """Those rows that the reader sees, from what is loaded already."""
    return [row for row in rows if reader.samples or not row.is_sample]


def leads_of(review: Review, reader: Reader) -> list[Lead]:
    """The lead organisation of today, and the one of the samples where they are shown."""
    today = utc_today()
    latest: dict[bool, Lead] = {}
    for lead in sorted(review.leads.all(), key=lambda lead: lead.from_day):
        if lead.from_day <= today and (reader.samples or not lead.is_sample):
            latest[lead.is_sample] = lead
    return [latest[key] for key in sorted(latest)]


def _sources(rows: Sequence[Any]) -> list[Any]:
    """The documents that these rows come from, each once."""
    return list({row.document_id: row.document for row in rows if row.document}.values())


def _by_source(review: Review) -> list[tuple[str, list[Any]]]:
    """The stated totals, source by source: sources differ, and each is kept."""
    totals = sorted(review.totals.all(), key=lambda total: (total.source, total.what))
    return [(source, list(group)) for source, group in groupby(totals, key=lambda total: total.source)]


def _grouped(rows: Sequence[Any], kinds: Any) -> list[tuple[str, list[Any]]]:
    """The rows by kind, in the order in which the kinds are declared, without empty kinds."""
    groups = [(kind.label, [row for row in rows if row.kind == kind]) for kind in kinds]
    return [(label, group) for label, group in groups if group]
