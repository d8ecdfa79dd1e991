"""Addenda: the official one in full, and each habit of saying what a State answers on its own."""

import json
import os
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import Any

import docx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from imports.reading import Claim, Reading, Response, UnreadableFile
from imports.sources import addendum, reader_for, wg_report
from tests.imports.official import OFFICIAL, needs_official
from tests.imports.pdf_files import Printed, save_pdf
from tests.imports.word_files import add_table

ADDENDUM = OFFICIAL / "A_HRC_59_15_Add1.pdf"
GOLDEN = Path(__file__).parent / "golden" / "addendum_A_HRC_59_15_Add1.json"
EITHER = Claim.IMPLEMENTED_OR_IN_PROCESS

COVER = """United Nations A/HRC/28/10/Add.1
Report of the Working Group on the Universal Periodic Review*
Atlantis
Addendum
Views on conclusions and/or recommendations, voluntary commitments and replies presented by the State under review
1. Atlantis thanks the twentieth session of the Working Group."""


def read(tmp_path: Path, *lines: str) -> Reading:
    path = tmp_path / "answers.txt"
    path.write_text("\n".join(lines), encoding="utf-8")
    return addendum.read(path)


def answers(reading: Reading) -> dict[str, str]:
    return {
        found.label: " ".join(filter(None, (str(found.response), str(found.claim or ""))))
        for found in reading.positions
    }


def explained(reading: Reading) -> dict[str, str]:
    return {found.label: found.explanation for found in reading.positions if found.explanation}


def problems(reading: Reading) -> list[tuple[str, str]]:
    return [(found.value, str(found.severity)) for found in reading.problems]


# ----------------------------------------------------------------------------------------------- the official addendum


@pytest.fixture(scope="module")
def official() -> Reading:
    return addendum.read(ADDENDUM)


@needs_official
def test_the_official_addendum_answers_all_254(official: Reading) -> None:
    assert [found.label for found in official.positions] == [f"140.{number}" for number in range(1, 255)]
    assert Counter((found.response, found.claim) for found in official.positions) == {
        (Response.SUPPORTED, None): 178,
        (Response.SUPPORTED, EITHER): 39,
        (Response.NOTED, None): 37,
    }
    assert official.printed_totals == {"total": 254, "supported": 217, "noted": 37}
    assert (official.state_name, official.session, official.symbol) == ("Slovenia", None, "A/HRC/59/15/Add.1")


@needs_official
def test_the_official_addendum_explains_83(official: Reading) -> None:
    prose = explained(official)
    assert len(prose) == 83
    noted = {found.label for found in official.positions if found.response is Response.NOTED}
    assert noted - prose.keys() == {"140.28"}  # it is between "140.22-25" and "140.30"
    assert prose["140.85"] == prose["140.87"] != prose["140.81"]
    assert "140.86" not in prose
    assert prose["140.120"] == prose["140.209"]
    assert not [text for text in prose.values() if "A/HRC" in text or not text.endswith(".")]
    assert len(prose["140.62"].split()) == 110  # over two paragraphs
    assert len(prose["140.229"].split()) == 78  # to the end of its page


@needs_official
def test_the_official_addendum_has_four_explanations_under_another_answer(official: Reading) -> None:
    assert [value for value, severity in problems(official) if severity == "warning"] == [
        "140.132, 140.133, 140.134, 140.135, 140.136, 140.137",
        "140.210",
        "140.73",
        "140.241",
    ]
    assert len(official.problems) == 4


@needs_official
def test_a_position_names_its_paragraph_and_page(official: Reading) -> None:
    found = {position.label: (position.paragraph, str(position.place)) for position in official.positions}
    assert found["140.7"] == ("para. 3", "page 2, line 12")
    assert found["140.253"] == ("para. 5", "page 5, line 45")


@needs_official
def test_positions_and_claims_are_those_on_file(official: Reading) -> None:
    by_answer: dict[str, list[str]] = {}
    for label, answer in answers(official).items():
        by_answer.setdefault(answer, []).append(label)
    found: dict[str, Any] = {
        "state": official.state_name,
        "symbol": official.symbol,
        "totals": official.printed_totals,
        "positions": {answer: " ".join(numbers) for answer, numbers in by_answer.items()},
        "explained": " ".join(explained(official)),
    }
    printed = json.dumps(found, ensure_ascii=False, indent=1) + "\n"
    if os.environ.get("GOLDEN") == "write":
        GOLDEN.write_text(printed, encoding="utf-8")
    assert json.loads(GOLDEN.read_text(encoding="utf-8")) == found


