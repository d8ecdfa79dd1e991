"""The start page, its feed, search and the health check."""

import datetime
import re
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from accounts.actions import create_organisation, create_person
from accounts.reader import PUBLIC, Reader
from accounts.roles import Role
from history import feed
from history.log import Actor
from history.models import Event
from notifications.models import Message
from recommendations import actions
from tests import factories as make
from tests.web.conftest import Budget
from web import timeline
from web.errors import server_error

pytestmark = pytest.mark.usefixtures("strict_templates")
Record = Callable[..., Any]


def page(client: Client, path: str = "/") -> str:
    """The text of a page that is there."""
    response = client.get(path)
    assert response.status_code == 200
    return response.content.decode()


@pytest.mark.django_db
def test_home_says_what_this_is_before_anything_is_loaded(reader_client: Client) -> None:
    text = page(reader_client)
    assert "Nothing has changed yet" in text
    assert "No recommendations yet" in text
    assert "Nothing has been recorded yet" in text  # the data version in the footer


def test_home_queries(reader_client: Client, review_page: SimpleNamespace, record: Record, budget: Budget) -> None:
    record(review_page.assessed, review_page.group, review_page.person)
    with budget(
        "recommendations_recommendation",  # the latest session with recommendations
        "recommendations_recommendation",  # how those of its reviews stand
        "reviews_review",  # the reviews' names
        "history_event",  # the feed
        "recommendations_recommendation",  # names of what the feed tells of
        "accounts_organisation",
        "history_feed",  # the data version
    ):
        reader_client.get("/")


def test_home_counts_samples_apart(sample_client: Client, review_page: SimpleNamespace) -> None:
    text = page(sample_client)
    assert "3 recommendations · 1 sample recommendation" in text
    assert "Sample recommendations by status" in text


def test_home_without_samples_shows_none(reader_client: Client, review_page: SimpleNamespace) -> None:
    text = page(reader_client)
    assert "3 recommendations" in text
    assert "sample" not in text.lower()


def test_feed_names_organisation_and_day_never_a_person_or_an_hour(
    reader_client: Client, review_page: SimpleNamespace, record: Record
) -> None:
    record(review_page.assessed, review_page.group, review_page.person)
    text = page(reader_client)
    assert "Watch Group recorded a status" in text
    assert "Olga Owner" not in text
    assert not re.search(r"\b\d{1,2}:\d\d\b", text)


def test_feed_shows_a_status_dated_back_as_one_of_past_days(
    reader_client: Client, review_page: SimpleNamespace, record: Record
) -> None:
    assessed, group = review_page.assessed, review_page.group
    make.make_assessment(assessed, group, "regression", holds_from=datetime.date(2025, 11, 10))
    record(assessed, group, review_page.person, "not_started", datetime.date(2025, 2, 1))
    text = re.sub(r"</?(time|span)[^>]*>", "", page(reader_client))
    assert "since 1 February 2025 until 9 November 2025, when another status follows" in re.sub(r"\s+", " ", text)
    assert "changed to" not in text


def test_feed_shows_a_colleague_the_person_and_a_former_member_without_a_name(
    review_page: SimpleNamespace, record: Record
) -> None:
    record(review_page.assessed, review_page.group, review_page.person)
    colleague = Reader(person=make.make_person(organisation=review_page.group))
    assert timeline.feed(colleague)[0].who == "Olga Owner (Watch Group)"
    review_page.person.is_active = False
    review_page.person.save()
    assert timeline.feed(Reader(person=colleague.person))[0].who == "A former member of Watch Group"
    assert timeline.feed(PUBLIC)[0].who == "Watch Group"


def test_feed_shows_the_collective_name_to_the_public(review_page: SimpleNamespace, record: Record) -> None:
    review_page.group.collective_name = "A coalition"
    review_page.group.save()
    record(review_page.assessed, review_page.group, review_page.person)
    assert timeline.feed(PUBLIC)[0].who == "A coalition"


def test_feed_gathers_what_one_organisation_did_to_one_review_on_one_day(
    reader_client: Client, review_page: SimpleNamespace, record: Record
) -> None:
    for recommendation in review_page.review.recommendations.filter(is_sample=False):
        record(recommendation, review_page.group, review_page.person)
    rows = timeline.feed(PUBLIC)
    assert [(row.number, row.new_status) for row in rows] == [(3, "")]
    assert "Watch Group recorded a status: 3 recommendations" in page(reader_client)
    assert rows[0].url == "/recommendations/?state=KAZ&session=48"


def test_feed_leaves_out_samples_and_what_was_removed(review_page: SimpleNamespace, record: Record) -> None:
    sample = review_page.review.recommendations.get(is_sample=True)
    record(sample, review_page.group, review_page.person)
    record(review_page.assessed, review_page.group, review_page.person)
    assert [row.is_sample for row in timeline.feed(PUBLIC)] == [False]
    assert {row.is_sample for row in timeline.feed(Reader(samples=True))} == {False, True}
    review_page.assessed.removed_at = review_page.assessed.added_at
    review_page.assessed.save()
    assert timeline.feed(PUBLIC) == []


