"""A token that opens nothing is a 401, and nothing tells why."""

import datetime
from types import SimpleNamespace
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts import tokens
from accounts.models import Token
from history import feed
from history.log import Actor
from tests import factories as make
from tests.api.conftest import Api
from tests.api.test_errors import assert_problem

STATES = "/api/v1/states/"


def bearer(text: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {text}"}


def revoke(token: Token) -> None:
    tokens.revoke_token(token=token, by=Actor())


def close_account(token: Token) -> None:
    type(token.user).objects.filter(pk=token.user_id).update(is_active=False)


def let_expire(token: Token) -> None:
    Token.objects.filter(pk=token.pk).update(expiry=datetime.datetime(2025, 1, 1, tzinfo=datetime.UTC))


@pytest.mark.parametrize("end", [revoke, close_account, let_expire])
def test_token_that_has_ended_is_a_401_whatever_is_asked(end: Any, api: Api, cast: SimpleNamespace) -> None:
    text = make.make_token(cast.mate)
    assert api.client.get(STATES, headers=bearer(text)).status_code == 200
    feed.sequence()
    etag = api.client.get(STATES).headers["ETag"]
    end(Token.objects.get())
    refused = api.client.get(STATES, headers=bearer(text) | {"If-None-Match": etag})
    assert refused.headers["WWW-Authenticate"] == "Bearer"
    never = api.client.get(STATES, headers=bearer("upr_" + "0" * 64))
    told, unknown = assert_problem(refused, 401), assert_problem(never, 401)
    assert {**told, "request_id": ""} == {**unknown, "request_id": ""}


@pytest.mark.parametrize("value", ["Bearer", "Bearer a b", "Bearer \xff", "Bearer " + "x" * 5000, "bearer nonsense"])
def test_nonsense_in_place_of_a_token_is_a_401(value: str, api: Api, cast: SimpleNamespace) -> None:
    assert_problem(api.client.get(STATES, headers={"Authorization": value}), 401)


def test_day_of_the_last_use_is_kept_and_no_hour(api: Api, cast: SimpleNamespace) -> None:
    text = make.make_token(cast.mate)
    assert Token.objects.get().last_used_on is None
    with time_machine.travel("2026-12-01 23:59:00Z", tick=False):
        api.client.get(STATES, headers=bearer(text))
        assert Token.objects.get().last_used_on == datetime.date(2026, 12, 1)
        with CaptureQueriesContext(connection) as captured:
            api.client.get(STATES, headers=bearer(text))
        assert not [query for query in captured if query["sql"].startswith("UPDATE")]


def test_answer_with_a_token_is_that_of_everybody(api: Api, world: SimpleNamespace, cast: SimpleNamespace) -> None:
    path = "/api/v1/recommendations/"
    text = make.make_token(cast.owner, cast.group)
    assert api.client.get(path, headers=bearer(text)).content == api.client.get(path).content
