"""Recording a status: who was first, what is asked for, and what the log and the row say afterwards."""

import datetime
import zoneinfo
from types import SimpleNamespace
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from history.models import Event
from recommendations.actions import BasisContent, Overtaken, publish_assessment, withdraw_assessment
from recommendations.models import Assessment, Draft
from reviews.models import Document
from tests import factories as make
from tests.recommendations.conftest import MONITORING, TODAY, Desk, actor, at_once, content

EARLIER = datetime.date(2025, 6, 1)


def lead_status(recommendation: Any) -> str | None:
    recommendation.refresh_from_db()
    return recommendation.lead_assessment.status if recommendation.lead_assessment else None


def test_published_status_is_kept_with_its_bases_and_one_event(desk: Desk) -> None:
    link = BasisContent("link", url=" https://example.org/law ", description=" The draft ")
    made = desk.publish(progress="substantial", in_law=True, reason="  A law. ", bases=[MONITORING, link])
    found = Assessment.objects.get()
    assert (found.pk, found.reason, found.progress, found.in_law) == (made.pk, "A law.", "substantial", True)
    kept = list(found.bases.values_list("kind", "url", "description"))
    assert kept == [("monitoring", "", MONITORING.description), ("link", "https://example.org/law", "The draft")]
    event = Event.objects.get()
    assert (event.action, event.target_id, event.review_id) == (
        "assessment.published",
        desk.recommendation.pk,
        desk.recommendation.review_id,
    )
    assert (event.actor_id, event.organisation_id) == (desk.by.person_id, desk.voice.pk)
    assert (event.old, event.new) == (
        {},
        {"assessment": made.pk, "status": "in_progress", "progress": "substantial", "holds_from": "2026-03-01"},
    )
    assert lead_status(desk.recommendation) == "in_progress"


def test_event_of_a_later_status_names_the_one_before(desk: Desk) -> None:
    first = desk.publish("not_started")
    desk.publish("in_progress")
    event = Event.objects.order_by("-id")[0]
    assert event.old == {"assessment": first.pk, "status": "not_started"}


def test_event_of_a_status_dated_back_tells_of_past_days_and_of_no_change_today(desk: Desk) -> None:
    desk.publish("regression", holds_from=datetime.date(2026, 2, 10))
    desk.publish("not_started", holds_from=EARLIER)
    first = Event.objects.order_by("-id")[0]
    assert (first.old, first.new["status"]) == ({}, "not_started")
    assert (first.new["holds_from"], first.new["holds_until"]) == ("2025-06-01", "2026-02-09")
    desk.publish("in_progress", holds_from=datetime.date(2025, 9, 1))
    between = Event.objects.order_by("-id")[0]
    assert (between.old["status"], between.new["status"]) == ("not_started", "in_progress")
    assert between.new["holds_until"] == "2026-02-09"
    assert lead_status(desk.recommendation) == "regression"


def test_event_after_a_withdrawal_names_what_held(desk: Desk) -> None:
    stood = desk.publish("not_started", holds_from=EARLIER)
    withdraw_assessment(assessment=desk.publish("regression"), by=desk.by)
    desk.publish("in_progress")
    event = Event.objects.order_by("-id")[0]
    assert event.old == {"assessment": stood.pk, "status": "not_started"}
    assert "holds_until" not in event.new


def test_status_based_on_an_older_one_is_overtaken(desk: Desk, mate: Desk) -> None:
    seen = desk.publish("not_started").pk
    current = mate.publish("in_progress")
    with pytest.raises(Overtaken) as overtaken:
        desk.publish("fully_implemented", based_on=seen)
    assert overtaken.value.current == current
    with pytest.raises(Overtaken):
        desk.publish("fully_implemented", based_on=None)
    assert Assessment.objects.count() == 2


def test_two_people_at_the_same_moment_one_is_overtaken(
    transactional_db: None, cast: SimpleNamespace, desk: Desk, mate: Desk
) -> None:
    seen = desk.publish("not_started").pk
    results = at_once(
        lambda: desk.publish("in_progress", based_on=seen), lambda: mate.publish("regression", based_on=seen)
    )
    assert sorted(type(result).__name__ for result in results) == ["Assessment", "Overtaken"]
    won = next(result for result in results if isinstance(result, Assessment))
    lost = next(result for result in results if isinstance(result, Overtaken))
    assert lost.current == won
    assert Assessment.objects.count() == 2
    assert lead_status(desk.recommendation) == won.status


def test_two_voices_at_the_same_moment_both_speak(
    transactional_db: None, cast: SimpleNamespace, desk: Desk, outsider: Desk
) -> None:
    results = at_once(desk.publish, lambda: outsider.publish("regression"))
    assert [type(result) for result in results] == [Assessment, Assessment]
    assert lead_status(desk.recommendation) == "in_progress"


def test_double_click_is_one_status(transactional_db: None, cast: SimpleNamespace, desk: Desk) -> None:
    first, second = at_once(lambda: desk.publish(based_on=None), lambda: desk.publish(based_on=None))
    assert first == second
    assert Assessment.objects.count() == Event.objects.count() == 1


