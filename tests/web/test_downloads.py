"""The download page: what the list shows, in every form, for everybody, without JavaScript."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.files.storage import FileSystemStorage
from django.test import Client

from reports import exports
from reports.models import Export
from tests.web.conftest import Budget


@pytest.fixture(autouse=True)
def _place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    settings.DATA_DIR = tmp_path
    monkeypatch.setattr(Export._meta.get_field("file"), "storage", FileSystemStorage(location=tmp_path / "files"))


def test_page_offers_what_the_list_shows(reader_client: Client, review_page: SimpleNamespace) -> None:
    page = reader_client.get("/recommendations/?state=KAZ&page=1").content.decode()
    assert 'href="/downloads/?state=KAZ&amp;page=1"' in page
    page = reader_client.get("/downloads/?state=KAZ&page=1").content.decode()
    assert "3 recommendations" in page
    assert 'href="/api/v1/recommendations.csv?state=KAZ"' in page
    assert "Kazakhstan" in page


@pytest.mark.usefixtures("strict_templates")
def test_samples_stay_where_they_are_even_where_pages_show_them(
    sample_client: Client, review_page: SimpleNamespace
) -> None:
    page = sample_client.get("/downloads/?state=KAZ").content.decode()
    assert "4 recommendations" not in page
    assert "sample=true" not in page
    assert "sample data is left out" in page


@pytest.mark.usefixtures("strict_templates")
def test_file_is_asked_for_made_and_fetched(reader_client: Client, review_page: SimpleNamespace) -> None:
    asked = {"format": "xlsx", "table": "recommendations"}
    answer = reader_client.post("/downloads/?state=KAZ", asked)
    assert answer.status_code == 302
    place = answer.headers["Location"]
    page = reader_client.get(place).content.decode()
    assert "The file is being made" in page
    assert '<noscript><meta http-equiv="refresh"' in page
    assert reader_client.get(f"{place}file/").status_code == 404
    assert exports.make_next()
    page = reader_client.get(place).content.decode()
    assert f'href="{place}file/"' in page
    fetched = reader_client.get(f"{place}file/")
    assert b"".join(fetched.streaming_content).startswith(b"PK")  # type: ignore[attr-defined]
    assert fetched.headers["Content-Disposition"].startswith('attachment; filename="recommendations-')
    assert reader_client.post("/downloads/?state=KAZ", asked).headers["Location"] == place


@pytest.mark.usefixtures("strict_templates")
def test_progress_is_redrawn_and_the_page_when_it_is_over(reader_client: Client, review_page: SimpleNamespace) -> None:
    place = reader_client.post("/downloads/", {"format": "parquet", "table": "dyads"}).headers["Location"]
    Export.objects.update(status="working", done=120, total=254)
    drawn = reader_client.get(place, headers={"HX-Request": "true"})
    assert "120 of 254" in drawn.content.decode()
    assert "<h1" not in drawn.content.decode()
    Export.objects.update(status="failed", problem="Ask for less.")
    over = reader_client.get(place, headers={"HX-Request": "true"})
    assert over.headers["HX-Refresh"] == "true"
    assert "Ask for less." in over.content.decode()


@pytest.mark.parametrize("asked", [{"format": "exe"}, {"format": "xlsx", "table": "people"}])
def test_what_is_not_offered_is_not_found(reader_client: Client, db: None, asked: dict[str, str]) -> None:
    assert reader_client.post("/downloads/", asked).status_code == 404


@pytest.mark.usefixtures("strict_templates")
def test_unknown_value_and_full_queue_are_said(
    reader_client: Client, db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = reader_client.get("/downloads/?state=XXX")
    assert answer.status_code == 400
    assert "XXX" in answer.content.decode()
    monkeypatch.setattr(exports, "LONGEST_QUEUE", 0)
    assert reader_client.post("/downloads/", {"format": "xlsx"}).status_code == 503


def test_page_of_a_file_asks_little(reader_client: Client, review_page: SimpleNamespace, budget: Budget) -> None:
    place = reader_client.post("/downloads/", {"format": "xlsx"}).headers["Location"]
    reader_client.get(place)
    with budget("reports_export", "history_feed"):
        reader_client.get(place)
    with budget("reports_export"):  # each second, while it is made
        reader_client.get(place, headers={"HX-Request": "true"})


def test_page_asks_little(reader_client: Client, review_page: SimpleNamespace, budget: Budget) -> None:
    with budget("recommendations_recommendation", "history_feed"):
        reader_client.get("/downloads/")


@pytest.mark.usefixtures("strict_templates")
def test_one_address_cannot_fill_the_queue(reader_client: Client, review_page: SimpleNamespace) -> None:
    asked = {"format": "xlsx", "table": "recommendations"}
    answers = [reader_client.post(f"/downloads/?search={word}", asked) for word in ("one", "two", "three")]
    assert [answer.status_code for answer in answers] == [302, 302, 429]
    assert "2 files that were asked for from your address are waiting" in answers[2].content.decode()
    assert Export.objects.count() == 2
