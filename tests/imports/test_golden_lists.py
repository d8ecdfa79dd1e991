"""The thematic lists as they are to be read: labels, States and answers, kept as small files and reviewed as diffs."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from imports.reading import Reading
from imports.recommenders import split_names
from imports.sources import thematic_list
from tests.imports.official import S20, S48, needs_official

GOLDEN = Path(__file__).parent / "golden"


def facts(reading: Reading) -> dict[str, Any]:
    """What the list says that is a fact: by answer, each label with the printed names of its States."""
    found: dict[str, dict[str, str]] = {}
    for read in reading.recommendations:
        answer = f"{read.response} {read.claim or ''}".strip()
        found.setdefault(answer, {})[read.label] = "; ".join(read.states)
    return {
        "state": reading.state_name,
        "session": reading.session,
        "symbol": reading.symbol,
        "numbers": {answer: len(held) for answer, held in found.items()},
        "recommendations": found,
    }


@needs_official
@pytest.mark.parametrize("path", [S48, S20], ids=lambda path: path.stem)
def test_list_holds_what_is_on_file(path: Path) -> None:
    """GOLDEN=write writes the file anew."""
    found = facts(thematic_list.read(path))
    golden = GOLDEN / f"{path.stem}.json"
    if os.environ.get("GOLDEN") == "write":
        golden.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    assert json.loads(golden.read_text(encoding="utf-8")) == found


@needs_official
@pytest.mark.parametrize(("path", "supported", "noted"), [(S48, 217, 37), (S20, 142, 21)])
def test_list_on_file_has_the_official_numbers(path: Path, supported: int, noted: int) -> None:
    held = json.loads((GOLDEN / f"{path.stem}.json").read_text(encoding="utf-8"))
    assert held["numbers"] == {"supported": supported, "noted": noted}
    assert all(split_names(names) for answers in held["recommendations"].values() for names in answers.values())
