"""Querysets of reviews and of who leads them."""

from typing import TYPE_CHECKING

from django.db import models
from django.db.models.functions import Now, TruncDate

from accounts.reader import Reader

if TYPE_CHECKING:
    from reviews.models import Lead, Review  # noqa: F401  named in the quotes below


class ReviewQuerySet(models.QuerySet["Review"]):
    """Reviews."""

    def with_names(self) -> "ReviewQuerySet":
        """With session and State, which every line about a review prints."""
        return self.select_related("session", "state")


class LeadQuerySet(models.QuerySet["Lead"]):
    """Lead organisations of reviews."""

    def known_to(self, reader: Reader) -> "LeadQuerySet":
        """Those that stood by what this site knew at the end of the reader's day (`known_on`), or stand now."""
        if reader.known_before is None:
            return self.filter(replaced_at=None)
        unreplaced = models.Q(replaced_at=None) | models.Q(replaced_at__gte=reader.known_before)
        return self.filter(unreplaced, recorded_at__lt=reader.known_before)

    def to_start(self) -> "LeadQuerySet":
        """Those whose day has come, by the database's clock, which lists go by, and whose lists may not show it yet."""
        return self.filter(started=False, from_day__lte=TruncDate(Now()))


class StandingLeads(models.Manager["Lead"]):
    """Those that stand. What was named otherwise for the same day later is kept, for who asks what was known then."""

    def get_queryset(self) -> LeadQuerySet:
        return LeadQuerySet(self.model, using=self._db).filter(replaced_at=None)
