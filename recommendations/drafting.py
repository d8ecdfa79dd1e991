"""Many drafts at once, as an import writes them: by the rules of `actions.save_draft`, in a few statements."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from accounts.models import Organisation
from history.log import Actor
from recommendations.actions import DraftContent
from recommendations.models import Assessment, Draft, Recommendation

CONTENT = tuple(DraftContent.__dataclass_fields__)


@dataclass(frozen=True)
class Standing:
    """What an organisation has on one recommendation: its draft, and what it recorded last, withdrawn or not."""

    draft: Draft | None
    latest: int | None  # the id of that assessment
    is_removed: bool = False

    @property
    def version(self) -> int | None:
        """The draft's version; None for none."""
        return self.draft.version if self.draft else None


@dataclass(frozen=True)
class Wanted:
    """A draft to be written, and what was there when somebody decided so."""

    content: DraftContent
    version: int | None  # of the draft they saw
    based_on: int | None  # the organisation's latest assessment they saw
    saved: tuple[int | None, dt.datetime] | None = None  # by whom and when, of one that is put back


class OvertakenOn(Exception):
    """Somebody saved, published or removed meanwhile, on these recommendations (ids); nothing was written."""

    def __init__(self, ids: list[int]) -> None:
        super().__init__(ids)
        self.ids = ids


def standings(organisation: Organisation, ids: list[int], *, lock: bool = False) -> dict[int, Standing]:
    """What the organisation has on each of these recommendations; with `lock`, nobody changes it until the end of the
    transaction: every action on drafts and assessments locks the recommendation first.
    """
    found = Recommendation.objects.filter(pk__in=ids).order_by("id").values_list("pk", "removed_at")
    removed = dict(found.select_for_update() if lock else found)
    held = Draft.objects.filter(organisation=organisation, recommendation__in=ids)
    drafts = {each.recommendation_id: each for each in held}
    recorded = Assessment.objects.filter(voice=organisation, recommendation__in=ids).order_by()
    latest = dict(recorded.values_list("recommendation").annotate(latest=Max("pk")))
    return {pk: Standing(drafts.get(pk), latest.get(pk), removed_at is not None) for pk, removed_at in removed.items()}


@transaction.atomic
def save_drafts(*, organisation: Organisation, wanted: Mapping[int, Wanted], by: Actor) -> None:
    """Write these drafts, by recommendation, all of them or none. Raises OvertakenOn.

    A draft that is there stays based on what whoever wrote it had seen: one that was overtaken by a later
    assessment still says so when it is published.
    """
    now = standings(organisation, list(wanted), lock=True)
    overtaken = [pk for pk, each in wanted.items() if not _as_seen(now[pk], each)]
    if overtaken:
        raise OvertakenOn(overtaken)
    drafts = []
    for pk, each in wanted.items():
        draft = now[pk].draft or Draft(
            recommendation_id=pk, organisation=organisation, based_on_id=each.based_on, version=0
        )
        for name in CONTENT:
            setattr(draft, name, getattr(each.content, name))
        draft.saved_by_id, draft.saved_at = each.saved or (by.person_id, timezone.now())
        draft.version += 1
        drafts.append(draft)
    fresh, kept = [each for each in drafts if each.pk is None], [each for each in drafts if each.pk is not None]
    Draft.objects.bulk_create(fresh, batch_size=1000)
    Draft.objects.bulk_update(kept, [*CONTENT, "saved_by", "saved_at", "version"], batch_size=1000)


def _as_seen(now: Standing, wanted: Wanted) -> bool:
    return not now.is_removed and (now.version, now.latest) == (wanted.version, wanted.based_on)
