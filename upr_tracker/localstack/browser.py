"""`python -m upr_tracker.localstack.browser`: sees to it that the tests find a browser, and says which.

One on the machine is best; else Debian's package, when root; else Playwright's own; else the browser tests are skipped,
which UPR_REQUIRE_BROWSER=1 turns into an error.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
REMEDY = "Install one (Debian: sudo apt install chromium), or name one: UPR_BROWSER=/path/to/chrome"


def find() -> str | None:
    """Path of a browser that starts: UPR_BROWSER, one on the path, or the one Playwright downloaded; None without."""
    for path in (os.environ.get("UPR_BROWSER"), *map(shutil.which, NAMES)):
        if path and starts(path):
            return path
    own = playwrights_own()  # asked last, because asking takes half a second
    return own if own and starts(own) else None


def starts(path: str) -> bool:
    """Whether the browser can tell its version (Ubuntu's chromium-browser may be an empty shell that asks for snap)."""
    try:
        return subprocess.run([path, "--version"], capture_output=True, timeout=60, check=False).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def playwrights_own() -> str | None:
    """Where Playwright puts its Chromium; None when it is not there."""
    ask = "from playwright.sync_api import sync_playwright as p\nwith p() as pw: print(pw.chromium.executable_path)"
    answer = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=False)
    path = answer.stdout.strip()
    return path if path and Path(path).exists() else None


def from_debian() -> None:
    """Install Debian's package, as root only."""
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        return
    say("no browser here; installing Debian's chromium for the browser tests (once)")
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update"], ["install", "-y", "--no-install-recommends", "chromium", "fonts-dejavu-core"]):
        if not succeeds(["apt-get", "-qq", *command], environment):
            return


def from_playwright() -> None:
    """Let Playwright download its Chromium; its libraries must be there already."""
    say("no browser here; letting Playwright download one for the browser tests (once)")
    succeeds([sys.executable, "-m", "playwright", "install", "chromium"], dict(os.environ))


def succeeds(command: list[str], environment: dict[str, str]) -> bool:
    """Run quietly; show the end of what it said when it fails."""
    done = subprocess.run(
        command,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    if done.returncode:
        say(f"{' '.join(command)} failed:\n{done.stdout.decode(errors='replace')[-1500:]}")
    return done.returncode == 0


def say(text: str) -> None:
    """One line of progress."""
    print(f"browser: {text}", flush=True)


def main() -> int:
    """Find or install a browser; 1 when there is none and one is required."""
    installers: tuple[Callable[[], None], ...] = (from_debian, from_playwright)
    found = find()
    for install in installers:
        if found is None:
            install()
            found = find()
    if found:
        say(found)
        return 0
    if os.environ.get("UPR_REQUIRE_BROWSER") == "1":
        say(f"UPR_REQUIRE_BROWSER=1, but no browser could be found or installed. {REMEDY}")
        return 1
    line = "!" * 78
    say(f"\n{line}\nNo browser: THE BROWSER TESTS WILL BE SKIPPED. {REMEDY}\n{line}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
