"""What the log tells, as a person reads it. The log holds ids and codes; names are looked up here, for this reader.

The public sees an organisation and a day, never a person and never an hour.
"""

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Organisation, Person
from accounts.reader import Reader
from history import registry
from history.models import Event
from recommendations.models import Assessment, Recommendation
from reviews.models import Review

RECOMMENDATION = "recommendations.recommendation"
LOOK_BACK = 300  # events read to make the rows of a feed


@dataclass(frozen=True)
class Row:
    """One line of a timeline; `number` events of a feed that say the same of one review stand as one."""

    event: Event
    day: datetime.date
    who: str
    what: str
    old_status: str
    new_status: str
    holds_from: datetime.date | None
    holds_until: datetime.date | None  # only of a status of past days, after which another one holds
    about: str
    review: Review | None
    url: str
    is_sample: bool
    by_sample: bool  # its organisation was made up, and may still have done it to a record that was not
    number: int = 1

    @property
    def is_about_recommendation(self) -> bool:
        """Whether it happened to a recommendation; else to a review."""
        return self.event.target_type == RECOMMENDATION

    @property
    def sentence(self) -> str:
        """Who did what."""
        return _("%(who)s %(what)s") % {"who": self.who, "what": self.what}


@dataclass(frozen=True)
class _Names:
    """Everything that the rows' ids stand for."""

    organisations: dict[int, Organisation]
    people: dict[int, Person]
    voices: dict[int, int]  # organisation by assessment
    recommendations: dict[int, Recommendation]
    reviews: dict[int, Review]


def latest(*, review: Review | None = None) -> list[Event]:
    """The latest events that have a place in the feed, without those that a batch's own event stands for; 1 query.

    Whether the reader may see their targets is asked by `rows_of`, of these few: asked of all recommendations here,
    it would take a hundred times as long.
    """
    found = Event.objects.filter(feed_entry__isnull=False, quiet=False, action__in=registry.public())
    if review is None:
        return list(found.order_by("-feed_entry__position")[:LOOK_BACK])
    # A review's events are found by their own index and put in the feed's order here: walking the feed back until
    # enough of them turn up would read all of it for a quiet review.
    of_review = found.filter(review_id=review.pk).select_related("feed_entry").order_by("-id")[:LOOK_BACK]
    return sorted(of_review, key=lambda event: -event.feed_entry.position)


def feed(reader: Reader, *, review: Review | None = None, limit: int = 10) -> list[Row]:
    """The latest changes, latest first; what one organisation did on one day is one row. 6 queries.

    Statuses are gathered review by review, anything else over all reviews.
    """
    gathered: dict[tuple[object, ...], list[Row]] = {}
    for row in rows_of(latest(review=review), reader):
        where = row.event.review_id if row.is_about_recommendation else None
        gathered.setdefault((row.day, row.who, row.event.action, where, row.is_sample), []).append(row)
    return [_together(same) for same in islice(gathered.values(), limit)]


def rows_of(events: Iterable[Event], reader: Reader) -> list[Row]:
    """The display rows of these events, in their order; 5 queries at most, however many there are.

    Events of what the reader may not see (a sample where samples are not shown, a removed record) are left out, and so
    are those of actions that are not public or no longer known.
    """
    public = set(registry.public())
    events = [event for event in events if event.action in public]
    names = _look_up(events, reader)
    rows = [_row(event, names, reader) for event in events]
    return [row for row in rows if row is not None]


def _look_up(events: Sequence[Event], reader: Reader) -> _Names:
    targets = {event.target_id for event in events if event.target_type == RECOMMENDATION}
    recommendations = Recommendation.objects.visible_to(reader).select_related("review__session", "review__state")
    found = recommendations.in_bulk(targets)
    reviews = {r.review_id: r.review for r in found.values()}
    missing = {event.review_id for event in events if event.review_id} - set(reviews)
    if missing:
        reviews |= Review.objects.with_names().in_bulk(missing)
    # An import has no organisation of its own: whose view the status is stands in the assessment.
    unsigned = [pk for event in events if event.organisation_id is None and (pk := _assessment_of(event))]
    voices = dict(Assessment.objects.filter(pk__in=unsigned).values_list("pk", "voice_id")) if unsigned else {}
    organisations = {event.organisation_id for event in events} | set(voices.values())
    organisations |= {event.new.get("organisation") for event in events}
    colleagues = {e.actor_id for e in events if e.organisation_id in reader.organisation_ids} - {None}
    return _Names(
        organisations=Organisation.objects.in_bulk([pk for pk in organisations if pk]),
        people=Person.objects.in_bulk([pk for pk in colleagues if pk]) if colleagues else {},
        voices=voices,
        recommendations=found,
        reviews=reviews,
    )