@pytest.mark.parametrize(
    "changed",
    [
        {"status": "regression"},
        {"reason": "Another reason."},
        {"holds_from": EARLIER},
        {"progress": "substantial"},
        {"in_law": True},
        {"in_practice": False},
        {"bases": [BasisContent("monitoring", description="Asked the ministry.")]},
        {"bases": [MONITORING, BasisContent("link", url="https://example.org/")]},
    ],
    ids=lambda changed: "-".join(changed),
)
def test_page_sent_again_with_something_changed_is_no_double_click(desk: Desk, changed: dict[str, Any]) -> None:
    desk.publish(based_on=None)
    with pytest.raises(Overtaken):
        desk.publish(**{"based_on": None} | changed)


def test_same_status_by_a_colleague_is_no_double_click(desk: Desk, mate: Desk) -> None:
    desk.publish(based_on=None)
    with pytest.raises(Overtaken):
        mate.publish(based_on=None)


def test_status_dated_back_does_not_overtake(desk: Desk) -> None:
    now = desk.publish("partial_implementation")
    desk.publish("not_started", holds_from=EARLIER)
    desk.recommendation.refresh_from_db()
    assert desk.recommendation.lead_assessment == now


def test_status_of_the_same_day_recorded_later_is_the_current_one(desk: Desk) -> None:
    desk.publish("partial_implementation")
    desk.publish("regression")
    assert lead_status(desk.recommendation) == "regression"


def test_voice_that_does_not_lead_leaves_the_list_alone(desk: Desk, outsider: Desk) -> None:
    outsider.publish("regression")
    assert lead_status(desk.recommendation) is None


def test_publishing_ends_the_draft_of_that_voice_only(desk: Desk, outsider: Desk) -> None:
    for at in (desk, outsider):
        Draft.objects.create(recommendation=at.recommendation, organisation=at.voice)
    desk.publish()
    assert [draft.organisation for draft in Draft.objects.all()] == [outsider.voice]


@pytest.mark.parametrize(
    ("wrong", "field", "sentence"),
    [
        ({"holds_from": TODAY + datetime.timedelta(days=1)}, "holds_from", "2026-03-11 has not come yet"),
        ({"bases": []}, "bases", "at least one basis"),
        ({"bases": [BasisContent("link")]}, "bases", "Fill in what belongs to this kind"),
        ({"bases": [BasisContent("passage", passage="para. 3")]}, "bases", "Fill in what belongs to this kind"),
        ({"bases": [BasisContent("link", url="not an address")]}, "bases", "valid URL"),
        ({"bases": [BasisContent("rumour", description="heard")]}, "bases", "not a valid choice"),
        ({"reason": "  "}, "reason", "cannot be blank"),
        ({"status": "not_assessed"}, "status", "not a valid choice"),
        ({"status": "regression", "progress": "substantial"}, "__all__", "only when the status is In Progress"),
    ],
)
def test_status_that_is_not_complete_is_refused_in_words(
    desk: Desk, wrong: dict[str, Any], field: str, sentence: str
) -> None:
    with pytest.raises(ValidationError) as refused:
        desk.publish(**wrong)
    assert sentence in str(refused.value.message_dict[field])
    assert not Assessment.objects.exists()
    assert not Event.objects.exists()


def test_status_may_hold_from_today(desk: Desk) -> None:
    assert desk.publish(holds_from=TODAY).holds_from == TODAY


def test_passage_of_a_document_is_kept(desk: Desk) -> None:
    document: Document = make.make_document(desk.recommendation.review)
    made = desk.publish(bases=[BasisContent("passage", document=document, passage="para. 12")])
    assert [(basis.document, basis.passage) for basis in made.bases.all()] == [(document, "para. 12")]


# 20:30 UTC on 9 March is 01:30 on 10 March in Almaty: the day has come there, and not in London.
@pytest.mark.parametrize(("zone", "has_come"), [("Asia/Almaty", True), ("Europe/London", False), ("Nowhere/X", False)])
def test_no_status_from_the_future_is_judged_in_the_persons_zone(
    client: Client, cast: SimpleNamespace, zone: str, has_come: bool
) -> None:
    cast.owner.time_zone = zone
    cast.owner.save()
    with time_machine.travel(datetime.datetime(2026, 3, 9, 20, 30, tzinfo=zoneinfo.ZoneInfo("UTC"))):
        client.force_login(cast.owner)
        address = reverse("assessment-record", args=[cast.recommendation.public_id])
        form = {
            "act": "publish",
            "voice": cast.group.slug,
            "status": "in_progress",
            "holds_from": "2026-03-10",
            "reason": "A law was passed.",
            "bases-TOTAL_FORMS": "1",
            "bases-INITIAL_FORMS": "0",
            "bases-0-kind": "monitoring",
            "bases-0-description": "Read the gazette.",
        }
        answer = client.post(address, form)
    assert answer.status_code == (302 if has_come else 422)
    assert Assessment.objects.exists() is has_come
    if not has_come:
        assert "2026-03-10 has not come yet" in answer.content.decode()


def test_import_publishes_quietly_and_for_nobody(cast: SimpleNamespace) -> None:
    publish_assessment(
        recommendation=cast.recommendation,
        voice=cast.group,
        content=content(day_is_inferred=True),
        based_on=None,
        by=actor(cast.owner, cast.group),
        today=TODAY,
        quiet=True,
    )
    assert Event.objects.get().quiet
    assert Assessment.objects.get().day_is_inferred
