"""Working Group reports: the official ones against what else is known of them, and each habit on its own."""

import json
import os
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import Any

import docx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from benchmarks.wg_reports import DATA, States, findings
from imports.reading import Claim, Problem, Reading, ReadRecommendation, Response, UnreadableFile, same_text
from imports.sources import reader_for, thematic_list, wg_report
from imports.sources.wg_report.chapeaux import named_numbers, said_by
from imports.sources.wg_report.first_page import ORDINALS
from tests.imports.official import OFFICIAL, S20, S48, needs_official
from tests.imports.pdf_files import SMALL, Printed, save_pdf

REPORTS = DATA / "wg_reports"
GOLDEN = Path(__file__).parent / "golden"
EITHER = Claim.IMPLEMENTED_OR_IN_PROCESS
needs_reports = pytest.mark.skipif(not REPORTS.is_dir(), reason="the text reports (../shared/data) are not here")

FIRST_PAGE = """United Nations
A/HRC/28/10
Report of the Working Group on the Universal Periodic Review*
Atlantis
* The annex is circulated as received.
Introduction
1. The Working Group held its twentieth session from 27 October to 7 November 2014.
2. The Council selected a troika to facilitate the review of Atlantis: Chad, Cuba and Fiji.
9. The delegation thanked all who spoke.
II. Conclusions and/or recommendations"""
CLOSING = "13. All conclusions and/or recommendations contained in the present report reflect the position of others."
SUPPORTED = "10. The recommendations listed below enjoy the support of Atlantis:"


def read(tmp_path: Path, *lines: str, closing: str = CLOSING) -> Reading:
    path = tmp_path / "report.txt"
    path.write_text("\n".join([FIRST_PAGE, *lines, closing, "Annex", "10.9 Mr. Somebody (Peru);"]), encoding="utf-8")
    return wg_report.read(path)


def read_pdf(tmp_path: Path, *pages: list[Printed]) -> Reading:
    first: list[Printed] = list(FIRST_PAGE.splitlines())
    return wg_report.read(save_pdf(tmp_path / "report.pdf", [first, *pages, [CLOSING]]))


def only(reading: Reading) -> ReadRecommendation:
    (found,) = reading.recommendations
    return found


def only_problem(reading: Reading) -> Problem:
    (problem,) = reading.problems
    return problem


def texts(reading: Reading) -> dict[str, str]:
    return {found.label: found.text for found in reading.recommendations}


# -------------------------------------------------------------------------------------------------- the official PDFs


@needs_official
@pytest.mark.parametrize(
    ("report", "listed", "paragraph", "count", "same", "session"),
    [("A_HRC_59_15.pdf", S48, 140, 254, 254, 48), ("A_HRC_28_15.pdf", S20, 115, 163, 162, 20)],
)
def test_an_official_report_agrees_with_the_thematic_list(
    report: str, listed: Path, paragraph: int, count: int, same: int, session: int
) -> None:
    reading = wg_report.read(OFFICIAL / report)
    theirs = {found.label: found for found in thematic_list.read(listed).recommendations}
    labels = [f"{paragraph}.{number}" for number in range(1, count + 1)]
    assert [found.label for found in reading.recommendations] == labels
    assert sum(same_text(found.text, theirs[found.label].text) for found in reading.recommendations) >= same
    states = States()
    assert [f.label for f in reading.recommendations if states.codes(f) != states.codes(theirs[f.label])] == []
    assert {found.response for found in reading.recommendations} == {Response.PENDING}
    assert (reading.state_name, reading.session, reading.problems) == ("Slovenia", session, ())


@needs_official
def test_a_place_names_page_and_line() -> None:
    reading = wg_report.read(OFFICIAL / "A_HRC_59_15.pdf")
    places = {found.label: str(found.place) for found in reading.recommendations}
    assert places["140.10"] == "page 12, line 3"


@needs_official
def test_reports_are_told_from_what_else_is_published() -> None:
    known = {path.name: wg_report.recognise(path) for path in OFFICIAL.iterdir() if path.suffix in {".pdf", ".docx"}}
    assert {name for name, is_report in known.items() if is_report} == {"A_HRC_59_15.pdf", "A_HRC_28_15.pdf"}
    assert reader_for(OFFICIAL / "A_HRC_28_15.pdf").NAME == "wg_report"


