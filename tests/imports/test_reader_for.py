"""Which source reads a file, and the one sentence for a file that none does."""

from pathlib import Path

import pytest
from django.conf import settings

from imports.reading import UnreadableFile
from imports.sources import SOURCES, reader_for
from tests.imports.sheet_files import save_xlsx
from tests.imports.word_files import save_list, word_file

DECISION = settings.BASE_DIR.parent / "shared" / "data" / "official" / "A_HRC_DEC_59_112.pdf"


def refusal(path: Path, source: str | None = None) -> str:
    with pytest.raises(UnreadableFile) as raised:
        reader_for(path, source).read(path)
    return str(raised.value)


def written(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


@pytest.mark.skipif(not DECISION.exists(), reason="the official files are not here")
def test_a_decision_of_the_council_is_told_what_it_is_and_what_is_read_instead() -> None:
    said = refusal(DECISION)
    assert said.startswith("“A_HRC_DEC_59_112.pdf” is a PDF document, but none of the documents that can be read here:")
    assert all(said.count(str(source.TITLE)) == 1 for source in SOURCES.values())
    assert "Save it as" not in said
    assert "Send the" not in said


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"\x89PNG\r\n", "a picture"),
        (b"<!doctype html><title>x</title>", "a web page"),
        (b'{"a": 1}', "a JSON file"),
        (b"Dear Sir or Madam,\n", "a text or a table"),
        (b"\0\1\2\3", "a file of an unknown kind"),
    ],
)
def test_a_file_nobody_reads_is_named_by_its_kind_in_one_sentence(tmp_path: Path, content: bytes, kind: str) -> None:
    said = refusal(written(tmp_path / "list.docx", content))
    assert said.startswith(f"“list.docx” is {kind}, but none of the documents that can be read here: ")
    assert said.count("“list.docx”") == 1


def test_a_letter_and_a_workbook_are_named_by_their_kind(tmp_path: Path) -> None:
    assert "is a Word document, but none" in refusal(word_file(tmp_path / "letter.docx"))
    assert "is an Excel workbook, but none" in refusal(save_xlsx(tmp_path / "budget.xlsx", [("Year", "Sum")]))


def test_a_wrong_path_is_said_once(tmp_path: Path) -> None:
    said = refusal(tmp_path / "nowhere.docx")
    assert said.count("cannot be opened") == 1
    assert said.count("nowhere.docx") == 1
    assert "Is a directory" in refusal(tmp_path)


def test_an_empty_file_is_called_empty(tmp_path: Path) -> None:
    assert refusal(written(tmp_path / "list.docx", b"\r\n")) == "“list.docx” is empty. Send the document itself."


def test_a_damaged_file_is_called_damaged_whatever_it_was_to_be(tmp_path: Path) -> None:
    whole = word_file(tmp_path / "whole.docx").read_bytes()
    assert "is cut short or damaged" in refusal(written(tmp_path / "half.docx", whole[: len(whole) // 2]))
    assert "is damaged and cannot be read as a PDF" in refusal(written(tmp_path / "bad.pdf", b"%PDF-1.7\nnothing"))


def test_an_old_office_file_and_a_locked_one_are_told_what_to_do(tmp_path: Path) -> None:
    start = b"\xd0\xcf\x11\xe0" + b"\0" * 600
    assert "Save it as .docx or .xlsx" in refusal(written(tmp_path / "old.doc", start))
    locked = written(tmp_path / "locked.docx", start + "EncryptedPackage".encode("utf-16-le"))
    assert refusal(locked) == "“locked.docx” is protected by a password. Save it without one and send it again."


def test_a_document_too_large_is_told_the_limit(tmp_path: Path) -> None:
    assert "larger than 20 MB" in refusal(written(tmp_path / "scan.pdf", b"%PDF-1.7" + b"\0" * 20_000_001))


def test_a_source_that_was_named_says_itself_what_it_misses(tmp_path: Path) -> None:
    said = refusal(written(tmp_path / "list.pdf", b"%PDF-1.7"), "thematic_list")
    assert said == "“list.pdf” is a PDF document, not a Word document (.docx). Save it as .docx and send it again."


def test_a_table_of_answers_is_read_as_what_it_is_named(tmp_path: Path) -> None:
    path = save_list(tmp_path / "answers.docx", [("140.1 Ratify (Peru)", "Noted")], ("Recommendation", "Position"))
    assert reader_for(path, "thematic_list").read(path).recommendations[0].label == "140.1"
