"""The implementation index: what scores, what an average says, and that nobody sees it without what it is made of."""

import datetime
from types import SimpleNamespace

import pytest

from accounts.reader import PUBLIC
from recommendations.crosswalk import CROSSWALK, Scale
from recommendations.index import SCORES, index_of, verdict
from recommendations.models import Progress, Status
from tests import factories as make


@pytest.mark.parametrize(
    ("average", "says"),
    [
        (0, "not_implemented"),
        (0.3299, "not_implemented"),
        (0.33, "partially_implemented"),
        (1 / 3, "partially_implemented"),
        (0.6599, "partially_implemented"),
        (0.66, "fully_implemented"),
        (1, "fully_implemented"),
    ],
)
def test_thresholds(average: float, says: str) -> None:
    assert verdict(average) == says


def test_index_averages_the_voices_that_have_a_score(cast: SimpleNamespace) -> None:
    government = make.make_organisation("Ministry", kind="government")
    watcher = make.make_organisation("Watcher")
    make.make_assessment(cast.recommendation, cast.group, "not_started")
    make.make_assessment(cast.recommendation, cast.others, "in_progress", progress="substantial")
    make.make_assessment(cast.recommendation, watcher, "monitoring_phase")
    make.make_assessment(cast.recommendation, government, "fully_implemented")
    other = make.make_recommendation(cast.review)
    found = index_of([cast.recommendation.pk, other.pk], PUBLIC)
    index = found[cast.recommendation.pk]
    assert (index.n, index.value, index.verdict, index.disputed) == (3, 0.5, "partially_implemented", True)
    assert len(index.voices) == 4
    kinds = {kind: (average.n, average.value, average.verdict) for kind, average in index.by_kind().items()}
    assert kinds == {"government": (1, 1.0, "fully_implemented"), "ngo": (2, 0.25, "not_implemented")}
    nobody = found[other.pk]
    assert (nobody.n, nobody.value, nobody.verdict, nobody.disputed, nobody.by_kind()) == (0, None, None, False, {})


def test_index_moves_with_the_clock_and_without_what_was_withdrawn(cast: SimpleNamespace) -> None:
    make.make_assessment(cast.recommendation, cast.group, "not_started", holds_from=datetime.date(2025, 1, 1))
    make.make_assessment(cast.recommendation, cast.group, "fully_implemented", holds_from=datetime.date(2025, 6, 1))
    gone = make.make_assessment(cast.recommendation, cast.others, "regression", holds_from=datetime.date(2025, 1, 1))
    gone.withdrawn_at = datetime.datetime(2025, 2, 1, tzinfo=datetime.UTC)
    gone.save(update_fields=["withdrawn_at"])
    pk = cast.recommendation.pk
    assert index_of([pk], PUBLIC)[pk].value == 1
    assert index_of([pk], PUBLIC.at(as_of=datetime.date(2025, 3, 1)))[pk].value == 0
    assert index_of([pk], PUBLIC.at(as_of=datetime.date(2024, 3, 1)))[pk].value is None


def test_voices_that_agree_are_not_disputed(cast: SimpleNamespace) -> None:
    make.make_assessment(cast.recommendation, cast.group, "not_started")
    make.make_assessment(cast.recommendation, cast.others, "regression")
    assert not index_of([cast.recommendation.pk], PUBLIC)[cast.recommendation.pk].disputed


def test_crosswalk_has_a_cell_for_each_status_and_scale_and_agrees_with_the_scores() -> None:
    assert {(cell.status, cell.scale) for cell in CROSSWALK} == {(s, scale) for s in Status for scale in Scale}
    for cell in CROSSWALK:
        assert (cell.mark is None) == (cell.relation == "none")
        if cell.scale == Scale.UPR_INFO:
            score = SCORES.get((cell.status, cell.progress))
            assert (None if cell.mark is None else float(cell.mark)) == score
    assert set(SCORES) <= {(status, progress) for status in Status for progress in ("", *Progress)}
