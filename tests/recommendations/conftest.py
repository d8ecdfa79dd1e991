"""Short ways to act on the cast's recommendation, and two people who act at the same moment."""

import datetime
import random
import threading
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection

from accounts.models import Organisation, Person
from accounts.reader import Reader
from history.log import Actor
from history.models import Origin
from recommendations import actions, derived
from recommendations.actions import AssessmentContent, BasisContent
from recommendations.models import Assessment, Draft, Position, Recommendation, Status
from recommendations.selection import select
from tests import factories as make

TODAY = datetime.date(2026, 3, 10)
MONITORING = BasisContent("monitoring", description="Read the official gazette.")


def content(status: str = "in_progress", **fields: Any) -> AssessmentContent:
    """A judgement that may be published."""
    defaults: dict[str, Any] = {
        "holds_from": datetime.date(2026, 3, 1),
        "reason": "A draft law was published.",
        "bases": [MONITORING],
    }
    return AssessmentContent(status=status, **defaults | fields)


def actor(person: Person, organisation: Organisation) -> Actor:
    """The person at work in a page."""
    return Actor(person_id=person.pk, organisation_id=organisation.pk, origin=Origin.WEB)


class Desk:
    """Acts as one person of the cast on its recommendation, always on what stands there now unless told otherwise."""

    def __init__(self, recommendation: Recommendation, voice: Organisation, person: Person) -> None:
        self.recommendation, self.voice, self.by = recommendation, voice, actor(person, voice)

    def latest(self) -> int | None:
        """The id of the voice's latest assessment."""
        found = actions.latest_of(self.recommendation, self.voice)
        return found.pk if found else None

    def publish(self, status: str = "in_progress", *, based_on: int | None = -1, **fields: Any) -> Assessment:
        """Publish; `based_on` -1 stands for whatever is the latest."""
        return actions.publish_assessment(
            recommendation=self.recommendation,
            voice=self.voice,
            content=content(status, **fields),
            based_on=self.latest() if based_on == -1 else based_on,
            draft_version=self.draft_version(),
            by=self.by,
            today=TODAY,
        )

    def draft_version(self) -> int | None:
        """The version of the voice's draft as it is there now; None without one."""
        drafts = Draft.objects.filter(recommendation=self.recommendation, organisation=self.voice)
        return drafts.values_list("version", flat=True).first()

    def check(self, day: datetime.date = TODAY, line: str = "Nothing new.") -> Any:
        """Look again."""
        return actions.record_check(
            recommendation=self.recommendation, voice=self.voice, day=day, line=line, by=self.by, today=TODAY
        )


@pytest.fixture
def desk(cast: SimpleNamespace) -> Desk:
    """The owner's desk in the leading organisation."""
    return Desk(cast.recommendation, cast.group, cast.owner)


@pytest.fixture
def mate(cast: SimpleNamespace) -> Desk:
    """Their team mate's."""
    return Desk(cast.recommendation, cast.group, cast.mate)


@pytest.fixture
def outsider(cast: SimpleNamespace) -> Desk:
    """Somebody's of another organisation."""
    return Desk(cast.recommendation, cast.others, cast.outsider)


def at_once(*works: Callable[[], Any]) -> list[Any]:
    """Run each in a thread with a connection of its own, started together; what each returned or raised, in order."""
    start = threading.Barrier(len(works))
    results: list[Any] = [None] * len(works)

    def run(index: int, work: Callable[[], Any]) -> None:
        try:
            connection.ensure_connection()
            start.wait(10)
            results[index] = work()
        except Exception as error:  # one of them is meant to fail
            results[index] = error
        finally:
            connection.close()

    running = [threading.Thread(target=run, args=[index, work]) for index, work in enumerate(works)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join(30)
    return results


def listed(params: dict[str, Any], reader: Reader) -> set[int]:
    """The recommendations that a list with these filters shows."""
    asked = {name: [str(value)] for name, value in params.items()}
    return set(select(Recommendation.objects.visible_to(reader), asked, reader).values_list("pk", flat=True))


@pytest.fixture
def random_world(cast: SimpleNamespace) -> SimpleNamespace:
    """Some dozens of recommendations of three States with whatever they may have, always the same."""
    chance = random.Random(7)
    states = [
        cast.state,
        make.make_state("SVN", "Slovenia", regional_group="eastern_european"),
        make.make_state("FRA", "France", regional_group="weog"),
    ]
    reviews = [make.make_review(state, make.make_session(n, c)) for state in states for n, c in ((20, 2), (48, 4))]
    issues = [make.make_issue("Torture"), make.make_issue("Health"), make.make_issue("Courts", "uhri_theme")]
    groups = [make.make_group(), make.make_group("Children")]
    goal = make.make_goal("16")
    goals = [goal, make.make_goal("16.1", goal), make.make_goal("16.2", goal), make.make_goal("5")]
    hidden = make.make_organisation("Brave Few", collective_name="A coalition")
    voices = [cast.group, cast.others, hidden]
    for review in reviews:
        make.make_lead(review, chance.choice(voices[:2]), datetime.date(2025, 2, 1))
    for _i in range(40):
        row = make.make_recommendation(
            chance.choice(reviews),
            states=chance.sample(states, chance.randrange(3)),
            issues=chance.sample(issues, chance.randrange(3)),
            response=chance.choice(["supported", "noted", None]),
            action_category=chance.choice([None, 1, 2]),
            is_sample=chance.random() < 0.1,
            removed_at=datetime.datetime(2025, 1, 1, tzinfo=datetime.UTC) if chance.random() < 0.1 else None,
        )
        row.groups.set(chance.sample(groups, chance.randrange(3)))
        row.goals.set(chance.sample(goals, chance.randrange(3)))
        if chance.random() < 0.4:
            Position.objects.create(recommendation=row, response="supported", claim="in_process")
        for _said in range(chance.randrange(4)):
            day = datetime.date(2025, chance.randrange(1, 13), 15)
            status = chance.choice(Status.values)
            made = make.make_assessment(row, chance.choice(voices), status, holds_from=day)
            if chance.random() < 0.2:
                made.withdrawn_at = datetime.datetime(2025, 12, 31, tzinfo=datetime.UTC)
                made.save(update_fields=["withdrawn_at"])
    ids = list(Recommendation.objects.values_list("pk", flat=True))
    derived.refresh_positions(ids)
    derived.refresh_leads(ids)
    return SimpleNamespace(**locals())
