"""The documents recommendations are read from: one package a source, all of the same shape.

A source package has `NAME` (its short name, kept in the database), `TITLE` (what people call it), `recognise(path)`,
which goes by the content of the file and never by its name, and `read(path)`, which gives a `Reading` or raises
`UnreadableFile`. A new source is a new package, and a line in `SOURCES`.
"""

from pathlib import Path
from typing import Protocol, cast

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from imports.reading import Reading, UnreadableFile
from imports.sources import addendum, thematic_list, uhri, upr_info, wg_report


class Source(Protocol):
    """What a source package offers; modules are matched to it by mypy."""

    NAME: str
    TITLE: "str | Promise"

    def recognise(self, path: Path) -> bool:
        """Whether the file's content is of this source. Never raises for a bad file."""

    def read(self, path: Path) -> Reading:
        """All the file holds; `UnreadableFile` where it cannot be read."""


SOURCES: dict[str, Source] = {
    source.NAME: cast(Source, source) for source in (thematic_list, wg_report, upr_info, uhri, addendum)
}


def reader_for(path: Path, source: str | None = None) -> Source:
    """The source that can read this file: the named one, or the first that recognises the content.

    Raises `UnreadableFile`, naming what was tried and why each failed; `KeyError` for a name that is not in `SOURCES`.
    """
    if source is not None:
        return SOURCES[source]
    for candidate in SOURCES.values():
        if candidate.recognise(path):
            return candidate
    tried = " ".join(f"{candidate.TITLE}: {_why_not(candidate, path)}" for candidate in SOURCES.values())
    raise UnreadableFile(
        _("“%(file)s” is none of the documents that can be read here. Tried: %(tried)s")
        % {"file": path.name, "tried": tried}
    )


def _why_not(source: Source, path: Path) -> str:
    try:
        source.read(path)
    except UnreadableFile as error:
        return str(error)
    return _("it can be read as this, but does not look like one. If it is one, choose it by name.")
