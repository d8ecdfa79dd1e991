"""The change feed: what happened, in the order of the one feed that everybody reads, by position.

Positions come without a gap and in the order in which they become visible (history.feed), so whoever asks for what
comes after the last mark misses nothing and gets nothing twice. Told is what pages tell everybody: an organisation
under its public name and a day, never a person, never an hour; codes and days, never numbers of rows.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.models import Organisation
from api import addresses, schema
from api.conditional import DATA
from api.errors import bad_value
from api.pagination import page_size
from api.parameters import check_names
from api.serializers.changes import ChangeSerializer, ChangesSerializer
from history import feed, registry
from history.models import Event, FeedEntry
from recommendations.events import LISTS_REFRESHED
from recommendations.models import Assessment, Recommendation
from reviews.models import Review

RECOMMENDATION = "recommendations.recommendation"
STRETCH = 10_000  # positions that one answer goes through at most, told or not
# What an event carries that means something outside; the rest are numbers of rows.
TOLD = {"status", "progress", "holds_from", "holds_until", "day", "from_day"}
TOLD |= {"new", "changed", "unchanged", "attached", "grouped", "undone", "left", "parts", "action_category"}


@dataclass(frozen=True)
class Change:
    """One public event with what its ids stand for."""

    position: int
    event: Event
    organisation: Organisation | None
    recommendation: Recommendation | None
    review: Review | None

    @property
    def action(self) -> registry.Action:
        """What was done."""
        return registry.action(self.event.action)

    @property
    def old(self) -> dict[str, Any]:
        """Codes and days as they were."""
        return {key: value for key, value in self.event.old.items() if key in TOLD}

    @property
    def new(self) -> dict[str, Any]:
        """Codes and days as they became."""
        return {key: value for key, value in self.event.new.items() if key in TOLD}


class ChangesView(APIView):
    """What happened since a position, oldest first."""

    changes_with = DATA

    @extend_schema(
        parameters=[schema.AFTER, schema.PAGE_SIZE], responses=schema.answers(ChangesSerializer), tags=["changes"]
    )
    def get(self, request: Request) -> Response:
        """What happened, oldest first. Follow `next`; at `newest` there is nothing more for now: ask it again later."""
        check_names(request, ("after", "page_size"))
        size = page_size(request)
        newest = feed.public_mark()
        after = position(request, newest)
        entries = stretch(after, newest, size)
        # A page that is not full went through all of its stretch, told or not.
        mark = entries[-1].position if len(entries) == size else min(after + STRETCH, newest)
        told = ChangeSerializer(changes_of(entries), many=True, context={"request": request}).data
        following = f"{addresses.resource('changes', request)}?after={mark}&page_size={size}"
        return Response({"mark": mark, "newest": newest, "next": following, "results": told})


def position(request: Request, newest: int) -> int:
    """The position after which to begin. Raises BadParameter, also for one that the feed has not come to."""
    value = request.query_params.get("after", "0")
    if not (value.isascii() and value.isdigit() and len(value) < 19):
        raise bad_value("after", value, _("“after” is a position of the feed: a whole number, 0 for the beginning."))
    if int(value) > newest:
        detail = _("The feed has come to %(newest)d. A mark from before a restore is of no use here.")
        raise bad_value("after", value, detail % {"newest": newest}, maximum=newest)
    return int(value)


def stretch(after: int, newest: int, size: int) -> list[FeedEntry]:
    """The first public entries of a stretch of the feed. `newest` was read before, so nothing is passed over."""
    found = FeedEntry.objects.filter(position__gt=after, position__lte=min(after + STRETCH, newest))
    public = found.filter(event__action__in=registry.public())
    return list(public.select_related("event").order_by("position")[:size])


def changes_of(entries: Sequence[FeedEntry]) -> list[Change]:
    """The entries with what their ids stand for, samples left out; 4 queries at most.

    What happened to a recommendation that was removed since is told too: whoever keeps a copy learns of it there.
    """
    events = [entry.event for entry in entries]
    recommendations = Recommendation.objects.select_related("review__session", "review__state").in_bulk(
        {event.target_id for event in events if event.target_type == RECOMMENDATION}
    )
    reviews = {found.review_id: found.review for found in recommendations.values()}
    missing = {event.review_id for event in events if event.review_id} - set(reviews)
    reviews |= Review.objects.with_names().in_bulk(missing) if missing else {}
    voices = voices_of(events)
    organisations = Organisation.objects.in_bulk({pk for event in events if (pk := organisation_id(event, voices))})
    changes = [
        Change(
            position=entry.position,
            event=entry.event,
            organisation=organisations.get(organisation_id(entry.event, voices) or 0),
            recommendation=recommendations.get(entry.event.target_id)
            if entry.event.target_type == RECOMMENDATION
            else None,
            review=reviews.get(entry.event.review_id or 0),
        )
        for entry in entries
    ]
    return [change for change in changes if not is_sample(change)]


def voices_of(events: Iterable[Event]) -> dict[int, int]:
    """By assessment, whose view it is, for events that name no organisation: an import has none of its own."""
    unsigned = [pk for event in events if event.organisation_id is None and (pk := assessment_id(event))]
    return dict(Assessment.objects.filter(pk__in=unsigned).values_list("pk", "voice_id")) if unsigned else {}


def organisation_id(event: Event, voices: dict[int, int]) -> int | None:
    """Whom the event tells of: a lead that was named, else in whose name it was done."""
    return event.new.get("organisation") or event.organisation_id or voices.get(assessment_id(event) or 0)


def assessment_id(event: Event) -> int | None:
    """The assessment that the event tells of."""
    found = event.new.get("assessment") or event.old.get("assessment")
    return found if isinstance(found, int) else None


def is_sample(change: Change) -> bool:
    """Whether the event tells of sample data, or may: `lists.refreshed` has not always said so."""
    if change.recommendation:
        return change.recommendation.is_sample
    return bool(change.event.new.get("sample", change.event.action == LISTS_REFRESHED.name))
