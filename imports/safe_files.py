"""Opening an uploaded Office file without trusting it.

A .docx is a zip of XML parts, and both can be made to exhaust memory or to reach for other files. Before python-docx
(and lxml under it) sees a single byte, the archive is inflated once under limits that are measured, not read from its
headers, and each part that python-docx would parse as XML goes through defusedxml, which refuses document types and
entities. lxml itself is used by python-docx without entity resolution and without `huge_tree`.
"""

import re
import zipfile
import zlib
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from xml.sax import SAXException
from xml.sax.handler import ContentHandler
from xml.sax.xmlreader import AttributesImpl

import docx
from defusedxml.common import DefusedXmlException
from defusedxml.sax import parseString
from django.utils.translation import gettext as _
from docx.document import Document

from imports.reading import UnreadableFile


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a file may ask of us. A list of 254 recommendations: 0.1 MB packed, 1.3 unpacked, 40,000 elements."""

    file_bytes: int = 20_000_000
    members: int = 1_000
    inflated_bytes: int = 40_000_000
    ratio: int = 150  # inflated to packed, for a member above `ratio_from` bytes
    ratio_from: int = 1_000_000
    depth: int = 200  # lxml stops at 256
    elements: int = 1_000_000  # each costs lxml some hundred bytes
    cells: int = 100_000  # table cells in the whole document
    columns: int = 63  # what Word itself allows in a table


LIMITS = Limits()
CHUNK = 65_536
MAIN_PART = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
CONTENT_TYPES = "[content_types].xml"


def open_word_document(path: Path, limits: Limits = LIMITS) -> Document:
    """Open a .docx file that a stranger sent.

    Raises `UnreadableFile` with one sentence (the file's name, what is wrong, what to do) for whatever is not a sound,
    modest, unencrypted Word document.
    """
    packed = bytes_of(path, limits)
    _check_kind(path.name, packed)
    _check_parts(path.name, _inflate(path.name, packed, limits), limits)
    try:
        return docx.Document(BytesIO(packed))
    except Exception as error:  # python-docx meets odd packages with KeyError, AttributeError, lxml's errors and more
        raise UnreadableFile(
            _("“%(file)s” is put together oddly and cannot be read (%(error)s). Open it in Word and save it again.")
            % {"file": path.name, "error": type(error).__name__}
        ) from error


def kind_of(packed: bytes) -> str:
    """What a file is by its first bytes, in words that finish "it is …"; empty where that is not easily told."""
    start = packed[:1024].lstrip(b"\xef\xbb\xbf \t\r\n")
    if not start:
        return _("empty")
    for magic, name in _magic_numbers():
        if start.startswith(magic):
            return name
    if start.startswith(b"\xd0\xcf\x11\xe0"):
        encrypted = "EncryptedPackage".encode("utf-16-le") in packed
        return _("protected by a password") if encrypted else _("in the .doc format, or another old Office format")
    if re.match(rb"<(?:!doctype html|html|head|body|meta|table)\b", start, re.IGNORECASE):
        return _("a web page")
    return ""


def _magic_numbers() -> tuple[tuple[bytes, str], ...]:
    return (
        (b"%PDF-", _("a PDF document")),
        (b"{\\rtf", _("a rich text (RTF) document")),
        (b"MIME-Version:", _("a web page saved as one file")),
        (b"<?xml", _("an XML file")),
        (b"\x89PNG", _("a picture")),
        (b"\xff\xd8\xff", _("a picture")),
        (b"\x1f\x8b", _("a gzip archive")),
        (b"7z\xbc\xaf", _("a 7-Zip archive")),
        (b"Rar!", _("a RAR archive")),
    )


def bytes_of(path: Path, limits: Limits = LIMITS) -> bytes:
    """A file's content; `UnreadableFile` where it cannot be opened or is larger than `limits.file_bytes`."""
    try:
        with path.open("rb") as file:
            packed = file.read(limits.file_bytes + 1)
    except (OSError, ValueError) as error:
        raise UnreadableFile(
            _("“%(file)s” cannot be opened: %(error)s. Check that the file is there, and send it again.")
            % {"file": path.name, "error": getattr(error, "strerror", None) or type(error).__name__}
        ) from error
    if len(packed) > limits.file_bytes:
        raise UnreadableFile(
            _("“%(file)s” is larger than %(limit)d MB, the most that is read. Remove pictures and save it again.")
            % {"file": path.name, "limit": limits.file_bytes // 1_000_000}
        )
    return packed


def _check_kind(name: str, packed: bytes) -> None:
    if packed.startswith(b"PK"):
        return
    kind = kind_of(packed)
    if kind:
        message = _("“%(file)s” is %(kind)s, not a Word document (.docx). Save it as .docx and send it again.")
    else:
        message = _("“%(file)s” is not a Word document (.docx). Open it in Word, save it as .docx and send it again.")
    raise UnreadableFile(message % {"file": name, "kind": kind})


# ------------------------------------------------------------------------------------------------------- the archive


def _inflate(name: str, packed: bytes, limits: Limits) -> dict[str, bytes]:
    """Every member of the archive by its lower-cased name, inflated under the limits."""
    try:
        with zipfile.ZipFile(BytesIO(packed)) as archive:
            members = archive.infolist()
            _check_members(name, members, limits)
            return _inflate_all(name, archive, members, limits)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, RuntimeError) as error:
        raise UnreadableFile(
            _("“%(file)s” is cut short or damaged and cannot be unpacked. Download or save it once more and send that.")
            % {"file": name}
        ) from error


def _check_members(name: str, members: list[zipfile.ZipInfo], limits: Limits) -> None:
    if len(members) > limits.members:
        raise _refused(name, _("it holds %(count)d parts, more than any Word document needs") % {"count": len(members)})
    seen: set[str] = set()
    for member in members:
        path = member.orig_filename
        if _leads_outside(path):
            raise _refused(name, _("it holds a part with the unsafe name “%(part)s”") % {"part": ascii(path)[1:81]})
        if path.lower() in seen:
            raise _refused(name, _("it holds the part “%(part)s” twice") % {"part": path[:80]})
        if member.flag_bits & 0x1:
            raise UnreadableFile(
                _("“%(file)s” is protected by a password. Save it without one and send it again.") % {"file": name}
            )
        if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise _refused(name, _("it is packed in a way Word does not use"))
        seen.add(path.lower())


def _leads_outside(path: str) -> bool:
    parts = path.replace("\\", "/").split("/")
    return path.startswith(("/", "\\")) or ".." in parts or "\0" in path or bool(re.match(r"[A-Za-z]:", path))


def _inflate_all(
    name: str, archive: zipfile.ZipFile, members: list[zipfile.ZipInfo], limits: Limits
) -> dict[str, bytes]:
    left = limits.inflated_bytes
    contents: dict[str, bytes] = {}
    for member in members:
        inflated = bytearray()
        with archive.open(member) as stream:
            while chunk := stream.read(CHUNK):
                inflated += chunk
                left -= len(chunk)
                too_dense = len(inflated) > max(limits.ratio_from, limits.ratio * member.compress_size)
                if left < 0 or too_dense:
                    raise _refused(name, _("it unpacks to far more than a Word document holds"))
        contents[member.filename.lower()] = bytes(inflated)
    return contents


def _refused(name: str, why: str) -> UnreadableFile:
    return UnreadableFile(
        _("“%(file)s” is refused as unsafe: %(why)s. Open it in Word, save it as a new .docx and send that.")
        % {"file": name, "why": why}
    )


# --------------------------------------------------------------------------------------------------------- the parts


def _check_parts(name: str, parts: dict[str, bytes], limits: Limits) -> None:
    """Refuse what is not Word's, and send every part that will be parsed through defusedxml."""
    if CONTENT_TYPES not in parts:
        raise _not_word(name, parts)
    types = _ContentTypes()
    _parse(name, CONTENT_TYPES, parts[CONTENT_TYPES], types)
    if MAIN_PART not in types.overrides.values():
        raise _not_word(name, parts, types)
    shape = _Shape(limits)
    for part, content in parts.items():
        if part != CONTENT_TYPES and types.is_xml(part):
            _parse(name, part, content, shape)


def _parse(name: str, part: str, content: bytes, handler: ContentHandler) -> None:
    try:
        parseString(content, handler, forbid_dtd=True)
    except _TooMuch as error:
        raise _refused(name, str(error)) from error
    except DefusedXmlException as error:
        raise _refused(name, _("its part “%(part)s” declares a document type or entities") % {"part": part}) from error
    except (SAXException, ValueError, LookupError) as error:
        raise UnreadableFile(
            _("“%(file)s” is damaged: its part “%(part)s” is not sound XML. Open it in Word and save it again.")
            % {"file": name, "part": part}
        ) from error


def _not_word(name: str, parts: dict[str, bytes], types: "_ContentTypes | None" = None) -> UnreadableFile:
    if types and any("macroenabled" in kind for kind in types.overrides.values()):
        kind = _("a Word document with macros")
    elif "xl/workbook.xml" in parts or "xl/workbook.bin" in parts:
        kind = _("an Excel workbook")
    elif "ppt/presentation.xml" in parts:
        kind = _("a presentation")
    elif parts.get("mimetype", b"").startswith(b"application/vnd.oasis.opendocument"):
        kind = _("an OpenDocument file")
    else:
        kind = _("a zip archive of other files")
    return UnreadableFile(
        _("“%(file)s” is %(kind)s, not a Word document (.docx). Save it as .docx and send it again.")
        % {"file": name, "kind": kind}
    )


class _ContentTypes(ContentHandler):
    """Which parts the package says are XML: python-docx goes by this, and not by their names."""

    def __init__(self) -> None:
        super().__init__()
        self.overrides: dict[str, str] = {}
        self.defaults: dict[str, str] = {}

    def startElement(self, name: str, attrs: AttributesImpl) -> None:
        kind = attrs.get("ContentType", "").strip().lower()
        tag = name.rpartition(":")[2]
        if tag == "Override":
            self.overrides[attrs.get("PartName", "").lstrip("/").lower()] = kind
        elif tag == "Default":
            self.defaults[attrs.get("Extension", "").lower()] = kind

    def is_xml(self, part: str) -> bool:
        """Whether python-docx may parse this part: by declared type, or a relationship part, or an .xml name."""
        extension = part.rpartition(".")[2]
        kind = self.overrides.get(part) or self.defaults.get(extension, "")
        return kind.endswith("xml") or extension in {"xml", "rels"}


class _TooMuch(Exception):
    """A document beyond the limits; its text says which."""


class _Shape(ContentHandler):
    """Counts what makes a document too heavy, while defusedxml reads it, and raises `_TooMuch` at the first excess."""

    def __init__(self, limits: Limits) -> None:
        super().__init__()
        self.limits = limits
        self.depth = self.cells = self.elements = 0
        self.rows: list[int] = []  # grid columns of each row now open: tables lie within tables

    def startDocument(self) -> None:
        self.depth = 0
        self.rows = []

    def startElement(self, name: str, attrs: AttributesImpl) -> None:
        self.depth += 1
        self.elements += 1
        tag = name.rpartition(":")[2]
        if tag == "tr":
            self.rows.append(0)
        elif tag == "tc":
            self.cells += 1
            self._widen(1)
        elif tag == "gridSpan":
            self._widen(_span(attrs) - 1)
        self._check()

    def endElement(self, name: str) -> None:
        self.depth -= 1
        if name.rpartition(":")[2] == "tr" and self.rows:
            self.rows.pop()

    def _widen(self, columns: int) -> None:
        if self.rows:
            self.rows[-1] += columns

    def _check(self) -> None:
        if self.depth > self.limits.depth:
            raise _TooMuch(_("its parts are nested too deeply"))
        if self.elements > self.limits.elements:
            raise _TooMuch(_("it has more than %(count)d elements") % {"count": self.limits.elements})
        if self.cells > self.limits.cells:
            raise _TooMuch(_("its tables have more than %(count)d cells") % {"count": self.limits.cells})
        if self.rows and self.rows[-1] > self.limits.columns:
            raise _TooMuch(_("a table has more than %(count)d columns") % {"count": self.limits.columns})


def _span(attrs: AttributesImpl) -> int:
    values = [value for key, value in attrs.items() if key.rpartition(":")[2] == "val"]
    printed = values[0].strip() if values else ""
    return int(printed) if re.fullmatch(r"[0-9]{1,6}", printed) else (1 if not printed else 1_000_000)
