"""The UHRI export in both forms, with every oddity of the real files, streamed, and whatever only looks like it."""

import datetime as dt
import json
import random
import tracemalloc
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from benchmarks.uhri_file import COLUMNS, Expected, write_json, write_xlsx
from imports.reading import MentionStream, Problem, ReadMention, Response, Severity, UnreadableFile
from imports.sources import reader_for, uhri
from imports.sources.uhri.fields import day_in, position_in, session_in, split_number, states_in, values_of
from tests.imports.sheet_files import Cell, save_xlsx

RECORD: dict[str, Any] = {
    "AnnotationId": "0D11D876-4db7-4fdb-9daf-7b79d67b246d",
    "DocumentId": "ec7013f3-fd31-4861-9ef6-1b2edc5f3d73",
    "AnnotationType": "- Recommendations",
    "Body": "- UPR",
    "Symbol": "A/HRC/1/2",
    "Text": "26.49 Build a lighthouse on every island (Peru);",
    "Countries": ["- Atlantis"],
    "Regions": ["- Asia"],
    "Themes": ["- Safety at sea", "- Work"],
    "AffectedPersons": ["- Sailors"],
    "Sdgs": ["- 16 - PEACE, JUSTICE AND STRONG INSTITUTIONS"],
    "PublicationDate": "2025-02-12T00:00:00",
    "PublicationDateOnUhri": "2025-03-03T10:53:45.827",
    "UprCycle": None,
    "UprSession": ["- 48"],
    "UprPositions": ["- Supported"],
    "UprRecommendingCountry": ["- Peru"],
    "UprRecommendingRegions": [],
}


def records_with(*changes: dict[str, Any]) -> list[dict[str, Any]]:
    return [RECORD | {"AnnotationId": f"id-{number}"} | change for number, change in enumerate(changes)]


def save_json(path: Path, content: object) -> Path:
    path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    return path


def read(tmp_path: Path, *changes: dict[str, Any]) -> MentionStream:
    return uhri.read(save_json(tmp_path / "export.json", records_with(*changes))).mentions


def only(stream: MentionStream) -> ReadMention:
    (mention,) = stream
    return mention


def only_problem(stream: MentionStream) -> Problem:
    list(stream)
    (problem,) = stream.problems
    return problem


def refusal_of(path: Path) -> str:
    with pytest.raises(UnreadableFile) as refused:
        list(uhri.read(path).mentions)
    assert path.name in str(refused.value)
    return str(refused.value)


def summary(stream: MentionStream) -> Expected:
    for _mention in stream:
        pass
    return Expected(stream.rows, stream.read, stream.rejected, stream.passed_over)


# ------------------------------------------------------------------------------------------------------ the whole file


def test_generated_export_is_read_as_expected(tmp_path: Path) -> None:
    expected = write_json(tmp_path / "export.json", rows=4_000)
    stream = uhri.read(tmp_path / "export.json").mentions
    assert summary(stream) == expected
    assert expected.rejected > 0
    assert expected.passed_over["CRC"] > 0
    assert stream.rows == stream.read + stream.rejected + stream.passed_over.total() == 4_000
    assert {problem.severity for problem in stream.problems} == {Severity.REJECTED}


def test_both_forms_say_the_same(tmp_path: Path) -> None:
    write_json(tmp_path / "export.json", rows=1_000)
    expected = write_xlsx(tmp_path / "export.xlsx", rows=1_000)
    ours, theirs = (uhri.read(tmp_path / name).mentions for name in ("export.json", "export.xlsx"))
    for one, other in zip(ours, theirs, strict=True):
        fields = set(ReadMention.__dataclass_fields__) - {"place", "passage"}  # columns have names of their own
        assert {name: getattr(one, name) for name in fields} == {name: getattr(other, name) for name in fields}
    assert summary(theirs) == expected


