"""States: those that are reviewed, and those that recommend."""

from typing import Any

from django.db.models import Count, Exists, OuterRef
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.models import Person
from accounts.reader import Reader
from notifications.following import followables
from recommendations.models import Recommendation, RecommendingState
from recommendations.querysets import RecommendationQuerySet
from reviews.models import Review
from states.models import RegionalGroup, State
from web import tally


@require_safe
def state_list(request: HttpRequest) -> HttpResponse:
    """All States by regional group, with the number of reviews and of recommendations received."""
    reader: Reader = request.reader  # type: ignore[attr-defined]
    states = sorted(State.objects.annotate(number_of_reviews=Count("reviews")), key=lambda state: state.local_name)
    counted = tally.tallies(Recommendation.objects.all(), reader, "review__state_id")
    rows = [{"state": state, "tally": counted.get(state.pk, tally.NOTHING)} for state in states]
    return render(request, "states/list.html", {"groups": _by_group(rows)})


def _by_group(rows: list[dict[str, Any]]) -> list[tuple[str, list[dict[str, Any]]]]:
    labels = [(group.value, str(group.label)) for group in RegionalGroup] + [("", _("In no regional group"))]
    groups = [(label, [row for row in rows if row["state"].regional_group == value]) for value, label in labels]
    return [(label, group) for label, group in groups if group]


@require_safe
def state_detail(request: HttpRequest, iso3: str) -> HttpResponse:
    """One State: its names, its reviews and how their recommendations stand, and what it recommended to others."""
    if iso3 != iso3.upper():
        return redirect("state-detail", iso3=iso3.upper(), permanent=True)
    reader: Reader = request.reader  # type: ignore[attr-defined]
    state = get_object_or_404(State, iso3=iso3)
    reviews = Review.objects.filter(state=state).with_names().order_by("-session__number")
    counted = tally.tallies(Recommendation.objects.filter(review__state=state), reader, "review_id")
    person = request.user if isinstance(request.user, Person) else None
    context = {
        "state": state,
        "names": [(_language(code), name) for code, name in sorted(state.names.items())],
        "also": list(state.aliases.exclude(text__in=[state.name, state.formal_name]).order_by("text")),
        "reviews": [{"review": review, "tally": counted.get(review.pk, tally.NOTHING)} for review in reviews],
        "made": tally.tally(_made_by(state), reader),
        "followed": followables(person, [(state, state.local_name)]),
        "breadcrumb": [(_("States"), reverse("state-list"))],
    }
    return render(request, "states/detail.html", context)


def _made_by(state: State) -> RecommendationQuerySet:
    """The recommendations that a State made to others."""
    mentions = RecommendingState.objects.filter(recommendation=OuterRef("pk"), state=state)
    return Recommendation.objects.filter(Exists(mentions))


def _language(code: str) -> str:
    """A language's name in the language of the page; its code when it is not known here."""
    try:
        return str(translation.get_language_info(code)["name_translated"])
    except KeyError:
        return code
