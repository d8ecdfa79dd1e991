"""A status that is published, the people who follow, and a real SMTP server."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from email import message_from_bytes
from email.message import Message as Mail
from types import SimpleNamespace
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from accounts.models import Person
from history import feed
from notifications import actions
from notifications.models import Message
from recommendations.models import Assessment
from tests import factories as make
from tests.recommendations.conftest import Desk

REASON = "Judge Quillfeather was dismissed."


@pytest.fixture
def desk(cast: SimpleNamespace) -> Desk:
    """The owner's desk in the leading organisation."""
    return Desk(cast.recommendation, cast.group, cast.owner)


@pytest.fixture
def publish(desk: Desk) -> Callable[..., Assessment]:
    """The owner publishes a status, with a reason that no mail may tell."""
    return lambda status="in_progress", **fields: desk.publish(status, **{"reason": REASON} | fields)


def follower(target: Any, **fields: Any) -> Person:
    """Somebody who follows it."""
    person = make.make_person(**fields)
    actions.follow(person=person, target=target)
    return person


def told() -> list[Message]:
    """Give what happened its place, and tell; returns the new messages, by id."""
    feed.sequence()
    return list(Message.objects.filter(pk__in=actions.fan_out()).select_related("person", "event").order_by("id"))


class Mailbox:
    """What an SMTP server has accepted; `hangs` lets that many mails wait in the middle of DATA until `release`."""

    def __init__(self) -> None:
        self.accepted: list[Mail] = []
        self.recipients: list[str] = []
        self.hangs = 0
        self.refuses = False
        self.knows_nobody = False
        self.hanging = 0
        self.release = threading.Event()

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take the recipient, or refuse them by name, as servers do."""
        if self.knows_nobody:
            return f"550 <{address}> is unknown here"
        envelope.rcpt_tos.append(address)
        return "250 taken"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Take the mail, or refuse it, or let it wait."""
        if self.refuses:
            return "451 try again later"
        if self.hangs:
            self.hangs -= 1
            self.hanging += 1
            while not self.release.is_set():
                await asyncio.sleep(0.02)
        content = envelope.content
        assert isinstance(content, bytes)
        self.accepted.append(message_from_bytes(content))
        self.recipients.extend(envelope.rcpt_tos)
        return "250 taken"

    @property
    def ids(self) -> list[str]:
        """The Message-ID of every mail taken, in order."""
        return [str(mail["Message-ID"]) for mail in self.accepted]


class AnyPort(Controller):
    """A server on a port that the system chooses."""

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]  # type: ignore[union-attr]
        super()._trigger_server()  # type: ignore[no-untyped-call]


@pytest.fixture
def smtp() -> Iterator[SimpleNamespace]:
    """A real SMTP server: its mailbox, and its address as EMAIL_URL takes it."""
    box = Mailbox()
    controller = AnyPort(box, hostname="127.0.0.1", port=0)
    controller.start()
    try:
        yield SimpleNamespace(box=box, port=controller.port, url=f"smtp://127.0.0.1:{controller.port}")
    finally:
        box.release.set()
        controller.stop()
