"""One recommendation's page: its facts, the voices side by side, the timeline, and the form for a new status."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import permissions
from accounts.models import Organisation, Person
from accounts.reader import Reader, end_of_day
from accounts.roles import Act
from history.models import Event
from notifications.following import followed
from recommendations import derived
from recommendations.actions import has_status, latest_of
from recommendations.correcting import corrections_of
from recommendations.models import Assessment, Check, Draft, Position, Recommendation
from recommendations.querysets import was_made
from web.clock import BadDay, reader_at
from web.errors import gone
from web.recommendations.forms import AssessmentForm, BasisFormSet, CheckForm, initial_of
from web.recommendations.provenance import brought_by
from web.recommendations.walk import walk_of
from web.timeline import rows_of


@dataclass
class Desk:
    """What a person may record here, in whose name, and the forms for it."""

    voice: Organisation | None
    voices: list[Organisation]
    refusal: str = ""
    may_publish: bool = False
    publish_refusal: str = ""
    form: AssessmentForm | None = None
    bases: Any = None
    check: CheckForm | None = None
    draft: Draft | None = None
    is_overtaken: bool = False
    conflict: Assessment | Draft | None = None  # what stands there now; None when a colleague ended the draft


def find(public_id: str, reader: Reader) -> Recommendation:
    """The recommendation with this address; removed ones too (their page says so). Else 404."""
    found: Recommendation | None = (
        Recommendation.objects.for_list().with_lead(reader).filter(public_id=public_id).first()
    )
    if found is None or (found.is_sample and not reader.samples):
        raise Http404
    return found


def recommendation_detail(request: HttpRequest, public_id: str) -> HttpResponse:
    """The page; at the day that `as_of` and `known_on` name, if any."""
    try:
        reader = reader_at(request)
    except BadDay as error:
        return render(request, "errors/400.html", {"reason": str(error)}, status=400)
    recommendation = find(public_id, reader)
    if recommendation.removed_at is not None:
        return gone(request)
    desk = desk_of(request, recommendation, slug=request.GET.get("voice", ""))
    return show(request, recommendation, reader, desk)


def show(
    request: HttpRequest, recommendation: Recommendation, reader: Reader, desk: Desk, status: int = 200
) -> HttpResponse:
    """Draw the page with these forms."""
    lead_id = recommendation.lead_id  # type: ignore[attr-defined]
    voices = sorted(
        Assessment.objects.filter(recommendation=recommendation).held(reader).current().for_display(),
        key=lambda assessment: (assessment.pk != lead_id, assessment.voice.public_name),
    )
    checks = list(Check.objects.filter(recommendation=recommendation).held(reader).select_related("voice"))
    positions = list(Position.objects.filter(recommendation=recommendation).held(reader).select_related("document"))
    context = {
        "r": recommendation,
        "reader": reader,
        "was_made": was_made(recommendation.pk, reader),
        "lead": next((a for a in voices if a.pk == lead_id), None),
        "voices": voices,
        "lead_id": lead_id,
        "last_check": next((c for c in checks if lead_id and c.voice_id == voices[0].voice_id), None),
        "checks": checks,
        "earlier": _earlier(recommendation, reader, voices),
        "positions": positions,
        "answer": derived.foremost(positions),
        "timeline": rows_of(_events(recommendation, reader), reader),
        "desk": desk,
        "drafts": _readable_drafts(recommendation, reader, desk),
        "walk": walk_of(request, recommendation, reader),
        "mine": _redactable(reader, recommendation),
        "followed": followed(reader.person, recommendation),
        "imports": brought_by(recommendation, reader),
        "corrections": corrections_of([recommendation]).get(recommendation.pk, {}),
        "breadcrumb": _breadcrumb(recommendation),
    }
    return render(request, "recommendations/detail.html", context, status=status)


def desk_of(request: HttpRequest, recommendation: Recommendation, slug: str = "") -> Desk:
    """The forms for the voice that the person chose, or for their first; or why there are none."""
    person = request.user if isinstance(request.user, Person) else None
    state = recommendation.review.state
    voices = permissions.voices(person, Act.WRITE_DRAFTS, state)
    if not voices:
        refusal = permissions.may(person, Act.WRITE_DRAFTS, state=state).reason
        return Desk(None, [], refusal=str(refusal))
    voice = next((v for v in voices if v.slug == slug), voices[0])
    decision = permissions.may(person, Act.PUBLISH, organisation=voice, state=state)
    desk = Desk(voice, voices, may_publish=bool(decision), publish_refusal=str(decision.reason))
    desk.draft = Draft.objects.filter(recommendation=recommendation, organisation=voice).first()
    latest = latest_of(recommendation, voice)
    desk.form = AssessmentForm(initial=initial_of(desk.draft, latest, voice.slug))
    desk.bases = BasisFormSet(
        prefix="bases", recommendation=recommendation, initial=desk.draft.bases if desk.draft else None
    )
    if latest and has_status(recommendation, voice):
        desk.check = CheckForm(initial={"voice": voice.slug}, prefix="check")
    return desk


def _events(recommendation: Recommendation, reader: Reader) -> list[Event]:
    """The newest hundred; on a past day, those that told of something by then, or were known by then."""
    found = Event.objects.filter(target_type="recommendations.recommendation", target_id=recommendation.pk)
    if reader.known_on is not None:
        found = found.filter(recorded_at__lt=end_of_day(reader.known_on))
    events = list(found.order_by("-id")[:100])
    if reader.as_of is None:
        return events
    return [event for event in events if _day_told(event) <= reader.as_of.isoformat()]


def _day_told(event: Event) -> str:
    """The day that an event is about, as the log writes it; else the day on which it happened."""
    return str(event.new.get("holds_from") or event.new.get("day") or event.recorded_at.date().isoformat())


def _earlier(recommendation: Recommendation, reader: Reader, shown: list[Assessment]) -> list[Assessment]:
    """What the voices said before, withdrawn ones too; on a day in the past, only what was known of then."""
    found = Assessment.objects.filter(recommendation=recommendation).exclude(pk__in=[a.pk for a in shown])
    return list((found.held(reader) if reader.is_clocked else found).for_display())


def _readable_drafts(recommendation: Recommendation, reader: Reader, desk: Desk) -> list[Draft]:
    """Drafts of the reader's organisations, where the reader has no desk to open them at."""
    if desk.voice is not None or not reader.organisation_ids:
        return []
    found = Draft.objects.filter(recommendation=recommendation, organisation__in=reader.organisation_ids)
    return list(found.select_related("organisation", "saved_by"))


def _redactable(reader: Reader, recommendation: Recommendation) -> set[int]:
    """The organisations whose words here the reader may withdraw and redact."""
    if reader.person is None:
        return set()
    theirs = Q(pk__in=reader.organisation_ids)
    if reader.person.is_administrator:
        theirs |= Q(assessments__recommendation=recommendation) | Q(checks__recommendation=recommendation)
    found = Organisation.objects.filter(theirs).distinct()
    return {each.pk for each in found if permissions.may(reader.person, Act.REVIEW, organisation=each)}


def _breadcrumb(recommendation: Recommendation) -> list[tuple[str, str]]:
    review = recommendation.review
    where = reverse("review-detail", args=[review.session.number, review.state.iso3])
    listed = f"{reverse('recommendation-list')}?state={review.state.iso3}&session={review.session.number}"
    return [(str(review), where), (_("Recommendations"), listed)]
