"""The pages and mails of a person's account: made by allauth, in the words of this product."""

import re
from types import SimpleNamespace
from typing import Any

import pytest
from allauth.account.adapter import get_adapter
from allauth.core import context
from allauth.mfa.totp.internal import auth
from django.core import mail
from django.core.cache import cache
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.test import Client, RequestFactory

from tests import factories as make

MAILS = (
    "account/email/password_reset_key",
    "account/email/unknown_account",
    "account/email/password_changed",
    "account/email/password_set",
    "account/email/password_reset",
    "mfa/email/totp_activated",
    "mfa/email/totp_deactivated",
    "mfa/email/recovery_codes_generated",
)
# Words of allauth's own pages and mails that no page of ours has.
FOREIGN = re.compile(r"\buser\b|Thank you|Hello from|\[|Click|Two-Factor|Reauthenticate|Please|[Tt]oken|Sign In")


@pytest.fixture(autouse=True)
def _no_earlier_tries() -> None:
    cache.clear()


@pytest.fixture
def asked(rf: RequestFactory) -> HttpRequest:
    return rf.get("/", headers={"user-agent": "Browser"})


def test_reset_mail_holds_the_address_and_little_else(cast: SimpleNamespace, client: Client) -> None:
    answer = client.post("/account/password/reset/", {"email": cast.mate.email})
    assert answer["Location"] == "/account/password/reset/done/"
    (sent,) = mail.outbox
    assert sent.subject == "UPR Tracker: about your account"
    assert len(re.findall(r"https?://", str(sent.body))) == 1
    assert not FOREIGN.search(str(sent.body))
    address = re.search(r"http://[^/]+(/account/password/reset/key/\S+)", str(sent.body))
    assert address
    page = client.get(address[1], follow=True).content.decode()
    assert "<h1>Choose a new password</h1>" in page
    assert "New password, once more" in page


def test_mail_to_an_address_without_account_offers_no_account(client: Client, db: None) -> None:
    client.post("/account/password/reset/", {"email": "nobody@example.org"})
    (sent,) = mail.outbox
    assert "There is no account with this address." in sent.body
    assert "nobody@example.org" in sent.body
    assert "http" not in sent.body
    assert not FOREIGN.search(str(sent.body))


@pytest.mark.parametrize("name", MAILS)
def test_every_mail_has_a_neutral_subject_and_our_words(asked: HttpRequest, name: str) -> None:
    with context.request_context(asked):
        subject = render_to_string(f"{name}_subject.txt").strip()
        body = render_to_string(
            f"{name}_message.txt", {"email": "a@example.org", "password_reset_url": "https://x.org/k"}
        )
        assert get_adapter(asked).format_email_subject(subject) == "UPR Tracker: about your account"
    assert body.startswith("Hello,\n\n")
    assert "UPR Tracker" in body
    assert "Browser" not in body
    assert not FOREIGN.search(body)


@pytest.mark.parametrize(
    ("path", "heading"),
    [
        ("/account/password/change/", "Change the password"),
        ("/account/password/reset/", "Choose a new password"),
        ("/account/password/reset/done/", "Look into your mail"),
        ("/account/password/reset/key/done/", "The new password is set"),
        ("/account/password/reset/key/a-b/", "This link no longer works"),
        ("/account/inactive/", "This account is closed"),
        ("/account/2fa/totp/activate/", "Is it still you?"),
    ],
)
def test_headings_of_pages_are_ours(cast: SimpleNamespace, client: Client, path: str, heading: str) -> None:
    client.post("/account/login/", {"login": cast.mate.email, "password": make.PASSWORD})
    assert heading_of(client.get(path, follow=True)) == heading


def test_address_of_the_account_leads_to_its_first_page(cast: SimpleNamespace, client: Client) -> None:
    client.force_login(cast.mate)
    assert heading_of(client.get("/account/", follow=True)) == "Change the password"
    client.logout()
    assert client.get("/account/", follow=True).request["PATH_INFO"] == "/account/login/"


def test_second_factor_speaks_our_words_from_turning_on_to_turning_off(cast: SimpleNamespace, client: Client) -> None:
    client.force_login(cast.mate)
    activate = "/account/2fa/totp/activate/"
    client.get(activate)
    shown = client.post("/account/reauthenticate/", {"password": make.PASSWORD, "next": activate}, follow=True)
    assert heading_of(shown) == "Turn on the authenticator app"
    shown = client.post(activate, {"code": "000000"})
    assert "This is not the right code." in shown.content.decode()
    secret = shown.context["form"].secret
    now = next(iter(auth.yield_hotp_counters_from_time()))
    client.post(activate, {"code": auth.format_hotp_value(auth.hotp_value(secret, now))})
    codes = "/account/2fa/recovery-codes/"
    assert heading_of(client.get(codes)) == "Recovery codes"
    assert heading_of(client.get(codes + "generate/")) == "Make recovery codes"
    client.logout()
    shown = client.post("/account/login/", {"login": cast.mate.email, "password": make.PASSWORD}, follow=True)
    assert heading_of(shown) == "Second factor"


def heading_of(answer: Any) -> str:
    """The page's one heading; no word of allauth's stands under it."""
    page = answer.content.decode()
    (heading,) = re.findall("<h1>(.*?)</h1>", page)
    assert not FOREIGN.search(re.sub(r"<[^>]+>", " ", page[page.index("<h1>") : page.index("</main>")]))
    return str(heading)


@pytest.mark.parametrize(
    "path",
    ["/account/email/", "/account/confirm-email/", "/account/confirm-email/abc:1/", "/account/login/code/confirm/"],
)
def test_pages_without_use_here_are_not_found(cast: SimpleNamespace, client: Client, path: str) -> None:
    client.force_login(cast.mate)
    assert client.get(path).status_code == 404
    assert client.post(path).status_code == 404


def test_a_wrong_password_is_said_in_our_words(cast: SimpleNamespace, client: Client) -> None:
    page = client.post("/account/login/", {"login": cast.mate.email, "password": "wrong"}).content.decode()
    assert "This e-mail address and this password do not belong together." in page
    assert "E-mail address" in page
