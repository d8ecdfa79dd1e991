"""Answers of an addendum that is imported before its report: they wait, are given once, and are asked for once."""

from pathlib import Path

import pytest

from imports import batches, writing
from imports.models import Batch
from imports.preview import make_rows
from imports.reading import Reading, Response
from recommendations import verifying
from recommendations.models import Position
from reviews.models import Document
from tests.imports.test_batches import ACTOR, _place, answer, committed, listed, opened, outcomes  # noqa: F401

pytestmark = pytest.mark.django_db
ANSWERS = [answer("140.1", Response.SUPPORTED), answer("140.2", Response.SUPPORTED)]


def test_addendum_written_twice_before_its_list_gives_the_later_answer_once(tmp_path: Path) -> None:
    first = committed(ANSWERS)
    second = committed([answer("140.1", Response.NOTED), ANSWERS[1]])  # read before the first was written
    assert set(outcomes(first).values()) == set(outcomes(second).values()) == {"waiting"}
    batches.commit_batch(batch=opened(listed(tmp_path)), by=ACTOR)
    given = Position.objects.filter(document__kind="addendum").order_by("recommendation__label")
    assert list(given.values_list("response", flat=True)) == ["noted", "supported"]
    assert set(outcomes(second).values()) == {"changed"}
    assert set(outcomes(first).values()) == {"unchanged"}
    assert batches.undo_batch(batch=second, by=ACTOR).status == "undone"
    assert not given.exists()
    assert list(verifying.findings()) == []


def test_answers_that_wait_already_are_unchanged() -> None:
    batch = committed(ANSWERS)
    document = Document.objects.get()
    assert document.review is not None
    reading = Reading(source="addendum", positions=(*ANSWERS, answer("140.3", Response.NOTED)))
    rows, _facts = make_rows(Batch(), reading, document.review, document)
    assert [row.outcome for row in rows] == ["unchanged", "unchanged", "waiting"]
    batches.undo_batch(batch=batch, by=ACTOR)
    rows, _facts = make_rows(Batch(), reading, document.review, document)
    assert {row.outcome for row in rows} == {"waiting"}


def test_answer_is_given_though_somebody_has_asked_to_take_it_back(tmp_path: Path) -> None:
    batch = committed(ANSWERS)
    Batch.objects.filter(pk=batch.pk).update(status="undoing")
    batches.commit_batch(batch=opened(listed(tmp_path)), by=ACTOR)
    given = Position.objects.filter(document__kind="addendum")
    assert given.count() == 2
    writing.work_on(batch.pk)
    batch.refresh_from_db()
    assert (batch.status, given.count()) == ("undone", 0)
