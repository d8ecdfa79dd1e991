"""Events where people can take part, and the areas of engagement that sources name."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.reader import Reader
from engagement.models import Area, EngagementEvent
from reviews.models import Review
from web.events.filters import ByReview, params_of
from web.tally import shown
from web.timeline import review_url


@require_safe
def event_list(request: HttpRequest) -> HttpResponse:
    """Coming events, nearest first; past ones, latest first; areas of engagement. 4 queries."""
    reader: Reader = request.reader  # type: ignore[attr-defined]
    params = params_of(request)
    reviews = _reviews(reader)
    by_event = ByReview(params, shown(EngagementEvent.objects.all(), reader), reviews=reviews)
    by_area = ByReview(params, shown(Area.objects.all(), reader), reviews=reviews)
    events = list(by_event.qs.select_related("review__session", "review__state", "area"))
    today = timezone.localdate()
    context = {
        "form": by_event.form,
        "active": [name for name, value in params.items() if value],
        "chips": by_event.chips(),
        "coming": [event for event in events if event.day >= today],
        "past": [event for event in reversed(events) if event.day < today],
        "areas": by_area.qs.select_related("review__session", "review__state"),
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


def _reviews(reader: Reader) -> list[Review]:
    """The reviews that have events or areas."""
    events = shown(EngagementEvent.objects.all(), reader).order_by().values("review")
    areas = shown(Area.objects.all(), reader).order_by().values("review")
    return list(Review.objects.with_names().filter(pk__in=events.union(areas)))
