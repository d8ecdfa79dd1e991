"""Sessions, the reviews held in them, their documents, and what was found, promised and asked for there."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from issues.models import Issue, PersonGroup
from reviews.querysets import LeadQuerySet, ReviewQuerySet, StandingLeads
from states.models import State


class Certainty(models.TextChoices):
    """Whether a fact was read in a source; what was not is shown as unconfirmed."""

    SOURCED = "sourced", _("sourced")
    UNCONFIRMED = "unconfirmed", _("unconfirmed")


class Session(models.Model):
    """A session of the UPR Working Group."""

    number = models.PositiveSmallIntegerField(unique=True)
    cycle = models.PositiveSmallIntegerField()
    starts_on = models.DateField(null=True)
    ends_on = models.DateField(null=True)
    basis = models.CharField(max_length=12, choices=Certainty.choices)
    source = models.CharField(max_length=200, blank=True)

    class Meta:
        verbose_name = _("session")
        verbose_name_plural = _("sessions")
        ordering = ["-number"]

    def __str__(self) -> str:
        return str(_("Session %(number)d") % {"number": self.number})


class Review(models.Model):
    """The review of one State at one session."""

    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="reviews")
    state = models.ForeignKey(State, on_delete=models.PROTECT, related_name="reviews")
    position = models.PositiveSmallIntegerField(null=True)  # the order within the session
    day = models.DateField(null=True)
    day_basis = models.CharField(max_length=12, choices=Certainty.choices, default=Certainty.UNCONFIRMED)
    adopted_on = models.DateField(null=True)
    report_symbol = models.CharField(max_length=40, blank=True)
    report_symbol_basis = models.CharField(max_length=12, choices=Certainty.choices, default=Certainty.UNCONFIRMED)
    troika_basis = models.CharField(max_length=12, choices=Certainty.choices, default=Certainty.UNCONFIRMED)
    troika_source = models.CharField(max_length=200, blank=True)
    troika: "models.ManyToManyField[State, TroikaMember]" = models.ManyToManyField(
        State, through="TroikaMember", related_name="+"
    )
    # Kinds of organisation that a source names as taking part (Stakeholder values).
    stakeholders = ArrayField(models.CharField(max_length=30), default=list)
    issues = models.ManyToManyField(Issue, related_name="reviews")  # named in the review's documents
    groups = models.ManyToManyField(PersonGroup, related_name="reviews")

    objects = ReviewQuerySet.as_manager()

    class Meta:
        verbose_name = _("review")
        verbose_name_plural = _("reviews")
        ordering = ["-session__number", "position", "state__name"]
        constraints = [models.UniqueConstraint(fields=["session", "state"], name="review_once")]

    def __str__(self) -> str:
        return str(_("%(state)s, %(session)s") % {"state": self.state, "session": self.session})


class Stakeholder(models.TextChoices):
    """Kinds of organisation that take part in a review."""

    CIVIL_SOCIETY = "civil_society", _("civil society")
    NGO = "ngo", _("non-governmental organisations")
    INTERNATIONAL_AGENCY = "international_agency", _("international agencies")
    MEMBER_STATE = "member_state", _("member States")
    PRIVATE_SECTOR = "private_sector", _("private sector")


class TroikaMember(models.Model):
    """One of the three States that help a review."""

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="troika_members")
    state = models.ForeignKey(State, on_delete=models.PROTECT, related_name="+")
    order = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["order"]
        constraints = [models.UniqueConstraint(fields=["review", "state"], name="troika_member_once")]

    def __str__(self) -> str:
        return f"{self.review_id}: {self.state_id}"


class Document(models.Model):
    """A paper that facts come from. It may be awaited: named, but not yet published."""

    class Kind(models.TextChoices):
        NATIONAL_REPORT = "national_report", _("national report")
        COMPILATION = "compilation", _("UN compilation")
        STAKEHOLDER_SUMMARY = "stakeholder_summary", _("stakeholder summary")
        WG_REPORT = "wg_report", _("Working Group report")
        ADDENDUM = "addendum", _("addendum")
        DECISION = "decision", _("Council decision")
        THEMATIC_LIST = "thematic_list", _("thematic list of recommendations")
        MID_TERM_REPORT = "mid_term_report", _("mid-term report")
        LETTER = "letter", _("High Commissioner's letter")
        ACTION_PLAN = "action_plan", _("action plan")
        UHRI = "uhri", _("UHRI export")
        UPR_INFO = "upr_info", _("UPR Info export")
        ARTICLE = "article", _("article")
        OTHER = "other", _("other")

    key = models.SlugField(max_length=120, unique=True)
    review = models.ForeignKey(Review, null=True, on_delete=models.PROTECT, related_name="documents")
    kind = models.CharField(max_length=30, choices=Kind.choices)
    title = models.CharField(max_length=300)
    symbol = models.CharField(max_length=40, blank=True)
    language = models.CharField(max_length=5, default="en")
    url = models.URLField(max_length=500, blank=True)
    note = models.CharField(max_length=500, blank=True)
    published_on = models.DateField(null=True)
    awaited = models.BooleanField(default=False)
    sha256 = models.CharField(max_length=64, blank=True)
    is_sample = models.BooleanField(default=False)
    added_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        ordering = ["key"]
        constraints = [
            models.UniqueConstraint(
                fields=["review", "sha256"], condition=~models.Q(sha256=""), name="document_file_once_in_review"
            )
        ]

    def __str__(self) -> str:
        return self.title


class StatedTotal(models.Model):
    """A total as one source states it; sources differ, and each is kept."""

    class What(models.TextChoices):
        RECOMMENDATIONS = "recommendations", _("recommendations received")
        DELEGATIONS = "delegations", _("delegations that spoke")
        SUPPORTED = "supported", _("recommendations supported")
        NOTED = "noted", _("recommendations noted")

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="totals")
    what = models.CharField(max_length=20, choices=What.choices)
    number = models.PositiveIntegerField()
    source = models.CharField(max_length=200)

    class Meta:
        ordering = ["what", "source"]
        constraints = [models.UniqueConstraint(fields=["review", "what", "source"], name="stated_total_once")]

    def __str__(self) -> str:
        return f"{self.what}: {self.number}"


class Lead(models.Model):
    """The organisation whose assessment a review's lists show, from a day on."""

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="leads")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="leads")
    from_day = models.DateField()
    is_sample = models.BooleanField(default=False)  # leads the review's sample recommendations, and no others
    # Whether lists were brought up to date since its day came, by the task that looks for those whose day has.
    started = models.BooleanField(default=False, db_default=False, editable=False)

    recorded_at = models.DateTimeField(default=timezone.now, db_default=Now(), editable=False)
    replaced_at = models.DateTimeField(null=True, editable=False)  # when another was named for the same day

    objects = StandingLeads()
    recorded = LeadQuerySet.as_manager()  # replaced ones too

    class Meta:
        ordering = ["-from_day"]
        constraints = [
            models.UniqueConstraint(
                fields=["review", "is_sample", "from_day"],
                condition=models.Q(replaced_at=None),
                name="one_lead_a_day",
            )
        ]
        # Those that are due: few, whatever the number of leads.
        indexes = [models.Index(fields=["from_day"], condition=models.Q(started=False), name="lead_to_start")]

    def __str__(self) -> str:
        return f"{self.organisation_id} leads {self.review_id} from {self.from_day}"


