"""Sheets of an organisation's own: what is read of them, what their columns and words mean, whom each row is about."""

import datetime as dt
from pathlib import Path
from types import SimpleNamespace

import pytest

from imports.formulas import disarm, rearm
from imports.models import StatusWord
from imports.reading import Reading, UnreadableFile
from imports.sheets.cells import read_day, read_progress, read_sources
from imports.sheets.mapping import columns_from_command, known_columns, remember_columns, twice, what_is_missing
from imports.sheets.recognising import Named, Recogniser, Unrecognised
from imports.sheets.roles import OWN_COLUMNS, own_columns, proposed_columns, signature_of
from imports.sheets.rows import lines_of
from imports.sheets.words import OPEN, StatusWords, remember_words
from imports.sources.spreadsheet import reader
from tests import factories as make
from tests.imports.sheet_files import Cell, ods_row, save_ods, save_xlsx

HEADINGS = ("Номер", "Статус", "Дата", "Комментарий")
ROWS = [("140.7", "выполнено", "23.01.2025", "Закон принят"), ("140.8", "в процессе", "2025-02-01", "Идёт работа")]
TODAY = dt.date(2026, 11, 26)


def saved(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def text_of_rows(separator: str) -> str:
    return "\n".join(separator.join(row) for row in (HEADINGS, *ROWS)) + "\n"


# ------------------------------------------------------------------------------------------------------------- reading


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1251"])
def test_text_is_read_in_any_encoding_and_with_any_separator(tmp_path: Path, encoding: str, separator: str) -> None:
    path = saved(tmp_path / "sheet.csv", text_of_rows(separator).encode(encoding))
    assert reader.recognise(path)
    sheet = reader.read(path).sheets[0]
    assert sheet.headings == HEADINGS
    assert sheet.rows == ((2, ROWS[0]), (3, ROWS[1]))


def test_workbooks_are_read_below_a_title(tmp_path: Path) -> None:
    title: list[tuple[Cell, ...]] = [("Our matrix",), ()]
    xlsx = save_xlsx(tmp_path / "sheet.xlsx", [*title, HEADINGS, *ROWS])
    ods = save_ods(tmp_path / "sheet.ods", "".join(ods_row(*row) for row in (("Our matrix",), HEADINGS, *ROWS)))
    assert [(sheet.heading_row, len(sheet.rows)) for sheet in reader.read(xlsx).sheets] == [(3, 2)]
    assert [(sheet.heading_row, len(sheet.rows)) for sheet in reader.read(ods).sheets] == [(2, 2)]


def test_dates_are_days_formulas_are_values_and_guarded_text_is_bare(tmp_path: Path) -> None:
    formula = '<row><c t="str"><f>A1&amp;B1</f><v>140.7</v></c><c t="inlineStr"><is><t>\'=1+1</t></is></c></row>'
    heading = '<row><c t="inlineStr"><is><t>Number</t></is></c><c t="inlineStr"><is><t>Reason</t></is></c></row>'
    assert reader.read(save_xlsx(tmp_path / "a.xlsx", sheet=heading + formula)).sheets[0].rows == (
        (2, ("140.7", "=1+1")),
    )
    dated = save_xlsx(tmp_path / "b.xlsx", [("Number", "Date"), ("140.7", dt.date(2025, 1, 23))])
    assert reader.read(dated).sheets[0].rows[0][1] == ("140.7", "2025-01-23")


def test_a_number_that_is_a_fraction_stays_one(tmp_path: Path) -> None:
    path = save_xlsx(tmp_path / "sheet.xlsx", [("Number", "Status"), (140.1, "In Progress"), (48, "x")])
    assert [row[0] for _number, row in reader.read(path).sheets[0].rows] == [140.1, "48"]


@pytest.mark.parametrize("content", [b"words\n", b"Dear Sir, or Madam,\n", b"", b"1,2\n3,4\n", b"a\0b"])
def test_what_has_no_headings_is_no_sheet(tmp_path: Path, content: bytes) -> None:
    assert not reader.recognise(saved(tmp_path / "file.csv", content))


def test_a_sheet_without_headings_and_one_too_long_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UnreadableFile, match="no row of headings"):
        reader.read(saved(tmp_path / "file.csv", b"1,2\n3,4\n"))
    monkeypatch.setattr(reader, "ROWS", 1)
    with pytest.raises(UnreadableFile, match="more than 1 rows"):
        reader.read(saved(tmp_path / "sheet.csv", text_of_rows(",").encode()))


