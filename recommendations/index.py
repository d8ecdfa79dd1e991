"""The implementation index (UPR Info's): the average of what the voices' statuses score. Its one rule, in SQL.

It is never shown without how many voices it rests on, who they are, and whether they differ. A status that says nothing
of how far things have come has no score and lowers nothing. Rows and aggregates are made of these expressions.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _

from recommendations.models import Progress, Status

# What UPR Info's index gives the nearest of its answers. No Information, Monitoring Phase, and In Progress that does
# not say how far, have none.
SCORES: dict[tuple[str, str], float] = {
    (Status.NOT_STARTED, ""): 0.0,
    (Status.IN_PROGRESS, Progress.INSIGNIFICANT): 0.0,
    (Status.IN_PROGRESS, Progress.SUBSTANTIAL): 0.5,
    (Status.PARTIAL_IMPLEMENTATION, ""): 0.5,
    (Status.FULLY_IMPLEMENTED, ""): 1.0,
    (Status.REGRESSION, ""): 0.0,
}


class Verdict(models.TextChoices):
    """What an average says."""

    NOT = "not_implemented", _("not implemented")
    PARTIALLY = "partially_implemented", _("partially implemented")
    FULLY = "fully_implemented", _("fully implemented")


# UPR Info's thresholds: an average below the number says this, one that is below neither says fully.
BELOW = {Verdict.NOT: 0.33, Verdict.PARTIALLY: 0.66}


def score(table: str) -> str:
    """What the assessment in this alias scores: 0, 0.5 or 1; null where its status says nothing of how far."""
    branches = " ".join(
        f"WHEN {table}.status = '{status}' AND {table}.progress = '{progress}' THEN {points}"
        for (status, progress), points in SCORES.items()
    )
    return f"CASE {branches} END"


def verdict(value: str) -> str:
    """What an average, 0 to 1, says; null for null."""
    branches = " ".join(f"WHEN {value} < {most} THEN '{says}'" for says, most in BELOW.items())
    return f"CASE {branches} WHEN {value} IS NOT NULL THEN '{Verdict.FULLY}' END"


def average(scores: str) -> dict[str, str]:
    """The average of a column of scores: of how many, to four places, and what it says. Without any: 0, null, null."""
    value = f"avg({scores})"
    return {"n": f"count({scores})", "value": f"round({value}, 4)::float8", "verdict": verdict(value)}


def disputed(scores: str) -> str:
    """Whether the scores of a column differ."""
    return f"coalesce(min({scores}) <> max({scores}), false)"
