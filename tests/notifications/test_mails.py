"""The words of a mail: never a reason or a person; no topic in the subject where somebody asks for that."""

import datetime
import zoneinfo
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.utils import timezone

from history.log import Actor, record
from imports import events as import_events
from notifications import mails, sentences
from recommendations import actions as recommendation_actions
from recommendations.models import Assessment, Status
from tests import factories as make
from tests.notifications.conftest import follower, told
from tests.recommendations.conftest import Desk

Publish = Callable[..., Assessment]
PUBLIC_WORDS = ("Kazakhstan", "140.7", "In Progress", "Session 48", "Watch Group")


@pytest.fixture(autouse=True)
def _site(settings: Any) -> None:
    settings.SITE_URL = "https://tracker.example"


def test_mail_says_what_changed_and_where_to_read_it(cast: SimpleNamespace, publish: Publish) -> None:
    person = follower(cast.recommendation, name="Farida Follower")
    publish()
    mail = mails.compose(told()[0])
    assert mail.to == [person.email]
    assert mail.subject == "Kazakhstan, Session 48, 140.7: In Progress"
    assert "Hello Farida Follower," in mail.body
    assert "Watch Group recorded the status “In Progress” for recommendation 140.7" in mail.body
    assert f"https://tracker.example/recommendations/{cast.recommendation.public_id}/" in mail.body


def test_mail_of_a_status_dated_back_says_that_the_latest_stays(cast: SimpleNamespace, publish: Publish) -> None:
    publish("regression")
    told()
    follower(cast.recommendation)
    publish("not_started", holds_from=datetime.date(2025, 6, 1))
    (message,) = told()
    mail = mails.compose(message)
    assert mail.subject == "Kazakhstan, Session 48, 140.7: Not Started, for past days"
    assert "“Not Started” for past days of recommendation 140.7" in " ".join(mail.body.split())
    assert "its latest status stays as it was" in " ".join(mail.body.split())
    assert sentences.describe([message])[0].status == ""


def test_mail_names_no_reason_basis_or_person(cast: SimpleNamespace, publish: Publish) -> None:
    follower(cast.recommendation)
    publish()
    words = str(mails.compose(told()[0]).message())
    for private in ("Quillfeather", "official gazette", cast.owner.name, cast.owner.email):
        assert private not in words


def test_mail_names_the_collective_and_not_the_organisation(cast: SimpleNamespace, publish: Publish) -> None:
    cast.group.collective_name = "A coalition"
    cast.group.save()
    follower(cast.recommendation)
    publish()
    words = str(mails.compose(told()[0]).message())
    assert "A coalition" in words
    assert "Watch Group" not in words


@pytest.mark.parametrize("asked_by", ["person", "organisation", "second organisation"])
def test_neutral_subject_names_no_topic(cast: SimpleNamespace, publish: Publish, asked_by: str) -> None:
    person = follower(cast.recommendation, neutral_mail=asked_by == "person")
    make.add_member(person, make.make_organisation(neutral_mail=asked_by == "organisation"))
    make.add_member(person, make.make_organisation(neutral_mail=asked_by == "second organisation"))
    publish()
    mail = mails.compose(told()[0])
    assert mail.subject == "News in UPR Tracker"
    headers = str(mail.message()).partition("\n\n")[0]
    assert not [word for word in (*PUBLIC_WORDS, *Status.values, *map(str, Status.labels)) if word in headers]


def test_neutral_subject_of_an_import_names_no_topic(cast: SimpleNamespace) -> None:
    follower(cast.review, neutral_mail=True)
    record(import_events.DOCUMENT_IMPORTED, make.make_document(cast.review), by=Actor(), review_id=cast.review.pk)
    assert mails.compose(told()[0]).subject == "News in UPR Tracker"


def test_import_is_told_in_numbers(cast: SimpleNamespace) -> None:
    follower(cast.review)
    new = {"new": 254, "changed": 1, "unchanged": 0}
    record(
        import_events.DOCUMENT_IMPORTED, make.make_document(cast.review), by=Actor(), review_id=cast.review.pk, new=new
    )
    mail = mails.compose(told()[0])
    assert mail.subject == "Kazakhstan, Session 48: a document was imported"
    assert "254 new recommendations, 1 changed" in mail.body
    assert "https://tracker.example/reviews/48/KAZ/" in mail.body


