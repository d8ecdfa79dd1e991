"""The implementation index: what scores, and what an average says."""

import pytest
from django.db import connection

from recommendations.crosswalk import CROSSWALK, Scale
from recommendations.index import SCORES, average, disputed, verdict
from recommendations.models import Progress, Status


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("value", "says"),
    [
        ("0", "not_implemented"),
        ("0.3299", "not_implemented"),
        ("0.33", "partially_implemented"),
        ("1 / 3.0", "partially_implemented"),
        ("0.6599", "partially_implemented"),
        ("0.66", "fully_implemented"),
        ("1", "fully_implemented"),
        ("NULL::numeric", None),
    ],
)
def test_thresholds(value: str, says: str | None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {verdict('x.value')} FROM (SELECT {value} AS value) x")
        assert cursor.fetchone() == (says,)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("scores", "said"),
    [
        ([0, 0.5, None, 1], (3, 0.5, "partially_implemented", True)),
        ([0, 0, 1], (3, 0.3333, "partially_implemented", True)),
        ([1, None], (1, 1, "fully_implemented", False)),
        ([None], (0, None, None, False)),
        ([], (0, None, None, False)),
    ],
)
def test_average(scores: list[float | None], said: tuple[object, ...]) -> None:
    with connection.cursor() as cursor:
        columns = [*average("score").values(), disputed("score")]
        given = [None if each is None else float(each) for each in scores]
        cursor.execute(
            f"SELECT {', '.join(columns)} FROM unnest(%s::numeric[]) score",
            [given],
        )
        assert cursor.fetchone() == said


def test_crosswalk_has_a_cell_for_each_status_and_scale_and_agrees_with_the_scores() -> None:
    assert {(cell.status, cell.scale) for cell in CROSSWALK} == {(s, scale) for s in Status for scale in Scale}
    for cell in CROSSWALK:
        assert (cell.mark is None) == (cell.relation == "none")
        if cell.scale == Scale.UPR_INFO:
            score = SCORES.get((cell.status, cell.progress))
            assert (None if cell.mark is None else float(cell.mark)) == score
    assert set(SCORES) <= {(status, progress) for status in Status for progress in ("", *Progress)}
