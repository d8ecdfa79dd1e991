"""A small world for the API's tests, with fixed names and days; and answers kept as files, reviewed as diffs."""

import datetime
import json
import os
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from engagement.models import Area, EngagementEvent
from recommendations import derived
from recommendations.models import Assessment, Basis, Position, Recommendation, RecommendingState
from reviews.models import StatedTotal, TroikaMember
from tests import factories as make

ANSWERS = Path(__file__).parent / "answers"
ADDED = datetime.datetime(2025, 7, 2, 9, 30, tzinfo=datetime.UTC)


class Api:
    """Asks the API and reads its JSON."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def get(self, path: str, expect: int = 200, **params: Any) -> Any:
        """The body of an answer, after a look at its status and type."""
        response = self.client.get(f"/api/v1/{path}", params)
        assert response.status_code == expect, response.content
        expected = "application/json" if expect == 200 else "application/problem+json"
        assert response.headers["Content-Type"] == expected
        return json.loads(response.content)

    def ids(self, **params: Any) -> list[str]:
        """The public ids of the recommendations that a question finds."""
        return [row["public_id"] for row in self.get("recommendations/", **params)["results"]]


@pytest.fixture
def api(db: None, client: Client, settings: Any) -> Api:
    settings.SITE_URL = "https://tracker.example"
    return Api(client)


def check_answer(name: str, answer: Any) -> None:
    """Compare an answer with its file; UPR_WRITE_ANSWERS=1 writes the file instead."""
    path = ANSWERS / f"{name}.json"
    text = json.dumps(answer, indent=2, ensure_ascii=False) + "\n"
    if os.environ.get("UPR_WRITE_ANSWERS"):
        path.write_text(text, encoding="utf-8")
    assert json.loads(path.read_text(encoding="utf-8")) == answer


@pytest.fixture
def world(db: None) -> SimpleNamespace:
    """Kazakhstan with three recommendations, a sample and a removed one; Slovenia with one that nobody assessed."""
    kaz, svn = make.make_state(), make.make_state("SVN", "Slovenia", m49="705", regional_group="eastern_european")
    fra = make.make_state("FRA", "France", m49="250", regional_group="weog")
    bol = make.make_state("BOL", "Bolivia", m49="068", regional_group="grulac")
    session = make.make_session(48, 4)
    review = make.make_review(
        kaz,
        session,
        position=7,
        day=datetime.date(2025, 1, 23),
        day_basis="sourced",
        adopted_on=datetime.date(2025, 7, 1),
        report_symbol="A/HRC/59/10",
        troika_source="Press reports",
        stakeholders=["civil_society", "ngo"],
    )
    other = make.make_review(svn, session)
    report = make.make_document(review, key="report", title="Working Group report", symbol="A/HRC/59/10")
    plan = make.make_document(review, key="plan", kind="action_plan", title="Action plan", awaited=True)
    torture, press = make.make_issue("Torture"), make.make_issue("Freedom of the press")
    women, goal = make.make_group(), make.make_goal()
    target = make.make_goal("16.3", goal)
    review.issues.add(torture)
    review.groups.add(women)
    TroikaMember.objects.create(review=review, state=bol, order=1)
    StatedTotal.objects.create(review=review, what="recommendations", number=294, source="Press release")
    area = Area.objects.create(review=review, key="advocacy", title="Policy advocacy", document=report)
    EngagementEvent.objects.create(
        id=11, review=review, key="round", title="Round table", day=datetime.date(2023, 6, 15), document=report
    )
    EngagementEvent.objects.create(
        id=12, review=other, key="shop", title="Workshop", day=datetime.date(2023, 7, 20), area=None
    )

    lead = make.make_organisation("Human Rights Watchers", slug="watchers")
    hidden = make.make_organisation("Brave Few", slug="brave-few", collective_name="A coalition")
    make.make_lead(review, lead, datetime.date(2025, 1, 23))

    shared: dict[str, Any] = {"source_document": report, "source_place": "para. 140", "added_at": ADDED}
    first = make.make_recommendation(
        review, "140.9", public_id="first222", states=[fra], issues=[torture, press], text="End torture now", **shared
    )
    RecommendingState.objects.create(recommendation=first, state=None, order=2, printed="Ruritania")
    first.groups.add(women)
    first.goals.add(target)
    Position.objects.create(
        recommendation=first, response="supported", claim="in_process", document=report, paragraph="Annex"
    )
    second = make.make_recommendation(
        review, "140.10", public_id="second22", response="noted", action_category=5, text="Protéger la presse", **shared
    )
    sample = make.make_recommendation(
        review, "140.11", public_id="sample22", is_sample=True, text="A sample", text_kind="sample", **shared
    )
    removed = make.make_recommendation(review, "140.12", public_id="removed2", removed_at=ADDED, **shared)
    unassessed = make.make_recommendation(
        other, "5.1", public_id="slovenia", states=[kaz], text="Ratify the treaty", **shared
    )

    assess(first, lead, "not_started", "2025-02-01")
    assess(first, lead, "in_progress", "2025-06-01", progress="substantial", in_law=True)
    assess(first, hidden, "regression", "2025-05-01", kind="confidential", code="K-17")
    assess(second, lead, "monitoring_phase", "2025-03-01", day_is_inferred=True)
    derived.refresh_positions(list(Recommendation.objects.values_list("pk", flat=True)))
    return SimpleNamespace(**locals())


@transaction.atomic  # the database asks for a basis when the transaction commits
def assess(recommendation: Recommendation, voice: Any, status: str, day: str, **fields: Any) -> Assessment:
    """An assessment of a fixed day, published on a fixed day, with one basis."""
    kind, code = fields.pop("kind", "monitoring"), fields.pop("code", "")
    latest = Assessment.objects.filter(recommendation=recommendation, voice=voice).order_by("-id").first()
    assessment = Assessment.objects.create(
        recommendation=recommendation,
        voice=voice,
        status=status,
        holds_from=datetime.date.fromisoformat(day),
        reason=f"Reason of {status}",
        based_on=latest,
        published_at=ADDED,
        **fields,
    )
    Basis.objects.create(assessment=assessment, kind=kind, code=code, description="Read the gazette.")
    derived.refresh_leads([recommendation.pk])
    return assessment
