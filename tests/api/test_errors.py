"""Refusals: always a problem document, never a fault, whatever is sent."""

import json
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.roles import Role
from api.parameters import ONE_VALUE
from api.resources import base
from api.resources.recommendations import RecommendationResource
from api.rows import base as rows_base
from recommendations import selection
from states.models import StateAlias
from tests import factories as make
from tests.api.conftest import Api

LISTS = ["states", "sessions", "reviews", "recommendations", "issues", "groups", "goals", "events"]
LISTS += ["documents", "positions", "assessments", "organisations"]
HOSTILE = [
    "\x00",
    "a\x00b",
    "x" * 10_000,
    "😀🇰🇿",
    "'; DROP TABLE states_state; --",
    "-1",
    "99999999999999999999999999",
    "1e9",
    "٤٨",
    "NaN",
    "null",
    "%",
    "\\",
    "(((",
    '"',
    "!&|:*<->",
    "\u202e",
    "../../etc/passwd",
    "{{7*7}}",
    ",,,",
    "2025-02-30",
    "0000-00-00",
    "9999-12-31",
    "2025-W01-1",
    " ",
]
NAMES = [*RecommendationResource.filters, "cursor", "page_size", "count", "as_of", "sample"]


def assert_problem(response: Any, status: int) -> dict[str, Any]:
    assert response.status_code == status, response.content
    assert response.headers["Content-Type"] == "application/problem+json"
    problem: dict[str, Any] = json.loads(response.content)
    assert problem["status"] == status
    assert problem["title"]
    assert problem["detail"]
    return problem


@pytest.mark.parametrize("name", NAMES)
def test_hostile_value_of_a_recommendation_filter_is_no_fault(name: str, api: Api, world: SimpleNamespace) -> None:
    for value in HOSTILE:
        response = api.client.get("/api/v1/recommendations/", {name: value})
        assert response.status_code in {200, 400}, (value, response.content)
        if response.status_code == 400:
            assert assert_problem(response, 400)["parameter"] == name


@pytest.mark.parametrize("name", ["as_of", "known_on", "search", "page_size", "ordering", "updated_since", "sample"])
def test_value_given_twice_where_one_counts_is_refused(name: str, api: Api, world: SimpleNamespace) -> None:
    given = {"sample": "true", "ordering": "state", "page_size": "7"}.get(name, "2025-03-01")
    for path in ("recommendations/", "recommendations.csv"):
        if path.endswith(".csv") and name in {"page_size", "ordering"}:
            continue
        problem = api.get(path, expect=400, **{name: [given, given]})
        assert (problem["parameter"], problem["value"]) == (name, given)
        assert "one value" in problem["detail"]


def test_filter_that_a_comma_does_not_separate_has_one_value() -> None:
    single = {name for name, line in selection.FILTERS.items() if not line.vocabulary.separates}
    assert single == set(selection.FILTERS) & ONE_VALUE


@pytest.mark.parametrize("resource", LISTS)
def test_hostile_address_or_parameter_is_no_fault(resource: str, api: Api, world: SimpleNamespace) -> None:
    for value in HOSTILE:
        assert_problem(api.client.get(f"/api/v1/{resource}/{quote(value, safe='')}/"), 404)
        assert_problem(api.client.get(f"/api/v1/{resource}/", {value: "1"}), 400)
        assert api.client.get(f"/api/v1/{resource}/", {"cursor": value}).status_code == 400


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.sampled_from(NAMES), value=st.text(max_size=60))
def test_any_text_as_a_value_is_no_fault(name: str, value: str, api: Api, world: SimpleNamespace) -> None:
    encodable = value.encode("utf-8", "surrogatepass").decode("utf-8", "replace")
    assert api.client.get("/api/v1/recommendations/", {name: encodable}).status_code in {200, 400}


def test_unknown_parameter_is_named_with_those_there_are(api: Api) -> None:
    problem = api.get("recommendations/", expect=400, stat="KAZ")
    assert problem["type"] == "urn:upr-tracker:problem:unknown-parameter"
    assert problem["parameter"] == "stat"
    assert {"state", "status", "page_size", "as_of"} <= set(problem["allowed"])


DETAIL = ["as_of", "expand", "fields", "known_on", "sample"]


