"""Files made by a worker: one for each question, one at a time, made again after a power cut, deleted in time."""

import datetime
import hashlib
import os
import threading
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pyarrow.parquet
import pytest
from django.core.files.storage import FileSystemStorage
from django.db import connection
from django.utils import timezone

from history import feed
from history.log import Actor
from history.log import record as log_event
from recommendations import events
from recommendations.selection import UnknownChoice
from reports import exports, files
from reports.lanes import Lane, taken
from reports.models import Export
from reports.questions import Question
from tests import factories as make
from tests import workers
from tests.workers import Process
from upr_tracker.localstack.processes import tail, wait_until


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Any) -> Path:
    settings.DATA_DIR = tmp_path
    monkeypatch.setattr(Export._meta.get_field("file"), "storage", FileSystemStorage(location=tmp_path / "files"))
    return tmp_path


def stored(folder: Path) -> list[str]:
    """All files that are kept."""
    return sorted(path.name for path in (folder / "files").rglob("*") if path.is_file())


def test_file_is_made_with_its_checksum(record: SimpleNamespace, folder: Path) -> None:
    export = exports.ask(Question("recommendations", {"search": ["140.9"]}, fields=["label"]), "parquet")
    assert (export.status, stored(folder)) == ("waiting", [])
    assert exports.make_next()
    export.refresh_from_db()
    assert (export.status, export.done, export.total) == ("done", 1, 1)
    with export.file.open() as file:
        content = file.read()
    assert (len(content), hashlib.sha256(content).hexdigest()) == (export.bytes, export.sha256)
    assert pyarrow.parquet.read_table(export.file.path).to_pylist() == [{"label": "140.9"}]
    assert not (folder / "making" / "exports").exists()
    assert not exports.make_next()


def test_same_question_is_the_same_file_until_something_happens(record: SimpleNamespace) -> None:
    first = exports.ask(Question("recommendations", {"state": ["KAZ"], "response": ["noted", "supported"]}), "xlsx")
    again = exports.ask(Question("recommendations", {"response": ["supported", "noted"], "state": ["KAZ"]}), "xlsx")
    assert again == first
    assert exports.ask(Question("recommendations", {"state": ["KAZ"]}), "xlsx") != first
    assert exports.ask(Question("recommendations", {"state": ["KAZ"], "response": ["noted"]}), "parquet") != first
    log_event(events.CHECK_RECORDED, record.full, by=Actor(), review_id=record.review.pk, new={"check": 1})
    feed.sequence()
    later = exports.ask(Question("recommendations", {"state": ["KAZ"], "response": ["noted", "supported"]}), "xlsx")
    assert later != first
    assert later.position == 1


def test_unknown_value_is_refused_before_anything_is_kept(record: SimpleNamespace) -> None:
    with pytest.raises(UnknownChoice):
        exports.ask(Question("recommendations", {"state": ["XXX"]}), "xlsx")
    assert not Export.objects.exists()


def test_queue_has_an_end(record: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exports, "LONGEST_QUEUE", 1)
    first = exports.ask(Question("recommendations"), "xlsx")
    with pytest.raises(exports.QueueFull):
        exports.ask(Question("dyads"), "xlsx")
    assert exports.ask(Question("recommendations"), "xlsx") == first


def test_one_asker_has_few_places_in_the_queue(record: SimpleNamespace) -> None:
    def ask(asker: str, *states: str) -> Export:
        return exports.ask(Question("recommendations", {"state": states}), "parquet", asker=asker)

    first, second = ask("me", "KAZ"), ask("me")
    with pytest.raises(exports.TooManyOfOne):
        exports.ask(Question("dyads"), "parquet", asker="me")
    assert ask("me", "KAZ") == first  # there is nothing new to make
    assert exports.ask(Question("dyads"), "parquet", asker="you").asker == "you"
    assert exports.make_next()
    first.refresh_from_db()
    assert (first.status, first.asker) == ("done", "")
    assert exports.ask(Question("dyads"), "xlsx", asker="me").status == "waiting"
    assert second.status == "waiting"


def test_places_in_the_queue_are_exact_when_all_ask_at_once(transactional_db: None) -> None:
    make.make_recommendation(make.make_review())
    outcomes: list[str] = []

    def ask(number: int) -> None:
        try:
            exports.ask(Question("recommendations", {"search": [f"word{number}"]}), "xlsx", asker="me")
            outcomes.append("kept")
        except exports.TooManyOfOne:
            outcomes.append("refused")
        finally:
            connection.close()

    at_once = [threading.Thread(target=ask, args=[number]) for number in range(6)]
    for thread in at_once:
        thread.start()
    for thread in at_once:
        thread.join()
    assert sorted(outcomes) == ["kept"] * 2 + ["refused"] * 4
    assert Export.objects.count() == 2


def test_file_is_kept_for_whole_days(record: SimpleNamespace, settings: Any, time_machine: Any) -> None:
    settings.EXPORT_DAYS = 7
    time_machine.move_to(datetime.datetime(2026, 3, 1, 13, 14, 15, tzinfo=datetime.UTC))
    export = exports.ask(Question("recommendations"), "parquet")
    assert export.expires_at == datetime.datetime(2026, 3, 9, tzinfo=datetime.UTC)


