"""What a sheet does to drafts: proposed, written, taken back; never over a colleague's."""

import datetime as dt
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import pytest

from accounts.roles import Role as PersonRole
from history.log import Actor
from imports.models import Batch, Row
from imports.reading import Reading, ReadSheet
from imports.sheets import writing
from imports.sheets.mapping import remember_columns
from imports.sheets.reading import Found, read_sheet
from imports.sheets.roles import OWN_COLUMNS
from imports.sheets.words import remember_words
from imports.staging import decide_as_before, decisions
from imports.work import Differs
from recommendations import actions
from recommendations.models import Assessment, Draft, Recommendation
from tests import factories as make

HEADINGS = ("Number", "Status", "Date", "Comment", "Sources", "Note")
COLUMNS = {
    "label": ["number"],
    "status": ["status"],
    "day": ["date"],
    "reason": ["comment"],
    "sources": ["sources"],
    "note": ["note"],
}
DONE = ("140.7", "Fully Implemented", "23.01.2025", "A law was adopted", "https://example.org/law", "ask Aigul")
OWN = tuple(str(heading) for heading, _role in OWN_COLUMNS)


@pytest.fixture
def manager(cast: SimpleNamespace) -> Any:
    """The person who sends sheets for the group; its columns are known."""
    remember_columns(cast.group, HEADINGS, COLUMNS, None)
    return make.make_person("Maya Manager", organisation=cast.group, role=PersonRole.MANAGER)


def found_in(
    cast: SimpleNamespace, manager: Any, *rows: Sequence[str], headings: Sequence[str] = HEADINGS, **fields: Any
) -> tuple[Batch, Found]:
    """A sheet of the group with these rows, read and not saved."""
    width = len(headings)
    cells = tuple((number, (*row, *[""] * (width - len(row)))) for number, row in enumerate(rows, 2))
    given = {"organisation": cast.group, "created_by": manager, "given_state": "KAZ", "given_session": 48}
    batch = Batch(file_name="sheet.csv", sha256="0" * 64, source="spreadsheet", **given | fields)
    return batch, read_sheet(batch, Reading("spreadsheet", sheets=(ReadSheet("the table", 1, tuple(headings), cells),)))


def shown(cast: SimpleNamespace, manager: Any, *rows: Sequence[str], **more: Any) -> Batch:
    """The same, saved as a batch that is shown."""
    batch, found = found_in(cast, manager, *rows, **more)
    assert found.asks == ""
    batch.status, batch.facts = Batch.Status.PREVIEW, found.facts
    batch.save()
    Row.objects.bulk_create(found.rows)
    return batch


def committed(cast: SimpleNamespace, manager: Any, *rows: Sequence[str], **more: Any) -> Batch:
    return writing.commit(shown(cast, manager, *rows, **more), by=Actor(person_id=manager.pk))


def outcomes(batch: Batch) -> list[tuple[str, str]]:
    return [(row.label, row.outcome) for row in batch.rows.order_by("number")]


def save(recommendation: Recommendation, cast: SimpleNamespace, version: int | None = None, **content: Any) -> Draft:
    """A colleague's draft."""
    return actions.save_draft(
        recommendation=recommendation,
        organisation=cast.group,
        content=actions.DraftContent(**content),
        based_on=None,
        version=version,
        by=Actor(person_id=cast.mate.pk),
    )


def test_rows_become_drafts_of_the_organisation(cast: SimpleNamespace, manager: Any) -> None:
    batch = committed(cast, manager, DONE)
    draft = Draft.objects.get()
    assert (draft.recommendation, draft.organisation, draft.saved_by) == (cast.recommendation, cast.group, manager)
    assert (draft.status, draft.holds_from, draft.reason) == (
        "fully_implemented",
        dt.date(2025, 1, 23),
        "A law was adopted",
    )
    assert [(basis["kind"], basis["url"]) for basis in draft.bases] == [("link", "https://example.org/law")]
    assert (draft.private_note, draft.version, draft.based_on) == ("ask Aigul", 1, None)
    assert (batch.status, outcomes(batch)) == ("committed", [("140.7", "new")])
    assert Assessment.objects.count() == 0


