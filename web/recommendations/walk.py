"""Walking through a list: the one before, the one after, and the way back to the list as it was filtered.

Only for people who are signed in: the list they last looked at is kept in their session, not in addresses.
"""

from dataclasses import dataclass

from django.http import HttpRequest, QueryDict
from django.urls import reverse

from accounts.reader import Reader
from recommendations.models import Recommendation
from recommendations.selection import UnknownChoice, select

KEY = "matrix"  # in the session: the query of the matrix that the person last looked at
LONGEST = 3000  # recommendations; whoever looks at more is not walking through them one by one
ORDER = ("-review__session__number", "review__state__iso3", "review_id", "is_sample", "sort_key", "id")


@dataclass(frozen=True)
class Walk:
    """Where a recommendation stands in the person's list."""

    back: str
    number: int
    total: int
    previous: str
    next: str


def remember(request: HttpRequest, params: QueryDict) -> None:
    """Keep the list that a signed-in person looks at."""
    query = params.urlencode()
    if request.user.is_authenticated and request.session.get(KEY) != query:
        request.session[KEY] = query


def walk_of(request: HttpRequest, recommendation: Recommendation, reader: Reader) -> Walk | None:
    """The walk on which the person meets this recommendation; None when it is not in their list. One query."""
    query = request.session.get(KEY) if request.user.is_authenticated else None
    if query is None:
        return None
    try:
        found = select(Recommendation.objects.visible_to(reader), dict(QueryDict(query).lists()), reader)
    except UnknownChoice:
        return None
    ids = list(found.order_by(*ORDER).values_list("public_id", flat=True)[:LONGEST])
    if recommendation.public_id not in ids:
        return None
    at = ids.index(recommendation.public_id)
    return Walk(
        back=f"{reverse('recommendation-list')}?{query}" if query else reverse("recommendation-list"),
        number=at + 1,
        total=len(ids),
        previous=_address(ids[at - 1]) if at else "",
        next=_address(ids[at + 1]) if at + 1 < len(ids) else "",
    )


def _address(public_id: str) -> str:
    return reverse("recommendation-detail", args=[public_id])
