"""The way of an import as a person walks it: sent, looked at, names settled, committed, seen, taken back."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.management import call_command
from playwright.sync_api import Page, expect

from accounts.models import Person
from imports.models import Batch
from recommendations.models import Recommendation
from states.models import StateAlias
from tests import factories as make
from tests import workers
from tests.browser.conftest import Visitor
from tests.imports.word_files import save_list

NARROW = {"width": 360, "height": 740}
TITLE = "UPR of Slovenia (4th Cycle - 48th Session)"
FIRST = [
    ("Theme: Right to education",),
    ("140.1 Build more schools in rural areas (France, Spain)", "Supported", "Right to education", ""),
    ("140.2 Train the teachers of all minorities (Republic of Turkye)", "Noted", "Right to education", ""),
    ("140.4 Pay them (Japan)", "Supported", "Right to education", ""),
    ("Teachers need a pension (Japan)", "Supported", "Right to education", ""),
]
SECOND = [
    ("Theme: Right to education",),
    ("140.1 Build more universities in rural areas (France, Spain)", "Supported", "Right to education", ""),
    ("140.2 Train the teachers of all minorities (Türkiye)", "Noted", "Right to education", ""),
    ("140.3 Feed the children (Japan)", "Supported", "Right to education", ""),
]


@pytest.fixture
def administrator(served: str) -> Person:
    """Somebody who may import, where reference data is loaded and one person follows Slovenia."""
    call_command("load_reference", verbosity=0)
    return make.make_person("Ada Administrator", is_administrator=True)


@pytest.fixture
def walked(
    visitor: Callable[..., Visitor],
    administrator: Person,
    worker: Callable[..., workers.Process],
    server_folder: Path,
) -> Callable[..., Visitor]:
    """A window of the administrator, beside a worker."""
    worker(UPR_DATA_DIR=str(server_folder))
    return lambda **options: visitor(**options).sign_in(administrator)


def look(window: Visitor, name: str) -> None:
    """Check the page as it stands, wide and narrow; pictures of it where UPR_PICTURES names a folder."""
    window.check_accessibility()
    page = window.page
    wide = page.viewport_size
    page.set_viewport_size(NARROW)  # type: ignore[arg-type]
    window.check_accessibility()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), f"{name} is wider than a phone"
    folder = os.environ.get("UPR_PICTURES")
    if folder:
        page.screenshot(path=f"{folder}/{name}-narrow.png", full_page=True)
    page.set_viewport_size(wide)  # type: ignore[arg-type]
    if folder:
        page.screenshot(path=f"{folder}/{name}-wide.png", full_page=True)


def send(page: Page, path: Path) -> None:
    page.set_input_files("[name=file]", path)
    page.get_by_role("button", name="Read the document").click()


def test_import_from_sending_to_taking_back(walked: Callable[..., Visitor], tmp_path: Path) -> None:
    window = walked()
    page = window.goto("/imports/")
    look(window, "1-list-empty")
    send(page, save_list(tmp_path / "list.docx", FIRST, title=TITLE))
    expect(page.get_by_role("button", name="Commit 3 recommendations")).to_be_visible()
    look(window, "2-preview")
    page.get_by_role("link", name="1 rejected").click()
    expect(page.get_by_role("cell", name="Teachers need a pension")).to_be_visible()
    look(window, "3-rejected")
    page.get_by_role("link", name="Settle what they mean").click()
    look(window, "4-names")
    page.get_by_label("Türkiye", exact=True).check()
    page.get_by_role("button", name="Keep these and read the document again").click()
    commit = page.get_by_role("button", name="Commit 3 recommendations")
    expect(commit).to_be_visible()
    expect(page.get_by_role("link", name="Settle what they mean")).to_have_count(0)
    assert StateAlias.objects.get(text="Republic of Turkye").state.iso3 == "TUR"
    assert not Recommendation.objects.exists()
    commit.click()
    expect(page.locator("h1")).to_contain_text("What this document did")
    look(window, "5-committed")
    page.get_by_role("link", name="Open the matrix of this review").click()
    expect(page.locator(".matrix-count")).to_contain_text("3 recommendations")
    _another_list(window, tmp_path)
    page.go_back()


def _another_list(window: Visitor, tmp_path: Path) -> None:
    """A second document, which says other things: conflicts, and what it changes, then back."""
    page = window.goto("/imports/")
    send(page, save_list(tmp_path / "other.docx", SECOND, title=TITLE))
    expect(page.locator("h1")).to_contain_text("What this document would do")
    look(window, "6-preview-of-another")
    page.get_by_role("link", name="1 conflict").click()
    expect(page.locator(".sides del")).to_contain_text("schools")
    expect(page.locator(".sides ins")).to_contain_text("universities")
    look(window, "7-conflict")
    page.get_by_role("button", name="Take the document's word").click()
    expect(page.get_by_role("button", name="Take the document's word")).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="Decide as proposed").click()  # of two lists the one that is there is kept
    expect(page.get_by_role("button", name="Keep what is there").last).to_have_attribute("aria-pressed", "true")
    page.get_by_label("Number, place or words").fill("140.3")
    page.get_by_label("What happens").select_option("")
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.locator(".import-rows tbody tr")).to_have_count(1)
    page.get_by_text("table 1, row").click()
    expect(page.get_by_text("140.3 Feed the children (Japan)")).to_be_visible()
    page.locator(".import__act .button--primary").click()
    expect(page.locator("h1")).to_contain_text("What this document did")
    assert set(Recommendation.objects.values_list("label", flat=True)) == {"140.1", "140.2", "140.3", "140.4"}
    page.get_by_role("button", name="Take this import back").click()
    expect(page.locator("h1")).to_contain_text("This import was taken back")
    look(window, "8-taken-back")
    assert not Recommendation.objects.filter(label="140.3", removed_at=None).exists()
    window.goto("/imports/")
    look(window, "9-list")


def test_import_by_keyboard_alone(walked: Callable[..., Visitor], tmp_path: Path) -> None:
    window = walked()
    page = window.goto("/imports/")
    page.set_input_files("[name=file]", save_list(tmp_path / "list.docx", FIRST, title=TITLE))
    _press(page, "Read the document")
    expect(page.get_by_role("button", name="Commit 3 recommendations")).to_be_visible()
    _press(page, "Commit 3 recommendations")
    expect(page.locator("h1")).to_contain_text("What this document did")
    _press(page, "Take this import back")
    expect(page.locator("h1")).to_contain_text("This import was taken back")


def _press(page: Page, words: str) -> None:
    """Tab until the button is reached, then Enter."""
    for _key in range(80):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent").strip() == words:
            page.keyboard.press("Enter")
            return
    raise AssertionError(f"“{words}” is not reached by the keyboard")


def test_import_without_javascript_and_a_file_that_cannot_be_read(
    walked: Callable[..., Visitor], tmp_path: Path
) -> None:
    window = walked(javascript=False)
    page = window.goto("/imports/")
    bad = tmp_path / "report.pdf"
    bad.write_bytes(b"%PDF-1.7 nothing more")
    send(page, bad)
    expect(page.locator("h1")).to_contain_text("This document could not be read")  # the page refreshes itself
    expect(page.locator(".notice")).to_contain_text("report.pdf")
    page = window.goto("/imports/")
    send(page, save_list(tmp_path / "list.docx", FIRST, title=TITLE))
    page.get_by_role("button", name="Commit 3 recommendations").click()
    expect(page.locator("h1")).to_contain_text("What this document did")
    assert set(Batch.objects.values_list("status", flat=True)) == {"failed", "committed"}