def test_the_same_sheet_again_proposes_nothing(cast: SimpleNamespace, manager: Any) -> None:
    committed(cast, manager, DONE)
    again = committed(cast, manager, DONE)
    assert outcomes(again) == [("140.7", "unchanged")]
    assert Draft.objects.get().version == 1


def test_a_sheet_that_was_mended_changes_its_own_draft(cast: SimpleNamespace, manager: Any) -> None:
    committed(cast, manager, DONE)
    better = committed(cast, manager, (*DONE[:3], "A law was adopted and applied", *DONE[4:]))
    assert outcomes(better) == [("140.7", "changed")]
    draft = Draft.objects.get()
    assert (draft.reason, draft.version) == ("A law was adopted and applied", 2)


def test_a_colleagues_draft_is_a_conflict_and_is_kept_unless_somebody_decides(
    cast: SimpleNamespace, manager: Any
) -> None:
    save(cast.recommendation, cast, status="not_started", reason="Nothing was done", in_law=False)
    batch = committed(cast, manager, DONE)
    row = batch.rows.get()
    assert (row.outcome, row.state, row.fields[:2]) == ("conflict", "left", ["status", "reason"])
    assert Draft.objects.get().reason == "Nothing was done"
    batch = shown(cast, manager, DONE)
    batch.rows.update(take=True)
    writing.commit(batch, by=Actor(person_id=manager.pk))
    draft = Draft.objects.get()
    assert (draft.status, draft.reason, draft.in_law, draft.version) == (
        "fully_implemented",
        "A law was adopted",
        False,
        2,
    )
    writing.undo(batch, by=Actor())
    draft = Draft.objects.get()
    assert (draft.status, draft.reason, draft.in_law, draft.version) == ("not_started", "Nothing was done", False, 3)


def test_a_draft_only_gains_what_it_lacks(cast: SimpleNamespace, manager: Any) -> None:
    save(cast.recommendation, cast, status="fully_implemented", in_practice=True)
    batch = committed(cast, manager, DONE)
    assert outcomes(batch) == [("140.7", "changed")]
    draft = Draft.objects.get()
    assert (draft.in_practice, draft.reason, draft.version) == (True, "A law was adopted", 2)


def test_what_is_published_already_is_not_proposed(cast: SimpleNamespace, manager: Any) -> None:
    make.make_assessment(
        cast.recommendation,
        cast.group,
        "fully_implemented",
        holds_from=dt.date(2025, 1, 23),
        reason="A law was adopted",
    )
    assert outcomes(shown(cast, manager, DONE)) == [("140.7", "unchanged")]


def test_a_row_older_than_what_is_published_is_a_conflict(cast: SimpleNamespace, manager: Any) -> None:
    make.make_assessment(cast.recommendation, cast.group, "regression", holds_from=dt.date(2025, 6, 1))
    batch = shown(cast, manager, DONE)
    assert outcomes(batch) == [("140.7", "conflict")]
    assert "which is later than this row" in batch.rows.get().message


def test_what_happened_after_the_reading_writes_nothing(cast: SimpleNamespace, manager: Any) -> None:
    other = make.make_recommendation(cast.review, "140.8")
    batch = shown(cast, manager, DONE, ("140.8", *DONE[1:]))
    save(other, cast, reason="Mine")
    with pytest.raises(Differs) as raised:
        writing.commit(batch, by=Actor())
    assert raised.value.rows == [batch.rows.get(label="140.8").pk]
    assert [draft.reason for draft in Draft.objects.all()] == ["Mine"]


