"""Events and areas of engagement."""

import datetime
from types import SimpleNamespace

import pytest
import time_machine
from django.test import Client

from engagement.models import Area
from tests import factories as make
from tests.web.conftest import Budget
from tests.web.test_home import page

pytestmark = pytest.mark.usefixtures("strict_templates")


@pytest.mark.django_db
def test_list_without_events_says_how_they_come(reader_client: Client) -> None:
    assert "No coming events" in page(reader_client, "/events/")


def test_list_queries(reader_client: Client, review_page: SimpleNamespace, budget: Budget) -> None:
    with budget("reviews_review", "engagement_engagementevent", "engagement_area", "history_feed"):
        reader_client.get("/events/")


def test_events_move_from_coming_to_past_when_their_day_is_over(
    reader_client: Client, review_page: SimpleNamespace
) -> None:
    make.make_event(review_page.review, "Conference", datetime.date(2026, 3, 1))
    with time_machine.travel("2026-03-01 12:00", tick=False):
        text = page(reader_client, "/events/")
    assert text.index("Conference") < text.index(">Past<") < text.index("Round table")
    with time_machine.travel("2026-03-02 12:00", tick=False):
        text = page(reader_client, "/events/")
    assert text.index(">Past<") < text.index("Conference") < text.index("Round table")


def test_filters_narrow_events_and_areas(reader_client: Client, review_page: SimpleNamespace) -> None:
    italy = make.make_review(make.make_state("ITA", "Italy"), make.make_session(47))
    make.make_event(italy, "Workshop in Rome")
    Area.objects.create(review=italy, key="area", title="Italian area")
    text = page(reader_client, "/events/?state=kaz&session=48")
    assert "Round table" in text
    assert "Advocacy" in text
    assert "Workshop in Rome" not in text
    assert "Italian area" not in text
    assert 'href="?session=48"' in text  # the chip that takes the State away
    assert "Round table" not in page(reader_client, "/events/?session=47")


@pytest.mark.parametrize("query", ["state=QQQ", "session=0", "session=nonsense", "session=99999999999999"])
def test_a_filter_that_fits_nothing_lists_nothing_and_says_so(
    query: str, reader_client: Client, review_page: SimpleNamespace
) -> None:
    text = page(reader_client, f"/events/?{query}")
    assert "No coming events fit these filters" in text
    assert "Round table" not in text


def test_samples_are_shown_only_where_samples_are_and_marked(
    reader_client: Client, review_page: SimpleNamespace, settings: object
) -> None:
    event = make.make_event(review_page.review, "Sample talk")
    event.is_sample = True
    event.save()
    assert "Sample talk" not in page(reader_client, "/events/")
    assert reader_client.get(f"/events/{event.pk}/").status_code == 404
    settings.SHOW_SAMPLES = True  # type: ignore[attr-defined]
    assert "Sample talk" in page(reader_client, "/events/")
    assert 'class="mark"' in page(reader_client, f"/events/{event.pk}/")


def test_page_of_an_event_queries(reader_client: Client, review_page: SimpleNamespace, budget: Budget) -> None:
    with budget("engagement_engagementevent", "history_feed"):
        text = page(reader_client, f"/events/{review_page.event.pk}/")
    assert "Round table" in text
    assert "The source gives no hour." in text
