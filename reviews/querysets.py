"""Querysets of reviews."""

from django.db import models


class ReviewQuerySet(models.QuerySet["Review"]):  # type: ignore[name-defined]
    """Reviews."""

    def with_names(self) -> "ReviewQuerySet":
        """With session and State, which every line about a review prints."""
        return self.select_related("session", "state")