def test_undo_leaves_drafts_that_somebody_worked_on(cast: SimpleNamespace, manager: Any) -> None:
    others = [make.make_recommendation(cast.review, label) for label in ("140.8", "140.9")]
    batch = committed(cast, manager, DONE, ("140.8", *DONE[1:]), ("140.9", *DONE[1:]))
    save(others[0], cast, version=1, reason="Better")
    actions.discard_draft(recommendation=others[1], organisation=cast.group, version=1)
    save(others[1], cast, reason="Another draft, also of version 1")
    batch = writing.undo(batch, by=Actor())
    assert {draft.recommendation.label: draft.reason for draft in Draft.objects.all()} == {
        "140.8": "Better",
        "140.9": "Another draft, also of version 1",
    }
    assert (batch.status, batch.facts["undone"], batch.facts["left"]) == ("committed", 1, 2)
    assert "has worked on this draft" in batch.rows.get(label="140.8").message
    assert "thrown away" in batch.rows.get(label="140.9").message


def test_commit_and_undo_twice_are_once(cast: SimpleNamespace, manager: Any) -> None:
    batch = committed(cast, manager, DONE)
    writing.commit(batch, by=Actor())
    assert Draft.objects.get().version == 1
    assert writing.undo(batch, by=Actor()).status == "undone"
    assert writing.undo(batch, by=Actor()).status == "undone"
    assert Draft.objects.count() == 0


def test_history_is_told_in_the_note_of_the_latest(cast: SimpleNamespace, manager: Any) -> None:
    rows = (
        ("140.7", "In Progress", "2024-05-01", "A draft law"),
        DONE,
        ("140.7", "Not Started", "2023-01-01", "Nothing yet", "https://example.org/then"),
    )
    batch = committed(cast, manager, *rows)
    draft = Draft.objects.get()
    assert (draft.status, draft.holds_from) == ("fully_implemented", dt.date(2025, 1, 23))
    assert draft.private_note.splitlines() == [
        "ask Aigul",
        "2024-05-01 · In Progress · A draft law",
        "2023-01-01 · Not Started · Nothing yet · https://example.org/then",
    ]
    assert outcomes(batch) == [("140.7", "unchanged"), ("140.7", "new"), ("140.7", "unchanged")]
    assert "row 3 speaks for this recommendation" in batch.rows.get(number=1).message


def test_a_long_history_keeps_what_fits_and_counts_the_rest(cast: SimpleNamespace, manager: Any) -> None:
    rows = [("140.7", "In Progress", f"2024-{month:02}-01", "x" * 900) for month in range(1, 13)]
    committed(cast, manager, *rows)
    note = Draft.objects.get().private_note
    assert len(note) <= 5000
    assert note.splitlines()[-1] == "6 earlier rows stand in the file only."


def test_several_rows_without_days_or_of_one_day_are_named(cast: SimpleNamespace, manager: Any) -> None:
    batch = shown(
        cast,
        manager,
        DONE,
        ("140.7", "In Progress", "", "When?"),
        ("140.7", "Regression", "2025-01-23", "No"),
        DONE,
        ("140.7",),
    )
    found = [(row.outcome, row.message) for row in batch.rows.order_by("number")]
    assert [outcome for outcome, _message in found] == ["new", "rejected", "rejected", "unchanged", "unchanged"]
    assert "says no day" in found[1][1]
    assert "row 2 says something else" in found[2][1]
    assert "the same as" in found[3][1]
    assert "Nothing is filled in" in found[4][1]


def test_unknown_words_are_asked_for_and_then_remembered(cast: SimpleNamespace, manager: Any) -> None:
    rows = (("140.7", "выполнено", "2025-01-23", "Закон принят"),)
    _batch, found = found_in(cast, manager, *rows)
    assert (found.asks, found.facts["sheet"]["words"], found.rows) == ("words", ["выполнено"], [])
    remember_words(cast.group, {"выполнено": "fully_implemented"}, manager)
    committed(cast, manager, *rows)
    assert Draft.objects.get().status == "fully_implemented"


