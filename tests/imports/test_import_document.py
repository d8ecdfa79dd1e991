"""Thematic lists into the database, by the command: counts, sources, repeats, refusals."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import FileSystemStorage
from django.core.management import CommandError, call_command

from history.models import Event
from imports import batches
from imports.models import Batch
from imports.preview import make_rows
from imports.reference import load_reference
from recommendations.models import Position, Recommendation
from reviews.models import Document, Review
from tests.imports.official import S20, S48, needs_official
from tests.imports.word_files import save_list

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _reference() -> None:
    load_reference()


def run(capsys: pytest.CaptureFixture[str], path: Path, *options: str) -> dict[str, Any]:
    """The JSON object that the command printed."""
    call_command("import_document", str(path), "--json", *options)
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


@needs_official
@pytest.mark.parametrize(
    ("path", "session", "count", "supported", "noted", "prefix"),
    [(S48, "48", 254, 217, 37, "140"), (S20, "20", 163, 142, 21, "115")],
)
def test_import_document_gives_the_known_counts(
    capsys: pytest.CaptureFixture[str], path: Path, session: str, count: int, supported: int, noted: int, prefix: str
) -> None:
    found = run(capsys, path, "--state", "SVN", "--session", session)
    assert found["recommendations"] == found["new"] == count
    assert (found["changed"], found["unchanged"], found["rejected"]) == (0, 0, [])
    assert found["responses"] == {
        "supported": supported,
        "noted": noted,
        "supported_in_part": 0,
        "pending": 0,
        "unknown": 0,
    }
    assert found["unknown_states"] == found["unknown_terms"] == []
    assert found["labels"] == [f"{prefix}.{number}" for number in range(1, count + 1)]
    rows = Recommendation.objects.filter(review__session__number=session, review__state__iso3="SVN")
    assert rows.filter(current_position__response="supported").count() == supported
    assert rows.filter(current_position__response="noted").count() == noted
    assert not rows.filter(recommending_states=None).exists()
    assert not rows.filter(issues=None).exists()


@needs_official
def test_import_document_a_second_time_changes_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    run(capsys, S20)
    held = [model._default_manager.count() for model in (Recommendation, Position, Document, Event)]
    found = run(capsys, S20)
    assert (found["new"], found["changed"], found["unchanged"]) == (0, 0, 163)
    assert [model._default_manager.count() for model in (Recommendation, Position, Document, Event)] == held


@needs_official
def test_import_document_is_one_event(capsys: pytest.CaptureFixture[str]) -> None:
    run(capsys, S20)
    event = Event.objects.get(action="document.imported")
    assert (event.new["new"], event.quiet) == (163, False)
    assert Event.objects.filter(quiet=True, action="recommendation.imported").count() == 163


@needs_official
def test_import_document_mends_what_was_changed(capsys: pytest.CaptureFixture[str]) -> None:
    run(capsys, S20)
    first = Recommendation.objects.get(label="115.1")
    Recommendation.objects.filter(pk=first.pk).update(text="Something else")
    first.recommenders.all().delete()
    found = run(capsys, S20)
    assert (found["new"], found["changed"], found["unchanged"]) == (0, 1, 162)
    first.refresh_from_db()
    assert first.text != "Something else"


@needs_official
def test_import_document_dry_run_writes_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    found = run(capsys, S20, "--dry-run")
    assert found["new"] == 163
    assert not Recommendation.objects.exists()
    assert not Review.objects.filter(session__number=20).exists()


@needs_official
@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--state", "KAZ"), ("Slovenia", "Kazakhstan")),
        (("--session", "19"), ("20", "19")),
        (("--state", "QQQ"), ("QQQ",)),
    ],
)
def test_import_document_that_contradicts_what_was_asked_is_refused(
    options: tuple[str, ...], said: tuple[str, ...]
) -> None:
    with pytest.raises(CommandError) as refused:
        call_command("import_document", str(S20), *options)
    assert str(refused.value).endswith("Nothing was changed.")
    for words in said:
        assert words in str(refused.value)
    assert not Recommendation.objects.exists()


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7 nothing", b"PK\x03\x04 cut off", b"\x00" * 100])
def test_import_document_of_something_else_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "list.docx"
    path.write_bytes(content)
    with pytest.raises(CommandError) as refused:
        call_command("import_document", str(path), "--state", "SVN", "--session", "48")
    assert "list.docx" in str(refused.value)
    assert not Recommendation.objects.exists()


def test_import_document_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"absent\.docx"):
        call_command("import_document", str(tmp_path / "absent.docx"))


def test_import_document_that_somebody_overtakes_says_so_and_leaves_no_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(Batch._meta.get_field("file"), "storage", FileSystemStorage(location=tmp_path / "files"))
    title = "UPR of Slovenia (4th Cycle - 48th Session)"
    rows = [("140.1 Build schools (France)", "Supported")]
    run(capsys, save_list(tmp_path / "list.docx", rows, title=title))
    read = make_rows

    def overtaken(*given: Any) -> Any:
        found = read(*given)
        Recommendation.objects.update(text="Somebody changed this")
        return found

    monkeypatch.setattr(batches, "make_rows", overtaken)
    more = save_list(tmp_path / "more.docx", [*rows, ("140.2 Train teachers (Japan)", "Noted")], title=title)
    with pytest.raises(CommandError, match=r"Run the import again\. Nothing was changed\."):
        call_command("import_document", str(more))
    assert (Recommendation.objects.count(), Batch.objects.count()) == (1, 1)
    assert len(list((tmp_path / "files" / "imports").iterdir())) == 1
