"""Taking back, looking again, drafts, and who leads."""

import datetime
from types import SimpleNamespace

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from history.log import Actor
from history.models import Event
from recommendations import actions, derived
from recommendations.actions import DraftContent, Overtaken
from recommendations.models import Assessment, Check, Draft, Recommendation
from reviews.models import Lead
from tests import factories as make
from tests.recommendations.conftest import TODAY, Desk, at_once

DAY = datetime.timedelta(days=1)


def test_withdrawn_status_stays_and_counts_no_longer(desk: Desk) -> None:
    first = desk.publish("not_started", holds_from=TODAY - 9 * DAY)
    second = desk.publish("in_progress")
    actions.withdraw_assessment(assessment=second, by=desk.by)
    desk.recommendation.refresh_from_db()
    assert desk.recommendation.lead_assessment == first
    assert Assessment.objects.get(pk=second.pk).withdrawn_at is not None
    event = Event.objects.order_by("-id")[0]
    assert event.action == "assessment.withdrawn"
    assert event.old == {"assessment": second.pk, "status": "in_progress", "holds_from": "2026-03-01"}


def test_withdrawing_twice_is_withdrawing_once(desk: Desk) -> None:
    made = desk.publish()
    first = actions.withdraw_assessment(assessment=made, by=desk.by).withdrawn_at
    again = actions.withdraw_assessment(assessment=Assessment.objects.get(), by=desk.by).withdrawn_at
    assert first == again
    assert Event.objects.filter(action="assessment.withdrawn").count() == 1


def test_next_status_is_based_on_the_withdrawn_one(desk: Desk) -> None:
    made = desk.publish()
    actions.withdraw_assessment(assessment=made, by=desk.by)
    with pytest.raises(Overtaken):
        desk.publish("regression", based_on=None)
    assert desk.publish("regression", based_on=made.pk).based_on == made


def test_status_is_withdrawn_while_the_next_is_published(
    transactional_db: None, cast: SimpleNamespace, desk: Desk, mate: Desk
) -> None:
    made = desk.publish("not_started")
    results = at_once(
        lambda: actions.withdraw_assessment(assessment=Assessment.objects.get(pk=made.pk), by=desk.by),
        lambda: mate.publish("in_progress", based_on=made.pk),
    )
    assert [type(result) for result in results] == [Assessment, Assessment]
    assert derived.wrong(derived.LEADS) == []
    desk.recommendation.refresh_from_db()
    assert desk.recommendation.lead_assessment == results[1]


def test_check_sent_twice_is_one(transactional_db: None, cast: SimpleNamespace, desk: Desk) -> None:
    desk.publish()
    first, second = at_once(desk.check, desk.check)
    assert first == second
    assert {first.was_there, second.was_there} == {False, True}
    assert Check.objects.count() == Event.objects.filter(action="check.recorded").count() == 1


def test_check_of_another_day_or_person_is_another(desk: Desk, mate: Desk) -> None:
    desk.publish()
    desk.check()
    desk.check(TODAY - DAY)
    mate.check()
    assert Check.objects.count() == 3
    checked = Event.objects.filter(action="check.recorded").order_by("id")
    assert checked[0].new == {"check": Check.objects.order_by("id")[0].pk, "day": "2026-03-10"}


def test_check_without_a_status_that_stands_is_refused(desk: Desk) -> None:
    """The public would be told that nothing has changed where nothing was said."""
    for prepare in (lambda: None, lambda: actions.withdraw_assessment(assessment=desk.publish(), by=desk.by)):
        prepare()
        with pytest.raises(ValidationError, match="has no status here that could have stayed the same"):
            desk.check()
    assert not Check.objects.exists()


def test_check_from_the_future_is_refused(desk: Desk) -> None:
    with pytest.raises(ValidationError) as refused:
        desk.check(TODAY + DAY)
    assert "2026-03-11 has not come yet" in refused.value.message_dict["day"][0]
    assert not Check.objects.exists()


