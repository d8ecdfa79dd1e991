"""How well the reader of Working Group reports does on real reports: `python -m benchmarks.wg_reports [FOLDER]`.

FOLDER (default: the reference data beside the project) holds `wg_reports/*.txt` with `_index.csv`, and `official/`. No
database is asked: names are looked up in fixtures/reference. A report is clean when it has no gap in its numbers, no
recommendation without a State, no name that is unknown, no page furniture in a text, no number lost, and agrees with
what the index and its own table of contents say.
"""

import csv
import os
import re
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings

if not settings.configured and "DJANGO_SETTINGS_MODULE" not in os.environ:  # run alone, not by the tests
    settings.configure(USE_I18N=False)

from imports.documents_text import lines_of
from imports.reading import Reading, ReadRecommendation, UnreadableFile, same_text, shorten
from imports.sources import thematic_list, wg_report
from imports.sources.wg_report.first_page import contents_range
from states.names import fold

PROJECT = Path(__file__).resolve().parent.parent
DATA = PROJECT.parent / "shared" / "data"
REFERENCE = PROJECT / "fixtures" / "reference"
FURNITURE = re.compile(
    r"\bGE\.[0-9]{2}-|\b[Pp]age [0-9]{1,3}\b|not been edited|original wording|as read during"
    r"|conclusions and/or recommendations|\f|\*\*|\ufffd|[\ue000-\uf8ff]"
)
LOST_NUMBER = re.compile(r"[;.)] ?[0-9]{1,3}\.(?:[0-9]{1,3}\.?)? [A-Z]")
PAIRS = {"A_HRC_59_15.pdf": "svn_s48_thematic_list.docx", "A_HRC_28_15.pdf": "svn_s20_thematic_list.docx"}


@dataclass
class Findings:
    """What is not as it should be in one report."""

    gaps: list[str] = field(default_factory=list)
    without_state: list[str] = field(default_factory=list)
    unknown_names: list[str] = field(default_factory=list)
    furniture: list[str] = field(default_factory=list)
    lost_numbers: list[str] = field(default_factory=list)
    disagreements: list[str] = field(default_factory=list)

    @property
    def clean(self) -> bool:
        """Whether nothing was found."""
        return not any(vars(self).values())


class States:
    """The names, former names and spellings of fixtures/reference."""

    def __init__(self, folder: Path = REFERENCE) -> None:
        self._codes: dict[str, str] = {}
        for name in ("states.csv", "state_aliases.csv"):
            with (folder / name).open(encoding="utf-8", newline="") as file:
                for row in csv.DictReader(file):
                    printed = [row["text"]] if "text" in row else [v for k, v in row.items() if "name" in k]
                    self._codes.update({fold(text): row["iso3"] for text in printed if text})

    def code(self, printed: str) -> str | None:
        """The ISO alpha-3 code of the State of that name."""
        return self._codes.get(fold(printed))

    def codes(self, read: ReadRecommendation) -> list[str]:
        """The codes of the recommending States in order; a name that is unknown as it is printed."""
        return [self.code(name) or name for name in read.states]


def findings(path: Path, reading: Reading, states: States, indexed: dict[str, str] | None = None) -> Findings:
    """What is odd in one report; `indexed` is its row of the index, where it has one."""
    found = Findings(gaps=list(_gaps(reading)))
    for read in reading.recommendations:
        if not read.states:
            found.without_state.append(read.label)
        found.unknown_names += [f"{read.label} {name}" for name in read.states if states.code(name) is None]
        furniture = FURNITURE.search(read.text)
        if furniture or (reading.symbol and reading.symbol in read.text):
            found.furniture.append(f"{read.label} “{furniture[0] if furniture else reading.symbol}”")
        if LOST_NUMBER.search(read.text):
            found.lost_numbers.append(read.label)
    found.lost_numbers += [str(problem.place) for problem in reading.problems if "without a number" in problem.reason]
    found.disagreements += _disagreements(path, reading, states, indexed or {})
    return found


def _gaps(reading: Reading) -> Iterator[str]:
    numbers: dict[int, set[int]] = defaultdict(set)
    for read in reading.recommendations:
        numbers[read.paragraph].add(read.number)
    for paragraph, there in numbers.items():
        yield from (f"{paragraph}.{number}" for number in range(1, max(there)) if number not in there)