# ------------------------------------------------------------------------------------------------- the 39 text reports


@needs_reports
def test_kazakhstan_2014_has_its_three_lists() -> None:
    reading = wg_report.read(REPORTS / "kazakhstan2014.txt")
    assert Counter((f.paragraph, f.response, f.claim) for f in reading.recommendations) == {
        (124, Response.SUPPORTED, Claim.IMPLEMENTED): 47,
        (125, Response.SUPPORTED, Claim.IN_PROCESS): 96,
        (126, Response.NOTED, None): 51,
    }
    assert (reading.state_name, reading.session, reading.symbol) == ("Kazakhstan", 20, "A/HRC/28/10")


@needs_reports
def test_kazakhstan_2010_claims_by_numbers_below_its_list() -> None:
    reading = wg_report.read(REPORTS / "kazakhstan2010.txt")
    claims = {found.number for found in reading.recommendations if found.claim is EITHER}
    assert len(claims) == 68
    assert {7, 22, 97} <= claims
    assert not claims & {1, 40, 77, 98}
    assert {found.paragraph for found in reading.recommendations if found.claim} == {95}


@needs_reports
def test_at_least_35_of_39_reports_are_clean() -> None:
    states = States()
    unclean = {p.stem for p in REPORTS.glob("*.txt") if not findings(p, wg_report.read(p), states).clean}
    assert len(list(REPORTS.glob("*.txt"))) == 39
    # Indonesia 2008 prints "(None)" for States; in Senegal 2009 one recommendation has lost its number.
    assert unclean <= {"indonesia2008", "senegal2009"}


@needs_reports
def test_all_reports_are_recognised_and_nothing_in_them_is_rejected() -> None:
    for path in REPORTS.glob("*.txt"):
        assert wg_report.recognise(path), path.name
        assert not [found for found in wg_report.read(path).problems if found.severity == "rejected"], path.name


def summary(reading: Reading) -> dict[str, Any]:
    """What a report holds, without its States: its lists, with position and how many."""
    lists = Counter((f.paragraph, str(f.response), str(f.claim or "")) for f in reading.recommendations)
    return {
        "state": States().code(reading.state_name or ""),
        "session": reading.session,
        "symbol": reading.symbol,
        "lists": [[*key, count] for key, count in sorted(lists.items())],
    }


def facts(reading: Reading) -> dict[str, Any]:
    """Labels with the codes of their States, by position: no texts."""
    states = States()
    by_position: dict[str, dict[str, str]] = {}
    for found in reading.recommendations:
        position = " ".join(filter(None, (str(found.response), str(found.claim or ""))))
        by_position.setdefault(position, {})[found.label] = " ".join(states.codes(found))
    return {**summary(reading), "recommendations": by_position}


def check_golden(name: str, found: Any) -> None:
    """Compare with the file of that name; GOLDEN=write writes it, to be reviewed as a diff."""
    path = GOLDEN / f"wg_report_{name}.json"
    printed = json.dumps(found, ensure_ascii=False, indent=1) + "\n"
    if os.environ.get("GOLDEN") == "write":
        path.write_text(printed, encoding="utf-8")
    assert json.loads(path.read_text(encoding="utf-8")) == json.loads(printed)


@needs_reports
def test_every_report_holds_the_lists_on_file() -> None:
    check_golden("summaries", {path.stem: summary(wg_report.read(path)) for path in sorted(REPORTS.glob("*.txt"))})


@needs_official
@needs_reports
@pytest.mark.parametrize(
    "name",
    ["A_HRC_59_15.pdf", "A_HRC_28_15.pdf", "kazakhstan2010.txt", "kazakhstan2014.txt", "canada2009.txt",
     "cotedivoire2014.txt", "peru2012.txt", "qatar2010.txt", "switzerland2012.txt", "uganda2011.txt"],
)  # fmt: skip
def test_labels_states_and_positions_are_those_on_file(name: str) -> None:
    path = (OFFICIAL if name.endswith(".pdf") else REPORTS) / name
    check_golden(path.stem, facts(wg_report.read(path)))