def save(at: Desk, version: int | None, **fields: object) -> Draft:
    return actions.save_draft(
        recommendation=at.recommendation,
        organisation=at.voice,
        content=DraftContent(**fields),  # type: ignore[arg-type]
        based_on=at.latest(),
        version=version,
        by=at.by,
    )


def test_draft_may_lack_anything_and_counts_its_versions(desk: Desk, mate: Desk) -> None:
    assert save(desk, None, reason="half a sen").version == 1
    second = save(mate, 1, reason="half a sentence", bases=[{"kind": "link"}], private_note="ask Olga")
    assert (second.version, second.reason, second.saved_by_id) == (2, "half a sentence", mate.by.person_id)
    assert not Event.objects.exists()


@pytest.mark.parametrize("version", [None, 1, 3])
def test_draft_of_another_version_is_overtaken(desk: Desk, mate: Desk, version: int | None) -> None:
    save(desk, None, reason="mine")
    kept = save(mate, 1, reason="theirs")
    with pytest.raises(Overtaken) as overtaken:
        save(desk, version, reason="mine again")
    assert overtaken.value.current == kept
    assert Draft.objects.get().reason == "theirs"


def test_draft_that_was_discarded_is_overtaken(desk: Desk) -> None:
    save(desk, None, reason="mine")
    actions.discard_draft(recommendation=desk.recommendation, organisation=desk.voice, version=1)
    with pytest.raises(Overtaken) as overtaken:
        save(desk, 1, reason="mine again")
    assert overtaken.value.current is None


def test_discarding_a_draft_that_a_colleague_changed_is_overtaken(desk: Desk, mate: Desk) -> None:
    save(desk, None, reason="mine")
    kept = save(mate, 1, reason="theirs")
    with pytest.raises(Overtaken) as overtaken:
        actions.discard_draft(recommendation=desk.recommendation, organisation=desk.voice, version=1)
    assert overtaken.value.current == kept
    assert Draft.objects.get().reason == "theirs"


def test_draft_on_an_assessment_that_is_no_longer_the_latest_is_overtaken(desk: Desk, mate: Desk) -> None:
    before = desk.latest()
    newer = mate.publish("regression")
    with pytest.raises(Overtaken) as overtaken:
        actions.save_draft(
            recommendation=desk.recommendation,
            organisation=desk.voice,
            content=DraftContent(reason="mine"),
            based_on=before,
            version=None,
            by=desk.by,
        )
    assert overtaken.value.current == newer


def test_nothing_is_recorded_on_a_removed_recommendation(desk: Desk) -> None:
    Recommendation.objects.filter(pk=desk.recommendation.pk).update(removed_at=timezone.now())
    with pytest.raises(ValidationError, match="has been removed"):
        desk.publish("in_progress")
    with pytest.raises(ValidationError, match="has been removed"):
        save(desk, None, reason="mine")


def test_lead_that_began_while_the_worker_was_away_leads(cast: SimpleNamespace, desk: Desk, outsider: Desk) -> None:
    desk.publish("in_progress")
    theirs = outsider.publish("regression")
    Lead.objects.create(review=cast.review, organisation=cast.others, from_day=datetime.date(2026, 1, 1))
    assert actions.start_leads() == 1
    desk.recommendation.refresh_from_db()
    assert desk.recommendation.lead_assessment == theirs


