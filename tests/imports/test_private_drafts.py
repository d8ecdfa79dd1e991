"""Drafts that come with an organisation's files are seen, counted and written by nobody else."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage
from django.test import Client

from accounts.roles import Role
from history.log import Actor
from history.models import Event
from imports import batches, writing
from imports.models import Batch
from imports.reference import load_reference
from imports.sources import reader_for
from recommendations.models import Draft, Recommendation
from tests import factories as make
from tests.imports.word_files import save_list

HEADINGS = ("Recommendation", "Position", "Themes", "Assessment/comments on level of implementation")
BUILD = ("140.1 Build schools (Japan)", "Supported", "", "In Progress: confidential")
TRAIN = ("140.2 Train teachers (Japan)", "Noted", "", "")


@pytest.fixture(autouse=True)
def _place(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, db: None) -> None:
    load_reference()
    monkeypatch.setattr(batches, "read_in_child", lambda path, source="": reader_for(path, source or None).read(path))
    monkeypatch.setattr(Batch._meta.get_field("file"), "storage", FileSystemStorage(location=tmp_path / "files"))


@pytest.fixture
def manager(cast: SimpleNamespace) -> Any:
    return make.make_person("Maya Manager", organisation=cast.group, role=Role.MANAGER)


def read(tmp_path: Path, by: Any, organisation: Any, *rows: tuple[str, ...]) -> Batch:
    """A list of Kazakhstan's review, read as a worker reads it."""
    path = tmp_path / f"{hash(rows)}.docx"  # the same rows are the same file, which is the same document
    if not path.exists():
        save_list(path, rows, HEADINGS, title="UPR of Kazakhstan (4th Cycle - 48th Session)")
    batch = batches.open_batch(file=ContentFile(path.read_bytes()), name="list.docx", by=by, organisation=organisation)
    batches.read_batch(batch.pk)
    batch.refresh_from_db()
    return batch


def committed(batch: Batch, by: Any) -> Batch:
    """The batch after a worker wrote it for that person."""
    assert writing.ask_commit(batch=batch, by=by)
    writing.work_on(batch.pk)
    batch.refresh_from_db()
    assert (batch.status, batch.problem) == ("committed", "")
    return batch


def told(action: str) -> list[dict[str, Any]]:
    return [event.new for event in Event.objects.filter(action=action).order_by("id")]


def test_the_public_page_names_the_list_and_not_the_draft(
    cast: SimpleNamespace, manager: Any, client: Client, tmp_path: Path
) -> None:
    committed(read(tmp_path, cast.administrator, None, BUILD), cast.administrator)
    committed(read(tmp_path, manager, cast.group, BUILD), manager)
    assert Draft.objects.get().recommendation.label == "140.1"
    answer = client.get(f"/recommendations/{Recommendation.objects.get(label='140.1').public_id}/")
    assert len(answer.context["imports"]) == 1


def test_public_events_count_no_drafts(cast: SimpleNamespace, manager: Any, tmp_path: Path) -> None:
    batch = committed(read(tmp_path, manager, cast.group, BUILD, TRAIN), manager)
    assert [(new["new"], new["changed"]) for new in told("document.imported")] == [(2, 0)]
    batch = batches.undo_batch(batch=batch, by=Actor(person_id=manager.pk))
    assert (batch.status, batch.facts["undone"]) == ("undone", 3)
    assert [(new["undone"], new["left"]) for new in told("import.undone")] == [(2, 0)]


def test_a_list_that_brings_drafts_only_has_no_public_event(
    cast: SimpleNamespace, manager: Any, tmp_path: Path
) -> None:
    committed(read(tmp_path, cast.administrator, None, BUILD), cast.administrator)
    batch = committed(read(tmp_path, manager, cast.group, BUILD), manager)
    assert Draft.objects.count() == 1
    assert len(told("document.imported")) == 1
    batches.undo_batch(batch=batch, by=Actor(person_id=manager.pk))
    assert (Draft.objects.count(), told("import.undone")) == (0, [])


