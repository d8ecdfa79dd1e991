"""Who follows what, and the messages that follow from it."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.models import Person
from history.models import Event
from issues.models import Issue
from recommendations.models import Recommendation
from reviews.models import Review
from states.models import State

TARGETS = ("recommendation", "review", "state", "issue")


class Follow(models.Model):
    """A person wants to hear of one recommendation, review, State or issue. Never exported; erased on request."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="follows")
    recommendation = models.ForeignKey(Recommendation, null=True, on_delete=models.PROTECT, related_name="follows")
    review = models.ForeignKey(Review, null=True, on_delete=models.PROTECT, related_name="follows")
    state = models.ForeignKey(State, null=True, on_delete=models.PROTECT, related_name="follows")
    issue = models.ForeignKey(Issue, null=True, on_delete=models.PROTECT, related_name="follows")
    since = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = _("follow")
        verbose_name_plural = _("follows")
        constraints = [
            models.CheckConstraint(
                condition=Q(recommendation__isnull=False, review=None, state=None, issue=None)
                | Q(recommendation=None, review__isnull=False, state=None, issue=None)
                | Q(recommendation=None, review=None, state__isnull=False, issue=None)
                | Q(recommendation=None, review=None, state=None, issue__isnull=False),
                name="follow_one_thing",
            ),
            *[
                models.UniqueConstraint(
                    fields=["person", target], condition=Q(**{f"{target}__isnull": False}), name=f"follow_{target}_once"
                )
                for target in TARGETS
            ],
        ]

    def __str__(self) -> str:
        return f"{self.person_id} follows"


class Message(models.Model):
    """What one person is told of one event: a notice in the product, and a mail that a worker sends.

    A worker claims the mail by a conditional update that sets `lease_until`, sends it, then marks it. The Message-ID is
    made from the row, so that a mail sent twice (a worker killed between sending and marking) is one mail to a reader
    that drops repeats.
    """

    class Mail(models.TextChoices):
        WAITING = "waiting", _("waiting")
        CLAIMED = "claimed", _("being sent")
        SENT = "sent", _("sent")
        FAILED = "failed", _("could not be sent")

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="notices")
    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(db_default=Now())
    read_at = models.DateTimeField(null=True)
    mail = models.CharField(max_length=10, choices=Mail.choices, default=Mail.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["person", "event"], name="told_once")]
        indexes = [
            # The sweep looks for mails that nobody has sent.
            models.Index(fields=["id"], condition=Q(mail__in=["waiting", "claimed"]), name="message_unsent"),
            # The number beside a person's name.
            models.Index(fields=["person"], condition=Q(read_at__isnull=True), name="message_unread"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id}: {self.event_id}"
