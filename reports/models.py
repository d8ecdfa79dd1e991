"""Files that people take away: one made for a question, kept for a few days; and releases, frozen for good."""

from django.core.files.storage import Storage, storages
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from recommendations.models.facts import new_public_id


def private_files() -> Storage:
    """Where files are kept: never under an address of their own."""
    return storages["default"]


class Export(models.Model):
    """The file that answers one question at one position of the feed, for whoever asks the same; later deleted.

    Nobody is named in it: who asked is not kept.
    """

    class Status(models.TextChoices):
        WAITING = "waiting", _("waiting for its turn")
        WORKING = "working", _("being made")
        DONE = "done", _("ready")
        FAILED = "failed", _("could not be made")

    class Format(models.TextChoices):
        XLSX = "xlsx", _("Excel workbook (.xlsx)")
        PARQUET = "parquet", _("Parquet (.parquet)")

    key = models.CharField(max_length=8, unique=True, default=new_public_id, editable=False, db_collation="C")
    table = models.CharField(max_length=20)  # a name of reports.tables.TABLES
    format = models.CharField(max_length=10, choices=Format.choices)
    question = models.JSONField(default=dict)  # reports.questions.Question
    digest = models.CharField(max_length=64, db_collation="C")  # of table, format and question
    position = models.BigIntegerField()  # of the feed, when it was asked for
    day = models.DateField()  # UTC; a lead from a day to come changes lists without an event
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.WAITING)
    done = models.PositiveIntegerField(default=0)  # rows
    total = models.PositiveIntegerField(null=True)  # not known until it is begun
    attempts = models.PositiveSmallIntegerField(db_default=0)  # how many workers began it
    file = models.FileField(upload_to="exports/", storage=private_files, max_length=200, blank=True)
    bytes = models.BigIntegerField(null=True)
    sha256 = models.CharField(max_length=64, blank=True)
    problem = models.TextField(blank=True)  # why it could not be made
    requested_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField()

    class Meta:
        verbose_name = _("download")
        verbose_name_plural = _("downloads")
        ordering = ["id"]
        constraints = [
            # The same question at the same state of the record is the same file; one that failed may be asked again.
            models.UniqueConstraint(
                fields=["digest", "position", "day"],
                condition=~models.Q(status="failed"),
                name="export_once",
                violation_error_message=_("This file is being made already."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.table}.{self.format}"

    @property
    def is_busy(self) -> bool:
        """Whether it is still to be made."""
        return self.status in {self.Status.WAITING, self.Status.WORKING}

    @property
    def file_name(self) -> str:
        """What the file is called where it is saved."""
        return f"{self.table}-{self.day:%Y-%m-%d}-{self.key}.{self.format}"
