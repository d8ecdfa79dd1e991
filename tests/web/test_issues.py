"""Issues, groups of persons and goals."""

from types import SimpleNamespace

import pytest
from django.test import Client

from tests import factories as make
from tests.web.conftest import Budget
from tests.web.test_home import page

pytestmark = pytest.mark.usefixtures("strict_templates")


@pytest.mark.django_db
def test_list_without_issues_says_how_they_come(reader_client: Client) -> None:
    assert "No issues yet" in page(reader_client, "/issues/")


def test_list_queries(reader_client: Client, review_page: SimpleNamespace, budget: Budget) -> None:
    make.make_issue("Detention", "uhri_theme")
    make.make_group()
    make.make_goal()
    with budget(
        "issues_issue",
        "recommendations_recommendation",
        "recommendations_recommendation",
        "issues_persongroup",
        "recommendations_recommendation",
        "issues_goal",
        "history_feed",
    ):
        reader_client.get("/issues/")


def test_list_counts_each_term_and_samples_apart(sample_client: Client, review_page: SimpleNamespace) -> None:
    sample = make.make_recommendation(review_page.review, "140.91", issues=[review_page.issue], is_sample=True)
    sample.groups.add(make.make_group("Children"))
    text = page(sample_client, "/issues/")
    torture = text[text.index(">Torture</a>") :][:200]
    assert '<span class="lines__side number">1</span>' in torture
    assert "1 sample" in torture
    assert '<span class="lines__side">1 sample</span>' in text[text.index(">Children</a>") :][:200]


@pytest.mark.parametrize("kind", ["issue", "group", "goal"])
def test_page_queries(kind: str, reader_client: Client, review_page: SimpleNamespace, budget: Budget) -> None:
    group, goal = make.make_group(), make.make_goal()
    review_page.assessed.groups.add(group)
    review_page.assessed.goals.add(goal)
    expected = {
        "issue": ("issues_issue", "issues_issuealias", "recommendations_recommendation", "reviews_review"),
        "group": ("issues_persongroup", "issues_persongroupalias", "recommendations_recommendation", "reviews_review"),
        "goal": ("issues_goal", "recommendations_recommendation", "reviews_review"),
    }[kind]
    path = {"issue": review_page.issue.slug, "group": f"groups/{group.code}", "goal": f"goals/{goal.code}"}[kind]
    related = "issues_goal" if kind == "goal" else "reviews_review"  # targets; reviews whose documents name it
    with budget(*expected, related, "history_feed"):
        text = page(reader_client, f"/issues/{path}/")
    assert "1 recommendation<" in text.replace("\n", "")
    assert "Review by review" in text


def test_goal_counts_a_recommendation_of_goal_and_target_once(
    reader_client: Client, review_page: SimpleNamespace
) -> None:
    goal = make.make_goal("16")
    target = make.make_goal("16.3", parent=goal)
    review_page.assessed.goals.set([goal, target])
    assert "1 recommendation<" in page(reader_client, "/issues/goals/16/").replace("\n", "")
    text = page(reader_client, "/issues/goals/16.3/")
    assert "Target of Goal 16" in text
    assert "/issues/goals/16/" in text


def test_issue_without_recommendations_says_so(reader_client: Client, review_page: SimpleNamespace) -> None:
    make.make_issue("Water", "uhri_theme")
    assert "No recommendations yet" in page(reader_client, "/issues/uhri_theme-water/")
    assert reader_client.get("/issues/nothing/").status_code == 404
