"""The documents recommendations are read from: one package a source, all of the same shape.

A source package has `NAME` (its short name, kept in the database), `TITLE` (what people call it), `recognise(path)`,
which goes by the content of the file and never by its name, and `read(path)`, which gives a `Reading` or raises
`UnreadableFile`. A new source is a new package, and a line in `SOURCES`.
"""

import zipfile
from pathlib import Path
from typing import Protocol, cast

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from imports.documents_text import lines_of
from imports.exports import EXPORT_LIMITS
from imports.reading import Reading, UnreadableFile
from imports.safe_files import bytes_of, kind_of, open_word_document
from imports.sources import addendum, session_file, spreadsheet, thematic_list, uhri, upr_info, wg_report
from imports.tables import tables_of


class Source(Protocol):
    """What a source package offers; modules are matched to it by mypy."""

    NAME: str
    TITLE: "str | Promise"

    def recognise(self, path: Path) -> bool:
        """Whether the file's content is of this source. Never raises for a bad file."""

    def read(self, path: Path) -> Reading:
        """All the file holds; `UnreadableFile` where it cannot be read."""


# Each is asked in turn. UHRI goes before those that would read a whole export of hundreds of megabytes as a table.
SOURCES: dict[str, Source] = {
    source.NAME: cast(Source, source)
    for source in (thematic_list, session_file, wg_report, uhri, upr_info, addendum, spreadsheet)
}


def reader_for(path: Path, source: str | None = None) -> Source:
    """The source that can read this file: the named one, or the first that recognises the content.

    Raises `UnreadableFile` with one sentence: what the file is, or what is wrong with it, and what can be read;
    `KeyError` for a name that is not in `SOURCES`. What a named source misses in the file, it says itself on reading.
    """
    if source is not None:
        return SOURCES[source]
    start = _start_of(path)
    for candidate in SOURCES.values():
        if candidate.recognise(path):
            return candidate
    known = "; ".join(str(candidate.TITLE) for candidate in SOURCES.values())
    raise UnreadableFile(
        _("“%(file)s” is %(kind)s, but none of the documents that can be read here: %(known)s.")
        % {"file": path.name, "kind": _kind(path, start), "known": known}
    )


def _start_of(path: Path) -> bytes:
    """The first bytes of a file that is there and not empty; said once, and not by every source in turn."""
    try:
        with path.open("rb") as file:
            start = file.read(1024)
    except (OSError, ValueError) as error:
        raise UnreadableFile(
            _("“%(file)s” cannot be opened: %(error)s. Check that the file is there, and send it again.")
            % {"file": path.name, "error": getattr(error, "strerror", None) or type(error).__name__}
        ) from error
    if not start.lstrip(b"\xef\xbb\xbf \t\r\n"):
        raise UnreadableFile(_("“%(file)s” is empty. Send the document itself.") % {"file": path.name})
    return start


def _kind(path: Path, start: bytes) -> str:
    """What a file is that no source recognises, in words that finish "it is …".

    Raises `UnreadableFile` where the file is of a kind that is read, and too large, locked or damaged.
    """
    if b"%PDF-" in start:
        lines_of(path)
        return _("a PDF document")
    if start.startswith(b"PK"):
        return _kind_of_archive(path)
    if start.startswith(b"\xd0\xcf\x11\xe0"):
        return _kind_of_old_office_file(path)
    kind = kind_of(start)
    if kind:
        return kind
    if start.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"[", b"{"):
        return _("a JSON file")
    return _("a file of an unknown kind") if b"\0" in start else _("a text or a table")


def _kind_of_archive(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            names = {name.partition("/")[0].lower() for name in archive.namelist()}
    except (zipfile.BadZipFile, OSError, ValueError, RuntimeError) as error:
        raise UnreadableFile(
            _("“%(file)s” is cut short or damaged and cannot be unpacked. Download or save it once more and send that.")
            % {"file": path.name}
        ) from error
    if "word" in names:
        open_word_document(path)
        return _("a Word document")
    if "xl" in names:
        tables_of(path, EXPORT_LIMITS)
        return _("an Excel workbook")
    if "ppt" in names:
        return _("a presentation")
    return _("an OpenDocument file") if "mimetype" in names else _("a zip archive of other files")


def _kind_of_old_office_file(path: Path) -> str:
    try:
        tables_of(path, EXPORT_LIMITS)
    except UnreadableFile:
        if kind_of(bytes_of(path)) == _("protected by a password"):
            message = _("“%(file)s” is protected by a password. Save it without one and send it again.")
        else:
            message = _("“%(file)s” is in an old Office format. Save it as .docx or .xlsx and send that.")
        raise UnreadableFile(message % {"file": path.name}) from None
    return _("an Excel workbook")