def test_formulas_are_guarded_and_bared_again() -> None:
    for text in ("=1+1", "+1", "-1", "@x", "\tx", "'=1", "''=1"):
        assert disarm(text) == f"'{text}"
        assert rearm(disarm(text)) == text
    for text in ("plain", "'quoted'", "", "l'État"):
        assert rearm(disarm(text)) == disarm(text) == text


# ------------------------------------------------------------------------------------------------- columns and words


def test_headings_propose_what_columns_hold() -> None:
    found = proposed_columns(["Номер", "Статус", "Дата", "Комментарий", "Ссылка", "Источник", "Shoe size"])
    assert found == {
        "label": ["номер"],
        "status": ["статус"],
        "day": ["дата"],
        "reason": ["комментарий"],
        "sources": ["ссылка", "источник"],
    }


def test_our_own_headings_need_no_mapping_wherever_they_stand() -> None:
    headings = [str(heading) for heading, _role in OWN_COLUMNS]
    expected = {str(role): 1 for _heading, role in OWN_COLUMNS if role}
    for order in (headings, headings[::-1], ["Mine", *headings]):
        found = own_columns(order)
        assert found is not None
        assert {role: len(keys) for role, keys in found.items()} == expected
    assert own_columns(HEADINGS) is None


def test_a_mapping_is_remembered_by_headings_in_any_order_and_by_organisation(cast: SimpleNamespace) -> None:
    columns = {"label": ["номер"], "status": ["статус"]}
    remember_columns(cast.group, HEADINGS, columns, cast.owner)
    assert known_columns(cast.group, HEADINGS[::-1]) == columns
    assert known_columns(cast.group, HEADINGS[1:]) is None
    assert known_columns(cast.others, HEADINGS) is None
    assert signature_of(["Status", "Status"]) != signature_of(["Status"])


def test_columns_are_said_on_the_command_line() -> None:
    assert columns_from_command(["label=Номер", "status=Статус"], HEADINGS) == {
        "label": ["номер"],
        "status": ["статус"],
    }
    for pairs, sentence in (
        (["label=Number"], "has no column “Number”"),
        (["colour=Номер"], "nothing that a column can hold"),
        (["label=Номер"], "becomes the draft"),
        (["status=Статус"], "names the recommendation"),
        (["label=Номер", "status=Статус", "status=Дата"], "Only one column"),
    ):
        with pytest.raises(ValueError, match=sentence):
            columns_from_command(pairs, HEADINGS)


def test_what_a_mapping_lacks_is_said() -> None:
    assert len(what_is_missing({})) == 2
    assert what_is_missing({"text": ["a"], "note": ["b"]}) == []
    assert list(twice({"status": ["a", "b"], "sources": ["c", "d"]})) == ["b"]


def test_our_words_mean_what_they_say_and_others_nothing_until_somebody_says_so(cast: SimpleNamespace) -> None:
    words = StatusWords(cast.group)
    assert words.find("in-progress") == "in_progress"
    assert words.find("fully_implemented") == "fully_implemented"
    assert words.find("Not Assessed") == words.find("  ") == OPEN
    assert words.find("выполнено") is None
    assert words.unknown(["выполнено", "Выполнено ", "In Progress"]) == ["выполнено"]
    remember_words(cast.group, {"выполнено": "fully_implemented", "иначе": ""}, cast.owner)
    assert StatusWords(cast.group).find("ВЫПОЛНЕНО") == "fully_implemented"
    assert StatusWords(cast.group).find("иначе") == OPEN
    assert StatusWords(cast.others).find("выполнено") is None
    remember_words(cast.group, {"Выполнено": "partial_implementation", "In Progress": "regression"}, cast.owner)
    assert StatusWords(cast.group).find("выполнено") == "partial_implementation"
    assert StatusWords(cast.group).find("In Progress") == "in_progress"
    assert StatusWord.objects.filter(organisation=cast.group).count() == 3