def test_both_forms_are_recognised(tmp_path: Path) -> None:
    write_json(tmp_path / "one.dat", rows=20)
    write_xlsx(tmp_path / "two.dat", rows=20)
    assert reader_for(tmp_path / "one.dat").NAME == uhri.NAME
    assert reader_for(tmp_path / "two.dat").NAME == uhri.NAME


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    """Ids are kept to find repeated ones, at some 200 bytes each; nothing else of what has been given out is."""
    write_json(tmp_path / "export.json", rows=5_000)
    assert (tmp_path / "export.json").stat().st_size > 4_000_000
    tracemalloc.start()
    stream = uhri.read(tmp_path / "export.json").mentions
    for _mention in stream:
        stream.take_problems()
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 2_500_000


def test_problems_can_be_taken_as_they_come(tmp_path: Path) -> None:
    stream = read(tmp_path, {"Countries": []}, {}, {"Countries": []}, {})
    next(stream)
    assert len(stream.take_problems()) == 1
    assert stream.problems == []
    next(stream)
    assert (len(stream.take_problems()), stream.rejected) == (1, 2)


# ------------------------------------------------------------------------------------------------------ single records


def test_record_becomes_a_mention(tmp_path: Path) -> None:
    mention = only(uhri.read(save_json(tmp_path / "export.json", [RECORD])).mentions)
    assert mention.key == "0d11d876-4db7-4fdb-9daf-7b79d67b246d"
    assert (mention.state_name, mention.session, mention.symbol) == ("Atlantis", 48, "A/HRC/1/2")
    assert (mention.label, mention.text) == ("26.49", "Build a lighthouse on every island")
    assert (mention.states, mention.response) == (("Peru",), Response.SUPPORTED)
    assert (mention.issues, mention.groups) == (("Safety at sea", "Work"), ("Sailors",))
    assert mention.goals == ("16 - PEACE, JUSTICE AND STRONG INSTITUTIONS",)
    assert mention.published == dt.date(2025, 2, 12)
    assert str(mention.place) == "the list of records, row 1"


def test_spreadsheet_row_becomes_a_mention(tmp_path: Path) -> None:
    row: list[Cell] = [
        "26.49 Build a lighthouse (Peru);", "- Atlantis", "- UPR", "A/HRC/1/2", "- Safety at sea\n- Work, and\nleave",
        "- Sailors", "- 16.2 - No\n- 5 - GENDER", 46078, "- Timor-Leste\n- Guinea-Bissau", "- Supported\n- Noted",
        "- Recommendations", "some-id", "- 48", "- Asia", "- Africa", 46125.4996,
    ]  # fmt: skip
    stream = uhri.read(save_xlsx(tmp_path / "export.xlsx", [list(COLUMNS), row])).mentions
    mention = only(stream)
    assert mention.issues == ("Safety at sea", "Work, and leave")
    assert mention.goals == ("16.2 - No", "5 - GENDER")
    assert mention.states == ("Timor-Leste", "Guinea-Bissau")
    assert (mention.response, mention.session) == (Response.SUPPORTED_IN_PART, 48)
    assert mention.published == dt.date(2026, 2, 25)
    assert stream.problems == []


def test_headings_may_be_spelt_right_and_in_any_order(tmp_path: Path) -> None:
    headings = [
        "type",
        "OHCHR  annotation id",
        "RECOMMENDING BODY",
        "Upr Recommending States",
        "countries concerned",
        "TEXT",
    ]
    row = ["- Recommendations", "x", "- UPR", "- Peru", "- Atlantis", "1.2 Build"]
    assert only(uhri.read(save_xlsx(tmp_path / "export.xlsx", [headings, row])).mentions).states == ("Peru",)


def test_other_bodies_are_passed_over_and_counted(tmp_path: Path) -> None:
    observation = {"AnnotationType": "- Concerns/Observations"}
    stream = read(tmp_path, {"Body": "- CRC"}, {"Body": "- CRC"}, {"Body": "- SP Torture"}, observation, {})
    assert only(stream).key == "id-4"
    assert stream.passed_over == {"CRC": 2, "SP Torture": 1, "UPR, Concerns/Observations": 1}
    assert (stream.rows, stream.read, stream.rejected) == (5, 1, 0)


