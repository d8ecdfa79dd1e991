"""An import, its undoing and another reading are counted like everything else."""

from pathlib import Path

import pytest

from imports import batches
from recommendations import counts
from recommendations.models import Count
from tests.imports.test_batches import ACTOR, ROWS, _place, listed, opened  # noqa: F401  the fixture is used by all
from tests.recommendations.test_counts import assert_right

pytestmark = pytest.mark.django_db


def number(prefix: str) -> int:
    """How many recommendations have a tag that begins so, tag by tag."""
    return sum(n for tag, n in counts.kept(False).items() if tag.startswith(prefix))


def test_counts_follow_an_import_and_its_undoing(tmp_path: Path) -> None:
    batch = batches.commit_batch(batch=opened(listed(tmp_path)), by=ACTOR)
    assert (number("review:"), number("response:noted"), number("recommending_state:")) == (2, 1, 3)
    assert_right()
    batches.undo_batch(batch=batch, by=ACTOR)
    assert counts.kept(False) == {}
    assert_right()
    assert not Count.objects.exists()