@needs_official
def test_an_addendum_is_told_from_what_else_is_published() -> None:
    known = {path.name: reader_for(path).NAME for path in OFFICIAL.iterdir() if "DEC" not in path.name}
    assert {name for name, source in known.items() if source == "addendum"} == {ADDENDUM.name}
    assert not wg_report.recognise(ADDENDUM)
    others = [path for path in OFFICIAL.parent.rglob("*.*") if path.name != ADDENDUM.name and path.suffix != ".csv"]
    assert [path.name for path in others if path.parent.name != "upr_info" and addendum.recognise(path)] == []


# ------------------------------------------------------------------------------------------------------ the sentences


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("Atlantis accepts 140.1 and 140.2, and notes 140.3.", "supported supported noted"),
        ("Recommendations 140.1–140.2 enjoy our support, 140.3 is noted.", "supported supported noted"),
        ("140.1 and 140.2 are not accepted. The State supports 140.3.", "noted noted supported"),
        ("Accepted: 140.1, 140.2 Noted: 140.3", "supported supported noted"),
        ("It supports 140.1 on jails, 140.2 on boats; it cannot accept 140.3.", "supported supported noted"),
        ("It partially accepts 140.1-2; it takes note of 140.3.", "supported_in_part supported_in_part noted"),
        ("The Government does not support recommendations 140.1 to 140.3.", "noted noted noted"),
        ("Recommendations 140.1, 140.2 and 140.3, relating to the sea, are noted.", "noted noted noted"),
        ("140.1 – supported; 140.2 and 140.3 – noted.", "supported noted noted"),
        (
            "It partially accepts 140.1. The rest, 140.2-3, are fully supported.",
            "supported_in_part supported supported",
        ),
        ("140.1 140.2 140.3: accepted", "supported supported supported"),
        ("It accepts those in paragraphs 140.1, 140.2 (99.9% of boats) and 140.3.", "supported supported supported"),
    ],
)
def test_sentences(tmp_path: Path, sentence: str, expected: str) -> None:
    reading = read(tmp_path, sentence)
    assert list(answers(reading).values()) == expected.split()
    assert not reading.problems


def test_a_claim_in_a_sentence_of_its_own_joins_the_answer(tmp_path: Path) -> None:
    reading = read(tmp_path, "Atlantis accepts 140.1 to 140.4. Of these, 140.2 and 140.3 have been implemented.")
    assert answers(reading) == {
        "140.1": "supported",
        "140.2": "supported implemented",
        "140.3": "supported implemented",
        "140.4": "supported",
    }


def test_a_sentence_torn_between_two_answers_is_reported(tmp_path: Path) -> None:
    reading = read(tmp_path, "Atlantis accepts 140.1 and 140.2 is noted.", "It notes 140.3.")
    assert answers(reading) == {"140.3": "noted"}
    assert ("140.1 and 140.2 is noted.", "rejected") in problems(reading)


def test_two_answers_in_one_breath_are_reported(tmp_path: Path) -> None:
    reading = read(tmp_path, "Accepted (first part) and noted (second part): 140.1", "It notes 140.3.")
    assert answers(reading) == {"140.3": "noted"}
    assert ("140.1", "rejected") in problems(reading)


def test_all_except_is_reported_and_not_guessed(tmp_path: Path) -> None:
    reading = read(tmp_path, "It accepts all recommendations except 140.3.", "It notes 140.3.")
    assert answers(reading) == {"140.3": "noted"}
    assert problems(reading) == [("140.3.", "rejected")]


def test_an_answer_to_all_without_numbers_is_reported(tmp_path: Path) -> None:
    reading = read(tmp_path, "2. Atlantis supports all recommendations.", "3. Atlantis notes 140.3 and 140.4.")
    assert answers(reading) == {"140.3": "noted", "140.4": "noted"}
    assert problems(reading) == [("Atlantis supports all recommendations.", "warning")]


# ------------------------------------------------------------------------------------------------- headings and items


def test_headings_answer_for_the_items_under_them(tmp_path: Path) -> None:
    reading = read(
        tmp_path,
        "I. Accepted recommendations",
        "A. Rights of women",
        "140.1 Ratify the convention (Spain);",
        "140.2 Accept the inquiry procedure (Chad, Fiji);",
        "B. Rights of the child",
        "140.3 Protect them (Peru)",
        "II. Noted",
        "140.4 Abolish it (Cuba)",
        "140.5 Prohibit it (France). The law does.",
    )
    assert list(answers(reading).values()) == ["supported"] * 3 + ["noted"] * 2
    assert explained(reading) == {"140.5": "The law does."}


