"""The mails of a local installation: files, shown to administrators. With a mail server there is nothing here."""

import email
import email.policy
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from accounts import permissions
from accounts.models import Person
from accounts.roles import Act


@dataclass(frozen=True)
class Mail:
    """One mail as its file holds it."""

    name: str
    subject: str
    to: str
    date: str
    body: str


@login_required
def mail_list(request: HttpRequest) -> HttpResponse:
    """The newest 200 mails."""
    _require(request)
    paths = sorted(Path(settings.MAIL_DIR).glob("*.eml"), key=lambda path: path.stat().st_mtime, reverse=True)
    return render(request, "mail/list.html", {"mails": [_read(path) for path in paths[:200]], "total": len(paths)})


@login_required
def mail_detail(request: HttpRequest, name: str) -> HttpResponse:
    """One mail."""
    _require(request)
    path = Path(settings.MAIL_DIR) / f"{name[:200]}.eml"
    if path.parent != Path(settings.MAIL_DIR) or not path.is_file():
        raise Http404
    return render(request, "mail/detail.html", {"mail": _read(path)})


def _require(request: HttpRequest) -> None:
    if settings.EMAIL_BACKEND != "upr_tracker.mail.FolderBackend":
        raise Http404
    permissions.require(cast(Person, request.user), Act.READ_MAIL)


def _read(path: Path) -> Mail:
    message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    body = message.get_body(preferencelist=("plain",))
    text = body.get_content() if body else ""
    return Mail(path.stem, str(message["Subject"]), str(message["To"]), str(message["Date"]), text)