@pytest.mark.parametrize(
    ("comment", "status"),
    [
        ("In Progress: a draft law was published", "in_progress"),
        ("Partial implementation – since 2024", "partial_implementation"),
        ("выполнено. Закон принят", "fully_implemented"),
        ("In progressive steps", ""),
        ("A law; fully implemented", ""),
        ("", ""),
    ],
)
def test_a_comment_that_begins_with_a_status_says_it(cast: SimpleNamespace, comment: str, status: str) -> None:
    remember_words(cast.group, {"выполнено": "fully_implemented"}, cast.owner)
    assert StatusWords(cast.group).begins(comment) == status


# --------------------------------------------------------------------------------------------------------------- cells


@pytest.mark.parametrize(
    ("printed", "day"),
    [
        ("2025-01-23", "2025-01-23"),
        ("2025-01-23 00:00:00", "2025-01-23"),
        ("23.01.2025", "2025-01-23"),
        ("23.1.2025 г.", "2025-01-23"),
        ("45680", "2025-01-23"),
        ("45680.5", "2025-01-23"),
        ("23/01/2025", "2025-01-23"),
        ("01/23/2025", "2025-01-23"),
        ("02/02/2025", "2025-02-02"),
        ("03/04/2025", None),  # April or March
        ("31.02.2025", None),
        ("2025", None),
        ("May 2025", None),
        ("2027-01-01", None),  # has not come
        ("2001-01-01", None),  # before the first session
        ("", None),
    ],
)
def test_days_are_read_where_they_can_mean_no_other(printed: str, day: str | None) -> None:
    found = read_day(printed, TODAY)
    assert (found.isoformat() if found else None) == day


def test_sources_are_links_and_words_await_their_kind() -> None:
    found = read_sources(
        ["Law: https://example.org/a, https://example.org/b.\nOur report, p. 5", "https://example.org/c"]
    )
    assert [(basis["kind"], basis["url"], basis["description"]) for basis in found] == [
        ("link", "https://example.org/a", "Law"),
        ("link", "https://example.org/b", "Law"),
        ("", "", "Our report, p. 5"),
        ("link", "https://example.org/c", ""),
    ]
    assert read_sources(["", " \n"]) == []


def test_progress_is_ours_or_nothing() -> None:
    assert (read_progress("Substantial"), read_progress("half")) == ("substantial", None)


# --------------------------------------------------------------------------------------------------------- recognising


def refusal(recogniser: Recogniser, named: Named) -> tuple[str, str]:
    with pytest.raises(Unrecognised) as raised:
        recogniser.find(named)
    return str(raised.value.role), raised.value.reason


def test_rows_are_recognised_by_address_number_and_text(cast: SimpleNamespace) -> None:
    wanted = cast.recommendation
    rows = [
        Named(address=wanted.public_id),
        Named(address=f"https://example.org/recommendations/{wanted.public_id}/?as_of=2025-01-01"),
        Named(label="140.7", state="Kazakhstan", session="48"),
        Named(label=" 140.7. ", state="kaz", session="Session 48"),
        Named(text="ADOPT measure, 140.7!", state="KAZ", session="48th"),
        Named(text="140.7 Whatever we call it", state="KAZ", session="48"),
    ]
    recogniser = Recogniser(rows, None, None)
    assert {recogniser.find(row).pk for row in rows} == {wanted.pk}
    given = Recogniser([Named(label="140.7")], cast.state, 48)
    assert given.find(Named(label="140.7")).pk == wanted.pk


@pytest.mark.parametrize(
    ("named", "role", "reason"),
    [
        (Named(), "label", "names no recommendation"),
        (Named(address="zzzzzzzz"), "address", "this address or id"),
        (Named(label="140.7"), "state", "names no State"),
        (Named(label="140.7", state="Atlantis", session="48"), "state", "No State of this name"),
        (Named(label="140.7", state="KAZ"), "session", "names no session"),
        (Named(label="140.7", state="KAZ", session="47"), "session", "No review of this State"),
        (Named(label="140.99", state="KAZ", session="48"), "label", "no recommendation with this number"),
        (Named(text="Something else", state="KAZ", session="48"), "text", "has this text"),
        (Named(label="140.6", text="Adopt twice", state="KAZ", session="48"), "label", "Correct one of them"),
        (Named(text="Adopt twins", state="KAZ", session="48"), "text", "2 recommendations"),
        (Named(label="140.9", state="KAZ", session="48"), "label", "has been removed"),
    ],
)
def test_rows_that_mean_nothing_say_why(cast: SimpleNamespace, named: Named, role: str, reason: str) -> None:
    for label, text in (
        ("140.5", "Adopt twice"),
        ("140.6", "Adopt"),
        ("140.3", "Adopt twins"),
        ("140.4", "Adopt twins"),
    ):
        make.make_recommendation(cast.review, label, text=text)
    gone = make.make_recommendation(cast.review, "140.9")
    gone.removed_at = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    gone.save()
    found = refusal(Recogniser([named], None, None), named)
    assert found[0] == role
    assert reason in found[1]


