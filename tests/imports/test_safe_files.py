"""A stranger's file is opened only when it is a sound, modest Word document; else one sentence says why not."""

import struct
import warnings
import zipfile
from contextlib import suppress
from pathlib import Path

import docx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from imports.reading import UnreadableFile
from imports.safe_files import Limits, kind_of, open_word_document
from tests.imports.word_files import document_xml, repack, save_list, word_file

ENTITIES = b"""<?xml version="1.0"?><!DOCTYPE w:document [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">%s]>"""


@pytest.fixture
def word(tmp_path: Path) -> Path:
    return word_file(tmp_path / "list.docx")


def refusal(path: Path, limits: Limits | None = None) -> str:
    with pytest.raises(UnreadableFile) as caught:
        open_word_document(path, *([limits] if limits else []))
    sentence = str(caught.value)
    assert path.name in sentence, "the sentence names the file"
    assert sentence.endswith("."), "it is a sentence"
    return sentence


def test_a_sound_document_opens(tmp_path: Path) -> None:
    path = save_list(tmp_path / "list.docx", [("140.1 Ratify (Peru)", "Noted", "", "")])
    assert len(open_word_document(path).tables) == 1


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b" \r\n\t", "empty"),
        (b"%PDF-1.7\n...", "a PDF document"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, ".doc format"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "password"),
        (b"\xef\xbb\xbf<!DOCTYPE html><html>", "a web page"),
        (b"{\\rtf1", "RTF"),
        (b"\x89PNG\r\n", "a picture"),
        (b"plain words", "not a Word document"),
        (b"\0" * 4000, "not a Word document"),
    ],
)
def test_another_kind_of_file_is_named(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "renamed.docx"
    path.write_bytes(content)
    assert said in refusal(path)


def test_kind_is_not_guessed_for_bytes_that_say_nothing() -> None:
    assert kind_of(b"Dear colleagues") == ""


def test_a_missing_file_a_folder_and_a_name_with_nul_are_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "gone.docx", tmp_path, tmp_path / "nul\0.docx"):
        assert "cannot be opened" in refusal(path)


@pytest.mark.parametrize("kept", [0.1, 0.5, 0.9, 0.999])
def test_a_truncated_file_is_refused(word: Path, kept: float) -> None:
    whole = word.read_bytes()
    word.write_bytes(whole[: int(len(whole) * kept)])
    assert "cut short or damaged" in refusal(word)


def test_a_member_with_flipped_bytes_is_refused(word: Path) -> None:
    packed = bytearray(word.read_bytes())
    with zipfile.ZipFile(word) as archive:
        start = archive.getinfo("word/document.xml").header_offset + 80
    packed[start : start + 40] = b"\xff" * 40
    word.write_bytes(packed)
    assert "damaged" in refusal(word)


@pytest.mark.parametrize(
    ("member", "said"),
    [
        ("xl/workbook.xml", "an Excel workbook"),
        ("ppt/presentation.xml", "a presentation"),
        ("photo.jpg", "a zip archive"),
    ],
)
def test_another_zip_is_named(tmp_path: Path, member: str, said: str) -> None:
    path = tmp_path / "list.docx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(member, b"<x/>")
    assert said in refusal(path)


def test_an_opendocument_text_and_a_document_with_macros_are_named(tmp_path: Path, word: Path) -> None:
    path = tmp_path / "text.docx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", b"application/vnd.oasis.opendocument.text")
    assert "an OpenDocument file" in refusal(path)
    with zipfile.ZipFile(word) as archive:
        types = archive.read("[Content_Types].xml")
    sound = b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    macros = types.replace(sound, b"application/vnd.ms-word.document.macroEnabled.main+xml")
    assert macros != types
    assert "macros" in refusal(repack(word, {"[Content_Types].xml": macros}))


def test_a_bomb_is_stopped_by_what_it_unpacks_to(word: Path) -> None:
    repack(word, {}, [("word/media/image1.bin", b"\0" * 30_000_000)])
    assert "unpacks to far more" in refusal(word)


def test_many_modest_members_together_are_stopped(word: Path) -> None:
    repack(word, {}, [(f"word/media/{number}.bin", b"\0" * 900_000) for number in range(8)])
    assert open_word_document(word)
    assert "unpacks to far more" in refusal(word, Limits(inflated_bytes=5_000_000))


def test_a_size_belied_by_the_header_does_not_pass(word: Path) -> None:
    """The archive's directory says 10 bytes; what is unpacked counts, and the two do not agree."""
    repack(word, {}, [("word/media/image1.bin", b"\0" * 3_000_000)])
    packed = bytearray(word.read_bytes())
    real, told = struct.pack("<L", 3_000_000), struct.pack("<L", 10)
    assert packed.count(real) == 2
    word.write_bytes(bytes(packed).replace(real, told))
    assert "damaged" in refusal(word)


def test_too_many_members_are_refused(word: Path) -> None:
    repack(word, {}, [(f"word/media/{number}", b"") for number in range(30)])
    assert "parts" in refusal(word, Limits(members=20))


def test_a_file_above_the_size_limit_is_refused(word: Path) -> None:
    assert "larger than 0 MB" in refusal(word, Limits(file_bytes=1000))


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", "word\\..\\..\\x", "C:/x", "\\\\host\\x"])
def test_a_member_that_leads_outside_is_refused(word: Path, name: str) -> None:
    assert "unsafe name" in refusal(repack(word, {}, [(name, b"x")]))


def test_a_member_name_with_nul_is_refused(word: Path) -> None:
    repack(word, {}, [("word/nulNul.xml", b"<x/>")])
    word.write_bytes(word.read_bytes().replace(b"word/nulNul.xml", b"word/nul\0ul.xml"))
    refusal(word)


