"""What the values of facets are called: tags hold ids, answers hold codes and names."""

from collections.abc import Collection
from typing import Any, NamedTuple

from accounts.reader import Reader
from recommendations.models import Claim, Response, Status
from recommendations.models.facts import ActionCategory
from recommendations.selection import NOT_ASSESSED
from recommendations.sql import rows
from states.models import RegionalGroup


class Term(NamedTuple):
    """A value as its filter takes it, its name, and where it stands among the others."""

    value: str
    label: str
    order: Any
    scheme: str = ""


TERMS = {
    "recommending_state": "SELECT 'recommending_state', id, iso3, name, iso3, '' FROM states_state",
    "issue": "SELECT 'issue', id, slug, name, slug, scheme FROM issues_issue",
    "group": "SELECT 'group', id, code, name, code, '' FROM issues_persongroup",
    "goal": """SELECT 'goal', id, code, name, lpad("order"::text, 6, '0'), '' FROM issues_goal""",
    # Where an organisation's name would put people at risk it is not named for the public.
    "voice": """
        SELECT 'voice', id, slug, name, slug, '' FROM accounts_organisation
        WHERE collective_name = '' OR id = ANY(%(own)s)
    """,
}
REVIEWS = """
    SELECT v.id, t.iso3, t.name, s.number, s.cycle, t.regional_group FROM reviews_review v
    JOIN states_state t ON t.id = v.state_id JOIN reviews_session s ON s.id = v.session_id
"""


def names_of(kinds: Collection[str], reader: Reader) -> dict[str, dict[str, Term]]:
    """For each facet of these kinds of tags, the terms by what stands in the tag. At most two queries."""
    known = {name: terms for name, terms in closed().items() if name in kinds}
    if "review" in kinds:
        known |= _reviewed()
    asked = [kind for kind in TERMS if kind in kinds]
    known |= {kind: {} for kind in asked}
    if asked:
        found = rows(" UNION ALL ".join(TERMS[kind] for kind in asked), {"own": reader.organisation_ids})
        for kind, pk, value, label, order, scheme in found:
            known[kind][str(pk)] = Term(value, label, order, scheme)
    return known


def closed() -> dict[str, dict[str, Term]]:
    """The vocabularies that the code fixes, in their order."""
    statuses = [*Status.choices, (NOT_ASSESSED, "Not Assessed")]
    lists: dict[str, Any] = {
        "response": Response.choices,
        "claim": Claim.choices,
        "status": statuses,
        "action_category": ActionCategory.choices,
    }
    return {
        name: {str(value): Term(str(value), str(label), place) for place, (value, label) in enumerate(choices)}
        for name, choices in lists.items()
    }


def _reviewed() -> dict[str, dict[str, Term]]:
    groups = {value: Term(value, str(label), value) for value, label in RegionalGroup.choices}
    known: dict[str, dict[str, Term]] = {"state": {}, "session": {}, "cycle": {}, "regional_group": {}}
    terms: dict[Any, Term] = {}  # few, of many reviews
    for pk, iso3, name, number, cycle, group in rows(REVIEWS):
        key = str(pk)
        known["state"][key] = terms.get(iso3) or terms.setdefault(iso3, Term(iso3, name, iso3))
        known["session"][key] = terms.get(number) or terms.setdefault(number, Term(str(number), str(number), number))
        known["cycle"][key] = Term(str(cycle), str(cycle), cycle)
        if group:
            known["regional_group"][key] = groups[group]
    return known
