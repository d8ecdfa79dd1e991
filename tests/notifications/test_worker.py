"""A real Celery worker and a real SMTP server: from a commit to the mails, and over a kill in the middle of one."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

from history.log import Actor
from history.models import FeedEntry, Pending
from notifications import mails
from notifications.models import Message
from recommendations import actions as recommendation_actions
from recommendations.models import Assessment
from tests.notifications.conftest import REASON, follower
from tests.workers import Process
from upr_tracker.localstack.processes import tail, wait_until

Publish = Callable[..., Assessment]
StartWorker = Callable[..., Process]


def sent() -> int:
    """How many messages are marked as sent."""
    return Message.objects.filter(mail="sent").count()


def test_worker_tells_by_smtp_after_the_commit_and_again_after_the_server_was_away(
    worker: StartWorker, smtp: SimpleNamespace, cast: SimpleNamespace, publish: Publish
) -> None:
    first, second = follower(cast.recommendation), follower(cast.state, language="kk")
    process = worker(EMAIL_URL=smtp.url, UPR_SWEEP_SECONDS="30")  # the wake-up must do, not the sweep
    publish()
    assert wait_until(lambda: sent() == 2, seconds=10), tail(process.log, 40)
    assert sorted(smtp.box.recipients) == sorted([first.email, second.email])
    assert sorted(smtp.box.ids) == sorted(mails.message_id(message) for message in Message.objects.all())
    assert REASON not in "".join(str(mail) for mail in smtp.box.accepted)

    smtp.box.refuses = True
    publish("regression")
    assert wait_until(lambda: Message.objects.filter(attempts=1, mail="waiting").count() == 2, seconds=10)
    assert Message.objects.filter(lease_until__isnull=False).count() == 2
    assert "was not sent (attempt 1)" in process.log.read_text()
    assert Pending.objects.count() == 0
    assert FeedEntry.objects.count() == 2


def test_everybody_is_told_once_although_the_worker_is_killed_in_the_middle_of_a_mail(
    worker: StartWorker, smtp: SimpleNamespace, cast: SimpleNamespace, publish: Publish
) -> None:
    people = [follower(cast.recommendation) for _n in range(12)]
    smtp.box.hangs = 2  # both hands of the worker stop within DATA, when the mail is neither sent nor not sent
    process = worker(EMAIL_URL=smtp.url, UPR_MAIL_LEASE_SECONDS="1.5")
    publish()
    assert wait_until(lambda: smtp.box.hanging == 2, seconds=10), tail(process.log, 40)
    assert Message.objects.filter(mail="claimed").count() == 2
    process.kill()
    assert sent() == 0

    again = worker(EMAIL_URL=smtp.url, UPR_MAIL_LEASE_SECONDS="1.5")
    assert wait_until(lambda: sent() == 12, seconds=15), tail(again.log, 40)
    assert Counter(Message.objects.values_list("person", flat=True)) == Counter(person.pk for person in people)
    assert Counter(smtp.box.ids) == Counter(mails.message_id(message) for message in Message.objects.all())
    assert Counter(smtp.box.recipients) == Counter(person.email for person in people)
    assert set(Message.objects.filter(attempts=2).values_list("mail", flat=True)) == {"sent"}
    assert Message.objects.filter(attempts=2).count() == 2


def test_worker_keeps_mails_of_the_local_mode_as_files_and_a_redaction_finds_no_name_in_them(
    worker: StartWorker, cast: SimpleNamespace, publish: Publish, tmp_path: Path
) -> None:
    people = [follower(cast.recommendation), follower(cast.review)]
    process = worker(EMAIL_URL="", UPR_LOCAL="1", UPR_DATA_DIR=str(tmp_path))
    made = publish()
    assert wait_until(lambda: sent() == 2, seconds=10), tail(process.log, 40)
    recommendation_actions.redact_assessment(assessment=made, by=Actor())
    written = [file.read_text() for file in (tmp_path / "mail").glob("*.eml")]
    assert sorted(person.email in text for person in people for text in written) == [False, False, True, True]
    assert not [text for text in written if "Quillfeather" in text]
    assert "Quillfeather" not in process.log.read_text()
