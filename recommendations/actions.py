"""What people do to recommendations. Each action is one transaction: lock, compare with what was seen, write, log.

Whether somebody may is asked before, of accounts.permissions.
"""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Organisation
from history.log import Actor, record
from recommendations import derived, events
from recommendations.models import Assessment, Basis, Check, Draft, Recommendation
from reviews.days import FIRST_SESSION, first_days
from reviews.models import Document, Lead, Review

ONE_DAY = datetime.timedelta(days=1)


@dataclass(frozen=True)
class BasisContent:
    """One basis as a person or a file gives it; what does not belong to its kind is left empty."""

    kind: str
    document: Document | None = None
    passage: str = ""
    url: str = ""
    description: str = ""
    code: str = ""


@dataclass(frozen=True)
class AssessmentContent:
    """A judgement as a person or a file gives it."""

    status: str
    holds_from: datetime.date
    reason: str
    bases: Sequence[BasisContent]
    progress: str = ""
    in_law: bool | None = None
    in_practice: bool | None = None
    day_is_inferred: bool = False


@dataclass(frozen=True)
class DraftContent:
    """An unfinished judgement: anything may be missing. `bases` are dictionaries as the form holds them."""

    status: str = ""
    progress: str = ""
    in_law: bool | None = None
    in_practice: bool | None = None
    holds_from: datetime.date | None = None
    reason: str = ""
    bases: list[dict[str, object]] = field(default_factory=list)
    private_note: str = ""


class Overtaken(Exception):
    """Somebody else was quicker: `current` is what stands there now, which the person has not seen."""

    def __init__(self, current: Assessment | Draft | None) -> None:
        super().__init__(_("Somebody else saved in the meantime."))
        self.current = current


def latest_of(recommendation: Recommendation, voice: Organisation) -> Assessment | None:
    """The assessment a voice recorded last, withdrawn or not: the one that its next must be based on."""
    return Assessment.objects.filter(recommendation=recommendation, voice=voice).order_by("-id").first()


def has_status(recommendation: Recommendation, voice: Organisation) -> bool:
    """Whether a voice has a status there that was not withdrawn."""
    said = Assessment.objects.filter(recommendation=recommendation, voice=voice, withdrawn_at__isnull=True)
    return said.exists()


@transaction.atomic
def publish_assessment(
    *,
    recommendation: Recommendation,
    voice: Organisation,
    content: AssessmentContent,
    based_on: int | None,
    by: Actor,
    today: datetime.date,
    draft_version: int | None = None,
    quiet: bool = False,
) -> Assessment:
    """Record a status in a voice's name; its draft, if any, is done.

    `based_on` is the id of the voice's latest assessment as the person saw it, `draft_version` that of its draft (None
    for none), `today` the day in the person's zone. Raises Overtaken when there is a newer assessment or draft, and
    ValidationError (by field) for what a person can mend. The very same sent again by the same person writes nothing:
    what is returned `was_there`.
    """
    held = _lock_alive(recommendation)
    latest = latest_of(recommendation, voice)
    if (latest.pk if latest else None) != based_on:
        if latest and _is_repeat(latest, content, based_on, by):
            latest.was_there = True
            return latest
        raise Overtaken(latest)
    _seen_draft(recommendation, voice, draft_version)
    _check_content(content, held, today)
    before, after = _around(recommendation, voice, content.holds_from)
    assessment = Assessment(
        recommendation=recommendation,
        voice=voice,
        recorded_by_id=by.person_id,
        status=content.status,
        progress=content.progress,
        in_law=content.in_law,
        in_practice=content.in_practice,
        holds_from=content.holds_from,
        day_is_inferred=content.day_is_inferred,
        reason=content.reason.strip(),
        based_on=latest,
    )
    assessment.full_clean(exclude=["published_at"])
    assessment.save(force_insert=True)
    for basis in content.bases:
        _add_basis(assessment, basis)
    Draft.objects.filter(recommendation=recommendation, organisation=voice).delete()
    derived.refresh_leads([recommendation.pk])
    record(
        events.ASSESSMENT_PUBLISHED,
        recommendation,
        by=by,
        review_id=recommendation.review_id,
        old={"assessment": before.pk, "status": before.status} if before else None,
        new={
            "assessment": assessment.pk,
            "status": assessment.status,
            "progress": assessment.progress or None,
            "holds_from": assessment.holds_from,
            # Dated back, it changes what held on past days and leaves the current status as it is.
            **({"holds_until": after.holds_from - ONE_DAY} if after else {}),
        },
        quiet=quiet,
    )
    return assessment


@transaction.atomic
def withdraw_assessment(*, assessment: Assessment, by: Actor) -> Assessment:
    """Take a published status back: it stays in the history, marked, and counts no longer from now on."""
    recommendation = assessment.recommendation
    _lock(recommendation)
    assessment.refresh_from_db()
    if assessment.withdrawn_at is not None:
        return assessment
    assessment.withdrawn_at = timezone.now()
    assessment.save(update_fields=["withdrawn_at"])
    derived.refresh_leads([recommendation.pk])
    record(
        events.ASSESSMENT_WITHDRAWN,
        recommendation,
        by=by,
        review_id=recommendation.review_id,
        old={"assessment": assessment.pk, "status": assessment.status, "holds_from": assessment.holds_from},
    )
    return assessment


