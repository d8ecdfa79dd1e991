"""The OpenAPI schema, and the page that shows it."""

import json
import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import jsonschema
import pytest
import yaml
from django.core.management import call_command

from recommendations.models import Status
from tests.api.conftest import Api
from tests.api.test_answers import PATHS


@pytest.fixture
def document(api: Api) -> Any:
    return yaml.safe_load(api.client.get("/api/v1/schema/").content)


def test_schema_is_valid_and_without_warnings(tmp_path: Path, db: None) -> None:
    call_command("spectacular", validate=True, fail_on_warn=True, file=str(tmp_path / "schema.yaml"))
    assert "openapi: 3.1" in (tmp_path / "schema.yaml").read_text()


def test_schema_is_served_as_json_too(api: Api) -> None:
    response = api.client.get("/api/v1/schema/", headers={"Accept": "application/vnd.oai.openapi+json"})
    assert json.loads(response.content)["openapi"].startswith("3.1")


def test_every_operation_says_in_a_line_what_it_answers(document: Any) -> None:
    said = {path: [one["summary"] for one in methods.values()] for path, methods in document["paths"].items()}
    assert said["/api/v1/states/"] == ["States under review and States that recommend"]
    assert said["/api/v1/recommendations/{public_id}/checks/"] == ["Record that you looked again and found no change"]
    assert all(30 > len(line.split()) > 1 for lines in said.values() for line in lines), said
    assert not [line for lines in said.values() for line in lines if "`" in line]  # a summary is no Markdown


def test_no_program_sends_an_order_because_the_schema_gives_one(document: Any) -> None:
    parameters = document["paths"]["/api/v1/recommendations/"]["get"]["parameters"]
    (ordering,) = [each for each in parameters if each["name"] == "ordering"]
    assert "default" not in ordering["schema"]
    assert "By `state` unless named, a search for words by `relevance`." in ordering["description"]


def test_closed_vocabularies_are_enumerated(document: Any) -> None:
    assert document["components"]["schemas"]["Status"]["enum"] == Status.values
    parameters = {line["name"]: line for line in document["paths"]["/api/v1/recommendations/"]["get"]["parameters"]}
    assert parameters["status"]["schema"]["items"]["enum"] == [*Status.values, "not_assessed"]
    assert {"as_of", "sample", "page_size", "cursor", "count", "search"} <= parameters.keys()


def test_schema_names_the_refusals(document: Any) -> None:
    responses = document["paths"]["/api/v1/recommendations/{public_id}/"]["get"]["responses"]
    assert {"200", "400", "401", "404", "406", "410", "429", "500", "503"} <= responses.keys()


@pytest.mark.parametrize("name", PATHS)
def test_answers_are_what_the_schema_says(name: str, document: Any, api: Api, world: SimpleNamespace) -> None:
    path = PATHS[name].partition("?")[0]
    templates = {re.sub(r"\{\w+\}", "[^/]+", found): found for found in document["paths"]}
    fitting = [found for regex, found in templates.items() if re.fullmatch(regex, f"/api/v1/{path}")]
    template = min(fitting, key=lambda found: found.count("{"))  # facets/ is no recommendation's name
    schema = document["paths"][template]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    whole = closed({"components": document["components"], **schema})
    jsonschema.Draft202012Validator(whole).validate(api.get(PATHS[name]))


def closed(schema: Any) -> Any:
    """The schema, refusing what it does not name: an answer with an undocumented key fails."""
    if isinstance(schema, dict):
        made = {key: closed(value) for key, value in schema.items()}
        return made | {"additionalProperties": False} if made.get("properties") else made
    return [closed(part) for part in schema] if isinstance(schema, list) else schema


def test_docs_page_keeps_within_the_policy(api: Api) -> None:
    response = api.client.get("/api/v1/docs/")
    page = response.content.decode()
    assert "unsafe" not in response.headers["Content-Security-Policy"]
    assert 'data-schema="/api/v1/schema/"' in page
    assert not re.search(r"<script(?![^>]*src=)|<style| style=|https?://", page)
