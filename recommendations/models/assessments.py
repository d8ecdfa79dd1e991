"""The judgements: what each voice says became of a recommendation, and on what it rests.

An assessment is born published. After that only a withdrawal and a redaction may touch it; a trigger refuses the rest.
"""

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation, Person
from recommendations.models.facts import Recommendation
from recommendations.querysets import AssessmentQuerySet, CheckQuerySet
from reviews.models import Document


class Status(models.TextChoices):
    """What became of a recommendation. "Not Assessed" is the absence of an assessment, never a choice."""

    NO_INFORMATION = "no_information", _("No Information")
    NOT_STARTED = "not_started", _("Not Started")
    IN_PROGRESS = "in_progress", _("In Progress")
    PARTIAL_IMPLEMENTATION = "partial_implementation", _("Partial Implementation")
    MONITORING_PHASE = "monitoring_phase", _("Monitoring Phase")
    FULLY_IMPLEMENTED = "fully_implemented", _("Fully Implemented")
    REGRESSION = "regression", _("Regression")


STATUS_MEANINGS = {
    Status.NO_INFORMATION: _("Looked for, nothing found."),
    Status.NOT_STARTED: _("No step taken."),
    Status.IN_PROGRESS: _("Work under way, no result yet."),
    Status.PARTIAL_IMPLEMENTATION: _("Part of what was asked is achieved."),
    Status.MONITORING_PHASE: _("Measures taken; whether they work is being watched."),
    Status.FULLY_IMPLEMENTED: _("Achieved, and holding."),
    Status.REGRESSION: _("Measures against what was asked."),
}


class Progress(models.TextChoices):
    """How far work has come that is In Progress (UPR Info's index tells the two apart)."""

    SUBSTANTIAL = "substantial", _("substantial")
    INSIGNIFICANT = "insignificant", _("insignificant")


class Assessment(models.Model):
    """One voice's judgement, from a day on."""

    recommendation = models.ForeignKey(Recommendation, on_delete=models.PROTECT, related_name="assessments")
    voice = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="assessments")
    recorded_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    status = models.CharField(_("status"), max_length=25, choices=Status.choices)
    progress = models.CharField(_("progress"), max_length=15, choices=Progress.choices, blank=True)
    in_law = models.BooleanField(_("in law"), null=True, blank=True)
    in_practice = models.BooleanField(_("in practice"), null=True, blank=True)
    holds_from = models.DateField(_("day"))
    day_is_inferred = models.BooleanField(default=False)  # the source states no day
    reason = models.TextField(_("reason"))
    # The assessment it replaces. Unique: two people cannot both replace the same one.
    based_on = models.OneToOneField("self", null=True, blank=True, on_delete=models.PROTECT, related_name="replaced_by")
    published_at = models.DateTimeField(db_default=Now())
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    redacted_at = models.DateTimeField(null=True, blank=True)
    was_there = False  # set by the action that was asked to make it a second time

    objects = AssessmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("assessment")
        verbose_name_plural = _("assessments")
        ordering = ["-holds_from", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["recommendation", "voice"],
                condition=models.Q(based_on__isnull=True),
                name="first_assessment_once",
            ),
            models.CheckConstraint(
                condition=models.Q(progress="") | models.Q(status=Status.IN_PROGRESS),
                name="progress_only_in_progress",
                violation_error_message=_("Say how far work has come only when the status is In Progress."),
            ),
            models.CheckConstraint(
                condition=~models.Q(reason="") | models.Q(redacted_at__isnull=False),
                name="assessment_has_reason",
                violation_error_message=_("Give the reason for this status."),
            ),
        ]
        indexes = [
            # A voice's current assessment of a recommendation: the latest day, then the latest recorded.
            models.Index(
                fields=["recommendation", "voice", "-holds_from", "-id"],
                condition=models.Q(withdrawn_at__isnull=True),
                name="assessment_current",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_status_display()} ({self.holds_from})"


# What one may write; longer is a document of its own.
LONGEST_REASON, LONGEST_DESCRIPTION, MOST_BASES = 5000, 2000, 20


class Basis(models.Model):
    """What an assessment rests on; each has at least one (a deferred trigger checks at commit)."""

    class Kind(models.TextChoices):
        PASSAGE = "passage", _("a passage of a document")
        LINK = "link", _("a link")
        MONITORING = "monitoring", _("own monitoring")
        CONFIDENTIAL = "confidential", _("a confidential source held elsewhere")
        NOTHING_FOUND = "nothing_found", _("searched, nothing found")

    assessment = models.ForeignKey(Assessment, on_delete=models.PROTECT, related_name="bases")
    kind = models.CharField(max_length=15, choices=Kind.choices)
    document = models.ForeignKey(Document, null=True, blank=True, on_delete=models.PROTECT, related_name="bases")
    passage = models.CharField(max_length=300, blank=True)  # where in the document
    url = models.URLField(max_length=500, blank=True)
    description = models.TextField(blank=True)  # what was monitored, or where was searched
    code = models.CharField(max_length=40, blank=True)  # the organisation's own code for a confidential source
    redacted = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("basis")
        verbose_name_plural = _("bases")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(redacted=True)
                | models.Q(kind="passage", document__isnull=False)
                | (models.Q(kind="link") & ~models.Q(url=""))
                | (models.Q(kind__in=["monitoring", "nothing_found"]) & ~models.Q(description=""))
                | (models.Q(kind="confidential") & ~models.Q(code="")),
                name="basis_says_what_it_is",
                violation_error_message=_("Fill in what belongs to this kind of basis."),
            )
        ]

    def __str__(self) -> str:
        return self.get_kind_display()


