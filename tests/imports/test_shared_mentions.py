"""Two exports that say the same of a recommendation: undo of one leaves what the other holds."""

from pathlib import Path

import pytest
from django.core.files.base import ContentFile

from imports import batches, progress, snapshots, staging
from imports.models import Batch
from recommendations import verifying
from recommendations.models import Mention, Recommendation
from tests.imports.export_files import Said, save_upr_info
from tests.imports.test_exports import ACTOR, _place, go, listed, undo  # noqa: F401
from tests.imports.word_files import save_list

pytestmark = pytest.mark.django_db
FRANCE = ("Build schools in every region", "France", "Accepted", "5", "Right to education")
SPAIN = ("Build schools in every region", "Spain", "Accepted", "5", "Right to education")
NEAR = ("Build schools in all every region", "France", "Accepted", "5", "Right to education")


def export(tmp_path: Path, name: str, *rows: Said) -> Path:
    return save_upr_info(tmp_path / f"{name}.csv", rows)


def read(path: Path) -> Batch:
    batch = batches.open_batch(file=ContentFile(path.read_bytes()), name=path.name, by=None)
    batches.read_batch(batch.pk)
    batch.refresh_from_db()
    return batch


def brought() -> tuple[int | None, int]:
    """The action category of the first recommendation, and how many issues exports brought to it."""
    first = Recommendation.objects.get(label="140.1")
    return first.action_category, first.issue_links.filter(scheme="upr_info").count()


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_what_two_exports_bring_stays_until_both_are_taken_back(tmp_path: Path, order: tuple[int, int]) -> None:
    go(listed(tmp_path))
    both = [go(export(tmp_path, "a", FRANCE)), go(export(tmp_path, "b", SPAIN))]
    assert brought() == (5, 1)
    undo(both[order[0]])
    assert brought() == (5, 1)
    undo(both[order[1]])
    assert brought() == (None, 0)
    assert list(verifying.findings()) == []


def test_exports_that_disagree_bring_no_action_until_one_is_taken_back(tmp_path: Path) -> None:
    go(listed(tmp_path))
    go(export(tmp_path, "a", FRANCE))
    other = go(export(tmp_path, "b", (*SPAIN[:3], "4", SPAIN[4])))
    assert brought()[0] is None
    undo(other)
    assert brought()[0] == 5


def test_mention_that_a_later_export_attached_stays_until_that_one_is_taken_back(tmp_path: Path) -> None:
    go(listed(tmp_path))
    first = go(export(tmp_path, "a", NEAR))
    later = read(export(tmp_path, "b", NEAR, ("Plant trees", "Chile", "Accepted", "2", "Environment")))
    batches.decide(rows=later.rows.all(), take=True)
    batches.commit_batch(batch=later, by=ACTOR)
    made = Batch.objects.get(key=first["batch"])
    mention = Mention.objects.get(printed="France")
    assert (mention.recommendation is not None, mention.document_id == later.document_id) == (True, False)
    assert undo(first).facts["left"] == 1
    assert "later import" in made.rows.get().message
    mention.refresh_from_db()
    assert (mention.recommendation is not None, mention.removed_at) == (True, None)
    assert batches.undo_batch(batch=later, by=ACTOR).status == "undone"
    mention.refresh_from_db()
    assert (mention.recommendation, mention.removed_at, mention.document_id) == (None, None, made.document_id)
    assert undo(first).status == "undone"
    mention.refresh_from_db()
    assert mention.removed_at is not None
    assert brought() == (None, 0)


def test_words_of_a_conflict_that_was_left_do_not_have_an_export_read_again_for_ever(tmp_path: Path) -> None:
    go(listed(tmp_path))
    batch = read(export(tmp_path, "b", ("Quite other words stand here now", "Chile", "Accepted", "5", "Other")))
    said = [("Theme: Right to education",), ("140.1 Quite other words stand here now (France, Spain)", "Noted", "", "")]
    title = "UPR of Slovenia (4th Cycle - 48th Session)"
    go(save_list(tmp_path / "other.docx", said, title=title))
    assert Recommendation.objects.get(label="140.1").text == "Build schools in every region"
    batches.commit_batch(batch=batch, by=ACTOR)
    assert Mention.objects.get().recommendation is None


class Killed(BaseException):
    """What ends a worker at once."""


def test_decisions_outlive_a_worker_that_dies_while_it_reads_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    go(listed(tmp_path))
    batch = read(export(tmp_path, "a", NEAR))
    assert batches.decide(rows=batch.rows.all(), take=True) == 1
    batches.read_again(batch=batch)

    def dies(*_given: object) -> None:
        raise Killed

    with monkeypatch.context() as dying:
        dying.setattr(staging, "save_rows", dies)
        with pytest.raises(Killed):
            batches.read_batch(batch.pk)
    assert batch.rows.count() == 0
    Batch.objects.filter(pk=batch.pk).update(lease_until="2020-01-01T00:00:00Z")
    batches.read_batch(batch.pk)
    assert [row.take for row in batch.rows.all()] == [True]
    batch.refresh_from_db()
    assert "decided" not in batch.facts


def test_unknown_names_beyond_some_hundred_are_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(snapshots, "UNKNOWN_KEPT", 2)
    facts = read(export(tmp_path, "a", (*FRANCE[:4], "Xa,Xb,Xc,Xd"))).facts
    assert (facts["unknown_terms"], sorted(facts["unknown_kinds"]), facts["more_unknown"]) == (
        ["Xa", "Xb"],
        ["Xa", "Xb"],
        2,
    )


def test_import_by_command_leaves_no_progress(tmp_path: Path) -> None:
    found = go(listed(tmp_path))
    assert progress.of(Batch.objects.get(key=found["batch"]).pk) == progress.Progress()
