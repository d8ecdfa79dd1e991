"""Downloads and releases in a real browser: made by a real worker, watched with and without JavaScript."""

import datetime
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.core.files.storage import FileSystemStorage
from playwright.sync_api import Page, expect

from history.log import Actor
from reports.models import ReleaseFile
from reports.releases import make_release, withdraw_release
from tests import factories as make
from tests import workers
from tests.browser.conftest import Visitor

PHONE = {"width": 360, "height": 780}


@pytest.fixture
def review(served: str) -> SimpleNamespace:
    """A review with two recommendations, one of which has a status."""
    kaz = make.make_state()
    review = make.make_review(kaz)
    report, group = make.make_document(review), make.make_organisation("Watch Group")
    make.make_lead(review, group)
    first = make.make_recommendation(review, "1.1", states=[kaz], source_document=report)
    make.make_recommendation(review, "1.2", source_document=report)
    make.make_assessment(first, group)
    return SimpleNamespace(**locals())


@pytest.fixture
def working(worker: Callable[..., workers.Process], server_folder: Path) -> None:
    """A worker that keeps its files where the server looks for them."""
    worker(UPR_DATA_DIR=str(server_folder))


@pytest.fixture
def releases(
    review: SimpleNamespace, server_folder: Path, monkeypatch: pytest.MonkeyPatch, settings: object
) -> Iterator[None]:
    """Two releases, of which the first was withdrawn."""
    settings.DATA_DIR = server_folder  # type: ignore[attr-defined]
    storage = FileSystemStorage(location=server_folder / "files")
    monkeypatch.setattr(ReleaseFile._meta.get_field("file"), "storage", storage)
    make_release(name="2024.10", by=Actor())
    withdraw_release(name="2024.10", because="A name had to go.", by=Actor())
    make_release(name="2024.11", by=Actor())
    yield
    withdraw_release(name="2024.11", because="The test is over.", by=Actor())  # its files go


def check_width(window: Visitor) -> None:
    """Nothing is wider than a phone, and axe finds nothing there either."""
    window.page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    assert window.page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    window.check_accessibility()


def save(page: Page, folder: Path) -> bytes:
    """The file that the page offers."""
    with page.expect_download() as fetched:
        page.get_by_role("link", name="Download the file").click()
    fetched.value.save_as(folder / "file")
    return (folder / "file").read_bytes()


def test_file_is_asked_for_with_the_keyboard_and_fetched(
    visitor: Callable[..., Visitor], review: SimpleNamespace, working: None, tmp_path: Path
) -> None:
    window = visitor()
    page = window.goto("/recommendations/?state=KAZ")
    page.get_by_role("link", name="Download this list").click()
    expect(page.get_by_text("2 recommendations", exact=True)).to_be_visible()
    window.check_accessibility()
    page.get_by_label("One row for each recommendation", exact=True).focus()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_label("One row for each recommendation and State that made it")).to_be_checked()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("The file is ready")
    window.check_accessibility()
    assert save(page, tmp_path).startswith(b"PK")
    check_width(window)
    window.goto("/downloads/?state=KAZ")
    check_width(window)


def test_page_says_how_far_a_file_is(visitor: Callable[..., Visitor], review: SimpleNamespace) -> None:
    window = visitor()
    page = window.goto("/downloads/")
    page.get_by_role("button", name="Make a file: Parquet (.parquet)").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("The file is being made")  # no worker runs
    window.check_accessibility()
    check_width(window)


def test_file_is_watched_without_javascript(
    visitor: Callable[..., Visitor],
    review: SimpleNamespace,
    worker: Callable[..., workers.Process],
    server_folder: Path,
    tmp_path: Path,
) -> None:
    page = visitor(javascript=False).goto("/downloads/?state=KAZ")
    page.get_by_role("button", name="Make a file: Parquet (.parquet)").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("The file is being made")
    expect(page.get_by_role("link", name="See how far it is")).to_be_visible()
    worker(UPR_DATA_DIR=str(server_folder))
    expect(page.get_by_role("heading", level=1)).to_have_text("The file is ready", timeout=60_000)  # by itself
    assert save(page, tmp_path).startswith(b"PAR1")


def test_releases_are_found_cited_and_fetched(visitor: Callable[..., Visitor], releases: None, tmp_path: Path) -> None:
    window = visitor()
    page = window.goto("/")
    page.get_by_role("link", name="Releases").click()
    window.check_accessibility()
    check_width(window)
    page.get_by_role("link", name="2024.11", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Release 2024.11")
    expect(page.locator("blockquote")).to_contain_text("release 2024.11 [data set]")
    window.check_accessibility()
    with page.expect_download() as fetched:
        page.get_by_role("link", name="SHA256SUMS").click()
    fetched.value.save_as(tmp_path / "SHA256SUMS")
    assert "  recommendations.csv\n" in (tmp_path / "SHA256SUMS").read_text()


def test_withdrawn_release_says_why(visitor: Callable[..., Visitor], releases: None) -> None:
    window = visitor(javascript=False)
    page = window.goto("/releases/2024.10/recommendations.csv")
    expect(page.get_by_role("main")).to_contain_text("A name had to go.")
    expect(page.get_by_role("link", name="recommendations.csv")).to_have_count(0)
    reading = visitor()
    reading.goto("/releases/2024.11/")
    check_width(reading)


def test_course_of_a_review_reads_as_a_table(visitor: Callable[..., Visitor], review: SimpleNamespace) -> None:
    make.make_assessment(review.first, review.group, "fully_implemented", holds_from=datetime.date(2025, 9, 1))
    window = visitor()
    page = window.goto("/reviews/48/KAZ/")
    table = page.get_by_role("table", name="Recommendations by status, month by month")
    expect(table).to_be_visible()
    expect(table.get_by_role("row").last).to_contain_text("1")
    window.check_accessibility()
    check_width(window)
