"""Exports under real concurrency: workers killed while they read and write, two commits, a publication."""

import datetime
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage
from django.db import connection

from history.log import Actor
from history.models import Event
from imports import batches, committing, writing
from imports.models import Batch, Row
from imports.sources import reader_for
from recommendations import actions, verifying
from recommendations.models import Mention, Recommendation
from reviews.models import Document
from tests.imports.export_files import save_upr_info
from tests.workers import Process, connect_as_owner
from upr_tracker.localstack.processes import tail, wait_until

ROWS = 12_000


@pytest.fixture(autouse=True)
def _files(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(Batch._meta.get_field("file"), "storage", FileSystemStorage(location=tmp_path / "files"))


def export(tmp_path: Path, rows: int) -> "ContentFile[bytes]":
    """An export with so many rows about the review of the cast."""
    said = [(f"Build school number {n}", "Kazakhstan", "Accepted", "5", "") for n in range(rows)]
    return ContentFile(save_upr_info(tmp_path / "export.csv", said, to="Kazakhstan").read_bytes())


def read_here(monkeypatch: pytest.MonkeyPatch, content: "ContentFile[bytes]") -> Batch:
    """An import of the export that was read and is shown."""
    monkeypatch.setattr(batches, "read_in_child", lambda path, source="": reader_for(path, source or None).read(path))
    batch = batches.open_batch(file=content, name="export.csv", by=None)
    batches.read_batch(batch.pk)
    batch.refresh_from_db()
    assert batch.status == "preview", batch.problem
    return batch


def status() -> str:
    return Batch.objects.get().status


def test_worker_killed_in_the_middle_of_an_export_leaves_it_to_the_next(
    worker: Callable[..., Process], cast: SimpleNamespace, tmp_path: Path
) -> None:
    first = worker(UPR_DATA_DIR=str(tmp_path), UPR_IMPORT_LEASE_SECONDS="3", UPR_SWEEP_SECONDS="60")
    batches.open_batch(file=export(tmp_path, ROWS), name="export.csv", by=None)
    assert wait_until(Row.objects.exists, seconds=60), tail(first.log, 40)
    first.kill()
    assert (status(), Row.objects.count() < ROWS) == ("reading", True)
    again = worker(UPR_DATA_DIR=str(tmp_path))
    assert wait_until(lambda: status() == "preview", seconds=90), tail(again.log, 40)
    assert (Row.objects.count(), Batch.objects.get().attempts) == (ROWS, 2)
    assert list(Row.objects.order_by("number").values_list("number", flat=True)[:3]) == [1, 2, 3]


def test_worker_killed_when_all_is_written_leaves_nothing(
    worker: Callable[..., Process], cast: SimpleNamespace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = read_here(monkeypatch, export(tmp_path, 30))
    first = worker(UPR_DATA_DIR=str(tmp_path), UPR_SWEEP_SECONDS="60", UPR_IMPORT_WRITE_LEASE_SECONDS="1")
    with connect_as_owner() as other, other.transaction():
        other.execute("LOCK TABLE history_event IN SHARE MODE")  # the events come last
        writing.ask_commit(batch=batch, by=cast.administrator)
        assert wait_until(_waits_for_a_lock, seconds=30), tail(first.log, 40)
        first.kill()
    assert (Mention.objects.count(), Document.objects.filter(kind="upr_info").count()) == (0, 0)
    assert set(Row.objects.values_list("state", flat=True)) == {"proposed"}
    time.sleep(1)  # the lease of the killed worker
    again = worker(UPR_DATA_DIR=str(tmp_path))
    assert wait_until(lambda: status() == "committed", seconds=60), tail(again.log, 40)
    assert Mention.objects.count() == 30


def _waits_for_a_lock() -> bool:
    with connect_as_owner() as looker:
        return looker.execute("SELECT 1 FROM pg_locks WHERE NOT granted").fetchone() is not None


@pytest.mark.django_db(transaction=True)
def test_two_commits_of_one_export_at_once_write_once(
    cast: SimpleNamespace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    both = [read_here(monkeypatch, export(tmp_path, 30)) for _time in range(2)]

    def commit(batch: Batch) -> str:
        try:
            return batches.commit_batch(batch=batch, by=Actor()).status
        except batches.Drifted as drifted:
            return str(drifted)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        ends = sorted(pool.map(commit, both))
    assert ends == ["30 rows changed after the file was read; nothing was written. Read the file again.", "committed"]
    assert Mention.objects.count() == 30
    assert Event.objects.filter(action="document.imported").count() == 1


@pytest.mark.django_db(transaction=True)
def test_status_published_while_an_export_is_written_comes_after_it(
    cast: SimpleNamespace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = [(cast.recommendation.text, "Kazakhstan", "Accepted", "5", "")]
    path = save_upr_info(tmp_path / "one.csv", said, to="Kazakhstan")
    batch = read_here(monkeypatch, ContentFile(path.read_bytes()))
    assert [row.outcome for row in batch.rows.all()] == ["attached"]
    order: list[str] = []

    def publish() -> None:
        day = datetime.date(2026, 3, 1)
        basis = actions.BasisContent("monitoring", description="Read the gazette.")
        content = actions.AssessmentContent(status="in_progress", holds_from=day, reason="A law.", bases=[basis])
        held = Recommendation.objects.get(pk=cast.recommendation.pk)
        actions.publish_assessment(
            recommendation=held, voice=cast.group, content=content, based_on=None, by=Actor(), today=day
        )
        order.append("published")
        connection.close()

    note = committing._note_rows

    with ThreadPoolExecutor(1) as pool:

        def slowly(given: Any) -> None:
            pool.submit(publish)
            time.sleep(1)  # long enough for a publication that nothing holds up
            order.append("written")
            note(given)

        monkeypatch.setattr(committing, "_note_rows", slowly)
        batches.commit_batch(batch=batch, by=Actor())
    assert order == ["written", "published"]
    cast.recommendation.refresh_from_db()
    assert (cast.recommendation.status, cast.recommendation.response) == ("in_progress", "supported")
    assert cast.recommendation.action_category == 5
    assert list(verifying.findings()) == []
