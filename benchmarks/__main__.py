"""`make bench`: every part, one after another, on local servers of its own.

`make bench ARGS="--part imports --rows 20000"` chooses.

The exit code is 1 where an aim is not reached.
"""

import argparse
import os
import sys
from collections.abc import Callable, Iterator

import django

from benchmarks.lines import Line


def figures(_rows: int) -> Iterator[Line]:
    """What is read of the official files."""
    from benchmarks import figures

    return figures.lines()


def imports(rows: int) -> Iterator[Line]:
    """Previews and commits of large files."""
    from benchmarks import imports

    return imports.lines(rows)


def api(_rows: int) -> Iterator[Line]:
    """The API in worlds of 130,000 and 1,300,000 recommendations, which are made once."""
    from benchmarks import api

    return api.lines()


def bulk(_rows: int) -> Iterator[Line]:
    """Downloads of 130,000 recommendations."""
    from benchmarks import bulk

    return bulk.lines()


# A part is a function that takes the number of rows asked for and gives lines; Django is set up when it is called.
PARTS: dict[str, Callable[[int], Iterator[Line]]] = {"figures": figures, "imports": imports, "api": api, "bulk": bulk}


def main(arguments: list[str]) -> int:
    """Run the parts that were asked for, or all."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure, and compare with the aims.")
    parser.add_argument("--part", choices=PARTS, action="append", help="only this part; may be given several times")
    parser.add_argument("--rows", type=int, default=267_500, help="records of the generated UHRI file (267500)")
    options = parser.parse_args(arguments)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "upr_tracker.settings")
    django.setup()
    missed = 0
    for name in options.part or PARTS:
        print(f"\n{name}", flush=True)
        for line in PARTS[name](options.rows):
            print(line, flush=True)
            missed += not line.holds
    print(f"\n{missed} of the aims are not reached" if missed else "\nEvery aim is reached")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
