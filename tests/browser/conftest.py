"""Windows of a real browser on the served product."""

from collections.abc import Callable, Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from accounts.models import Person
from tests.factories import PASSWORD

WIDE = {"width": 1280, "height": 900}
# A worker on a busy machine takes its time; waiting longer costs nothing when it does not.
expect.set_options(timeout=30_000)


class Visitor:
    """One person's window, with the complaints of its console."""

    def __init__(self, browser: Browser, address: str, *, javascript: bool = True) -> None:
        self.address = address
        self.context = browser.new_context(viewport=WIDE, java_script_enabled=javascript)  # type: ignore[arg-type]
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(15_000)
        self.complaints: list[str] = []
        self.page.on("console", lambda message: self._hear(message.type, message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _hear(self, kind: str, text: str) -> None:
        # A form that comes back with errors, or the page of what was taken back, has a status of 4xx, which Chromium
        # calls an error too.
        if kind == "error" and not any(status in text for status in ("409", "410", "422")):
            self.complaints.append(text)

    def goto(self, path: str) -> Page:
        """Open a page of ours."""
        self.page.goto(self.address + path)
        return self.page

    def sign_in(self, person: Person) -> "Visitor":
        """Sign in as a person does."""
        page = self.goto("/account/login/")
        page.fill("[name=login]", person.email)
        page.fill("[name=password]", PASSWORD)
        page.get_by_role("main").get_by_role("button", name="Sign in").click()
        page.wait_for_url("**/my-work/")
        return self

    def check_accessibility(self) -> None:
        """Fail with what axe found on the page as it stands."""
        found = Axe().run(self.page)
        assert found.violations_count == 0, f"{self.page.url}\n{found.generate_report()}"


@pytest.fixture
def visitor(served: str, chromium: Browser) -> Iterator[Callable[..., Visitor]]:
    """`visitor(javascript=True)` opens a window on the served product; its console must stay clean."""
    opened: list[Visitor] = []

    def open_window(**options: bool) -> Visitor:
        opened.append(Visitor(chromium, served, **options))
        return opened[-1]

    yield open_window
    complaints = [complaint for window in opened for complaint in window.complaints]
    for window in opened:
        window.context.close()
    assert not complaints, complaints
