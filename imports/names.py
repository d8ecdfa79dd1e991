"""Names and labels that nobody here knows: what each may mean, and settling it once for all imports to come.

Suggestions are by trigrams over every name, former name and spelling (PostgreSQL's pg_trgm). Nothing is taken unless a
person chooses it; then it is an alias like any other, and the file is read again.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection, models, transaction
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from history.log import Actor
from imports.batches import read_again
from imports.models import Batch
from imports.resolve import Resolver
from issues.actions import add_group_label, add_issue_label
from issues.models import Issue, PersonGroup, Scheme
from reviews.models import Document
from states.actions import add_state_name
from states.models import State
from states.names import fold

MOST = 100  # names of one import that are shown to be settled; the others after these
CLOSE = 0.35  # how much of its trigrams a suggestion shares, from 0 to 1
# For each name the three terms with the closest alias: as a whole, or as a part of a longer one ("Turkey (State of)").
CLOSEST = """
    SELECT asked.place, found.term
    FROM unnest(%(names)s::text[]) WITH ORDINALITY AS asked (name, place)
    CROSS JOIN LATERAL (
        SELECT alias.{term} AS term, max(greatest(
            similarity(alias.folded, asked.name), 0.8 * word_similarity(asked.name, alias.folded),
            0.6 * word_similarity(alias.folded, asked.name)
        )) AS score
        FROM {table} alias WHERE {condition}
        GROUP BY alias.{term} ORDER BY score DESC, alias.{term} LIMIT 3
    ) found
    WHERE found.score >= %(close)s
    ORDER BY asked.place, found.score DESC, found.term
"""
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


def unknown_in(facts: dict[str, Any], source: str) -> list[Unknown]:
    """The unknown names of an import that can be settled, with suggestions; 2 queries for each kind there is.

    Goals cannot: they are known by their numbers.
    """
    kinds = facts.get("unknown_kinds", {})
    printed: dict[str, list[str]] = {code: [] for code in KINDS}
    printed["state"] += facts.get("unknown_states", [])
    for label in facts.get("unknown_terms", []):
        if (code := kinds.get(label, "issue")) in KINDS:
            printed[code].append(label)
    found: list[Unknown] = []
    for code, names in printed.items():
        names = names[: MOST - len(found)]
        found += map(Unknown, [KINDS[code]] * len(names), names, suggestions(KINDS[code], names, scheme_of(source)))
    return found


def suggestions(kind: Kind, names: Sequence[str], scheme: str = Scheme.UHRI) -> list[list[Term]]:
    """For each name up to three terms that have one like it, the closest first."""
    if not names:
        return []
    query = CLOSEST.format(table=kind.table, term=kind.term, condition=kind.condition)
    folded = [fold(name) for name in names]
    with connection.cursor() as cursor:
        cursor.execute(query, {"names": folded, "close": CLOSE, "scheme": scheme})
        pairs = cursor.fetchall()
    terms: dict[int, Term] = _by_id(kind.model, {term for _place, term in pairs})
    close: list[list[Term]] = [[] for _name in names]
    for place, term in pairs:
        close[place - 1].append(terms[term])
    return close


def _by_id(model: type[Any], ids: set[int]) -> dict[int, Any]:
    manager: models.Manager[Any] = model._default_manager
    return manager.in_bulk(ids)


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
