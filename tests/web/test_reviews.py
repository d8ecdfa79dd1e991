"""The list of reviews and the page of one."""

import datetime
from types import SimpleNamespace

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from imports.models import Batch
from reviews.models import Document, Lead
from tests import factories as make
from tests.web.conftest import Budget
from tests.web.test_home import page

pytestmark = pytest.mark.usefixtures("strict_templates")


@pytest.mark.django_db
def test_list_without_reviews_says_how_they_come(reader_client: Client) -> None:
    text = page(reader_client, "/reviews/")
    assert "No reviews yet" in text
    assert "No sessions yet" in text


def test_list_queries_whatever_the_number_of_reviews(
    reader_client: Client, review_page: SimpleNamespace, budget: Budget
) -> None:
    for letter in "ABCDE":
        make.make_review(make.make_state(f"X{letter}Y", f"State {letter}", iso2=f"X{letter}"))
    with budget(
        "reviews_session",  # sessions with their number of reviews
        "recommendations_recommendation",  # how each review stands
        "reviews_review",
        "history_feed",
    ):
        reader_client.get("/reviews/")


def test_list_shows_the_latest_sessions_and_any_other_when_asked(
    reader_client: Client, review_page: SimpleNamespace
) -> None:
    for number in (44, 45, 46):
        make.make_review(make.make_state("ITA", "Italy"), make.make_session(number))
    text = page(reader_client, "/reviews/")
    assert "/reviews/48/KAZ/" in text
    assert "/reviews/46/ITA/" in text
    assert "/reviews/44/ITA/" not in text
    assert "/reviews/44/ITA/" in page(reader_client, "/reviews/?session=44")
    assert reader_client.get("/reviews/?session=7").status_code == 404


def test_page_queries(reader_client: Client, review_page: SimpleNamespace, budget: Budget) -> None:
    with budget(
        "recommendations_mention",  # the review, asked with whether any are kept beside it
        "reviews_troikamember",
        "reviews_lead",
        "reviews_statedtotal",
        "imports_batch",  # the documents, asked with when each was imported
        "reviews_finding",
        "reviews_document",  # of the findings
        "reviews_call",
        "reviews_document",  # of the calls
        "engagement_area",
        "engagement_engagementevent",
        "issues_issue",
        "issues_persongroup",
        "recommendations_recommendation",  # how they stand
        "recommendations_recommendation",  # what the State answered
        "history_event",  # the latest changes, none here
        "history_feed",
    ):
        reader_client.get("/reviews/48/KAZ/")


def test_page_shows_what_is_known_and_how_sure_it_is(reader_client: Client, review_page: SimpleNamespace) -> None:
    text = page(reader_client, "/reviews/48/KAZ/")
    assert "Review of Kazakhstan" in text
    assert '<time datetime="2025-01-23">23 January 2025</time>' in text
    assert "A/HRC/59/10" in text
    assert "unconfirmed" in text
    assert "Japan" in text
    assert "294" in text
    assert "287" in text
    assert "Press release" in text
    assert "Action plan" in text
    assert "awaited" in text
    assert "Watch Group" in text
    assert "Torture persists." in text
    assert "UN member States" in text
    assert "Widen legal aid." in text
    assert "A coalition to the Government" in text
    assert "Advocacy" in text
    assert "Round table" in text
    assert "Civil society" in text
    assert 'href="/recommendations/?state=KAZ&amp;session=48"' in text


def test_page_counts_statuses_and_responses_without_samples(
    reader_client: Client, review_page: SimpleNamespace
) -> None:
    make.make_assessment(review_page.assessed, review_page.group, "fully_implemented")
    text = page(reader_client, "/reviews/48/KAZ/")
    assert 'aria-label="Recommendations by status: Fully Implemented 1, Not Assessed 2"' in text
    assert "3 recommendations" in text
    assert "Supported" in text
    assert "No response recorded" in text
    assert "sample" not in text.lower()