def test_unknown_parameter_of_a_detail_is_refused(api: Api, world: SimpleNamespace) -> None:
    assert api.get("recommendations/first222/", expect=400, state="KAZ")["allowed"] == DETAIL
    assert api.get("states/KAZ/", expect=400, sample="true")["parameter"] == "sample"


def test_unknown_value_is_named_with_what_is_allowed(api: Api, world: SimpleNamespace) -> None:
    problem = api.get("recommendations/", expect=400, status__="x")
    assert problem["parameter"] == "status__"
    problem = api.get("recommendations/?status=in_progress,done", expect=400)
    assert (problem["parameter"], problem["value"]) == ("status", "done")
    assert "not_assessed" in problem["allowed"]
    assert "done" in problem["detail"]


def test_unknown_state_is_shown_where_states_are_listed(api: Api, world: SimpleNamespace) -> None:
    problem = api.get("recommendations/", expect=400, state="QQQ")
    assert problem["see"] == "https://tracker.example/api/v1/states/"


@pytest.mark.parametrize("value", ["KAZ,,SVN", "KAZ,", ",", " ", "KAZ, "])
def test_empty_value_between_commas_is_refused(value: str, api: Api, world: SimpleNamespace) -> None:
    """The program that made it has lost a value, and would be answered with less than it believes to have asked."""
    for path in ("recommendations/", "recommendations/facets/", "recommendations.csv", "reviews/"):
        problem = api.get(path, expect=400, state=value)
        assert (problem["parameter"], "is empty" in problem["detail"]) == ("state", True)
    assert api.get("recommendations/", expect=400, search=" ")["parameter"] == "search"


def test_nearest_begins_with_what_bears_the_name_then_what_has_the_word(api: Api, world: SimpleNamespace) -> None:
    for number in range(70):
        code = f"Q{chr(65 + number // 26)}{chr(65 + number % 26)}"
        make.make_state(code, f"State {number}", iso2=f"{number:02}")
        make.make_issue(f"Theme {number}")
    StateAlias.objects.create(state=world.bol, text="Plurinational Bolivia", folded="plurinational bolivia")
    for name, code in (("Kazakhstan", "KAZ"), ("the SLOVENIA", "SVN"), ("Plurinational Bolivia", "BOL")):
        for parameter in ("state", "recommending_state"):
            assert api.get("recommendations/", expect=400, **{parameter: name})["nearest"][0] == code
    make.make_issue("Info on torture and other cruel treatment, a slug that is spelt unlike")
    nearest = api.get("recommendations/", expect=400, issue="torture")["nearest"]
    assert nearest[:2] == [
        "upr_info-torture",
        "upr_info-info-on-torture-and-other-cruel-treatment,-a-slug-that-is-spelt-unlike",
    ]
    assert api.get("recommendations/", expect=400, issue="Freedom of the press")["nearest"][0] == (
        "upr_info-freedom-of-the-press"
    )
    assert len(api.get("recommendations/", expect=400, issue="theme")["nearest"]) == 5


def test_long_vocabulary_is_shortened_to_the_nearest_values(api: Api) -> None:
    for number in range(70):
        make.make_issue(f"Theme {number}")
    problem = api.get("recommendations/", expect=400, issue="upr_info-theme-7x")
    assert "allowed" not in problem
    assert "upr_info-theme-7" in problem["nearest"]


def test_empty_value_is_refused(api: Api) -> None:
    assert api.get("recommendations/", expect=400, state="")["parameter"] == "state"


def test_future_day_is_refused(api: Api) -> None:
    assert "future" in api.get("recommendations/", expect=400, as_of="2999-01-01")["detail"]


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_methods_that_write_are_refused(method: str, api: Api, world: SimpleNamespace) -> None:
    for path in ("", "recommendations/", "recommendations/first222/"):
        answer = getattr(api.client, method)(f"/api/v1/{path}")
        assert assert_problem(answer, 405)["detail"].startswith(f"{method.upper()} is not answered here")
        assert "GET" in answer.headers["Allow"]


