"""The import page: who may, what it shows before and after, and what bad files get."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from imports.reference import load_reference
from recommendations.models import Recommendation
from states.models import State
from tests import factories as make
from tests.imports.official import S20, needs_official

URL = "/imports/"


def post(client: Client, content: bytes, name: str = "list.docx", **values: str) -> Any:
    return client.post(URL, {"file": SimpleUploadedFile(name, content), "act": "import", **values})


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
        (b"", "list.docx", "empty"),
        (b"%PDF-1.7 words", "list.docx", "PDF"),
        (b"PK\x03\x04 cut off", "list.docx", "list.docx"),
        (b"words", "../../../etc/passwd", "passwd"),
        (b"words", "\u202excod.exe", "xcod.exe"),
    ],
)
def test_import_of_a_bad_file_is_said_beside_the_field(
    cast: SimpleNamespace, client: Client, content: bytes, name: str, said: str
) -> None:
    client.force_login(cast.administrator)
    answer = post(client, content, name)
    assert answer.status_code == 422
    assert said in answer.content.decode()


def test_import_without_a_file_asks_for_one(cast: SimpleNamespace, client: Client) -> None:
    client.force_login(cast.administrator)
    answer = client.post(URL, {"act": "import"})
    assert answer.status_code == 422
    assert "Choose the document." in answer.content.decode()


def test_import_of_a_huge_file_is_refused_unread(cast: SimpleNamespace, client: Client) -> None:
    client.force_login(cast.administrator)
    answer = post(client, b"x" * (20_000_001))
    assert "larger than 20 MB" in answer.content.decode()


@needs_official
def test_import_looks_first_then_imports_then_changes_nothing(cast: SimpleNamespace, client: Client) -> None:
    load_reference()
    client.force_login(cast.administrator)
    looked = post(client, S20.read_bytes(), act="look").content.decode()
    assert "163 recommendations found. Nothing is written yet." in looked
    assert not Recommendation.objects.filter(review__session__number=20).exists()
    done = post(client, S20.read_bytes()).content.decode()
    assert "163 recommendations imported." in done
    again = post(client, S20.read_bytes())
    assert again.context["result"].tally.unchanged == 163


@needs_official
def test_import_by_a_manager_is_for_monitored_states_only(cast: SimpleNamespace, client: Client) -> None:
    load_reference()
    client.force_login(cast.outsider)
    answer = post(client, S20.read_bytes())
    assert answer.status_code == 403
    assert "does not monitor Slovenia" in answer.content.decode()
    assert not Recommendation.objects.filter(review__session__number=20).exists()
    cast.others.monitors.add(State.objects.get(iso3="SVN"))
    assert post(client, S20.read_bytes()).status_code == 200


@needs_official
def test_import_that_contradicts_the_form_is_refused(cast: SimpleNamespace, client: Client) -> None:
    load_reference()
    make.make_session(20)
    client.force_login(cast.administrator)
    answer = post(client, S20.read_bytes(), state="KAZ")
    assert answer.status_code == 422
    assert "Slovenia" in answer.content.decode()
