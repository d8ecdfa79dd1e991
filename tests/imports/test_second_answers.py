"""A second document of the same kind: the same answers are nothing, other answers are asked about."""

from pathlib import Path

import pytest
from django.core.files.storage import FileSystemStorage

from imports import batches
from imports.models import Batch
from imports.reading import Response
from imports.reference import load_reference
from imports.sources import reader_for
from recommendations import verifying
from recommendations.models import Position, Recommendation
from reviews.models import Document
from tests.imports.test_batches import ACTOR, ROWS, THEME, answer, committed, listed, opened, outcomes
from web.imports.differences import Names, differences
from web.imports.report import Filters

pytestmark = pytest.mark.django_db
OTHER = [
    THEME,
    ("140.1 Build schools (France, Spain)", "Noted", "Right to education", ""),
    ("140.2 Train teachers (Japan)", "Noted", "Right to education", ""),
]


@pytest.fixture(autouse=True)
def _place(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    load_reference()
    monkeypatch.setattr(batches, "read_in_child", lambda path, source="": reader_for(path, source or None).read(path))
    field = Batch._meta.get_field("file")
    monkeypatch.setattr(field, "storage", FileSystemStorage(location=tmp_path / "files"))


def first_list(tmp_path: Path) -> Batch:
    return batches.commit_batch(batch=opened(listed(tmp_path)), by=ACTOR)


def shown(label: str = "140.1") -> str:
    return Recommendation.objects.get(label=label).response


def printed(batch: Batch) -> dict[str, tuple[str, str]]:
    """The parts of the first row, as its preview prints them: old and new."""
    row = batch.rows.get(label="140.1")
    return {str(each.what): (each.old, each.new) for each in differences(row, Names([row]))}


def test_copy_with_the_same_answers_adds_nothing(tmp_path: Path) -> None:
    first_list(tmp_path)
    copy = opened(listed(tmp_path, [*ROWS, ("Theme: Something else",)], "copy.docx"))
    assert set(outcomes(copy).values()) == {"unchanged"}
    copy = batches.commit_batch(batch=copy, by=ACTOR)
    assert (Document.objects.count(), Position.objects.count()) == (1, 2)
    assert copy.document == Document.objects.get()


def test_other_answer_is_a_conflict_kept_unless_a_person_takes_it(tmp_path: Path) -> None:
    first_list(tmp_path)
    path = listed(tmp_path, OTHER, "other.docx")
    batch = opened(path)
    row = batch.rows.get(label="140.1")
    assert outcomes(batch) == {"140.1": "conflict", "140.2": "unchanged"}
    assert (row.disputed, row.fields) == (["position"], ["position"])
    assert "Keeping that answer is proposed" in row.message
    assert printed(batch)["Answer in this document"] == ("Supported", "Noted")
    assert printed(batch)["Answer shown"] == ("Supported", "Noted")
    assert batches.take_proposed(batch=batch, rows=batch.rows.all()) == 0
    batches.commit_batch(batch=batch, by=ACTOR)
    assert (shown(), Position.objects.count(), Document.objects.count()) == ("supported", 2, 1)

    batch = opened(path)
    batches.decide(rows=batch.rows.all(), take=True)
    batch = batches.commit_batch(batch=batch, by=ACTOR)
    assert (shown(), Position.objects.count(), Document.objects.count()) == ("noted", 3, 2)
    assert list(verifying.findings()) == []
    batches.undo_batch(batch=batch, by=ACTOR)
    assert (shown(), Position.objects.count()) == ("supported", 2)
    assert list(verifying.findings()) == []


def test_answer_of_another_kind_says_whether_the_one_shown_changes(tmp_path: Path) -> None:
    committed([answer("140.1", Response.SUPPORTED), answer("140.2", Response.SUPPORTED)])  # they wait
    batch = opened(listed(tmp_path, OTHER))
    batches.commit_batch(batch=batch, by=ACTOR)
    Document.objects.filter(batches=batch).update(kind=Document.Kind.WG_REPORT)
    batch = opened(listed(tmp_path, [*OTHER, THEME], "again.docx"))
    assert printed(batch)["Answer shown"] == ("stays Supported", "stays Supported")
    assert not Filters(part="shown").rows(batch.rows.all()).exists()


def test_addendum_after_the_list_shows_what_becomes_of_the_answer(tmp_path: Path) -> None:
    first_list(tmp_path)
    addendum = committed([answer("140.1", Response.NOTED), answer("140.2", Response.NOTED)])
    assert printed(addendum)["Answer shown"] == ("Supported", "Noted")
    assert [row.label for row in Filters(part="shown").rows(addendum.rows.all())] == ["140.1"]
    assert shown() == "noted"


def test_answer_given_meanwhile_makes_the_file_be_read_again(tmp_path: Path) -> None:
    first_list(tmp_path)
    batch = opened(listed(tmp_path, OTHER, "other.docx"))
    batches.decide(rows=batch.rows.all(), take=True)
    committed([answer("140.1", Response.SUPPORTED)])
    with pytest.raises(batches.Drifted):
        batches.commit_batch(batch=batch, by=ACTOR)
