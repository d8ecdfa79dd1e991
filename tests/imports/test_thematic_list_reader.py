"""OHCHR's thematic list: both published layouts read in full, and each oddity answered with a place and a remedy."""

from collections import Counter
from itertools import pairwise
from pathlib import Path

import docx
import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from imports.reading import (
    Claim,
    Problem,
    Reading,
    ReadRecommendation,
    Response,
    Severity,
    UnreadableFile,
    natural_key,
    split_label,
)
from imports.sources import SOURCES, reader_for, thematic_list
from imports.sources.thematic_list.cells import read_position, read_topics, split_source_note
from tests.imports.word_files import HEADINGS, TITLE, add_table, document_xml, repack, save_list, word_file

OFFICIAL = settings.BASE_DIR.parent / "shared" / "data" / "official"
OLD_HEADINGS = ("Recommendation", "Position", "Full list of themes", "Assessment/comments on level of implementation")
EITHER = Claim.IMPLEMENTED_OR_IN_PROCESS
ROW = ("140.1 Ratify the treaty (Peru);\nSource of Position: A/HRC/1/2/Add.1 - Para.3", "Supported", "- Water", "")


def official(name: str) -> Reading:
    path = OFFICIAL / name
    if not path.exists():
        pytest.skip(f"reference data is not here: {path}")
    return thematic_list.read(path)


@pytest.fixture(scope="module")
def fourth_cycle() -> Reading:
    return official("svn_s48_thematic_list.docx")


@pytest.fixture(scope="module")
def second_cycle() -> Reading:
    return official("svn_s20_thematic_list.docx")


def by_label(reading: Reading) -> dict[str, ReadRecommendation]:
    return {read.label: read for read in reading.recommendations}


def read_rows(tmp_path: Path, *rows: tuple[str, ...], headings: tuple[str, ...] = HEADINGS) -> Reading:
    return thematic_list.read(save_list(tmp_path / "list.docx", rows, headings))


def only(reading: Reading) -> ReadRecommendation:
    (read,) = reading.recommendations
    return read


def only_problem(reading: Reading) -> Problem:
    (problem,) = reading.problems
    return problem


# ------------------------------------------------------------------------------------------------- the published lists


def test_session_48_is_read_in_full(fourth_cycle: Reading) -> None:
    assert [read.label for read in fourth_cycle.recommendations] == [f"140.{number}" for number in range(1, 255)]
    assert Counter(read.response for read in fourth_cycle.recommendations) == {"supported": 217, "noted": 37}
    assert len({read.themes[0] for read in fourth_cycle.recommendations}) == 43
    assert (fourth_cycle.state_name, fourth_cycle.session, fourth_cycle.problems) == ("Slovenia", 48, ())


def test_session_20_is_read_in_full(second_cycle: Reading) -> None:
    assert [read.label for read in second_cycle.recommendations] == [f"115.{number}" for number in range(1, 164)]
    assert Counter(read.response for read in second_cycle.recommendations) == {"supported": 142, "noted": 21}
    assert len({read.themes[0] for read in second_cycle.recommendations}) == 32
    assert (second_cycle.state_name, second_cycle.session, second_cycle.problems) == ("Slovenia", 20, ())


@pytest.mark.parametrize("name", ["fourth_cycle", "second_cycle"])
def test_no_published_row_keeps_rubbish(name: str, request: pytest.FixtureRequest) -> None:
    for read in request.getfixturevalue(name).recommendations:
        assert read.text[0].isupper(), read.label
        assert read.text[-1].isalnum() or read.text[-1] in "”)", read.label
        assert "ource of" not in read.text, read.label
        assert "  " not in read.text, read.label
        assert read.text.count("(") == read.text.count(")"), read.label
        assert read.states, read.label
        assert all(state == state.strip(" ();,") or state.endswith(" of)") for state in read.states), read.label
        assert read.response_source.startswith("A/HRC/"), read.label
        assert read.claim is None, read.label
        assert read.themes, read.label


