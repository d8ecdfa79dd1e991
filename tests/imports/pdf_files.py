"""Small PDFs, built on the spot, for the tests of readers."""

from collections.abc import Sequence
from pathlib import Path

from pypdf import PdfWriter
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject

BODY, SMALL = 10.0, 8.0
Printed = str | tuple[str, float]  # a line, or a line and its size in points


def save_pdf(
    path: Path, pages: Sequence[Sequence[Printed]], password: str | None = None, cmap: bytes | None = None
) -> Path:
    """A PDF of these pages, each a list of lines. With `password` (also the empty one) it is encrypted."""
    writer = PdfWriter()
    for lines in pages:
        add_page(writer, content_of(lines), cmap)
    if password is not None:
        writer.encrypt(user_password=password, owner_password="owner", algorithm="AES-256")
    with path.open("wb") as file:
        writer.write(file)
    return path


def content_of(lines: Sequence[Printed]) -> bytes:
    """The drawing orders of one page."""
    drawn = []
    for number, line in enumerate(lines):
        text, size = (line, BODY) if isinstance(line, str) else line
        escaped = text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
        drawn.append(f"BT /F1 {size} Tf 1 0 0 1 60 {780 - 12 * number} Tm ({escaped}) Tj ET")
    return "\n".join(drawn).encode("cp1252")


def add_page(writer: PdfWriter, content: bytes, cmap: bytes | None = None, packed: bool = False) -> None:
    """Add a page that draws `content` in Helvetica; `cmap` says which letters its codes are."""
    page = writer.add_blank_page(width=595, height=842)
    font = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Font"),
            NameObject("/Subtype"): NameObject("/Type1"),
            NameObject("/BaseFont"): NameObject("/Helvetica"),
            NameObject("/Encoding"): NameObject("/WinAnsiEncoding"),
        }
    )
    if cmap is not None:
        font[NameObject("/ToUnicode")] = writer._add_object(_stream(cmap))
    fonts = DictionaryObject({NameObject("/F1"): writer._add_object(font)})
    page[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): fonts})
    stream = _stream(content)
    page[NameObject("/Contents")] = writer._add_object(stream.flate_encode() if packed else stream)


def _stream(content: bytes) -> DecodedStreamObject:
    stream = DecodedStreamObject()
    stream.set_data(content)
    return stream
