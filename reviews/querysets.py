"""Querysets of reviews."""

from typing import TYPE_CHECKING

from django.db import models

if TYPE_CHECKING:
    from reviews.models import Review  # noqa: F401  named in the quotes below


class ReviewQuerySet(models.QuerySet["Review"]):
    """Reviews."""

    def with_names(self) -> "ReviewQuerySet":
        """With session and State, which every line about a review prints."""
        return self.select_related("session", "state")