def test_session_48_facts_row_by_row(fourth_cycle: Reading) -> None:
    read = by_label(fourth_cycle)
    eight = "Algeria, Cabo Verde, Paraguay, South Sudan, Sri Lanka, Togo, Uruguay, Bolivarian Republic of Venezuela"
    assert read["140.1"].states == tuple(eight.split(", "))
    assert read["140.1"].response is Response.NOTED
    assert read["140.7"].states == ("Maldives", "Portugal")
    assert read["140.7"].response_source == "A/HRC/59/15/Add.1 - Para.3"
    assert read["140.7"].themes[0] == "Ratification of & accession to international instruments"
    assert read["140.7"].groups == ("Public officials",)
    assert read["140.7"].goals[0] == "1 - NO POVERTY"
    assert len(read["140.7"].goals) == 8
    assert str(read["140.7"].place) == "table 1, row 3"
    assert read["140.48"].states == ("Türkiye",)
    assert read["140.70"].states == ("United Kingdom of Great Britain and Northern Ireland",)
    assert read["140.167"].states == ("Venezuela (Bolivarian Republic of)",)
    assert sum(len(each.states) for each in fourth_cycle.recommendations) == 262
    assert len({state for each in fourth_cycle.recommendations for state in each.states}) == 95


def test_session_20_facts_row_by_row(second_cycle: Reading) -> None:
    read = by_label(second_cycle)
    iran, venezuela = "Iran (Islamic Republic of)", "Venezuela (Bolivarian Republic of)"
    assert read["115.6"].states == (iran,)
    assert read["115.6"].text.endswith("(ICRMW)")
    assert read["115.8"].states == ("Senegal", "Sierra Leone", venezuela, "Peru", "Uruguay")
    assert read["115.10"].states == ("Bosnia and Herzegovina",)
    assert read["115.38"].states == ("Egypt", "Peru", "Azerbaijan")
    assert read["115.106"].states == ("Netherlands", "Bahrain")
    assert "(2009–2014)" in read["115.106"].text
    assert read["115.124"].states == ("Armenia", "Costa Rica", "Uzbekistan", "Azerbaijan")
    assert read["115.72"].states == ("the former Yugoslav Republic of Macedonia",)
    assert read["115.2"].themes[1:] == ("B32 Racial discrimination", "G1 Members of minorities")
    assert read["115.133"].groups == ("general", "women")
    assert [label for label, each in read.items() if not each.groups] == ["115.34"]  # its cell names none
    assert not any(each.goals or each.comment for each in second_cycle.recommendations)


def test_the_published_lists_are_recognised() -> None:
    for name in ("svn_s48_thematic_list.docx", "svn_s20_thematic_list.docx"):
        if not (OFFICIAL / name).exists():
            pytest.skip(f"reference data is not here: {OFFICIAL / name}")
        assert reader_for(OFFICIAL / name).NAME == "thematic_list"


# ------------------------------------------------------------------------------------------------------------ one row


def test_a_row_gives_all_its_fields(tmp_path: Path) -> None:
    topics = "- Water\n- Budget & resources\nGroups of Persons: \n- Children\n- Women & girls"
    row = ("140.7 Ratify the  treaty (Maldives) (Peru);\nSource of Position: A/HRC/1/2/Add.1 - Para.3", "Noted", topics)
    read = only(
        read_rows(tmp_path, ("Theme: Water",), (*row, "- 6 - CLEAN WATER AND SANITATION\n- 5 - GENDER EQUALITY"))
    )
    assert (read.label, read.paragraph, read.number, read.suffix) == ("140.7", 140, 7, "")
    assert (read.text, read.states) == ("Ratify the treaty", ("Maldives", "Peru"))
    assert (read.response, read.claim) == (Response.NOTED, None)
    assert read.response_source == "A/HRC/1/2/Add.1 - Para.3"
    assert read.themes == ("Water", "Budget & resources")
    assert read.groups == ("Children", "Women & girls")
    assert read.goals == ("6 - CLEAN WATER AND SANITATION", "5 - GENDER EQUALITY")
    assert (read.place.part, read.place.row) == ("table 1", 3)