@pytest.mark.parametrize(
    ("change", "column"),
    [
        ({"Countries": []}, "Countries"),
        ({"Countries": None}, "Countries"),
        ({"Countries": {"name": "Peru"}}, "Countries"),
        ({"Countries": ["- Peru", "- Chile"]}, "Countries"),
        ({"Text": ""}, "Text"),
        ({"Text": None}, "Text"),
        ({"Text": "26.49 "}, "Text"),
        ({"Body": ""}, "Body"),
        ({"AnnotationType": None}, "AnnotationType"),
    ],
)
def test_record_that_lacks_something_is_named(tmp_path: Path, change: dict[str, Any], column: str) -> None:
    stream = read(tmp_path, {}, change)
    problem = only_problem(stream)
    assert (problem.severity, problem.column, problem.place.row) == (Severity.REJECTED, column, 2)
    assert (stream.rows, stream.read, stream.rejected) == (2, 1, 1)


def test_item_that_is_no_record_is_named(tmp_path: Path) -> None:
    path = save_json(tmp_path / "export.json", [RECORD, "text", 5, None, [1]])
    stream = uhri.read(path).mentions
    assert len(list(stream)) == 1
    assert [problem.value for problem in stream.problems] == ["text", "5", "None", "[1]"]
    assert (stream.rows, stream.rejected) == (5, 4)


def test_repeated_id_is_left_out_and_told_apart(tmp_path: Path) -> None:
    stream = read(tmp_path, {"AnnotationId": "a"}, {"AnnotationId": "A"}, {"AnnotationId": "a", "Text": "1.2 Other"})
    assert only(stream).key == "a"
    same, other = stream.problems
    assert "repeats that of row 1" in same.reason
    assert "says something else" in other.reason
    assert (stream.rows, stream.rejected) == (3, 2)


def test_records_without_id_are_kept(tmp_path: Path) -> None:
    assert len(list(read(tmp_path, {"AnnotationId": ""}, {"AnnotationId": None}))) == 2


def test_unknown_key_is_named_once(tmp_path: Path) -> None:
    problem = only_problem(read(tmp_path, {"Mood": 1}, {"Mood": 2}))
    assert (problem.severity, problem.column) == (Severity.WARNING, "Mood")


def test_oddities_are_warned_of(tmp_path: Path) -> None:
    change = {"UprPositions": ["- Perhaps"], "UprRecommendingCountry": [], "Text": "1.2 Go", "PublicationDate": "soon"}
    stream = read(tmp_path, change)
    mention = only(stream)
    assert (mention.response, mention.states, mention.published) == (Response.UNKNOWN, (), None)
    assert [problem.column for problem in stream.problems] == [
        "UprPositions",
        "UprRecommendingCountry",
        "PublicationDate",
    ]
    assert all(problem.severity is Severity.WARNING for problem in stream.problems)


def test_states_at_the_end_of_the_text_stand_in_for_missing_ones(tmp_path: Path) -> None:
    assert only(read(tmp_path, {"UprRecommendingCountry": [], "Text": "1.2 Go (Peru, Timor-Leste);"})).states == (
        "Peru",
        "Timor-Leste",
    )


def test_text_is_mended(tmp_path: Path) -> None:
    text = "- 1.2 Women&apos;s  rights &amp;amp; child-\nfriendly\u00a0courts, im\u00adple\u200bmented"
    note = "\nSource of Position: A/HRC/1/2/Add.1"
    assert only(read(tmp_path, {"Text": text + note})).text == "Women's rights & child-friendly courts, implemented"


def test_stars_and_codes_of_states(tmp_path: Path) -> None:
    mention = only(
        read(tmp_path, {"Countries": ["- AU"], "UprRecommendingCountry": ["- State of Palestine*", "- Peru"]})
    )
    assert (mention.state_name, mention.states) == ("AU", ("State of Palestine", "Peru"))


# ------------------------------------------------------------------------------------------------------- single values


