"""Aggregates: how many recommendations, dyads or mentions there are by one or two dimensions, and over time.

Each is one statement around the rows of a filter. What stood at the end of each month comes from the intervals in which
assessments held, not from a question for each month.
"""

import datetime
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from accounts.reader import Reader
from recommendations.dimensions import Cells, cells
from recommendations.index import Verdict, disputed, score, verdict
from recommendations.querysets import utc_today
from recommendations.selection import NOT_ASSESSED
from recommendations.sql import rows, said
from reviews.selection import Params

MOST_CELLS = 10_000


class TooManyCells(Exception):
    """An aggregate would have more than MOST_CELLS cells; nothing of it is shown."""


@dataclass(frozen=True)
class Aggregate:
    """The cells, each a value of every dimension and its numbers; `n` rows in all, of `total_distinct` things."""

    cells: list[dict[str, Any]]
    n: int
    total_distinct: int


def aggregate(
    params: Params, reader: Reader, dimensions: Sequence[str], unit: str, *, index: bool = False
) -> Aggregate:
    """Numbers by these dimensions; with `index`, also what the implementation index says in each cell.

    A recommendation counts in each cell that it belongs to; null stands for those that have no value. Queries: one,
    and two more for the index. Raises UnknownChoice and TooManyCells.
    """
    made = cells(params, reader, dimensions, unit)
    names = ", ".join(made.columns)
    found = rows(
        f"WITH {made.text} SELECT grouping({names}) > 0, count(*), {made.distinct}, {names} FROM cells"
        f" GROUP BY GROUPING SETS (({names}), ()) ORDER BY 1 DESC, {names} LIMIT {MOST_CELLS + 2}",
        made.params,
    )
    if len(found) > MOST_CELLS + 1:
        raise TooManyCells
    (_whole, n, distinct, *_none), *shown = found
    numbers = {tuple(values): {"n": count} for _total, count, _distinct, *values in shown}
    extra = _indices(made, reader) if index else {}
    return Aggregate([made.named(key) | own | extra.get(key, {}) for key, own in numbers.items()], n, distinct)


def _indices(made: Cells, reader: Reader) -> dict[tuple[Any, ...], dict[str, Any]]:
    """What the index says in each cell: of how many recommendations, of which voices, how many of them disputed."""
    held, names = said(reader), ", ".join(made.columns)
    latest = f"""
        WITH {made.text}, latest AS MATERIALIZED (
            SELECT DISTINCT ON (w.id, a.voice_id) w.id, a.voice_id, {score("a")} AS score
            FROM picked w JOIN ({held.text}) a ON a.recommendation_id = w.id
            ORDER BY w.id, a.voice_id, a.holds_from DESC, a.id DESC
        ), indexed AS (
            SELECT id, avg(score) AS value, count(*) AS voices, {disputed("score")} AS disputed,
                {verdict("avg(score)")} AS verdict
            FROM latest WHERE score IS NOT NULL GROUP BY id
        )
    """
    values = (*made.params, *held.params)
    verdicts = ", ".join(f"count(*) FILTER (WHERE verdict = '{each}')" for each in Verdict)
    found: dict[tuple[Any, ...], dict[str, Any]] = defaultdict(dict)
    for n, value, voices, disputes, no, partially, fully, *key in rows(
        latest
        + f"""
        SELECT count(*), round(avg(value), 4), sum(voices), count(*) FILTER (WHERE disputed), {verdicts}, {names}
        FROM cells JOIN indexed USING (id) GROUP BY {names}
        """,
        values,
    ):
        found[tuple(key)]["index"] = {
            "n": n,
            "value": float(value),
            "voices": int(voices),
            **dict(zip(Verdict.values, (no, partially, fully), strict=True)),
            "disputed": disputes,
            "by_kind": [],
        }
    for kind, organisations, n, value, *key in rows(
        latest
        + f"""
        SELECT o.kind, count(DISTINCT o.id), count(*), round(avg(score), 4), {names}
        FROM cells JOIN latest USING (id) JOIN accounts_organisation o ON o.id = voice_id
        WHERE score IS NOT NULL GROUP BY o.kind, {names} ORDER BY o.kind
        """,
        values,
    ):
        own = {"kind": kind, "organisations": organisations, "n": n, "value": float(value)}
        found[tuple(key)]["index"]["by_kind"].append(own)
    return dict(found)


