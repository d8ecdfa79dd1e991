"""The log of what happened, and its feed.

`Event` rows are written inside the transaction of the change they tell of, by `history.log.record`. They hold ids,
codes and dates only: a name, a reason or a quotation stays in its own row, where it can be taken back. Ids and
timestamps are not commit order, so nobody reads the log by them; readers follow `FeedEntry.position` (`history.feed`).
"""

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class Origin(models.TextChoices):
    """Where a change came from."""

    WEB = "web", _("web page")
    API = "api", _("API")
    IMPORT = "import", _("import")
    SYSTEM = "system", _("system")


class Event(models.Model):
    """One thing that happened; never changed, never deleted (triggers refuse both)."""

    action = models.CharField(max_length=60)  # a name of history.registry
    target_type = models.CharField(max_length=60)  # "recommendations.recommendation"
    target_id = models.BigIntegerField()
    review_id = models.BigIntegerField(null=True)
    # Ids, not foreign keys: the log lies below every app and outlives what it tells of.
    actor_id = models.BigIntegerField(null=True)
    organisation_id = models.BigIntegerField(null=True)
    origin = models.CharField(max_length=10, choices=Origin.choices)
    old = models.JSONField(default=dict)
    new = models.JSONField(default=dict)
    quiet = models.BooleanField(default=False)  # part of a batch: told by the batch's own event, not one by one
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        indexes = [
            # The timeline of one record.
            models.Index(fields=["target_type", "target_id", "id"], name="history_event_target"),
            # What happened in one review, for its page and the home page's feed.
            models.Index(fields=["review_id", "id"], name="history_event_review"),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.target_type} {self.target_id}"


class Pending(models.Model):
    """An event that is committed but has no position yet; a trigger puts it here."""

    event = models.OneToOneField(Event, on_delete=models.PROTECT, primary_key=True)

    class Meta:
        db_table = "history_pending"

    def __str__(self) -> str:
        return f"pending {self.pk}"


class FeedEntry(models.Model):
    """An event's place in the one order that every reader sees: 1, 2, 3 … without a gap."""

    position = models.BigIntegerField(primary_key=True)
    event = models.OneToOneField(Event, on_delete=models.PROTECT, related_name="feed_entry")
    sequenced_at = models.DateTimeField(db_default=Now())
    hidden = models.BooleanField(db_default=False)  # registry.Action.hidden, beside the position: each list asks

    class Meta:
        db_table = "history_feed"
        # From a time to the position that had been reached by then (`feed.position_at`).
        indexes = [models.Index(fields=["sequenced_at"], name="history_feed_time")]

    def __str__(self) -> str:
        return f"{self.position}: {self.event_id}"


class FeedMark(models.Model):
    """How far one reader of the feed has come: its high-water mark."""

    reader = models.CharField(max_length=40, primary_key=True)
    position = models.BigIntegerField(default=0)

    class Meta:
        db_table = "history_feed_mark"

    def __str__(self) -> str:
        return f"{self.reader} at {self.position}"
