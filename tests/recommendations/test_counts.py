"""Kept counts are those of the rows, on every road: asked of the rows by other means, and after each real action."""

import datetime
import importlib
import random
import threading
import time
from collections import Counter
from types import SimpleNamespace

import pytest
from django.db import connection, transaction

from accounts.models import Organisation
from history.log import Actor
from issues.models import Goal
from recommendations import actions, counts
from recommendations.models import (
    Assessment,
    Count,
    Counted,
    Position,
    Recommendation,
    RecommendationIssue,
    RecommendingState,
)
from reviews.models import Review
from states.models import State
from tests import factories as make
from tests.recommendations.conftest import Desk, at_once
from tests.recommendations.test_derived import verify
from tests.workers import connect_as_owner


def by_hand(samples: bool = False) -> dict[str, int]:
    """The number of each tag, counted in Python, one recommendation after the other."""
    found: Counter[str] = Counter()
    for row in Recommendation.objects.filter(removed_at__isnull=True):
        if samples or not row.is_sample:
            found.update(tags_of(row))
    return dict(found)


def tags_of(row: Recommendation) -> set[str]:
    """What a recommendation counts as, read by the ORM."""
    tags = {f"review:{row.review_id}"}
    for name in ("response", "claim", "status", "action_category"):
        if value := getattr(row, name):
            tags.add(f"{name}:{value}")
    several: dict[str, list[int]] = {
        "recommending_state": [link.state_id for link in row.recommenders.all() if link.state_id],
        "group": [group.pk for group in row.groups.all()],
        "goal": [pk for goal in row.goals.all() for pk in (goal.pk, goal.parent_id) if pk],
        "voice": [said.voice_id for said in row.assessments.all() if said.withdrawn_at is None],
    }
    for facet, values in several.items():
        tags |= {f"{facet}:{value}" for value in values} | ({f"any:{facet}"} if values else set())
    for link in row.issue_links.all():
        tags |= {f"issue:{link.issue_id}", f"any:{link.scheme}"}
    return tags


def assert_right() -> None:
    """The kept numbers are those of the rows, and folding changes none of them."""
    for samples in (False, True):
        assert counts.kept(samples) == by_hand(samples)
    assert counts.wrong() == [] == counts.wrong_sums()
    counts.fold()
    assert counts.kept(False) == by_hand()
    assert counts.fold() == 0


@pytest.mark.parametrize("seed", range(4))
def test_counts_are_right_after_any_changes(cast: SimpleNamespace, seed: int) -> None:
    chance = random.Random(seed)
    states = [make.make_state(code, code) for code in ("FRA", "JPN", "SVN")]
    issues = [make.make_issue("Torture"), make.make_issue("Health"), make.make_issue("Courts", "uhri_theme")]
    goal = make.make_goal("16")
    goals = [goal, make.make_goal("16.1", goal), make.make_goal("16.2", goal)]
    group = make.make_group()
    for step in range(25):
        rows = list(Recommendation.objects.order_by("id"))
        row = chance.choice(rows)
        match chance.randrange(9):
            case 0:
                make.make_recommendation(
                    cast.review, states=chance.sample(states, 2), issues=chance.sample(issues, 2), response="noted"
                )
            case 1:
                row.goals.set(chance.sample(goals, chance.randrange(4)))
            case 2:
                row.groups.set([group] if chance.random() < 0.5 else [])
            case 3:
                make.make_assessment(row, chance.choice([cast.group, cast.others]), chance.choice(["regression"]))
            case 4:
                for said in Assessment.objects.filter(recommendation=row, withdrawn_at__isnull=True)[:1]:
                    actions.withdraw_assessment(assessment=said, by=Actor())
            case 5:
                Recommendation.objects.filter(pk=row.pk).update(
                    removed_at=None if row.removed_at else datetime.datetime.now(datetime.UTC)
                )
            case 6:
                row.recommenders.all().delete()
                RecommendingState.objects.create(recommendation=row, order=1, state=None, printed="Ruritania")
            case 7:
                RecommendingState.objects.filter(state=None).update(state=chance.choice(states))
            case 8:
                Recommendation.objects.filter(pk=row.pk).update(
                    is_sample=chance.random() < 0.3, action_category=chance.choice([None, 1, 5]), text=f"Text {step}"
                )
    assert_right()