def test_the_administrator_sees_neither_drafts_nor_rejected_comments_nor_how_many(
    cast: SimpleNamespace, manager: Any, client: Client, tmp_path: Path
) -> None:
    long = ("140.2 Train teachers (Japan)", "Noted", "", "secret " * 1000)
    batch = read(tmp_path, manager, cast.group, BUILD, long)
    assert [row.outcome for row in batch.rows.filter(after__has_key="draft")] == ["new", "rejected"]
    for person, words in ((manager, ("3 new", "1 rejected")), (cast.administrator, ("2 new",))):
        client.force_login(person)
        numbers = client.get("/imports/").context["batches"][0][1]
        assert tuple(f"{number} {label}" for label, number in numbers) == words
    html = client.get(f"/imports/{batch.key}/").content.decode()
    assert ("secret" in html, "confidential" in html, "Build schools" in html) == (False, False, True)


def test_an_administrator_who_commits_writes_the_list_and_not_the_drafts(
    cast: SimpleNamespace, manager: Any, tmp_path: Path
) -> None:
    batch = committed(read(tmp_path, manager, cast.group, BUILD), cast.administrator)
    assert Recommendation.objects.filter(label="140.1").exists()
    row = batch.rows.get(after__has_key="draft")
    assert (Draft.objects.count(), row.state) == (0, "proposed")
    assert "may not write your organisation's drafts" in row.message
    committed(read(tmp_path, manager, cast.group, BUILD), manager)
    assert Draft.objects.get().saved_by == manager


def test_an_organisations_file_is_hidden_from_administrators_until_it_is_known_to_be_no_sheet(
    cast: SimpleNamespace, manager: Any, client: Client, tmp_path: Path
) -> None:
    mine = read(tmp_path, manager, cast.group, BUILD)
    known = Batch.objects.get(pk=mine.pk)
    for status, source in (("waiting", ""), ("failed", ""), ("preview", "thematic_list")):
        Batch.objects.filter(pk=mine.pk).update(status=status, source=source, problem="“our plan.csv” is cut short.")
        client.force_login(cast.administrator)
        expected = 200 if source else 404
        assert client.get(f"/imports/{known.key}/").status_code == expected
        assert (client.post(f"/imports/{known.key}/again/").status_code == 404) == (not source)
        client.force_login(manager)
        assert client.get(f"/imports/{known.key}/").status_code == 200


def test_the_draft_beside_a_conflict_is_decided_for_itself(cast: SimpleNamespace, manager: Any, tmp_path: Path) -> None:
    committed(read(tmp_path, cast.administrator, None, BUILD), cast.administrator)
    recommendation = Recommendation.objects.get(label="140.1")
    Draft.objects.create(recommendation=recommendation, organisation=cast.group, reason="Mine", saved_by=manager)
    batch = read(tmp_path, manager, cast.group, ("140.1 Build hospitals (Japan)", *BUILD[1:]))
    assert [row.outcome for row in batch.rows.all()] == ["conflict", "conflict"]
    batches.decide(rows=batch.rows.all(), take=True)
    batches.read_again(batch=batch)
    batches.read_batch(batch.pk)
    assert [row.take for row in batch.rows.all()] == [True, True]


def test_a_comment_whose_row_is_rejected_becomes_no_draft_on_the_sample(
    cast: SimpleNamespace, manager: Any, tmp_path: Path
) -> None:
    Recommendation.objects.filter(pk=cast.recommendation.pk).update(is_sample=True)
    batch = read(tmp_path, manager, cast.group, ("140.7 Build schools (Japan)", *BUILD[1:]), TRAIN)
    assert sorted(row.outcome for row in batch.rows.all()) == ["new", "rejected", "rejected"]
    assert "was rejected" in batch.rows.get(after__has_key="draft").message
    committed(batch, manager)
    assert Draft.objects.count() == 0
