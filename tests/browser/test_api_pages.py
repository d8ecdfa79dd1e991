"""The page to try the API on, and those of tokens, in a real browser: quiet console, and nothing for axe to find."""

from collections.abc import Callable
from types import SimpleNamespace

from playwright.sync_api import expect

from tests.browser.conftest import Visitor
from tests.factories import PASSWORD


def test_api_is_tried_on_its_page(visitor: Callable[..., Visitor], cast: SimpleNamespace) -> None:
    window = visitor()
    window.page.set_default_timeout(60_000)  # a megabyte of script and a long schema, on a busy machine
    page = window.goto("/api/v1/docs/")
    page.get_by_role("button", name="GET /api/v1/statuses/", exact=False).first.click()
    page.get_by_role("button", name="Try it out").click()
    page.get_by_role("button", name="Execute").click()
    expect(page.locator(".live-responses-table .response").first).to_contain_text("200")
    expect(page.locator(".docs-note")).to_contain_text("POST cannot")
    body = page.locator(".live-responses-table .highlight-code .microlight").first
    assert body.evaluate("box => box.scrollHeight <= box.clientHeight")  # nothing runs out of the box
    window.check_accessibility()
    assert window.complaints == []


def test_api_is_tried_with_the_keyboard_alone(visitor: Callable[..., Visitor], cast: SimpleNamespace) -> None:
    window = visitor()
    window.page.set_default_timeout(60_000)
    page = window.goto("/api/v1/docs/")
    one = page.get_by_role("button", name="GET /api/v1/statuses/", exact=False).first
    one.focus()
    page.keyboard.press("Enter")
    press(window, "Try it out")
    press(window, "Execute")
    expect(page.locator(".live-responses-table .response").first).to_contain_text("200")


def press(window: Visitor, name: str) -> None:
    """Go on with Tab until the button of this name has the focus, and press it."""
    button = window.page.get_by_role("button", name=name).first
    expect(button).to_be_visible()
    for _step in range(20):
        if button.evaluate("button => button === document.activeElement"):
            window.page.keyboard.press("Enter")
            return
        window.page.keyboard.press("Tab")
    raise AssertionError(f"Tab does not lead to the button {name}.")


def test_docs_page_without_javascript_leads_to_the_schema(visitor: Callable[..., Visitor]) -> None:
    page = visitor(javascript=False).goto("/api/v1/docs/")
    expect(page.get_by_role("heading", level=1)).to_have_text("API of UPR Tracker")
    expect(page.get_by_role("main")).to_contain_text("needs JavaScript")
    assert page.get_by_role("link", name="OpenAPI").get_attribute("href") == "/api/v1/schema/"


def test_docs_page_fits_a_phone(visitor: Callable[..., Visitor]) -> None:
    window = visitor()
    window.page.set_viewport_size({"width": 360, "height": 780})
    page = window.goto("/api/v1/docs/")
    expect(page.get_by_text("/api/v1/statuses/").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_token_is_made_shown_once_and_revoked(visitor: Callable[..., Visitor], cast: SimpleNamespace) -> None:
    window = visitor().sign_in(cast.mate)
    page = window.goto("/account/tokens/")
    window.check_accessibility()
    page.get_by_role("link", name="Make a token").click()
    if page.locator("[name=password]").count():
        page.fill("[name=password]", PASSWORD)
        page.get_by_role("button", name="Go on").click()
    page.get_by_label("Name").fill("Harvest")
    page.get_by_label("May").select_option(label=f"reads, and writes for {cast.group.name}")
    window.check_accessibility()
    page.get_by_role("button", name="Make it").click()
    text = page.get_by_label("Token “Harvest”").input_value()
    assert text.startswith("upr_")
    window.check_accessibility()
    page.get_by_role("link", name="All tokens").click()
    assert text[:12] not in page.content()
    page.get_by_role("button", name="Revoke “Harvest”").click()
    expect(page.get_by_text("is revoked: it opens nothing any more")).to_be_visible()
    window.check_accessibility()
    assert window.complaints == []