def test_what_says_nothing_clear_is_left_open_and_kept_in_the_note(cast: SimpleNamespace, manager: Any) -> None:
    remember_words(cast.group, {"on track": ""}, manager)
    committed(cast, manager, ("140.7", "on track", "May 2024", "Half way"))
    draft = Draft.objects.get()
    assert (draft.status, draft.holds_from, draft.reason) == ("", None, "Half way")
    assert draft.private_note.splitlines() == ["Status in the sheet: “on track”", "Day in the sheet: “May 2024”"]


def test_columns_are_asked_for_and_too_many_words_ask_again(cast: SimpleNamespace, manager: Any) -> None:
    _batch, found = found_in(cast, manager, ("140.7", "x"), headings=("Nr", "State of play"))
    assert (found.asks, found.facts["sheet"]["sample"]) == ("columns", [["140.7", "x"]])
    for number in range(100):
        make.make_recommendation(cast.review, f"141.{number}")
    _batch, found = found_in(cast, manager, *[(f"141.{n}", f"word {n}") for n in range(100)])
    assert (found.asks, found.facts["sheet"]["too_many_words"]) == ("columns", 100)


def test_a_sheet_we_gave_out_returns_row_by_row(cast: SimpleNamespace, manager: Any) -> None:
    others = [make.make_recommendation(cast.review, label) for label in ("140.8", "140.9")]
    seen = make.make_assessment(others[0], cast.group, holds_from=dt.date(2024, 1, 1))
    rows: list[Sequence[str]] = []
    for each, version, filled in (
        (cast.recommendation, 0, ("In Progress", "2025-02-01", "A draft law", "https://example.org", "note")),
        (others[0], seen.pk, ("", "", "", "", "")),
        (others[1], 0, ("Regression", "", "Worse", "", "")),
    ):
        address = f"http://testserver/recommendations/{each.public_id}/"
        facts = (address, each.public_id, "Kazakhstan", "48", str(each.label), "text", "", "", "Not Assessed", "", "")
        rows.append((*facts, *filled, str(version)))
    make.make_assessment(others[1], cast.group)
    batch = shown(cast, manager, *rows, headings=OWN, given_state="", given_session=None)
    assert outcomes(batch) == [("140.7", "new"), ("140.8", "unchanged"), ("140.9", "conflict")]
    assert "since this sheet was made" in batch.rows.get(label="140.9").message
    writing.commit(batch, by=Actor(person_id=manager.pk))
    draft = Draft.objects.get()
    assert (draft.status, draft.reason, draft.private_note) == ("in_progress", "A draft law", "note")


def test_rows_nobody_may_write_are_rejected_with_the_reason(cast: SimpleNamespace, manager: Any) -> None:
    elsewhere = make.make_review(make.make_state("SVN", "Slovenia"))
    make.make_recommendation(elsewhere, "115.1")
    batch = shown(cast, manager, ("115.1", "In Progress"), given_state="SVN")
    assert (batch.rows.get().outcome, "does not monitor" in batch.rows.get().message) == ("rejected", True)
    viewer = make.make_person("Vera", organisation=cast.group, role=PersonRole.VIEWER)
    batch = shown(cast, viewer, DONE)
    assert (batch.rows.get().outcome, "may not write drafts" in batch.rows.get().message) == ("rejected", True)
    command = shown(cast, None, DONE)
    assert outcomes(command) == [("140.7", "new")]


def test_what_no_draft_can_hold_is_rejected_with_place_and_value(cast: SimpleNamespace, manager: Any) -> None:
    for cells, column in (
        (("140.7", "In Progress", "", "x" * 5001), "Comment"),
        (("140.7", "", "", "", " ".join(f"https://example.org/{n}" for n in range(21))), "Sources"),
        (("140.7", "", "", "", "https://example.org/" + "x" * 500), "Sources"),
        (("140.7", "", "", "", "", "x" * 5001), "Note"),
        (("140.99", "In Progress"), "Number"),
    ):
        row = shown(cast, manager, cells).rows.get()
        assert (row.outcome, row.after["column"], row.place.startswith("the table, row 2")) == (
            "rejected",
            column,
            True,
        )


