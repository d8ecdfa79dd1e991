"""Who hears of what, decided from the log."""

import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from history import feed
from history.log import Actor, record
from history.models import Event, FeedEntry, Origin
from imports import events as import_events
from notifications import actions
from notifications.models import Follow, Message
from recommendations import actions as recommendation_actions
from recommendations.models import Assessment, RecommendationIssue
from tests import factories as make
from tests.notifications.conftest import follower, told
from tests.recommendations.conftest import TODAY, Desk, actor, content

Publish = Callable[..., Assessment]


@pytest.fixture
def issue(cast: SimpleNamespace) -> Any:
    """The second issue of the recommendation."""
    for index, name in enumerate(("Arrests", "Torture")):
        made = make.make_issue(name)
        RecommendationIssue.objects.create(
            recommendation=cast.recommendation, issue=made, scheme=made.scheme, is_primary=index == 0
        )
    return made


def target(cast: SimpleNamespace, issue: Any, kind: str) -> Any:
    return issue if kind == "issue" else getattr(cast, kind)


@pytest.mark.parametrize("kind", ["recommendation", "review", "state", "issue"])
def test_follower_of_each_kind_is_told_once(cast: SimpleNamespace, issue: Any, publish: Publish, kind: str) -> None:
    person = follower(target(cast, issue, kind))
    publish()
    message = told()[0]
    assert (message.person, message.event.action, message.mail) == (person, "assessment.published", "waiting")
    assert told() == []
    assert Message.objects.count() == 1


@pytest.mark.parametrize("kind", ["recommendation", "review", "state", "issue"])
def test_follower_of_something_else_is_not_told(cast: SimpleNamespace, issue: Any, publish: Publish, kind: str) -> None:
    other = make.make_state("SVN", "Slovenia")
    elsewhere = make.make_review(other)
    others = {
        "recommendation": make.make_recommendation(cast.review),
        "review": elsewhere,
        "state": other,
        "issue": make.make_issue("Housing"),
    }
    follower(others[kind])
    publish()
    assert told() == []


def test_follower_of_two_things_is_told_once(cast: SimpleNamespace, issue: Any, publish: Publish) -> None:
    person = follower(cast.recommendation)
    for thing in (cast.review, cast.state, issue):
        actions.follow(person=person, target=thing)
    publish()
    assert [message.person for message in told()] == [person]


def test_author_is_not_told_and_a_team_mate_is(cast: SimpleNamespace, publish: Publish) -> None:
    for person in (cast.owner, cast.mate):
        actions.follow(person=person, target=cast.recommendation)
    publish()
    assert [message.person for message in told()] == [cast.mate]


def test_withdrawal_is_told(cast: SimpleNamespace, desk: Desk, publish: Publish) -> None:
    made = publish()
    told()
    follower(cast.state)
    recommendation_actions.withdraw_assessment(assessment=made, by=desk.by)
    assert [message.event.action for message in told()] == ["assessment.withdrawn"]


def test_person_who_has_left_is_not_told(cast: SimpleNamespace, publish: Publish) -> None:
    follower(cast.recommendation, is_active=False)
    publish()
    assert told() == []


def test_what_is_quiet_or_tells_nobody_makes_no_message(cast: SimpleNamespace, desk: Desk) -> None:
    follower(cast.recommendation)
    recommendation_actions.publish_assessment(
        recommendation=cast.recommendation,
        voice=cast.group,
        content=content(),
        based_on=None,
        by=actor(cast.owner, cast.group),
        today=TODAY,
        quiet=True,
    )
    desk.check()
    recommendation_actions.redact_assessment(assessment=Assessment.objects.get(), by=desk.by)
    assert told() == []
    assert Event.objects.count() == FeedEntry.objects.count() == 3


def test_import_is_one_message_however_many_rows(cast: SimpleNamespace) -> None:
    people = [follower(cast.review), follower(cast.state)]
    follower(cast.recommendation)
    document = make.make_document(cast.review)
    by = Actor(person_id=cast.administrator.pk, origin=Origin.IMPORT)
    actions.follow(person=cast.administrator, target=cast.review)
    record(
        import_events.DOCUMENT_IMPORTED,
        document,
        by=by,
        review_id=cast.review.pk,
        new={"new": 254, "changed": 0, "unchanged": 0, "document": document.pk},
    )
    messages = told()
    assert [message.person for message in messages] == people
    assert len({message.event_id for message in messages}) == 1


