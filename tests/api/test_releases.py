"""Releases by the API: listed, described, fetched with true checksums, gone when withdrawn."""

import hashlib
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.files.storage import FileSystemStorage
from django.db import transaction

from history import feed
from history.log import Actor, record
from recommendations import events
from reports.models import Release, ReleaseFile
from reports.releases import make_release, withdraw_release
from tests.api.conftest import Api

pytestmark = pytest.mark.django_db(transaction=True)
BASE = "https://tracker.example/api/v1/"


@pytest.fixture(autouse=True)
def _place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    settings.DATA_DIR = tmp_path
    storage = FileSystemStorage(location=tmp_path / "files")
    monkeypatch.setattr(ReleaseFile._meta.get_field("file"), "storage", storage)


def fetch(api: Api, address: str) -> bytes:
    """A file, followed through redirects."""
    answer = api.client.get(address.removeprefix("https://tracker.example"))
    if answer.status_code == 302:
        return fetch(api, answer.headers["Location"])
    assert answer.status_code == 200
    return b"".join(answer.streaming_content)  # type: ignore[attr-defined]


@pytest.fixture
def two(world: SimpleNamespace, api: Api) -> None:
    for name in ("2024.10", "2024.11"):
        make_release(name=name, by=Actor())


def test_releases_are_listed_described_and_fetched(api: Api, two: None) -> None:
    assert [row["name"] for row in api.get("releases/")["results"]] == ["2024.11", "2024.10"]
    release = api.get("releases/2024.11/")
    assert (release["previous"], release["withdrawn_on"]) == ("2024.10", None)
    assert release["citation"].endswith("https://tracker.example/releases/2024.11/")
    for file in release["files"]:
        content = fetch(api, file["url"])
        assert (len(content), hashlib.sha256(content).hexdigest()) == (file["bytes"], file["sha256"])
    assert {"title", "path", "terms"} == set(release["sources"][0])


def test_latest_leads_to_the_newest_that_stands(api: Api, two: None) -> None:
    assert api.client.get("/api/v1/releases/latest/").headers["Location"] == f"{BASE}releases/2024.11/"
    withdraw_release(name="2024.11", because="A name had to go.", by=Actor())
    assert api.client.get("/api/v1/releases/latest/").headers["Location"] == f"{BASE}releases/2024.10/"


def test_list_of_a_release_is_its_file(api: Api, two: None) -> None:
    held = fetch(api, f"{BASE}releases/2024.10/files/recommendations.csv")
    assert fetch(api, f"{BASE}recommendations.csv?release=2024.10") == held
    assert fetch(api, f"{BASE}recommendations.csv?release=latest") == fetch(
        api, f"{BASE}releases/2024.11/files/recommendations.csv"
    )
    refusal = api.get("recommendations.csv", expect=400, release="2020.01")
    assert refusal["allowed"] == ["2024.11", "2024.10"]
    assert api.get("recommendations.csv", expect=400, release="2024.10", state="KAZ")["parameter"] == "state"


@pytest.mark.parametrize("name", ["recommendations.csv", "recommendations.jsonl", "dyads.csv"])
def test_every_stream_is_frozen_in_a_release(api: Api, two: None, name: str) -> None:
    assert fetch(api, f"{BASE}{name}?release=2024.10") == fetch(api, f"{BASE}releases/2024.10/files/{name}")


def test_release_without_that_file_says_what_it_has(api: Api, world: SimpleNamespace) -> None:
    old = Release.objects.create(name="2024.09", position=0, citation="Old.")
    old.files.create(name="recommendations.csv", file="releases/2024.09/recommendations.csv", bytes=1, sha256="0" * 64)
    refusal = api.get("recommendations.jsonl", expect=400, release="2024.09")
    assert refusal["detail"] == "Release 2024.09 has no recommendations.jsonl. It has: recommendations.csv."
    assert (refusal["parameter"], refusal["files"]) == ("release", ["recommendations.csv"])


def test_withdrawn_release_says_why_and_has_no_files(api: Api, two: None) -> None:
    withdraw_release(name="2024.10", because="A name had to go.", by=Actor())
    release = api.get("releases/2024.10/")
    assert release["withdrawn_because"] == "A name had to go."
    assert {file["url"] for file in release["files"]} == {None}
    answer = api.client.get("/api/v1/releases/2024.10/files/recommendations.csv")
    assert (answer.status_code, answer.json()["detail"]) == (410, "A name had to go.")


def test_file_is_the_same_whatever_happens_on_the_site(api: Api, world: SimpleNamespace, two: None) -> None:
    (file,) = [each for each in api.get("releases/2024.10/")["files"] if each["name"] == "recommendations.csv"]
    etag = f'"{file["sha256"]}"'
    for place in ("/api/v1/releases/2024.10/files/recommendations.csv", "/releases/2024.10/recommendations.csv"):
        first = api.client.get(place)
        first.close()
        with transaction.atomic():
            record(events.CHECK_RECORDED, world.first, by=Actor())
        feed.sequence()
        again = api.client.get(place, headers={"If-None-Match": etag})
        assert (first.headers["ETag"], again.headers["ETag"], again.status_code) == (etag, etag, 304)
        assert again.headers["Cache-Control"] == first.headers["Cache-Control"] == "public, max-age=3600"
    withdraw_release(name="2024.10", because="A name had to go.", by=Actor())
    assert api.client.get(place, headers={"If-None-Match": etag}).status_code == 410


@pytest.mark.parametrize("path", ["2020.01/", "latest/", "2024.10/files/none.csv", "2024.10/files/..%2f..%2fsecret/"])
def test_what_is_not_there_is_not_found(api: Api, path: str) -> None:
    assert api.client.get(f"/api/v1/releases/{path}").status_code == 404