@pytest.mark.parametrize(
    ("new", "said"),
    [
        ({"new": 0, "changed": 254}, "Session 48: 254 changed recommendations."),
        ({"new": 0, "changed": 1}, "Session 48: 1 changed recommendation."),
        ({"new": 1, "changed": 0}, "Session 48: 1 new recommendation."),
        ({"new": 0, "changed": 0}, "Session 48: nothing new."),
    ],
)
def test_import_tells_no_zeros(cast: SimpleNamespace, new: dict[str, int], said: str) -> None:
    follower(cast.review)
    document = make.make_document(cast.review)
    values = new | {"unchanged": 3}
    record(import_events.DOCUMENT_IMPORTED, document, by=Actor(), review_id=cast.review.pk, new=values)
    assert said in mails.compose(told()[0]).body


@pytest.mark.parametrize("withdrawn", [False, True])
def test_text_that_stands_for_a_number_is_in_quotation_marks(
    cast: SimpleNamespace, desk: Desk, publish: Publish, withdrawn: bool
) -> None:
    cast.recommendation.label, cast.recommendation.key = None, "unnumbered"
    cast.recommendation.text = "Strengthening freedom\nof expression."
    cast.recommendation.save()
    follower(cast.recommendation)
    made = publish()
    messages = told()
    if withdrawn:
        recommendation_actions.withdraw_assessment(assessment=made, by=desk.by)
        messages = told()
    mail = mails.compose(messages[0])
    assert "the recommendation “Strengthening freedom of expression” to Kazakhstan, Session 48." in mail.body
    assert mail.subject.startswith("Kazakhstan, Session 48, “Strengthening freedom of expression”: ")


def test_withdrawal_is_told_as_one(cast: SimpleNamespace, desk: Desk, publish: Publish) -> None:
    made = publish()
    told()
    follower(cast.recommendation)
    recommendation_actions.withdraw_assessment(assessment=made, by=desk.by)
    assert "Watch Group withdrew the status “In Progress”" in mails.compose(told()[0]).body


@pytest.mark.parametrize("language", ["en", "ru", "kk", "xx", ""])
def test_mail_in_the_persons_language(cast: SimpleNamespace, publish: Publish, language: str) -> None:
    cast.state.names = {"ru": "Казахстан", "kk": "Қазақстан"}
    cast.state.save()
    follower(cast.recommendation, language=language)
    publish()
    mail = mails.compose(told()[0])
    assert {"ru": "Казахстан", "kk": "Қазақстан"}.get(language, "Kazakhstan") in mail.subject
    assert mail.message().as_bytes()


def test_long_text_without_a_label_does_not_fill_the_subject(cast: SimpleNamespace, publish: Publish) -> None:
    cast.recommendation.label, cast.recommendation.key = None, "unnumbered"
    cast.recommendation.text = "Guarantee\nthe independence of judges " * 30
    cast.recommendation.save()
    follower(cast.recommendation)
    publish()
    mail = mails.compose(told()[0])
    assert len(mail.subject) < 150
    assert "\n" not in mail.subject
    assert mail.message()["Subject"]


def test_sample_is_marked_in_the_mail(cast: SimpleNamespace, publish: Publish) -> None:
    cast.recommendation.is_sample = True
    cast.recommendation.save()
    follower(cast.recommendation)
    publish()
    assert "This is sample data." in mails.compose(told()[0]).body


def test_message_id_is_the_same_each_time_and_another_for_each_message(cast: SimpleNamespace, publish: Publish) -> None:
    follower(cast.recommendation)
    follower(cast.review)
    publish()
    first, second = told()
    assert mails.compose(first).message()["Message-ID"] == mails.message_id(first)
    assert mails.message_id(first).endswith("@tracker.example>")
    assert mails.message_id(first) != mails.message_id(second)


@pytest.mark.parametrize(("zone", "day"), [("Asia/Almaty", 11), ("UTC", 10), ("America/New_York", 10)])
def test_notice_has_the_day_of_the_readers_clock(cast: SimpleNamespace, publish: Publish, zone: str, day: int) -> None:
    follower(cast.review)
    publish()
    record(import_events.DOCUMENT_IMPORTED, make.make_document(cast.review), by=Actor(), review_id=cast.review.pk)
    messages = told()
    assert [message.event.action for message in messages] == ["assessment.published", "document.imported"]
    for message in messages:
        message.event.recorded_at = datetime.datetime(2026, 3, 10, 21, 0, tzinfo=datetime.UTC)  # a late evening
    with timezone.override(zoneinfo.ZoneInfo(zone)):
        assert [notice.day for notice in sentences.describe(messages)] == [datetime.date(2026, 3, day)] * 2
