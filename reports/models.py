"""Files that people take away: one made for a question, kept for a few days; and releases, frozen for good."""

from pathlib import Path

from django.conf import settings
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

    Nobody is named in it. While it waits it carries a keyed digest of the address that asked, to count by.
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
    asker = models.CharField(max_length=32, blank=True, db_collation="C")  # accounts.askers; empty once it is made
    requested_at = models.DateTimeField(db_default=Now())
    failed_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField()  # a midnight (UTC)

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


# How caches keep a file of a release: it never changes, and yet it may be withdrawn.
KEPT = "public, max-age=3600"


class ReleaseQuerySet(models.QuerySet["Release"]):
    """Releases."""

    def latest_standing(self) -> "Release | None":
        """The newest that was not withdrawn."""
        return self.filter(withdrawn_at__isnull=True).order_by("-id").first()


class Release(models.Model):
    """The public record frozen under a name, to be cited. It is never changed; it may be withdrawn whole, for good."""

    name = models.CharField(max_length=12, unique=True, db_collation="C")  # "2026.11"
    position = models.BigIntegerField()  # of the feed: everything up to here is in it
    previous = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="next")
    citation = models.TextField()
    sources = models.JSONField(default=list)  # where rows come from, and on what terms, as it was told then
    made_at = models.DateTimeField(db_default=Now())
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_because = models.CharField(max_length=300, blank=True)

    objects = ReleaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("release")
        verbose_name_plural = _("releases")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(name__regex=r"^\d{4}\.\d{2}(\.\d{1,2})?$"),
                name="release_name_is_a_month",
                violation_error_message=_("A release is named after its month, such as 2026.11, or 2026.11.1."),
            ),
            models.CheckConstraint(
                condition=models.Q(withdrawn_at__isnull=True) | ~models.Q(withdrawn_because=""),
                name="release_withdrawn_because",
                violation_error_message=_("Say why the release is withdrawn."),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Making(models.Model):
    """A release that is being made. It is written before the first file and deleted after the last thing, so that what
    a killed process left is known for what it is."""

    key = models.CharField(max_length=8, unique=True, default=new_public_id, editable=False, db_collation="C")
    name = models.CharField(max_length=12, db_collation="C")  # of the release

    class Meta:
        verbose_name = _("making of a release")
        verbose_name_plural = _("makings of releases")
        ordering = ["id"]

    def __str__(self) -> str:
        return self.name

    @property
    def folder(self) -> str:
        """Where its files are stored; no other making ever has the same, under whatever database."""
        return f"releases/{self.name}-{self.key}"

    @property
    def workplace(self) -> Path:
        """Where its files are written first. While this is there, nobody can have cited what is in `folder`."""
        return Path(settings.DATA_DIR) / "making" / f"release-{self.key}"


class ReleaseFile(models.Model):
    """One file of a release. What it was stays on record after a withdrawal, when the file itself is gone."""

    release = models.ForeignKey(Release, on_delete=models.PROTECT, related_name="files")
    name = models.CharField(max_length=60)  # "recommendations.csv"
    about = models.CharField(max_length=300, blank=True)
    file = models.FileField(upload_to="releases/", storage=private_files, max_length=200)
    bytes = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    rows = models.PositiveIntegerField(null=True)  # none for what is no table

    class Meta:
        verbose_name = _("file of a release")
        verbose_name_plural = _("files of releases")
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["release", "name"], name="release_file_once")]

    def __str__(self) -> str:
        return self.name
