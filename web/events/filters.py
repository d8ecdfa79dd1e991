"""Which reviews' events are listed: a form of two choices, and what they leave."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

import django_filters
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from reviews.models import Review


class ByReview(django_filters.FilterSet):  # type: ignore[misc]  # the package has no types
    """Narrows what belongs to reviews; a value that names none of `reviews` leaves nothing."""

    state = django_filters.ChoiceFilter("review__state__iso3", label=_("State"), empty_label=_("all States"))
    session = django_filters.ChoiceFilter("review__session__number", label=_("Session"), empty_label=_("all sessions"))

    def __init__(self, params: dict[str, str], rows: QuerySet[Any], *, reviews: Sequence[Review]) -> None:
        super().__init__(params, rows)
        states = {review.state.iso3: review.state.local_name for review in reviews}
        sessions = {str(review.session.number): str(review.session) for review in reviews}
        self.filters["state"].extra["choices"] = sorted(states.items(), key=lambda pair: pair[1])
        self.filters["session"].extra["choices"] = list(sessions.items())

    @property
    def qs(self) -> QuerySet[Any]:
        """The rows that are left."""
        left: QuerySet[Any] = super().qs if self.is_valid() else self.queryset.none()
        return left

    def chips(self) -> list[dict[str, str]]:
        """What narrows the list, each with the way to take it off."""
        given = {name: value for name, value in self.data.items() if value}
        chips = []
        for name, value in given.items():
            field = self.form.fields[name]
            rest = urlencode({other: kept for other, kept in given.items() if other != name})
            label = dict(field.choices).get(value, value)
            chips.append({"what": str(field.label), "value": str(label), "url": f"?{rest}"})
        return chips


def params_of(request: HttpRequest) -> dict[str, str]:
    """What the address says of each filter; codes of States in capitals."""
    given = {name: request.GET.get(name, "").strip() for name in ("state", "session")}
    return given | {"state": given["state"].upper()}