def test_counts_move_with_real_actions(cast: SimpleNamespace, desk: Desk, outsider: Desk) -> None:
    def number(tag: str) -> int:
        return counts.kept(False).get(tag, 0)

    voice = f"voice:{cast.group.pk}"
    desk.publish("in_progress")
    outsider.publish("regression")
    assert (number("status:in_progress"), number(voice), number("any:voice")) == (1, 1, 1)
    second = desk.publish("fully_implemented")
    assert (number("status:in_progress"), number("status:fully_implemented"), number(voice)) == (0, 1, 1)
    actions.withdraw_assessment(assessment=second, by=Actor())
    assert (number("status:in_progress"), number("status:fully_implemented"), number(voice)) == (1, 0, 1)
    actions.name_lead(review=cast.review, organisation=cast.others, from_day=datetime.date(2026, 1, 1), by=Actor())
    assert (number("status:in_progress"), number("status:regression")) == (0, 1)
    assert_right()


def test_publishers_at_once_leave_the_right_counts(transactional_db: None, cast: SimpleNamespace) -> None:
    rows = [cast.recommendation, *(make.make_recommendation(cast.review) for _i in range(3))]
    desks = [
        Desk(row, voice, person)
        for row in rows
        for voice, person in ((cast.group, cast.owner), (cast.others, cast.outsider))
    ]
    for status in ("in_progress", "regression"):
        results = at_once(*(lambda desk=desk, status=status: desk.publish(status) for desk in desks), counts.fold)
        assert not [result for result in results if isinstance(result, Exception)]
    assert_right()
    assert counts.kept(False)["status:regression"] == 4


def test_two_who_link_one_recommendation_at_once_are_both_counted(
    transactional_db: None, cast: SimpleNamespace
) -> None:
    states = [make.make_state(code, code) for code in ("FRA", "JPN")]

    def link(order: int) -> None:
        with transaction.atomic():
            RecommendingState.objects.create(
                recommendation=cast.recommendation, order=order, state=states[order], printed="as printed"
            )

    at_once(lambda: link(0), lambda: link(1))
    tags = Counted.objects.get(pk=cast.recommendation.pk).tags
    assert {f"recommending_state:{state.pk}" for state in states} <= set(tags)
    assert_right()


def test_a_change_of_text_counts_nothing_anew(cast: SimpleNamespace) -> None:
    before = Count.objects.count()
    Recommendation.objects.update(text="Another text", version=2)
    assert Count.objects.count() == before


def test_verify_finds_and_mends_wrong_counts(transactional_db: None, cast: SimpleNamespace, desk: Desk) -> None:
    desk.publish()
    Position.objects.create(recommendation=cast.recommendation, response="noted")
    with connect_as_owner() as owner:
        owner.execute("ALTER TABLE recommendations_recommendation DISABLE TRIGGER counted_on_update")
        owner.execute("UPDATE recommendations_recommendation SET action_category = 3")
        owner.execute("ALTER TABLE recommendations_recommendation ENABLE TRIGGER counted_on_update")
    Count.objects.create(tag="status:in_progress", is_sample=False, n=7)
    printed, ended = verify()
    assert f"Recommendation {cast.recommendation.pk}: the facets do not count it" in printed
    assert "The facets' number for status:in_progress is not" in printed
    assert ended
    verify(repair=True)
    assert verify()[1] == ""
    assert_right()


def test_counting_is_one_statement_however_many_rows(cast: SimpleNamespace) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT upr_count(ARRAY(SELECT id FROM recommendations_recommendation))")
        assert cursor.fetchone() == (0,)  # already counted


def test_goal_with_another_parent_is_counted_with_that_one(cast: SimpleNamespace) -> None:
    old, new = make.make_goal("3"), make.make_goal("16")
    target, alone = make.make_goal("3.4", old), make.make_goal("17")
    for goals in ([target], [target, new], [old], [alone]):
        make.make_recommendation(cast.review).goals.set(goals)
    Goal.objects.filter(pk__in=[target.pk, alone.pk]).update(parent=new)
    kept = counts.kept(False)
    assert (kept[f"goal:{old.pk}"], kept[f"goal:{new.pk}"], kept["any:goal"]) == (1, 3, 4)
    assert_right()
    Goal.objects.update(parent=None)
    assert_right()


def test_names_of_a_vocabulary_count_nothing_anew(cast: SimpleNamespace) -> None:
    make.make_recommendation(cast.review).goals.add(make.make_goal())
    before = Count.objects.count()
    Goal.objects.update(name="Another name")
    assert Count.objects.count() == before