def test_document_with_the_number_of_a_recommendation_is_not_taken_for_it(cast: SimpleNamespace, issue: Any) -> None:
    follower(cast.recommendation)
    follower(issue)
    document = make.make_document(cast.review, id=cast.recommendation.pk + 100_000)
    record(import_events.DOCUMENT_IMPORTED, document, by=Actor(), review_id=cast.review.pk)
    Follow.objects.filter(recommendation__isnull=False).update(
        recommendation=make.make_recommendation(cast.review, id=document.pk)
    )
    assert told() == []


def test_who_follows_later_hears_of_later_things_only(cast: SimpleNamespace, publish: Publish) -> None:
    publish()
    told()
    person = follower(cast.recommendation)
    assert told() == []
    publish("regression")
    assert [message.person for message in told()] == [person]


def test_fan_out_that_is_repeated_from_an_old_mark_tells_nobody_twice(cast: SimpleNamespace, publish: Publish) -> None:
    follower(cast.recommendation)
    publish()
    told()
    mark = feed.locked_mark(actions.READER)
    mark.position = 0
    mark.save()
    assert told() == []
    assert Message.objects.count() == 1


def test_following_twice_is_following_once_and_ends(cast: SimpleNamespace) -> None:
    for _time in range(2):
        actions.follow(person=cast.owner, target=cast.recommendation)
    actions.follow(person=cast.owner, target=cast.review)
    assert Follow.objects.count() == 2
    actions.unfollow(person=cast.owner, target=cast.recommendation)
    assert [follow.review for follow in Follow.objects.all()] == [cast.review]
    actions.follow(person=cast.mate, target=cast.review)
    actions.unfollow_all(person=cast.owner)
    assert [follow.person for follow in Follow.objects.all()] == [cast.mate]
    with pytest.raises(ValidationError, match="document cannot be followed"):
        actions.follow(person=cast.owner, target=make.make_document(cast.review))


def test_notices_are_marked_as_read(cast: SimpleNamespace, publish: Publish) -> None:
    person = follower(cast.recommendation)
    publish()
    told()
    assert actions.mark_read(person=person) == 1
    assert actions.mark_read(person=person) == 0


def test_many_follows_and_events_are_told_within_seconds(cast: SimpleNamespace) -> None:
    """10,000 follows of 2,000 people, 1,000 events: joined by OR these are ten million comparisons and ten seconds."""
    review, document = cast.review.pk, make.make_document(cast.review).pk
    issue = make.make_issue("Torture").pk
    with connection.cursor() as cursor:
        for statement in (
            "INSERT INTO accounts_person (id, email, name, password, language, time_zone, neutral_mail, is_active,"
            " is_administrator) SELECT 10000 + n, 'reader-' || n || '@example.org', 'R', '!', 'en', 'UTC', false, true,"
            " false FROM generate_series(0, 1999) n",
            "INSERT INTO recommendations_recommendation (id, public_id, review_id, label, suffix, sort_key, text,"
            " text_language, text_kind, source_document_id, source_place, is_sample, version)"
            f" SELECT 10000 + n, 'many' || n, {review}, '9.' || n, '', n, 'T', 'en', 'official', {document}, '', false,"
            " 1 FROM generate_series(0, 999) n",
            "INSERT INTO recommendations_recommendationissue (recommendation_id, issue_id, scheme, is_primary)"
            f" SELECT 10000 + n, {issue}, 'upr_info', true FROM generate_series(0, 999, 20) n",
            "INSERT INTO notifications_follow (person_id, recommendation_id)"
            " SELECT 10000 + n % 2000, 10000 + (n + n / 2000) % 1000 FROM generate_series(0, 9799) n",
            "INSERT INTO notifications_follow (person_id, issue_id)"
            f" SELECT 10000 + n, {issue} FROM generate_series(0, 199) n",
            "INSERT INTO history_event (action, target_type, target_id, review_id, origin, old, new, quiet)"
            f" SELECT 'assessment.published', 'recommendations.recommendation', 10000 + n, {review}, 'web', '{{}}',"
            " '{}', false FROM generate_series(0, 999) n",
            "ANALYZE notifications_follow, history_event, recommendations_recommendationissue",
        ):
            cursor.execute(statement)
    feed.sequence()
    started = time.monotonic()
    messages = actions.fan_out()
    assert time.monotonic() - started < 4
    both = Follow.objects.filter(recommendation__issue_links__issue=issue, person__follows__issue=issue).count()
    assert len(messages) == 9800 + 200 * 50 - both