def test_thousands_of_rows_take_few_queries(
    cast: SimpleNamespace, manager: Any, django_assert_max_num_queries: Any
) -> None:
    fields = {"review": cast.review, "source_document": make.make_document(cast.review), "text": "Adopt"}
    Recommendation.objects.bulk_create(
        Recommendation(label=f"200.{n}", paragraph=200, number=n, sort_key=f"{n:06}", **fields) for n in range(2_000)
    )
    rows = [(f"200.{n}", *DONE[1:]) for n in range(2_000)]
    with django_assert_max_num_queries(25):
        batch = shown(cast, manager, *rows)
    with django_assert_max_num_queries(45):  # drafts and rows in batches of a thousand
        writing.commit(batch, by=Actor(person_id=manager.pk))
    assert Draft.objects.count() == 2_000


def test_imports_of_one_draft_are_taken_back_one_after_the_other(cast: SimpleNamespace, manager: Any) -> None:
    one = committed(cast, manager, DONE)
    two = committed(cast, manager, (*DONE[:3], "A law was adopted and applied", *DONE[4:]))
    assert writing.undo(two, by=Actor()).status == "undone"
    assert Draft.objects.get().reason == "A law was adopted"
    three = committed(cast, manager, (*DONE[:3], "A law was adopted at last", *DONE[4:]))
    assert outcomes(three) == [("140.7", "changed")]  # still as an import left it
    assert writing.undo(three, by=Actor()).status == "undone"
    assert writing.undo(one, by=Actor()).status == "undone"
    assert Draft.objects.count() == 0


def test_a_draft_that_somebody_changed_between_two_imports_stays(cast: SimpleNamespace, manager: Any) -> None:
    one = committed(cast, manager, DONE)
    save(cast.recommendation, cast, version=1, status="fully_implemented", reason="Mine")
    two = shown(cast, manager, DONE)
    two.rows.update(take=True)
    writing.commit(two, by=Actor(person_id=manager.pk))
    assert writing.undo(two, by=Actor()).status == "undone"
    assert (writing.undo(one, by=Actor()).status, Draft.objects.get().reason) == ("committed", "Mine")


def test_an_import_and_its_undo_leave_a_stale_draft_stale_and_whose_it_was(cast: SimpleNamespace, manager: Any) -> None:
    draft = save(cast.recommendation, cast, status="fully_implemented", in_practice=True)
    make.make_assessment(cast.recommendation, cast.group, "in_progress", holds_from=dt.date(2024, 1, 1))
    batch = committed(cast, manager, DONE)
    written = Draft.objects.get()
    assert (written.reason, written.based_on, written.saved_by) == ("A law was adopted", None, manager)
    writing.undo(batch, by=Actor(person_id=manager.pk))
    back = Draft.objects.get()
    assert (back.reason, back.based_on, back.saved_by, back.saved_at) == ("", None, cast.mate, draft.saved_at)


def test_decisions_on_rows_without_a_label_are_kept_each(cast: SimpleNamespace, manager: Any) -> None:
    other = make.make_recommendation(cast.review, "140.8")
    for each in (cast.recommendation, other):
        save(each, cast, reason="Mine")
    batch = shown(cast, manager, DONE, ("140.8", *DONE[1:]))
    batch.rows.update(label="")
    batch.rows.filter(recommendation=other).update(take=True)
    before, rows = decisions(batch), list(batch.rows.order_by("number"))
    decide_as_before(before, rows)
    assert [(row.recommendation, row.take) for row in rows] == [(cast.recommendation, False), (other, True)]