def test_the_older_layout_has_comments_and_affected_persons(tmp_path: Path) -> None:
    topics = "A12 Acceptance of international norms\nB3 Equality\nAffected persons:\n- general"
    row = ("115.1 Ratify (Peru)", "Supported", topics, "Under way \n\n since  2020")
    read = only(read_rows(tmp_path, ("Theme: B3 Equality ",), row, headings=OLD_HEADINGS))
    assert read.themes == ("B3 Equality", "A12 Acceptance of international norms")
    assert (read.groups, read.goals) == (("general",), ())
    assert read.comment == "Under way\nsince 2020"


def test_spaces_left_by_conversion_are_mended(tmp_path: Path) -> None:
    read = only(read_rows(tmp_path, ("140.1 Protect asylum \u2011 seekers in Atlantis’ s care (Peru)", *ROW[1:])))
    assert read.text == "Protect asylum\u2011seekers in Atlantis’s care"


def test_recommendations_come_in_natural_order(tmp_path: Path) -> None:
    rows = [(f"140.{number} Ratify (Peru)", *ROW[1:]) for number in (10, 9, 2, 1)]
    labels = [read.label for read in read_rows(tmp_path, *rows).recommendations]
    assert labels == ["140.1", "140.2", "140.9", "140.10"]


@pytest.mark.parametrize(
    ("printed", "label", "rest"),
    [
        ("140.7 Ratify", (140, 7, ""), "Ratify"),
        (" 140.7. Ratify", (140, 7, ""), "Ratify"),
        ("140. 7Ratify", (140, 7, ""), "Ratify"),
        ("140.7a Ratify", (140, 7, "a"), "Ratify"),
        ("140.7 (b) Ratify", (140, 7, "b"), "Ratify"),
        ("140.7 bis Ratify", (140, 7, "bis"), "Ratify"),
        ("140.7 a plan", (140, 7, ""), "a plan"),
        ("140.7\u00a0Ratify", (140, 7, ""), "Ratify"),
        ("140.7\n", (140, 7, ""), ""),
        ("Ratify 140.7", None, ""),
        ("140 Ratify", None, ""),
        ("99999999.1 Ratify", None, ""),
        ("", None, ""),
    ],
)
def test_labels(printed: str, label: tuple[int, int, str] | None, rest: str) -> None:
    assert split_label(printed) == ((label, rest) if label else None)


def test_natural_order_of_labels() -> None:
    labels = ["140.10", "140.9", "140.9a", "9.1", "140.100", "140.9bis"]
    assert sorted(labels, key=natural_key) == ["9.1", "140.9", "140.9a", "140.9bis", "140.10", "140.100"]


@given(st.lists(st.text(alphabet="0123456789.a²٣ ") | st.text(), max_size=8))
def test_natural_order_holds_for_any_texts(labels: list[str]) -> None:
    keys = [natural_key(label) for label in sorted([*labels, "1" * 5000], key=natural_key)]
    assert all(first <= second for first, second in pairwise(keys))


@pytest.mark.parametrize(
    ("word", "response", "claim"),
    [
        ("Supported", Response.SUPPORTED, None),
        (" SUPPORTED. ", Response.SUPPORTED, None),
        ("Accepted", Response.SUPPORTED, None),
        ("Noted", Response.NOTED, None),
        ("Rejected", Response.NOTED, None),
        ("Not supported", Response.NOTED, None),
        ("Supported/Noted", Response.SUPPORTED_IN_PART, None),
        ("Supported / Noted", Response.SUPPORTED_IN_PART, None),
        ("Partially supported", Response.SUPPORTED_IN_PART, None),
        ("Supported in part", Response.SUPPORTED_IN_PART, None),
        ("Pending", Response.PENDING, None),
        ("Under consideration", Response.PENDING, None),
        ("Supported (already implemented)", Response.SUPPORTED, Claim.IMPLEMENTED),
        ("Supported, implemented", Response.SUPPORTED, Claim.IMPLEMENTED),
        ("Supported – in the process of implementation", Response.SUPPORTED, Claim.IN_PROCESS),
        ("Supported (being implemented)", Response.SUPPORTED, Claim.IN_PROCESS),
        ("Supported (implemented or in the process of being implemented)", Response.SUPPORTED, EITHER),
        ("Supported: already implemented / being implemented", Response.SUPPORTED, EITHER),
        ("Supported, not implemented", Response.UNKNOWN, None),
        ("Supported, implemented in part", Response.UNKNOWN, None),
        ("Insupportable", Response.UNKNOWN, None),
        ("", Response.UNKNOWN, None),
    ],
)  # fmt: skip
def test_position_words(word: str, response: Response, claim: Claim | None) -> None:
    assert read_position(word) == (response, claim)


