"""The page of a person's tokens: shown once, one's own only, made after the password was given again."""

import re
from types import SimpleNamespace

import pytest
from django.test import Client

from accounts.models import Token
from accounts.roles import Role
from tests import factories as make
from tests.web.conftest import Budget

LIST, MAKE = "/account/tokens/", "/account/tokens/make/"


@pytest.fixture(autouse=True)
def _strict(strict_templates: None) -> None:
    """An unknown variable of a template fails."""


def sign_in(client: Client, person: object) -> None:
    client.force_login(person)  # type: ignore[arg-type]
    client.post("/account/reauthenticate/", {"password": make.PASSWORD, "next": MAKE})


def test_token_is_shown_once(cast: SimpleNamespace, client: Client) -> None:
    sign_in(client, cast.mate)
    made = client.post(MAKE, {"name": "Harvest", "scope": cast.group.slug, "days": "30"})
    assert made.status_code == 200
    assert "no-store" in made.headers["Cache-Control"]
    text = re.search(r'value="(upr_[0-9a-f]{60,})"', made.content.decode())
    assert text
    token = Token.objects.get()
    assert (token.name, token.scope, token.organisation, token.user) == ("Harvest", "write", cast.group, cast.mate)
    listed = client.get(LIST).content.decode()
    assert "reads, and writes for Watch Group" in listed
    assert "Not used yet." in listed
    assert text[1] not in listed
    assert text[1][:15] not in listed


def test_making_one_asks_for_the_password_again(cast: SimpleNamespace, client: Client) -> None:
    client.force_login(cast.mate)
    assert "/account/reauthenticate/" in client.get(MAKE).headers["Location"]
    assert "/account/reauthenticate/" in client.post(MAKE, {"name": "x", "days": "30"}).headers["Location"]
    assert not Token.objects.exists()


def test_what_it_may_do_is_no_optional_question(cast: SimpleNamespace, client: Client) -> None:
    sign_in(client, cast.mate)
    page = client.get(MAKE).content.decode()
    assert "What it may do" in page
    assert "(optional)" not in page


def test_same_form_again_is_told_that_the_name_is_taken(cast: SimpleNamespace, client: Client) -> None:
    sign_in(client, cast.mate)
    form = {"name": "Harvest", "scope": "", "days": "90"}
    client.post(MAKE, form)
    again = client.post(MAKE, form)
    assert again.status_code == 422
    assert "You have a token of this name." in again.content.decode()
    assert Token.objects.count() == 1


def test_organisation_for_which_one_may_not_write_is_not_offered(cast: SimpleNamespace, client: Client) -> None:
    viewer = make.make_person(organisation=cast.group, role=Role.VIEWER)
    for person, slug in ((viewer, cast.group.slug), (cast.mate, cast.others.slug)):
        sign_in(client, person)
        assert f'value="{slug}"' not in client.get(MAKE).content.decode()
        assert client.post(MAKE, {"name": "x", "scope": slug, "days": "30"}).status_code == 422
        client.logout()
    assert not Token.objects.exists()


def test_one_revokes_ones_own_and_sees_no_others(cast: SimpleNamespace, client: Client) -> None:
    make.make_token(cast.owner)
    token = Token.objects.get()
    sign_in(client, cast.mate)
    assert token.name not in client.get(LIST).content.decode()
    assert client.post(f"{LIST}{token.pk}/revoke/").status_code == 404
    assert Token.objects.living().exists()
    client.logout()
    sign_in(client, cast.owner)
    assert client.get(f"{LIST}{token.pk}/revoke/").status_code == 405
    page = client.post(f"{LIST}{token.pk}/revoke/", follow=True).content.decode()
    assert f"“{token.name}” is revoked" in page
    assert not Token.objects.living().exists()


def test_pages_of_tokens_are_for_who_is_signed_in(client: Client, db: None) -> None:
    for path in (LIST, MAKE):
        assert "/account/login/" in client.get(path).headers["Location"]


def test_list_is_told_in_a_fixed_number_of_queries(cast: SimpleNamespace, client: Client, budget: Budget) -> None:
    for _number in range(5):
        make.make_token(cast.mate, cast.group)
    client.force_login(cast.mate)
    # Who asks (two), the tokens, and what the shell tells (unread notices, the data version).
    with budget("django_session", "accounts_person", "accounts_token", "notifications_message", "history_feed"):
        client.get(LIST)
