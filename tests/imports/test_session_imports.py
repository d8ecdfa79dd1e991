"""Session files through the way of an import: recognised, shown, written once, refused with the place, not undone."""

from collections.abc import Callable
from io import StringIO
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage
from django.core.management import CommandError, call_command
from django.test import Client

from accounts.roles import Role
from history.log import Actor
from imports import batches, writing
from imports.models import Batch
from imports.reference import load_reference
from imports.sources import reader_for, session_file
from issues.models import Issue
from recommendations.models import Assessment, Recommendation
from tests import factories as make

KAZAKHSTAN = settings.BASE_DIR / "fixtures" / "sessions" / "48.yaml"
ADMINISTRATOR = Actor()


@pytest.fixture(autouse=True)
def _place(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, db: None) -> None:
    load_reference()
    monkeypatch.setattr(batches, "read_in_child", lambda path, source="": reader_for(path, source or None).read(path))
    monkeypatch.setattr(Batch._meta.get_field("file"), "storage", FileSystemStorage(location=tmp_path / "files"))


@pytest.fixture
def sent() -> Callable[..., Batch]:
    """`sent(content, …)` is an import of that content by an administrator, read as a worker reads it."""
    person = make.make_person("Ada Administrator", is_administrator=True)

    def send(content: bytes, **fields: object) -> Batch:
        given = {"by": person, "organisation": None} | fields
        batch = batches.open_batch(file=ContentFile(content), name="session.yaml", **given)  # type: ignore[arg-type]
        batches.read_batch(batch.pk)
        batch.refresh_from_db()
        return batch

    return send


def test_a_session_file_is_recognised_by_its_content(tmp_path: Path) -> None:
    assert session_file.recognise(KAZAKHSTAN)
    path = tmp_path / "list.docx"
    path.write_bytes(b'{"session": 48, "documents": [], "reviews": []}')
    assert session_file.recognise(path)
    path.write_bytes(b"Session: words, and reviews of them\n")
    assert not session_file.recognise(path)


def test_a_session_file_is_shown_then_written_once_and_not_taken_back(sent: Callable[..., Batch]) -> None:
    batch = sent(KAZAKHSTAN.read_bytes())
    assert (batch.status, batch.source, batch.problem) == ("preview", "session_file", "")
    assert not Recommendation.objects.exists()
    kinds = set(batch.rows.values_list("place", "outcome"))
    assert {("recommendation", "new"), ("assessment", "new"), ("review", "changed")} <= kinds
    batch = batches.commit_batch(batch=batch, by=ADMINISTRATOR)
    assert batch.status == "committed"
    held = Assessment.objects.count()
    assert held
    again = sent(KAZAKHSTAN.read_bytes())
    assert set(again.rows.values_list("outcome", flat=True)) == {"unchanged"}
    batches.commit_batch(batch=again, by=ADMINISTRATOR)
    assert Assessment.objects.count() == held
    assert batch.created_by is not None
    writing.ask_undo(batch=batch, by=batch.created_by)
    writing.work_on(batch.pk)
    batch.refresh_from_db()
    assert (batch.status, Assessment.objects.count()) == ("committed", held)
    assert "not taken back by a button" in batch.problem


def test_a_session_file_that_changed_meaning_since_it_was_shown_writes_nothing(sent: Callable[..., Batch]) -> None:
    batch = sent(KAZAKHSTAN.read_bytes())
    call_command("load_session", str(KAZAKHSTAN), stdout=StringIO())
    with pytest.raises(batches.Drifted):
        batches.commit_batch(batch=batch, by=ADMINISTRATOR)
    batch.refresh_from_db()
    assert batch.status == "preview"


def test_a_bad_session_file_says_every_place(sent: Callable[..., Batch]) -> None:
    content = KAZAKHSTAN.read_text()
    batch = sent(content.replace("status: in_progress", "status: well_on_its_way").encode())
    assert batch.status == "failed"
    assert "line " in batch.problem
    assert "well_on_its_way" in batch.problem
    assert not Recommendation.objects.exists()
    unknown = sent(content.replace("session: 48", "session: 99").encode())
    assert unknown.status == "failed"
    assert "session: 99" in unknown.problem


