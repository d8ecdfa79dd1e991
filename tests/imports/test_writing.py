"""Commit and undo by a worker: asked once and done once, whatever dies in between."""

import datetime
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import Person
from accounts.roles import Role
from history.models import Event
from imports import batches, committing, progress, writing
from imports.models import Batch
from imports.sources import reader_for
from recommendations.models import Recommendation
from reviews.models import Review
from tests import factories as make
from tests.imports.word_files import save_list
from tests.workers import Process, connect_as_owner
from upr_tracker.localstack.processes import tail, wait_until

ROWS = [("141.1 Build schools (Kazakhstan)", "Supported"), ("141.2 Train teachers (Kazakhstan)", "Noted")]


@pytest.fixture
def batch(cast: SimpleNamespace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Batch:
    """A list of Kazakhstan's review, read and shown."""
    monkeypatch.setattr(batches, "read_in_child", lambda path, source="": reader_for(path, source or None).read(path))
    monkeypatch.setattr(Batch._meta.get_field("file"), "storage", FileSystemStorage(location=tmp_path / "files"))
    path = save_list(tmp_path / "list.docx", ROWS, title="UPR of Kazakhstan (4th Cycle - 48th Session)")
    made = batches.open_batch(file=ContentFile(path.read_bytes()), name="list.docx", by=None)
    batches.read_batch(made.pk)
    made.refresh_from_db()
    return made


def state(batch: Batch) -> tuple[str, str]:
    batch.refresh_from_db()
    return batch.status, batch.problem


def there() -> int:
    return Recommendation.objects.filter(label__startswith="141.", removed_at=None).count()


def test_commit_and_undo_are_asked_for_and_then_done(batch: Batch, cast: SimpleNamespace) -> None:
    assert writing.ask_commit(batch=batch, by=cast.administrator)
    assert (state(batch), there()) == (("committing", ""), 0)
    assert not writing.ask_commit(batch=batch, by=cast.administrator)
    assert not writing.ask_undo(batch=batch, by=cast.administrator)
    writing.work_on(batch.pk)
    assert (state(batch), there()) == (("committed", ""), 2)
    assert writing.ask_undo(batch=batch, by=cast.outsider)
    writing.work_on(batch.pk)
    assert (state(batch), there()) == (("undone", ""), 0)
    told = Event.objects.filter(action__in=["document.imported", "import.undone"]).order_by("id")
    assert list(told.values_list("actor_id", flat=True)) == [cast.administrator.pk, cast.outsider.pk]


def test_undo_that_leaves_rows_can_be_asked_for_again(batch: Batch, cast: SimpleNamespace) -> None:
    writing.ask_commit(batch=batch, by=cast.administrator)
    writing.work_on(batch.pk)
    make.make_assessment(Recommendation.objects.get(label="141.2"), cast.group)
    writing.ask_undo(batch=batch, by=cast.administrator)
    writing.work_on(batch.pk)
    assert (state(batch)[0], there(), batch.facts["left"]) == ("committed", 1, 1)
    assert writing.ask_undo(batch=batch, by=cast.administrator)


def test_commit_of_what_changed_meanwhile_is_a_preview_again(batch: Batch, cast: SimpleNamespace) -> None:
    writing.ask_commit(batch=batch, by=cast.administrator)
    make.make_recommendation(cast.review, "141.1")
    writing.work_on(batch.pk)
    assert state(batch)[0] == "preview"
    assert "1 rows changed" in batch.problem
    assert not Recommendation.objects.filter(label="141.2").exists()


def test_fault_of_ours_ends_in_what_was_before_with_a_sentence(
    batch: Batch, cast: SimpleNamespace, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(committing, "_note_rows", lambda *_given, **_more: 1 // 0)
    writing.ask_commit(batch=batch, by=cast.administrator)
    writing.work_on(batch.pk)
    assert state(batch) == ("preview", "It stopped because of a fault of ours, which is noted in the log.")
    assert "ZeroDivisionError" in caplog.text
    assert writing.abandoned() == []
    monkeypatch.undo()
    assert writing.ask_commit(batch=batch, by=cast.administrator)


def test_commit_that_ends_its_workers_is_not_tried_for_ever(batch: Batch, cast: SimpleNamespace) -> None:
    writing.ask_commit(batch=batch, by=cast.administrator)
    Batch.objects.update(attempts=batches.ATTEMPTS, lease_until=timezone.now() - datetime.timedelta(seconds=1))
    writing.work_on(batch.pk)
    assert state(batch)[0] == "preview"
    assert "tried 3 times" in batch.problem


def test_progress_is_told_and_forgotten(batch: Batch) -> None:
    assert progress.of(batch.pk) == progress.Progress()
    progress.tell(batch.pk, "writing", 10, 200)
    progress.tell(batch.pk, "writing", 11, 200)  # too soon after the other to be worth a note
    assert progress.of(batch.pk) == progress.Progress("writing", 10, 200)
    progress.forget(batch.pk)
    assert progress.of(batch.pk) == progress.Progress()


@pytest.mark.django_db(transaction=True)
def test_two_workers_on_one_commit_write_once(batch: Batch, cast: SimpleNamespace) -> None:
    writing.ask_commit(batch=batch, by=cast.administrator)

    def work() -> None:
        writing.work_on(batch.pk)
        connection.close()

    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(work) for _worker in range(2)]:
            done.result()
    assert (state(batch)[0], there()) == ("committed", 2)
    assert Event.objects.filter(action="document.imported").count() == 1


@pytest.mark.django_db(transaction=True)
def test_worker_that_is_at_it_is_left_alone_however_long_it_takes(batch: Batch, cast: SimpleNamespace) -> None:
    writing.ask_commit(batch=batch, by=cast.administrator)
    with connect_as_owner() as other, other.transaction():
        other.execute("SELECT 1 FROM imports_batch FOR UPDATE")
        assert writing.abandoned() == []
        writing.work_on(batch.pk)
        assert (state(batch)[0], batch.attempts) == ("committing", 0)
    assert writing.abandoned() == [batch.pk]


def test_worker_killed_while_it_writes_leaves_nothing_and_the_next_one_writes(
    worker: Callable[..., Process], batch: Batch, cast: SimpleNamespace, tmp_path: Path
) -> None:
    first = worker(UPR_DATA_DIR=str(tmp_path), UPR_SWEEP_SECONDS="60", UPR_IMPORT_WRITE_LEASE_SECONDS="1")
    with connect_as_owner() as other, other.transaction():
        # The review is locked, as by another import: the worker is in the middle of its transaction, and waits.
        other.execute("SELECT 1 FROM reviews_review FOR UPDATE")
        with transaction.atomic():
            writing.ask_commit(batch=batch, by=cast.administrator)
        assert wait_until(_waits_for_a_lock, seconds=30), tail(first.log, 40)
        first.kill()
        assert state(batch) == ("committing", "")
        assert batch.attempts == 1
    assert there() == 0
    assert Review.objects.count() == 1
    time.sleep(1)  # the lease of the killed worker
    again = worker(UPR_DATA_DIR=str(tmp_path))
    assert wait_until(lambda: state(batch)[0] == "committed", seconds=60), tail(again.log, 40)
    assert (there(), batch.attempts) == (2, 2)
    assert Event.objects.filter(action="document.imported").count() == 1


def _waits_for_a_lock() -> bool:
    with connect_as_owner() as looker:
        return looker.execute("SELECT 1 FROM pg_locks WHERE NOT granted").fetchone() is not None


def demote(cast: SimpleNamespace) -> None:
    cast.outsider.memberships.update(role=Role.EDITOR)


def monitor_no_more(cast: SimpleNamespace) -> None:
    cast.others.monitors.clear()


def close(cast: SimpleNamespace) -> None:
    Person.objects.filter(pk=cast.outsider.pk).update(is_active=False)


@pytest.mark.parametrize(
    ("lose", "reason"),
    [(demote, "you may not"), (monitor_no_more, "does not monitor Kazakhstan"), (close, "has been closed")],
)
def test_who_may_no_longer_import_neither_commits_nor_takes_back(
    batch: Batch, cast: SimpleNamespace, lose: Callable[[SimpleNamespace], None], reason: str
) -> None:
    Batch.objects.update(organisation=cast.others)
    writing.ask_commit(batch=batch, by=cast.outsider)
    writing.work_on(batch.pk)
    assert (state(batch)[0], there()) == ("committed", 2)
    writing.ask_undo(batch=batch, by=cast.outsider)
    lose(cast)
    writing.work_on(batch.pk)
    assert (state(batch)[0], there()) == ("committed", 2)
    assert reason in batch.problem
    Batch.objects.update(status="committing", problem="")  # as if it were asked for before
    writing.work_on(batch.pk)
    assert state(batch)[0] == "preview"
    assert reason in batch.problem


def test_nothing_is_written_for_who_no_longer_monitors_the_state(batch: Batch, cast: SimpleNamespace) -> None:
    Batch.objects.update(organisation=cast.others)
    writing.ask_commit(batch=batch, by=cast.outsider)
    monitor_no_more(cast)
    writing.work_on(batch.pk)
    assert (state(batch)[0], there()) == ("preview", 0)