def test_a_heading_gives_its_claim_to_the_list_below(tmp_path: Path) -> None:
    reading = read(
        tmp_path,
        "II. Recommendations that are accepted and which Atlantis considers already",
        "implemented or in the process of implementation",
        "4. The Government accepts recommendations 140.1, 140.3,",
        "140.4. 140.5 and informs:",
        "140.3-4",
        "Atlantis has a law (see 140.1-2).",
    )
    assert answers(reading) == {f"140.{number}": f"supported {EITHER}" for number in (1, 3, 4, 5)}
    assert explained(reading) == dict.fromkeys(["140.3", "140.4"], "Atlantis has a law (see 140.1-2).")
    assert ("140.2", "warning") in problems(reading)  # named in an explanation only


def test_a_sentence_announces_a_list(tmp_path: Path) -> None:
    reading = read(
        tmp_path,
        "The following recommendations enjoy the support of Atlantis:",
        "140.1, 140.2,",
        "140.3 and 140.5",
        "The following recommendations are noted:",
        "140.4; 140.6-8",
        "Recommendation 140.4: The Constitution forbids it.",
        "Recommendations 140.6 and 140.7: These would need a law.",
    )
    assert [answer == "noted" for answer in answers(reading).values()] == [0, 0, 0, 1, 0, 1, 1, 1]
    assert list(explained(reading)) == ["140.4", "140.6", "140.7"]
    assert not reading.problems


def test_items_answer_for_themselves(tmp_path: Path) -> None:
    reading = read(
        tmp_path,
        "Recommendation 140.1: Accepted.",
        "Recommendation 140.2 – Noted. The law forbids it, see 140.1.",
        "Recommendations 140.3 and 140.4: Partially accepted. We will look.",
        "Recommendation 140.5: Accepted, already implemented.",
        "2. Recommendation 140.6",
        "Atlantis cannot accept this recommendation. It has no coast.",
        "140.9 Atlantis accepts.",
        "Recommendation 140.9 has already been implemented.",
        "3. Recommendations 140.7 and 140.8 do not enjoy the support of Atlantis, which has no coast.",
    )
    assert list(answers(reading).values()) == [
        "supported",
        "noted",
        "supported_in_part",
        "supported_in_part",
        "supported implemented",
        "noted",
        "noted",
        "noted",
        "supported implemented",
    ]
    assert explained(reading)["140.2"].startswith("The law forbids it")
    assert explained(reading)["140.6"].endswith("It has no coast.")
    assert "140.1" not in explained(reading)


def test_prose_on_a_number_is_no_answer_to_it(tmp_path: Path) -> None:
    reading = read(
        tmp_path,
        "Atlantis notes 140.1 to 140.3.",
        "With regard to recommendation 140.1, Atlantis supports international efforts.",
        "140.2",
        "Atlantis supports what others do and accepted a visit, as under 140.9.",
    )
    assert answers(reading) == dict.fromkeys(["140.1", "140.2", "140.3"], "noted")
    assert list(explained(reading)) == ["140.1", "140.2"]
    assert problems(reading) == [("140.9", "warning")]


def test_an_item_without_any_answer_is_rejected(tmp_path: Path) -> None:
    reading = read(tmp_path, "Atlantis notes 140.1.", "140.2: Atlantis has no coast.")
    assert answers(reading) == {"140.1": "noted"}
    assert problems(reading) == [("140.2", "rejected")]


def test_another_heading_ends_an_answer(tmp_path: Path) -> None:
    reading = read(tmp_path, "I. Noted recommendations", "140.1 Do (Peru)", "II. Pledges", "140.2 Go on (Chad)")
    assert answers(reading) == {"140.1": "noted"}
    assert problems(reading) == [("140.2", "rejected")]


# ------------------------------------------------------------------------------------------------------- what is wrong


def test_the_same_answer_twice_is_once(tmp_path: Path) -> None:
    reading = read(tmp_path, "Atlantis accepts 140.1, 140.2, 140.1.", "Atlantis accepts 140.2.")
    assert answers(reading) == {"140.1": "supported", "140.2": "supported"}
    assert not reading.problems