def test_a_session_file_is_for_administrators(cast: SimpleNamespace, sent: Callable[..., Batch]) -> None:
    manager = make.make_person("Maya Manager", organisation=cast.group, role=Role.MANAGER)
    batch = sent(KAZAKHSTAN.read_bytes(), by=manager, organisation=cast.group)
    assert batch.status == "failed"
    assert "Administrators load those" in batch.problem


def test_the_page_of_a_session_file_offers_to_load_it(client: Client, sent: Callable[..., Batch]) -> None:
    batch = sent(KAZAKHSTAN.read_bytes())
    assert batch.created_by is not None
    client.force_login(batch.created_by)
    html = client.get(f"/imports/{batch.key}/").content.decode()
    assert "things that are new or changed" in html
    batches.commit_batch(batch=batch, by=ADMINISTRATOR)
    html = client.get(f"/imports/{batch.key}/").content.decode()
    assert "not taken back by a button" in html
    assert "Take this import back" not in html


def test_the_command_reads_a_session_file_too() -> None:
    out = StringIO()
    call_command("import_document", str(KAZAKHSTAN), "--dry-run", stdout=out)
    assert "48.yaml" in out.getvalue()
    assert not Recommendation.objects.exists()
    call_command("import_document", str(KAZAKHSTAN), stdout=out)
    assert Recommendation.objects.filter(review__state__iso3="KAZ").exists()


def test_what_was_shown_as_changed_is_not_written_over_another_value(sent: Callable[..., Batch]) -> None:
    call_command("load_session", str(KAZAKHSTAN), stdout=StringIO())
    recommendation = Recommendation.objects.all()[0]
    mine = Recommendation.objects.filter(pk=recommendation.pk)
    for seen, now in (
        ({"text": "One"}, {"text": "Two"}),
        ({"text": "One"}, {"text": recommendation.text, "source_place": "x"}),
    ):
        mine.update(text=recommendation.text, source_place=recommendation.source_place)
        mine.update(**seen)
        batch = sent(KAZAKHSTAN.read_bytes())
        assert [row.fields for row in batch.rows.filter(outcome="changed")] == [["text"]]
        mine.update(**now)
        with pytest.raises(batches.Drifted, match="1 rows"):
            batches.commit_batch(batch=batch, by=ADMINISTRATOR)
        assert mine.filter(**now).exists()


def test_links_that_changed_since_they_were_shown_are_not_written_over(sent: Callable[..., Batch]) -> None:
    call_command("load_session", str(KAZAKHSTAN), stdout=StringIO())
    recommendation = Recommendation.objects.filter(issue_links__isnull=False)[0]
    recommendation.issue_links.all()[0].delete()
    batch = sent(KAZAKHSTAN.read_bytes())
    assert batch.rows.filter(outcome="changed").count() == 1
    mine = Issue.objects.exclude(links__recommendation=recommendation)[0]
    recommendation.issue_links.create(issue=mine, scheme=mine.scheme)
    with pytest.raises(batches.Drifted, match="1 rows"):
        batches.commit_batch(batch=batch, by=ADMINISTRATOR)
    assert recommendation.issue_links.filter(issue=mine).exists()


def test_a_change_that_nobody_touched_is_loaded(sent: Callable[..., Batch]) -> None:
    call_command("load_session", str(KAZAKHSTAN), stdout=StringIO())
    recommendation = Recommendation.objects.filter(issue_links__isnull=False)[0]
    Recommendation.objects.filter(pk=recommendation.pk).update(text="One")
    recommendation.issue_links.all()[0].delete()
    held = recommendation.issue_links.count()
    batches.commit_batch(batch=sent(KAZAKHSTAN.read_bytes()), by=ADMINISTRATOR)
    assert Recommendation.objects.get(pk=recommendation.pk).text == recommendation.text
    assert recommendation.issue_links.count() == held + 1


def test_the_command_says_why_a_session_file_is_not_taken_back() -> None:
    call_command("import_document", str(KAZAKHSTAN), stdout=StringIO())
    with pytest.raises(CommandError, match="not taken back by a button"):
        call_command("undo_import", Batch.objects.get().key)
    assert Batch.objects.get().status == "committed"
