"""Spreadsheets, and the comments of lists, through the whole way of an import: by a worker, and on the command line."""

import json
from io import StringIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage
from django.core.management import CommandError, call_command

from accounts.roles import Role
from history.log import Actor
from history.models import Event
from imports import batches
from imports.models import Batch, Mapping
from imports.reference import load_reference
from imports.sheets.mapping import remember_columns
from imports.sheets.words import remember_words
from imports.sources import reader_for
from recommendations.models import Draft, Recommendation
from reviews.models import Session
from tests import factories as make
from tests.imports.word_files import save_list

SHEET = "Номер;Статус;Дата;Комментарий\n140.7;выполнено;23.01.2025;Закон принят\n140.99;выполнено;;Нет\n"
HEADINGS = ("Номер", "Статус", "Дата", "Комментарий")
COLUMNS = {"label": ["номер"], "status": ["статус"], "day": ["дата"], "reason": ["комментарий"]}
WHERE = ("--state", "KAZ", "--session", "48")


@pytest.fixture(autouse=True)
def _place(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, db: None) -> None:
    # Read here and not in a process of its own, which takes a second each time; test_child.py proves that one.
    monkeypatch.setattr(batches, "read_in_child", lambda path, source="": reader_for(path, source or None).read(path))
    monkeypatch.setattr(Batch._meta.get_field("file"), "storage", FileSystemStorage(location=tmp_path / "files"))


@pytest.fixture
def manager(cast: SimpleNamespace) -> Any:
    return make.make_person("Maya Manager", organisation=cast.group, role=Role.MANAGER)


def read(content: bytes, by: Any, organisation: Any, name: str = "sheet.csv", **given: Any) -> Batch:
    """An import of the content, as far as a worker takes it."""
    batch = batches.open_batch(file=ContentFile(content), name=name, by=by, organisation=organisation, **given)
    return read_on(batch)


def read_on(batch: Batch) -> Batch:
    batches.read_batch(batch.pk)
    batch.refresh_from_db()
    return batch


def test_a_sheet_asks_for_columns_then_for_words_then_shows_and_is_written_and_taken_back(
    cast: SimpleNamespace, manager: Any
) -> None:
    batch = read(SHEET.encode("cp1251"), manager, cast.group, iso3="KAZ", session=48)
    assert (batch.status, batch.source, batch.facts["sheet"]["headings"]) == ("asking", "spreadsheet", list(HEADINGS))
    batches.commit_batch(batch=batch, by=Actor())
    remember_columns(cast.group, HEADINGS, COLUMNS, manager)
    batches.read_again(batch=batch)
    assert (read_on(batch).status, batch.facts["sheet"]["words"]) == ("asking", ["выполнено"])
    remember_words(cast.group, {"выполнено": "fully_implemented"}, manager)
    batches.read_again(batch=batch)
    assert read_on(batch).status == "preview"
    assert [(row.outcome, row.after.get("column")) for row in batch.rows.all()] == [
        ("new", None),
        ("rejected", "Номер"),
    ]
    assert Draft.objects.count() == 0
    batch = batches.commit_batch(batch=batch, by=Actor(person_id=manager.pk))
    assert (batch.status, Draft.objects.get().status) == ("committed", "fully_implemented")
    batch = batches.undo_batch(batch=batch, by=Actor(person_id=manager.pk))
    assert (batch.status, Draft.objects.count()) == ("undone", 0)
    assert Event.objects.count() == 0  # the log is public, and drafts are not
    assert read(SHEET.encode(), manager, cast.group, iso3="KAZ", session=48).status == "preview"


def test_commit_after_a_colleague_saved_writes_nothing_and_marks_the_row(cast: SimpleNamespace, manager: Any) -> None:
    remember_columns(cast.group, HEADINGS, COLUMNS, manager)
    remember_words(cast.group, {"выполнено": "fully_implemented"}, manager)
    batch = read(SHEET.encode(), manager, cast.group, iso3="KAZ", session=48)
    Draft.objects.create(recommendation=cast.recommendation, organisation=cast.group, reason="Mine")
    with pytest.raises(batches.Drifted):
        batches.commit_batch(batch=batch, by=Actor())
    batch.refresh_from_db()
    assert batch.status == "preview"
    assert "changed after the file was read" in batch.rows.get(label="140.7").message
    assert Draft.objects.get().reason == "Mine"


def test_a_sheet_of_nobody_is_refused_with_the_way(cast: SimpleNamespace) -> None:
    batch = read(SHEET.encode(), cast.administrator, None)
    assert batch.status == "failed"
    assert "“sheet.csv” is a spreadsheet of statuses, which become drafts of an organisation" in batch.problem


def command(path: Path, *arguments: str) -> dict[str, Any]:
    out = StringIO()
    call_command("import_document", str(path), "--json", *arguments, stdout=out)
    found: dict[str, Any] = json.loads(out.getvalue())
    return found