def test_two_answers_name_both_places_and_neither_is_taken(tmp_path: Path) -> None:
    reading = read(tmp_path, "Atlantis accepts 140.1, 140.2 and 140.3.", "", "Atlantis notes 140.2.")
    assert answers(reading) == {"140.1": "supported", "140.3": "supported"}
    problem = reading.problems[0]
    assert (str(problem.place), problem.value, str(problem.severity)) == ("line 3 of the file", "140.2", "rejected")
    assert "line 1 of the file" in problem.reason


def test_totals_that_do_not_agree_are_reported(tmp_path: Path) -> None:
    reading = read(
        tmp_path,
        "2. Atlantis received 12 recommendations, of which 9 are supported and 2 noted. In the previous review it "
        "received 90 recommendations.",
        "3. Atlantis accepts recommendations 140.1 to 140.9.",
        "4. Atlantis notes recommendations 140.10 and 140.11.",
    )
    assert reading.printed_totals == {"total": 12, "supported": 9, "noted": 2}
    assert problems(reading) == [("total: 12", "warning")]


def test_missing_numbers_are_reported(tmp_path: Path) -> None:
    reading = read(tmp_path, "Atlantis accepts 140.1, 140.4 and 141.1.")
    assert problems(reading) == [("140.2, 140.3", "warning")]


def test_what_answers_nothing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="answers to no numbered recommendation"):
        read(tmp_path, *COVER.splitlines(), "2. Atlantis accepts most of them.")


# ------------------------------------------------------------------------------------------------------- kinds of file


def test_a_cover_names_state_session_and_symbol(tmp_path: Path) -> None:
    reading = read(tmp_path, *COVER.splitlines(), "2. Atlantis notes 95.1 and 95.2.")
    assert (reading.state_name, reading.session, reading.symbol) == ("Atlantis", 20, "A/HRC/28/10/Add.1")
    assert addendum.recognise(tmp_path / "answers.txt")
    assert not wg_report.recognise(tmp_path / "answers.txt")


def test_pasted_prose_is_recognised_by_its_answers(tmp_path: Path) -> None:
    reading = read(tmp_path, "Atlantis supports recommendations 140.7, 140.8–140.10. 12. It notes 140.11.")
    assert answers(reading) == {f"140.{n}": "noted" if n == 11 else "supported" for n in range(7, 13)}
    assert reader_for(tmp_path / "answers.txt").NAME == "addendum"


def test_a_pdf_is_read_over_pages_and_wrapped_lines(tmp_path: Path) -> None:
    first: list[Printed] = [*COVER.splitlines(), "2. The Government accepts recommendations 140.1, 140.2."]
    second: list[Printed] = [
        "A/HRC/28/10/Add.1",
        "140.3, 140.4,",
        "140.5.",
        "II. Noted",
        "140.6",
        "It has no",
        "coast.",
    ]
    reading = addendum.read(save_pdf(tmp_path / "a.pdf", [first, second]))
    assert list(answers(reading).values()) == ["supported"] * 5 + ["noted"]
    assert explained(reading) == {"140.6": "It has no coast."}
    assert str(reading.positions[0].place).startswith("page 1")


def word(tmp_path: Path, rows: list[list[str]], *before: str) -> Reading:
    document = docx.Document()
    for text in before:
        document.add_paragraph(text)
    add_table(document, rows, max(map(len, rows)))
    document.save(str(tmp_path / "a.docx"))
    assert addendum.recognise(tmp_path / "a.docx")
    return addendum.read(tmp_path / "a.docx")


def test_a_table_of_rows(tmp_path: Path) -> None:
    reading = word(
        tmp_path,
        [
            ["Recommendation", "Position", "Comment"],
            ["140.1 Ratify it (Chad)", "Accepted", ""],
            ["140.2 Accept it (Peru)", "Noted", "Atlantis has no coast, see 140.1."],
            ["140.3, 140.4", "Partially accepted", "In time."],
        ],
    )
    assert list(answers(reading).values()) == ["supported", "noted", "supported_in_part", "supported_in_part"]
    assert list(explained(reading).items())[:1] == [("140.2", "Atlantis has no coast, see 140.1.")]
    assert str(reading.positions[1].place) == "table 1, row 3"
    assert not reading.problems


def test_a_table_of_columns(tmp_path: Path) -> None:
    reading = word(
        tmp_path,
        [["Accepted", "Noted", "Accepted, already implemented"], ["140.1, 140.2", "140.4-6", "140.3"]],
        "Atlantis answers:",
    )
    assert answers(reading) == {
        "140.1": "supported",
        "140.2": "supported",
        "140.3": "supported implemented",
        "140.4": "noted",
        "140.5": "noted",
        "140.6": "noted",
    }


