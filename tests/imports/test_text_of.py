"""Lines out of PDF, Word and text: as printed, with their place, and nothing a hostile file holds does harm."""

import time
from contextlib import suppress
from pathlib import Path

import docx
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pypdf import PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, NumberObject

from imports.documents_text import Kind, is_furniture, lines_of, symbols_in, text_lines
from imports.documents_text.pdf import Limits, pdf_lines
from imports.reading import UnreadableFile, bare_text, same_text
from tests.imports.official import OFFICIAL, needs_official
from tests.imports.pdf_files import SMALL, add_page, content_of, save_pdf
from tests.imports.word_files import document_xml, repack, word_file

WORDS = "These are words enough to be a text."
PAGE_ONE = ["A/HRC/28/10", "2 GE.14-12345", "One line of the body, and", "another of it."]


def texts(path: Path, kind: Kind = Kind.BODY) -> list[str]:
    return [line.text for line in lines_of(path) if line.kind is kind]


def refusal(path: Path) -> str:
    with pytest.raises(UnreadableFile) as caught:
        lines_of(path)
    assert path.name in str(caught.value)
    return str(caught.value)


def limited(path: Path, **limits: float) -> str:
    with pytest.raises(UnreadableFile) as caught:
        pdf_lines(path.name, path.read_bytes(), Limits(**limits))  # type: ignore[arg-type]
    return str(caught.value)


# -------------------------------------------------------------------------------------------------------------- PDF


def test_a_pdf_gives_lines_with_page_and_number(tmp_path: Path) -> None:
    path = save_pdf(tmp_path / "a.pdf", [[WORDS], ["Second page,", "second line"]])
    assert [(line.text, line.page, line.number) for line in lines_of(path)] == [
        (WORDS, 1, 1), ("Second page,", 2, 1), ("second line", 2, 2),
    ]  # fmt: skip
    assert str(lines_of(path)[2].place) == "page 2, line 2"


def test_symbol_job_number_and_page_number_are_furniture(tmp_path: Path) -> None:
    path = save_pdf(tmp_path / "a.pdf", [PAGE_ONE, ["A/HRC/28/10", "GE.14-12345 3", *[WORDS] * 3], ["4", WORDS]])
    assert texts(path, Kind.FURNITURE) == ["A/HRC/28/10", "2 GE.14-12345", "A/HRC/28/10", "GE.14-12345 3", "4"]
    assert texts(path)[:2] == PAGE_ONE[2:]


def test_a_number_alone_within_a_page_is_text(tmp_path: Path) -> None:
    path = save_pdf(tmp_path / "a.pdf", [[WORDS, "12", WORDS], ["A/HRC/28/10", "13", WORDS]])
    assert texts(path) == [WORDS, "12", WORDS, WORDS]


def test_small_print_below_a_page_is_a_note(tmp_path: Path) -> None:
    path = save_pdf(tmp_path / "a.pdf", [[WORDS], [WORDS, ("1 Not edited.", SMALL)]])
    assert texts(path, Kind.NOTE) == ["1 Not edited."]


def test_a_raised_mark_of_a_note_is_no_part_of_the_word(tmp_path: Path) -> None:
    writer = PdfWriter()
    raised = b"BT /F1 10 Tf 1 0 0 1 60 700 Tm (Ratify the treaty) Tj /F1 6 Tf 4 Ts (2) Tj ET"
    add_page(writer, content_of([WORDS]) + b"\n" + raised)
    with (tmp_path / "a.pdf").open("wb") as file:
        writer.write(file)
    assert texts(tmp_path / "a.pdf") == [WORDS, "Ratify the treaty"]


def test_encryption_without_password_is_no_obstacle(tmp_path: Path) -> None:
    assert texts(save_pdf(tmp_path / "a.pdf", [[WORDS]], password="")) == [WORDS]


def test_a_password_is_named(tmp_path: Path) -> None:
    assert "protected by a password" in refusal(save_pdf(tmp_path / "a.pdf", [[WORDS]], password="secret"))


def test_a_pdf_without_text_says_so(tmp_path: Path) -> None:
    assert "no text, only pictures" in refusal(save_pdf(tmp_path / "scan.pdf", [[], []]))


def test_fonts_that_hide_their_letters_are_told_of(tmp_path: Path) -> None:
    codes = "\n".join(f"<{code:02x}> <{0xF000 + code:04x}>" for code in range(0x60, 0x7B))
    cmap = f"1 begincodespacerange <00> <ff> endcodespacerange\n27 beginbfchar\n{codes}\nendbfchar".encode()
    path = save_pdf(tmp_path / "odd.pdf", [[WORDS.upper(), WORDS.lower(), WORDS.lower()]], cmap=cmap)
    assert "do not say which letters" in refusal(path)


@pytest.mark.parametrize("kept", [8, 300, 900])
def test_a_truncated_pdf_is_damaged(tmp_path: Path, kept: int) -> None:
    path = save_pdf(tmp_path / "a.pdf", [[WORDS] * 5])
    path.write_bytes(path.read_bytes()[:kept])
    assert "damaged" in refusal(path) or "no text" in refusal(path)


