"""The documents point to what is there."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import get_commands

ROOT = Path(settings.BASE_DIR)
DOCUMENTS = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]


CODE_PLACES = [path for path in DOCUMENTS if path.name != "api.md"]  # its paths are addresses of the API


def name(path: Path) -> str:
    """A document as a test names it."""
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("document", DOCUMENTS, ids=name)
def test_links_lead_to_files(document: Path) -> None:
    links = re.findall(r"(?<!!)\[[^\]]*\]\(([^)#:]+)(?:#[^)]*)?\)", document.read_text())
    assert [link for link in links if not (document.parent / link).exists()] == []


@pytest.mark.parametrize("document", CODE_PLACES, ids=name)
def test_places_in_the_code_exist(document: Path) -> None:
    """What stands in backticks and looks like a path of the project is one."""
    tops = "|".join(path.name for path in ROOT.iterdir() if path.is_dir() and not path.name.startswith("."))
    places = re.findall(rf"`((?:{tops})/[\w./-]*\w)/?`", document.read_text())
    made_on_running = re.compile(r"^(var|static)/")
    assert [place for place in places if not made_on_running.match(place) and not (ROOT / place).exists()] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=name)
def test_commands_exist(document: Path) -> None:
    commands = set(re.findall(r"manage\.py ([a-z_]+)", document.read_text()))
    assert commands - set(get_commands()) == set()


def test_adrs_are_numbered_once_and_named_in_full_where_they_are_cited() -> None:
    numbers = [path.name[:4] for path in sorted((ROOT / "docs" / "adr").glob("*.md"))]
    assert numbers == [f"{number:04d}" for number in range(1, len(numbers) + 1)]
    for document in DOCUMENTS:
        assert set(re.findall(r"adr/(\d{4})-", document.read_text())) <= set(numbers), document
