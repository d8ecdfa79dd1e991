"""The list of States and the page of one."""

from types import SimpleNamespace

import pytest
from django.test import Client

from tests import factories as make
from tests.web.conftest import Budget
from tests.web.test_home import page

pytestmark = pytest.mark.usefixtures("strict_templates")


@pytest.mark.django_db
def test_list_without_states_says_how_they_come(reader_client: Client) -> None:
    assert "No States yet" in page(reader_client, "/states/")


def test_list_queries(reader_client: Client, review_page: SimpleNamespace, budget: Budget) -> None:
    with budget("states_state", "recommendations_recommendation", "history_feed"):
        reader_client.get("/states/")


def test_list_is_by_regional_group_and_counts_samples_apart(
    sample_client: Client, reader_client: Client, review_page: SimpleNamespace
) -> None:
    make.make_state("FRA", "France", regional_group="weog")
    make.make_state("VAT", "Holy See", regional_group="", kind="observer")
    text = page(reader_client, "/states/")
    assert text.index("Asia-Pacific States") < text.index("Western European") < text.index("In no regional group")
    assert "African States" not in text


def test_page_queries(reader_client: Client, review_page: SimpleNamespace, budget: Budget) -> None:
    with budget(
        "states_state",
        "recommendations_recommendation",  # how its reviews stand
        "states_statealias",
        "reviews_review",
        "recommendations_recommendation",  # what it recommended
        "history_feed",
    ):
        reader_client.get("/states/KAZ/")


def test_page_shows_names_reviews_and_what_the_state_recommended(
    reader_client: Client, review_page: SimpleNamespace
) -> None:
    review_page.state.names = {"ru": "Казахстан"}
    review_page.state.save()
    text = page(reader_client, "/states/KAZ/")
    assert "Казахстан" in text
    assert "Russian" in text
    assert "Session 48" in text
    assert "3 recommendations" in text
    assert "No recommendations by this State" in text
    helper = page(reader_client, "/states/JPN/")
    assert "1 recommendation<" in helper.replace("\n", "")
    assert "/recommendations/?recommending_state=JPN" in helper
    assert "No reviews yet" in helper


@pytest.mark.django_db
def test_address_in_small_letters_leads_to_the_page(client: Client) -> None:
    make.make_state()
    assert client.get("/states/kaz/").headers["Location"] == "/states/KAZ/"
    assert client.get("/states/QQQ/").status_code == 404
