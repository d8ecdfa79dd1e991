"""How the recommendations of a review stood at the end of each month: the rows of a table with a bar in each."""

import datetime
from collections import Counter
from dataclasses import dataclass, field
from itertools import pairwise

from accounts.reader import Reader
from recommendations.aggregates import over_time
from reviews.models import Review
from web import statuses
from web.tally import Tally


@dataclass
class Point:
    """How many recommendations had each status at the end of a day."""

    day: datetime.date
    counts: Counter[str | None] = field(default_factory=Counter)

    @property
    def parts(self) -> list[statuses.Part]:
        """The statuses with their numbers, in the order of every bar."""
        return statuses.composition(self.counts)


def course(review: Review, tally: Tally, reader: Reader) -> list[Point]:
    """The first month's end, those at which something had changed, and today; none where nothing did. 2 queries.

    Samples are shown only where there is nothing else, as the tally beside it says.
    """
    statuses_now = tally.statuses if tally.number else tally.sample_statuses
    if not any(statuses_now):
        return []  # nobody whom lists show has said anything that stands
    seen = Reader(as_of=reader.as_of, known_on=reader.known_on, samples=not tally.number)
    asked = {"state": [review.state.iso3], "session": [str(review.session.number)]}
    points: dict[datetime.date, Point] = {}
    for cell in over_time(asked, seen, [], "recommendation", "month").cells:
        points.setdefault(cell["at"], Point(cell["at"])).counts[cell["status"]] = cell["n"]
    found = list(points.values())
    changed = [point for before, point in pairwise(found) if before.counts != point.counts]
    if not changed:
        return []
    return list({point.day: point for point in (found[0], *changed, found[-1])}.values())
