"""The implementation index (UPR Info's): the average of what the voices' statuses score.

It is never shown without how many voices it rests on, who they are, and whether they differ. A status that says nothing
of how far things have come has no score and lowers nothing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import fmean

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.reader import Reader
from recommendations.models import Assessment, Progress, Status

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
PARTIALLY_FROM, FULLY_FROM = 0.33, 0.66  # UPR Info's thresholds: below the first not, below the second partially


class Verdict(models.TextChoices):
    """What an average says."""

    NOT = "not_implemented", _("not implemented")
    PARTIALLY = "partially_implemented", _("partially implemented")
    FULLY = "fully_implemented", _("fully implemented")


@dataclass(frozen=True)
class Average:
    """The average of some scores, 0 to 1; with no score, neither a value nor a verdict."""

    scores: Sequence[float]

    @property
    def n(self) -> int:
        """How many voices have a score."""
        return len(self.scores)

    @property
    def value(self) -> float | None:
        """The average, to four places."""
        return round(fmean(self.scores), 4) if self.scores else None

    @property
    def verdict(self) -> Verdict | None:
        """Not, partially or fully implemented."""
        return verdict(fmean(self.scores)) if self.scores else None


@dataclass(frozen=True)
class Index(Average):
    """The index of one recommendation, with the current assessment of each voice that it is made of."""

    voices: Sequence[Assessment]

    @property
    def disputed(self) -> bool:
        """Whether voices that have a score differ."""
        return len(set(self.scores)) > 1

    def by_kind(self) -> dict[str, Average]:
        """The average of each kind of organisation: 24 organisations of one kind are one kind."""
        kinds = sorted({voice.voice.kind for voice in self.voices})
        return {kind: Average(_scores(v for v in self.voices if v.voice.kind == kind)) for kind in kinds}


def verdict(average: float) -> Verdict:
    """What an average between 0 and 1 says."""
    if average < PARTIALLY_FROM:
        return Verdict.NOT
    return Verdict.PARTIALLY if average < FULLY_FROM else Verdict.FULLY


def score(assessment: Assessment) -> float | None:
    """What one assessment scores: 0, 0.5 or 1; None where its status says nothing of how far things have come."""
    return SCORES.get((assessment.status, assessment.progress))


def index_of(ids: Sequence[int], reader: Reader) -> dict[int, Index]:
    """The index of these recommendations as it stood on the reader's day, by their ids. One query.

    A recommendation that nobody has assessed has an index without voices, whose value is None.
    """
    current = Assessment.objects.filter(recommendation__in=ids).held(reader).current().select_related("voice")
    voices: dict[int, list[Assessment]] = {pk: [] for pk in ids}
    for assessment in current:
        voices[assessment.recommendation_id].append(assessment)
    return {pk: index_from(given) for pk, given in voices.items()}


def index_from(voices: Sequence[Assessment]) -> Index:
    """The index of one recommendation whose current assessments, one a voice, are at hand."""
    return Index(_scores(voices), voices)


def _scores(assessments: Iterable[Assessment]) -> list[float]:
    return [found for found in map(score, assessments) if found is not None]


def score_sql(table: str) -> str:
    """The score of the assessment in this alias, in SQL; the same table."""
    branches = " ".join(
        f"WHEN {table}.status = '{status}' AND {table}.progress = '{progress}' THEN {points}"
        for (status, progress), points in SCORES.items()
    )
    return f"CASE {branches} END"