@transaction.atomic
def redact_assessment(*, assessment: Assessment, by: Actor) -> Assessment:
    """Remove the reason and the wording of the bases for good; status, day and organisation stay around the hole.

    Nothing else holds these words: events carry ids and codes, and mails never quote a reason.
    """
    recommendation = assessment.recommendation
    _lock(recommendation)
    assessment.refresh_from_db()
    if assessment.redacted_at is not None:
        return assessment
    assessment.reason = ""
    assessment.redacted_at = timezone.now()
    assessment.save(update_fields=["reason", "redacted_at"])
    assessment.bases.filter(redacted=False).update(
        redacted=True, document=None, passage="", url="", description="", code=""
    )
    # Any draft of this voice may repeat the name; its new version overtakes whoever has it open.
    drafts = Draft.objects.filter(recommendation=recommendation, organisation=assessment.voice)
    drafts.update(reason="", bases=[], private_note="", version=F("version") + 1)
    record(
        events.ASSESSMENT_REDACTED,
        recommendation,
        by=by,
        review_id=recommendation.review_id,
        new={"assessment": assessment.pk},
    )
    return assessment


@transaction.atomic
def record_check(
    *,
    recommendation: Recommendation,
    voice: Organisation,
    day: datetime.date,
    line: str,
    by: Actor,
    today: datetime.date,
) -> Check:
    """Note that somebody looked again and nothing had changed. The same check sent twice is one, and then `was_there`.

    Raises ValidationError for an impossible day, and where the voice has no status that could have stayed the same.
    """
    _refuse_impossible(day, _lock_alive(recommendation), today, "day")
    if not has_status(recommendation, voice):
        message = _("%(name)s has no status here that could have stayed the same. Record a status first.")
        raise ValidationError(message % {"name": voice.name})
    check, created = Check.objects.get_or_create(
        recommendation=recommendation,
        voice=voice,
        day=day,
        recorded_by_id=by.person_id,
        line=line.strip(),
        redacted_at=None,
    )
    if created:
        record(
            events.CHECK_RECORDED,
            recommendation,
            by=by,
            review_id=recommendation.review_id,
            new={"check": check.pk, "day": day},
        )
    check.was_there = not created
    return check


@transaction.atomic
def redact_check(*, check: Check, by: Actor) -> Check:
    """Remove the line of a check for good; the day and the organisation stay."""
    recommendation = check.recommendation
    _lock(recommendation)
    check.refresh_from_db()
    if check.redacted_at is not None:
        return check
    check.line = ""
    check.redacted_at = timezone.now()
    check.save(update_fields=["line", "redacted_at"])
    record(
        events.CHECK_REDACTED,
        recommendation,
        by=by,
        review_id=recommendation.review_id,
        new={"check": check.pk},
    )
    return check


@transaction.atomic
def save_draft(
    *,
    recommendation: Recommendation,
    organisation: Organisation,
    content: DraftContent,
    based_on: int | None,
    version: int | None,
    by: Actor,
) -> Draft:
    """Keep an unfinished judgement for the organisation. `version` is the draft's as the person saw it, None for none.

    Raises Overtaken when a colleague saved or published in the meantime.
    """
    _lock_alive(recommendation)
    draft = _seen_draft(recommendation, organisation, version)
    latest = latest_of(recommendation, organisation)
    if (latest.pk if latest else None) != based_on:
        raise Overtaken(latest)
    if draft is None:
        draft = Draft(recommendation=recommendation, organisation=organisation, version=0)
    for name in DraftContent.__dataclass_fields__:
        setattr(draft, name, getattr(content, name))
    draft.based_on_id = based_on
    draft.version += 1
    draft.saved_by_id = by.person_id
    draft.full_clean(exclude=["bases"])
    draft.save()
    return draft


@transaction.atomic
def discard_draft(*, recommendation: Recommendation, organisation: Organisation, version: int | None) -> None:
    """Throw a draft away, as the person saw it; raises Overtaken when a colleague saved in the meantime."""
    _lock(recommendation)
    draft = _seen_draft(recommendation, organisation, version)
    if draft is not None:
        draft.delete()


@transaction.atomic
def name_lead(
    *, review: Review, organisation: Organisation, from_day: datetime.date, by: Actor, is_sample: bool = False
) -> Lead:
    """Name the organisation whose assessments the lists of a review show from a day on."""
    Review.objects.select_for_update().get(pk=review.pk)
    standing, now = Lead.objects.filter(review=review, from_day=from_day, is_sample=is_sample), timezone.now()
    if same := standing.filter(organisation=organisation).first():
        return same
    standing.update(replaced_at=now)  # and kept, for who asks what was known before
    lead = Lead.objects.create(
        review=review, organisation=organisation, from_day=from_day, is_sample=is_sample, recorded_at=now
    )
    derived.refresh_leads(list(Recommendation.objects.filter(review=review).values_list("pk", flat=True)))
    record(
        events.LEAD_NAMED,
        review,
        by=by,
        review_id=review.pk,
        new={"organisation": organisation.pk, "from_day": from_day, "sample": is_sample},
    )
    return lead


