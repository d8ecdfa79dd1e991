"""What a row of a file would do to what is there: nothing, a change, or a conflict with a document or a person."""

import datetime
from collections.abc import Callable, Collection
from dataclasses import dataclass, field

from django.utils import formats
from django.utils.translation import gettext as _

from imports import answers
from imports.models import Row
from imports.reading import same_text
from imports.snapshots import TERMS, Snapshot
from reviews.models import Document

KINDS = Document.Kind
# Which document a record is cited from: the report before the list made from it, and both before a database.
SOURCE_RANK: dict[str, int] = {KINDS.WG_REPORT: 1, KINDS.THEMATIC_LIST: 2, KINDS.UHRI: 3}
LAST = 9


@dataclass(frozen=True)
class Verdict:
    """The outcome of one row, the parts that differ, and those of them that are not written without asking."""

    outcome: Row.Outcome
    fields: list[str]
    disputed: list[str] = field(default_factory=list)
    message: str = ""


def compare(
    held: Snapshot | None,
    said: Snapshot,
    document: Document,
    source: Document | None,
    kept: Collection[str] = (),
) -> Verdict:
    """Compare what a document says of a recommendation with what is held, whose source is `source`.

    `kept` are the corrected parts in which somebody preferred the correction to this very file before.
    """
    if held is None or held["removed"]:
        return Verdict(Row.Outcome.NEW, sorted(said))
    changed = {part for part in (*TERMS, "position") if part in said and said[part] != held[part]}
    if any(each not in held["ids"] for each in said.get("ids", ())):
        changed.add("ids")
    disputed = _other_answer(held, said, document) if "position" in changed else set()
    if "position" in changed and answers.said_before(held, document):
        changed.discard("position")  # the same again is nothing, another one is asked about
    other = source if source is not None and source.pk != document.pk else None
    if "text" in said:
        (disputed if other else changed).update(_other_words(held, said))
        changed |= _better_print(held, said, document, other)
    if other is not None and document.kind == KINDS.UHRI:
        changed -= _terms_of_others(held)
    corrected = _corrected(held, said, changed | disputed)
    untouched = {part for part in held.get("edited", ()) if part not in corrected} | set(kept)
    changed, disputed = changed - corrected - untouched, (disputed | corrected) - untouched
    if other is not None:
        if other.kind == document.kind:
            disputed |= {part for part in changed & set(TERMS) if held[part]}
        if "text" in said and "text" not in kept and _rank(document) < _rank(other):
            (disputed if "text" in disputed else changed).add("source")
    fields = sorted(changed | disputed)
    if disputed:
        sentences = [_correction_sentence(held, corrected & disputed)] if corrected & disputed else []
        if "position" in disputed:
            sentences.append(_answer_sentence(document))
        if disputed - corrected - {"source", "position"}:
            sentences.append(_conflict_sentence(document, source))
        return Verdict(Row.Outcome.CONFLICT, fields, sorted(disputed), " ".join(sentences))
    outcome = Row.Outcome.CHANGED if changed else Row.Outcome.UNCHANGED
    return Verdict(outcome, fields, message=_("What a person corrected stays, as decided before.") if kept else "")


def _other_words(held: Snapshot, said: Snapshot) -> set[str]:
    """Text and States, where the file says something else and does not only print it otherwise."""
    found = set() if same_text(held["text"], said["text"]) else {"text"}
    return found if _states(held) == _states(said) else found | {"states"}


def _other_answer(held: Snapshot, said: Snapshot, document: Document) -> set[str]:
    """The answer, where another document of the same kind gave another one: which of them holds a person decides."""
    before = answers.said_before(held, document)
    return set() if before is None or answers.is_same(before, said["position"]) else {"position"}


def _terms_of_others(held: Snapshot) -> set[str]:
    """A database's themes are taken, all together, only where no list has brought any: those of a list stay."""
    return set(TERMS) if any(held[part] for part in TERMS) else set()


def _better_print(held: Snapshot, said: Snapshot, document: Document, other: Document | None) -> set[str]:
    """The same words in a better print are taken over quietly.

    A list is a text document, a report often a PDF with broken lines, a database what somebody typed. So the same data
    come out whatever the order of the imports.
    """
    over_database = document.kind == KINDS.WG_REPORT and other is not None and other.kind == KINDS.UHRI
    if document.kind != KINDS.THEMATIC_LIST and not over_database:
        return set()
    found = set()
    if held["text"] != said["text"] and same_text(held["text"], said["text"]):
        found.add("text")
    if held["states"] != said["states"] and _states(held) == _states(said):
        found.add("states")
    return found


def _issues(snapshot: Snapshot) -> list[int]:
    """The issues, whichever is the primary one: a person says which there are, not in what order a list has them."""
    return [issue for issue, _scheme, _primary in snapshot["issues"]]


# When a document says the same as a person, though it may print it otherwise.
SAME: dict[str, Callable[[Snapshot, Snapshot], bool]] = {
    "text": lambda held, said: same_text(held["text"], said["text"]),
    "states": lambda held, said: _states(held) == _states(said),
    "issues": lambda held, said: _issues(held) == _issues(said),
}


def _corrected(held: Snapshot, said: Snapshot, different: Collection[str]) -> set[str]:
    """Of these parts those that a person corrected and of which the document says something else."""
    return {part for part in held.get("edited", ()) if part in different and not SAME[part](held, said)}


def _states(snapshot: Snapshot) -> list[object]:
    """The recommending States, whatever the spelling; a name nobody knows stands for itself."""
    return [state if state is not None else printed for state, printed in snapshot["states"]]


def outranks(kind: str, other: str) -> bool:
    """Whether a document of this kind is proposed to be taken over one of the other, where they disagree."""
    return SOURCE_RANK.get(kind, LAST) < SOURCE_RANK.get(other, LAST)


def _rank(document: Document) -> int:
    return SOURCE_RANK.get(document.kind, LAST)


def _correction_sentence(held: Snapshot, parts: Collection[str]) -> str:
    days = [datetime.date.fromisoformat(day) for part, day in held["edited"].items() if part in parts and day]
    if not days:
        return _("A person corrected this; keeping it is proposed.")
    day = formats.date_format(max(days), "DATE_FORMAT")
    return _("A person corrected this on %(day)s; keeping it is proposed.") % {"day": day}


def _answer_sentence(document: Document) -> str:
    sentence = _("Another document of this kind (%(kind)s) gives another answer. Keeping that answer is proposed.")
    return sentence % {"kind": document.get_kind_display()}


def _conflict_sentence(document: Document, source: Document | None) -> str:
    other = source.title if source else ""
    if source is not None and _rank(document) < _rank(source):
        sentence = _("“%(other)s” says something else. This document ranks higher: taking it is proposed.")
    else:
        sentence = _("“%(other)s” says something else. It ranks higher or equal: keeping it is proposed.")
    return sentence % {"other": other}