def test_a_table_of_ticks(tmp_path: Path) -> None:
    reading = word(
        tmp_path,
        [["No.", "Accepted", "Noted", "Remarks"], ["140.1", "X", "", ""], ["140.2", "", "✓", "Atlantis has no coast."]],
    )
    assert answers(reading) == {"140.1": "supported", "140.2": "noted"}
    assert explained(reading) == {"140.2": "Atlantis has no coast."}


def test_paragraphs_of_a_word_document(tmp_path: Path) -> None:
    document = docx.Document()
    for text in ("Supported recommendations", "140.1, 140.2", "Noted recommendations", "140.3", "It has", "No coast."):
        document.add_paragraph(text)
    document.save(str(tmp_path / "a.docx"))
    reading = addendum.read(tmp_path / "a.docx")
    assert list(answers(reading).values()) == ["supported", "supported", "noted"]
    assert explained(reading) == {"140.3": "It has\nNo coast."}


# ----------------------------------------------------------------------------------------------------------- bad input


DULL = [
    "Atlantis accepts " + "140.1, " * 60_000,
    "140.1 accepts 140.2. Noted " * 20_000,
    "140.1\n" * 30_000,
    "Recommendation 140.1 (" * 20_000,
    "accepts 140.1 noted, 140.2 x " * 20_000,
    "140.1. 2. A " * 20_000,
    "I. Accepted\n" * 40_000,
    "not " * 100_000 + "140.1 noted",
]


@pytest.mark.parametrize("content", DULL)
def test_long_and_dull_files_take_seconds_at_most(tmp_path: Path, content: str) -> None:
    path = tmp_path / "a.txt"
    path.write_text(content, encoding="utf-8")
    started = time.process_time()
    with suppress(UnreadableFile):
        addendum.read(path)
    assert time.process_time() - started < 40


SAMPLE = [
    *COVER.splitlines(),
    "2. Atlantis received 12 recommendations, of which 9 are supported and 3 noted.",
    "I. Accepted recommendations",
    "3. The Government accepts recommendations 140.1, 140.2. 140.3, 140.5–8 and 140.10 to",
    "140.11.",
    "140.2-3",
    "A law was adopted.",
    "II. Noted recommendations (3)",
    "4. The Government takes note of recommendations 140.4, 140.9, 140.12:",
    "Recommendation 140.12: see 140.1.",
]


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_no_mutation_gives_another_error(tmp_path: Path, data: st.DataObject) -> None:
    lines = list(SAMPLE)
    start, end = sorted(data.draw(st.tuples(*[st.integers(0, len(lines))] * 2)))
    odd = st.text() | st.sampled_from(
        ["\0", "140.1", "(((", "1.", "999.999–1", "Noted", "accepts 140.1-140.999", "–", "("]
    )
    match data.draw(st.sampled_from(["cut", "shuffle", "insert", "drop", "join", "none"])):
        case "cut":
            lines = lines[start:end]
        case "shuffle":
            lines[start:end] = data.draw(st.permutations(lines[start:end]))
        case "insert":
            lines[start:start] = data.draw(st.lists(odd, max_size=4))
        case "drop":
            del lines[start:end:2]
        case "join":
            lines[start:end] = ["".join(lines[start:end])]
    packed = "\n".join(lines).encode(errors="replace")
    (tmp_path / "a.txt").write_bytes(packed[: data.draw(st.integers(0, len(packed)))])
    assert addendum.recognise(tmp_path / "a.txt") in {True, False}
    with suppress(UnreadableFile):
        reading = addendum.read(tmp_path / "a.txt")
        found = [position.label for position in reading.positions]
        assert len(found) == len(set(found))
        assert {position.claim for position in reading.positions if position.response is Response.NOTED} <= {None}


@needs_official
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.integers(0, 200_000), st.binary(max_size=40))
def test_no_damage_to_the_official_file_gives_another_error(tmp_path: Path, at: int, junk: bytes) -> None:
    packed = bytearray(ADDENDUM.read_bytes())
    at %= len(packed)
    packed[at : at + len(junk)] = junk
    (tmp_path / "a.pdf").write_bytes(packed)
    with suppress(UnreadableFile):
        addendum.read(tmp_path / "a.pdf")
