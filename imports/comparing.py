"""What a row of a file would do to what is there: nothing, a change, or a conflict with another document."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from imports.models import Row
from imports.reading import same_text
from imports.snapshots import TERMS, Snapshot
from reviews.models import Document

# Which document a record is cited from: the report before the list made from it.
SOURCE_RANK = {Document.Kind.WG_REPORT: 1, Document.Kind.THEMATIC_LIST: 2}
# Whose printing is kept where two documents hold the same words: a list is a text document, a report often a PDF with
# broken lines. So the same data come out whatever the order of the imports.
PRINTS_BEST = Document.Kind.THEMATIC_LIST


@dataclass(frozen=True)
class Verdict:
    """The outcome of one row, the parts that differ, and what to apply of it without asking."""

    outcome: Row.Outcome
    fields: list[str]
    message: str = ""


def compare(held: Snapshot | None, said: Snapshot, document: Document, source: Document | None) -> Verdict:
    """Compare what a document says of a recommendation with what is held, whose source is `source`."""
    if held is None or held["removed"]:
        return Verdict(Row.Outcome.NEW, sorted(said))
    changed: list[str] = [
        part for part in ("issues", "groups", "goals", "position") if part in said and said[part] != held[part]
    ]
    conflicts: list[str] = []
    own = source is None or source.pk == document.pk
    if "text" in said:
        changed += _printing(held, said, document)
        if not same_text(held["text"], said["text"]):
            (changed if own else conflicts).append("text")
        if _states(held) != _states(said):
            (changed if own else conflicts).append("states")
        if not own and source is not None and _outranks(document, source):
            changed.append("source")
    for part in TERMS:
        if part in changed and held[part] and not own and source is not None and source.kind == document.kind:
            changed.remove(part)
            conflicts.append(part)
    if conflicts:
        return Verdict(Row.Outcome.CONFLICT, conflicts, _conflict_sentence(document, source))
    return Verdict(Row.Outcome.CHANGED if changed else Row.Outcome.UNCHANGED, sorted(set(changed)))


def _printing(held: Snapshot, said: Snapshot, document: Document) -> list[str]:
    """The same words in a better print are taken over quietly."""
    if document.kind != PRINTS_BEST:
        return []
    found = []
    if held["text"] != said["text"] and same_text(held["text"], said["text"]):
        found.append("text")
    if held["states"] != said["states"] and _states(held) == _states(said):
        found.append("states")
    return found


def _states(snapshot: Snapshot) -> list[object]:
    """The recommending States, whatever the spelling; a name nobody knows stands for itself."""
    return [state if state is not None else printed for state, printed in snapshot["states"]]


def _outranks(document: Document, source: Document) -> bool:
    return SOURCE_RANK.get(Document.Kind(document.kind), 9) < SOURCE_RANK.get(Document.Kind(source.kind), 9)


def _conflict_sentence(document: Document, source: Document | None) -> str:
    other = source.title if source else ""
    if source is not None and _outranks(document, source):
        sentence = _("“%(other)s” says something else. This document ranks higher: taking it is proposed.")
    else:
        sentence = _("“%(other)s” says something else. It ranks higher or equal: keeping it is proposed.")
    return sentence % {"other": other}
