"""The pages of releases: how to cite, files with checksums, and what is left of a withdrawn one."""

from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import FileSystemStorage
from django.test import Client

from history.log import Actor
from reports.models import ReleaseFile
from reports.releases import make_release, withdraw_release
from tests.web.conftest import Budget


@pytest.fixture(autouse=True)
def _place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    settings.DATA_DIR = tmp_path
    storage = FileSystemStorage(location=tmp_path / "files")
    monkeypatch.setattr(ReleaseFile._meta.get_field("file"), "storage", storage)


def fetch(client: Client, address: str) -> bytes:
    """A file."""
    return b"".join(client.get(address).streaming_content)  # type: ignore[attr-defined]


@pytest.mark.django_db(transaction=True)
def test_pages_ask_little(reader_client: Client, budget: Budget) -> None:
    for name in ("2024.10", "2024.11"):
        make_release(name=name, by=Actor())
    reader_client.get("/releases/")
    with budget("reports_release", "history_feed"):
        reader_client.get("/releases/")
    with budget("reports_release", "reports_releasefile", "history_feed"):
        reader_client.get("/releases/2024.11/")


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("strict_templates")
def test_pages_of_releases(reader_client: Client) -> None:
    assert "No release yet" in reader_client.get("/releases/").content.decode()
    assert reader_client.get("/releases/latest/").status_code == 404
    for name in ("2024.10", "2024.11"):
        make_release(name=name, by=Actor())
    page = reader_client.get("/releases/").content.decode()
    assert "release 2024.11 [data set]" in page
    assert reader_client.get("/releases/latest/").headers["Location"] == "/releases/2024.11/"
    page = reader_client.get("/releases/2024.11/").content.decode()
    assert 'href="/releases/2024.11/recommendations.csv"' in page
    assert fetch(reader_client, "/releases/2024.11/recommendations.csv") == fetch(
        reader_client, "/api/v1/releases/2024.11/files/recommendations.csv"
    )
    withdraw_release(name="2024.11", because="A name had to go.", by=Actor())
    gone = reader_client.get("/releases/2024.11/")
    assert gone.status_code == 410
    assert "A name had to go." in gone.content.decode()
    assert 'href="/releases/2024.11/recommendations.csv"' not in gone.content.decode()
    gone = reader_client.get("/releases/2024.11/recommendations.csv")
    assert (gone.status_code, "A name had to go." in gone.content.decode()) == (410, True)
    assert reader_client.get("/releases/2024.11/none.csv").status_code == 404
    assert "release 2024.10 [data set]" in reader_client.get("/releases/").content.decode()