def test_feed_tells_of_a_lead_organisation(review_page: SimpleNamespace) -> None:
    other = make.make_organisation("New Lead")
    day = review_page.event.day
    actions.name_lead(review=review_page.review, organisation=other, from_day=day, by=Actor())
    feed.sequence()
    row = timeline.feed(PUBLIC)[0]
    assert (row.sentence, row.url) == ("New Lead became the lead organisation", "/reviews/48/KAZ/")


def test_feed_tells_nobody_of_accounts(
    sample_client: Client, review_page: SimpleNamespace, record: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timeline, "LOOK_BACK", 2)  # what is not public takes no place among what is looked at
    record(review_page.assessed, review_page.group, review_page.person)
    by = Actor(person_id=review_page.person.pk, organisation_id=review_page.group.pk)
    create_organisation(slug="new-group", name="New Group", kind="ngo", by=by)
    for n in range(3):
        email = f"new-{n}@example.org"
        create_person(email=email, name="Nora New", role=Role.EDITOR, by=by, organisation=review_page.group)
    feed.sequence()
    sample_client.force_login(review_page.person)
    text = page(sample_client)
    assert "recorded a status" in text
    assert "opened an account" not in text
    assert "registered an organisation" not in text
    rows = timeline.rows_of(Event.objects.all(), PUBLIC)
    assert [row.event.action for row in rows] == ["assessment.published"]


def test_rows_of_a_timeline_ask_the_same_number_of_queries_however_many_events(
    review_page: SimpleNamespace, record: Record, budget: Budget
) -> None:
    for status in ("not_started", "in_progress", "partial_implementation"):
        record(review_page.assessed, review_page.group, review_page.person, status)
    events = timeline.latest()
    with budget("recommendations_recommendation", "accounts_organisation"):
        rows = timeline.rows_of(events, PUBLIC)
    assert [(row.old_status, row.new_status) for row in rows] == [
        ("in_progress", "partial_implementation"),
        ("not_started", "in_progress"),
        ("", "not_started"),
    ]


@pytest.mark.parametrize(
    ("asked", "answered"),
    [
        ("?q=fair+trial", "/recommendations/?search=fair+trial"),
        ("?q=%20", "/recommendations/"),
        ("", "/recommendations/"),
    ],
)
def test_search_leads_to_the_list(client: Client, asked: str, answered: str) -> None:
    response = client.get(f"/search/{asked}")
    assert (response.status_code, response.headers["Location"]) == (302, answered)


@pytest.mark.django_db
def test_healthz_asks_the_database(client: Client, budget: Budget) -> None:
    with budget("SELECT 1"):
        response = client.get("/healthz")
    assert (response.status_code, response.content) == (200, b"ok")
    assert "no-store" in response.headers["Cache-Control"]


@pytest.mark.django_db
def test_language_switch_returns_to_the_page(client: Client, settings: Any) -> None:
    settings.LANGUAGES = [("en", "English"), ("ru", "Russian")]
    response = client.post("/language/", {"language": "ru", "next": "/reviews/"})
    assert (response.status_code, response.headers["Location"]) == (302, "/reviews/")
    assert '<html lang="ru" dir="ltr">' in page(client, "/reviews/")


@pytest.mark.django_db
def test_a_page_that_is_not_there_says_so(client: Client) -> None:
    response = client.get("/nothing-here/")
    assert response.status_code == 404
    assert "There is no page at this address" in response.content.decode()


def test_the_page_of_a_fault_of_ours_needs_no_database(rf: Any) -> None:
    response = server_error(rf.get("/"))
    assert response.status_code == 500
    assert b"Something went wrong here" in response.content


@pytest.mark.django_db
def test_no_page_carries_script_or_style_inline(reader_client: Client) -> None:
    text = page(reader_client)
    assert "style=" not in text
    assert "<style" not in text
    assert all("src=" in tag for tag in text.split("<script")[1:])


def test_shell_of_a_person_signed_in_asks_for_the_session_the_person_and_unread_notices(
    reader_client: Client, review_page: SimpleNamespace, record: Record, budget: Budget
) -> None:
    follower = make.make_person("Farida Follower")
    event = record(review_page.assessed, review_page.group, review_page.person) and timeline.latest()[0]
    Message.objects.create(person=follower, event=event)
    reader_client.force_login(follower)
    with budget("django_session", "accounts_person", "notifications_message", "history_feed"):
        text = page(reader_client, "/gallery/")
    assert "Farida Follower" in text
    assert "1 unread notice<" in text
    assert "Sign out" in text


@pytest.mark.django_db
def test_feed_counts_things_and_not_acts(
    sample_client: Client, review_page: SimpleNamespace, record: Callable[..., Any]
) -> None:
    for _time in range(3):
        record(review_page.assessed, review_page.group, review_page.person)
    assert "3 recommendations" not in _feed(sample_client)
    demo = make.make_organisation("Demo Group", is_sample=True)
    for day in (1, 2):
        lead = {"review": review_page.review, "organisation": demo, "from_day": datetime.date(2026, 1, day)}
        actions.name_lead(**lead, by=Actor())
    html = _feed(sample_client)
    assert "became the lead organisation" in html
    assert "2 reviews" not in html
    assert ">Sample</span>" in html  # an organisation that was made up, whatever it did


def _feed(client: Client) -> str:
    """The latest changes of the home page."""
    feed.sequence()
    html = client.get("/").content.decode()
    return html[html.index("Latest changes") :]
