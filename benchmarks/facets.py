"""Facets at both sizes of the world: of everything from kept numbers, of a filter as time per row.

`python -m benchmarks.facets` measures them alone; `python -m benchmarks.api` does with the rest.
"""

import contextlib
import json
import urllib.request
from collections.abc import Iterator

from benchmarks.api import LARGE, SMALL, World, alone, world
from benchmarks.lines import Line, at_most

PATH = "/api/v1/recommendations/facets/"
FILTERS = ("state=KAZ", "cycle=4", "response=noted", "response=supported", "state=KAZ&status=in_progress")
KEPT_MS = 50


def lines(small: World, large: World) -> Iterator[Line]:
    """One line a figure. What one row costs may not grow with their number: work is linear in the rows found."""
    here, there = alone((small, [PATH]), (large, [PATH]))
    words = f"facets of {large.size:,}, ms (of {small.size:,}: {here.median * 1000:.0f} ms)"
    yield at_most(words, there.median * 1000, KEPT_MS)
    for asked in FILTERS:
        path = f"{PATH}?{asked}"
        here, there = alone((small, [path]), (large, [path]))
        few, many = total_of(small, path), total_of(large, path)
        ratio = (there.median / many) / (here.median / few)
        ms = f"{there.median * 1000:.0f} and {here.median * 1000:.0f} ms of {many:,} and {few:,}"
        yield at_most(f"facets of {asked}, time a row ({ms})", ratio, 1)


def total_of(one: World, path: str) -> int:
    """How many recommendations a question finds."""
    with urllib.request.urlopen(f"http://127.0.0.1:{one.ours}{path}") as response:
        return int(json.load(response)["total"])


if __name__ == "__main__":
    with contextlib.ExitStack() as stack:
        for line in lines(*(stack.enter_context(world(size)) for size in (SMALL, LARGE))):
            print(line, flush=True)
