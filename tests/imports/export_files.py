"""Small exports of UPR Info and UHRI, written by tests."""

import csv
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

HEADINGS = ("To", "Text", "From", "Response", "Action", "Issue", "Session")
# A row of UPR Info: text, recommending State, response, action category, issues.
Said = tuple[str, str, str, str, str]


def save_upr_info(path: Path, rows: Sequence[Said], *, to: str = "Slovenia", session: str = "48") -> Path:
    """An export of UPR Info with these rows about one review."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADINGS)
        writer.writerows((to, text, by, answer, action, issue, session) for text, by, answer, action, issue in rows)
    return path


def record(number: int, text: str, states: Sequence[str], answer: str = "Supported", **fields: Any) -> dict[str, Any]:
    """A record of UHRI about Slovenia's review of session 48; its id is made of its number."""
    return {
        "AnnotationId": f"00000000-0000-4000-8000-{number:012d}",
        "DocumentId": "",
        "AnnotationType": "- Recommendations",
        "Body": "- UPR",
        "Symbol": "A/HRC/59/15",
        "Text": text,
        "Countries": ["- Slovenia"],
        "Regions": [],
        "Themes": [],
        "AffectedPersons": [],
        "Sdgs": [],
        "PublicationDate": "2025-02-12T00:00:00",
        "PublicationDateOnUhri": "2025-03-03T10:53:45.827",
        "UprCycle": None,
        "UprSession": ["- 48"],
        "UprPositions": [f"- {answer}"],
        "UprRecommendingCountry": [f"- {state}" for state in states],
        "UprRecommendingRegions": [],
    } | fields


def save_uhri(path: Path, records: Sequence[dict[str, Any]]) -> Path:
    """An export of UHRI with these records."""
    path.write_text(json.dumps(list(records)), encoding="utf-8")
    return path
