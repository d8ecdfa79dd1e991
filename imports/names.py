"""Names and labels that nobody here knows: what each may mean, and settling it once for all imports to come.

Nothing is taken unless a person chooses it; then it is an alias like any other, and the file is read again. How
suggestions are found: imports.suggesting.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from history.log import Actor
from imports.batches import read_again
from imports.models import Batch
from imports.resolve import Resolver
from imports.suggesting import closest
from issues.actions import add_group_label, add_issue_label
from issues.models import Issue, PersonGroup, Scheme
from reviews.models import Document
from states.actions import add_state_name
from states.models import State
from states.names import fold

MOST = 100  # names of one import that are suggested for at once
Term = State | Issue | PersonGroup


@dataclass(frozen=True)
class Kind:
    """One sort of names: what people call it, where its aliases stand, and how one is added."""

    code: str
    title: str | Promise
    model: type[Term]
    table: str
    term: str  # the alias's column that points to what it names
    find: Callable[[Resolver, str, str], Term | None]
    add: Callable[[Any, str, Actor], Any]
    condition: str = "TRUE"


KINDS = {
    kind.code: kind
    for kind in (
        Kind(
            "state",
            gettext_lazy("State"),
            State,
            "states_statealias",
            "state_id",
            lambda resolver, printed, _scheme: resolver.state(printed),
            lambda state, text, by: add_state_name(state=state, text=text, by=by),
        ),
        Kind(
            "issue",
            gettext_lazy("Theme"),
            Issue,
            "issues_issuealias",
            "issue_id",
            lambda resolver, printed, scheme: resolver.issue(printed, scheme),
            lambda issue, text, by: add_issue_label(issue=issue, text=text, folded=fold(text), by=by),
            "alias.scheme = %(scheme)s",
        ),
        Kind(
            "group",
            gettext_lazy("Group of persons"),
            PersonGroup,
            "issues_persongroupalias",
            "group_id",
            lambda resolver, printed, _scheme: resolver.group(printed),
            lambda group, text, by: add_group_label(group=group, text=text, folded=fold(text), by=by),
        ),
    )
}


@dataclass(frozen=True)
class Unknown:
    """One printed name, and what it may mean, the closest first."""

    kind: Kind
    printed: str
    suggestions: list[Term]


def scheme_of(source: str) -> str:
    """The classification whose labels a kind of document prints."""
    return Scheme.UPR_INFO if source == Document.Kind.UPR_INFO else Scheme.UHRI


Printed = tuple[Kind, str]


def printed_in(facts: dict[str, Any]) -> list[Printed]:
    """The unknown names of an import that can be settled, as printed. Goals cannot: they are known by their numbers."""
    kinds = facts.get("unknown_kinds", {})
    terms = [(kinds.get(label, "issue"), label) for label in facts.get("unknown_terms", [])]
    found = [("state", name) for name in facts.get("unknown_states", [])] + terms
    return [(kind, name) for kind in KINDS.values() for code, name in found if code == kind.code]


def unknown_in(facts: dict[str, Any], source: str) -> list[Unknown]:
    """The first of the unknown names of an import, with suggestions."""
    return suggested(printed_in(facts)[:MOST], source)


def suggested(printed: Sequence[Printed], source: str) -> list[Unknown]:
    """These names with what they may mean, in their order by kind; 3 queries for each kind there is."""
    found: list[Unknown] = []
    for kind in KINDS.values():
        names = [name for each, name in printed if each is kind]
        found += map(Unknown, [kind] * len(names), names, suggestions(kind, names, scheme_of(source)))
    return found


def suggestions(kind: Kind, names: Sequence[str], scheme: str = Scheme.UHRI) -> list[list[Term]]:
    """For each name up to three terms that have one like it, the closest first."""
    close = closest(names, table=kind.table, term=kind.term, condition=kind.condition, scheme=scheme)
    manager: models.Manager[Any] = kind.model._default_manager
    terms: dict[int, Term] = manager.in_bulk({term for each in close for term in each})
    return [[terms[term] for term in each] for each in close]


@dataclass(frozen=True)
class Choice:
    """What a person says a printed name means."""

    kind: Kind
    printed: str
    term: Term


@transaction.atomic
def settle_names(*, batch: Batch, choices: Sequence[Choice], by: Actor) -> None:
    """Keep what was chosen as aliases, and have the file read again with them. Raises ValidationError; then none is."""
    for choice in choices:
        try:
            choice.kind.add(choice.term, choice.printed, by)
        except ValidationError as error:
            where = _("%(name)s: %(problem)s")
            raise ValidationError(where % {"name": choice.printed, "problem": " ".join(error.messages)}) from error
    if choices:
        read_again(batch=batch)
