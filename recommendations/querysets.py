"""The questions that pages, API and exports ask; each takes the Reader."""

import datetime
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import F, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce, NullIf
from django.utils import timezone

from accounts.reader import Reader, end_of_day
from reviews.days import first_after
from reviews.models import Lead

# Orders of lists and downloads. Each has its index in the model's Meta, which serves both directions.
ORDERINGS = {
    "state": ("state_iso3", "session_number", "sort_key", "id"),
    "session": ("session_number", "state_iso3", "sort_key", "id"),
    "added": ("added_at", "id"),
}

if TYPE_CHECKING:
    from recommendations.models import Assessment, Check, Position, Recommendation  # noqa: F401  named in the quotes below


MORE_THAN_SESSIONS = 32_767  # no session has this number


class AssessmentQuerySet(models.QuerySet["Assessment"]):
    """Assessments."""

    def held(self, reader: Reader) -> "AssessmentQuerySet":
        """Those that count on the reader's day, by what was known on the reader's other day.

        `as_of` leaves out what holds from a later day; `known_on` leaves out what was published, and keeps what was
        withdrawn, after the end of that day (UTC).
        """
        if reader.known_on is None:
            found = self.filter(withdrawn_at__isnull=True)
        else:
            end = end_of_day(reader.known_on)
            found = self.filter(published_at__lt=end).filter(Q(withdrawn_at__isnull=True) | Q(withdrawn_at__gte=end))
        if reader.as_of is not None:
            found = found.filter(holds_from__lte=reader.as_of)
        return found

    def current(self) -> "AssessmentQuerySet":
        """The latest of each voice on each recommendation: one dated back does not overtake a later one."""
        return self.order_by("recommendation_id", "voice_id", "-holds_from", "-id").distinct(
            "recommendation_id", "voice_id"
        )

    def for_display(self) -> "AssessmentQuerySet":
        """With the voice and the bases that a reader sees; never with a person."""
        return self.select_related("voice").prefetch_related("bases__document")


class RecommendationQuerySet(models.QuerySet["Recommendation"]):
    """Recommendations."""

    def visible_to(self, reader: Reader) -> "RecommendationQuerySet":
        """Those that are not removed and were made by the reader's day; samples only where the reader sees samples."""
        found = self.filter(removed_at__isnull=True).made_by(reader)
        return found if reader.samples else found.filter(is_sample=False)

    def made_by(self, reader: Reader) -> "RecommendationQuerySet":
        """Those of sessions that had begun, or may have, on the reader's day: on an earlier one there were none."""
        if reader.as_of is None:
            return self
        return self.filter(session_number__lt=Coalesce(Subquery(first_after(reader.as_of)), Value(MORE_THAN_SESSIONS)))

    def with_lead(self, reader: Reader) -> "RecommendationQuerySet":
        """Annotated with `lead_id` and `lead_status`: the lead organisation's assessment on the reader's day."""
        if not reader.is_clocked:
            return self.annotate(lead_id=F("lead_assessment_id"), lead_status=NullIf("status", Value("")))
        found = lead_on(reader)
        return self.annotate(lead_id=Subquery(found.values("id")[:1]), lead_status=Subquery(found.values("status")[:1]))

    def for_list(self) -> "RecommendationQuerySet":
        """With everything one row of a list prints; 4 queries whatever the number of rows."""
        return self.select_related(
            "review__session", "review__state", "current_position", "lead_assessment__voice"
        ).prefetch_related("recommenders__state", "issue_links__issue")


def was_made(pk: int, reader: Reader) -> bool:
    """Whether this recommendation had been made on the reader's day; 1 query, none for today."""
    from recommendations.models import Recommendation

    return reader.as_of is None or Recommendation.objects.filter(pk=pk).made_by(reader).exists()


def lead_on(reader: Reader) -> AssessmentQuerySet:
    """Of a recommendation outside, what its lead organisation had said on the reader's day, the latest first."""
    from recommendations.models import Assessment

    day = reader.as_of or reader.known_on or utc_today()
    leads = (
        Lead.recorded.known_to(reader)
        .filter(review=OuterRef(OuterRef("review_id")), is_sample=OuterRef(OuterRef("is_sample")), from_day__lte=day)
        .order_by("-from_day")
    )
    return (
        Assessment.objects.filter(recommendation=OuterRef("pk"))
        .held(reader)
        .filter(voice=Subquery(leads.values("organisation_id")[:1]))
        .order_by("-holds_from", "-id")
    )


def status_then(reader: Reader) -> Coalesce:
    """The status by the lead organisation on the reader's day; empty where it gave none."""
    return Coalesce(Subquery(lead_on(reader).values("status")[:1]), Value(""))


class PositionQuerySet(models.QuerySet["Position"]):
    """What States answered."""

    def held(self, reader: Reader) -> "PositionQuerySet":
        """Those given by the reader's day and recorded here by the other one. A source may state no day: those stay."""
        found = self
        if reader.as_of is not None:
            found = found.filter(Q(day__isnull=True) | Q(day__lte=reader.as_of))
        if reader.known_on is not None:
            found = found.filter(recorded_at__lt=end_of_day(reader.known_on))
        return found


class CheckQuerySet(models.QuerySet["Check"]):
    """Second looks that found no change."""

    def held(self, reader: Reader) -> "CheckQuerySet":
        """Those made by the reader's day and recorded here by the other one."""
        found = self
        if reader.as_of is not None:
            found = found.filter(day__lte=reader.as_of)
        if reader.known_on is not None:
            found = found.filter(recorded_at__lt=end_of_day(reader.known_on))
        return found


def utc_today() -> datetime.date:
    """Today where leads begin: UTC, so that lists change for everybody at once."""
    return timezone.now().astimezone(datetime.UTC).date()
