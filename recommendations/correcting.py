"""Correcting the facts of a recommendation: what a person mends stays mended, whatever is imported afterwards."""

import datetime
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts import permissions
from accounts.models import Organisation, Person
from accounts.permissions import Decision
from accounts.roles import Act
from history.log import Actor, Value, record
from history.models import Event
from issues.models import Scheme
from recommendations import events
from recommendations.actions import Overtaken
from recommendations.models import Part, Recommendation, RecommendationIssue, RecommendingState
from recommendations.querysets import utc_today
from reviews.models import Lead

ISSUES_OF = {Scheme.UHRI: Part.ISSUES, Scheme.UPR_INFO: Part.MENTIONED_ISSUES}


@dataclass(frozen=True)
class Facts:
    """What can be corrected of a record, all of it. A State is its id, None where its name is not recognised, and the
    name as printed; issues are ids.
    """

    text: str
    states: Sequence[tuple[int | None, str]]
    issues: Collection[int]
    mentioned_issues: Collection[int]
    action_category: int | None


def facts_of(recommendation: Recommendation) -> Facts:
    """What a record says now; 2 queries, none where recommenders and issues are prefetched."""
    links = recommendation.issue_links.all()
    return Facts(
        text=recommendation.text,
        states=[(each.state_id, each.printed) for each in recommendation.recommenders.all()],
        issues=sorted(link.issue_id for link in links if link.scheme == Scheme.UHRI),
        mentioned_issues=sorted(link.issue_id for link in links if link.scheme == Scheme.UPR_INFO),
        action_category=recommendation.action_category,
    )


def lead_of(recommendation: Recommendation) -> Organisation | None:
    """The organisation that leads the recommendation's review today; 1 query."""
    leads = Lead.objects.filter(
        review=recommendation.review_id, is_sample=recommendation.is_sample, from_day__lte=utc_today()
    )
    lead = leads.select_related("organisation").order_by("-from_day").first()
    return lead.organisation if lead else None


def may_correct(person: Person | None, recommendation: Recommendation) -> Decision:
    """Whether the person may correct it: administrators, and managers of the organisation that leads its review."""
    return permissions.may_as_lead(person, Act.CORRECT, lead_of(recommendation))


@transaction.atomic
def correct_recommendation(*, recommendation: Recommendation, facts: Facts, version: int, by: Actor) -> list[str]:
    """Make a record say this, and remember which parts a person changed; returns those, none where it says so already.

    `version` is the record's as the person saw it. Raises Overtaken when it has changed since, and ValidationError (by
    field) for what a person can mend.
    """
    held = Recommendation.objects.select_for_update().get(pk=recommendation.pk)
    if held.removed_at is not None:
        raise ValidationError(_("This recommendation has been removed; nothing more is recorded on it."))
    _check(facts)
    before = facts_of(held)
    parts = [part.value for part in Part if _is_other(part, before, facts)]
    if not parts:
        return []
    if held.version != version:
        raise Overtaken(None)
    held.text, held.action_category = facts.text.strip(), facts.action_category
    held.edited = sorted({*held.edited, *parts})
    held.version += 1
    held.save(update_fields=["text", "action_category", "edited", "version"])
    if Part.STATES in parts:
        _put_states(held, facts.states)
    for scheme, part in ISSUES_OF.items():
        if part in parts:
            _put_issues(held, scheme, getattr(facts, part))
    old, new = _told(before, parts), _told(facts, parts)
    new["parts"] = parts
    record(events.RECOMMENDATION_CORRECTED, held, by=by, review_id=held.review_id, old=old, new=new)
    return parts


def _check(facts: Facts) -> None:
    if not facts.text.strip():
        raise ValidationError({"text": _("A recommendation has a text. Write what the document prints.")})
    states = [state for state, _printed in facts.states if state is not None]
    for state, printed in facts.states:
        if state is not None and states.count(state) > 1:
            twice = _("“%(name)s” is named twice, maybe by another of its names. Name each State once.")
            raise ValidationError({"states": twice % {"name": printed}})


def _is_other(part: Part, held: Facts, wanted: Facts) -> bool:
    return bool(_said(part, held) != _said(part, wanted))


def _said(part: Part, facts: Facts) -> Any:
    """A part as it is compared: a State is the same in another spelling, issues have no order."""
    value = getattr(facts, part)
    if part == Part.STATES:
        return [printed if state is None else state for state, printed in value]
    if part in ISSUES_OF.values():
        return set(value)
    return value.strip() if part == Part.TEXT else value


def _told(facts: Facts, parts: Collection[str]) -> dict[str, Value]:
    """What the log may hold of these parts: ids and codes. The text is in the row, where it can be taken back."""
    told: dict[str, Value] = {}
    if Part.STATES in parts:
        told["states"] = [state for state, _printed in facts.states if state is not None]
    for part in ISSUES_OF.values():
        if part in parts:
            told[part.value] = sorted(getattr(facts, part))
    if Part.ACTION_CATEGORY in parts:
        told["action_category"] = facts.action_category
    return told


def _put_states(recommendation: Recommendation, states: Sequence[tuple[int | None, str]]) -> None:
    recommendation.recommenders.all().delete()
    RecommendingState.objects.bulk_create(
        RecommendingState(recommendation=recommendation, state_id=state, printed=printed, order=order)
        for order, (state, printed) in enumerate(states, 1)
    )


def _put_issues(recommendation: Recommendation, scheme: str, wanted: Collection[int]) -> None:
    """Make the issues of one scheme these; the primary one stays so while it is among them."""
    links = recommendation.issue_links.filter(scheme=scheme)
    links.exclude(issue__in=wanted).delete()
    held = set(links.values_list("issue_id", flat=True))
    RecommendationIssue.objects.bulk_create(
        RecommendationIssue(recommendation=recommendation, issue_id=issue, scheme=scheme)
        for issue in sorted(set(wanted) - held)
    )


@dataclass(frozen=True)
class Corrected:
    """When a part was corrected last, and in whose name; None for an administrator of the site."""

    part: str
    day: datetime.date
    organisation: Organisation | None


def corrections_of(recommendations: Collection[Recommendation]) -> dict[int, dict[str, Corrected]]:
    """By recommendation and part, the corrections that stand; 2 queries, none where nothing was corrected."""
    edited = {each.pk: each.edited for each in recommendations if each.edited}
    if not edited:
        return {}
    told = Event.objects.filter(
        target_type=Recommendation._meta.label_lower,
        target_id__in=edited,
        action=events.RECOMMENDATION_CORRECTED.name,
    ).order_by("id")
    latest = {(each.target_id, part): each for each in told for part in each.new["parts"]}
    organisations = Organisation.objects.in_bulk({each.organisation_id for each in told if each.organisation_id})
    found: dict[int, dict[str, Corrected]] = {pk: {} for pk in edited}
    for (pk, part), event in latest.items():
        if part in edited[pk]:
            day = event.recorded_at.astimezone(datetime.UTC).date()
            found[pk][part] = Corrected(part, day, organisations.get(event.organisation_id or 0))
    return found
