"""How many recommendations have each value, kept by triggers (0007_counts) and read by recommendations.counts.

A tag is a facet and a value: "status:in_progress", "issue:17". Nothing here is written by Python.
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from recommendations.models.facts import Recommendation


class Counted(models.Model):
    """What one recommendation that is not removed counts as: its tags, sorted, each once."""

    recommendation = models.OneToOneField(Recommendation, on_delete=models.CASCADE, primary_key=True, related_name="+")
    is_sample = models.BooleanField()
    tags = ArrayField(models.CharField(max_length=60, db_collation="C"))

    def __str__(self) -> str:
        return f"{self.pk}: {self.tags}"


class Count(models.Model):
    """A number to add: the recommendations with a tag are the sum of its rows. Writers only append, and never wait."""

    tag = models.CharField(max_length=60, db_collation="C")
    is_sample = models.BooleanField()
    n = models.IntegerField()

    class Meta:
        # One facet's numbers; and a tag's rows, to be made one.
        indexes = [models.Index(fields=["tag"], name="count_by_tag")]

    def __str__(self) -> str:
        return f"{self.tag}: {self.n}"