# What belongs to each kind of basis; the first must be given.
BELONGS: dict[str, tuple[str, ...]] = {
    Basis.Kind.PASSAGE: ("document", "passage"),
    Basis.Kind.LINK: ("url", "description"),
    Basis.Kind.MONITORING: ("description",),
    Basis.Kind.CONFIDENTIAL: ("code",),
    Basis.Kind.NOTHING_FOUND: ("description",),
}


class Check(models.Model):
    """Somebody looked again and nothing had changed: a day and a line."""

    recommendation = models.ForeignKey(Recommendation, on_delete=models.PROTECT, related_name="checks")
    voice = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="checks")
    recorded_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    day = models.DateField()
    line = models.CharField(max_length=300, blank=True)
    recorded_at = models.DateTimeField(db_default=Now())
    redacted_at = models.DateTimeField(null=True, blank=True)
    was_there = False  # as above

    objects = CheckQuerySet.as_manager()

    class Meta:
        verbose_name = _("check")
        verbose_name_plural = _("checks")
        ordering = ["-day", "-id"]
        constraints = [
            # The same check sent twice (a double click, a reload) is one check.
            models.UniqueConstraint(
                fields=["recommendation", "voice", "day", "recorded_by", "line"],
                condition=models.Q(redacted_at__isnull=True),
                name="one_check_a_day",
            )
        ]

    def __str__(self) -> str:
        return str(self.day)


class Draft(models.Model):
    """An organisation's workspace for its next assessment: anything may be missing, anything may change."""

    recommendation = models.ForeignKey(Recommendation, on_delete=models.PROTECT, related_name="drafts")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="drafts")
    status = models.CharField(max_length=25, choices=Status.choices, blank=True)
    progress = models.CharField(max_length=15, choices=Progress.choices, blank=True)
    in_law = models.BooleanField(null=True, blank=True)
    in_practice = models.BooleanField(null=True, blank=True)
    holds_from = models.DateField(null=True, blank=True)
    reason = models.TextField(blank=True)
    bases = models.JSONField(default=list, blank=True)  # as the form holds them
    private_note = models.TextField(blank=True)  # never published
    based_on = models.ForeignKey(Assessment, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    version = models.PositiveIntegerField(default=1)  # checked on saving, so that no colleague's edit is lost
    saved_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    saved_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("draft")
        verbose_name_plural = _("drafts")
        constraints = [models.UniqueConstraint(fields=["recommendation", "organisation"], name="one_draft")]

    def __str__(self) -> str:
        return f"draft {self.pk}"
