"""The import page: who may, what it shows before and after, and what bad files get."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.files.storage import FileSystemStorage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from imports import batches
from imports.models import Batch
from imports.reference import load_reference
from recommendations.models import Recommendation
from states.models import State
from tests.imports.official import S20, needs_official

URL = "/imports/"


@pytest.fixture(autouse=True)
def _place(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    field = Batch._meta.get_field("file")
    monkeypatch.setattr(field, "storage", FileSystemStorage(location=tmp_path / "files"))


def post(client: Client, content: bytes, name: str = "list.docx", **values: str) -> Any:
    """Send a file; where it is taken, read it as the worker does, and show what came of it."""
    answer = client.post(URL, {"file": SimpleUploadedFile(name, content), **values})
    if answer.status_code != 302:
        return answer
    batches.read_batch(Batch.objects.latest("id").pk)
    return client.get(answer["Location"])


@pytest.mark.parametrize(("who", "status"), [("administrator", 200), ("outsider", 200), ("owner", 403), ("mate", 403)])
def test_import_page_is_for_those_who_may(cast: SimpleNamespace, client: Client, who: str, status: int) -> None:
    client.force_login(getattr(cast, who))
    answer = client.get(URL)
    assert answer.status_code == status
    if status == 403:
        assert "you may not import documents" in answer.content.decode()


def test_import_page_of_the_public_leads_to_sign_in(client: Client, db: None) -> None:
    assert client.get(URL)["Location"].startswith("/account/login/")


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (b"%PDF-1.7 words", "list.docx", "list.docx"),
        (b"PK\x03\x04 cut off", "list.docx", "list.docx"),
        (b"words", "../../../etc/passwd", "passwd"),
        (b"words", "\u202excod.exe", "xcod.exe"),
    ],
)
def test_import_of_a_bad_file_says_why_and_writes_nothing(
    cast: SimpleNamespace, client: Client, content: bytes, name: str, said: str, tmp_path: Path
) -> None:
    client.force_login(cast.administrator)
    answer = post(client, content, name)
    html = answer.content.decode()
    assert answer.status_code == 200
    assert "This document could not be read" in html
    assert said in html
    assert Recommendation.objects.count() == 1
    assert {path.parent for path in tmp_path.rglob("*") if path.is_file()} == {tmp_path / "files" / "imports"}


@pytest.mark.parametrize("values", [{}, {"file": SimpleUploadedFile("list.docx", b"")}])
def test_import_without_a_file_asks_for_one(
    cast: SimpleNamespace, client: Client, values: dict[str, SimpleUploadedFile]
) -> None:
    client.force_login(cast.administrator)
    answer = client.post(URL, values)
    assert answer.status_code == 422
    assert "Choose the document" in answer.content.decode()


def test_import_of_a_huge_file_is_refused_unread(cast: SimpleNamespace, client: Client) -> None:
    client.force_login(cast.administrator)
    answer = post(client, b"x" * (20_000_001))
    assert "larger than 20 MB" in answer.content.decode()


@needs_official
def test_import_shows_then_commits_then_is_taken_back(cast: SimpleNamespace, client: Client) -> None:
    load_reference()
    client.force_login(cast.administrator)
    shown = post(client, S20.read_bytes()).content.decode()
    assert "Commit 163 recommendations" in shown
    assert not Recommendation.objects.filter(review__session__number=20).exists()
    address = f"{URL}{Batch.objects.get().key}/"
    done = client.post(f"{address}commit/", follow=True).content.decode()
    assert "What this document did" in done
    assert Recommendation.objects.filter(review__session__number=20).count() == 163
    assert "rejected" in client.get(f"{address}?outcome=rejected").content.decode()
    again = post(client, S20.read_bytes()).content.decode()
    assert "This document proposes nothing" in again
    undone = client.post(f"{address}undo/", follow=True).content.decode()
    assert "This import was taken back" in undone
    assert not Recommendation.objects.filter(review__session__number=20, removed_at=None).exists()


@needs_official
def test_import_of_somebody_else_is_not_found(cast: SimpleNamespace, client: Client) -> None:
    load_reference()
    client.force_login(cast.administrator)
    post(client, S20.read_bytes())
    address = f"{URL}{Batch.objects.get().key}/"
    client.force_login(cast.outsider)
    assert client.get(address).status_code == 404
    assert client.post(f"{address}commit/").status_code == 404
    client.force_login(cast.owner)
    assert client.get(address).status_code == 403


@needs_official
def test_import_by_a_manager_is_for_monitored_states_only(cast: SimpleNamespace, client: Client) -> None:
    load_reference()
    client.force_login(cast.outsider)
    post(client, S20.read_bytes())
    address = f"{URL}{Batch.objects.get().key}/"
    answer = client.post(f"{address}commit/")
    assert answer.status_code == 403
    assert "does not monitor Slovenia" in answer.content.decode()
    assert not Recommendation.objects.filter(review__session__number=20).exists()
    cast.others.monitors.add(State.objects.get(iso3="SVN"))
    assert client.post(f"{address}commit/").status_code == 302


@needs_official
def test_import_that_contradicts_the_form_is_refused(cast: SimpleNamespace, client: Client) -> None:
    load_reference()
    client.force_login(cast.administrator)
    html = post(client, S20.read_bytes(), state="KAZ").content.decode()
    assert "This document could not be read" in html
    assert "Slovenia" in html
