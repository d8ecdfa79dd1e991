"""What a person corrected and what documents say: no import undoes it silently, in whichever order they come."""

import dataclasses
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage

from history.log import Actor
from imports import batches
from imports.models import Batch, Row
from imports.reading import Reading
from imports.reference import load_reference
from imports.session_file.loading import load_session
from imports.session_file.reading import read_session_file
from imports.sources import reader_for
from recommendations import verifying
from recommendations.correcting import correct_recommendation, facts_of
from recommendations.models import Recommendation
from reviews.models import Document
from tests.imports.export_files import record, save_uhri, save_upr_info
from tests.imports.word_files import save_list

pytestmark = pytest.mark.django_db
ACTOR = Actor()
THEME = ("Theme: Right to education",)
KEPT, OURS, THEIRS = "Build schools", "Build many schools", "Build universities"


@pytest.fixture(autouse=True)
def _place(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    load_reference()
    monkeypatch.setattr(batches, "read_in_child", read_here)
    monkeypatch.setattr(Batch._meta.get_field("file"), "storage", FileSystemStorage(location=tmp_path / "files"))


def read_here(path: Path, source: str = "") -> Reading:
    return reader_for(path, source or None).read(path)


def listed(tmp_path: Path, text: str = KEPT, name: str = "list.docx", by: str = "France, Spain") -> Path:
    rows = [THEME, (f"140.1 {text} ({by})", "Supported", "Right to education", "")]
    return save_list(tmp_path / name, rows, title="UPR of Slovenia (4th Cycle - 48th Session)")


def opened(path: Path) -> Batch:
    batch = batches.open_batch(file=ContentFile(path.read_bytes()), name=path.name, by=None)
    batches.read_batch(batch.pk)
    batch.refresh_from_db()
    assert batch.status == "preview", batch.problem
    return batch


def row_of(batch: Batch) -> Row:
    return batch.rows.get(label="140.1")


def commit(path: Path, *, take: bool = False) -> Batch:
    batch = opened(path)
    batches.decide(rows=batch.rows.all(), take=take)
    return batches.commit_batch(batch=batch, by=ACTOR)


def held() -> Recommendation:
    return Recommendation.objects.get(label="140.1", review__state__iso3="SVN")


def correct(**values: Any) -> None:
    r = held()
    facts = dataclasses.replace(facts_of(r), **values)
    assert correct_recommendation(recommendation=r, facts=facts, version=r.version, by=ACTOR)


def is_report(batch: Batch) -> None:
    """From now on the batch's document is the Working Group's report, from which every list is made."""
    Document.objects.filter(batches=batch).update(kind=Document.Kind.WG_REPORT)


def test_import_of_a_corrected_text_asks_and_keeps_it_unless_told_otherwise(tmp_path: Path) -> None:
    path = listed(tmp_path)
    commit(path)
    correct(text=OURS)
    batch = opened(path)
    row = row_of(batch)
    assert (row.outcome, row.fields, row.disputed) == ("conflict", ["text"], ["text"])
    assert row.message.startswith("A person corrected this on ")
    assert row.message.endswith("; keeping it is proposed.")
    batches.commit_batch(batch=batch, by=ACTOR)
    assert (held().text, held().edited, row_of(batch).state) == (OURS, ["text"], "left")


def test_decision_to_keep_is_not_asked_again_of_the_same_file(tmp_path: Path) -> None:
    path = listed(tmp_path)
    commit(path)
    correct(text=OURS)
    commit(path)
    again = row_of(opened(path))
    assert (again.outcome, again.fields) == ("unchanged", [])
    assert "as decided before" in again.message
    correct(text="Build very many schools")  # another correction, of which nobody decided anything
    assert row_of(opened(path)).outcome == "conflict"


def test_another_file_asks_although_one_was_answered(tmp_path: Path) -> None:
    commit(listed(tmp_path))
    correct(text=OURS)
    commit(listed(tmp_path))
    other = row_of(opened(listed(tmp_path, THEIRS, "other.docx")))
    assert (other.outcome, other.disputed) == ("conflict", ["text"])


def test_taking_the_documents_word_ends_the_correction_and_undo_brings_it_back(tmp_path: Path) -> None:
    commit(listed(tmp_path))
    correct(text=OURS, action_category=3)
    before = held().version
    batch = commit(listed(tmp_path, THEIRS, "other.docx"), take=True)
    assert (held().text, held().edited) == (THEIRS, ["action_category"])
    assert held().version > before
    batches.undo_batch(batch=batch, by=ACTOR)
    assert (held().text, held().edited) == (OURS, ["action_category", "text"])
    assert list(verifying.findings()) == []


@pytest.mark.parametrize("text", [OURS, "Build  MANY schools."])
def test_document_that_says_the_same_as_the_person_is_unchanged(tmp_path: Path, text: str) -> None:
    commit(listed(tmp_path))
    correct(text=OURS)
    batch = commit(listed(tmp_path, text, "other.docx"))
    assert "text" not in row_of(batch).fields
    assert row_of(batch).outcome == "unchanged"  # the same answer in a second list is none
    assert (held().text, held().edited) == (OURS, ["text"])


@pytest.mark.parametrize("report_first", [True, False])
@pytest.mark.parametrize("take", [True, False])
def test_list_and_report_around_a_correction_in_each_order(tmp_path: Path, report_first: bool, take: bool) -> None:
    first = commit(listed(tmp_path, KEPT, "first.docx"))
    if report_first:
        is_report(first)
    correct(text=OURS)
    second = opened(listed(tmp_path, THEIRS, "second.docx"))
    assert (row_of(second).outcome, row_of(second).message.count("corrected this")) == ("conflict", 1)
    batches.decide(rows=second.rows.all(), take=take)
    batches.commit_batch(batch=second, by=ACTOR)
    assert (held().text, held().edited) == ((THEIRS, []) if take else (OURS, ["text"]))
    # The lists give the same answer: the second adds none of its own.
    assert held().positions.count() == (2 if report_first else 1)


def test_states_and_issues_are_kept_the_same_way(tmp_path: Path) -> None:
    commit(listed(tmp_path))
    states = facts_of(held()).states
    correct(states=[states[1], states[0]], issues=[])
    batch = opened(listed(tmp_path, by="France, Spain"))
    assert row_of(batch).disputed == ["issues", "states"]
    batches.decide(rows=batch.rows.all(), take=True)
    batches.commit_batch(batch=batch, by=ACTOR)
    assert (facts_of(held()).states, held().edited, len(facts_of(held()).issues)) == (states, [], 1)
    batches.undo_batch(batch=batch, by=ACTOR)
    assert (held().edited, facts_of(held()).issues) == (["issues", "states"], [])


def test_what_is_proposed_for_all_keeps_corrections(tmp_path: Path) -> None:
    first = commit(listed(tmp_path))
    Document.objects.filter(batches=first).update(kind=Document.Kind.UHRI)  # a list ranks higher
    correct(text=OURS)
    batch = opened(listed(tmp_path, THEIRS, "other.docx"))
    assert batches.take_proposed(batch=batch, rows=batch.rows.all()) == 0
    assert row_of(batch).take is False


def test_correction_after_the_preview_makes_the_file_be_read_again(tmp_path: Path) -> None:
    commit(listed(tmp_path))
    batch = opened(listed(tmp_path, KEPT, "other.docx"))
    correct(text=OURS)
    with pytest.raises(batches.Drifted, match="1 rows changed"):
        batches.commit_batch(batch=batch, by=ACTOR)
    assert held().text == OURS


def test_undo_leaves_a_record_that_a_person_corrected(tmp_path: Path) -> None:
    batch = commit(listed(tmp_path))
    correct(action_category=2)
    batches.undo_batch(batch=batch, by=ACTOR)
    assert held().removed_at is None
    assert row_of(batch).message == "A person corrected it; it stays."


def test_undo_leaves_what_was_corrected_back_to_what_the_file_says(tmp_path: Path) -> None:
    commit(listed(tmp_path))
    batch = commit(listed(tmp_path, THEIRS, "other.docx"), take=True)
    correct(text=OURS)
    correct(text=THEIRS)
    batches.undo_batch(batch=batch, by=ACTOR)
    assert (held().text, held().edited) == (THEIRS, ["text"])
    assert "changed again since" in row_of(batch).message


def test_mentions_never_overwrite_a_corrected_category_or_issues(tmp_path: Path) -> None:
    rows = [(KEPT, "France", "Accepted", "5", "Right to education,Other")]
    commit(listed(tmp_path))
    export = save_upr_info(tmp_path / "export.csv", rows)
    first = commit(export)
    brought = facts_of(held())
    assert (brought.action_category, len(brought.mentioned_issues)) == (5, 2)
    correct(action_category=None, mentioned_issues=[])
    batches.undo_batch(batch=first, by=ACTOR)
    commit(save_upr_info(tmp_path / "more.csv", [*rows, (KEPT, "Spain", "Accepted", "5", "Other")]))
    assert held().mentions.count() == 2
    assert (facts_of(held()).action_category, facts_of(held()).mentioned_issues) == (None, [])


def test_undo_of_an_export_leaves_a_corrected_category_that_says_the_same(tmp_path: Path) -> None:
    commit(listed(tmp_path))
    batch = commit(save_upr_info(tmp_path / "export.csv", [(KEPT, "France", "Accepted", "5", "Other")]))
    correct(action_category=4)
    correct(action_category=5)
    batches.undo_batch(batch=batch, by=ACTOR)
    assert held().action_category == 5


def test_numbered_records_of_uhri_ask_too_and_once(tmp_path: Path) -> None:
    commit(listed(tmp_path))
    correct(text=OURS)
    path = save_uhri(tmp_path / "uhri.json", [record(1, f"140.1 {KEPT} (France, Spain)", ["France", "Spain"])])
    batch = commit(path)
    assert (row_of(batch).outcome, row_of(batch).disputed) == ("conflict", ["text"])
    assert held().text == OURS
    assert row_of(opened(path)).outcome == "unchanged"


def test_session_file_leaves_what_a_person_corrected(tmp_path: Path) -> None:
    path = Path(__file__).parents[2] / "fixtures" / "sessions" / "48.yaml"
    load_session(read_session_file(path), by=ACTOR)
    r = Recommendation.objects.filter(review__state__iso3="KAZ", issue_links__isnull=False).first()
    assert r is not None
    facts = dataclasses.replace(facts_of(r), text=OURS, action_category=1, states=[], issues=[])
    parts = correct_recommendation(recommendation=r, facts=facts, version=r.version, by=ACTOR)
    assert "text" in parts
    r.refresh_from_db()
    held_now = facts_of(Recommendation.objects.get(pk=r.pk))
    tally = load_session(read_session_file(path), by=ACTOR)
    assert (tally.new, tally.changed) == (0, 0)
    assert facts_of(Recommendation.objects.get(pk=r.pk)) == held_now
