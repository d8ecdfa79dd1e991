"""What a column of a sheet can hold, and the headings by which that is proposed."""

from collections.abc import Sequence
from functools import cache
from hashlib import sha256

from django.conf import settings
from django.db import models
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from imports.tables import fold_heading


class Role(models.TextChoices):
    """What a column holds, in words that finish "this column holds …"."""

    ADDRESS = "address", _("the recommendation's address or id on this site")
    LABEL = "label", _("the recommendation's number")
    TEXT = "text", _("the recommendation's text")
    STATE = "state", _("the State under review")
    SESSION = "session", _("the session")
    STATUS = "status", _("the status")
    PROGRESS = "progress", _("how far, when In Progress")
    DAY = "day", _("the day since when")
    REASON = "reason", _("the reason or comment")
    SOURCES = "sources", _("sources or links")
    NOTE = "note", _("a private note")
    VERSION = "version", _("the version, as this site wrote it")


IDENTIFIES = (Role.ADDRESS, Role.LABEL, Role.TEXT)  # at least one of these says which recommendation is meant
SAYS = (Role.STATUS, Role.REASON, Role.SOURCES, Role.NOTE)  # at least one of these is what becomes a draft
SEVERAL = (Role.SOURCES,)  # may stand in several columns

# The columns of the sheet that this site gives out to be filled in, in their order; those without a role are only read
# by people. Their headings, in any of our languages, need no mapping when the sheet comes back.
OWN_COLUMNS: tuple[tuple[str | Promise, Role | None], ...] = (
    (_("Address"), Role.ADDRESS),
    (_("Id"), None),
    (_("State under review"), Role.STATE),
    (_("Session"), Role.SESSION),
    (_("Number"), Role.LABEL),
    (_("Recommendation"), None),
    (_("Made by"), None),  # with “From” it would look like UPR Info's export
    (_("Response"), None),
    (_("Status"), None),
    (_("Since"), None),
    (_("By"), None),
    (_("Your status"), Role.STATUS),
    (_("Your day"), Role.DAY),
    (_("Your reason"), Role.REASON),
    (_("Your sources"), Role.SOURCES),
    (_("Private note"), Role.NOTE),
    (_("Version (leave as it is)"), Role.VERSION),
)
MARKS = (Role.ADDRESS, Role.STATUS, Role.VERSION)  # a sheet with our headings for these is one of ours

# Headings that people give such columns, in lower case, letters and digits only: English, Russian, Kazakh, French and
# Spanish. Only a proposal; a person confirms it once.
HEADINGS: dict[Role, tuple[str, ...]] = {
    Role.ADDRESS: ("address", "url", "publicid", "адрес", "мекенжай", "adresse", "dirección"),
    Role.LABEL: ("number", "no", "label", "recommendationnumber", "номер", "№", "#", "нөмірі", "numéro", "número"),
    Role.TEXT: ("recommendation", "text", "recommendationtext", "рекомендация", "ұсыным", "recommandation", "texto"),
    Role.STATE: ("state", "country", "stateunderreview", "страна", "государство", "мемлекет", "état", "pays", "país"),
    Role.SESSION: ("session", "uprsession", "сессия", "sesión"),
    Role.STATUS: ("status", "implementationstatus", "статус", "мәртебесі", "statut", "estado"),
    Role.PROGRESS: ("progress", "прогресс", "progrès", "progreso"),
    Role.DAY: ("date", "day", "since", "asof", "дата", "күні", "fecha"),
    Role.REASON: ("reason", "comment", "comments", "justification", "причина", "комментарий", "түсініктеме", "motif"),
    Role.SOURCES: ("source", "sources", "link", "links", "evidence", "источник", "источники", "ссылка", "дереккөз"),
    Role.NOTE: ("note", "notes", "privatenote", "internalnote", "заметка", "примечание", "ескерту"),
    Role.VERSION: (),
}

Columns = dict[str, list[str]]  # by role, the keys of its columns (`keys_of`)


def keys_of(headings: Sequence[str]) -> list[str]:
    """A name for each column that stays when columns are moved: the folded heading, counted where it repeats."""
    seen: dict[str, int] = {}
    keys = []
    for heading in headings:
        folded = fold_heading(heading) or heading.strip()  # "№" has no letter
        seen[folded] = seen.get(folded, 0) + 1
        keys.append(folded if seen[folded] == 1 else f"{folded} {seen[folded]}")
    return keys


def own_columns(headings: Sequence[str]) -> Columns | None:
    """The columns of a sheet that this site gave out, in whichever of its languages; None for any other sheet."""
    keys = keys_of(headings)
    for known in _own_headings():
        found = {str(known[key]): [key] for key in keys if key in known}
        if all(mark in found for mark in MARKS):
            return found
    return None


def proposed_columns(headings: Sequence[str]) -> Columns:
    """What the columns probably hold, by their headings; the first of two that would hold the same."""
    found: Columns = {}
    for key in keys_of(headings):
        role = next((role for role, known in HEADINGS.items() if key in known), None)
        if role and (role not in found or role in SEVERAL):
            found.setdefault(str(role), []).append(key)
    return found


def signature_of(headings: Sequence[str]) -> str:
    """A digest of the headings of a sheet, whatever their order: sheets with the same one are mapped alike."""
    return sha256("\n".join(sorted(keys_of(headings))).encode()).hexdigest()


@cache
def _own_headings() -> list[dict[str, Role]]:
    """For each of our languages, the folded headings of the sheet we give out that mean something to us."""
    found = []
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            found.append({fold_heading(str(heading)): role for heading, role in OWN_COLUMNS if role})
    return found