@pytest.mark.parametrize(
    ("raw", "values"),
    [
        ("- One\n- Two", ["One", "Two"]),
        ("- One\r\ngoes on\r\n\r\n- Two", ["One goes on", "Two"]),
        ("One\nTwo", ["One", "Two"]),
        ("-One", ["One"]),
        (["- One", "Two", None, ["Three"], {"a": 1}, 4], ["One", "Two", "4"]),
        ("", []),
        (None, []),
        ("- ", []),
        (48.0, ["48"]),
    ],
)
def test_values_of_a_field(raw: object, values: list[str]) -> None:
    assert values_of(raw) == values


@pytest.mark.parametrize(
    ("raw", "states"),
    [
        ("- Timor-Leste", ["Timor-Leste"]),
        ("- France-Timor-Leste-Guinea-Bissau-Peru", ["France", "Timor-Leste", "Guinea-Bissau", "Peru"]),
        ("- France- Spain - Peru", ["France", "Spain", "Peru"]),
        ("- Bosnia-Herzegovina\n- guinea-bissau", ["Bosnia-Herzegovina", "guinea-bissau"]),
        (["- C&ocirc;te d&apos;Ivoire", "- Peru", "Peru *"], ["Côte d'Ivoire", "Peru"]),
    ],
)
def test_states_of_a_field(raw: object, states: list[str]) -> None:
    assert list(states_in(raw)) == states


@pytest.mark.parametrize(
    ("text", "label", "rest"),
    [
        ("26.49 Adopt it", "26.49", "Adopt it"),
        ("26.49. Adopt it", "26.49", "Adopt it"),
        ("Recommendation No. 41, para. 81: Adopt it", "81.41", "Adopt it"),
        ("Recommendation 41 (paragraph 81) Adopt it", "81.41", "Adopt it"),
        ("79(a) Adopt it", "79(a)", "Adopt it"),
        ("79 (b). Adopt it", "79(b)", "Adopt it"),
        ("67. Adopt it", "67", "Adopt it"),
        ("Adopt it by 2030", "", "Adopt it by 2030"),
        ("2030 is near", "", "2030 is near"),
        ("5.000 people", "", "5.000 people"),
    ],
)
def test_number_a_text_opens_with(text: str, label: str, rest: str) -> None:
    assert split_number(text) == (label, rest)


@pytest.mark.parametrize(
    ("raw", "response"),
    [
        ("- Supported", Response.SUPPORTED),
        ("- Noted", Response.NOTED),
        ("- Supported/Noted", Response.SUPPORTED_IN_PART),
        (["- Noted", "- Supported"], Response.SUPPORTED_IN_PART),
        ("- Pending", Response.PENDING),
        ([], Response.UNKNOWN),
        ("- Perhaps", None),
    ],
)
def test_positions(raw: object, response: Response | None) -> None:
    assert position_in(raw) is response


@pytest.mark.parametrize(
    ("raw", "session"),
    [
        (["- 48"], 48), ("48", 48), (48, 48), ("- 48th session", 48), ("Session 48 - January 2025", 48),
        ("- Cycle 4, session: 48", 48), ([], None), ("- none", None), ("2025", None), ("0", None),
    ],
)  # fmt: skip
def test_sessions(raw: object, session: int | None) -> None:
    assert session_in(raw) == session


@pytest.mark.parametrize(
    ("raw", "day"),
    [
        (46078, dt.date(2026, 2, 25)),
        (46125.4996, dt.date(2026, 4, 13)),
        ("46078", dt.date(2026, 2, 25)),
        ("2025-02-12T00:00:00", dt.date(2025, 2, 12)),
        (dt.date(2025, 2, 12), dt.date(2025, 2, 12)),
        (dt.datetime.fromisoformat("2025-02-12T10:00"), dt.date(2025, 2, 12)),
        (1e300, None),
        (-5, None),
        ("nan", None),
        ("2025-02-30", None),
        ("", None),
    ],
)
def test_days(raw: object, day: dt.date | None) -> None:
    assert day_in(raw) == day


