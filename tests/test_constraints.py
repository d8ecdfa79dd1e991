"""Each rule that the database keeps, broken once by a row that goes past every form and action."""

import datetime
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, models
from django.utils import timezone

from accounts.models import Membership, Organisation, Person, Token
from accounts.roles import Role
from api.models import KeptKey
from engagement.models import Area, EngagementEvent
from history.log import Actor, record
from history.models import FeedEntry
from imports.models import Batch, Mapping, StatusWord
from imports.models import Row as ImportRow
from issues.models import Goal, Issue, IssueAlias, PersonGroup, PersonGroupAlias
from notifications.models import Follow, Message
from recommendations import events
from recommendations.models import (
    Assessment,
    Basis,
    Check,
    Draft,
    ExternalId,
    Mention,
    Position,
    Recommendation,
    RecommendationIssue,
    RecommendingState,
)
from reports.models import Export, Making, Release, ReleaseFile
from reviews.models import Call, Finding, Lead, Review, Session, StatedTotal, TroikaMember
from states.models import State, StateAlias
from tests import factories as make

DAY = datetime.date(2026, 3, 1)
Row = Callable[[SimpleNamespace], Any]


def twice(model: type[models.Model], **values: Any) -> None:
    """The same row, twice."""
    for _time in range(2):
        model._default_manager.create(**values)


def recommendation(c: SimpleNamespace, **values: Any) -> Recommendation:
    """A recommendation, whatever is said of it."""
    given = {"review": c.review, "source_document": c.document, "text": "Adopt it", "sort_key": ""}
    return Recommendation.objects.create(**given | values)


def assessment(c: SimpleNamespace, **values: Any) -> Assessment:
    """An assessment without more than the table asks for."""
    given = {"recommendation": c.recommendation, "voice": c.group, "holds_from": DAY, "reason": "A reason"}
    return Assessment.objects.create(**given | {"status": "in_progress"} | values)


def basis(c: SimpleNamespace, **values: Any) -> Basis:
    """A basis of a new assessment."""
    return Basis.objects.create(assessment=assessment(c), **values)


def export(**values: Any) -> Export:
    """A file made for a question."""
    given = {"table": "dyads", "format": "xlsx", "digest": "a", "position": 1, "day": DAY, "expires_at": timezone.now()}
    return Export.objects.create(**given | values)


def mention(c: SimpleNamespace, **values: Any) -> Mention:
    """A row of an export, whatever is said of it."""
    given = {"review": c.review, "document": c.document, "place": "row 2", "key": "a", "text": "Adopt", "text_key": "b"}
    return Mention.objects.create(**given | {"response": "noted"} | values)


def token(c: SimpleNamespace, **values: Any) -> Token:
    """A token that was never given out, whatever is said of it."""
    given = {"user": c.owner, "name": "Harvest", "scope": "read", "digest": "a", "token_key": "upr_0"}
    row = Token(**given | {"expiry": datetime.datetime(2027, 1, 1, tzinfo=datetime.UTC)} | values)
    row.save(force_insert=True)
    return row


def event(c: SimpleNamespace) -> Any:
    """An event of the log."""
    return record(events.CHECK_RECORDED, c.recommendation, by=Actor())


