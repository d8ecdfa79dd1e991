"""A spreadsheet in the browser: what is asked, what is shown, whose it is."""

import datetime as dt
import tempfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.files.storage import FileSystemStorage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import Person
from accounts.roles import Role
from history.log import Actor
from imports import batches
from imports.models import Batch, Mapping, StatusWord
from imports.sources import reader_for
from imports.tables import tables_of
from recommendations.models import Draft
from tests import factories as make
from tests.imports.word_files import save_list

SHEET = "№;Статус;Дата;Комментарий;Цвет\n140.7;выполнено;23.01.2025;Закон принят;red\n140.99;нет данных;;;\n"
COLUMNS = {"each-0": "label", "each-1": "status", "each-2": "day", "each-3": "reason", "each-4": ""}


@pytest.fixture(autouse=True)
def _place(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(batches, "read_in_child", lambda path, source="": reader_for(path, source or None).read(path))
    monkeypatch.setattr(Batch._meta.get_field("file"), "storage", FileSystemStorage(location=tmp_path / "files"))


@pytest.fixture
def manager(cast: SimpleNamespace, client: Client) -> Person:
    """A manager of the group, signed in."""
    person = make.make_person("Maya Manager", organisation=cast.group, role=Role.MANAGER)
    client.force_login(person)
    return person


def send(client: Client, content: bytes, name: str = "sheet.csv", **values: str) -> Batch:
    """Send a file, and read it as the worker does."""
    answer = client.post("/imports/", {"file": SimpleUploadedFile(name, content), **values})
    assert answer.status_code == 302, answer.content.decode()
    batch = Batch.objects.latest("id")
    batches.read_batch(batch.pk)
    batch.refresh_from_db()
    return batch


def sent(client: Client) -> str:
    """The address of a sheet that was sent and read."""
    return f"/imports/{send(client, SHEET.encode('cp1251'), state='KAZ', session='48').key}/"


def read_on() -> None:
    batches.read_batch(Batch.objects.latest("id").pk)


def test_columns_and_words_are_said_once_and_drafts_come_out(
    cast: SimpleNamespace, client: Client, manager: Person
) -> None:
    address = sent(client)
    asked = client.get(address, follow=True)
    html = asked.content.decode()
    assert asked.redirect_chain == [(f"{address}columns/", 302)]
    assert "What do the columns hold?" in html
    assert "In the first rows: “выполнено”; “нет данных”" in html
    assert '<option value="status" selected>' in html  # proposed by its heading
    assert client.post(f"{address}columns/", COLUMNS)["Location"] == address
    read_on()
    html = client.get(address, follow=True).content.decode()
    assert "“выполнено”" in html
    answer = client.post(f"{address}words/", {"each-0": "fully_implemented", "each-1": "none"})
    assert answer["Location"] == address
    read_on()
    html = client.get(address).content.decode()
    assert "Write 1 draft" in html
    assert "23 January 2025" in html
    assert "no recommendation with this number" in html
    batches.commit_batch(batch=Batch.objects.get(), by=Actor(person_id=manager.pk))
    assert "See the drafts in My work" in client.get(address).content.decode()
    assert "140.7" in client.get("/my-work/").content.decode()
    assert (Mapping.objects.get().saved_by, StatusWord.objects.count()) == (manager, 2)
    again = send(client, SHEET.encode(), state="KAZ", session="48")
    assert again.status == "preview"
    assert "proposes no drafts" in client.get(f"/imports/{again.key}/").content.decode()


def test_errors_of_columns_stand_beside_their_fields(cast: SimpleNamespace, client: Client, manager: Person) -> None:
    address = sent(client)
    answer = client.post(f"{address}columns/", COLUMNS | {"each-4": "status"})
    assert answer.status_code == 422
    assert "Another column holds the status already" in str(answer.context["form"].errors["each-4"])
    answer = client.post(f"{address}columns/", {"each-2": "day"})
    assert len(answer.context["form"].non_field_errors()) == 2
    assert Mapping.objects.count() == 0
    client.post(f"{address}columns/", COLUMNS)
    read_on()
    answer = client.post(f"{address}words/", {"each-0": "fully_implemented", "each-1": ""})
    assert answer.status_code == 422
    assert "Choose what this word means." in str(answer.context["form"].errors["each-1"])
    assert StatusWord.objects.count() == 0


def test_columns_can_be_changed_until_it_is_written(cast: SimpleNamespace, client: Client, manager: Person) -> None:
    address = sent(client)
    client.post(f"{address}columns/", {"each-0": "label", "each-3": "reason"})
    read_on()
    assert f"{address}columns/" in client.get(address).content.decode()
    answer = client.get(f"{address}columns/")
    assert answer.context["form"]["each-1"].initial == ""
    assert answer.context["form"]["each-3"].initial == "reason"
    batches.commit_batch(batch=Batch.objects.get(), by=Actor())
    assert client.get(f"{address}columns/")["Location"] == address
    assert client.post(f"{address}columns/", COLUMNS)["Location"] == address
    assert Batch.objects.get().status == "committed"


def test_a_sheet_is_nobody_elses_not_even_the_administrators(
    cast: SimpleNamespace, client: Client, manager: Person
) -> None:
    address = sent(client)
    for person in (cast.outsider, cast.administrator):
        client.force_login(person)
        for page in ("", "columns/", "words/"):
            assert client.get(address + page).status_code == 404
        assert client.post(f"{address}columns/", COLUMNS).status_code == 404
        assert "sheet.csv" not in client.get("/imports/").content.decode()
    client.force_login(cast.mate)
    assert client.get(f"{address}columns/").status_code == 403


def test_comments_of_a_list_are_hidden_from_the_administrator(
    cast: SimpleNamespace, client: Client, manager: Person, tmp_path: Path
) -> None:
    headings = ("Recommendation", "Position", "Themes", "Assessment/comments on level of implementation")
    rows = [("140.1 Build schools (Kazakhstan)", "Supported", "", "In Progress: confidential so far")]
    title = "UPR of Kazakhstan (4th Cycle - 48th Session)"
    batch = send(client, save_list(tmp_path / "list.docx", rows, headings, title).read_bytes(), "list.docx")
    html = client.get(f"/imports/{batch.key}/").content.decode()
    assert "confidential so far" in html
    assert "Commit 1 recommendation and 1 draft" in " ".join(html.split())
    client.force_login(cast.administrator)
    html = client.get(f"/imports/{batch.key}/").content.decode()
    assert "Build schools" in html
    assert "confidential so far" not in html


def test_a_sheet_of_an_administrator_is_refused_with_a_sentence(cast: SimpleNamespace, client: Client) -> None:
    client.force_login(cast.administrator)
    batch = send(client, SHEET.encode())
    assert batch.status == "failed"
    assert "Send it in the name of one" in client.get(f"/imports/{batch.key}/").content.decode()


def test_a_sheet_that_was_given_out_comes_back(cast: SimpleNamespace, client: Client, manager: Person) -> None:
    make.make_assessment(cast.recommendation, cast.group, holds_from=dt.date(2024, 1, 1))
    sheet = client.get(f"/recommendations/to-fill-in/{cast.group.slug}/").content
    unchanged = send(client, sheet, "sheet.xlsx")
    assert (unchanged.status, [row.outcome for row in unchanged.rows.all()]) == ("preview", ["unchanged"])
    make.make_assessment(cast.recommendation, cast.group, holds_from=dt.date(2024, 2, 1))
    filled: list[Any] = [list(row) for row in _cells(sheet)]
    filled[1][11:14] = "Regression", "2025-01-01", "It was repealed"
    late = send(client, "\n".join("\t".join(map(str, row)) for row in filled).encode(), "sheet.csv")
    assert [row.outcome for row in late.rows.all()] == ["conflict"]
    client.post(f"/imports/{late.key}/rows/1/", {"act": "take"})
    batches.commit_batch(batch=late, by=Actor(person_id=manager.pk))
    assert Draft.objects.get().reason == "It was repealed"


def _cells(workbook: bytes) -> list[tuple[str, ...]]:
    with tempfile.NamedTemporaryFile(suffix=".xlsx") as file:
        file.write(workbook)
        file.flush()
        return [row.texts for row in tables_of(Path(file.name))[0].rows()]
