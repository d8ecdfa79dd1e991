"""Where people can take part: areas of engagement and dated events."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from reviews.models import Document, Review


class Area(models.Model):
    """An area of engagement that a source names for a review."""

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="areas")
    key = models.SlugField(max_length=80)
    title = models.CharField(max_length=200)
    description = models.TextField(blank=True)
    order = models.PositiveSmallIntegerField(default=0)
    document = models.ForeignKey(Document, null=True, on_delete=models.PROTECT, related_name="+")
    is_sample = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("area of engagement")
        verbose_name_plural = _("areas of engagement")
        ordering = ["order"]
        constraints = [models.UniqueConstraint(fields=["review", "key"], name="area_key_unique_in_review")]

    def __str__(self) -> str:
        return self.title


class EngagementEvent(models.Model):
    """An event of a day; a source may give it neither hour nor area."""

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="engagement_events")
    key = models.SlugField(max_length=80)
    title = models.CharField(max_length=200)
    description = models.TextField(blank=True)
    day = models.DateField()
    area = models.ForeignKey(Area, null=True, on_delete=models.PROTECT, related_name="events")
    document = models.ForeignKey(Document, null=True, on_delete=models.PROTECT, related_name="+")
    is_sample = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        ordering = ["day", "id"]
        constraints = [models.UniqueConstraint(fields=["review", "key"], name="event_key_unique_in_review")]

    def __str__(self) -> str:
        return self.title
