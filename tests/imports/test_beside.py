"""Imports beside each other: an undo while a commit gives its rows something; locks that nobody waits for twice."""

import threading
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.core.files.base import ContentFile

from accounts.roles import Role
from imports import batches, committing
from imports.models import Batch
from imports.reading import Response
from recommendations import counts, verifying
from recommendations.models import Draft, Mention, Position, Recommendation
from states.models import State
from tests import factories as make
from tests.imports import test_batches as lists
from tests.imports import test_exports as exports
from tests.imports.test_batches import _place  # noqa: F401  a fixture
from tests.imports.word_files import save_list
from tests.workers import connect_as_owner
from upr_tracker.localstack.processes import wait_until

pytestmark = pytest.mark.django_db(transaction=True)


def waits_for_a_lock() -> bool:
    with connect_as_owner() as looker:
        return looker.execute("SELECT 1 FROM pg_locks WHERE NOT granted").fetchone() is not None


def in_thread(work: Callable[[], object]) -> threading.Thread:
    """Somebody else who begins the work; it ends, or waits for a lock, before this returns."""
    thread = threading.Thread(target=lists.with_own_connection, args=[work])
    thread.start()
    assert wait_until(lambda: waits_for_a_lock() or not thread.is_alive(), seconds=20)
    return thread


def commit_while(monkeypatch: pytest.MonkeyPatch, batch: Batch, work: Callable[[], object]) -> None:
    """Commit a batch; in the middle of it, when its recommendations are made, somebody else begins the work."""
    others = list[threading.Thread]()
    in_time = committing._answer_waiting

    def slowly() -> list[int]:
        others.append(in_thread(work))
        return in_time()

    monkeypatch.setattr(committing, "_answer_waiting", slowly)
    batches.commit_batch(batch=batch, by=lists.ACTOR)
    others[0].join(timeout=30)
    assert not others[0].is_alive()


def test_addendum_taken_back_while_a_list_gives_its_answer_leaves_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    early = lists.committed([lists.answer("140.1", Response.SUPPORTED)])
    batch = lists.opened(lists.listed(tmp_path))
    commit_while(monkeypatch, batch, lambda: batches.undo_batch(batch=early, by=lists.ACTOR))
    early.refresh_from_db()
    assert (early.status, early.rows.get().state) == ("undone", "undone")
    assert set(Position.objects.values_list("document__kind", flat=True)) == {"thematic_list"}
    assert list(verifying.findings()) == []


def test_export_taken_back_while_a_list_attaches_its_mentions_leaves_nothing_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    export = exports.go(exports.mentioned(tmp_path))
    batch = lists.opened(exports.listed(tmp_path))
    commit_while(monkeypatch, batch, lambda: exports.undo(export))
    assert Batch.objects.get(key=export["batch"]).status == "undone"
    assert not Mention.objects.filter(removed_at=None).exists()
    assert not Position.objects.filter(document__kind="upr_info").exists()
    assert counts.wrong() == []
    assert list(verifying.findings()) == []


def test_others_may_refer_to_a_review_while_an_import_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = list[int]()

    def refer() -> None:
        with connect_as_owner() as other:
            seen.append(other.execute("SELECT 1 FROM reviews_review FOR KEY SHARE NOWAIT").rowcount)

    batches.commit_batch(batch=lists.opened(lists.listed(tmp_path, lists.ROWS[:2], "first.docx")), by=lists.ACTOR)
    commit_while(monkeypatch, lists.opened(lists.listed(tmp_path)), refer)
    assert seen[0] > 0


def test_undo_locks_what_it_has_drafts_for_with_the_rest_in_one_order(tmp_path: Path) -> None:
    slovenia = State.objects.get(iso3="SVN")
    group = make.make_organisation("Watch", monitors=[slovenia])
    manager = make.make_person("Maya", organisation=group, role=Role.MANAGER)
    headings = ("Recommendation", "Position", "Full list of themes", "Assessment/comments on level of implementation")
    said = [lists.THEME, ("140.1 Build schools (France)", "Supported", "Right to education", "Not Started: no law")]
    said.append(("140.2 Train teachers (Japan)", "Noted", "Right to education", ""))
    path = save_list(tmp_path / "l.docx", said, headings=headings, title="UPR of Slovenia (4th Cycle - 48th Session)")
    batches.commit_batch(batch=lists.opened(path), by=lists.ACTOR)
    low, high = Recommendation.objects.order_by("pk")
    high.recommenders.all().delete()  # so that the copy mends this one, and has no more than a draft for the other
    content = ContentFile(path.read_bytes())
    copy = batches.open_batch(file=content, name="l.docx", by=manager, organisation=group)
    batches.read_batch(copy.pk)
    batches.commit_batch(batch=copy, by=lists.ACTOR)
    assert Draft.objects.get().recommendation == low
    with connect_as_owner() as other, other.transaction():
        other.execute("SELECT 1 FROM recommendations_recommendation WHERE id = %s FOR UPDATE", [low.pk])
        undoing = in_thread(lambda: batches.undo_batch(batch=copy, by=lists.ACTOR))
        other.execute("SELECT 1 FROM recommendations_recommendation WHERE id = %s FOR UPDATE NOWAIT", [high.pk])
    undoing.join(timeout=20)
    copy.refresh_from_db()
    assert (copy.status, Draft.objects.count()) == ("undone", 0)


def test_repair_of_counts_holds_no_row_while_it_waits_for_the_table(cast: SimpleNamespace) -> None:
    with connect_as_owner() as other, other.transaction():
        other.execute("INSERT INTO recommendations_count (tag, is_sample, n) VALUES ('status:in_progress', false, 1)")
        repairing = in_thread(counts.repair)
        assert repairing.is_alive()
        other.execute("SELECT 1 FROM recommendations_recommendation FOR UPDATE NOWAIT")
    repairing.join(timeout=20)
    assert counts.wrong_sums() == []
