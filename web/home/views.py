"""The start page, search, and the health check."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.reader import Reader
from recommendations.models import Recommendation
from reviews.models import Review
from web import timeline
from web.tally import Tally, tallies


@dataclass(frozen=True)
class AtHand:
    """The latest session with recommendations: its fullest review, and the others."""

    review: Review
    tally: Tally
    others: list[tuple[Review, Tally]]


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What this is, what changed last, the review at hand, and search."""
    reader: Reader = request.reader  # type: ignore[attr-defined]
    context = {"at_hand": at_hand(reader), "changes": timeline.feed(reader, limit=8)}
    return render(request, "home/home.html", context)


def at_hand(reader: Reader) -> AtHand | None:
    """The review that people most likely come for; none while no recommendation is loaded. 3 queries."""
    visible = Recommendation.objects.visible_to(reader)
    session = visible.order_by("-review__session__number").values_list("review__session_id", flat=True).first()
    if session is None:
        return None
    counted = tallies(visible.filter(review__session=session), reader, "review_id")
    reviews = Review.objects.with_names().filter(pk__in=counted).order_by("position", "state__name")
    pairs = [(review, counted[review.pk]) for review in reviews]
    fullest = max(pairs, key=lambda pair: (pair[1].number, pair[1].samples))
    return AtHand(*fullest, others=[pair for pair in pairs if pair is not fullest])


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Search is the list of recommendations, narrowed by words."""
    words = request.GET.get("q", "").strip()
    address = reverse("recommendation-list")
    return redirect(f"{address}?{urlencode({'search': words})}" if words else address)


@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """200 "ok" when the web process answers and the database does too."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok", content_type="text/plain")