# ----------------------------------------------------------------------------------------------------------- bad files


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"[]", "found none"),
        (b'{"records": []}', "no list of records"),
        (b'[{"name": "x"}]', "found “name”"),
        (b"[1, 2]", "found none"),
        (b"[", "cut short or damaged"),
        (b"[{", "cut short or damaged"),
        (json.dumps([RECORD]).encode("utf-16"), "neither a workbook nor text"),
        (b"", "empty"),
        (b"Text,Body\nx,y\n", "looked for the columns"),
    ],
)
def test_other_file_is_refused(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "export.json"
    path.write_bytes(content)
    assert not uhri.recognise(path)
    message = refusal_of(path)
    assert said in message or "looked for the columns" in message


def with_record(tail: bytes) -> bytes:
    return b"[" + json.dumps(RECORD).encode() + b"," + tail


@pytest.mark.parametrize(
    ("tail", "said"),
    [
        (b"", "damaged after record 1"),
        (b'{"Text": "no en', "damaged after record 1"),
        (b'{"Text": "\xff\xfe"}]', "damaged after record 1"),
        (b'{"Text": "a\x00b"}]', "damaged after record 1"),
        (b"{}] and more", "damaged after record 2"),
        (b'{"Text": ' + b"9" * 100_000 + b"}]", "damaged after record 1"),
        (b'{"Text": 1e99999999999999999999}]', "damaged after record 1"),
        (b"[" * 300_000, "nested too deeply"),
        (b'{"a":' * 300_000, "nested too deeply"),
        (b'{"Text": "' + b"x" * 3_000_000 + b'"}]', "longer than 2 MB"),
        (b'{"Text": ["' + b'x","' * 1_000_000 + b'"]}]', "longer than 2 MB"),
        (b" " * 3_000_000 + b"]", "longer than 2 MB"),
    ],
)
def test_json_that_is_damaged_or_hostile_further_on_is_refused(tmp_path: Path, tail: bytes, said: str) -> None:
    path = tmp_path / "export.json"
    path.write_bytes(with_record(tail))
    assert uhri.recognise(path)
    assert said in refusal_of(path)


def test_characters_nobody_can_store_are_dropped(tmp_path: Path) -> None:
    path = tmp_path / "export.json"
    path.write_bytes(
        with_record(
            json.dumps(RECORD | {"AnnotationId": "b", "Text": "1.2 A\x00B\ud800C &#0;&#55296;"}).encode() + b"]"
        )
    )
    (_first, second) = uhri.read(path).mentions
    second.text.encode()
    assert "\0" not in second.text
    assert second.text.startswith("AB")


def test_byte_order_mark_is_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "export.json"
    path.write_bytes(b"\xef\xbb\xbf" + json.dumps([RECORD]).encode())
    assert only(uhri.read(path).mentions).label == "26.49"


def test_missing_file_is_refused(tmp_path: Path) -> None:
    assert not uhri.recognise(tmp_path / "none.json")
    refusal_of(tmp_path / "none.json")


@hypothesis_settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32), changes=st.integers(1, 20), packed=st.booleans())
def test_damaged_export_is_read_or_refused(tmp_path: Path, seed: int, changes: int, packed: bool) -> None:
    path = tmp_path / "export"
    if packed:
        write_xlsx(path, rows=20)
    else:
        write_json(path, rows=20)
    content = bytearray(path.read_bytes())
    chance = random.Random(seed)
    for _change in range(changes):
        content[chance.randrange(len(content))] = chance.choice(b'"{}[],:\\u0\0\xff -&<\n')
    path.write_bytes(content)
    with suppress(UnreadableFile):
        stream = uhri.read(path).mentions
        for mention in stream:
            assert mention.text
            assert mention.state_name
        assert stream.rows == stream.read + stream.rejected + stream.passed_over.total()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=5,
)


@hypothesis_settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(st.sampled_from(sorted(RECORD)), JSON, max_size=6))
def test_fields_may_hold_anything(tmp_path: Path, change: dict[str, Any]) -> None:
    path = tmp_path / "export.json"
    path.write_text(json.dumps([RECORD, RECORD | {"AnnotationId": "other"} | change]), encoding="utf-8")
    with suppress(UnreadableFile):  # integers beyond 64 bits
        stream = uhri.read(path).mentions
        for mention in stream:
            mention.text.encode()
        assert stream.rows == 2 == stream.read + stream.rejected + stream.passed_over.total()