def test_links_moved_by_an_update_are_counted_on_both_sides(cast: SimpleNamespace) -> None:
    goals, groups = [make.make_goal("3"), make.make_goal("16")], [make.make_group(), make.make_group("Children")]
    issues, states = [make.make_issue("Torture"), make.make_issue("Health")], [make.make_state(), cast.state]
    one = make.make_recommendation(cast.review, states=states[:1], issues=issues[:1])
    other = make.make_recommendation(cast.review)
    one.goals.add(goals[0])
    one.groups.add(groups[0])
    for links, name, terms in (
        (Recommendation.goals.through, "goal", goals),
        (Recommendation.groups.through, "persongroup", groups),
        (RecommendationIssue, "issue", issues),
        (RecommendingState, "state", states),
    ):
        links.objects.update(**{name: terms[1]})
        assert_right()
        links.objects.update(recommendation=other)
        assert_right()


def test_tags_hold_nothing_of_states_reviews_and_organisations_that_may_change(
    cast: SimpleNamespace, desk: Desk
) -> None:
    desk.publish()
    make.make_recommendation(cast.review, states=[make.make_state("FRA", "France")])
    State.objects.update(regional_group="weog", name="Another name")
    Organisation.objects.update(collective_name="A coalition", kind="academic")
    review = make.make_review(make.make_state("JPN", "Japan"), make.make_session(20, 2))
    Review.objects.filter(pk=cast.review.pk).update(session=review.session)
    assert_right()


def test_goal_that_moves_while_it_is_linked_is_counted_once_and_rightly(
    transactional_db: None, cast: SimpleNamespace
) -> None:
    old, new = make.make_goal("3"), make.make_goal("16")
    target = make.make_goal("3.4", old)
    linked = threading.Event()

    def link() -> None:
        with transaction.atomic():
            cast.recommendation.goals.add(target)
            linked.set()
            time.sleep(0.3)  # the other one comes meanwhile, and must wait

    def move() -> None:
        assert linked.wait(10)
        Goal.objects.filter(pk=target.pk).update(parent=new)

    assert at_once(link, move) == [None, None]
    assert f"goal:{new.pk}" in Counted.objects.get(pk=cast.recommendation.pk).tags
    assert_right()


def test_goal_that_moves_while_an_import_is_at_its_recommendations_waits_for_it(
    transactional_db: None, cast: SimpleNamespace
) -> None:
    """An import locks recommendations and then links goals; whoever moves a goal must not hold the links meanwhile."""
    old, new = make.make_goal("3"), make.make_goal("16")
    target = make.make_goal("3.4", old)
    linked, other = cast.recommendation, make.make_recommendation(cast.review)
    linked.goals.add(target)
    locked = threading.Event()

    def write() -> None:
        with transaction.atomic():
            Recommendation.objects.filter(pk__in=[linked.pk, other.pk]).update(text="Another text")
            locked.set()
            time.sleep(0.3)  # the other one comes meanwhile
            other.goals.add(target)

    def move() -> None:
        assert locked.wait(10)
        Goal.objects.filter(pk=target.pk).update(parent=new)

    assert at_once(write, move) == [None, None]
    assert counts.kept(False)[f"goal:{new.pk}"] == 2
    assert_right()


def test_goals_that_moved_unseen_are_counted_anew(transactional_db: None, cast: SimpleNamespace) -> None:
    """As before anything watched over the parents of goals."""
    old, new = make.make_goal("3"), make.make_goal("16")
    target = make.make_goal("3.4", old)
    cast.recommendation.goals.add(target)
    with connect_as_owner() as owner:
        owner.execute("ALTER TABLE issues_goal DISABLE TRIGGER counted_on_update")
        owner.execute("UPDATE issues_goal SET parent_id = %s WHERE id = %s", [new.pk, target.pk])
        owner.execute("SET CONSTRAINTS ALL IMMEDIATE")  # what they have still to look at would forbid the next
        owner.execute("ALTER TABLE issues_goal ENABLE TRIGGER counted_on_update")
    assert counts.wrong() == [cast.recommendation.pk]
    recounted = importlib.import_module("recommendations.migrations.0015_recounted")
    with connection.cursor() as cursor:
        cursor.execute(recounted.RECOUNT)
    assert counts.kept(False)[f"goal:{new.pk}"] == 1
    assert_right()