def test_a_stream_that_unpacks_without_end_is_refused(tmp_path: Path) -> None:
    writer = PdfWriter()
    add_page(writer, b" " * 60_000_000, packed=True)
    with (tmp_path / "bomb.pdf").open("wb") as file:
        writer.write(file)
    assert (tmp_path / "bomb.pdf").stat().st_size < 200_000
    assert "too heavy" in refusal(tmp_path / "bomb.pdf")


def test_more_operations_than_a_page_can_need_are_refused(tmp_path: Path) -> None:
    writer = PdfWriter()
    add_page(writer, content_of([WORDS]) + b"\nq Q" * 400_000, packed=True)
    with (tmp_path / "busy.pdf").open("wb") as file:
        writer.write(file)
    started = time.monotonic()
    assert "too heavy" in refusal(tmp_path / "busy.pdf")
    assert time.monotonic() - started < 30


def test_too_many_pages_are_refused(tmp_path: Path) -> None:
    path = save_pdf(tmp_path / "a.pdf", [[WORDS]] * 4)
    assert "more than 3 pages" in limited(path, pages=3)


def test_too_many_characters_are_refused(tmp_path: Path) -> None:
    assert "more than 30 characters" in limited(save_pdf(tmp_path / "a.pdf", [[WORDS]]), characters=30)


def test_the_clock_stops_a_slow_file(tmp_path: Path) -> None:
    assert "longer than 0 seconds" in limited(save_pdf(tmp_path / "a.pdf", [[WORDS]]), seconds=0)


def test_a_page_tree_that_multiplies_itself_is_refused(tmp_path: Path) -> None:
    """Each level names the level below ten times: 25 levels would be more pages than memory."""
    writer = PdfWriter()
    add_page(writer, content_of([WORDS]))
    below = writer._pages
    for _level in range(25):
        node = DictionaryObject(
            {
                NameObject("/Type"): NameObject("/Pages"),
                NameObject("/Kids"): ArrayObject([below] * 10),
                NameObject("/Count"): NumberObject(1),
            }
        )
        below = writer._add_object(node)
    writer._root_object[NameObject("/Pages")] = below
    with (tmp_path / "tree.pdf").open("wb") as file:
        writer.write(file)
    started = time.monotonic()
    assert refusal(tmp_path / "tree.pdf")
    assert time.monotonic() - started < 30


@needs_official
@pytest.mark.parametrize(
    ("name", "pages", "symbol"),
    [
        ("A_HRC_59_15.pdf", 26, "A/HRC/59/15"),
        ("A_HRC_28_15.pdf", 25, "A/HRC/28/15"),
        ("A_HRC_59_15_Add1.pdf", 7, "A/HRC/59/15/Add.1"),
    ],
)
def test_official_pdfs_keep_no_furniture_in_their_body(name: str, pages: int, symbol: str) -> None:
    lines = lines_of(OFFICIAL / name)
    assert {line.page for line in lines} == set(range(1, pages + 1))
    assert next(iter(symbols_in(lines))) == symbol
    body = [line for line in lines if line.kind is Kind.BODY and line.page != 1]
    assert not [line for line in body if line.text.startswith((symbol, "GE.")) or line.text.isdigit()]


@needs_official
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_no_damage_to_a_real_pdf_gives_another_error(tmp_path: Path, data: st.DataObject) -> None:
    sound = (OFFICIAL / "A_HRC_59_15_Add1.pdf").read_bytes()
    start = data.draw(st.integers(0, len(sound)))
    end = data.draw(st.integers(start, min(len(sound), start + 2000)))
    (tmp_path / "a.pdf").write_bytes(sound[:start] + data.draw(st.binary(max_size=50)) + sound[end:])
    with suppress(UnreadableFile):
        assert lines_of(tmp_path / "a.pdf")


# ------------------------------------------------------------------------------------------------------------- Word


def test_word_paragraphs_come_in_order_those_of_tables_too(tmp_path: Path) -> None:
    document = docx.Document()
    document.add_paragraph("First")
    document.add_table(rows=1, cols=1).rows[0].cells[0].text = "In a table"
    document.add_paragraph("  Last\tof all ")
    document.sections[0].header.paragraphs[0].text = "A/HRC/28/10"
    document.save(str(tmp_path / "a.docx"))
    assert texts(tmp_path / "a.docx") == ["First", "In a table", "Last of all"]
    assert texts(tmp_path / "a.docx", Kind.FURNITURE) == ["A/HRC/28/10"]


def test_text_struck_out_under_tracked_changes_is_not_read(tmp_path: Path) -> None:
    path = word_file(tmp_path / "a.docx")
    marked = b"<w:p><w:del><w:r><w:t>old</w:t></w:r></w:del><w:ins><w:r><w:t>new</w:t></w:r></w:ins></w:p><w:sectPr"
    repack(path, {"word/document.xml": document_xml(path).replace(b"<w:sectPr", marked, 1)})
    assert texts(path) == ["new"]


