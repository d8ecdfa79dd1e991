"""How an organisation leaves its spreadsheet, as its manager walks it; the sheet that goes out and comes back."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from accounts.models import Person
from accounts.roles import Role
from recommendations.models import Draft, Recommendation
from tests import factories as make
from tests import workers
from tests.browser.conftest import Visitor
from tests.imports.sheet_files import save_xlsx

ROWS = [
    ("№", "Статус", "Дата", "Комментарий"),
    ("140.7", "выполнено", "23.01.2025", "Закон принят"),
    ("140.8", "In Progress", "2025-02-01", "Идёт работа"),
    ("140.99", "выполнено", "", "Нет такой"),
]
NARROW = {"width": 390, "height": 800}


@pytest.fixture
def manager(served: str) -> Person:
    """Kazakhstan's review with two recommendations, and the manager of a group that monitors it."""
    state = make.make_state()
    review = make.make_review(state)
    for label in ("140.7", "140.8"):
        make.make_recommendation(review, label, states=[state], response="supported")
    group = make.make_organisation("Watch Group", monitors=[state], slug="watch-group")
    return make.make_person("Maya Manager", organisation=group, role=Role.MANAGER)


def send(window: Visitor, path: Path) -> Page:
    page = window.goto("/imports/")
    page.set_input_files("[name=file]", path)
    page.select_option("[name=state]", "KAZ")
    page.select_option("[name=session]", "48")
    page.get_by_role("button", name="Read the document").click()
    return page


@pytest.mark.parametrize("javascript", [True, False])
def test_a_sheet_is_explained_once_and_becomes_drafts(
    visitor: Callable[..., Visitor],
    manager: Person,
    worker: Callable[..., workers.Process],
    server_folder: Path,
    tmp_path: Path,
    javascript: bool,
) -> None:
    worker(UPR_DATA_DIR=str(server_folder))
    window = visitor(javascript=javascript).sign_in(manager)
    page = send(window, save_xlsx(tmp_path / "matrix.xlsx", ROWS))
    expect(page.locator("h1")).to_contain_text("What do the columns hold?")
    expect(page.get_by_label("Статус")).to_have_value("status")
    look(window, javascript)
    page.get_by_label("Комментарий").select_option("")
    page.get_by_label("Статус").select_option("")
    page.get_by_role("button", name="Read the rows").click()
    expect(page.locator("[role=alert]")).to_contain_text("Say which column becomes the draft")
    look(window, javascript)
    page.get_by_label("Комментарий").select_option("reason")
    page.get_by_label("Статус").select_option("status")
    page.get_by_role("button", name="Read the rows").click()
    expect(page.locator("h1")).to_contain_text("What do your words for a status mean?")
    look(window, javascript)
    page.get_by_label("“выполнено”").select_option("fully_implemented")
    page.get_by_role("button", name="Read the rows").click()
    button = page.get_by_role("button", name="Write 2 drafts")
    expect(button).to_be_visible()
    expect(page.get_by_text("no recommendation with this number")).to_be_visible()
    look(window, javascript)
    assert not Draft.objects.exists()
    button.click()
    page.get_by_role("link", name="See the drafts in My work").click()
    expect(page.locator("#drafts")).to_contain_text("140.7")
    expect(page.locator("#drafts")).to_contain_text("Fully Implemented")
    look(window, javascript)
    assert Draft.objects.count() == 2


def look(window: Visitor, javascript: bool) -> None:
    """axe finds nothing, and nothing sticks out on a phone; axe itself needs scripts."""
    if not javascript:
        return
    window.check_accessibility()
    wide = window.page.viewport_size
    assert wide is not None
    window.page.set_viewport_size(NARROW)  # type: ignore[arg-type]
    assert window.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    window.check_accessibility()
    window.page.set_viewport_size(wide)


def test_a_sheet_that_was_downloaded_is_known_when_it_returns(
    visitor: Callable[..., Visitor],
    manager: Person,
    worker: Callable[..., workers.Process],
    server_folder: Path,
    tmp_path: Path,
) -> None:
    worker(UPR_DATA_DIR=str(server_folder))
    window = visitor().sign_in(manager)
    page = window.goto("/recommendations/?state=KAZ")
    window.check_accessibility()
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Download as a spreadsheet to fill in").click()
    path = tmp_path / "returned.xlsx"
    waiting.value.save_as(path)
    page = send(window, path)
    expect(page.get_by_text("This spreadsheet proposes no drafts")).to_be_visible()
    window.check_accessibility()
    assert Recommendation.objects.count() == 2
    assert not Draft.objects.exists()
