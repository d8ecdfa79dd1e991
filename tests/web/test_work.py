"""My work, what I follow, my preferences, and the mails of a local installation."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.mail import EmailMessage, get_connection
from django.test import Client

from history import feed
from notifications import actions
from notifications.models import Follow, Message
from tests import factories as make
from tests.web.test_record import form


@pytest.mark.parametrize("path", ["/my-work/", "/my-work/follows/", "/my-work/preferences/", "/mail/"])
def test_own_pages_lead_the_public_to_sign_in(client: Client, db: None, path: str) -> None:
    assert client.get(path)["Location"].startswith("/account/login/")


@pytest.mark.parametrize("kind", ["recommendation", "review", "state", "issue"])
def test_follow_and_stop(cast: SimpleNamespace, client: Client, kind: str) -> None:
    target = make.make_issue() if kind == "issue" else getattr(cast, kind)
    client.force_login(cast.outsider)
    values = {"kind": kind, "id": target.pk, "act": "follow"}
    for _press in range(2):
        assert client.post("/my-work/follows/toggle/", values).status_code == 302
    assert Follow.objects.get().person == cast.outsider
    assert "Stop following" in client.get("/my-work/follows/").content.decode()
    client.post("/my-work/follows/toggle/", values | {"act": "unfollow"})
    assert not Follow.objects.exists()


@pytest.mark.parametrize(
    "values", [{}, {"kind": "person", "id": "1"}, {"kind": "state", "id": "x"}, {"kind": "state", "id": "9" * 30}]
)
def test_follow_of_nothing_is_not_found(cast: SimpleNamespace, client: Client, values: dict[str, str]) -> None:
    client.force_login(cast.outsider)
    assert client.post("/my-work/follows/toggle/", values).status_code == 404


def test_follow_by_htmx_gives_the_button_back(cast: SimpleNamespace, client: Client) -> None:
    client.force_login(cast.outsider)
    values = {"kind": "state", "id": cast.state.pk, "act": "follow"}
    html = client.post("/my-work/follows/toggle/", values, headers={"HX-Request": "true"}).content.decode()
    assert "Stop following" in html
    assert "<html" not in html


def test_follow_does_not_lead_away(cast: SimpleNamespace, client: Client) -> None:
    client.force_login(cast.outsider)
    values = {"kind": "state", "id": cast.state.pk, "next": "https://evil.example/"}
    assert client.post("/my-work/follows/toggle/", values)["Location"] == "/my-work/follows/"


def test_follows_are_forgotten_on_request(cast: SimpleNamespace, client: Client) -> None:
    Follow.objects.create(person=cast.outsider, state=cast.state)
    client.force_login(cast.outsider)
    client.post("/my-work/follows/erase/")
    assert not Follow.objects.exists()


def test_notice_appears_and_is_read(cast: SimpleNamespace, client: Client) -> None:
    Follow.objects.create(person=cast.outsider, review=cast.review)
    client.force_login(cast.owner)
    client.post(f"/recommendations/{cast.recommendation.public_id}/record/", form(cast))
    feed.sequence()
    actions.fan_out()
    client.force_login(cast.outsider)
    html = client.get("/my-work/").content.decode()
    assert "Watch Group recorded the status “In Progress” for recommendation 140.7" in html
    assert "1 new" in html
    client.post("/my-work/notices/read/")
    assert Message.objects.get().read_at is not None
    client.force_login(cast.owner)
    assert "recorded the status" not in client.get("/my-work/").content.decode()


def test_drafts_of_another_organisation_are_not_listed(cast: SimpleNamespace, client: Client) -> None:
    client.force_login(cast.mate)
    client.post(f"/recommendations/{cast.recommendation.public_id}/record/", form(cast, act="draft"))
    assert "140.7" in client.get("/my-work/").content.decode()
    client.force_login(cast.outsider)
    assert "140.7" not in client.get("/my-work/").content.decode()


def test_roles_are_told_in_sentences(cast: SimpleNamespace, client: Client) -> None:
    client.force_login(cast.owner)
    html = client.get("/my-work/").content.decode()
    assert "Publishes, withdraws and redacts in the organisation" in html
    assert "Monitors Kazakhstan." in html


def test_preferences_are_saved_and_checked(cast: SimpleNamespace, client: Client, settings: Any) -> None:
    settings.LANGUAGES = [("en", "English"), ("ru", "Russian")]
    client.force_login(cast.owner)
    good = {"language": "ru", "time_zone": "Asia/Almaty", "neutral_mail": "on"}
    assert client.post("/my-work/preferences/", good).status_code == 302
    cast.owner.refresh_from_db()
    assert (cast.owner.language, cast.owner.time_zone, cast.owner.neutral_mail) == ("ru", "Asia/Almaty", True)
    assert client.post("/my-work/preferences/", good | {"time_zone": "Mars/Base"}).status_code == 422


@pytest.fixture
def _mail_dir(settings: Any, tmp_path: Path) -> None:
    settings.MAIL_DIR = tmp_path
    settings.EMAIL_BACKEND = "upr_tracker.mail.FolderBackend"
    mail = EmailMessage("A subject", "A body", to=["somebody@example.org"], headers={"Message-ID": "<notice-1@here>"})
    for _time in range(2):
        get_connection().send_messages([mail])


@pytest.mark.usefixtures("_mail_dir")
def test_mails_are_for_administrators(cast: SimpleNamespace, client: Client) -> None:
    client.force_login(cast.owner)
    assert client.get("/mail/").status_code == 403
    client.force_login(cast.administrator)
    html = client.get("/mail/").content.decode()
    assert html.count("A subject") == 1
    assert "A body" in client.get("/mail/notice-1@here/").content.decode()


@pytest.mark.usefixtures("_mail_dir")
@pytest.mark.parametrize("name", ["none", "..%2f..%2fetc%2fpasswd", "../secret", "x" * 400])
def test_mail_of_another_folder_is_not_found(cast: SimpleNamespace, client: Client, name: str) -> None:
    client.force_login(cast.administrator)
    assert client.get(f"/mail/{name}/").status_code == 404


def test_mails_are_not_found_where_a_mail_server_is_set(cast: SimpleNamespace, client: Client, settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    client.force_login(cast.administrator)
    assert client.get("/mail/").status_code == 404
