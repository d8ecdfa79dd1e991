"""What the readers find in the official files of the reference data, beside what is known to be in them."""

import contextlib
import io
from collections import Counter
from collections.abc import Iterator

from benchmarks.lines import Line, at_least, exactly
from benchmarks.wg_reports import DATA, States, measure
from imports.reading import Claim, Response, same_text
from imports.sources import addendum, thematic_list, upr_info, wg_report

OFFICIAL = DATA / "official"
# Report, list of the same review, labels in both, texts that must be the same at least.
PAIRS = (
    ("A_HRC_59_15.pdf", "svn_s48_thematic_list.docx", 254, 254),
    ("A_HRC_28_15.pdf", "svn_s20_thematic_list.docx", 163, 161),
)
EXPORTS = (("10-13.csv", 9047), ("17-20.csv", 7984))


def lines() -> Iterator[Line]:
    """One line a figure; none where the reference data is not here."""
    if not OFFICIAL.is_dir():
        yield Line("the reference data (../shared/data) is not here", "skipped")
        return
    for pair in PAIRS:
        yield from _pair(*pair)
    yield from _addendum()
    with contextlib.redirect_stdout(io.StringIO()):  # `python -m benchmarks.wg_reports` prints each report
        clean, total = measure(DATA / "wg_reports", States())
    yield at_least(f"text reports read without anything odd, of {total}", clean, 35)
    for name, rows in EXPORTS:
        stream = upr_info.read(DATA / "upr_info" / name).mentions
        read = sum(1 for _mention in stream)
        accounted = read + stream.rejected + stream.passed_over.total()
        yield exactly(f"{name}: rows accounted for", accounted, rows)


def _pair(report: str, listed: str, labels: int, texts: int) -> Iterator[Line]:
    ours = {read.label: read for read in wg_report.read(OFFICIAL / report).recommendations}
    theirs = {read.label: read for read in thematic_list.read(OFFICIAL / listed).recommendations}
    both = ours.keys() & theirs.keys()
    yield exactly(
        f"{report}: labels, the same as in the list", len(both) if ours.keys() == theirs.keys() else 0, labels
    )
    same = sum(same_text(ours[label].text, theirs[label].text) for label in both)
    yield at_least(f"{report}: texts the same as in the list", same, texts)


def _addendum() -> Iterator[Line]:
    found = Counter((each.response, each.claim) for each in addendum.read(OFFICIAL / "A_HRC_59_15_Add1.pdf").positions)
    claimed = found[Response.SUPPORTED, Claim.IMPLEMENTED_OR_IN_PROCESS]
    yield exactly("A_HRC_59_15_Add1.pdf: accepted", found[Response.SUPPORTED, None], 178)
    yield exactly("A_HRC_59_15_Add1.pdf: accepted, with the undivided claim", claimed, 39)
    yield exactly("A_HRC_59_15_Add1.pdf: noted", found[Response.NOTED, None], 37)
