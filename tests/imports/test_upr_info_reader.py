"""UPR Info's export: every row of the real files accounted for, and each oddity answered with a place and a remedy."""

import csv
import random
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from imports.reading import MentionStream, Problem, ReadMention, Response, Severity, UnreadableFile
from imports.sources import reader_for, upr_info
from tests.imports.sheet_files import save_xls, save_xlsx

DATA = settings.BASE_DIR.parent / "shared" / "data" / "upr_info"
HEADINGS = (
    "To",
    "To-Rgrp",
    "To-Org",
    "Text",
    "From",
    "From-Rgrp",
    "From-Org",
    "Response",
    "Action",
    "Issue",
    "Session",
)
ROW = {
    "To": "Atlantis", "To-Rgrp": "Asia", "To-Org": "OIC", "Text": "Build a lighthouse ", "From": "Peru",
    "From-Rgrp": "GRULAC", "From-Org": "OAS", "Response": "Accepted", "Action": "5",
    "Issue": "Labour,Environment", "Session": "20",
}  # fmt: skip


def real(name: str) -> MentionStream:
    path = DATA / name
    if not path.exists():
        pytest.skip(f"reference data is not here: {path}")
    return upr_info.read(path).mentions


def rows_with(*changes: dict[str, str], headings: Sequence[str] = HEADINGS) -> list[list[str]]:
    return [list(headings), *([(ROW | change)[heading] for heading in headings] for change in changes)]


def save_csv(path: Path, rows: Sequence[Sequence[str]]) -> Path:
    text = StringIO()
    csv.writer(text).writerows(rows)
    path.write_text(text.getvalue(), encoding="utf-8")
    return path


def read(tmp_path: Path, *changes: dict[str, str], headings: Sequence[str] = HEADINGS) -> MentionStream:
    return upr_info.read(save_csv(tmp_path / "export.csv", rows_with(*changes, headings=headings))).mentions


def only(stream: MentionStream) -> ReadMention:
    (mention,) = stream
    return mention


def only_problem(stream: MentionStream) -> Problem:
    list(stream)
    (problem,) = stream.problems
    return problem


def accounted_for(stream: MentionStream) -> bool:
    return stream.rows == stream.read + stream.rejected + stream.passed_over.total()


# ------------------------------------------------------------------------------------------------------ the real files


@pytest.mark.parametrize(
    ("name", "rows", "supported", "sessions"),
    [("10-13.csv", 9_047, 6_980, range(10, 14)), ("17-20.csv", 7_984, 6_094, range(18, 21))],
)
def test_every_row_of_the_downloads_is_a_mention(name: str, rows: int, supported: int, sessions: range) -> None:
    stream = real(name)
    mentions = list(stream)
    assert (stream.rows, stream.read, stream.rejected, len(mentions)) == (rows, rows, 0, rows)
    assert stream.problems == []
    responses = Counter(mention.response for mention in mentions)
    assert responses == {Response.SUPPORTED: supported, Response.NOTED: rows - supported}
    assert {mention.session for mention in mentions} == set(sessions)
    assert all(len(mention.states) == 1 and mention.issues and mention.action_category for mention in mentions)
    assert not any(mention.text != mention.text.strip() or "\ufffd" in mention.text for mention in mentions)


def test_accents_of_a_mac_file_are_right() -> None:
    words = " ".join(mention.text for mention in real("10-13.csv"))
    assert "Kaiowá" in words
    assert "Curaçao" in words


def test_kazakhstan_is_counted_by_session() -> None:
    found = Counter((mention.session, mention.response) for mention in real("kazakhstan_s07_s20_utf8.csv"))
    supported, noted = Response.SUPPORTED, Response.NOTED
    assert found == {(7, supported): 122, (7, noted): 7, (20, supported): 147, (20, noted): 51}


def test_voluntary_pledges_are_no_recommendations() -> None:
    stream = real("voluntary_pledges_utf8.csv")
    assert list(stream) == []
    assert stream.passed_over == {"voluntary pledge": 947}
    assert accounted_for(stream)


@pytest.mark.parametrize(
    "name", ["10-13.csv", "17-20.csv", "kazakhstan_s07_s20_utf8.csv", "voluntary_pledges_utf8.csv"]
)
def test_downloads_are_recognised(name: str) -> None:
    real(name)
    assert reader_for(DATA / name).NAME == upr_info.NAME


# --------------------------------------------------------------------------------------------------------- single rows


def test_row_becomes_a_mention(tmp_path: Path) -> None:
    mention = only(read(tmp_path, {}))
    assert (mention.state_name, mention.session, mention.label, mention.text) == (
        "Atlantis",
        20,
        "",
        "Build a lighthouse",
    )
    assert (mention.states, mention.response, mention.action_category) == (("Peru",), Response.SUPPORTED, 5)
    assert (mention.issues, mention.key, mention.symbol) == (("Labour", "Environment"), "", "")
    assert str(mention.place) == "the table, row 2"


