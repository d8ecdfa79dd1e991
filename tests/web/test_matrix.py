"""The matrix: what it lists, its filters, its addresses, and how many queries it takes."""

import datetime
from types import SimpleNamespace

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from tests import factories as make

URL = "/recommendations/"


def test_matrix_lists_in_the_order_of_the_report(cast: SimpleNamespace, client: Client) -> None:
    for label in ("140.10", "140.9", "12.1"):
        make.make_recommendation(cast.review, label)
    page = client.get(URL)
    labels = [row.recommendation.label for row in page.context["rows"]]
    assert labels == ["12.1", "140.7", "140.9", "140.10"]


def test_matrix_shows_lead_status_with_whose_and_since_when(cast: SimpleNamespace, client: Client) -> None:
    make.make_assessment(cast.recommendation, cast.group, "in_progress", holds_from=datetime.date(2025, 3, 1))
    make.make_assessment(cast.recommendation, cast.others, "regression", holds_from=datetime.date(2025, 9, 1))
    html = client.get(URL).content.decode()
    assert "In Progress" in html
    assert "Watch Group" in html
    assert "1 March 2025" in html
    row = client.get(URL).context["rows"][0]
    assert (row.lead.status, row.voices) == ("in_progress", 2)


def test_matrix_without_lead_counts_the_voices(client: Client, db: None) -> None:
    review = make.make_review()
    recommendation = make.make_recommendation(review)
    make.make_assessment(recommendation, make.make_organisation(), "in_progress")
    html = client.get(URL).content.decode()
    assert "no lead assessment; 1 voice" in html


@pytest.mark.parametrize(
    ("query", "labels"),
    [
        ("state=KAZ&session=48", ["140.7", "140.8"]),
        ("state=SVN", []),
        ("status=in_progress", ["140.8"]),
        ("status=not_assessed", ["140.7"]),
        ("status=not_assessed&status=in_progress", ["140.7", "140.8"]),
        ("response=noted", ["140.8"]),
        ("search=torture", ["140.8"]),
        ("search=140.7", ["140.7"]),
        ("recommending_state=SVN", ["140.8"]),
        ("issue=upr_info-torture", ["140.8"]),
    ],
)
def test_matrix_filters(cast: SimpleNamespace, client: Client, query: str, labels: list[str]) -> None:
    other = make.make_recommendation(
        cast.review,
        "140.8",
        text="Prevent torture",
        states=[make.make_state("SVN", "Slovenia")],
        issues=[make.make_issue("Torture")],
        response="noted",
    )
    make.make_assessment(other, cast.group, "in_progress")
    page = client.get(f"{URL}?{query}")
    assert [row.recommendation.label for row in page.context["rows"]] == labels


@pytest.mark.parametrize("query", ["status=halfway", "state=QQQ", "session=abc", "as_of=yesterday", "issue=none-such"])
def test_matrix_unknown_value_is_said_and_lists_nothing(cast: SimpleNamespace, client: Client, query: str) -> None:
    page = client.get(f"{URL}?{query}")
    assert page.status_code == 400
    assert query.partition("=")[2] in page.content.decode()
    assert "140.7" not in page.content.decode()


@pytest.mark.parametrize(
    "query", ["search=%00", "search=" + "x" * 5000, "page=-1", "page=zzz", "search=%F0%9F%92%A5'\"<"]
)
def test_matrix_hostile_address_is_no_error(cast: SimpleNamespace, client: Client, query: str) -> None:
    assert client.get(f"{URL}?{query}").status_code in {200, 400}


def test_matrix_empty_fields_leave_the_address(cast: SimpleNamespace, client: Client) -> None:
    answer = client.get(f"{URL}?search=&state=KAZ&issue=")
    assert (answer.status_code, answer["Location"]) == (302, f"{URL}?state=KAZ")


def test_matrix_for_htmx_is_the_results_alone_under_a_clean_address(cast: SimpleNamespace, client: Client) -> None:
    answer = client.get(f"{URL}?search=&state=KAZ", headers={"HX-Request": "true"})
    assert answer["HX-Push-Url"] == f"{URL}?state=KAZ"
    html = answer.content.decode()
    assert "140.7" in html
    assert "<html" not in html


