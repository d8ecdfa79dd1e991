"""What a row of an import would change, part by part, as a person reads it."""

from dataclasses import dataclass
from functools import lru_cache

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from imports.models import Row
from imports.snapshots import Snapshot
from issues.models import Goal, Issue, PersonGroup
from recommendations.models import Claim, Response
from reviews.models import Document

WORDS: dict[str, str | Promise] = {
    "text": _("Text"),
    "states": _("Recommended by"),
    "position": _("Response"),
    "issues": _("Issues"),
    "groups": _("Groups of persons"),
    "goals": _("Goals"),
    "source": _("Source"),
}


@dataclass(frozen=True)
class Difference:
    """One part: what stands there, and what the file says."""

    what: str | Promise
    old: str
    new: str


def differences(row: Row) -> list[Difference]:
    """The parts that differ, in the order of a recommendation's page; none for a rejected row."""
    if row.outcome == Row.Outcome.REJECTED or not row.after:
        return []
    return [
        Difference(
            words,
            _shown(part, row.before) if row.before and not row.before.get("removed") else "",
            _shown(part, row.after),
        )
        for part, words in WORDS.items()
        if part in row.fields and part in row.after and not (part == "source" and row.outcome == Row.Outcome.NEW)
    ]


def _shown(part: str, snapshot: Snapshot) -> str:
    value = snapshot.get(part)
    if not value:
        return ""
    match part:
        case "text":
            return str(value)
        case "states":
            return ", ".join(printed for _state, printed in value)
        case "position":
            claim = f" ({Claim(value['claim']).label})" if value["claim"] else ""
            return f"{Response(value['response']).label}{claim} {value['explanation']}".strip()
        case "issues":
            return "; ".join(_name(Issue, pk) for pk, _scheme, _primary in value)
        case "groups":
            return "; ".join(_name(PersonGroup, pk) for pk in value)
        case "goals":
            return "; ".join(_name(Goal, pk) for pk in value)
    return _name(Document, value[0]) if value[0] else ""


@lru_cache(maxsize=2000)
def _name(model: type[Issue] | type[PersonGroup] | type[Goal] | type[Document], pk: int) -> str:
    """The name of a term. Vocabularies hardly change; a process that lives long forgets the oldest."""
    found = model._default_manager.filter(pk=pk).first()
    if isinstance(found, Goal):
        return f"{found.code} {found.name}"
    return str(found or "")