@given(st.text())
def test_any_text_is_a_position_or_unknown(text: str) -> None:
    assert read_position(text).response in Response
    split_source_note(text)
    read_topics(text)


def test_goals_and_groups_within_one_cell_are_told_apart() -> None:
    printed = "Themes:\nWater\nSDGs:\n6 - CLEAN WATER\nAffected persons: - women\n• children\n- 5 - GENDER EQUALITY"
    assert read_topics(printed) == (("Water",), ("women", "children"), ("6 - CLEAN WATER", "5 - GENDER EQUALITY"))


def test_a_theme_with_a_colon_is_not_a_small_heading() -> None:
    assert read_topics("- Children: juvenile justice").themes == ("Children: juvenile justice",)


# ------------------------------------------------------------------------------------------------------ repeated rows


def test_a_recommendation_under_two_themes_is_one_with_both(tmp_path: Path) -> None:
    first = ("140.1 Ratify (Peru);", "Supported", "- Water\nGroups of Persons:\n- Women", "- 1 - NO POVERTY")
    again = (
        "140.1 Ratify  (Peru).",
        "Supported",
        "- Health\nGroups of Persons:\n- Men",
        "- 1 - NO POVERTY\n- 2 - ZERO HUNGER",
    )
    reading = read_rows(tmp_path, ("Theme: Water",), first, ("Theme: Health",), again)
    read = only(reading)
    assert (read.themes, read.groups) == (("Water", "Health"), ("Women", "Men"))
    assert read.goals == ("1 - NO POVERTY", "2 - ZERO HUNGER")
    assert (read.place.row, reading.problems) == (3, ())


@pytest.mark.parametrize(
    ("again", "what"),
    [
        (("140.1 Sign the treaty (Peru)", "Supported"), "text"),
        (("140.1 Ratify the treaty (Peru)", "Noted"), "position"),
        (("140.1 Ratify the treaty (Chad)", "Supported"), "list of recommending States"),
    ],
)
def test_a_repeat_that_contradicts_names_both_places(tmp_path: Path, again: tuple[str, str], what: str) -> None:
    reading = read_rows(tmp_path, ("Theme: Water",), ROW, (*again, "- Health", ""))
    problem = only_problem(reading)
    assert (problem.severity, problem.place.row) == (Severity.REJECTED, 4)
    assert what in problem.reason
    assert "table 1, row 3" in problem.reason
    assert (only(reading).states, only(reading).themes) == (("Peru",), ("Water",))


# ------------------------------------------------------------------------------------------------------------ oddities


def test_a_row_without_a_label_is_rejected_with_its_place(tmp_path: Path) -> None:
    reading = read_rows(tmp_path, ROW, ("Ratify another treaty (Peru)", "Supported", "- Water", ""))
    problem = only_problem(reading)
    assert (problem.severity, problem.value) == (Severity.REJECTED, "Ratify another treaty (Peru)")
    assert str(problem.place) == "table 1, row 3, column “Recommendation and recommending State”"
    assert only(reading).label == "140.1"


def test_a_label_without_text_is_rejected(tmp_path: Path) -> None:
    problem = only_problem(read_rows(tmp_path, ("140.1 (Peru)", "Supported", "- Water", "")))
    assert problem.severity is Severity.REJECTED
    assert "140.1 has no text" in problem.reason


def test_an_unknown_position_is_kept_as_unknown_and_said(tmp_path: Path) -> None:
    reading = read_rows(tmp_path, (ROW[0], "Perhaps", "- Water", ""))
    problem = only_problem(reading)
    assert only(reading).response is Response.UNKNOWN
    assert (problem.severity, problem.value) == (Severity.WARNING, "Perhaps")
    assert (problem.place.row, problem.column) == (2, "Position of the State under review")


