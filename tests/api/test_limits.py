"""How often one may ask; and that a server that is away stops nobody."""

import time
from types import SimpleNamespace
from typing import Any

import pytest
import redis
from django.core.cache import cache
from django.test import Client

from api import counting
from tests import factories as make
from tests.api.conftest import Api
from tests.api.test_errors import assert_problem

STATES = "/api/v1/states/"


@pytest.fixture(autouse=True)
def _few(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.API_REQUESTS_A_MINUTE, settings.API_REQUESTS_A_MINUTE_WITH_TOKEN = 3, 5
    monkeypatch.setattr(time, "time", lambda: 1_000_000_000.0)  # the whole test within one minute
    monkeypatch.setattr(counting, "_away_until", 0.0)
    cache.clear()


def test_answer_says_how_much_is_left(api: Api) -> None:
    heads = [api.client.get(STATES).headers for _time in range(3)]
    assert [head["RateLimit-Remaining"] for head in heads] == ["2", "1", "0"]
    assert {(head["RateLimit-Limit"], head["RateLimit-Reset"]) for head in heads} == {("3", "20")}


def test_too_many_are_refused_with_how_long_to_wait(api: Api) -> None:
    for _time in range(3):
        assert api.client.get("/api/v1/nothing/").status_code == 404
    refused = api.client.get(STATES)
    problem = assert_problem(refused, 429)
    assert refused.headers["Retry-After"] == "20"
    assert problem["type"].endswith(":too-many")
    assert "ETag" not in refused.headers


def test_next_minute_counts_anew(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    for _time in range(4):
        api.client.get(STATES)
    monkeypatch.setattr(time, "time", lambda: 1_000_000_021.0)
    assert api.client.get(STATES).headers["RateLimit-Remaining"] == "2"


def test_each_address_has_its_count_and_a_claimed_one_none(api: Api, settings: Any) -> None:
    def left(address: str, claimed: str = "") -> str:
        return str(
            Client(REMOTE_ADDR=address).get(STATES, headers={"X-Forwarded-For": claimed}).headers["RateLimit-Remaining"]
        )

    assert [left("192.0.2.1"), left("192.0.2.2"), left("192.0.2.1", "192.0.2.9")] == ["2", "2", "1"]
    # Who has an IPv6 address has all of its /64, and may ask from another one each time.
    assert [left("2001:db8:1:2::3"), left("2001:db8:1:2:ffff::9"), left("2001:db8:1:3::3")] == ["2", "1", "2"]
    assert [left("::ffff:192.0.2.8"), left("192.0.2.8")] == ["2", "1"]
    settings.BEHIND_PROXY = True
    assert [left("192.0.2.7", "198.51.100.1, 198.51.100.2"), left("192.0.2.7", "198.51.100.2")] == ["2", "1"]


def test_token_has_a_count_of_its_own_once_it_was_good(api: Api, cast: SimpleNamespace) -> None:
    head = {"Authorization": f"Bearer {make.make_token(cast.mate)}"}
    limits_told = [api.client.get(STATES, headers=head).headers["RateLimit-Limit"] for _time in range(3)]
    assert limits_told == ["3", "5", "5"]
    assert api.client.get(STATES).headers["RateLimit-Remaining"] == "1"


def test_made_up_tokens_do_not_escape_the_count(api: Api, cast: SimpleNamespace) -> None:
    answers = [api.client.get(STATES, headers={"Authorization": f"Bearer upr_{n:060}"}).status_code for n in range(5)]
    assert answers == [401, 401, 401, 429, 429]


def test_neither_address_nor_token_stands_in_the_cache(api: Api, cast: SimpleNamespace, settings: Any) -> None:
    text = make.make_token(cast.mate)
    Client(REMOTE_ADDR="192.0.2.77").get(STATES, headers={"Authorization": f"Bearer {text}"})
    server = redis.Redis.from_url(settings.CACHES["default"]["LOCATION"])
    names = str(server.keys("*"))
    assert "api.token" in names
    assert "192.0.2.77" not in names
    assert text not in names


def test_pages_are_not_counted(api: Api) -> None:
    assert "RateLimit-Limit" not in api.client.get("/").headers


def test_while_the_server_is_away_everybody_is_answered(
    api: Api, settings: Any, caplog: Any, cast: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    nowhere = settings.CACHES["default"] | {"LOCATION": "redis://127.0.0.1:9/0"}
    settings.CACHES = {"default": nowhere}
    head = {"Authorization": f"Bearer {make.make_token(cast.mate)}"}
    for _time in range(5):
        answer = api.client.get(STATES, headers=head)
        assert answer.status_code == 200
        assert "RateLimit-Limit" not in answer.headers
    assert caplog.text.count("not counted") == 1  # and not asked again each time
    monkeypatch.setattr(counting, "_away_until", 0.0)
    assert api.client.get(STATES).status_code == 200
    assert caplog.text.count("not counted") == 2


def test_limit_of_nought_counts_nothing(api: Api, settings: Any) -> None:
    settings.API_REQUESTS_A_MINUTE = 0
    assert "RateLimit-Limit" not in api.client.get(STATES).headers


def test_token_is_one_however_its_header_is_spelt() -> None:
    spellings = ("Bearer abc", "bearer   abc", "BEARER\tabc")
    assert len({counting._known(each) for each in spellings}) == 1
    assert counting._known("Bearer abd") != counting._known("Bearer abc")
