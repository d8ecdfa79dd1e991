"""From the log to messages, and from messages to mails."""

import datetime
import smtplib
import traceback
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import get_connection
from django.db import connection, models, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Person
from history import feed, registry
from notifications import mails
from notifications.audience import FAN_OUT
from notifications.models import TARGETS, Follow, Message

READER = "notifications"
MOST_ATTEMPTS = 8


def follow(*, person: Person, target: models.Model) -> Follow:
    """Follow a recommendation, a review, a State or an issue; following twice is following once."""
    return Follow.objects.get_or_create(person=person, **_field(target))[0]


def unfollow(*, person: Person, target: models.Model) -> None:
    """Stop following; what was never followed stays so."""
    Follow.objects.filter(person=person, **_field(target)).delete()


def unfollow_all(*, person: Person) -> None:
    """Forget everything the person follows."""
    Follow.objects.filter(person=person).delete()


def mark_read(*, person: Person) -> int:
    """Mark all of the person's notices as read; returns how many were not."""
    return Message.objects.filter(person=person, read_at__isnull=True).update(read_at=timezone.now())


def _field(target: models.Model) -> dict[str, Any]:
    name = target._meta.model_name
    if name not in TARGETS:
        raise ValidationError(_("%(thing)s cannot be followed.") % {"thing": target._meta.verbose_name})
    return {name: target}


@transaction.atomic
def fan_out() -> list[int]:
    """Turn the events after this reader's mark into messages; returns their ids, for the worker to mail."""
    mark = feed.locked_mark(READER)
    upto = feed.last_position()
    if upto == mark.position:
        return []
    values: dict[str, Any] = {"after": mark.position, "upto": upto, "actions": registry.notifying()}
    with connection.cursor() as cursor:
        cursor.execute(FAN_OUT, values)
        made = [row[0] for row in cursor.fetchall()]
    mark.position = upto
    mark.save(update_fields=["position"])
    return made


def waiting_mails() -> list[int]:
    """Up to 1,000 messages whose mail is to be sent now: new, failed with its pause over, or of a worker that died."""
    return list(Message.objects.filter(_due()).order_by("id").values_list("id", flat=True)[:1000])


def _due() -> Q:
    """Waiting or claimed, while no pause and no claim of that time runs."""
    free = Q(lease_until__isnull=True) | Q(lease_until__lt=timezone.now())
    return free & Q(mail__in=[Message.Mail.WAITING, Message.Mail.CLAIMED])


def deliver(message_id: int) -> bool:
    """Send one message's mail unless another worker has it; returns whether this call sent it.

    Sending is slow and outside of any transaction. A worker killed between sending and marking sends again after the
    lease, with the same Message-ID.
    """
    if not _claim(message_id):
        return False
    message = Message.objects.select_related("person", "event").get(pk=message_id)
    try:
        if message.person.is_active:  # or they have left since, and nobody is there to read it
            get_connection().send_messages([mails.compose(message)])
    except Exception as error:  # whatever is wrong with one mail, it is tried again later and the others go on
        _put_back(message, error)
        return False
    Message.objects.filter(pk=message_id).update(mail=Message.Mail.SENT, sent_at=timezone.now(), lease_until=None)
    return True


def _claim(message_id: int) -> bool:
    lease = timezone.now() + datetime.timedelta(seconds=settings.MAIL_LEASE_SECONDS)
    claimed = Message.objects.filter(_due(), pk=message_id).update(
        mail=Message.Mail.CLAIMED, lease_until=lease, attempts=F("attempts") + 1
    )
    return claimed == 1


def _cause(error: Exception) -> str:
    """The error's class and codes, and where it was raised if it is a fault of ours; never its text.

    What a mail server answers, and what the mail library says of a header, names the person's address.
    """
    codes: set[int] = set()
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        codes = {code for code, _text in error.recipients.values()}
    elif isinstance(error, smtplib.SMTPResponseException):
        codes = {error.smtp_code}
    elif isinstance(error, OSError) and error.errno is not None:
        codes = {error.errno}
    cause = " ".join([type(error).__name__, *map(str, sorted(codes))])
    # smtplib's are OSErrors: the server is away or refuses.
    return cause if isinstance(error, OSError) else "\n".join([cause, *traceback.format_tb(error.__traceback__)])


def _put_back(message: Message, error: Exception) -> None:
    """Wait longer after each failure; after the last one the message says so. The notice itself stands anyway."""
    failed = message.attempts >= MOST_ATTEMPTS
    mails.log.warning("Mail %s was not sent (attempt %s): %s", message.pk, message.attempts, _cause(error))
    Message.objects.filter(pk=message.pk).update(
        mail=Message.Mail.FAILED if failed else Message.Mail.WAITING,
        lease_until=None if failed else timezone.now() + datetime.timedelta(minutes=2**message.attempts),
    )