class Finding(models.Model):
    """What somebody found or promised in a review."""

    class Kind(models.TextChoices):
        PROGRESS = "progress", _("Progress")
        CONCERN = "concern", _("Concerns")
        CHALLENGE = "challenge", _("Systemic challenges")
        COMMITMENT = "commitment", _("Commitments")
        FOCUS = "focus", _("Focus")

    class RaisedBy(models.TextChoices):
        GOVERNMENT = "government", _("the government")
        MEMBER_STATES = "member_states", _("UN member States")
        CIVIL_SOCIETY = "civil_society", _("civil society")
        INTERNATIONAL_BODIES = "international_bodies", _("international bodies")
        SOURCE = "source", _("the document itself")

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="findings")
    key = models.SlugField(max_length=80)
    kind = models.CharField(max_length=12, choices=Kind.choices)
    raised_by = models.CharField(max_length=25, choices=RaisedBy.choices)
    text = models.TextField()
    order = models.PositiveSmallIntegerField(default=0)
    document = models.ForeignKey(Document, null=True, on_delete=models.PROTECT, related_name="findings")
    is_sample = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("finding")
        verbose_name_plural = _("findings")
        ordering = ["order"]
        constraints = [models.UniqueConstraint(fields=["review", "key"], name="finding_key_unique_in_review")]

    def __str__(self) -> str:
        return self.text


class Call(models.Model):
    """What somebody asks of somebody; not a UN recommendation."""

    class Kind(models.TextChoices):
        KEY = "key", _("Key calls")
        PATH_FORWARD = "path_forward", _("The path forward")

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="calls")
    key = models.SlugField(max_length=80)
    kind = models.CharField(max_length=15, choices=Kind.choices)
    made_by = models.CharField(max_length=200)
    addressed_to = models.CharField(max_length=200)
    text = models.TextField()
    order = models.PositiveSmallIntegerField(default=0)
    document = models.ForeignKey(Document, null=True, on_delete=models.PROTECT, related_name="calls")
    is_sample = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("call")
        verbose_name_plural = _("calls")
        ordering = ["order"]
        constraints = [models.UniqueConstraint(fields=["review", "key"], name="call_key_unique_in_review")]

    def __str__(self) -> str:
        return self.text