def test_numbers_that_word_counts_are_read(tmp_path: Path) -> None:
    document = docx.Document()
    numbering = document.part.numbering_part.element
    levels = '<w:lvl w:ilvl="0"><w:start w:val="140"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%1."/></w:lvl>' + (
        '<w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%1.%2"/></w:lvl>'
        '<w:lvl w:ilvl="2"><w:start w:val="1"/><w:numFmt w:val="lowerLetter"/><w:lvlText w:val="(%3)"/></w:lvl>'
    )
    abstract = f'<w:abstractNum {nsdecls("w")} w:abstractNumId="77">{levels}</w:abstractNum>'
    numbering.insert(0, parse_xml(abstract))
    numbering.append(parse_xml(f'<w:num {nsdecls("w")} w:numId="77"><w:abstractNumId w:val="77"/></w:num>'))
    for text, depth in (("List", 0), ("one", 1), ("two", 1), ("part", 2), ("part", 2), ("Next", 0), ("one", 1)):
        properties = document.add_paragraph(text)._p.get_or_add_pPr()
        properties.append(
            parse_xml(f'<w:numPr {nsdecls("w")}><w:ilvl w:val="{depth}"/><w:numId w:val="77"/></w:numPr>')
        )
    document.save(str(tmp_path / "a.docx"))
    numbered = ["140. List", "140.1 one", "140.2 two", "(a) part", "(b) part", "141. Next", "141.1 one"]
    assert texts(tmp_path / "a.docx") == numbered


# ------------------------------------------------------------------------------------------------------------- text


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_usual_encodings_of_text_are_read(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "a.txt").write_bytes("Côte d’Ivoire\r\n\r\nPeru\rChad".encode(encoding))
    lines = lines_of(tmp_path / "a.txt")
    assert [(line.text, line.number, line.after_blank) for line in lines] == [
        ("Côte d’Ivoire", 1, True), ("Peru", 3, True), ("Chad", 4, False),
    ]  # fmt: skip


def test_a_form_feed_begins_a_page() -> None:
    lines = text_lines("One\n\fA/HRC/28/10\nTwo")
    assert [(line.text, line.page, line.kind) for line in lines] == [
        ("One", 1, Kind.BODY), ("A/HRC/28/10", 2, Kind.FURNITURE), ("Two", 2, Kind.BODY),
    ]  # fmt: skip


@pytest.mark.parametrize("content", [b"a\0b", b"\x81\x8d\x8f", b"\xff\xfea", b"\x7fELF\x02\x01\x01"])
def test_what_is_no_text_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.txt").write_bytes(content)
    assert "not plain text" in refusal(tmp_path / "a.txt")


@pytest.mark.parametrize(
    ("content", "what"),
    [(b"", "empty"), (b"\x89PNG\r\n\x1a\n", "a picture"), (b"{\\rtf1", "rich text"), (b"<html>", "a web page")],
)
def test_other_files_are_named(tmp_path: Path, content: bytes, what: str) -> None:
    (tmp_path / "a.pdf").write_bytes(content)
    assert what in refusal(tmp_path / "a.pdf")


def test_one_line_without_end_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"a " * 1_500_000)
    assert "longer than 2000000 characters" in refusal(tmp_path / "a.txt")
    (tmp_path / "a.txt").write_bytes(b"a" * 20_000_001)
    assert "larger than 20 MB" in refusal(tmp_path / "a.txt")


@given(st.text())
def test_any_pasted_text_is_read_or_refused(text: str) -> None:
    try:
        lines = text_lines(text)
    except UnreadableFile:
        return
    assert all(line.text == " ".join(line.text.split()) for line in lines)


@pytest.mark.parametrize("text", ["A/HRC/28/10", "A/HRC/WG.6/48/L.13", "A/HRC/28/10/Add.1*", "page 12", "GE.14-24579",
                                  "A/HRC/8/23 Page 19", "GE.25-02819 (E) 210325 210325", "14 GE.25-02819"])  # fmt: skip
def test_furniture_is_known(text: str) -> None:
    assert is_furniture(text)


@pytest.mark.parametrize("text", ["12", "See A/HRC/28/10", "pages of law", "140.7 Ratify", "Page by page"])
def test_text_is_not_furniture(text: str) -> None:
    assert not is_furniture(text)


# -------------------------------------------------------------------------------------------------- one text or two


@pytest.mark.parametrize(
    ("one", "other"),
    [("Sign, and ratify", "sign and RATIFY."), ("gender- based", "gender-based"), ("ﬁnal", "final"), ("Ⅳ", "iv"),
     ("asylum\u00a0seekers", "asylum‑seekers"), ("", " – ")],
)  # fmt: skip
def test_same_text_sees_letters_and_digits_only(one: str, other: str) -> None:
    assert same_text(one, other)


@pytest.mark.parametrize(("one", "other"), [("140.1", "140.2"), ("sign", "resign"), ("été", "ete"), ("a", "")])
def test_another_letter_or_digit_is_another_text(one: str, other: str) -> None:
    assert not same_text(one, other)


@given(st.text())
def test_a_bare_text_is_bare(text: str) -> None:
    assert bare_text(bare_text(text)) == bare_text(text)