def test_the_command_takes_columns_and_remembers_them(cast: SimpleNamespace, tmp_path: Path) -> None:
    path = tmp_path / "sheet.csv"
    path.write_text(SHEET)
    with pytest.raises(CommandError, match="takes --organisation"):
        call_command("import_document", str(path))
    ours = ("--organisation", cast.group.slug, *WHERE)
    with pytest.raises(CommandError, match="--map label=Номер --map status=Статус"):
        call_command("import_document", str(path), *ours)
    with pytest.raises(CommandError, match="no organisation “nobody”"):
        call_command("import_document", str(path), "--organisation", "nobody")
    said = ("--map", "label=Номер", "--map", "status=Статус", "--map", "reason=Комментарий")
    assert command(path, *ours, *said, "--dry-run")["batch"] is None
    assert (Mapping.objects.count(), Draft.objects.count()) == (0, 0)
    found = command(path, *ours, *said)
    assert (found["source"], found["new"], found["rows"]) == ("spreadsheet", 1, {"read": 2, "accounted_for": 2})
    assert found["rejected"][0] | {"reason": ""} == {
        "place": "the table, row 3, column “Номер”",
        "column": "Номер",
        "value": "140.99",
        "reason": "",
    }
    draft = Draft.objects.get()
    assert (draft.status, draft.reason, draft.private_note) == ("", "Закон принят", "Status in the sheet: “выполнено”")
    assert command(path, *ours)["unchanged"] == 1
    call_command("undo_import", found["batch"], stdout=StringIO())
    assert Draft.objects.count() == 0


COMMENTED = ("Recommendation", "Position", "Themes", "Assessment/comments on level of implementation")
LIST = [
    ("140.1 Build schools (France)", "Supported", "", "In Progress: a law was drafted"),
    ("140.2 Train teachers (Japan)", "Noted", "", "We could not find out"),
    ("140.3 Pay teachers (Japan)", "Noted", "", ""),
]


def commented(tmp_path: Path) -> bytes:
    return save_list(
        tmp_path / "list.docx", LIST, COMMENTED, title="UPR of Kazakhstan (4th Cycle - 48th Session)"
    ).read_bytes()


def test_comments_of_a_list_become_drafts_beside_its_recommendations(
    cast: SimpleNamespace, manager: Any, tmp_path: Path
) -> None:
    load_reference()
    content = commented(tmp_path)
    batch = read(content, manager, cast.group, name="list.docx")
    assert [(row.label, row.outcome) for row in batch.rows.filter(after__has_key="draft")] == [
        ("140.1", "new"),
        ("140.2", "new"),
    ]
    assert batch.facts["read"] == batch.rows.count()
    batch = batches.commit_batch(batch=batch, by=Actor(person_id=manager.pk))
    drafts = {str(draft.recommendation): (draft.status, draft.reason) for draft in Draft.objects.all()}
    assert drafts == {
        "140.1": ("in_progress", "In Progress: a law was drafted"),
        "140.2": ("", "We could not find out"),
    }
    again = read(content, manager, cast.group, name="list.docx")
    assert {row.outcome for row in again.rows.all()} == {"unchanged"}
    batch = batches.undo_batch(batch=batch, by=Actor(person_id=manager.pk))
    assert (batch.status, batch.facts["left"], Draft.objects.count()) == ("undone", 0, 0)
    assert not Recommendation.objects.filter(label__in=["140.1", "140.2"], removed_at=None).exists()


def test_comments_that_somebody_worked_on_keep_their_recommendation(
    cast: SimpleNamespace, manager: Any, tmp_path: Path
) -> None:
    load_reference()
    batch = read(commented(tmp_path), manager, cast.group, name="list.docx")
    batch = batches.commit_batch(batch=batch, by=Actor(person_id=manager.pk))
    Draft.objects.filter(status="in_progress").update(version=2, reason="Better")
    batch = batches.undo_batch(batch=batch, by=Actor(person_id=manager.pk))
    assert (batch.status, batch.facts["left"]) == ("committed", 2)
    assert [str(draft.recommendation) for draft in Draft.objects.all()] == ["140.1"]
    assert list(
        Recommendation.objects.filter(label__in=["140.1", "140.2", "140.3"], removed_at=None).values_list(
            "label", flat=True
        )
    ) == ["140.1"]


def test_comments_of_nobody_are_left_out_and_said(cast: SimpleNamespace, tmp_path: Path) -> None:
    load_reference()
    batch = read(commented(tmp_path), cast.administrator, None, name="list.docx")
    assert "2 comments on the level of implementation were left out" in batch.facts["warnings"][-1]
    assert not batch.rows.filter(after__has_key="draft").exists()


def test_day_before_the_session_stays_in_the_note_and_says_so(cast: SimpleNamespace, manager: Any) -> None:
    Session.objects.filter(number=48).update(starts_on="2025-01-20")
    remember_columns(cast.group, HEADINGS, COLUMNS, manager)
    remember_words(cast.group, {"выполнено": "fully_implemented"}, manager)
    for day, expected in (("19.01.2025", None), ("20.01.2025", "2025-01-20")):
        Draft.objects.all().delete()
        sheet = f"Номер;Статус;Дата;Комментарий\n140.7;выполнено;{day};Закон принят\n"
        batch = read(sheet.encode(), manager, cast.group, iso3="KAZ", session=48)
        batches.commit_batch(batch=batch, by=Actor(person_id=manager.pk))
        draft = Draft.objects.get()
        assert (str(draft.holds_from) if draft.holds_from else None) == expected
        assert ("“19.01.2025”, which is before session 48" in draft.private_note) == (expected is None)
