"""Sending: claimed by one worker, put back when the server is away, told later when the broker is."""

import datetime
import subprocess
import sys
import threading
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.db import connection
from django.utils import timezone

from history.models import FeedEntry
from notifications import actions, mails, tasks
from notifications.models import Message
from recommendations.models import Assessment
from tests import workers
from tests.notifications.conftest import follower, told

Publish = Callable[..., Assessment]
MINUTE = datetime.timedelta(minutes=1)


@pytest.fixture
def message(cast: SimpleNamespace, publish: Publish) -> Message:
    """One message that waits for a worker."""
    follower(cast.recommendation)
    publish()
    return told()[0]


def use_smtp(settings: Any, port: int) -> None:
    """Send by SMTP to that port of this machine."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", port, 2


def logged_by_us(caplog: pytest.LogCaptureFixture) -> str:
    """What a log file would hold of sending, tracebacks included; the SMTP server of the test has words of its own."""
    return "\n".join(caplog.handler.format(record) for record in caplog.records if record.name == mails.log.name)


def test_mail_is_sent_once(message: Message) -> None:
    assert actions.waiting_mails() == [message.pk]
    assert actions.deliver(message.pk)
    assert not actions.deliver(message.pk)
    assert [sent.to for sent in mail.outbox] == [[message.person.email]]
    message.refresh_from_db()
    assert (message.mail, message.attempts, message.lease_until) == ("sent", 1, None)
    assert message.sent_at is not None
    assert actions.waiting_mails() == []


def test_two_workers_send_one_mail(transactional_db: None, message: Message, monkeypatch: pytest.MonkeyPatch) -> None:
    start, results = threading.Barrier(2), list[bool]()

    def work() -> None:
        start.wait(10)
        results.append(actions.deliver(message.pk))
        connection.close()

    workers = [threading.Thread(target=work) for _n in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(20)
    assert sorted(results) == [False, True]
    assert len(mail.outbox) == 1


def test_claimed_mail_is_another_workers_after_the_lease_only(message: Message, settings: Any) -> None:
    now = timezone.now()
    Message.objects.update(mail="claimed", attempts=1, lease_until=now + 5 * MINUTE)
    assert actions.waiting_mails() == []
    assert not actions.deliver(message.pk)
    with time_machine.travel(now + 6 * MINUTE):
        assert actions.waiting_mails() == [message.pk]
        assert actions.deliver(message.pk)
    assert len(mail.outbox) == 1


def test_lease_is_what_the_settings_say(message: Message, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.MAIL_LEASE_SECONDS = 77
    during: list[Message] = []

    def look(sent: Message) -> bool:
        during.append(Message.objects.get(pk=sent.pk))
        return False

    monkeypatch.setattr(mails, "wants_neutral", look)
    before = timezone.now()
    actions.deliver(message.pk)
    assert during[0].mail == "claimed"
    assert during[0].lease_until is not None
    assert abs(during[0].lease_until - before - datetime.timedelta(seconds=77)) < datetime.timedelta(seconds=5)


def test_mail_waits_longer_after_each_failure_and_the_notice_stands(
    message: Message, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    use_smtp(settings, 9)  # nobody listens there
    now = timezone.now()
    pauses = []
    for attempt in range(1, actions.MOST_ATTEMPTS + 1):
        with time_machine.travel(now, tick=False):
            assert not actions.deliver(message.pk)
            assert not actions.deliver(message.pk), "a task that comes twice does not shorten the pause"
        message.refresh_from_db()
        assert message.attempts == attempt
        if message.lease_until is not None:
            pauses.append(message.lease_until - now)
            now = message.lease_until + datetime.timedelta(seconds=1)
    assert pauses == [2**n * MINUTE for n in range(1, actions.MOST_ATTEMPTS)]
    assert message.mail == "failed"
    assert f"Mail {message.pk} was not sent (attempt 1)" in caplog.text
    with time_machine.travel(now + datetime.timedelta(days=2)):
        assert actions.waiting_mails() == []


@pytest.mark.parametrize(
    ("trouble", "logged"), [("knows_nobody", "SMTPRecipientsRefused 550"), ("refuses", "SMTPDataError 451")]
)
def test_mail_that_is_refused_is_logged_by_code_and_without_its_address(
    message: Message, settings: Any, smtp: SimpleNamespace, caplog: pytest.LogCaptureFixture, trouble: str, logged: str
) -> None:
    use_smtp(settings, smtp.port)
    setattr(smtp.box, trouble, True)
    assert not actions.deliver(message.pk)
    assert logged_by_us(caplog).endswith(f"Mail {message.pk} was not sent (attempt 1): {logged}")
    assert message.person.email not in logged_by_us(caplog)


def test_mail_with_an_address_that_is_none_is_logged_by_where_it_failed(
    message: Message, settings: Any, smtp: SimpleNamespace, caplog: pytest.LogCaptureFixture
) -> None:
    use_smtp(settings, smtp.port)
    type(message.person).objects.filter(pk=message.person_id).update(email="rana@example.org\nBcc: x@example.org")
    assert not actions.deliver(message.pk)
    assert "attempt 1): ValueError" in logged_by_us(caplog)
    assert "in deliver" in logged_by_us(caplog)
    assert "rana" not in logged_by_us(caplog)


def test_mail_is_sent_when_the_server_is_back(message: Message, settings: Any, smtp: SimpleNamespace) -> None:
    use_smtp(settings, smtp.port)
    smtp.box.refuses = True
    assert not actions.deliver(message.pk)
    assert actions.waiting_mails() == []
    smtp.box.refuses = False
    with time_machine.travel(timezone.now() + 3 * MINUTE):
        assert actions.waiting_mails() == [message.pk]
        assert actions.deliver(message.pk)
    assert smtp.box.ids == [mails.message_id(message)]
    assert smtp.box.recipients == [message.person.email]


def test_mail_that_cannot_be_written_does_not_stop_the_others(
    cast: SimpleNamespace, publish: Publish, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    broken = follower(cast.recommendation, name="Broken")
    follower(cast.recommendation, name="Whole")
    publish()
    neutral = mails.wants_neutral

    def fail(message: Message) -> bool:
        if message.person == broken:
            raise KeyError(broken.email)
        return neutral(message)

    monkeypatch.setattr(mails, "wants_neutral", fail)
    assert [actions.deliver(message.pk) for message in told()] == [False, True]
    kept = Message.objects.get(person=broken)
    assert (kept.mail, kept.attempts) == ("waiting", 1)
    assert "KeyError" in caplog.text
    assert "in fail" in caplog.text
    assert broken.email not in caplog.text


def test_person_who_left_meanwhile_gets_no_mail(message: Message) -> None:
    message.person.is_active = False
    message.person.save()
    actions.deliver(message.pk)
    assert mail.outbox == []
    assert actions.waiting_mails() == []


def test_local_mode_keeps_each_mail_as_one_file(message: Message, settings: Any, tmp_path: Any) -> None:
    settings.EMAIL_BACKEND, settings.MAIL_DIR = "upr_tracker.mail.FolderBackend", tmp_path / "mail"
    assert actions.deliver(message.pk)
    Message.objects.update(mail="waiting")  # as if the worker had died between sending and marking
    assert actions.deliver(message.pk)
    files = list((tmp_path / "mail").iterdir())
    assert [file.suffix for file in files] == [".eml"]
    assert message.person.email in files[0].read_text()


PUBLISH = """
import datetime, sys, time
import django
django.setup()
from accounts.models import Organisation
from history.log import Actor
from recommendations import actions
from recommendations.models import Recommendation
started = time.monotonic()
actions.publish_assessment(
    recommendation=Recommendation.objects.get(pk=sys.argv[1]), voice=Organisation.objects.get(pk=sys.argv[2]),
    content=actions.AssessmentContent(
        status="in_progress", holds_from=datetime.date(2026, 3, 1), reason="A law was passed.",
        bases=[actions.BasisContent("monitoring", description="Read the gazette.")],
    ),
    based_on=None, by=Actor(), today=datetime.date(2026, 3, 10),
)
print(time.monotonic() - started)
"""


@pytest.mark.parametrize("broker", ["redis+socket:///nowhere/at/all.sock?virtual_host=0", "redis://127.0.0.1:9/0"])
def test_change_stands_and_is_told_later_while_the_broker_is_away(
    transactional_db: None, cast: SimpleNamespace, broker: str
) -> None:
    follower(cast.recommendation)
    environment = workers.environment(REDIS_URL=broker, DJANGO_SETTINGS_MODULE="upr_tracker.settings")
    command = [sys.executable, "-c", PUBLISH, str(cast.recommendation.pk), str(cast.group.pk)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    assert float(done.stdout) < 5, "nobody waits for the broker"
    assert "The broker is away; people will be told by the next sweep" in done.stderr
    assert Assessment.objects.count() == FeedEntry.objects.count() == 1
    assert not Message.objects.exists()
    tasks.sweep()
    assert Message.objects.count() == 1


def test_sweep_tells_what_nobody_told(transactional_db: None, cast: SimpleNamespace, publish: Publish) -> None:
    follower(cast.recommendation)
    publish()
    tasks.sweep()
    message = Message.objects.get()
    tasks.deliver(message.pk)
    message.refresh_from_db()
    assert message.mail == "sent"
