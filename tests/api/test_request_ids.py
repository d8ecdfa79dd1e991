"""Each request has a name, in its answer, in a refusal and in the log."""

import json
import logging
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse

from api.request_ids import RequestIdFilter, RequestIdMiddleware, current
from tests.api.conftest import Api


def test_sane_name_is_kept(api: Api) -> None:
    response = api.client.get("/api/v1/states/", headers={"X-Request-Id": "harvest-7.a_b"})
    assert response.headers["X-Request-Id"] == "harvest-7.a_b"


@pytest.mark.parametrize("given", ["", "a b", "x" * 65, "é", 'a"b', "a;b", "a\tb"])
def test_other_name_is_replaced(given: str, api: Api) -> None:
    first = api.client.get("/api/v1/states/", headers={"X-Request-Id": given}).headers["X-Request-Id"]
    second = api.client.get("/api/v1/states/", headers={"X-Request-Id": given}).headers["X-Request-Id"]
    assert len(first) == len(second) == 32
    assert first != second


def test_refusal_carries_the_name_of_its_answer(api: Api) -> None:
    for path in ("states/?x=1", "nothing/"):
        response = api.client.get(f"/api/v1/{path}")
        assert json.loads(response.content)["request_id"] == response.headers["X-Request-Id"]


def test_page_has_a_name_too(api: Api) -> None:
    assert api.client.get("/").headers["X-Request-Id"]


def test_lines_logged_while_it_is_answered_carry_it(rf: Any) -> None:
    line = logging.makeLogRecord({"msg": "hello"})

    def answer(request: HttpRequest) -> HttpResponse:
        RequestIdFilter().filter(line)
        return HttpResponse()

    RequestIdMiddleware(answer)(rf.get("/", headers={"X-Request-Id": "one"}))
    assert line.request_id == "one"  # type: ignore[attr-defined]
    RequestIdFilter().filter(line)
    assert line.request_id == "-"  # type: ignore[attr-defined]
    assert current() == ""
