"""Facets and aggregates at two sizes of the world: kept numbers in milliseconds, filters as a ratio of time per row.

`UPR_DATA_DIR=var/bench/1300000 python -m upr_tracker.localstack run -- python -m benchmarks.facets` measures the world
in that folder (benchmarks.world makes it) and prints one line a question: the median, the rows found, time per row.
"""

import functools
import os
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

ROUNDS = 7
# A rare, a medium and a common filter; a facet beside each leaves its own filter out.
FILTERS: dict[str, dict[str, list[str]]] = {
    "one State, one session": {"state": ["KAZ"], "session": ["48"]},
    "one State": {"state": ["KAZ"]},
    "a cycle": {"cycle": ["4"]},
    "noted": {"response": ["noted"]},
    "supported": {"response": ["supported"]},
}


def median(work: Callable[[], Any]) -> float:
    """Milliseconds, the median of some rounds after one that warms up."""
    work()
    times = []
    for _round in range(ROUNDS):
        began = time.perf_counter()
        work()
        times.append((time.perf_counter() - began) * 1000)
    return statistics.median(times)


def measure() -> None:
    """Print the lines."""
    from accounts.reader import PUBLIC
    from recommendations import counts
    from recommendations.aggregates import aggregate, over_time
    from recommendations.facets import facets_of

    size = sum(n for tag, n in counts.kept(False).items() if tag.startswith("review:"))
    line("facets of everything, from kept numbers", median(functools.partial(facets_of, {}, PUBLIC)), size)
    for name, params in FILTERS.items():
        found = facets_of(params, PUBLIC)
        rows = min(counted.total for counted in found)
        sampled = max(counted.one_in for counted in found)
        note = f", one in {sampled} counted" if sampled > 1 else ""
        line(f"facets of {name}{note}", median(functools.partial(facets_of, params, PUBLIC)), rows)
    kaz = FILTERS["one State"]
    line("one State by issue and status", median(lambda: aggregate(kaz, PUBLIC, ["issue", "status"], "recommendation")))
    line("a cycle by status", median(lambda: aggregate(FILTERS["a cycle"], PUBLIC, ["status"], "recommendation")))
    line("one State over months", median(lambda: over_time(kaz, PUBLIC, [], "recommendation", "month")))


def line(name: str, milliseconds: float, rows: int = 0) -> None:
    """One line of the table."""
    each = f"{milliseconds * 1000 / rows:8.2f} µs a row of {rows:,}" if rows else ""
    print(f"{name:55} {milliseconds:10.1f} ms {each}", flush=True)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "upr_tracker.settings")
    import django

    django.setup()
    measure()
    sys.exit(0)