# The rule's name, or the model and field that is unique, and a row that breaks it.
BAD: list[tuple[str, Row]] = [
    ("person_email_unique_whatever_case", lambda c: make.make_person(email=c.owner.email.upper())),
    ("membership_once", lambda c: twice(Membership, person=c.administrator, organisation=c.group, role="viewer")),
    (
        "membership_is_no_administrator",
        lambda c: make.add_member(c.administrator, c.group, Role.ADMINISTRATOR),
    ),
    ("Organisation.slug", lambda c: twice(Organisation, slug="same", name="Same", kind="ngo")),
    ("Token.digest", lambda c: [token(c, name=name) for name in ("one", "two")]),
    ("token_name_once", lambda c: [token(c, digest=digest) for digest in ("a", "b")]),
    ("token_writes_for_an_organisation", lambda c: token(c, scope="write")),
    ("token_writes_for_an_organisation", lambda c: token(c, organisation=c.group)),
    ("key_once_a_token", lambda c: twice(KeptKey, token=token(c), key="one", question="a")),
    ("Person.email", lambda c: make.make_person(email=c.owner.email)),
    ("State.iso3", lambda c: State.objects.create(iso3="KAZ", iso2="XX", m49="999", kind="member", name="Double")),
    ("State.iso2", lambda c: State.objects.create(iso3="QQQ", iso2="KA", m49="999", kind="member", name="Double")),
    ("StateAlias.folded", lambda c: twice(StateAlias, state=c.state, text="KZ", folded="kz", kind="short")),
    ("issue_code_unique_in_scheme", lambda c: make.make_issue("Torture", slug="another")),
    ("Issue.slug", lambda c: Issue.objects.create(name="Other", scheme="uhri_theme", code="x", slug=c.issue.slug)),
    (
        "issue_alias_unique_in_scheme",
        lambda c: twice(IssueAlias, issue=c.issue, scheme="upr_info", text="Cruelty", folded="cruelty"),
    ),
    ("PersonGroup.code", lambda c: twice(PersonGroup, code="women", name="Women")),
    ("PersonGroupAlias.folded", lambda c: twice(PersonGroupAlias, group=make.make_group(), text="W", folded="w")),
    ("Goal.code", lambda c: twice(Goal, code="16", name="Peace", order=1)),
    ("Session.number", lambda c: twice(Session, number=99, cycle=5)),
    ("review_once", lambda c: twice(Review, state=c.state, session=make.make_session(12))),
    ("troika_member_once", lambda c: twice(TroikaMember, review=c.review, state=c.state, order=1)),
    ("Document.key", lambda c: make.make_document(c.review, key=c.document.key)),
    ("document_file_once_in_review", lambda c: [make.make_document(c.review, sha256="ab") for _time in range(2)]),
    ("stated_total_once", lambda c: twice(StatedTotal, review=c.review, what="supported", number=3, source="x")),
    ("one_lead_a_day", lambda c: twice(Lead, review=c.review, organisation=c.group, from_day=DAY)),
    ("finding_key_unique_in_review", lambda c: twice(Finding, review=c.review, key="a", kind="focus", text="A")),
    ("call_key_unique_in_review", lambda c: twice(Call, review=c.review, key="a", kind="key", text="A")),
    ("area_key_unique_in_review", lambda c: twice(Area, review=c.review, key="a", title="A")),
    ("event_key_unique_in_review", lambda c: twice(EngagementEvent, review=c.review, key="a", title="A", day=DAY)),
    ("Recommendation.public_id", lambda c: recommendation(c, label="1.1", public_id=c.recommendation.public_id)),
    ("label_unique_in_review", lambda c: recommendation(c, label="140.7")),
    ("key_unique_in_review", lambda c: [recommendation(c, key="same") for _time in range(2)]),
    ("label_or_key", lambda c: recommendation(c)),
    ("edited_parts_are_known", lambda c: recommendation(c, label="1.1", edited=["label"])),
    ("recommendation_has_text", lambda c: recommendation(c, label="1.1", text="")),
    (
        "mention_order_unique",
        lambda c: twice(RecommendingState, recommendation=c.recommendation, order=1, printed="Fiji"),
    ),
    ("issue_once", lambda c: twice(RecommendationIssue, recommendation=c.recommendation, issue=c.issue, scheme="x")),
    (
        "one_primary_issue_per_scheme",
        lambda c: [
            RecommendationIssue.objects.create(
                recommendation=c.recommendation, issue=issue, scheme="upr_info", is_primary=True
            )
            for issue in (c.issue, make.make_issue("Arrests"))
        ],
    ),
    ("one_position_per_document", lambda c: twice(Position, recommendation=c.recommendation, document=c.document)),
    ("one_position_per_document", lambda c: twice(Position, recommendation=c.recommendation, document=None)),
    ("external_id_once", lambda c: twice(ExternalId, recommendation=c.recommendation, scheme="uhri", value="1")),
    ("mention_once_in_review", lambda c: [mention(c) for _time in range(2)]),
    ("mention_attached_somehow", lambda c: mention(c, recommendation=c.recommendation)),
    ("mention_attached_somehow", lambda c: mention(c, match="person")),
    ("first_assessment_once", lambda c: [assessment(c) for _time in range(2)]),
    ("Assessment.based_on", lambda c: [assessment(c, based_on=c.published) for _time in range(2)]),
    ("progress_only_in_progress", lambda c: assessment(c, status="regression", progress="substantial")),
    ("assessment_has_reason", lambda c: assessment(c, reason="")),
    ("basis_says_what_it_is", lambda c: basis(c, kind="passage", passage="para. 3")),
    ("basis_says_what_it_is", lambda c: basis(c, kind="link", description="a page")),
    ("basis_says_what_it_is", lambda c: basis(c, kind="monitoring", url="https://example.org")),
    ("basis_says_what_it_is", lambda c: basis(c, kind="nothing_found")),
    ("basis_says_what_it_is", lambda c: basis(c, kind="confidential", description="a person")),
    ("basis_says_what_it_is", lambda c: basis(c, kind="rumour", description="heard")),
    (
        "one_check_a_day",
        lambda c: twice(Check, recommendation=c.recommendation, voice=c.group, day=DAY, recorded_by=c.owner),
    ),
    ("one_draft", lambda c: twice(Draft, recommendation=c.recommendation, organisation=c.group)),
    ("follow_one_thing", lambda c: Follow.objects.create(person=c.owner)),
    ("follow_one_thing", lambda c: Follow.objects.create(person=c.owner, state=c.state, review=c.review)),
    ("follow_recommendation_once", lambda c: twice(Follow, person=c.owner, recommendation=c.recommendation)),
    ("follow_review_once", lambda c: twice(Follow, person=c.owner, review=c.review)),
    ("follow_state_once", lambda c: twice(Follow, person=c.owner, state=c.state)),
    ("follow_issue_once", lambda c: twice(Follow, person=c.owner, issue=c.issue)),
    ("told_once", lambda c: twice(Message, person=c.owner, event=c.event)),
    ("Batch.key", lambda c: twice(Batch, key="same", file_name="a.docx", sha256="ab")),
    (
        "row_number_unique_in_batch",
        lambda c: twice(
            ImportRow, batch=Batch.objects.create(file_name="a.docx", sha256="ab"), number=1, outcome="new"
        ),
    ),
    ("Export.key", lambda c: [export(digest=digest, key="same") for digest in "ab"]),
    ("export_once", lambda c: [export() for _time in range(2)]),
    ("Making.key", lambda c: twice(Making, name="2026.11", key="same2222")),
    ("Release.name", lambda c: twice(Release, name="2026.11", position=1)),
    (
        "Release.previous",
        lambda c: [
            Release.objects.create(name=name, position=1, previous=Release.objects.order_by("id").first())
            for name in ("2026.10", "2026.11", "2026.12")
        ],
    ),
    ("release_name_is_a_month", lambda c: Release.objects.create(name="latest", position=1)),
    (
        "release_withdrawn_because",
        lambda c: Release.objects.create(name="2026.11", position=1, withdrawn_at=timezone.now()),
    ),
    (
        "release_file_once",
        lambda c: twice(
            ReleaseFile, release=Release.objects.create(name="2026.11", position=1), name="a.csv", bytes=1, sha256="ab"
        ),
    ),
    ("one_mapping_of_headings", lambda c: twice(Mapping, organisation=c.group, signature="a", columns={})),
    ("one_status_of_a_word", lambda c: twice(StatusWord, organisation=c.group, word="Done", folded="done")),
    (
        "FeedEntry.event",
        lambda c: [FeedEntry.objects.create(position=position, event=c.event) for position in (1, 2)],
    ),
]