def _row(event: Event, names: _Names, reader: Reader) -> Row | None:
    review = names.reviews.get(event.review_id or 0)
    recommendation = names.recommendations.get(event.target_id) if event.target_type == RECOMMENDATION else None
    if event.target_type == RECOMMENDATION and recommendation is None:
        return None
    organisation = _organisation(event, names)
    # An organisation of the samples may do real work in a demo; what it did is a sample only where the event says so.
    is_sample = recommendation.is_sample if recommendation else bool(event.new.get("sample"))
    if is_sample and not reader.samples:
        return None
    return Row(
        event=event,
        day=timezone.localtime(event.recorded_at).date(),
        who=_who(event, organisation, names, reader),
        what=str(registry.action(event.action).sentence),
        old_status=str(event.old.get("status") or ""),
        new_status=str(event.new.get("status") or ""),
        holds_from=_date(event.new.get("holds_from")),
        holds_until=_date(event.new.get("holds_until")),
        about=_about(recommendation, review),
        review=review,
        url=_url(recommendation, review),
        is_sample=is_sample,
        by_sample=organisation is not None and organisation.is_sample,
    )


def _together(rows: list[Row]) -> Row:
    """One row for what one organisation did on one day, with the number of things it did it to; the newest of one."""
    first = rows[0]
    if not first.is_about_recommendation:
        number = len({row.event.review_id for row in rows})
        return replace(first, number=number, about="", url="") if number > 1 else first
    number = len({row.event.target_id for row in rows})
    if number == 1:
        return first
    bare = replace(first, number=number, old_status="", new_status="", holds_from=None, holds_until=None)
    return replace(bare, url=list_url(first.review))


def list_url(review: Review | None) -> str:
    """The address of a review's list of recommendations."""
    address = reverse("recommendation-list")
    return f"{address}?state={review.state.iso3}&session={review.session.number}" if review else address


def _organisation(event: Event, names: _Names) -> Organisation | None:
    pk = event.new.get("organisation") or event.organisation_id or names.voices.get(_assessment_of(event) or 0)
    return names.organisations.get(pk or 0)


def _who(event: Event, organisation: Organisation | None, names: _Names, reader: Reader) -> str:
    if organisation is None:
        return _("UPR Tracker")
    person = names.people.get(event.actor_id or 0)
    if person is None or event.organisation_id not in reader.organisation_ids:
        return organisation.public_name
    if not person.is_active:
        return _("A former member of %(organisation)s") % {"organisation": organisation.name}
    return _("%(person)s (%(organisation)s)") % {"person": person, "organisation": organisation.name}


def _about(recommendation: Recommendation | None, review: Review | None) -> str:
    if recommendation is None:
        return str(review) if review else ""
    return f"{recommendation.label} {recommendation.text}" if recommendation.label else recommendation.text


def _url(recommendation: Recommendation | None, review: Review | None) -> str:
    if recommendation is not None:
        return reverse("recommendation-detail", args=[recommendation.public_id])
    return review_url(review) if review is not None else ""


def review_url(review: Review) -> str:
    """The address of a review's page."""
    return reverse("review-detail", args=[review.session.number, review.state.iso3])


def _assessment_of(event: Event) -> int | None:
    value = event.new.get("assessment") or event.old.get("assessment")
    return value if isinstance(value, int) else None


def _date(value: object) -> datetime.date | None:
    return datetime.date.fromisoformat(value) if isinstance(value, str) and value else None
