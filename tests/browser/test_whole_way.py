"""The main way through the product, as people walk it: a document goes in, and in the end the API serves a status."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.management import call_command
from playwright.sync_api import expect

from accounts.models import Person
from accounts.roles import Role
from recommendations.models import Recommendation
from states.models import State
from tests import factories as make
from tests import workers
from tests.browser.conftest import Visitor
from tests.imports.official import S48, needs_official

MATRIX = "/recommendations/?state=SVN&session=48"


@pytest.fixture
def people(served: str) -> dict[str, Person]:
    """An administrator, a reviewer of a group that monitors Slovenia, a follower of another group."""
    call_command("load_reference", verbosity=0)
    slovenia = State.objects.get(iso3="SVN")
    group = make.make_organisation("Watch Group", monitors=[slovenia], slug="watch-group")
    others = make.make_organisation("Other Group", monitors=[slovenia])
    return {
        "administrator": make.make_person("Ada Administrator", is_administrator=True),
        "reviewer": make.make_person("Rosa Reviewer", organisation=group, role=Role.REVIEWER),
        "follower": make.make_person("Fatma Follower", organisation=others, role=Role.VIEWER),
    }


@needs_official
def test_document_to_status_to_notice_to_api(
    visitor: Callable[..., Visitor],
    people: dict[str, Person],
    worker: Callable[..., workers.Process],
    server_folder: Path,
) -> None:
    worker(UPR_DATA_DIR=str(server_folder))
    _import(visitor().sign_in(people["administrator"]))
    follower = visitor().sign_in(people["follower"])
    _follow(follower)
    _record(visitor().sign_in(people["reviewer"]))
    _be_told(follower)
    mails = [path.read_text() for path in (server_folder / "mail").glob("*.eml")]
    assert len(mails) == 1
    assert people["follower"].email in mails[0]
    answer = follower.page.request.get(
        f"{follower.address}/api/v1/recommendations/?state=SVN&session=48&status=in_progress"
    )
    [result] = json.loads(answer.text())["results"]
    assert result["label"] == "140.7"
    assert result["lead_assessment"]["status"] == "in_progress"
    assert result["lead_assessment"]["organisation"]["name"] == "Watch Group"


def _import(window: Visitor) -> None:
    """Send the document, look at what it would do, commit, and name who leads the review."""
    page = window.goto("/imports/")
    window.check_accessibility()
    page.set_input_files("[name=file]", S48)
    page.get_by_role("button", name="Read the document").click()
    commit = page.get_by_role("button", name="Commit 254 recommendations")
    expect(commit).to_be_visible()
    window.check_accessibility()
    assert not Recommendation.objects.exists()
    commit.click()
    expect(page.locator("h1")).to_contain_text("What this document did")
    window.check_accessibility()
    page = window.goto("/reviews/48/SVN/")
    window.check_accessibility()
    page.get_by_role("link", name="Name the lead").click()
    page.select_option("[name=organisation]", "watch-group")
    window.check_accessibility()
    page.get_by_role("button", name="Name the lead").click()
    expect(page.locator(".messages")).to_contain_text("The lead organisation is named")


def _follow(window: Visitor) -> None:
    page = window.goto(MATRIX)
    page.get_by_role("link", name="140.7", exact=True).click()
    page.get_by_role("button", name="Follow This recommendation").click()
    expect(page.get_by_role("button", name="Stop following 140.7")).to_be_visible()
    window.check_accessibility()


def _record(window: Visitor) -> None:
    """Filter without a reload, record with a mistake first, then with two bases."""
    page = window.goto(MATRIX)
    expect(page.locator(".matrix-count")).to_contain_text("254 recommendations")
    window.check_accessibility()
    page.locator("#filters summary", has_text="Response").click()
    page.get_by_label("Noted", exact=True).check()
    expect(page.locator(".matrix-count")).to_contain_text("37 recommendations")
    assert page.url.endswith("?state=SVN&session=48&response=noted")
    page = window.goto(MATRIX)
    page.get_by_role("link", name="140.7", exact=True).click()
    page.get_by_role("button", name="Publish this status").click()
    expect(page.locator(".error-summary")).to_contain_text("Choose a status.")
    window.check_accessibility()
    page.select_option("#id_status", "in_progress")
    page.fill("#id_reason", "A draft law is before the committee.")
    page.select_option("#id_bases-0-kind", "link")
    page.fill("#id_bases-0-url", "https://example.org/law")
    page.get_by_role("button", name="Add another basis").click()
    page.select_option("#id_bases-1-kind", "monitoring")
    page.fill("#id_bases-1-description", "Two meetings attended.")
    window.check_accessibility()
    page.get_by_role("button", name="Publish this status").click()
    expect(page.locator(".messages")).to_contain_text("The status is published.")
    expect(page.locator("#voices")).to_contain_text("Two meetings attended.")
    page.get_by_role("button", name="Checked, no change").click()
    expect(page.locator(".messages")).to_contain_text("looked again at 140.7, no change")
    window.check_accessibility()


def _be_told(window: Visitor) -> None:
    page = window.page
    for _try in range(40):
        window.goto("/my-work/")
        if page.get_by_text("Watch Group recorded the status").count():
            break
        page.wait_for_timeout(250)
    expect(page.locator("#notices")).to_contain_text("“In Progress” for recommendation 140.7 to Slovenia, Session 48.")
    window.check_accessibility()
    page.get_by_role("button", name="Mark all as read").click()
    expect(page.locator("#notices .mark")).to_have_count(0)


@needs_official
def test_record_without_javascript(visitor: Callable[..., Visitor], people: dict[str, Person]) -> None:
    call_command("import_document", str(S48), verbosity=0)
    window = visitor(javascript=False).sign_in(people["reviewer"])
    page = window.goto(MATRIX)
    page.select_option("[name=claim]", "implemented")
    page.get_by_role("button", name="Show").click()
    assert page.url.endswith("?state=SVN&session=48&claim=implemented")
    page = window.goto(MATRIX)
    page.get_by_role("link", name="140.9", exact=True).click()
    page.select_option("#id_status", "not_started")
    page.fill("#id_reason", "No step was found.")
    page.get_by_role("button", name="Add another basis").click()
    expect(page.locator("#id_reason")).to_have_value("No step was found.")
    page.select_option("#id_bases-1-kind", "nothing_found")
    page.fill("#id_bases-1-description", "The official gazette, 2025.")
    page.get_by_role("button", name="Publish this status").click()
    expect(page.locator(".messages")).to_contain_text("The status is published.")
    expect(page.locator("#voices")).to_contain_text("The official gazette, 2025.")
