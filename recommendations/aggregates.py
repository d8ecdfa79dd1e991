"""Aggregates: how many recommendations, dyads or mentions there are by one or two dimensions, and over time.

Each is one statement around the rows of a filter. What stood at the end of each month comes from the intervals in which
assessments held, not from a question for each month.
"""

import datetime
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from accounts.reader import Reader
from recommendations.dimensions import DIMENSIONS, Cells, cells
from recommendations.index import Verdict, disputed, score, verdict
from recommendations.querysets import utc_today
from recommendations.selection import NOT_ASSESSED
from recommendations.sql import named_leads, rows, said
from reviews.days import BEGUN, FIRST_SESSION
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
    """What the index says in each cell: of how many recommendations, of which voices, how many of them disputed.

    A cell of a voice rests on its own scores alone: what others say of the same recommendations is not its view.
    """
    held, names = said(reader), ", ".join(made.columns)
    by_voice = [name for name, dimension in zip(made.columns, made.dimensions, strict=True) if dimension == "voice"]
    keys = ", ".join(["id", *by_voice])
    own = "".join(f", {DIMENSIONS['voice'].value} AS {name}" for name in by_voice)
    latest = f"""
        WITH {made.text}, latest AS MATERIALIZED (
            SELECT DISTINCT ON (w.id, a.voice_id) w.id, a.voice_id, {score("a")} AS score {own}
            FROM picked w JOIN ({held.text}) a ON a.recommendation_id = w.id
            {"JOIN accounts_organisation o ON o.id = a.voice_id" if own else ""}
            ORDER BY w.id, a.voice_id, a.holds_from DESC, a.id DESC
        ), indexed AS (
            SELECT {keys}, avg(score) AS value, count(*) AS voices, {disputed("score")} AS disputed,
                {verdict("avg(score)")} AS verdict
            FROM latest WHERE score IS NOT NULL GROUP BY {keys}
        )
    """
    values = (*made.params, *held.params)
    verdicts = ", ".join(f"count(*) FILTER (WHERE verdict = '{each}')" for each in Verdict)
    found: dict[tuple[Any, ...], dict[str, Any]] = defaultdict(dict)
    for n, value, voices, disputes, no, partially, fully, *key in rows(
        latest
        + f"""
        SELECT count(*), round(avg(value), 4), sum(voices), count(*) FILTER (WHERE disputed), {verdicts}, {names}
        FROM cells JOIN indexed USING ({keys}) GROUP BY {names}
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
        FROM cells JOIN latest USING ({keys}) JOIN accounts_organisation o ON o.id = voice_id
        WHERE score IS NOT NULL GROUP BY o.kind, {names} ORDER BY o.kind
        """,
        values,
    ):
        one = {"kind": kind, "organisations": organisations, "n": n, "value": float(value)}
        found[tuple(key)]["index"]["by_kind"].append(one)
    return dict(found)


class Span(NamedTuple):
    """Between which days a series runs; without them, from the first assessment to the reader's day."""

    first: datetime.date | None = None
    last: datetime.date | None = None


WHOLE = Span()


def over_time(
    params: Params, reader: Reader, dimensions: Sequence[str], unit: str, period: str, span: Span = WHOLE
) -> Aggregate:
    """The composition by status at the end of each month or year, as it stood, within the cells of the dimensions.

    Each number is that of a list with `as_of` that day; the last point is the last day of the span. Two queries, one
    where the span says where to begin, which is never before the first session. Raises UnknownChoice and TooManyCells.
    """
    made = cells(params, reader, [name for name in dimensions if name != "status"], unit)
    today = reader.as_of or reader.known_on or utc_today()
    last = min(span.last or today, today)
    first = max(span.first or _first(made, reader) or last, FIRST_SESSION)
    points = list(ends(min(first, last), last, period))
    steps: dict[tuple[Any, ...], dict[str | None, dict[int, int]]] = defaultdict(lambda: defaultdict(dict))
    distinct = 0
    for place, n, ids, status, *values in _steps(made, reader, points, last):
        steps[tuple(values)][status][place] = n
        distinct = max(distinct, ids)
    shown: list[dict[str, Any]] = []
    for key, moves in steps.items():
        for status, place, n in _course(moves, len(points)):
            shown.append({"at": points[place], **made.named(key), "status": status, "n": n})
        if len(shown) > MOST_CELLS:
            raise TooManyCells
    shown.sort(key=lambda cell: cell["at"])
    return Aggregate(shown, sum(cell["n"] for cell in shown if cell["at"] == last), distinct)


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
    asked = f"""
        WITH {made.text} SELECT min(greatest(a.holds_from, b.starts)) FROM ({held.text}) a
        JOIN picked w ON w.id = a.recommendation_id JOIN ({BEGUN}) b ON b.number = w.session_number
    """
    (found,) = rows(asked, (*made.params, *held.params))[0]
    return found  # type: ignore[no-any-return]


def _steps(made: Cells, reader: Reader, points: Sequence[datetime.date], last: datetime.date) -> list[tuple[Any, ...]]:
    """How many rows take on and leave a status by each point; without a status, how many rows were made by it.

    An assessment holds until its voice's next; a lead leads until the next one; what both cover is what lists show,
    from the day on which the row's session began. The third column is how many recommendations there are at the end.
    """
    held, names = said(reader.at(as_of=last, known_on=reader.known_on)), "".join(f", {name}" for name in made.columns)
    named = named_leads(reader)
    text = f"""
        WITH {made.text}, begun AS ({BEGUN}), made AS (
            SELECT id, width_bucket(b.starts - 1, %s::date[]) AS place {names}
            FROM cells JOIN picked USING (id) JOIN begun b ON b.number = session_number
        ), led AS (
            SELECT review_id, is_sample, organisation_id, from_day AS starts,
                lead(from_day) OVER (PARTITION BY review_id, is_sample ORDER BY from_day) AS ends
            FROM ({named.text}) n WHERE from_day <= %s
        ), held AS (
            SELECT w.id, w.review_id, w.is_sample, a.voice_id, a.status, greatest(a.holds_from, b.starts) AS starts,
                lead(a.holds_from) OVER (PARTITION BY w.id, a.voice_id ORDER BY a.holds_from, a.id) AS ends
            FROM picked w JOIN ({held.text}) a ON a.recommendation_id = w.id
            JOIN begun b ON b.number = w.session_number
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
        SELECT place, count(*), (SELECT {made.distinct} FROM made WHERE place < %s), NULL {names}
        FROM made WHERE place < %s GROUP BY place {names}
    """
    days = list(points)
    return rows(text, (*made.params, days, *named.params, last, *held.params, days, days, *[len(days)] * 3))


def _course(steps: Mapping[str | None, Mapping[int, int]], length: int) -> Iterator[tuple[str, int, int]]:
    """Status, place and number at each point; of the rows made by then, what has no status is Not Assessed."""
    statuses = sorted(status for status in steps if status)
    numbers: dict[str | None, int] = dict.fromkeys(steps, 0)
    for place in range(min(min(moves) for moves in steps.values()), length):
        for status, moves in steps.items():
            numbers[status] += moves.get(place, 0)
        yield from ((status, place, int(numbers[status])) for status in statuses if numbers[status])
        if rest := numbers.get(None, 0) - sum(numbers[status] for status in statuses):
            yield NOT_ASSESSED, place, int(rest)
