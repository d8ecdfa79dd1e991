"""What the tests of pages share: templates that refuse unknown names, query budgets, a browser, a review to read."""

import contextlib
import datetime
import re
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.template import Engine
from django.test import Client
from django.test.utils import CaptureQueriesContext

from engagement.models import Area
from history import feed
from history.log import Actor
from recommendations import actions
from reviews.models import Call, Finding, StatedTotal, TroikaMember
from tests import factories as make

Budget = Callable[..., contextlib.AbstractContextManager[None]]
_TABLE = re.compile(r'(?:FROM|INTO|UPDATE) "(\w+)"')


class _Unknown(str):
    """What a template prints for a name it does not know: an error of the test instead."""

    def __contains__(self, part: object) -> bool:
        return part == "%s"

    def __mod__(self, name: object) -> str:
        raise AssertionError(f"The template names {name}, which is not there.")


@pytest.fixture
def strict_templates(monkeypatch: pytest.MonkeyPatch) -> None:
    """An unknown variable fails the test."""
    monkeypatch.setattr(Engine.get_default(), "string_if_invalid", _Unknown("%s"))


@pytest.fixture
def budget() -> Budget:
    """`with budget("reviews_review", …):` the block asks the database exactly this, by first table, in this order."""

    @contextlib.contextmanager
    def check(*names: str) -> Iterator[None]:
        with CaptureQueriesContext(
            connection,
        ) as seen:
            yield
        asked = [_name(query["sql"]) for query in seen.captured_queries]
        assert asked == list(names), "\n".join(query["sql"][:300] for query in seen.captured_queries)

    return check


def _name(sql: str) -> str:
    found = _TABLE.search(sql)
    return found.group(1) if found else sql.split(";")[0][:40]


@pytest.fixture
def reader_client(client: Client, settings: Any) -> Client:
    """The public, on an installation that shows no samples."""
    settings.SHOW_SAMPLES = False
    return client


@pytest.fixture
def sample_client(client: Client, settings: Any) -> Client:
    """The public, on an installation that shows samples."""
    settings.SHOW_SAMPLES = True
    return client


@pytest.fixture
def review_page(db: None) -> SimpleNamespace:
    """Kazakhstan's review with everything its page can show: three recommendations and a sample."""
    state = make.make_state()
    review = make.make_review(
        state,
        day=datetime.date(2025, 1, 23),
        day_basis="sourced",
        report_symbol="A/HRC/59/10",
        stakeholders=["civil_society"],
    )
    helper = make.make_state("JPN", "Japan")
    TroikaMember.objects.create(review=review, state=helper, order=1)
    StatedTotal.objects.create(review=review, what="recommendations", number=294, source="Press release")
    StatedTotal.objects.create(review=review, what="recommendations", number=287, source="Report")
    document = make.make_document(review, kind="action_plan", title="Action plan", awaited=True)
    Finding.objects.create(
        review=review,
        key="torture",
        kind="concern",
        raised_by="member_states",
        text="Torture persists.",
        document=document,
    )
    Call.objects.create(
        review=review,
        key="aid",
        kind="key",
        made_by="A coalition",
        addressed_to="the Government",
        text="Widen legal aid.",
        document=document,
    )
    Area.objects.create(review=review, key="advocacy", title="Advocacy", description="Talking to ministries.")
    event = make.make_event(review, "Round table", datetime.date(2023, 6, 15))
    group = make.make_organisation("Watch Group", monitors=[state])
    make.make_lead(review, group)
    issue = make.make_issue("Torture")
    review.issues.add(issue)
    assessed = make.make_recommendation(review, "140.7", states=[helper], issues=[issue], response="supported")
    make.make_recommendation(review, "140.8")
    make.make_recommendation(review, "140.9")
    make.make_recommendation(review, "140.90", is_sample=True, text="Sample text")
    return SimpleNamespace(
        state=state,
        review=review,
        helper=helper,
        group=group,
        issue=issue,
        assessed=assessed,
        event=event,
        person=make.make_person("Olga Owner", organisation=group),
    )


@pytest.fixture
def record(db: None) -> Callable[..., Any]:
    """`record(recommendation, organisation, person, status)` publishes a status as a page does, and sequences it."""

    def publish(
        recommendation: Any,
        voice: Any,
        person: Any,
        status: str = "in_progress",
        holds_from: datetime.date = datetime.date(2025, 6, 1),
    ) -> Any:
        latest = actions.latest_of(recommendation, voice)
        content = actions.AssessmentContent(
            status=status,
            holds_from=holds_from,
            reason="A draft law was published.",
            bases=[actions.BasisContent(kind="monitoring", description="Read the official gazette.")],
        )
        published = actions.publish_assessment(
            recommendation=recommendation,
            voice=voice,
            content=content,
            based_on=latest.pk if latest else None,
            by=Actor(person_id=person.pk, organisation_id=voice.pk),
            today=datetime.date(2026, 1, 1),
        )
        feed.sequence()
        return published

    return publish