def test_matrix_on_a_past_day_shows_the_status_of_that_day(cast: SimpleNamespace, client: Client) -> None:
    make.make_assessment(cast.recommendation, cast.group, "not_started", holds_from=datetime.date(2024, 1, 1))
    make.make_assessment(cast.recommendation, cast.group, "regression", holds_from=datetime.date(2026, 1, 1))
    then = client.get(f"{URL}?as_of=2025-01-01").context["rows"][0]
    now = client.get(URL).context["rows"][0]
    assert (then.lead.status, now.lead.status) == ("not_started", "regression")


def test_matrix_counts_samples_apart_and_marks_them(cast: SimpleNamespace, client: Client) -> None:
    make.make_recommendation(cast.review, "140.9", is_sample=True)
    page = client.get(URL)
    assert (page.context["count"], page.context["samples"]) == (1, 1)
    assert "Sample" in page.content.decode()


def test_matrix_leaves_removed_ones_out(cast: SimpleNamespace, client: Client) -> None:
    cast.recommendation.removed_at = datetime.datetime.now(datetime.UTC)
    cast.recommendation.save()
    assert not client.get(URL).context["rows"]


def test_matrix_offers_recording_only_to_those_who_may(cast: SimpleNamespace, client: Client) -> None:
    assert "Record a status" not in client.get(URL).content.decode()
    client.force_login(cast.owner)
    assert "Record a status" in client.get(URL).content.decode()


# Rows with their review, State and position (1), mentions, their States, issue links, issues (4), leads with voices
# (1), voices counted (1), the number of all and of samples (2), the data version of the shell (1); for the form:
# States, sessions, issues, groups, goals with parents, recommending States, voices (7).
BUDGET = 17


@pytest.mark.parametrize("number", [3, 30])
def test_matrix_takes_a_fixed_number_of_queries(
    cast: SimpleNamespace, client: Client, django_assert_num_queries: DjangoAssertNumQueries, number: int
) -> None:
    state, issue = make.make_state("SVN", "Slovenia"), make.make_issue()
    for n in range(number):
        made = make.make_recommendation(
            cast.review, f"141.{n + 1}", states=[state, cast.state], issues=[issue], response="noted"
        )
        make.make_assessment(made, cast.group)
    with django_assert_num_queries(BUDGET):
        client.get(URL)


def test_matrix_row_notes_a_check_and_comes_back(cast: SimpleNamespace, client: Client) -> None:
    client.force_login(cast.owner)
    make.make_assessment(cast.recommendation, cast.others)
    assert "Checked, no change" not in client.get(f"{URL}?state=KAZ").content.decode()
    make.make_assessment(cast.recommendation, cast.group)
    html = client.get(f"{URL}?state=KAZ").content.decode()
    assert "Checked, no change" in html
    r = cast.recommendation
    values = {"check-voice": cast.group.slug, "next": f"{URL}?state=KAZ"}
    answer = client.post(f"/recommendations/{r.public_id}/check/", values)
    assert answer["Location"] == f"{URL}?state=KAZ#row-{r.public_id}"
    assert "looked again at 140.7" in client.get(f"{URL}?state=KAZ").content.decode()
    values["next"] = "https://evil.example/"
    assert client.post(f"/recommendations/{r.public_id}/check/", values)["Location"].startswith("/recommendations/")


def test_matrix_is_walked_one_by_one_with_a_way_back(cast: SimpleNamespace, client: Client) -> None:
    after = make.make_recommendation(cast.review, "140.8")
    make.make_recommendation(make.make_review(make.make_state("SVN", "Slovenia")), "140.9")
    client.force_login(cast.owner)
    client.get(f"{URL}?state=KAZ")
    html = client.get(f"/recommendations/{cast.recommendation.public_id}/").content.decode()
    assert "1 of 2" in html
    assert f'href="/recommendations/{after.public_id}/" rel="next"' in html
    assert f'href="{URL}?state=KAZ"' in html
    client.logout()
    assert "Back to your list" not in client.get(f"/recommendations/{after.public_id}/").content.decode()


def test_matrix_address_is_named(db: None) -> None:
    assert reverse("recommendation-list") == URL