def test_a_recommendation_without_states_is_kept_and_said(tmp_path: Path) -> None:
    reading = read_rows(tmp_path, ("140.1 Ratify the treaty", *ROW[1:]))
    assert (only(reading).states, only(reading).text) == ((), "Ratify the treaty")
    assert only_problem(reading).severity is Severity.WARNING


def test_a_recommendation_without_theme_is_kept_and_said(tmp_path: Path) -> None:
    reading = read_rows(tmp_path, (*ROW[:2], "", ""))
    assert only(reading).themes == ()
    assert "no theme" in only_problem(reading).reason


def test_a_missing_number_is_said(tmp_path: Path) -> None:
    reading = read_rows(tmp_path, ROW, ("140.4 Ratify (Chad)", *ROW[1:]))
    problem = only_problem(reading)
    assert (problem.severity, problem.value) == (Severity.WARNING, "140.2, 140.3")
    assert "2 numbers below 140.4" in problem.reason


def test_an_unknown_column_is_a_warning(tmp_path: Path) -> None:
    reading = read_rows(tmp_path, (*ROW, "Ministry of Justice"), headings=(*HEADINGS, "Responsible body"))
    assert only(reading).label == "140.1"
    assert (only_problem(reading).severity, only_problem(reading).value) == (Severity.WARNING, "Responsible body")


def test_columns_in_another_order_with_states_and_numbers_of_their_own(tmp_path: Path) -> None:
    headings = ("No.", "Position", "Recommending State", "Recommendation", "Source of position", "Themes", "SDGs")
    row = (
        "140.1",
        "Noted",
        "Chad, Bosnia and Herzegovina",
        "Ratify the treaty",
        "A/HRC/1/2, para. 3",
        "Water",
        "1 - NO POVERTY",
    )
    read = only(read_rows(tmp_path, row, headings=headings))
    assert (read.label, read.text, read.response) == ("140.1", "Ratify the treaty", Response.NOTED)
    assert (read.states, read.response_source) == (("Chad", "Bosnia and Herzegovina"), "A/HRC/1/2, para. 3")
    assert read.themes == ("Water",)


def test_blank_rows_and_repeated_headings_are_passed_over(tmp_path: Path) -> None:
    reading = read_rows(tmp_path, ROW, ("", " ", "", "\n"), HEADINGS, ("",))
    assert only(reading).label == "140.1"
    assert reading.problems == ()


def test_a_title_row_above_the_headings_is_passed_over(tmp_path: Path) -> None:
    path = save_list(tmp_path / "list.docx", [HEADINGS, ROW], headings=("Slovenia", "", "", ""))
    assert only(thematic_list.read(path)).label == "140.1"


def test_the_table_may_go_on_in_another_table(tmp_path: Path) -> None:
    document = docx.Document()
    add_table(document, [("Abbreviation", "Meaning")], 2)
    add_table(document, [HEADINGS, ("Theme: Water",), ROW], 4)
    add_table(document, [("140.2 Sign the treaty (Chad)", "Noted", "", "")], 4)
    add_table(document, [("Prepared by", "Nobody", "", "")], 4)
    document.save(str(tmp_path / "list.docx"))
    reading = thematic_list.read(tmp_path / "list.docx")
    second = by_label(reading)["140.2"]
    assert (second.themes, str(second.place), reading.problems) == (("Water",), "table 3, row 1", ())


def test_a_position_merged_over_two_rows_counts_for_both(tmp_path: Path) -> None:
    document = docx.Document()
    add_table(document, [HEADINGS, ROW, ("140.2 Sign the treaty (Chad)", "", "- Water", "")], 4)
    column = document.tables[0].columns[1].cells
    column[1].merge(column[2])
    document.save(str(tmp_path / "list.docx"))
    reading = thematic_list.read(tmp_path / "list.docx")
    assert [read.response for read in reading.recommendations] == [Response.SUPPORTED] * 2