@pytest.mark.parametrize(("rule", "row"), BAD, ids=[f"{index}-{rule}" for index, (rule, _row) in enumerate(BAD)])
def test_database_refuses(cast: SimpleNamespace, rule: str, row: Row) -> None:
    cast.document = make.make_document(cast.review)
    cast.issue = make.make_issue("Torture")
    cast.event = event(cast)
    if rule == "Assessment.based_on":
        cast.published = make.make_assessment(cast.recommendation, cast.group)
    named = rule if "." not in rule else f"({rule.partition('.')[2]}"
    with pytest.raises(IntegrityError) as refused:
        row(cast)
    assert named in str(refused.value)


def test_every_rule_of_the_tables_is_tried() -> None:
    ours = [config for config in apps.get_app_configs() if config.name in OURS]
    rules = set()
    for model in (model for config in ours for model in config.get_models()):
        rules |= {constraint.name for constraint in model._meta.constraints}
        unique = [field for field in model._meta.local_fields if field.unique and not field.primary_key]
        rules |= {f"{model.__name__}.{field.name}" for field in unique}
    assert rules == {rule for rule, _row in BAD}


OURS = {
    "history",
    "states",
    "issues",
    "accounts",
    "reviews",
    "recommendations",
    "engagement",
    "notifications",
    "imports",
    "reports",
    "api",
}


def test_rules_that_people_can_break_have_a_sentence() -> None:
    sentences = [
        constraint.get_violation_error_message()
        for model in (Recommendation, Assessment, Basis, Person, Membership)
        for constraint in model._meta.constraints
        if isinstance(constraint, models.CheckConstraint) and constraint.name in SAID
    ]
    assert len(sentences) == len(SAID)
    assert not [sentence for sentence in sentences if "is violated" in str(sentence)]


SAID = {
    "progress_only_in_progress",
    "assessment_has_reason",
    "basis_says_what_it_is",
    "membership_is_no_administrator",
}