def test_a_row_that_contradicts_itself_or_what_was_given_is_refused(cast: SimpleNamespace) -> None:
    other = make.make_recommendation(cast.review, "140.8")
    named = Named(address=other.public_id, label="140.7")
    assert "leads to recommendation 140.8" in refusal(Recogniser([named], None, None), named)[1]
    elsewhere = make.make_review(make.make_state("SVN", "Slovenia"))
    make.make_recommendation(elsewhere, "115.1")
    named = Named(label="115.1", state="SVN")
    assert "another State than Kazakhstan" in refusal(Recogniser([named], cast.state, 48), named)[1]


def test_a_number_that_lost_its_nought_is_not_guessed(cast: SimpleNamespace) -> None:
    first = make.make_recommendation(cast.review, "140.1", text="Build schools")
    tenth = make.make_recommendation(cast.review, "140.10", text="Train judges")
    bare = Named(label="140.1", label_is_number=True)
    assert "may mean 140.1 or 140.10" in refusal(Recogniser([bare], cast.state, 48), bare)[1]
    with_text = Named(label="140.1", text="train judges", label_is_number=True)
    assert Recogniser([with_text], cast.state, 48).find(with_text).pk == tenth.pk
    as_text = Named(label="140.1")
    assert Recogniser([as_text], cast.state, 48).find(as_text).pk == first.pk


def test_recognising_many_rows_takes_a_few_queries(
    cast: SimpleNamespace, django_assert_max_num_queries: object
) -> None:
    rows = [Named(label="140.7", state="Kazakhstan", session="48")] * 10_000
    with django_assert_max_num_queries(5):  # type: ignore[operator]  # States, ids, aliases, review, its recommendations
        recogniser = Recogniser(rows, None, None)
        assert {recogniser.find(row).pk for row in rows} == {cast.recommendation.pk}


def test_reading_carries_sheets_through_the_child(tmp_path: Path) -> None:
    from imports.child import _plain, _reading

    read = reader.read(saved(tmp_path / "sheet.csv", text_of_rows(";").encode("cp1251")))
    again: Reading = _reading(_plain(read))
    assert again.sheets == read.sheets


@pytest.mark.parametrize(
    ("labels", "is_doubtful"),
    [(("140.1", "140.2"), True), (("140.1", "140.10"), False), (("140.1", "140.20"), False)],
)
def test_numbers_of_a_csv_that_end_in_no_nought_may_have_lost_it(
    cast: SimpleNamespace, tmp_path: Path, labels: tuple[str, str], is_doubtful: bool
) -> None:
    content = "Number,Status\n" + "".join(f"{label},In Progress\n" for label in labels)
    sheets = reader.read(saved(tmp_path / "sheet.csv", content.encode())).sheets
    lines = list(lines_of(sheets, proposed_columns(sheets[0].headings)))
    assert [line.named.label_is_number for line in lines] == [is_doubtful, is_doubtful]
    make.make_recommendation(cast.review, "140.2")
    first = make.make_recommendation(cast.review, "140.1")
    recogniser = Recogniser([line.named for line in lines], cast.state, 48)
    assert recogniser.find(lines[0].named) == first  # the report has no other that it may mean
    make.make_recommendation(cast.review, "140.10")
    recogniser = Recogniser([line.named for line in lines], cast.state, 48)
    if is_doubtful:
        assert "may mean 140.1 or 140.10" in refusal(recogniser, lines[0].named)[1]
    else:
        assert recogniser.find(lines[0].named) == first


def test_a_row_of_a_sheet_is_its_own_passage(tmp_path: Path) -> None:
    path = saved(tmp_path / "sheet.csv", b"Number,Status,Notes\n140.7,In Progress,\n")
    [line] = lines_of(reader.read(path).sheets, {"label": ["number"]})
    assert line.passage == "Number: 140.7\nStatus: In Progress"