def start_leads() -> int:
    """Let those lead whose first day (UTC) has come, however long ago; returns how many recommendations it changed."""
    due = dict(Lead.recorded.to_start().values_list("pk", "review_id"))
    if not due:
        return 0
    changed = refresh_wrong(derived.LEADS, sorted({*due.values()}))
    # After that is committed: were it lost, they would still be due; and no lead's row is held while others are locked.
    Lead.recorded.to_start().filter(pk__in=due).update(started=True)
    return changed


@transaction.atomic
def refresh_wrong(kept: derived.Kept, reviews: Sequence[int] | None = None) -> int:
    """Bring kept columns up to date wherever they are not, or in some reviews; how many recommendations that changed.

    An event for each review, and one for its samples, tells whoever keeps a copy that answers are no longer what they
    were.
    """
    ids = derived.wrong(kept, reviews)
    changed = derived.refresh(kept, ids)
    affected = Recommendation.objects.filter(pk__in=ids).order_by("review_id", "is_sample")
    for pk, is_sample in affected.values_list("review_id", "is_sample").distinct():
        review, new = Review(pk=pk), {"sample": is_sample}
        record(events.LISTS_REFRESHED, review, by=Actor(), review_id=pk, new=new, quiet=True)
    return changed


def _lock(recommendation: Recommendation) -> Recommendation:
    return Recommendation.objects.select_for_update().get(pk=recommendation.pk)


def _lock_alive(recommendation: Recommendation) -> Recommendation:
    held = _lock(recommendation)
    if held.removed_at is not None:
        raise ValidationError(_("This recommendation has been removed; nothing more is recorded on it."))
    return held


def _seen_draft(recommendation: Recommendation, organisation: Organisation, version: int | None) -> Draft | None:
    """The organisation's draft, which must be the one that the person saw."""
    draft = Draft.objects.filter(recommendation=recommendation, organisation=organisation).first()
    if (draft.version if draft else None) != version:
        raise Overtaken(draft)
    return draft


def _around(
    recommendation: Recommendation, voice: Organisation, day: datetime.date
) -> tuple[Assessment | None, Assessment | None]:
    """What a voice says of a day, and what it says next, of a later one: between them comes a status from that day."""
    standing = Assessment.objects.filter(recommendation=recommendation, voice=voice, withdrawn_at__isnull=True)
    before = standing.filter(holds_from__lte=day).order_by("-holds_from", "-id").first()
    return before, standing.filter(holds_from__gt=day).order_by("holds_from").first()


def _is_repeat(latest: Assessment, content: AssessmentContent, based_on: int | None, by: Actor) -> bool:
    """Whether the same person just recorded the very same: a double click, or a page sent again."""
    if by.person_id is None or (latest.recorded_by_id, latest.based_on_id) != (by.person_id, based_on):
        return False
    judged = ("status", "progress", "in_law", "in_practice", "holds_from")
    if any(getattr(latest, name) != getattr(content, name) for name in judged):
        return False
    written = [(basis.kind, basis.document_id, *_words(basis)) for basis in latest.bases.order_by("id")]
    sent = [(basis.kind, basis.document.pk if basis.document else None, *_words(basis)) for basis in content.bases]
    return latest.reason == content.reason.strip() and written == sent


def _words(basis: Basis | BasisContent) -> tuple[str, ...]:
    return tuple(words.strip() for words in (basis.passage, basis.url, basis.description, basis.code))


def _refuse_impossible(day: datetime.date, held: Recommendation, today: datetime.date, name: str) -> None:
    """Nothing can have become of a recommendation before it was made, or on a day that has not come."""
    if day > today:
        message = _("%(day)s has not come yet. Give today or an earlier day.")
        raise ValidationError({name: message % {"day": day.isoformat()}})
    first = first_days().get(held.session_number, FIRST_SESSION)
    if day >= first:
        return
    message = _(
        "%(day)s is before this was recommended: session %(session)d did not begin before %(first)s. Give that day or "
        "a later one; what was so before is said in words."
    )
    if first == FIRST_SESSION:
        message = _("%(day)s is before the first session of the UPR (7 April 2008). Check the year.")
    said = {"day": day.isoformat(), "session": held.session_number, "first": first.isoformat()}
    raise ValidationError({name: message % said})


def _check_content(content: AssessmentContent, held: Recommendation, today: datetime.date) -> None:
    _refuse_impossible(content.holds_from, held, today, "holds_from")
    if not content.bases:
        raise ValidationError({"bases": _("Say what this rests on: at least one basis.")})


def _add_basis(assessment: Assessment, content: BasisContent) -> None:
    basis = Basis(
        assessment=assessment,
        kind=content.kind,
        document=content.document,
        passage=content.passage.strip(),
        url=content.url.strip(),
        description=content.description.strip(),
        code=content.code.strip(),
    )
    try:
        basis.full_clean(exclude=["assessment"])
    except ValidationError as error:
        raise ValidationError({"bases": error.messages}) from error
    basis.save(force_insert=True)
