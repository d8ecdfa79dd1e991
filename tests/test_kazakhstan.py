"""The worked example: all that the session file says of Kazakhstan is found on a page, and the facts in the API."""

import html
import json
from typing import Any

import pytest
import yaml
from django.conf import settings
from django.core.management import call_command
from django.test import Client

from recommendations.models import Status

FILE = settings.BASE_DIR / "fixtures" / "sessions" / "48.yaml"
pytestmark = pytest.mark.django_db


@pytest.fixture
def review(client: Client) -> dict[str, Any]:
    """Kazakhstan's part of the file, loaded."""
    call_command("load_reference", verbosity=0)
    call_command("load_session", str(FILE), verbosity=0)
    found: dict[str, Any] = yaml.safe_load(FILE.read_text())["reviews"][0]
    return found


def page(client: Client, path: str) -> str:
    """The words of a page."""
    return " ".join(html.unescape(client.get(path).content.decode()).split())


def one_line(text: str) -> str:
    return " ".join(text.split())


def test_every_item_is_found_on_a_page(client: Client, review: dict[str, Any]) -> None:
    words = page(client, "/reviews/48/KAZ/")
    said = [row["text"] for part in ("calls", "findings") for row in review[part]]
    said += [row[name] for part in ("areas_of_engagement", "events") for row in review[part] for name in ("title",)]
    said += [row["description"] for row in review["areas_of_engagement"]]
    said += [row["name"] for row in review["issues"]]
    said += ["15 June 2023", "20 July 2023", "10 October 2023", "23 January 2025", "294", "259", "103", "awaited"]
    said += [
        "Civil society",
        "Non-governmental organisations",
        "International agencies",
        "Member States",
        "Private sector",
    ]
    assert [text for text in said if one_line(text) not in words] == []
    events = page(client, "/events/?state=KAZ&session=48")
    assert [row["description"] for row in review["events"] if one_line(row["description"]) not in events] == []
    matrix = page(client, "/recommendations/?state=KAZ&session=48")
    for row in review["recommendations"]:
        assert row["text"] in matrix
        assert str(Status(row["assessments"][0]["status"]).label) in matrix


def test_every_fact_is_found_in_the_api(client: Client, review: dict[str, Any]) -> None:
    answers = [
        json.dumps(client.get(f"/api/v1/{path}").json(), ensure_ascii=False)
        for path in ("reviews/48-KAZ/", "events/?state=KAZ&session=48", "recommendations/?state=KAZ&session=48")
    ]
    told = one_line(" ".join(answers))
    said = [row["text"] for row in review["recommendations"]]
    said += [row["assessments"][0]["status"] for row in review["recommendations"]]
    said += [row[name] for row in review["events"] for name in ("title", "description", "day")]
    said += [row[name] for row in review["areas_of_engagement"] for name in ("title", "description")]
    said += [row["name"] for row in review["issues"]] + review["groups"] + review["stakeholders"]
    said += ["action_plan", '"awaited": true', "2025-07-01", "A/HRC/59/10", "unconfirmed"]
    assert [text for text in said if one_line(text) not in told] == []
    wanted = client.get("/api/v1/recommendations/?state=KAZ&session=48&status=in_progress").json()["results"]
    assert [row["text"] for row in wanted] == ["Strengthening freedom of expression"]
