"""What stands beside a row that was read: the passage of the document that it was read from."""

from pathlib import Path

import pytest

from imports.reading import LONGEST_PASSAGE, passage_of, same_text
from imports.sources import addendum, thematic_list, wg_report
from tests.imports.official import OFFICIAL, S48, needs_official
from tests.imports.word_files import save_list


def test_passage_is_printed_line_by_line_and_not_for_ever() -> None:
    assert passage_of("  140.1  Build \n\n schools\t(Peru) ") == "140.1 Build\nschools (Peru)"
    cut = passage_of("word " * 10_000)
    assert len(cut) <= LONGEST_PASSAGE + 1
    assert cut.endswith("…")


@needs_official
def test_rows_of_a_list_and_of_a_report_come_with_their_passage() -> None:
    for source, path in ((thematic_list, S48), (wg_report, OFFICIAL / "A_HRC_59_15.pdf")):
        found = source.read(path).recommendations
        assert len(found) == 254
        assert [read.label for read in found if not read.passage.startswith(read.label)] == []
        first = found[0]
        assert same_text(first.passage[: len(first.label) + 20], f"{first.label} {first.text}"[: len(first.label) + 20])


@needs_official
def test_answers_of_an_addendum_come_with_the_paragraph_that_gives_them() -> None:
    found = addendum.read(OFFICIAL / "A_HRC_59_15_Add1.pdf").positions
    assert len(found) == 254
    assert [read.label for read in found if not read.passage] == []


@pytest.mark.parametrize("heading", ["Assessment/comments on level of implementation"])
def test_passage_of_a_list_leaves_out_what_an_organisation_wrote_into_it(tmp_path: Path, heading: str) -> None:
    headings = ("Recommendation and recommending State", "Position of the State under review", heading)
    rows = [("140.1 Build schools (Peru)", "Supported", "In progress, we hear")]
    path = save_list(tmp_path / "list.docx", rows, headings)
    [read] = thematic_list.read(path).recommendations
    assert read.comment == "In progress, we hear"
    assert read.passage == "140.1 Build schools (Peru)\nSupported"
