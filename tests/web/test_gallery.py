"""The gallery names every component; axe, in a real browser, finds nothing wrong with it or with any reading page."""

from types import SimpleNamespace
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from django.utils.html import escape
from playwright.sync_api import Browser

from tests import factories as make
from tests.web.test_home import page
from web.gallery import contracts

SHELL = {"account", "breadcrumb", "data_version", "languages"}  # seen on every page
LOOKS: dict[str, dict[str, Any]] = {
    "wide": {"viewport": {"width": 1280, "height": 900}, "color_scheme": "light"},
    "phone": {"viewport": {"width": 390, "height": 844}, "color_scheme": "light"},
    "dark": {"viewport": {"width": 1280, "height": 900}, "color_scheme": "dark"},
    "dark-phone": {"viewport": {"width": 390, "height": 844}, "color_scheme": "dark"},
}
PAGES = (
    "/",
    "/gallery/",
    "/reviews/",
    "/reviews/48/KAZ/",
    "/states/",
    "/states/KAZ/",
    "/issues/",
    "/issues/upr_info-torture/",
    "/events/",
    "/events/?state=KAZ",
    "/account/login/",
    "/account/password/reset/",
    "/account/signup/",
    "/nothing-here/",
)


@pytest.mark.django_db
def test_gallery_shows_what_every_component_takes(client: Client) -> None:
    text = page(client, "/gallery/")
    found = contracts()
    assert set(found) > SHELL
    assert [name for name, words in found.items() if not words] == []
    for name in ("status", "field", "voices", "timeline", "status_bar", "filters"):
        assert escape(found[name]) in text


@pytest.mark.parametrize("look", LOOKS)
def test_pages_are_accessible_and_fit_the_screen(
    look: str, chromium: Browser, served: str, review_page: SimpleNamespace
) -> None:
    context = chromium.new_context(**LOOKS[look])
    shown = context.new_page()
    complaints: list[str] = []
    shown.on("console", lambda message: complaints.append(message.text) if "Content Security" in message.text else None)
    for path in PAGES:
        shown.goto(served + path)
        complaints += [f"{path}: {problem}" for problem in problems(shown)]
    context.close()
    assert complaints == []


def test_pages_fit_from_right_to_left(chromium: Browser, served: str, review_page: SimpleNamespace) -> None:
    shown = chromium.new_page(viewport={"width": 390, "height": 844})
    for path in ("/", "/reviews/48/KAZ/", "/gallery/"):
        shown.goto(served + path)
        shown.evaluate("document.documentElement.dir = 'rtl'")
        assert problems(shown) == [], path
        name = shown.locator(".masthead__name").bounding_box()
        assert name is not None
        assert name["x"] > 195


def test_breadcrumb_points_between_its_places_and_not_after_the_last(
    chromium: Browser, served: str, review_page: SimpleNamespace
) -> None:
    shown = chromium.new_page()
    shown.goto(f"{served}/recommendations/{review_page.assessed.public_id}/")
    after = "crumbs => crumbs.map(crumb => getComputedStyle(crumb, '::after').content)"
    marks = shown.locator(".breadcrumb li").evaluate_all(after)
    assert marks == ['"›"'] * (len(marks) - 1) + ["none"]
    assert len(marks) > 1


def test_filters_open_on_a_phone_without_script(chromium: Browser, served: str, review_page: SimpleNamespace) -> None:
    context = chromium.new_context(java_script_enabled=False, viewport={"width": 390, "height": 844})
    shown = context.new_page()
    shown.goto(f"{served}/events/")
    assert not shown.locator("#filters").is_visible()
    shown.get_by_role("link", name="Filters").click()
    shown.get_by_label("State").select_option("KAZ")
    shown.get_by_role("button", name="Show", exact=True).click()
    assert "state=KAZ" in shown.url
    assert shown.get_by_text("Round table").first.is_visible()
    context.close()


def test_menu_of_a_person_closes_on_escape_and_keeps_the_place(
    chromium: Browser, served: str, review_page: SimpleNamespace
) -> None:
    shown = chromium.new_page()
    shown.goto(f"{served}/account/login/?next=/states/")
    shown.get_by_label("E-mail address").fill(review_page.person.email)
    shown.get_by_label("Password").fill(make.PASSWORD)
    shown.get_by_role("button", name="Sign in").click()
    shown.locator("summary", has_text="Olga Owner").click()
    assert shown.get_by_role("button", name="Sign out").is_visible()
    assert problems(shown) == []
    shown.keyboard.press("Escape")
    assert not shown.get_by_role("button", name="Sign out").is_visible()
    assert shown.evaluate("document.activeElement.tagName") == "SUMMARY"


def problems(shown: Any) -> list[str]:
    """What axe says against the page, and whether it is wider than the screen."""
    found = [f"{rule['id']}: {rule['nodes'][0]['html']}" for rule in Axe().run(shown).response["violations"]]
    if shown.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
        found.append("wider than the screen")
    return found


def test_styles_name_no_side_and_no_colour_outside_the_tokens() -> None:
    folder = settings.BASE_DIR / "static" / "css"
    for path in folder.glob("*.css"):
        text = path.read_text()
        for side in ("margin-left", "margin-right", "padding-left", "padding-right", "text-align: left", "float:"):
            assert side not in text, (path.name, side)
        if path.name != "tokens.css":
            assert "rgb(" not in text, path.name