def test_deleted_text_is_left_out_and_inserted_text_and_wrapped_rows_are_read(tmp_path: Path) -> None:
    """Marks of revision and content controls, which python-docx's own rows and texts get wrong."""
    path = save_list(
        tmp_path / "list.docx", [ROW, ("140.2 CHANGED treaty (Chad)", *ROW[1:]), ("140.3 GONE (Chad)", *ROW[1:])]
    )
    xml = document_xml(path).decode()
    marked = (
        "<w:r><w:t>140.2 Sign </w:t></w:r><w:del><w:r><w:delText>this </w:delText></w:r></w:del><w:ins><w:r>"
        '<w:t xml:space="preserve">the</w:t><w:noBreakHyphen/><w:t>old treaty (Chad)</w:t></w:r></w:ins>'
    ).replace("<w:t>", '<w:t xml:space="preserve">')
    xml = xml.replace("<w:r><w:t>140.2 CHANGED treaty (Chad)</w:t></w:r>", marked)
    assert marked in xml
    start = xml.rindex("<w:tr>", 0, xml.index("140.3"))
    xml = xml[:start] + "<w:tr><w:trPr><w:del/></w:trPr>" + xml[start + len("<w:tr>") :]
    start = xml.rindex("<w:tr>", 0, xml.index("140.2"))
    end = xml.index("</w:tr>", start) + len("</w:tr>")
    xml = xml[:start] + f"<w:sdt><w:sdtContent>{xml[start:end]}</w:sdtContent></w:sdt>" + xml[end:]
    reading = thematic_list.read(repack(path, {"word/document.xml": xml.encode()}))
    assert [read.label for read in reading.recommendations] == ["140.1", "140.2"]
    assert reading.recommendations[1].text == "Sign the\u2011old treaty"


@pytest.mark.parametrize(
    ("title", "state", "session"),
    [
        (TITLE, "Atlantis", 48),
        ("UPR of Slovenia (2nd Cycle – 20th session)\t\tThematic list of recommendations", "Slovenia", 20),
        (
            "UPR of Venezuela (Bolivarian Republic of) (3rd Cycle – 40th session)",
            "Venezuela (Bolivarian Republic of)",
            40,
        ),
        ("UPR of Côte d’Ivoire (3rd Cycle)", "Côte d’Ivoire", None),
        ("Universal Periodic Review of Chad (4th cycle, 45th session)", "Chad", 45),
        ("Recommendations", None, None),
        (None, None, None),
    ],
)
def test_state_and_session_are_those_the_document_states(
    tmp_path: Path, title: str | None, state: str | None, session: int | None
) -> None:
    reading = thematic_list.read(save_list(tmp_path / "list.docx", [ROW], title=title))
    assert (reading.state_name, reading.session, reading.symbol) == (state, session, None)
    assert reading.source == "thematic_list"


# ---------------------------------------------------------------------------------------------------- other documents


def test_another_table_says_what_was_looked_for_and_found(tmp_path: Path) -> None:
    path = save_list(tmp_path / "budget.docx", [("Rent", "100")], headings=("Item", "Cost"))
    with pytest.raises(UnreadableFile, match="“Recommendation” and “Position”, found “Item”, “Cost”"):
        thematic_list.read(path)
    assert not thematic_list.recognise(path)


def test_a_document_without_table_says_so(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="found no table"):
        thematic_list.read(word_file(tmp_path / "letter.docx"))


def test_a_list_without_rows_says_so(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="not one recommendation"):
        read_rows(tmp_path, ("Theme: Water",))


def test_a_table_of_answers_without_themes_is_not_taken_for_a_list_unless_named(tmp_path: Path) -> None:
    headings = ("Recommendation", "Position", "Remarks")
    path = save_list(tmp_path / "addendum.docx", [("140.1 Ratify (Peru)", "Noted", "No.")], headings)
    assert not thematic_list.recognise(path)
    assert only(reader_for(path, "thematic_list").read(path)).comment == "No."
    titled = save_list(tmp_path / "list.docx", [ROW], headings, title="Thematic list of recommendations")
    assert thematic_list.recognise(titled)


def test_the_reader_is_chosen_by_content_and_not_by_name(tmp_path: Path) -> None:
    path = save_list(tmp_path / "list.docx", [ROW]).rename(tmp_path / "upload.tmp")
    assert reader_for(path) is SOURCES["thematic_list"]


def test_an_unknown_source_is_a_mistake_of_the_caller(tmp_path: Path) -> None:
    with pytest.raises(KeyError):
        reader_for(tmp_path / "x", "crystal_ball")
