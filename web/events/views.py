"""Events where people can take part, and the areas of engagement that sources name."""

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from accounts.reader import Reader
from engagement.models import Area, EngagementEvent
from reviews.models import Review
from web.tally import shown
from web.timeline import review_url


class EventFilters(forms.Form):
    """Which reviews' events are listed."""

    state = forms.ChoiceField(label=gettext_lazy("State"), required=False)
    session = forms.ChoiceField(label=gettext_lazy("Session"), required=False)

    def __init__(self, *args: Any, reviews: list[Review], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        states = {review.state.iso3: review.state.local_name for review in reviews}
        sessions = {str(review.session.number): str(review.session) for review in reviews}
        ordered = sorted(states.items(), key=lambda pair: pair[1])
        self.fields["state"].choices = [("", _("all States")), *ordered]  # type: ignore[attr-defined]
        self.fields["session"].choices = [("", _("all sessions")), *sessions.items()]  # type: ignore[attr-defined]


@require_safe
def event_list(request: HttpRequest) -> HttpResponse:
    """Coming events, nearest first; past ones, latest first; areas of engagement. 4 queries."""
    reader: Reader = request.reader  # type: ignore[attr-defined]
    events = _narrowed(shown(EngagementEvent.objects.all(), reader), request)
    areas = _narrowed(shown(Area.objects.all(), reader), request)
    form = EventFilters(_params(request), reviews=_reviews(reader))
    form.is_valid()
    today = timezone.localdate()
    context = {
        "form": form,
        "active": [name for name, value in _params(request).items() if value],
        "chips": _chips(form, request),
        "coming": [event for event in events if event.day >= today],
        "past": [event for event in reversed(events) if event.day < today],
        "areas": areas,
    }
    return render(request, "events/list.html", context)


@require_safe
def event_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One event, under an address that stays."""
    reader: Reader = request.reader  # type: ignore[attr-defined]
    events = shown(EngagementEvent.objects.all(), reader)
    found = events.select_related("review__session", "review__state", "area", "document")
    event = get_object_or_404(found, pk=pk)
    context = {
        "event": event,
        "is_past": event.day < timezone.localdate(),
        "breadcrumb": [(_("Events"), reverse("event-list")), (str(event.review), review_url(event.review))],
    }
    return render(request, "events/detail.html", context)


def _params(request: HttpRequest) -> dict[str, str]:
    return {
        "state": request.GET.get("state", "").strip().upper(),
        "session": request.GET.get("session", "").strip(),
    }


def _narrowed(rows: Any, request: HttpRequest) -> list[Any]:
    """The rows of the reviews that the address names; a value that names none lists nothing."""
    params = _params(request)
    if params["state"]:
        rows = rows.filter(review__state__iso3=params["state"])
    if params["session"]:
        number = int(params["session"]) if params["session"].isdecimal() and len(params["session"]) < 5 else None
        rows = rows.filter(review__session__number=number) if number is not None else rows.none()
    related = ["review__session", "review__state"] + (["area"] if rows.model is EngagementEvent else [])
    return list(rows.select_related(*related))


def _reviews(reader: Reader) -> list[Review]:
    """The reviews that have events or areas."""
    events = shown(EngagementEvent.objects.all(), reader).order_by().values("review")
    areas = shown(Area.objects.all(), reader).order_by().values("review")
    return list(Review.objects.with_names().filter(pk__in=events.union(areas)))


def _chips(form: EventFilters, request: HttpRequest) -> list[dict[str, str]]:
    params = {name: value for name, value in _params(request).items() if value}
    chips = []
    for name, value in params.items():
        field = form.fields[name]
        label = dict(field.choices).get(value, value)  # type: ignore[attr-defined]
        rest = urlencode({other: kept for other, kept in params.items() if other != name})
        chips.append({"what": str(field.label), "value": str(label), "url": f"?{rest}"})
    return chips
