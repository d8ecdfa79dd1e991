"""What has been loaded, so that it is not loaded again; and imports: a batch for each file, a row for each row."""

from django.contrib.postgres.fields import ArrayField
from django.core.files.storage import Storage, storages
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation, Person
from recommendations.models import Mention, Recommendation, Status
from recommendations.models.facts import new_public_id
from reviews.models import Document, Review


class LoadedFile(models.Model):
    """A reference file as it was when it was last loaded; the loader skips it while its checksum is the same."""

    name = models.CharField(max_length=100, primary_key=True)
    sha256 = models.CharField(max_length=64)
    loaded_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return self.name


def private_files() -> Storage:
    """Where uploads are kept: never under an address of their own."""
    return storages["default"]


class Batch(models.Model):
    """One import of one file: read by a worker, shown, committed, perhaps undone. It is never deleted."""

    class Status(models.TextChoices):
        WAITING = "waiting", _("waiting to be read")
        READING = "reading", _("being read")
        FAILED = "failed", _("could not be read")
        ASKING = "asking", _("read; what its columns hold is to be said")
        PREVIEW = "preview", _("read; nothing is written yet")
        COMMITTING = "committing", _("being written")
        COMMITTED = "committed", _("committed")
        UNDOING = "undoing", _("being taken back")
        UNDONE = "undone", _("undone")

    key = models.CharField(max_length=8, unique=True, default=new_public_id, editable=False, db_collation="C")
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.WAITING)
    file = models.FileField(upload_to="imports/", storage=private_files, max_length=200)
    file_name = models.CharField(max_length=150)  # as the person called it, made harmless
    sha256 = models.CharField(max_length=64)
    source = models.CharField(max_length=30, blank=True)  # NAME of the source package that read it
    # What the person said of it, where the file does not say.
    given_source = models.CharField(max_length=30, blank=True)
    given_state = models.CharField(max_length=3, blank=True)
    given_session = models.PositiveSmallIntegerField(null=True, blank=True)
    review = models.ForeignKey(Review, null=True, on_delete=models.PROTECT, related_name="batches")
    document = models.ForeignKey(Document, null=True, on_delete=models.PROTECT, related_name="batches")
    # In whose name it was sent, and whose managers see it; none for an administrator's and for the command line's.
    organisation = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="batches")
    created_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    # Who pressed Commit or Take back last; the worker acts for them.
    asked_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    problem = models.TextField(blank=True)  # why it could not be read, committed or taken back
    lease_until = models.DateTimeField(null=True)  # the worker that is at it says until then that it is alive
    attempts = models.PositiveSmallIntegerField(db_default=0)  # how many workers began what it waits for
    facts = models.JSONField(default=dict)  # unknown names, warnings, totals as printed
    created_at = models.DateTimeField(db_default=Now())
    committed_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.file_name

    @property
    def is_busy(self) -> bool:
        """Whether it waits for a worker, or one is at it."""
        busy = {self.Status.WAITING, self.Status.READING, self.Status.COMMITTING, self.Status.UNDOING}
        return self.status in busy


class Row(models.Model):
    """What one row of a file says, what stood there, and what becomes of it."""

    class Outcome(models.TextChoices):
        NEW = "new", _("new")
        CHANGED = "changed", _("changed")
        UNCHANGED = "unchanged", _("unchanged")
        CONFLICT = "conflict", _("conflict")
        WAITING = "waiting", _("waiting for its recommendation")
        ATTACHED = "attached", _("attached to its recommendation")  # a mention
        GROUPED = "grouped", _("kept beside the review")  # a mention with no recommendation yet
        REJECTED = "rejected", _("rejected")

    class State(models.TextChoices):
        PROPOSED = "proposed", _("proposed")
        WRITTEN = "written", _("written")
        LEFT = "left", _("left as it was")
        UNDONE = "undone", _("undone")

    # The unique constraint begins with the batch and serves its key too.
    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="rows", db_index=False)
    # None for a rejected row, and while the review is not there yet: `after` then names State and session.
    review = models.ForeignKey(Review, null=True, on_delete=models.PROTECT, related_name="import_rows")
    number = models.PositiveIntegerField()
    place = models.CharField(max_length=200)
    label = models.CharField(max_length=20, blank=True)
    text_key = models.CharField(max_length=32, blank=True, db_collation="C")  # digest of the bare text it brings
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    state = models.CharField(max_length=10, choices=State.choices, default=State.PROPOSED)
    take = models.BooleanField(default=False)  # a person decided a conflict for this file
    fields = ArrayField(models.CharField(max_length=20), default=list)  # which parts differ
    # Those of them that are written only when a person takes the file's word.
    disputed = ArrayField(models.CharField(max_length=20), default=list)
    before = models.JSONField(null=True)  # as it stood when the file was read (imports.snapshots)
    after = models.JSONField(default=dict)  # what the file says; absent parts are not stated by it
    passage = models.TextField(blank=True, db_default="")  # how the file prints it
    message = models.TextField(blank=True)
    recommendation = models.ForeignKey(Recommendation, null=True, on_delete=models.PROTECT, related_name="import_rows")
    mention = models.ForeignKey(Mention, null=True, on_delete=models.PROTECT, related_name="import_rows")

    class Meta:
        verbose_name = _("row of an import")
        verbose_name_plural = _("rows of imports")
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["batch", "number"], name="row_number_unique_in_batch")]
        indexes = [
            # The preview's list of one outcome, in the order of the file.
            models.Index(fields=["batch", "outcome", "number"], name="import_row_outcome"),
        ]

    def __str__(self) -> str:
        return f"{self.label or self.place}: {self.outcome}"


class Mapping(models.Model):
    """What the columns of an organisation's own table hold, as somebody of it said once."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="mappings")
    signature = models.CharField(max_length=64)  # of the headings (imports.sheets.roles)
    columns = models.JSONField()  # by role, the keys of the columns; a role that no column has is absent
    saved_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    saved_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("mapping of columns")
        verbose_name_plural = _("mappings of columns")
        constraints = [models.UniqueConstraint(fields=["organisation", "signature"], name="one_mapping_of_headings")]

    def __str__(self) -> str:
        return f"{self.organisation_id}: {', '.join(self.columns)}"


class StatusWord(models.Model):
    """An organisation's own word for one of our statuses; without one, somebody decided that it says none of them."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="status_words")
    word = models.CharField(max_length=100)  # as it was first met
    folded = models.CharField(max_length=100)  # letters and digits only (imports.reading.bare_text)
    status = models.CharField(max_length=25, choices=Status.choices, blank=True)
    saved_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    saved_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("word for a status")
        verbose_name_plural = _("words for statuses")
        constraints = [models.UniqueConstraint(fields=["organisation", "folded"], name="one_status_of_a_word")]

    def __str__(self) -> str:
        return f"{self.word}: {self.status}"
