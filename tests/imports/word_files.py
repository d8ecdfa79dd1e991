"""Small Word files, built on the spot, for the tests of readers."""

import zipfile
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

import docx

HEADINGS = ("Recommendation and recommending State", "Position of the State under review", "Themes", "Relevant SDGs")
TITLE = "UPR of Atlantis (4th Cycle - 48th Session)"


def save_list(
    path: Path, rows: Sequence[Sequence[str]], headings: Sequence[str] = HEADINGS, title: str | None = TITLE
) -> Path:
    """A thematic list: a row of one text is a full-width row, as theme headings are."""
    document = docx.Document()
    if title:
        document.sections[0].header.paragraphs[0].text = title
    add_table(document, [headings, *rows], len(headings))
    document.save(str(path))
    return path


def add_table(document: docx.document.Document, rows: Sequence[Sequence[str]], columns: int) -> None:
    table = document.add_table(rows=0, cols=columns)
    for texts in rows:
        cells = table.add_row().cells
        if len(texts) == 1:
            cells[0].merge(cells[-1]).text = texts[0]
            continue
        for cell, text in zip(cells, texts, strict=False):
            cell.text = text


def word_file(path: Path) -> Path:
    """A sound Word file without any table."""
    docx.Document().save(str(path))
    return path


def repack(path: Path, changes: dict[str, bytes], more: Sequence[tuple[str, bytes]] = ()) -> Path:
    """The archive with some members' contents replaced, and members added as they are given."""
    with zipfile.ZipFile(path) as archive:
        contents = {name: archive.read(name) for name in archive.namelist()}
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in [*(contents | changes).items(), *more]:
            archive.writestr(name, content)
    path.write_bytes(packed.getvalue())
    return path


def document_xml(path: Path) -> bytes:
    with zipfile.ZipFile(path) as archive:
        return archive.read("word/document.xml")