def test_only_reviews_of_leads_whose_day_came_are_looked_at_and_each_once(cast: SimpleNamespace) -> None:
    elsewhere = make.make_recommendation(make.make_review(make.make_state("SVN", "Slovenia")))
    make.make_lead(elsewhere.review, cast.others)
    actions.start_leads()
    made = make.make_assessment(elsewhere, cast.others, "regression")
    Recommendation.objects.filter(pk=elsewhere.pk).update(lead_assessment=None, status="")  # not the task's to mend
    Lead.objects.create(review=cast.review, organisation=cast.others, from_day="2999-01-01")
    with CaptureQueriesContext(connection) as queries:
        assert actions.start_leads() == 0
    assert len(queries) == 1
    Lead.objects.filter(review=elsewhere.review).update(started=False)
    assert actions.start_leads() == 1
    elsewhere.refresh_from_db()
    assert elsewhere.lead_assessment == made
    assert list(Lead.objects.filter(started=False).values_list("from_day", flat=True)) == [datetime.date(2999, 1, 1)]


def test_two_first_drafts_at_the_same_moment_are_one(
    transactional_db: None, cast: SimpleNamespace, desk: Desk, mate: Desk
) -> None:
    results = at_once(lambda: save(desk, None, reason="mine"), lambda: save(mate, None, reason="theirs"))
    assert sorted(type(result).__name__ for result in results) == ["Draft", "Overtaken"]
    assert Draft.objects.count() == 1


def test_draft_from_the_status_list_only(desk: Desk) -> None:
    with pytest.raises(ValidationError):
        save(desk, None, status="done")


def name_lead(cast: SimpleNamespace, organisation: object, day: datetime.date) -> Lead:
    return actions.name_lead(review=cast.review, organisation=organisation, from_day=day, by=Actor())  # type: ignore[arg-type]


def test_new_lead_changes_what_the_lists_show(cast: SimpleNamespace, desk: Desk, outsider: Desk) -> None:
    desk.publish("in_progress")
    theirs = outsider.publish("regression")
    name_lead(cast, cast.others, datetime.date(2026, 1, 1))
    desk.recommendation.refresh_from_db()
    assert desk.recommendation.lead_assessment == theirs
    event = Event.objects.order_by("-id")[0]
    assert (event.action, event.target_type, event.target_id) == ("lead.named", "reviews.review", cast.review.pk)
    assert event.new == {"organisation": cast.others.pk, "from_day": "2026-01-01", "sample": False}


def test_same_lead_named_again_is_no_news(cast: SimpleNamespace) -> None:
    name_lead(cast, cast.others, datetime.date(2026, 1, 1))
    name_lead(cast, cast.others, datetime.date(2026, 1, 1))
    assert Event.objects.count() == 1
    name_lead(cast, cast.group, datetime.date(2026, 1, 1))
    assert Event.objects.count() == 2
    assert Lead.objects.get(from_day=datetime.date(2026, 1, 1)).organisation == cast.group


def test_lead_of_a_day_to_come_leads_when_it_has_come(cast: SimpleNamespace, desk: Desk, outsider: Desk) -> None:
    mine, theirs = desk.publish("in_progress"), outsider.publish("regression")
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_date")
        today = cursor.fetchone()[0]
    lead = name_lead(cast, cast.others, today + DAY)
    desk.recommendation.refresh_from_db()
    assert desk.recommendation.lead_assessment == mine
    Lead.objects.filter(pk=lead.pk).update(from_day=today)  # the night passes
    assert actions.start_leads() == 1
    desk.recommendation.refresh_from_db()
    assert desk.recommendation.lead_assessment == theirs
    assert actions.start_leads() == 0


def test_sample_lead_leads_samples_only(cast: SimpleNamespace, desk: Desk, outsider: Desk) -> None:
    sample = make.make_recommendation(cast.review, "140.8", is_sample=True)
    theirs = make.make_assessment(sample, cast.others, "regression")
    sample.refresh_from_db()
    assert sample.lead_assessment is None
    mine = desk.publish()
    actions.name_lead(
        review=cast.review, organisation=cast.others, from_day=datetime.date(2026, 1, 1), by=Actor(), is_sample=True
    )
    for recommendation, expected in ((sample, theirs), (desk.recommendation, mine)):
        recommendation.refresh_from_db()
        assert recommendation.lead_assessment == expected