def over_time(params: Params, reader: Reader, dimensions: Sequence[str], unit: str, period: str) -> Aggregate:
    """The composition by status at the end of each month or year, as it stood, within the cells of the dimensions.

    From the first assessment of the rows to the reader's day, which is the last point. Each number is that of a list
    with `as_of` that day. Two queries. Raises UnknownChoice and TooManyCells.
    """
    made = cells(params, reader, [name for name in dimensions if name != "status"], unit)
    last = reader.as_of or reader.known_on or utc_today()
    points = list(ends(_first(made, reader) or last, last, period))
    if len(points) > MOST_CELLS:
        raise TooManyCells
    totals: dict[tuple[Any, ...], int] = {}
    steps: dict[tuple[Any, ...], dict[str, dict[int, int]]] = defaultdict(lambda: defaultdict(dict))
    distinct = 0
    for place, n, ids, status, *values in _steps(made, reader, points, last):
        if status is None:
            totals[tuple(values)], distinct = n, ids
        else:
            steps[tuple(values)][status][place] = n
    shown = [
        {"at": points[place], **made.named(key), "status": status, "n": n}
        for key, total in totals.items()
        for status, place, n in _course(total, steps[key], len(points))
    ]
    if len(shown) > MOST_CELLS:
        raise TooManyCells
    shown.sort(key=lambda cell: cell["at"])
    return Aggregate(shown, sum(totals.values()), distinct)


def ends(first: datetime.date, last: datetime.date, period: str) -> Iterator[datetime.date]:
    """The last days of the months or years from that of `first`, and `last` in place of the one that has not ended."""
    year, month = first.year, first.month if period == "month" else 12
    while True:
        end = datetime.date(year + month // 12, month % 12 + 1, 1) - datetime.timedelta(days=1)
        if end >= last:
            yield last
            return
        yield end
        year, month = (year + month // 12, month % 12 + 1) if period == "month" else (year + 1, 12)


def _first(made: Cells, reader: Reader) -> datetime.date | None:
    held = said(reader)
    asked = f"WITH {made.text} SELECT min(holds_from) FROM ({held.text}) a JOIN picked w ON w.id = a.recommendation_id"
    (found,) = rows(asked, (*made.params, *held.params))[0]
    return found  # type: ignore[no-any-return]


def _steps(made: Cells, reader: Reader, points: Sequence[datetime.date], last: datetime.date) -> list[tuple[Any, ...]]:
    """How many rows take on and leave a status by each point, and, without a status, how many rows a cell has.

    An assessment holds until its voice's next; a lead leads until the next one; what both cover is what lists show.
    """
    held, names = said(reader.at(as_of=last, known_on=reader.known_on)), "".join(f", {name}" for name in made.columns)
    text = f"""
        WITH {made.text}, led AS (
            SELECT review_id, is_sample, organisation_id, from_day AS starts,
                lead(from_day) OVER (PARTITION BY review_id, is_sample ORDER BY from_day) AS ends
            FROM reviews_lead WHERE from_day <= %s
        ), held AS (
            SELECT w.id, w.review_id, w.is_sample, a.voice_id, a.status, a.holds_from AS starts,
                lead(a.holds_from) OVER (PARTITION BY w.id, a.voice_id ORDER BY a.holds_from, a.id) AS ends
            FROM picked w JOIN ({held.text}) a ON a.recommendation_id = w.id
        ), stood AS (
            SELECT h.id, h.status, greatest(h.starts, l.starts) AS starts,
                least(coalesce(h.ends, 'infinity'), coalesce(l.ends, 'infinity')) AS ends
            FROM held h JOIN led l
            ON (l.review_id, l.is_sample, l.organisation_id) = (h.review_id, h.is_sample, h.voice_id)
        ), steps AS (
            SELECT s.id, s.status, step.* FROM stood s, LATERAL (VALUES
                (width_bucket(s.starts - 1, %s::date[]), 1), (width_bucket(s.ends - 1, %s::date[]), -1)
            ) step (place, n) WHERE s.starts < s.ends
        )
        SELECT place, sum(n), 0, status {names} FROM steps JOIN cells USING (id)
        WHERE place < %s GROUP BY place, status {names}
        UNION ALL
        SELECT 0, count(*), (SELECT {made.distinct} FROM cells), NULL {names} FROM cells
        {"GROUP BY " + names[2:] if names else ""}
    """
    days = list(points)
    return rows(text, (*made.params, last, *held.params, days, days, len(days)))


def _course(total: int, steps: Mapping[str, Mapping[int, int]], length: int) -> Iterator[tuple[str, int, int]]:
    """Status, place and number at each point; what has no status is Not Assessed."""
    numbers: dict[str, int] = dict.fromkeys(steps, 0)
    for place in range(length):
        for status, moves in steps.items():
            numbers[status] += moves.get(place, 0)
        yield from ((status, place, int(n)) for status, n in sorted(numbers.items()) if n)
        if rest := total - sum(numbers.values()):
            yield NOT_ASSESSED, place, int(rest)