def _disagreements(path: Path, reading: Reading, states: States, indexed: dict[str, str]) -> Iterator[str]:
    stated = contents_range(lines_of(path))
    outside = {read.paragraph for read in reading.recommendations}
    if stated and not outside <= set(range(stated[0], stated[1])):
        yield f"paragraphs {sorted(outside)}, the contents say {stated[0]}-{stated[1]}"
    if indexed.get("session") and int(indexed["session"]) != reading.session:
        yield f"session {reading.session}, the index says {indexed['session']}"
    named = states.code(reading.state_name or "")
    if not named or (indexed.get("state") and named != states.code(re.sub(r" \([A-Z]+\)$", "", indexed["state"]))):
        yield f"State {reading.state_name}, the index says {indexed.get('state')}"
    if indexed.get("symbol") and indexed["symbol"] != reading.symbol:
        yield f"symbol {reading.symbol}, the index says {indexed['symbol']}"


# ------------------------------------------------------------------------------------------------------ what it prints


def measure(folder: Path, states: States) -> tuple[int, int]:
    """Print one line for each text report; how many are clean, and how many there are."""
    with (folder / "_index.csv").open(encoding="utf-8", newline="") as file:
        index = {row["file"]: row for row in csv.DictReader(file)}
    clean = 0
    total = 0
    for path in sorted(folder.glob("*.txt")):
        total += 1
        try:
            reading = wg_report.read(path)
        except UnreadableFile as error:
            print(f"{path.stem:38} {error}")
            continue
        found = findings(path, reading, states, index.get(path.name))
        clean += found.clean
        print(f"{path.stem:38} {len(reading.recommendations):4}  {_lists(reading)}  {'clean' if found.clean else ''}")
        _print_findings(found, reading)
    return clean, total


def _lists(reading: Reading) -> str:
    lists: dict[str, int] = defaultdict(int)
    for read in reading.recommendations:
        lists[" ".join(filter(None, (f"{read.paragraph}.", str(read.response), str(read.claim or ""))))] += 1
    return ", ".join(f"{name} {count}" for name, count in lists.items())


def _print_findings(found: Findings, reading: Reading) -> None:
    for name, values in vars(found).items():
        if values:
            print(
                f"    {name.replace('_', ' ')}: {len(values)}: {', '.join(values[:8])}{' …' if len(values) > 8 else ''}"
            )
    for problem in reading.problems:
        print(f"    {problem.severity}: {shorten(str(problem), 150)}")


def compare(official: Path, states: States) -> None:
    """Print how far each official report agrees with OHCHR's thematic list of the same review."""
    for report, listed in PAIRS.items():
        started = time.perf_counter()
        ours = {read.label: read for read in wg_report.read(official / report).recommendations}
        seconds = time.perf_counter() - started
        theirs = {read.label: read for read in thematic_list.read(official / listed).recommendations}
        both = [(ours[label], theirs[label]) for label in theirs if label in ours]
        texts = sum(same_text(one.text, other.text) for one, other in both)
        named = [one.label for one, other in both if states.codes(one) != states.codes(other)]
        print(f"{report}: {len(ours)} labels, {len(theirs)} in {listed}, {len(both)} in both; {seconds:.1f} s")
        print(f"    same text: {texts}; same States in the same order: {len(both) - len(named)}; differing: {named}")
        for one, other in both:
            if not same_text(one.text, other.text):
                print(f"    {one.label}: {_difference(one.text, other.text)}")


def _difference(one: str, other: str) -> str:
    start = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    return f"report “…{one[max(0, start - 15) : start + 25]}”, list “…{other[max(0, start - 15) : start + 25]}”"


def main(folder: Path = DATA) -> int:
    """Print all of it. The exit code is 1 where fewer than 35 reports of 39 are clean."""
    states = States()
    clean, total = measure(folder / "wg_reports", states)
    compare(folder / "official", states)
    print(f"{clean} of {total} clean")
    return 0 if clean >= 35 else 1


if __name__ == "__main__":
    sys.exit(main(*map(Path, sys.argv[1:2])))
