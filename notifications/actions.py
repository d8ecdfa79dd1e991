"""From the log to messages, and from messages to mails."""

import datetime
from typing import Any

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
LEASE = datetime.timedelta(minutes=5)  # longer than the timeouts of one mail; after it a mail is another worker's
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
    """Turn the events after this reader's mark into messages; returns the ids of those that wait for a worker."""
    mark = feed.locked_mark(READER)
    upto = feed.last_position()
    if upto > mark.position:
        values: dict[str, Any] = {"after": mark.position, "upto": upto, "actions": registry.notifying()}
        with connection.cursor() as cursor:
            cursor.execute(FAN_OUT, values)
        mark.position = upto
        mark.save(update_fields=["position"])
    return waiting_mails()


def waiting_mails() -> list[int]:
    """Messages whose mail nobody has claimed, or whose claim ran out because a worker died."""
    unclaimed = Q(mail=Message.Mail.WAITING) | Q(mail=Message.Mail.CLAIMED, lease_until__lt=timezone.now())
    due = Q(lease_until__isnull=True) | Q(lease_until__lt=timezone.now())
    return list(Message.objects.filter(unclaimed & due).order_by("id").values_list("id", flat=True)[:1000])


def deliver(message_id: int) -> bool:
    """Send one message's mail unless another worker has it; returns whether this call sent it.

    Sending is slow and outside of any transaction. A worker killed between sending and marking sends again after the
    lease, with the same Message-ID.
    """
    if not _claim(message_id):
        return False
    message = Message.objects.select_related("person", "event").get(pk=message_id)
    try:
        get_connection().send_messages([mails.compose(message)])
    except OSError as error:  # smtplib's errors are OSErrors: the server is away or refuses
        _put_back(message, error)
        return False
    Message.objects.filter(pk=message_id).update(mail=Message.Mail.SENT, sent_at=timezone.now(), lease_until=None)
    return True


def _claim(message_id: int) -> bool:
    now = timezone.now()
    free = Q(mail=Message.Mail.WAITING) | Q(mail=Message.Mail.CLAIMED, lease_until__lt=now)
    claimed = Message.objects.filter(free, pk=message_id).update(
        mail=Message.Mail.CLAIMED, lease_until=now + LEASE, attempts=F("attempts") + 1
    )
    return claimed == 1


def _put_back(message: Message, error: OSError) -> None:
    """Wait longer after each failure; after the last one the message says so. The notice itself stands anyway."""
    failed = message.attempts >= MOST_ATTEMPTS
    mails.log.warning("Mail %s was not sent (attempt %s): %s", message.pk, message.attempts, error)
    Message.objects.filter(pk=message.pk).update(
        mail=Message.Mail.FAILED if failed else Message.Mail.WAITING,
        lease_until=None if failed else timezone.now() + datetime.timedelta(minutes=2**message.attempts),
    )