def test_file_that_fails_says_why_and_is_not_made_again_at_once(
    record: SimpleNamespace, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = exports.ask(Question("recommendations"), "xlsx")
    monkeypatch.setattr(files, "SHEET_ROWS", 1)
    assert exports.make_next()
    first.refresh_from_db()
    assert (first.status, stored(folder)) == ("failed", [])
    assert "Parquet" in first.problem
    assert exports.ask(Question("recommendations"), "xlsx") == first
    assert not exports.waits()
    Export.objects.update(failed_at=timezone.now() - exports.STANDS - datetime.timedelta(seconds=1))
    again = exports.ask(Question("recommendations"), "xlsx")
    assert (again != first, again.status) == (True, "waiting")


@pytest.mark.django_db(transaction=True)
def test_one_file_is_made_at_a_time(record: SimpleNamespace) -> None:
    exports.ask(Question("recommendations"), "xlsx")
    with workers.connect_as_owner() as other:
        other.execute("SELECT pg_advisory_lock(%s)", [Lane.EXPORTS.value])
        assert not exports.make_next()
        # A server lets go some time after the other side has closed; this one at once.
        other.execute("SELECT pg_advisory_unlock(%s)", [Lane.EXPORTS.value])
    assert exports.make_next()


def test_file_that_ended_three_workers_is_given_up(record: SimpleNamespace) -> None:
    export = exports.ask(Question("recommendations"), "xlsx")
    Export.objects.update(status="working", attempts=3)
    assert exports.make_next()
    export.refresh_from_db()
    assert export.status == "failed"
    assert not exports.waits()


def test_old_files_go_and_so_do_those_that_take_too_much_room(
    record: SimpleNamespace, folder: Path, settings: Any
) -> None:
    made = [exports.ask(Question(table), "parquet") for table in ("recommendations", "dyads")]
    while exports.make_next():
        pass
    assert exports.sweep() == 0
    for export in made:
        export.refresh_from_db()
    settings.EXPORT_BYTES = made[1].bytes
    assert exports.sweep() == 1
    assert stored(folder) == [Path(made[1].file.path).name]
    Export.objects.update(expires_at=timezone.now() - datetime.timedelta(seconds=1))
    assert exports.sweep() == 1
    assert (stored(folder), Export.objects.count()) == ([], 0)


def test_worker_makes_the_file_again_that_a_killed_one_began(
    transactional_db: None, worker: Callable[..., Process], folder: Path
) -> None:
    review = make.make_review()
    report = make.make_document(review)
    for number in range(1, 41):
        make.make_recommendation(review, f"1.{number}", source_document=report, text="A long text. " * 100)
    with workers.connect_as_owner() as owner:
        # A table that somebody holds: the worker gets as far as reading it and then waits.
        owner.execute("LOCK TABLE recommendations_externalid IN ACCESS EXCLUSIVE MODE")
        first = worker(UPR_DATA_DIR=str(folder))
        export = exports.ask(Question("recommendations"), "xlsx")
        assert wait_until(lambda: status(export) == "working", seconds=30), tail(first.log, 40)
        first.kill()
    assert status(export) == "working"

    again = worker(UPR_DATA_DIR=str(folder))
    assert wait_until(lambda: status(export) == "done", seconds=60), tail(again.log, 40)
    export.refresh_from_db()
    assert (export.attempts, export.total) == (2, 40)
    assert stored(folder) == [Path(export.file.path).name]
    assert files.sha256(Path(export.file.path)) == export.sha256


def test_file_that_a_killed_worker_left_unnamed_goes(
    transactional_db: None, worker: Callable[..., Process], folder: Path
) -> None:
    review = make.make_review()
    make.make_recommendation(review, "1.1", source_document=make.make_document(review), text="A text.")
    with workers.connect_as_owner() as marking:
        with workers.connect_as_owner() as reading:
            reading.execute("LOCK TABLE recommendations_externalid IN ACCESS EXCLUSIVE MODE")
            first = worker(UPR_DATA_DIR=str(folder))
            export = exports.ask(Question("recommendations"), "xlsx")
            assert wait_until(lambda: Export.objects.get(pk=export.pk).total == 1, seconds=30), tail(first.log, 40)
            marking.execute("LOCK TABLE reports_export IN EXCLUSIVE MODE")
        # It may read now and write its file, and cannot mark the row.
        assert wait_until(lambda: len(stored(folder)) == 1, seconds=30), tail(first.log, 40)
        first.kill()
        assert wait_until(is_free, seconds=30)  # PostgreSQL has noticed, by the time limit of its lock at the latest
    assert (status(export), len(stored(folder))) == ("working", 1)
    assert exports.sweep() == 1
    assert stored(folder) == []
    assert exports.make_next()
    assert (status(export), len(stored(folder))) == ("done", 1)
    assert exports.sweep() == 0


def is_free() -> bool:
    """Whether no worker makes a file."""
    with taken(Lane.EXPORTS) as free:
        return free


def test_nothing_is_swept_while_a_file_is_made(record: SimpleNamespace, folder: Path) -> None:
    begun = put(folder, exports.ask(Question("recommendations"), "xlsx").file_name)
    with workers.connect_as_owner() as other:
        other.execute("SELECT pg_advisory_lock(%s)", [Lane.EXPORTS.value])
        assert exports.sweep() == 0
    assert wait_until(lambda: exports.sweep() == 1, seconds=20)
    assert not begun.exists()


def test_file_of_another_database_goes_when_its_days_are_over(
    record: SimpleNamespace, folder: Path, settings: Any
) -> None:
    foreign = put(folder, "recommendations-2026-01-01-other222.xlsx")
    assert exports.sweep() == 0
    over = timezone.now() - datetime.timedelta(days=settings.EXPORT_DAYS + 1, minutes=1)
    os.utime(foreign, (over.timestamp(), over.timestamp()))
    assert exports.sweep() == 1
    assert not foreign.exists()


def put(folder: Path, name: str) -> Path:
    """A file among those made, which no row names."""
    path = folder / "files" / "exports" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"half")
    return path


def status(export: Export) -> str:
    return Export.objects.get(pk=export.pk).status
