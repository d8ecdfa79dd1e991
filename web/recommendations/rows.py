"""The rows of a list of recommendations: each with its lead assessment, or the number of voices where none leads."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.contrib.postgres.aggregates import ArrayAgg

from accounts.models import Organisation
from accounts.reader import Reader
from recommendations.models import Assessment, Recommendation


@dataclass(frozen=True)
class Row:
    """One line of the matrix."""

    recommendation: Recommendation
    lead: Assessment | None
    voices: int  # voices that have assessed it on the reader's day
    may_record: bool
    voice: str  # the slug of the one organisation in whose name the reader may note a check; else empty


def rows_of(
    found: Sequence[Recommendation], reader: Reader, speaking: Mapping[int, Sequence[Organisation]]
) -> list[Row]:
    """The rows of these recommendations (from `with_lead`); 2 queries however many there are.

    `speaking`: by State, the organisations in whose name the reader may record something.
    """
    leads = Assessment.objects.select_related("voice").in_bulk([r.lead_id for r in found if r.lead_id])  # type: ignore[attr-defined]
    voices = dict(
        Assessment.objects.held(reader)
        .filter(recommendation__in=[r.pk for r in found])
        .order_by()
        .values_list("recommendation")
        .annotate(each=ArrayAgg("voice", distinct=True))
    )
    return [
        Row(
            recommendation=r,
            lead=leads.get(r.lead_id),  # type: ignore[attr-defined]
            voices=len(voices.get(r.pk, ())),
            may_record=r.review.state_id in speaking,
            voice=_only(speaking.get(r.review.state_id, ()), voices.get(r.pk, ())),
        )
        for r in found
    ]


def _only(organisations: Sequence[Organisation], voices: Sequence[int]) -> str:
    """The slug of the only organisation, where it has a status that may have stayed the same."""
    return organisations[0].slug if len(organisations) == 1 and organisations[0].pk in voices else ""
