"""Querysets of reviews and of who leads them."""

from typing import TYPE_CHECKING

from django.db import models
from django.db.models.functions import Now, TruncDate

if TYPE_CHECKING:
    from reviews.models import Lead, Review  # noqa: F401  named in the quotes below


class ReviewQuerySet(models.QuerySet["Review"]):
    """Reviews."""

    def with_names(self) -> "ReviewQuerySet":
        """With session and State, which every line about a review prints."""
        return self.select_related("session", "state")


class LeadQuerySet(models.QuerySet["Lead"]):
    """Lead organisations of reviews."""

    def to_start(self) -> "LeadQuerySet":
        """Those whose day has come, by the database's clock, which lists go by, and whose lists may not show it yet."""
        return self.filter(started=False, from_day__lte=TruncDate(Now()))
