"""What a row of an import would change, part by part, as a person reads it."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from django.utils import formats
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from imports.models import Row
from imports.snapshots import Snapshot
from issues.models import Goal, Issue, PersonGroup
from recommendations.models import Claim, Progress, Response, Status
from reviews.models import Document
from web.imports.words import Piece, pieces

Named = Issue | PersonGroup | Goal | Document
WORDS: dict[str, str | Promise] = {
    "text": _("Text"),
    "states": _("Recommended by"),
    "position": _("Answer in this document"),
    "issues": _("Issues"),
    "groups": _("Groups of persons"),
    "goals": _("Goals"),
    "source": _("Source"),
    "ids": _("Numbers in databases"),
}
ANSWER_SHOWN = _("Answer shown")
OF_A_DRAFT: dict[str, str | Promise] = {
    "status": _("Status"),
    "progress": _("How far"),
    "holds_from": _("Since when"),
    "reason": _("Reason"),
    "bases": _("It rests on"),
    "private_note": _("Private note"),
}


@dataclass(frozen=True)
class Difference:
    """One part: what stands there, and what the file says; `is_disputed` where a person decides between the two."""

    what: str | Promise
    old: str
    new: str
    is_disputed: bool = False

    @cached_property
    def pieces(self) -> list[Piece]:
        """Both as one text, word by word."""
        return pieces(self.old, self.new)

    @property
    def old_pieces(self) -> list[Piece]:
        """What stands there, with the words marked that the file has not."""
        return [piece for piece in self.pieces if piece.kind != "ins"]

    @property
    def new_pieces(self) -> list[Piece]:
        """What the file says, with the words marked that do not stand there."""
        return [piece for piece in self.pieces if piece.kind != "del"]


class Names:
    """The names of the terms and documents that a page of rows speaks of: one query for each kind there is."""

    def __init__(self, rows: Sequence[Row]) -> None:
        said = [snapshot for row in rows if row.outcome != Row.Outcome.REJECTED for snapshot in (row.before, row.after)]
        wanted = [snapshot for snapshot in said if snapshot]
        self._names: dict[tuple[type[Named], int], str] = {}
        for model, ids in _ids(wanted).items():
            for pk, found in model._default_manager.in_bulk(ids).items():
                self._names[model, pk] = f"{found.code} {found.name}" if isinstance(found, Goal) else str(found)

    def of(self, model: type[Named], pk: int) -> str:
        """The name of one of them, or nothing where it is gone."""
        return self._names.get((model, pk), "")


def _ids(snapshots: Sequence[Snapshot]) -> dict[type[Named], set[int]]:
    return {
        Issue: {pk for said in snapshots for pk, _scheme, _primary in said.get("issues") or ()},
        PersonGroup: {pk for said in snapshots for pk in said.get("groups") or ()},
        Goal: {pk for said in snapshots for pk in said.get("goals") or ()},
        Document: {said["source"][0] for said in snapshots if said.get("source") and said["source"][0]},
    }


def differences(row: Row, names: Names) -> list[Difference]:
    """The parts that differ, in the order of a recommendation's page; none for a rejected row."""
    if row.outcome == Row.Outcome.REJECTED or not row.after:
        return []
    if "draft" in row.after:
        return _of_a_draft(row)
    held = row.before if row.before and not row.before.get("removed") else {}
    beside = row.after.get("beside")
    if beside and beside["against"]:
        held = held | {"position": beside["against"]}
    found = [
        Difference(
            words,
            _shown(part, held, names),
            _shown(part, row.after, names),
            part in row.disputed,
        )
        for part, words in WORDS.items()
        if part in row.fields and part in row.after and not (part == "source" and row.outcome == Row.Outcome.NEW)
    ]
    return [*found, _answer_shown(beside)] if beside else found


def _answer_shown(beside: Snapshot) -> Difference:
    """Whether lists and the page show another answer than before once this document's is written."""
    old, new = (_answer(*pair) if pair else "" for pair in (beside["shown"], beside["then"]))
    if not beside["changes"]:
        old = new = gettext("stays %(answer)s") % {"answer": new}
    return Difference(ANSWER_SHOWN, old, new)


def _answer(response: str, claim: str) -> str:
    return f"{Response(response).label} ({Claim(claim).label})" if claim else str(Response(response).label)


def _of_a_draft(row: Row) -> list[Difference]:
    held, said = (row.before or {}).get("draft", {}), row.after["draft"]
    found = [
        Difference(words, _in_draft(part, held), _in_draft(part, said))
        for part, words in OF_A_DRAFT.items()
        if part in row.fields
    ]
    if said and "status" not in said and "status" not in held:
        found.insert(0, Difference(OF_A_DRAFT["status"], "", str(_("not stated – choose"))))
    return found


def _in_draft(part: str, said: Snapshot) -> str:
    value = said.get(part)
    if not value:
        return ""
    match part:
        case "status":
            return str(Status(value).label)
        case "progress":
            return str(Progress(value).label)
        case "holds_from":
            return formats.date_format(datetime.date.fromisoformat(value), "DATE_FORMAT")
        case "bases":
            return "; ".join(" ".join(filter(None, (basis["description"], basis["url"]))) for basis in value)
    return str(value)


def _shown(part: str, snapshot: Snapshot, names: Names) -> str:
    value = snapshot.get(part)
    if not value:
        return ""
    match part:
        case "text":
            return str(value)
        case "states":
            return ", ".join(printed for _state, printed in value)
        case "position":
            return f"{_answer(value['response'], value['claim'])} {value['explanation']}".strip()
        case "issues":
            return "; ".join(names.of(Issue, pk) for pk, _scheme, _primary in value)
        case "groups":
            return "; ".join(names.of(PersonGroup, pk) for pk in value)
        case "goals":
            return "; ".join(names.of(Goal, pk) for pk in value)
        case "ids":
            return "; ".join(f"{scheme} {number}" for scheme, number in value)
    return " · ".join(filter(None, [names.of(Document, value[0]) if value[0] else str(_("this document")), value[1]]))
