"""The way of an import: preview, commit, undo; what changed in between; what waits; what a dead worker leaves."""

import datetime
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage
from django.core.management import CommandError, call_command
from django.db import DataError, connection
from django.test import Client
from django.utils import timezone

from history.log import Actor
from history.models import Event
from imports import batches, undoing
from imports.documents import import_document
from imports.models import Batch, Row
from imports.preview import make_rows
from imports.reading import Claim, Place, Reading, ReadPosition, Response, UnreadableFile
from imports.reference import load_reference
from imports.sources import reader_for
from recommendations import actions, derived
from recommendations.models import Assessment, Position, Recommendation
from reviews.models import Document, Review
from states.models import State
from tests import factories as make
from tests.imports.word_files import save_list

pytestmark = pytest.mark.django_db
ACTOR = Actor()
THEME = ("Theme: Right to education",)
ROWS = [
    THEME,
    ("140.1 Build schools (France, Spain)", "Supported", "Right to education", ""),
    ("140.2 Train teachers (Japan)", "Noted", "Right to education", ""),
]


@pytest.fixture(autouse=True)
def _place(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    load_reference()
    # Read here and not in a process of its own, which takes a second each time; test_child.py proves that one.
    monkeypatch.setattr(batches, "read_in_child", lambda path, source="": reader_for(path, source or None).read(path))
    field = Batch._meta.get_field("file")
    monkeypatch.setattr(field, "storage", FileSystemStorage(location=tmp_path / "files"))


def listed(tmp_path: Path, rows: list[tuple[str, ...]] = ROWS, name: str = "list.docx") -> Path:
    """A thematic list of Slovenia, session 48."""
    return save_list(tmp_path / name, rows, title="UPR of Slovenia (4th Cycle - 48th Session)")


def opened(path: Path) -> Batch:
    """An import of the file, read and shown."""
    batch = batches.open_batch(file=ContentFile(path.read_bytes()), name=path.name, by=None)
    batches.read_batch(batch.pk)
    batch.refresh_from_db()
    return batch


def texts() -> dict[str, str]:
    """What the lists show now, by label."""
    found = Recommendation.objects.filter(removed_at__isnull=True, review__state__iso3="SVN")
    return {str(row.label): row.text for row in found}


def outcomes(batch: Batch) -> dict[str, str]:
    return {row.label: row.outcome for row in batch.rows.all()}


def test_preview_shows_and_writes_nothing(tmp_path: Path) -> None:
    batch = opened(listed(tmp_path))
    assert (batch.status, outcomes(batch)) == ("preview", {"140.1": "new", "140.2": "new"})
    assert batch.facts["prefixes"] == [{"paragraph": "140", "first": 1, "last": 2, "count": 2, "missing": []}]
    assert (texts(), Document.objects.count(), Event.objects.exclude(action="reference.loaded").count()) == ({}, 0, 0)


def test_commit_writes_once(tmp_path: Path) -> None:
    batch = opened(listed(tmp_path))
    for _press in range(2):
        batches.commit_batch(batch=batch, by=ACTOR)
    assert texts() == {"140.1": "Build schools", "140.2": "Train teachers"}
    assert Event.objects.filter(action="document.imported").count() == 1
    first = Recommendation.objects.get(label="140.1")
    assert [mention.state.iso3 for mention in first.recommenders.all() if mention.state] == ["FRA", "ESP"]
    assert first.current_position is not None
    assert first.current_position.response == "supported"
    assert batch.rows.filter(recommendation=first, state="written").exists()


def test_same_file_again_proposes_nothing(tmp_path: Path) -> None:
    path = listed(tmp_path)
    batches.commit_batch(batch=opened(path), by=ACTOR)
    again = opened(path)
    assert outcomes(again) == {"140.1": "unchanged", "140.2": "unchanged"}


def test_commit_after_a_change_writes_nothing_and_marks_the_row(tmp_path: Path) -> None:
    batches.commit_batch(batch=opened(listed(tmp_path)), by=ACTOR)
    newer = [*ROWS, ("140.3 Pay teachers (Japan)", "Noted", "Right to education", "")]
    batch = opened(listed(tmp_path, newer, "newer.docx"))
    Recommendation.objects.filter(label="140.2").update(text="Somebody changed this")
    with pytest.raises(batches.Drifted, match="1 rows changed"):
        batches.commit_batch(batch=batch, by=ACTOR)
    batch.refresh_from_db()
    assert (batch.status, "140.3" in texts()) == ("preview", False)
    assert [row.label for row in batch.rows.exclude(message="")] == ["140.2"]


def test_text_of_another_document_is_a_conflict_that_a_person_settles(tmp_path: Path) -> None:
    batches.commit_batch(batch=opened(listed(tmp_path)), by=ACTOR)
    other = [THEME, ("140.1 Build universities (France, Spain)", "Supported", "Right to education", "")]
    batch = opened(listed(tmp_path, other, "other.docx"))
    row = batch.rows.get(label="140.1")
    assert (row.outcome, row.disputed, row.fields) == ("conflict", ["text"], ["text"])
    batches.commit_batch(batch=batch, by=ACTOR)
    assert texts()["140.1"] == "Build schools"
    assert Position.objects.filter(recommendation__label="140.1").count() == 1  # the same answer again is none
    batch = opened(listed(tmp_path, other, "other.docx"))
    batches.decide(rows=batch.rows.filter(label="140.1"), take=True)
    batches.commit_batch(batch=batch, by=ACTOR)
    assert texts()["140.1"] == "Build universities"


def test_undo_removes_what_it_made_and_a_new_import_brings_it_back(tmp_path: Path, client: Client) -> None:
    path = listed(tmp_path)
    batch = batches.commit_batch(batch=opened(path), by=ACTOR)
    address = f"/recommendations/{Recommendation.objects.get(label='140.1').public_id}/"
    batches.undo_batch(batch=batch, by=ACTOR)
    assert texts() == {}
    assert client.get(address).status_code == 410
    again = opened(path)
    assert outcomes(again) == {"140.1": "new", "140.2": "new"}
    batches.commit_batch(batch=again, by=ACTOR)
    assert client.get(address).status_code == 200
    assert Recommendation.objects.filter(review__state__iso3="SVN").count() == 2


def test_undo_leaves_what_people_worked_on_and_says_why(tmp_path: Path) -> None:
    batch = batches.commit_batch(batch=opened(listed(tmp_path)), by=ACTOR)
    make.make_assessment(Recommendation.objects.get(label="140.2"), make.make_organisation())
    batch = batches.undo_batch(batch=batch, by=ACTOR)
    assert texts() == {"140.2": "Train teachers"}
    assert (batch.facts["undone"], batch.facts["left"]) == (1, 1)
    assert "status was recorded" in batch.rows.get(label="140.2").message


def test_undo_puts_back_what_it_changed(tmp_path: Path) -> None:
    first = listed(tmp_path)
    batches.commit_batch(batch=opened(first), by=ACTOR)
    held = Recommendation.objects.get(label="140.1")
    held.recommenders.all().delete()
    mend = batches.commit_batch(batch=opened(first), by=ACTOR)
    assert held.recommenders.count() == 2
    batches.undo_batch(batch=mend, by=ACTOR)
    assert held.recommenders.count() == 0
    assert derived.wrong(derived.POSITIONS) == []


def test_undo_by_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    result = import_document(listed(tmp_path), by=ACTOR)
    call_command("undo_import", str(result.batch))
    assert capsys.readouterr().out.strip() == "2 undone, 0 left"
    with pytest.raises(CommandError, match="not committed"):
        call_command("undo_import", str(result.batch))
    with pytest.raises(CommandError, match="no import"):
        call_command("undo_import", "zzzz")


def answer(label: str, response: Response, claim: Claim | None = None) -> ReadPosition:
    return ReadPosition(label, response, claim, "The Government explains.", "para. 5", Place("page 2"))


def committed(positions: list[ReadPosition]) -> Batch:
    """An addendum with these answers, committed."""
    state, session = State.objects.get(iso3="SVN"), make.make_session(48)
    review = Review.objects.get_or_create(state=state, session=session)[0]
    reading = Reading(source="addendum", positions=tuple(positions))
    batch = Batch(sha256="a" * 64, source="addendum", status="preview", file_name="addendum.pdf")
    document = Document(kind="addendum", review=review, sha256=batch.sha256)
    rows, facts = make_rows(batch, reading, review, document)
    batch.facts = facts | {"state": "SVN", "session": 48}
    batch.save()
    Row.objects.bulk_create(rows)
    return batches.commit_batch(batch=batch, by=ACTOR)


def answers() -> dict[str, list[tuple[str, str]]]:
    """The answers of each recommendation by kind of document, and the one that counts."""
    return {
        str(row.label): [
            *sorted((p.document.kind, p.response) for p in row.positions.all() if p.document),
            ("counts", row.current_position.response if row.current_position else ""),
        ]
        for row in Recommendation.objects.filter(review__state__iso3="SVN")
    }


def test_addendum_before_or_after_the_list_ends_in_the_same_data(tmp_path: Path) -> None:
    addendum = [answer("140.1", Response.SUPPORTED, Claim.IN_PROCESS), answer("140.2", Response.SUPPORTED)]
    early = committed(addendum)
    assert outcomes(early) == {"140.1": "waiting", "140.2": "waiting"}
    batches.commit_batch(batch=opened(listed(tmp_path)), by=ACTOR)
    first = answers()
    assert first["140.2"] == [("addendum", "supported"), ("thematic_list", "noted"), ("counts", "supported")]
    assert set(outcomes(early).values()) == {"changed"}
    Recommendation.objects.update(current_position=None)
    for model in (Row, Batch, Position):
        model._default_manager.all().delete()
    Recommendation.objects.update(removed_at=timezone.now())
    batches.commit_batch(batch=opened(listed(tmp_path)), by=ACTOR)
    committed(addendum)
    assert answers() == first


def test_bad_file_ends_the_batch_with_its_own_name_in_the_reason(tmp_path: Path) -> None:
    path = tmp_path / "list.docx"
    path.write_bytes(b"%PDF-1.7 nothing more")
    batch = opened(path)
    assert batch.status == "failed"
    assert "list.docx" in batch.problem
    assert batch.key not in batch.problem


def test_batch_of_a_killed_worker_is_read_by_the_next(tmp_path: Path) -> None:
    batch = batches.open_batch(file=ContentFile(listed(tmp_path).read_bytes()), name="list.docx", by=None)
    soon = timezone.now() + datetime.timedelta(minutes=1)
    Batch.objects.filter(pk=batch.pk).update(status="reading", lease_until=soon)
    batches.read_batch(batch.pk)
    assert Batch.objects.get().status == "reading"
    assert batches.abandoned() == []
    Batch.objects.filter(pk=batch.pk).update(lease_until=timezone.now() - datetime.timedelta(seconds=1))
    assert batches.abandoned() == [batch.pk]
    batches.read_batch(batch.pk)
    assert Batch.objects.get().status == "preview"


def expire(batch: Batch) -> None:
    """Let the time of whoever reads this batch run out."""
    Batch.objects.filter(pk=batch.pk).update(lease_until=timezone.now() - datetime.timedelta(seconds=1))


def test_late_reader_leaves_what_another_has_read_and_a_person_committed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = batches.open_batch(file=ContentFile(listed(tmp_path).read_bytes()), name="list.docx", by=None)
    in_time = batches.prepare

    def overtaken(*given: Any, **more: Any) -> batches.Prepared:
        monkeypatch.setattr(batches, "prepare", in_time)
        expire(batch)
        batches.read_batch(batch.pk)
        batches.commit_batch(batch=batch, by=ACTOR)
        return in_time(*given, **more)

    monkeypatch.setattr(batches, "prepare", overtaken)
    batches.read_batch(batch.pk)
    batch.refresh_from_db()
    assert batch.status == "committed"
    assert set(batch.rows.values_list("state", flat=True)) == {"written"}


def test_late_reader_that_fails_leaves_what_another_has_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    batch = batches.open_batch(file=ContentFile(listed(tmp_path).read_bytes()), name="list.docx", by=None)
    in_time = batches.prepare

    def overtaken(*_given: Any, **_more: Any) -> batches.Prepared:
        monkeypatch.setattr(batches, "prepare", in_time)
        expire(batch)
        batches.read_batch(batch.pk)
        raise UnreadableFile("Too late")

    monkeypatch.setattr(batches, "prepare", overtaken)
    batches.read_batch(batch.pk)
    batch.refresh_from_db()
    assert (batch.status, batch.problem) == ("preview", "")


def test_unforeseen_error_ends_the_batch_with_a_sentence_and_a_traceback_in_the_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(batches, "make_rows", lambda *_given: 1 // 0)
    batch = opened(listed(tmp_path))
    assert (batch.status, batch.lease_until) == ("failed", None)
    assert batch.problem.startswith("“list.docx” could not be read because of a fault of ours")
    assert "ZeroDivisionError" in caplog.text
    monkeypatch.undo()
    assert batches.abandoned() == []


def test_file_that_ends_its_worker_is_not_tried_for_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    batch = batches.open_batch(file=ContentFile(listed(tmp_path).read_bytes()), name="list.docx", by=None)
    read = list[str]()

    def dies(*_given: Any, **_more: Any) -> batches.Prepared:
        read.append("once")
        raise SystemExit

    monkeypatch.setattr(batches, "prepare", dies)
    for _attempt in range(3):
        assert batches.abandoned() in ([batch.pk], [])
        with pytest.raises(SystemExit):
            batches.read_batch(batch.pk)
        expire(batch)
    batches.read_batch(batch.pk)
    batch.refresh_from_db()
    assert (batch.status, len(read), batches.abandoned()) == ("failed", 3, [])
    assert "ended a worker 3 times" in batch.problem
    monkeypatch.undo()
    batches.read_again(batch=batch)
    batch.refresh_from_db()
    assert (batch.status, batch.attempts) == ("waiting", 0)


class Watched(FileSystemStorage):
    """Storage that notes whether a transaction was open while it copied."""

    inside: list[bool]

    def _save(self, name: str, content: Any) -> str:
        self.inside.append(connection.in_atomic_block)
        return str(super()._save(name, content))  # type: ignore[misc]


@pytest.mark.django_db(transaction=True)
def test_file_is_copied_outside_of_the_transaction_and_goes_when_that_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    storage = Watched(location=tmp_path / "watched")
    storage.inside = []
    monkeypatch.setattr(Batch._meta.get_field("file"), "storage", storage)
    with pytest.raises(DataError):
        batches.open_batch(file=ContentFile(b"words"), name="list.docx", by=None, iso3="FAR TOO LONG")
    assert storage.inside == [False]
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]
    import_document(listed(tmp_path), by=ACTOR)
    assert storage.inside == [False, False]
    assert len(list((tmp_path / "watched" / "imports").iterdir())) == 1


@pytest.mark.django_db(transaction=True)
def test_status_published_while_an_import_is_taken_back_is_refused_or_keeps_its_recommendation(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = batches.commit_batch(batch=opened(listed(tmp_path)), by=ACTOR)
    held, voice = Recommendation.objects.get(label="140.1"), make.make_organisation()
    refused: list[str] = []
    publishing = threading.Thread(target=with_own_connection, args=[lambda: refused.extend(publish(held, voice))])
    looked = undoing.mark_touched

    def slowly(given: Batch) -> None:
        looked(given)
        publishing.start()
        publishing.join(timeout=2)  # long enough for a publication that nothing holds up

    monkeypatch.setattr(undoing, "mark_touched", slowly)
    batches.undo_batch(batch=batch, by=ACTOR)
    publishing.join(timeout=20)
    held.refresh_from_db()
    assert held.removed_at is not None
    assert not Assessment.objects.exists()
    assert "removed" in refused[0]


def with_own_connection(work: Callable[[], object]) -> None:
    """Work in a thread, whose connection is closed after."""
    try:
        work()
    finally:
        connection.close()


def publish(recommendation: Recommendation, voice: Any) -> list[str]:
    """Publish a status; what was said against it."""
    day = datetime.date(2026, 3, 1)
    basis = actions.BasisContent("monitoring", description="Read the gazette.")
    content = actions.AssessmentContent(status="in_progress", holds_from=day, reason="A law.", bases=[basis])
    try:
        actions.publish_assessment(
            recommendation=recommendation, voice=voice, content=content, based_on=None, by=ACTOR, today=day
        )
    except ValidationError as error:
        return error.messages
    return []


def test_number_that_a_sample_holds_is_rejected_and_the_rest_is_written(tmp_path: Path) -> None:
    sample = make.make_recommendation(make.make_review(State.objects.get(iso3="SVN")), "140.1", is_sample=True)
    batch = opened(listed(tmp_path))
    assert {row.label or row.message[:8]: row.outcome for row in batch.rows.all()} == {
        "A sample": "rejected",
        "140.2": "new",
    }
    batches.commit_batch(batch=batch, by=ACTOR)
    sample.refresh_from_db()
    assert (sample.text, texts()["140.2"]) == ("Adopt measure 140.1", "Train teachers")


def test_undo_in_the_wrong_order_can_be_finished_later(tmp_path: Path) -> None:
    first = batches.commit_batch(batch=opened(listed(tmp_path)), by=ACTOR)
    early = committed([answer("140.1", Response.SUPPORTED), answer("140.2", Response.NOTED)])
    first = batches.undo_batch(batch=first, by=ACTOR)
    assert (first.status, first.facts["undone"], first.facts["left"]) == ("committed", 0, 2)
    assert not Event.objects.filter(action="import.undone").exists()
    assert set(texts()) == {"140.1", "140.2"}
    assert batches.undo_batch(batch=early, by=ACTOR).status == "undone"
    first = batches.undo_batch(batch=first, by=ACTOR)
    assert (first.status, first.facts["undone"], first.facts["left"]) == ("undone", 2, 0)
    assert texts() == {}
