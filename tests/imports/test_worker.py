"""A real Celery worker that is killed while it reads an import, and the one after it."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage

from imports import batches
from imports.models import Batch
from tests import factories as make
from tests.imports.word_files import save_list
from tests.workers import Process
from upr_tracker.localstack.processes import tail, wait_until


def status() -> str:
    return Batch.objects.get().status


def test_import_whose_worker_is_killed_is_read_by_the_next(
    worker: Callable[..., Process], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Batch._meta.get_field("file"), "storage", FileSystemStorage(location=tmp_path / "files"))
    make.make_state("SVN", "Slovenia")
    make.make_session(48)
    rows = [("140.1 Build schools (France)", "Supported"), ("140.2 Train teachers (Japan)", "Noted")]
    path = save_list(tmp_path / "list.docx", rows, title="UPR of Slovenia (4th Cycle - 48th Session)")
    first = worker(UPR_DATA_DIR=str(tmp_path), UPR_IMPORT_LEASE_SECONDS="3", UPR_SWEEP_SECONDS="60")
    batches.open_batch(file=ContentFile(path.read_bytes()), name="list.docx", by=None)  # the wake-up must do
    assert wait_until(lambda: status() == "reading", seconds=15), tail(first.log, 40)
    first.kill()
    assert status() == "reading"

    again = worker(UPR_DATA_DIR=str(tmp_path))
    assert wait_until(lambda: status() == "preview", seconds=60), tail(again.log, 40)
    batch = Batch.objects.get()
    assert (batch.attempts, batch.lease_until) == (2, None)
    assert [row.label for row in batch.rows.all()] == ["140.1", "140.2"]