# ------------------------------------------------------------------------------------------------------- habits, alone


def test_items_numbered_within_a_paragraph_take_its_number(tmp_path: Path) -> None:
    reading = read(tmp_path, SUPPORTED, "1. Ratify it (Peru);", "2.", "Sign it (Chad);", "3. ", "keep it (Cuba).")
    assert texts(reading) == {"10.1": "Ratify it", "10.2": "Sign it", "10.3": "keep it"}


def test_an_item_may_have_the_number_of_the_next_paragraph(tmp_path: Path) -> None:
    items = [f"{number}. Do thing {number} (Peru);" for number in range(1, 12)]
    noted = "11. The following recommendations did not enjoy the support of Atlantis:"
    reading = read(tmp_path, SUPPORTED, *items, noted, "1. Stop it (Chad);")
    assert [found.label for found in reading.recommendations] == [*(f"10.{n}" for n in range(1, 12)), "11.1"]


def test_a_wrapped_line_that_begins_with_a_number_stays_text(tmp_path: Path) -> None:
    lines = [
        "10.1 Ratify the treaty of",
        "2010. It is due, as is article",
        "16.3 Of the code (Peru);",
        "10.2 Go (Chad).",
    ]
    assert texts(read(tmp_path, SUPPORTED, *lines)) == {
        "10.1": "Ratify the treaty of 2010. It is due, as is article 16.3 Of the code", "10.2": "Go",
    }  # fmt: skip


def test_furniture_in_the_middle_of_a_recommendation_is_taken_out(tmp_path: Path) -> None:
    pages: list[list[Printed]] = [
        ["A/HRC/28/10", "14 GE.14-24579", SUPPORTED, "10.1 Bring gender-", "based cases to", ("3 Not edited.", SMALL)],
        ["A/HRC/28/10", "GE.14-24579 15", "court and/or", "mediation (Peru);"],
    ]
    assert only(read_pdf(tmp_path, *pages)).text == "Bring gender-based cases to court and/or mediation"


def test_notes_and_their_marks_are_taken_out_of_text(tmp_path: Path) -> None:
    lines = [
        "10.1 Protect children3 (Peru);",
        "3 The recommendation was read as: “Do",
        "more (Peru)”.",
        "10.2 Go (Chad)4;",
    ]
    reading = read(tmp_path, SUPPORTED, "** Conclusions and recommendations have not been edited.", *lines)
    assert texts(reading) == {"10.1": "Protect children", "10.2": "Go"}
    assert [found.states for found in reading.recommendations] == [("Peru",), ("Chad",)]


def test_a_number_that_lost_its_line_end_is_found(tmp_path: Path) -> None:
    reading = read(tmp_path, SUPPORTED, "10.1 Ratify it (Peru) 10.2 Sign it (Chad);", "10.3 Keep it (Cuba).")
    assert texts(reading) == {"10.1": "Ratify it", "10.2": "Sign it", "10.3": "Keep it"}


def test_a_first_number_within_the_chapeau_is_found(tmp_path: Path) -> None:
    reading = read(tmp_path, SUPPORTED + " 10.1 Ratify it (Peru);", "10.2 Sign it (Chad).")
    assert texts(reading) == {"10.1": "Ratify it", "10.2": "Sign it"}
    assert {found.response for found in reading.recommendations} == {Response.SUPPORTED}


def test_a_list_whose_chapeau_has_lost_its_number_is_a_list_of_its_own(tmp_path: Path) -> None:
    reading = read(tmp_path, SUPPORTED, "10.1 Ratify it (Peru);", "11.1 Sign it (Chad);", "11.2 Keep it (Cuba).")
    assert [(f.label, f.response) for f in reading.recommendations] == [
        ("10.1", "supported"), ("11.1", "unknown"), ("11.2", "unknown"),
    ]  # fmt: skip
    assert "does not say what the State answers" in only_problem(reading).reason


