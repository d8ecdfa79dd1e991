"""What somebody follows around a recommendation."""

from dataclasses import dataclass

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import Person
from notifications.models import Follow
from recommendations.models import Recommendation


@dataclass(frozen=True)
class Followable:
    """One thing that can be followed, and whether the person does."""

    kind: str  # recommendation, review, state, issue
    id: int
    words: str | Promise
    is_followed: bool


def followed(person: Person | None, recommendation: Recommendation) -> list[Followable]:
    """The recommendation, its review, its State and its issues, with whether the person follows each; 1 query."""
    review = recommendation.review
    things: list[tuple[models.Model, str | Promise]] = [
        (recommendation, _("This recommendation")),
        (review, str(review)),
        (review.state, review.state.local_name),
        *((link.issue, link.issue.local_name) for link in recommendation.issue_links.all()),
    ]
    return followables(person, things)


def followables(person: Person | None, things: list[tuple[models.Model, str | Promise]]) -> list[Followable]:
    """These things with whether the person follows each; 1 query, none for the public."""
    columns = ("recommendation_id", "review_id", "state_id", "issue_id")
    rows = Follow.objects.filter(person=person).values_list(*columns) if person else []
    held = {(column.removesuffix("_id"), pk) for row in rows for column, pk in zip(columns, row, strict=True) if pk}
    return [
        Followable(str(thing._meta.model_name), thing.pk, words, (thing._meta.model_name, thing.pk) in held)
        for thing, words in things
    ]
