"""Tokens of the API: one living token of a name, revoked for good, and ids only in the log."""

import datetime
import threading
from types import SimpleNamespace
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import connection

from accounts import tokens
from accounts.models import Token
from history import registry
from history.log import Actor
from history.models import Event


def make_one(cast: SimpleNamespace, **fields: Any) -> tuple[Token, str]:
    values: dict[str, Any] = {"person": cast.mate, "name": "Harvest", "days": 30, "by": Actor(person_id=cast.mate.pk)}
    return tokens.make_token(**values | fields)


def test_only_the_digest_of_a_token_is_kept(cast: SimpleNamespace) -> None:
    token, text = make_one(cast, organisation=cast.group)
    assert text.startswith("upr_")
    with connection.cursor() as cursor:
        cursor.execute("SELECT t::text FROM accounts_token t")
        assert text[20:] not in str(cursor.fetchall())
    assert (token.scope, token.organisation) == ("write", cast.group)


def test_log_tells_of_tokens_in_ids_and_not_in_public(cast: SimpleNamespace) -> None:
    token, _text = make_one(cast, organisation=cast.group)
    tokens.revoke_token(token=token, by=Actor(person_id=cast.mate.pk))
    made, revoked = Event.objects.order_by("id")
    assert made.new == {"scope": "write", "organisation": cast.group.pk, "expires": made.new["expires"]}
    assert (revoked.action, revoked.target_id, revoked.new) == ("token.revoked", token.pk, {})
    assert not {made.action, revoked.action} & set(registry.public())


def test_token_once_revoked_stays_so_and_is_told_once(cast: SimpleNamespace) -> None:
    token, _text = make_one(cast)
    for _time in range(2):
        tokens.revoke_token(token=token, by=Actor())
    assert Event.objects.filter(action="token.revoked").count() == 1
    assert not Token.objects.living().exists()


def test_second_token_of_a_name_is_refused_until_the_first_has_ended(cast: SimpleNamespace) -> None:
    make_one(cast)
    with pytest.raises(ValidationError, match="of this name"):
        make_one(cast, name=" Harvest ")
    make_one(cast, person=cast.owner)
    with time_machine.travel(datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=31)):
        make_one(cast)


@pytest.mark.parametrize("days", [0, -1, 367])
def test_token_lasts_a_year_at_most(cast: SimpleNamespace, days: int) -> None:
    with pytest.raises(ValidationError, match="from 1 to 366"):
        make_one(cast, days=days)


def test_same_form_twice_at_once_makes_one_token(transactional_db: None, cast: SimpleNamespace) -> None:
    outcomes: list[str] = []
    ready = threading.Barrier(2)

    def send() -> None:
        ready.wait(10)
        try:
            make_one(cast)
            outcomes.append("made")
        except ValidationError:
            outcomes.append("refused")
        finally:
            connection.close()

    running = [threading.Thread(target=send) for _number in range(2)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join(20)
    assert sorted(outcomes) == ["made", "refused"]
    assert Token.objects.count() == 1
