"""Small functions that make what a test needs, with plain defaults; every value may be given."""

import datetime
import functools
import itertools
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import transaction

from accounts import tokens
from accounts.models import Membership, Organisation, Person
from accounts.roles import Role
from engagement.models import EngagementEvent
from history.log import Actor
from issues.models import Goal, Issue, IssueAlias, PersonGroup
from recommendations import derived
from recommendations.models import (
    Assessment,
    Basis,
    Position,
    Recommendation,
    RecommendationIssue,
    RecommendingState,
)
from reviews.models import Document, Lead, Review, Session
from states.models import State, StateAlias
from states.names import fold

counter = itertools.count(1)
PASSWORD = "correct horse battery staple"


def make_state(iso3: str = "KAZ", name: str = "Kazakhstan", **fields: Any) -> State:
    """A State, or the one with this code, with its name as an alias."""
    defaults = {"iso2": iso3[:2], "m49": "398", "kind": "member", "regional_group": "asia_pacific", "name": name}
    state, created = State.objects.get_or_create(iso3=iso3, defaults=defaults | fields)
    if created:
        StateAlias.objects.get_or_create(folded=fold(name), defaults={"state": state, "text": name, "kind": "name"})
    return state


def make_session(number: int = 48, cycle: int = 4, **fields: Any) -> Session:
    """A session of the Working Group, or the one with this number."""
    return Session.objects.get_or_create(number=number, defaults={"cycle": cycle, "basis": "sourced"} | fields)[0]


def make_review(state: State | None = None, session: Session | None = None, **fields: Any) -> Review:
    """The review of a State at a session."""
    return Review.objects.get_or_create(
        state=state or make_state(), session=session or make_session(), defaults=fields
    )[0]


def make_document(review: Review | None = None, **fields: Any) -> Document:
    """A paper of a review."""
    n = next(counter)
    defaults = {"key": f"document-{n}", "kind": "wg_report", "title": f"Document {n}"}
    return Document.objects.create(review=review, **defaults | fields)


def make_organisation(name: str = "", *, monitors: list[State] | None = None, **fields: Any) -> Organisation:
    """A verified civil society organisation."""
    n = next(counter)
    defaults = {"slug": f"organisation-{n}", "name": name or f"Organisation {n}", "kind": "ngo", "verified": True}
    organisation = Organisation.objects.create(**defaults | fields)
    organisation.monitors.set(monitors or [])
    return organisation


def make_person(
    name: str = "", *, organisation: Organisation | None = None, role: Role = Role.REVIEWER, **fields: Any
) -> Person:
    """A person who signs in with PASSWORD, with a role in the organisation."""
    n = next(counter)
    defaults = {"email": f"person-{n}@example.org", "name": name or f"Person Number {n}", "password": _hashed()}
    person = Person.objects.create(**defaults | fields)
    if organisation is not None:
        add_member(person, organisation, role)
    return person


@functools.cache
def _hashed() -> str:
    """PASSWORD as the database keeps it, made once: Argon2 is slow on purpose."""
    return make_password(PASSWORD)


def add_member(person: Person, organisation: Organisation, role: Role = Role.REVIEWER) -> Membership:
    """A role of a person in one more organisation."""
    return Membership.objects.create(person=person, organisation=organisation, role=role)


def make_token(person: Person, organisation: Organisation | None = None, *, days: int = 30) -> str:
    """The text of a token of the person's; with an organisation one that writes in its name."""
    by = Actor(person_id=person.pk)
    return tokens.make_token(person=person, name=f"Token {next(counter)}", days=days, organisation=organisation, by=by)[
        1
    ]


def make_recommendation(
    review: Review | None = None, label: str | None = None, *, states: list[State] | None = None, **fields: Any
) -> Recommendation:
    """A recommendation with a label such as "140.7" (made up when not given)."""
    review = review or make_review()
    label = label or f"140.{next(counter)}"
    paragraph, _, number = label.partition(".")
    document = fields.pop("source_document", None) or make_document(review)
    issues: list[Issue] = fields.pop("issues", [])
    response = fields.pop("response", None)
    recommendation = Recommendation.objects.create(
        review=review,
        label=label,
        paragraph=int(paragraph),
        number=int(number or 0),
        source_document=document,
        **{"text": f"Adopt measure {label}"} | fields,
    )
    for order, state in enumerate(states or [], 1):
        RecommendingState.objects.create(recommendation=recommendation, state=state, order=order, printed=state.name)
    for index, issue in enumerate(issues):
        RecommendationIssue.objects.create(
            recommendation=recommendation, issue=issue, scheme=issue.scheme, is_primary=index == 0
        )
    if response:
        Position.objects.create(recommendation=recommendation, response=response, document=document)
        derived.refresh_positions([recommendation.pk])
        recommendation.refresh_from_db()
    return recommendation


def make_issue(name: str = "Torture", scheme: str = "upr_info", **fields: Any) -> Issue:
    """An issue with its name as an alias."""
    code = name.lower().replace(" ", "-")
    issue = Issue.objects.create(name=name, scheme=scheme, **{"code": code, "slug": f"{scheme}-{code}"} | fields)
    IssueAlias.objects.create(issue=issue, scheme=scheme, text=name, folded=fold(name))
    return issue


def make_group(name: str = "Women") -> PersonGroup:
    """A group of persons."""
    return PersonGroup.objects.create(code=name.lower().replace(" ", "-"), name=name)


def make_goal(code: str = "16", parent: Goal | None = None) -> Goal:
    """A goal, or a target of one."""
    return Goal.objects.create(code=code, name=f"Goal {code}", parent=parent, order=int(float(code) * 100))


@transaction.atomic  # the database asks for a basis when the transaction commits
def make_assessment(
    recommendation: Recommendation, voice: Organisation, status: str = "in_progress", **fields: Any
) -> Assessment:
    """A published assessment with one basis, on top of the voice's latest; the list's columns are refreshed."""
    latest = Assessment.objects.filter(recommendation=recommendation, voice=voice).order_by("-id").first()
    defaults = {"holds_from": datetime.date(2025, 6, 1), "reason": "A draft law was published.", "based_on": latest}
    assessment = Assessment.objects.create(
        recommendation=recommendation, voice=voice, status=status, **defaults | fields
    )
    Basis.objects.create(assessment=assessment, kind="monitoring", description="Read the official gazette.")
    derived.refresh_leads([recommendation.pk])
    return assessment


def make_lead(review: Review, organisation: Organisation, from_day: datetime.date | None = None) -> Lead:
    """The organisation whose view the review's lists show."""
    first = from_day or datetime.date(2020, 1, 1)
    named = datetime.datetime.combine(first, datetime.time(), datetime.UTC)
    return Lead.objects.create(review=review, organisation=organisation, from_day=first, recorded_at=named)


def make_event(review: Review, title: str = "Workshop", day: datetime.date | None = None) -> EngagementEvent:
    """An event of a day."""
    return EngagementEvent.objects.create(
        review=review, key=f"event-{next(counter)}", title=title, day=day or datetime.date(2026, 12, 1)
    )