def test_the_same_part_twice_is_refused(word: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # zipfile's own, while this archive is made
        repack(word, {}, [("word/DOCUMENT.xml", b"<x/>"), ("word/a.bin", b"1"), ("word/a.bin", b"2")])
    assert "twice" in refusal(word)


def test_encrypted_members_are_refused(word: Path) -> None:
    packed = bytearray(word.read_bytes())
    for mark, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = packed.find(mark)
        packed[at + flags] |= 1
    word.write_bytes(packed)
    assert "password" in refusal(word)


def test_a_packing_word_does_not_use_is_refused(tmp_path: Path, word: Path) -> None:
    path = tmp_path / "lzma.docx"
    with zipfile.ZipFile(word) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_LZMA) as new:
        for name in old.namelist():
            new.writestr(name, old.read(name))
    assert "packed in a way" in refusal(path)


@pytest.mark.parametrize(
    "part", ["word/document.xml", "word/styles.xml", "[Content_Types].xml", "_rels/.rels", "docProps/core.xml"]
)
def test_entities_are_refused_in_every_part_that_is_parsed(word: Path, part: str) -> None:
    bomb = ENTITIES % b"" + b"<w:document>&b;</w:document>"
    assert "declares a document type or entities" in refusal(repack(word, {part: bomb}))


def test_an_external_entity_is_refused_also_in_utf_16(word: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("secret")
    for encoding in ("utf-8", "utf-16"):
        text = f'<!DOCTYPE x [<!ENTITY s SYSTEM "{secret.as_uri()}">]><x>&s;</x>'
        assert "declares" in refusal(repack(word, {"word/document.xml": text.encode(encoding)}))


def test_a_part_is_checked_by_its_declared_type_and_not_by_its_name(word: Path) -> None:
    with zipfile.ZipFile(word) as archive:
        types = archive.read("[Content_Types].xml")
    declared = b'<Override PartName="/word/hidden.bin" ContentType="application/vnd.x+xml"/></Types>'
    changes = {"[Content_Types].xml": types.replace(b"</Types>", declared)}
    assert "declares" in refusal(repack(word, changes, [("word/hidden.bin", ENTITIES % b"" + b"<x/>")]))


def test_a_part_that_is_not_xml_and_never_parsed_does_no_harm(word: Path) -> None:
    assert open_word_document(repack(word, {}, [("[trash]/0000.dat", b"\xff\xfe\0\0<!DOCTYPE x [")]))


@pytest.mark.parametrize(
    "broken", [b"", b"<w:document", b"<x>\0</x>", b"\xff\xfe<", b'<?xml version="1.0" encoding="x"?><x/>']
)
def test_broken_xml_is_refused(word: Path, broken: bytes) -> None:
    assert "damaged" in refusal(repack(word, {"word/document.xml": broken}))


def test_deep_nesting_is_refused(word: Path) -> None:
    deep = b"<a>" * 5000 + b"</a>" * 5000
    assert "nested too deeply" in refusal(repack(word, {"word/styles.xml": deep}))


def test_a_package_that_points_nowhere_is_refused(word: Path) -> None:
    with zipfile.ZipFile(word) as archive:
        relations = archive.read("_rels/.rels").replace(b"word/document.xml", b"word/nothing.xml")
    assert "put together oddly" in refusal(repack(word, {"_rels/.rels": relations}))


def test_too_wide_a_table_is_refused(tmp_path: Path) -> None:
    document = docx.Document()
    document.add_table(rows=1, cols=64)
    document.save(str(tmp_path / "wide.docx"))
    assert "more than 63 columns" in refusal(tmp_path / "wide.docx")


@pytest.mark.parametrize("span", [b"2000000000", b"99", b"many"])
def test_a_cell_that_claims_to_span_a_great_many_columns_is_refused(tmp_path: Path, span: bytes) -> None:
    path = save_list(tmp_path / "span.docx", [("Theme: Water",)])
    xml = document_xml(path)
    assert b'w:gridSpan w:val="4"' in xml
    xml = xml.replace(b'w:gridSpan w:val="4"', b'w:gridSpan w:val="' + span + b'"')
    assert "more than 63 columns" in refusal(repack(path, {"word/document.xml": xml}))


def test_too_many_cells_are_refused(tmp_path: Path) -> None:
    path = save_list(tmp_path / "many.docx", [("", "", "", "")] * 10)
    assert "more than 30 cells" in refusal(path, Limits(cells=30))


def test_too_many_elements_are_refused_before_a_tree_is_built(word: Path) -> None:
    xml = document_xml(word).replace(b"<w:body>", b"<w:body>" + b"<w:p/>" * 1_000_000)
    assert "more than 1000000 elements" in refusal(repack(word, {"word/document.xml": xml}), Limits(ratio=10_000))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=3000), st.booleans())
def test_no_bytes_whatever_raise_anything_else(tmp_path: Path, content: bytes, zip_start: bool) -> None:
    path = tmp_path / "any.docx"
    path.write_bytes((b"PK\x03\x04" if zip_start else b"") + content)
    with pytest.raises(UnreadableFile):
        open_word_document(path)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_a_damaged_document_opens_or_is_refused(word: Path, data: st.DataObject) -> None:
    broken = bytearray(word.read_bytes())
    for _ in range(data.draw(st.integers(1, 5))):
        broken[data.draw(st.integers(0, len(broken) - 1))] = data.draw(st.integers(0, 255))
    path = word.with_name("broken.docx")
    path.write_bytes(broken)
    with suppress(UnreadableFile):  # and nothing else
        assert open_word_document(path).element is not None