def test_an_item_printed_late_belongs_to_its_own_paragraph(tmp_path: Path) -> None:
    noted = "11. The recommendations below did not enjoy the support of Atlantis:"
    lines = ["10.1 One (Peru);", "10.3 Three (Peru);", noted, "10.2 Two (Chad);", "11.1 Four (Cuba)."]
    reading = read(tmp_path, SUPPORTED, *lines)
    assert [(f.label, f.response) for f in reading.recommendations] == [
        ("10.1", "supported"), ("10.2", "supported"), ("10.3", "supported"), ("11.1", "noted"),
    ]  # fmt: skip


def test_a_line_without_a_number_after_a_whole_recommendation_is_pointed_at(tmp_path: Path) -> None:
    reading = read(tmp_path, SUPPORTED, "10.1 Ratify it (Peru);", "Sign it (Chad);")
    assert only(reading).states == ("Peru", "Chad")
    assert "without a number" in only_problem(reading).reason
    assert str(only_problem(reading).place) == "line 13 of the file"


def test_a_gap_is_named(tmp_path: Path) -> None:
    problem = only_problem(read(tmp_path, SUPPORTED, "10.1 One (Peru);", "10.4 Four (Peru)."))
    assert (problem.value, problem.severity) == ("10.2, 10.3", "warning")


def test_a_number_that_stands_twice_is_rejected_the_second_time(tmp_path: Path) -> None:
    reading = read(tmp_path, SUPPORTED, "10.1 One (Peru);", "10.1 Other (Chad);")
    assert only(reading).text == "One"
    assert (only_problem(reading).severity, only_problem(reading).value) == ("rejected", "10.1 Other")


@pytest.mark.parametrize("printed", ["10.1 Ratify it;", "10.1 Ratify it (None);"])
def test_a_recommendation_without_a_state_is_kept_and_pointed_at(tmp_path: Path, printed: str) -> None:
    reading = read(tmp_path, SUPPORTED, printed)
    assert only(reading).states == ()
    assert "names no recommending State" in only_problem(reading).reason


def test_states_in_mid_sentence_count_where_the_report_names_them_elsewhere(tmp_path: Path) -> None:
    lines = ["10.1 Sign (Peru) or ratify (chad) it (ICRMW) (Cuba);", "10.2 Go (Chad, Peru);", "10.3 See (Cuba (Chad);"]
    assert [found.states for found in read(tmp_path, SUPPORTED, *lines).recommendations] == [
        ("Peru", "Chad", "Cuba"), ("Chad", "Peru"), ("Cuba", "Chad"),
    ]  # fmt: skip


def test_a_chapeau_and_the_closing_paragraph_are_no_recommendations(tmp_path: Path) -> None:
    chapeau = "10. Atlantis should note that the recommendations below (of Peru and Chad) enjoy its support (Peru):"
    closing = "11. " + CLOSING[4:] + " (Peru)."
    reading = read(tmp_path, chapeau, "10.1 Ratify it (Peru);", closing, "11.1 Nothing (Peru);")
    assert texts(reading) == {"10.1": "Ratify it"}


def test_conclusions_agreed_with_the_state_are_left_out(tmp_path: Path) -> None:
    lines = [
        "10. In the discussion, the following conclusions were made:",
        "1. All was well (Peru).",
        SUPPORTED[:1] + "1" + SUPPORTED[2:],
    ]
    reading = read(tmp_path, *lines, "1. Ratify it (Peru).")
    assert texts(reading) == {"11.1": "Ratify it"}
    assert "conclusions, not recommendations" in only_problem(reading).reason


# ----------------------------------------------------------------------------------------------- what the State answers


ENJOY = "The recommendations below enjoy the support of X"
REFUSE = "The recommendations below did not enjoy the support of X"