def test_page_shows_samples_apart_and_marked(sample_client: Client, review_page: SimpleNamespace) -> None:
    text = page(sample_client, "/reviews/48/KAZ/")
    assert "3 recommendations · 1 sample recommendation" in text
    assert 'aria-label="Sample recommendations by status: Not Assessed 1"' in text


@pytest.mark.django_db
def test_page_of_a_review_of_which_nothing_is_known_says_so(reader_client: Client) -> None:
    make.make_review(make.make_state("ITA", "Italy"))
    text = page(reader_client, "/reviews/48/ITA/")
    for words in ("No recommendations yet", "No findings recorded", "No calls recorded", "day not known", "none named"):
        assert words in text


def test_addresses_are_forgiving_about_case_and_key(client: Client, review_page: SimpleNamespace) -> None:
    for address in ("/reviews/48/kaz/", "/reviews/48-KAZ/"):
        response = client.get(address)
        assert (response.status_code, response.headers["Location"]) == (301, "/reviews/48/KAZ/")
    assert client.get("/reviews/47/KAZ/").status_code == 404


def test_lead_organisation_of_the_future_does_not_lead_yet(reader_client: Client, review_page: SimpleNamespace) -> None:
    late = make.make_organisation("Later Lead")
    make.make_lead(review_page.review, late, timezone.localdate() + datetime.timedelta(days=9))
    text = page(reader_client, "/reviews/48/KAZ/")
    assert "Watch Group" in text
    assert "Later Lead" not in text


def test_page_tells_how_it_went_month_by_month(reader_client: Client, review_page: SimpleNamespace) -> None:
    for day, status in ((datetime.date(2025, 2, 10), "in_progress"), (datetime.date(2025, 5, 3), "fully_implemented")):
        make.make_assessment(review_page.assessed, review_page.group, status, holds_from=day)
    with CaptureQueriesContext(connection) as queries:
        text = page(reader_client, "/reviews/48/KAZ/")
    assert sum("holds_from" in query["sql"] for query in queries) == 2  # since when, and how it stood
    assert "How it has gone" in text
    assert 'aria-label="In Progress 1, Not Assessed 2"' in text
    assert 'href="/recommendations/?state=KAZ&amp;session=48&amp;as_of=2025-02-28"' in text
    assert "as_of=2025-05-31" in text
    assert "as_of=2025-04-30" not in text  # nothing had changed


def test_page_tells_no_course_where_nothing_changed(reader_client: Client, review_page: SimpleNamespace) -> None:
    assert "How it has gone" not in page(reader_client, "/reviews/48/KAZ/")


def test_page_tells_the_course_of_samples_only_where_there_is_nothing_else(
    sample_client: Client, review_page: SimpleNamespace
) -> None:
    review = make.make_review(make.make_state("ITA", "Italy"))
    sample = make.make_recommendation(review, "1.1", is_sample=True)
    lead = make.make_organisation("Sample lead", is_sample=True)
    Lead.objects.create(review=review, organisation=lead, is_sample=True, from_day=datetime.date(2020, 1, 1))
    for day, status in ((datetime.date(2025, 2, 10), "in_progress"), (datetime.date(2025, 5, 3), "regression")):
        make.make_assessment(sample, lead, status, holds_from=day)
    assert "How it has gone" in page(sample_client, "/reviews/48/ITA/")


def test_document_whose_import_was_taken_back_is_not_listed(client: Client) -> None:
    review = make.make_review()
    taken, stands = (
        Document.objects.create(review=review, key=f"list-{n}", kind="thematic_list", title=f"List {n}", sha256=n * 64)
        for n in "ab"
    )
    for document, status in ((taken, "undone"), (stands, "undone"), (stands, "committed")):
        Batch.objects.create(
            document=document, review=review, sha256=document.sha256, status=status, committed_at=timezone.now()
        )
    page = client.get(f"/reviews/{review.session.number}/{review.state.iso3}/").content.decode()
    assert ("List a" in page, "List b" in page, "imported on" in page) == (False, True, True)