@pytest.mark.parametrize(
    ("path", "methods"),
    [
        ("", "GET, HEAD, OPTIONS"),
        ("recommendations/", "GET, HEAD, OPTIONS"),
        ("recommendations/first222/", "GET, HEAD, OPTIONS"),
        ("changes/", "GET, HEAD, OPTIONS"),
        ("recommendations.csv", "GET, HEAD, OPTIONS"),
        ("exports/", "POST, OPTIONS"),
        ("recommendations/first222/assessments/", "GET, POST, HEAD, OPTIONS"),
        ("recommendations/first222/checks/", "POST, OPTIONS"),
    ],
)
def test_options_say_which_methods_there_are(path: str, methods: str, api: Api, world: SimpleNamespace) -> None:
    answer = api.client.options(f"/api/v1/{path}")
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["Allow"] == methods


def test_refusals_of_the_framework_have_our_words(api: Api, world: SimpleNamespace) -> None:
    group = make.make_organisation(monitors=[world.kaz])
    bearer = make.make_token(make.make_person(organisation=group, role=Role.MANAGER), group)
    write, head = "/api/v1/recommendations/first222/checks/", {"Authorization": f"Bearer {bearer}"}
    client = api.client
    told = {
        401: client.post(write),
        405: client.delete("/api/v1/states/"),
        406: client.get("/api/v1/states/", headers={"Accept": "application/pdf"}),
        415: client.post(write, "a=b", content_type="text/plain", headers=head),
        400: client.post(write, "{", content_type="application/json", headers=head),
        404: client.get("/api/v1/states/QQQ/"),
    }
    details = {status: assert_problem(answer, status)["detail"] for status, answer in told.items()}
    assert details[401] == "Show a token that writes: “Authorization: Bearer upr_…”."
    assert details[405] == "DELETE is not answered here; this address takes GET, HEAD, OPTIONS."
    assert details[406] == "This address answers application/json only. Name it under “Accept”, or nothing."
    assert details[415] == "What is sent here is JSON. Name it: “Content-Type: application/json”."
    assert details[400].startswith("This is no JSON: ")
    assert details[404] == "Nothing is found at this address."
    for spoilt in ("Bearer", "Bearer a b"):
        refused = client.get("/api/v1/states/", headers={"Authorization": spoilt})
        assert assert_problem(refused, 401)["detail"].startswith("Write “Authorization: Bearer”")


def test_page_whose_rows_have_gone_leads_on(api: Api, world: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the statement that finds a page and the one that tells its rows, somebody may take them back."""
    monkeypatch.setattr(rows_base, "assembled", lambda *args: {})
    page = api.get("recommendations/", page_size=1)
    assert page["results"] == []
    monkeypatch.undo()
    following = api.client.get(page["next"].removeprefix("https://tracker.example")).json()
    assert [row["public_id"] for row in following["results"]] == ["second22"]


@pytest.mark.parametrize("path", ["", "recommendations/", "schema/"])
def test_type_that_is_not_served_is_refused(path: str, api: Api) -> None:
    assert_problem(api.client.get(f"/api/v1/{path}", headers={"Accept": "application/pdf"}), 406)


@pytest.mark.parametrize("path", ["/api/", "/api/v1/nothing/", "/api/v2/states/", "/api/v1/states/KAZ/x/"])
def test_address_without_anything_is_a_problem_document(path: str, api: Api) -> None:
    assert "https://tracker.example/api/v1/" in assert_problem(api.client.get(path), 404)["detail"]


def test_address_without_its_slash_is_led_to_it(api: Api) -> None:
    assert api.client.get("/api/v1/states").headers["Location"] == "/api/v1/states/"


def test_fault_tells_nothing_of_the_inside(api: Api, monkeypatch: pytest.MonkeyPatch, caplog: Any) -> None:
    def fail(*args: object) -> None:
        raise RuntimeError("secret path")

    monkeypatch.setattr(base, "check_names", fail)
    problem = assert_problem(Client().get("/api/v1/states/"), 500)
    assert "secret" not in json.dumps(problem)
    assert "secret path" in caplog.text


def test_query_stopped_by_the_database_is_answered_503(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    from django.db import connection

    def sleep(request: object, names: object) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = '20ms'")
            cursor.execute("SELECT pg_sleep(5)")

    monkeypatch.setattr(base, "check_names", sleep)
    assert assert_problem(Client().get("/api/v1/states/"), 503)["type"].endswith(":too-slow")