@pytest.mark.parametrize(
    ("chapeau", "response", "claim"),
    [
        (ENJOY, "supported", None),
        ("The recommendations have been examined by X and enjoy its support:", "supported", None),
        (f"{ENJOY}, which considers that they are already implemented", "supported", "implemented"),
        (f"{ENJOY}, which considers that they are in the process of implementation", "supported", "in_process"),
        (f"{ENJOY} and have been implemented or are in the process of it", "supported", EITHER),
        (f"{ENJOY}. X sent its views on those noted in the report in paragraph 19:", "supported", None),
        ("The following recommendations enjoy partial support of X:", "supported_in_part", None),
        ("The following recommendations are accepted in part by X:", "supported_in_part", None),
        (REFUSE, "noted", None),
        (f"{REFUSE} and would thus be noted:", "noted", None),
        ("X considers that the recommendations below cannot be accepted:", "noted", None),
        ("The following recommendations were rejected by X:", "noted", None),
        ("The following recommendations have been noted by X:", "noted", None),
        ("They will be examined by X, which will provide responses in due time:", "pending", None),
        ("The recommendations have been examined by X and the following will be examined:", "pending", None),
        ("In the discussion, the following recommendations were made to X:", "unknown", None),
    ],
)
def test_a_chapeau_says_position_and_claim(chapeau: str, response: str, claim: str | None) -> None:
    assert said_by(chapeau) == (response, claim)


def test_an_answer_below_a_list_counts_for_it(tmp_path: Path) -> None:
    made, answer = "10. The following recommendations were made to Atlantis:", "11. Atlantis has noted these "
    items = ["1. Ratify it (Peru);", "2. Sign it (Chad)."]
    reading = read(tmp_path, made, *items, answer + "recommendations for consideration and response in due time.")
    assert {found.response for found in reading.recommendations} == {Response.PENDING}
    assert reading.problems == ()
    silent = read(tmp_path, made, *items)
    assert {found.response for found in silent.recommendations} == {Response.UNKNOWN}
    assert "does not say what the State answers" in only_problem(silent).reason


def test_a_claim_below_a_list_counts_for_all_or_for_the_numbers_named(tmp_path: Path) -> None:
    items = [SUPPORTED, "1. One (Peru);", "2. Two (Peru);", "3. Three (Peru);", "4. Four (Peru)."]
    named = "11. Atlantis considers that recommendations Nos. 1 and 3 to 9 above have already been implemented."
    reading = read(tmp_path, *items, named)
    assert [found.number for found in reading.recommendations if found.claim] == [1, 3, 4]
    assert [problem.value for problem in reading.problems] == ["10.5", "10.6", "10.7", "10.8", "10.9"]
    both = "11. Atlantis considers the recommendations listed above are either already implemented or in process of it."
    assert [found.claim for found in read(tmp_path, *items, both).recommendations] == [EITHER] * 4


@pytest.mark.parametrize(
    ("sentence", "numbers"),
    [
        ("recommendations Nos. 7, 8 and 97 above", ("7", "8", "97")),
        ("recommendations Nos. 26 and 40 above", ("26", "40")),
        ("recommendation No. 3 above", ("3",)),
        ("recommendations Nos. 10.2–10.4, 10.7", ("10.2", "10.3", "10.4", "10.7")),
        ("recommendations in paragraph 19 (a)", ()),
    ],
)
def test_numbers_named_in_a_sentence(sentence: str, numbers: tuple[str, ...]) -> None:
    assert named_numbers(sentence) == numbers


def test_answers_to_recommendations_that_stand_elsewhere_are_told_of(tmp_path: Path) -> None:
    remark = (
        "11. The recommendations noted in the report in paragraphs 5 (a) and 6 did not enjoy the support of Atlantis."
    )
    reading = read(tmp_path, SUPPORTED, "10.1 Ratify it (Peru).", remark)
    assert only(reading).response is Response.SUPPORTED
    assert "unnumbered in another part" in only_problem(reading).reason


# ------------------------------------------------------------------------------------------------------ the first page


def test_the_first_page_gives_state_session_and_symbol(tmp_path: Path) -> None:
    reading = read(tmp_path, SUPPORTED, "10.1 Ratify it (Peru).")
    assert (reading.state_name, reading.session, reading.symbol, reading.source) == (
        "Atlantis",
        20,
        "A/HRC/28/10",
        "wg_report",
    )


def test_ordinals_reach_beyond_the_last_session() -> None:
    words = ("first", "twelfth", "nineteenth", "twentieth", "forty-eighth", "sixty-second")
    assert [ORDINALS[word] for word in words] == [1, 12, 19, 20, 48, 62]