@pytest.mark.parametrize("name", ["export.csv", "export.xls", "export.xlsx", "export.dat"])
def test_all_formats_say_the_same(tmp_path: Path, name: str) -> None:
    rows = rows_with({}, {"From": "Fiji"})
    expected = list(upr_info.read(save_csv(tmp_path / "plain.csv", rows)).mentions)
    save = {"export.xls": save_xls, "export.xlsx": save_xlsx}.get(name, save_csv)
    path = save(tmp_path / name, rows)  # type: ignore[operator]
    assert upr_info.recognise(path)
    found = list(upr_info.read(path).mentions)
    assert [(m.text, m.states, m.session) for m in found] == [(m.text, m.states, m.session) for m in expected]
    assert len(found) == 2


def test_numbers_of_a_spreadsheet_are_read(tmp_path: Path) -> None:
    row = [ROW[heading] for heading in HEADINGS]
    path = save_xlsx(tmp_path / "export.xlsx", [HEADINGS, [*row[:8], 3.0, row[9], 18]])
    mention = only(upr_info.read(path).mentions)
    assert (mention.action_category, mention.session) == (3, 18)


@pytest.mark.parametrize(
    "headings",
    [
        tuple(reversed(HEADINGS)),
        ("Session", "Text", "From", "Response", "To"),
    ],
)
def test_columns_may_stand_in_any_order_and_some_be_missing(tmp_path: Path, headings: tuple[str, ...]) -> None:
    assert only(read(tmp_path, {}, headings=headings)).text == "Build a lighthouse"


def test_headings_may_be_written_in_any_way(tmp_path: Path) -> None:
    rows = rows_with({})
    rows[0] = [
        " TO ",
        "to rgrp",
        "TO_ORG",
        "Recommendation",
        "Recommending State",
        "",
        "",
        "response",
        "Action Category",
        "Issues",
        "session",
    ]
    path = save_csv(tmp_path / "export.csv", [["Exported on 1 May"], [], *rows])
    stream = upr_info.read(path).mentions
    mention = only(stream)
    assert (mention.state_name, mention.action_category, mention.place.row) == ("Atlantis", 5, 4)
    assert stream.problems == []


def test_file_without_sessions_has_mentions_without(tmp_path: Path) -> None:
    headings = tuple(heading for heading in HEADINGS if heading != "Session")
    assert only(read(tmp_path, {}, headings=headings)).session is None


@pytest.mark.parametrize(
    ("printed", "response"),
    [
        ("Accepted", Response.SUPPORTED),
        ("supported ", Response.SUPPORTED),
        ("Noted", Response.NOTED),
        ("Rejected", Response.NOTED),
        ("Accepted / Noted", Response.SUPPORTED_IN_PART),
        ("Pending", Response.PENDING),
        ("General Response", Response.UNKNOWN),
        ("No Response", Response.UNKNOWN),
        ("No clear position", Response.UNKNOWN),
    ],
)
def test_responses(tmp_path: Path, printed: str, response: Response) -> None:
    stream = read(tmp_path, {"Response": printed})
    assert only(stream).response is response
    assert stream.problems == []


def test_unknown_response_is_kept_with_a_warning(tmp_path: Path) -> None:
    stream = read(tmp_path, {"Response": "Perhaps"})
    assert only(stream).response is Response.UNKNOWN
    problem = only_problem(stream)
    assert (problem.severity, problem.column, problem.value) == (Severity.WARNING, "Response", "Perhaps")


def test_unknown_recommender_is_nobody(tmp_path: Path) -> None:
    stream = read(tmp_path, {"From": "&#40;Unknown&#41;"})
    assert only(stream).states == ()
    assert (only_problem(stream).severity, only_problem(stream).column) == (Severity.WARNING, "From")


def test_entities_and_blanks_are_resolved(tmp_path: Path) -> None:
    mention = only(
        read(
            tmp_path,
            {"Text": " Women&#39;s &amp;quot;rights&amp;quot;\u00a0 first\n", "From": "C&ocirc;te d&apos;Ivoire "},
        )
    )
    assert mention.text == 'Women\'s "rights" first'
    assert mention.states == ("Côte d'Ivoire",)


def test_action_beyond_the_five_is_warned_of(tmp_path: Path) -> None:
    stream = read(
        tmp_path, {"Action": "7"}, {"Action": "", "From": "Fiji"}, {"Action": "2 - Continuing", "From": "Mali"}
    )
    assert [mention.action_category for mention in stream] == [None, None, 2]
    assert [(problem.column, problem.value) for problem in stream.problems] == [("Action", "7")]


