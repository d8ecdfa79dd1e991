"""Correcting the facts of a record: what changes, what the log says, who may, and two people at once."""

import dataclasses
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from accounts.roles import Role
from history.log import Actor
from history.models import Event
from recommendations import verifying
from recommendations.actions import Overtaken
from recommendations.correcting import correct_recommendation, corrections_of, facts_of, lead_of, may_correct
from recommendations.models import Recommendation
from tests import factories as make
from tests.recommendations.conftest import at_once

pytestmark = pytest.mark.django_db
SYSTEM = Actor()


def correct(recommendation: Recommendation, by: Actor = SYSTEM, version: int | None = None, **values: Any) -> list[str]:
    """Correct these parts of a record as it stands now."""
    held = Recommendation.objects.get(pk=recommendation.pk)
    facts = dataclasses.replace(facts_of(held), **values)
    return correct_recommendation(recommendation=held, facts=facts, version=version or held.version, by=by)


def test_correction_changes_only_what_is_other_and_remembers_it(cast: SimpleNamespace) -> None:
    r = cast.recommendation
    assert correct(r, text="  Adopt the measure \n") == ["text"]
    r.refresh_from_db()
    assert (r.text, r.version, r.edited) == ("Adopt the measure", 2, ["text"])
    assert correct(r, action_category=4) == ["action_category"]
    r.refresh_from_db()
    assert (r.version, r.edited) == (3, ["action_category", "text"])
    assert list(verifying.findings()) == []


def test_correction_that_says_what_is_there_is_none(cast: SimpleNamespace) -> None:
    assert correct(cast.recommendation, version=99) == []
    assert not Event.objects.filter(action="recommendation.corrected").exists()


def test_correction_is_told_in_ids_and_codes_only(cast: SimpleNamespace) -> None:
    france, peru = make.make_state("FRA", "France"), make.make_state("PER", "Peru")
    r = make.make_recommendation(cast.review, states=[france], issues=[make.make_issue("Torture", "uhri_theme")])
    health = make.make_issue("Health", "uhri_theme")
    by = Actor(person_id=cast.owner.pk, organisation_id=cast.group.pk)
    states = [(peru.pk, "Peru"), (None, "Ruritania")]
    old_issue = facts_of(r).issues[0]  # type: ignore[index]
    parts = correct(r, by, text="Secret words", states=states, issues=[health.pk], action_category=5)
    assert parts == ["text", "states", "issues", "action_category"]
    event = Event.objects.get(action="recommendation.corrected")
    assert event.old == {"states": [france.pk], "issues": [old_issue], "action_category": None}
    assert event.new == {"parts": parts, "states": [peru.pk], "issues": [health.pk], "action_category": 5}
    assert [(each.state_id, each.printed) for each in r.recommenders.all()] == states


def test_primary_issue_stays_primary_and_the_other_scheme_is_left_alone(cast: SimpleNamespace) -> None:
    first, other = make.make_issue("Torture", "uhri_theme"), make.make_issue("Health")
    r = make.make_recommendation(cast.review, issues=[first, other])
    more = make.make_issue("Courts", "uhri_theme")
    assert correct(r, issues=[more.pk, first.pk]) == ["issues"]
    links = set(r.issue_links.values_list("issue_id", "is_primary"))
    assert links == {(first.pk, True), (more.pk, False), (other.pk, False)}
    assert correct(r, mentioned_issues=[]) == ["mentioned_issues"]
    assert set(r.issue_links.values_list("issue_id", flat=True)) == {first.pk, more.pk}


@pytest.mark.parametrize("values", [{"text": " "}, {"states": [(1, "France"), (1, "the French Republic")]}])
def test_correction_that_cannot_be_is_refused_beside_its_field(cast: SimpleNamespace, values: dict[str, Any]) -> None:
    with pytest.raises(ValidationError) as error:
        correct(cast.recommendation, **values)
    assert set(error.value.message_dict) == set(values)
    cast.recommendation.refresh_from_db()
    assert cast.recommendation.version == 1


def test_removed_record_is_not_corrected(cast: SimpleNamespace) -> None:
    Recommendation.objects.update(removed_at=timezone.now())
    with pytest.raises(ValidationError, match="has been removed"):
        correct(cast.recommendation, text="Other")


def test_correction_of_what_has_changed_since_is_overtaken(cast: SimpleNamespace) -> None:
    correct(cast.recommendation, text="First")
    with pytest.raises(Overtaken):
        correct(cast.recommendation, version=1, text="Second")
    assert Recommendation.objects.get(pk=cast.recommendation.pk).text == "First"


@pytest.mark.django_db(transaction=True)
def test_of_two_corrections_at_once_one_wins_and_the_other_learns_of_it(cast: SimpleNamespace) -> None:
    ends = at_once(
        lambda: correct(cast.recommendation, version=1, text="One"),
        lambda: correct(cast.recommendation, version=1, text="Two"),
    )
    assert sorted(type(end).__name__ for end in ends) == ["Overtaken", "list"]
    assert Event.objects.filter(action="recommendation.corrected").count() == 1


def test_administrators_and_managers_of_the_lead_may(cast: SimpleNamespace) -> None:
    manager = make.make_person(organisation=cast.group, role=Role.MANAGER)
    assert may_correct(manager, cast.recommendation)
    assert may_correct(cast.administrator, cast.recommendation)
    refused = {person: str(may_correct(person, cast.recommendation).reason) for person in (cast.owner, cast.outsider)}
    assert refused[cast.owner] == "As reviewer of Watch Group you may not correct the records of a review."
    assert refused[cast.outsider] == "You do not belong to Watch Group."
    assert str(may_correct(None, cast.recommendation).reason) == "Sign in first."


def test_without_a_lead_today_only_administrators_may(cast: SimpleNamespace) -> None:
    manager = make.make_person(organisation=cast.group, role=Role.MANAGER)
    cast.review.leads.update(from_day="2999-01-01")
    assert lead_of(cast.recommendation) is None
    assert "No organisation leads this review" in str(may_correct(manager, cast.recommendation).reason)
    assert may_correct(cast.administrator, cast.recommendation)


def test_provenance_names_the_last_correction_of_each_part(cast: SimpleNamespace) -> None:
    correct(cast.recommendation, Actor(person_id=cast.administrator.pk), text="First", action_category=2)
    correct(cast.recommendation, Actor(person_id=cast.owner.pk, organisation_id=cast.group.pk), text="Second")
    cast.recommendation.refresh_from_db()
    found = corrections_of([cast.recommendation])[cast.recommendation.pk]
    whose = {part: each.organisation for part, each in found.items()}
    assert whose == {"text": cast.group, "action_category": None}
    assert found["text"].day == timezone.now().date()