def test_a_word_report_is_read(tmp_path: Path) -> None:
    document = docx.Document()
    for text in [
        *FIRST_PAGE.splitlines(),
        SUPPORTED,
        "10.1\tRatify it (Peru);",
        "10.2\tSign it:",
        "(a) now (Chad).",
        CLOSING,
    ]:
        document.add_paragraph(text)
    document.save(str(tmp_path / "report.docx"))
    assert reader_for(tmp_path / "report.docx").NAME == "wg_report"
    assert texts(wg_report.read(tmp_path / "report.docx")) == {"10.1": "Ratify it", "10.2": "Sign it: (a) now"}


# ---------------------------------------------------------------------------------------------------- other documents


def test_an_addendum_is_not_taken_for_a_report(tmp_path: Path) -> None:
    path = tmp_path / "addendum.txt"
    path.write_text(FIRST_PAGE.replace("Atlantis\n", "Atlantis\nAddendum\n", 1), encoding="utf-8")
    assert not wg_report.recognise(path)


def test_a_document_without_the_part_says_so(tmp_path: Path) -> None:
    path = tmp_path / "letter.txt"
    path.write_text("Dear Sir or Madam, we thank you.", encoding="utf-8")
    with pytest.raises(UnreadableFile, match=r"letter\.txt.*no part “Conclusions and/or recommendations”"):
        wg_report.read(path)
    assert not wg_report.recognise(path)


def test_a_part_without_recommendations_says_so(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="not one numbered recommendation"):
        read(tmp_path, SUPPORTED)


@needs_reports
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_no_mutation_of_a_real_report_gives_another_error(tmp_path: Path, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(["kazakhstan2014", "canada2009", "uganda2011", "srilanka2008"]))
    lines = (REPORTS / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    start, end = sorted(data.draw(st.tuples(*[st.integers(0, len(lines))] * 2)))
    match data.draw(st.sampled_from(["cut", "shuffle", "insert", "drop", "join", "none"])):
        case "cut":
            lines = lines[start:end]
        case "shuffle":
            lines[start:end] = data.draw(st.permutations(lines[start : min(end, start + 200)]))
        case "insert":
            lines.insert(start, data.draw(st.text() | st.sampled_from(["\0", "140.1", "(((", "1.", "999.999 A (B)"])))
        case "drop":
            del lines[start:end:2]
        case "join":
            lines[start:end] = ["".join(lines[start:end])]
    packed = "\n".join(lines).encode(errors="replace")
    (tmp_path / "a.txt").write_bytes(packed[: data.draw(st.integers(0, len(packed)))])
    with suppress(UnreadableFile):
        for found in wg_report.read(tmp_path / "a.txt").recommendations:
            assert found.text
            assert found.label == f"{found.paragraph}.{found.number}{found.suffix}"


@pytest.mark.parametrize(
    "lines", [["a"], ["10.1 A"], ["1. A (Peru);"], ["x 10.1 A (Peru);", "10.2 B"], ["(Peru);", "B)"]]
)
def test_very_many_lines_take_no_unreasonable_time(tmp_path: Path, lines: list[str]) -> None:
    with suppress(UnreadableFile):
        read(tmp_path, SUPPORTED, "10.1 One (Peru);", *lines * 20_000)  # a quadratic road would take many minutes


def test_a_wrong_number_in_the_contents_does_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "report.txt"
    contents = "II. Conclusions and/or recommendations .......... 16–19 14"
    lines = [FIRST_PAGE.replace("Introduction", contents, 1), SUPPORTED, "10.1 Ratify it (Peru).", CLOSING]
    path.write_text("\n".join(lines), encoding="utf-8")
    assert texts(wg_report.read(path)) == {"10.1": "Ratify it"}


def test_a_long_line_takes_no_unreasonable_time(tmp_path: Path) -> None:
    for piece in ("(", "10.1 ", "recommendations in ", "(Peru) ", "1. A ", "conclusions and ", "enjoy, "):
        with suppress(UnreadableFile):
            read(tmp_path, SUPPORTED, "10.1 " + piece * 20_000, piece * 20_000)