@pytest.mark.parametrize(
    ("change", "column", "value"),
    [
        ({"Text": " "}, "Text", "Atlantis"),
        ({"To": ""}, "To", "Build a lighthouse"),
        ({"From": ""}, "From", "Atlantis"),
        ({"Response": ""}, "Response", "Atlantis"),
        ({"Session": ""}, "Session", "Atlantis"),
        ({"Session": "twenty"}, "Session", "twenty"),
        ({"Session": "0"}, "Session", "0"),
    ],
)
def test_row_that_lacks_something_is_named(tmp_path: Path, change: dict[str, str], column: str, value: str) -> None:
    stream = read(tmp_path, change, {"From": "Fiji"})
    assert [mention.states for mention in stream] == [("Fiji",)]
    (problem,) = stream.problems
    assert (problem.severity, problem.column, problem.place.row) == (Severity.REJECTED, column, 2)
    assert value in problem.value
    assert (stream.rows, stream.read, stream.rejected) == (2, 1, 1)


def test_row_said_twice_counts_once(tmp_path: Path) -> None:
    stream = read(tmp_path, {}, {}, {"Session": "7"})
    assert [mention.session for mention in stream] == [20, 7]
    (problem,) = stream.problems
    assert problem.place.row == 3
    assert "row 2" in problem.reason
    assert (stream.rows, stream.rejected) == (3, 1)


def test_row_with_more_cells_than_headings_is_named(tmp_path: Path) -> None:
    rows = rows_with({}, {"From": "Fiji"})
    rows[1].append("astray")
    problem = only_problem(upr_info.read(save_csv(tmp_path / "export.csv", rows)).mentions)
    assert (problem.severity, problem.place.row, problem.value) == (Severity.REJECTED, 2, "astray")


def test_empty_rows_are_no_rows(tmp_path: Path) -> None:
    rows = rows_with({}, {"From": "Fiji"})
    stream = upr_info.read(save_csv(tmp_path / "export.csv", [*rows[:2], [], [""] * 11, rows[2], []])).mentions
    assert [mention.place.row for mention in stream] == [2, 5]
    assert stream.rows == 2


def test_unknown_column_is_named(tmp_path: Path) -> None:
    rows = [[*row, text] for row, text in zip(rows_with({}), ["Mood", "sunny"], strict=True)]
    problem = only_problem(upr_info.read(save_csv(tmp_path / "export.csv", rows)).mentions)
    assert (problem.severity, problem.column, problem.place.row) == (Severity.WARNING, "Mood", 1)


def test_sheets_of_a_workbook_are_read_together(tmp_path: Path) -> None:
    mentions = upr_info.read(save_xlsx(tmp_path / "export.xlsx", rows_with({}))).mentions
    assert str(only(mentions).place) == "sheet “Export”, row 2"


# ----------------------------------------------------------------------------------------------------------- bad files


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b"name,age\nx,3\n", "looked for the columns “To”, “Text”, “From”, “Response”, found “name”, “age”"),
        (b"To,Text\nx,3\n", "found “To”, “Text”"),
        (b"%PDF-1.4", "PDF"),
    ],
)
def test_other_file_is_refused(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "export.csv"
    path.write_bytes(content)
    assert not upr_info.recognise(path)
    with pytest.raises(UnreadableFile, match=r"export\.csv") as refused:
        upr_info.read(path)
    assert said in str(refused.value)


def test_file_cut_short_loses_only_its_last_row(tmp_path: Path) -> None:
    path = save_csv(tmp_path / "export.csv", rows_with({}, {"From": "Fiji"}))
    path.write_bytes(path.read_bytes()[:-40])
    stream = upr_info.read(path).mentions
    assert only(stream).states == ("Peru",)
    assert (stream.rows, stream.rejected) == (2, 1)


@hypothesis_settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32), changes=st.integers(1, 20), packed=st.booleans())
def test_damaged_export_is_read_or_refused(tmp_path: Path, seed: int, changes: int, packed: bool) -> None:
    rows = rows_with(*({"From": f"State {number}"} for number in range(8)))
    path = save_xlsx(tmp_path / "e.xlsx", rows) if packed else save_csv(tmp_path / "e.csv", rows)
    content = bytearray(path.read_bytes())
    chance = random.Random(seed)
    for _change in range(changes):
        content[chance.randrange(len(content))] = chance.choice(b'",;\n\r\0\xff\x8eaA0-&<')
    path.write_bytes(content)
    with suppress(UnreadableFile):
        stream = upr_info.read(path).mentions
        for mention in stream:
            assert mention.text
            assert mention.state_name
        assert accounted_for(stream)
