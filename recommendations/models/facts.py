"""The facts: a recommendation, who made it, what it is about, and what the State answered."""

import secrets

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from issues.models import Goal, Issue, PersonGroup, Scheme
from recommendations.querysets import PositionQuerySet, RecommendationQuerySet
from reviews.models import Document, Review
from states.models import State

ALPHABET = "23456789abcdefghjkmnpqrstvwxyz"  # no letter or digit that is read as another


def new_public_id() -> str:
    """A short name for use in addresses: 8 characters, about 39 bits, never reused."""
    return "".join(secrets.choice(ALPHABET) for _i in range(8))


class Response(models.TextChoices):
    """What the State under review answered. A State cannot reject a recommendation."""

    SUPPORTED = "supported", _("Supported")
    NOTED = "noted", _("Noted")
    SUPPORTED_IN_PART = "supported_in_part", _("Supported in part")
    PENDING = "pending", _("Pending")
    UNKNOWN = "unknown", _("Unknown")


class Claim(models.TextChoices):
    """What the State says it has done already, quoted: a claim, never a status."""

    IMPLEMENTED = "implemented", _("implemented")
    IN_PROCESS = "in_process", _("in process of being implemented")
    IMPLEMENTED_OR_IN_PROCESS = "implemented_or_in_process", _("implemented or in process of being implemented")


class TextKind(models.TextChoices):
    """What kind of text the record holds."""

    OFFICIAL = "official", _("official text")
    WORKING_TRANSLATION = "working_translation", _("working translation")
    SOURCE_TITLE = "source_title", _("title given by the source; the official text is not to hand")
    SAMPLE = "sample", _("sample text")


class ActionCategory(models.IntegerChoices):
    """How much a recommendation asks, read from its verb (UPR Info, after Edward R. McMahon)."""

    MINIMAL = 1, _("minimal action")
    CONTINUING = 2, _("continuing action")
    CONSIDERING = 3, _("considering action")
    GENERAL = 4, _("general action")
    SPECIFIC = 5, _("specific action")


class Part(models.TextChoices):
    """What a person can correct of a record; the names are those by which imports call the same parts."""

    TEXT = "text", _("text")
    STATES = "states", _("recommending States")
    ISSUES = "issues", _("issues of OHCHR's scheme")
    MENTIONED_ISSUES = "mentioned_issues", _("issues of UPR Info's scheme")  # which come with its mentions
    ACTION_CATEGORY = "action_category", _("action category")


# Bits of an id: blocks of 16,384 and of 131,072 recommendations, which recommendations.ranking goes through.
BLOCK, LARGE_BLOCK = 14, 17
SHOWN = models.Q(removed_at__isnull=True)
# A number from 0 to 2^31 - 1 drawn from the id, the same for ever: those below a bound are an even part of any rows.
DRAW_BELOW = 2**31
DRAW = models.Func(models.F("id"), function="hashint8", output_field=models.IntegerField()).bitand(DRAW_BELOW - 1)


class Recommendation(models.Model):
    """One recommendation made to a State. Never deleted: `removed_at` makes its address answer 410."""

    public_id = models.CharField(max_length=8, unique=True, default=new_public_id, editable=False, db_collation="C")
    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="recommendations")
    label = models.CharField(max_length=20, null=True)  # "140.7" as printed; none where no official number is known
    paragraph = models.PositiveIntegerField(null=True)
    number = models.PositiveIntegerField(null=True)
    suffix = models.CharField(max_length=5, blank=True)
    key = models.SlugField(max_length=80, null=True)  # the natural key of one without a label
    sort_key = models.CharField(max_length=40, db_collation="C")  # 140.9 before 140.10; unlabelled ones last
    text = models.TextField()
    text_language = models.CharField(max_length=5, default="en")
    text_kind = models.CharField(max_length=20, choices=TextKind.choices, default=TextKind.OFFICIAL)
    action_category = models.PositiveSmallIntegerField(choices=ActionCategory.choices, null=True)
    recommending_states: "models.ManyToManyField[State, RecommendingState]" = models.ManyToManyField(
        State, through="RecommendingState", related_name="recommendations_made"
    )
    issues: "models.ManyToManyField[Issue, RecommendationIssue]" = models.ManyToManyField(
        Issue, through="RecommendationIssue", related_name="recommendations"
    )
    groups = models.ManyToManyField(PersonGroup, related_name="recommendations")
    goals = models.ManyToManyField(Goal, related_name="recommendations")
    source_document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="recommendations")
    source_place = models.CharField(max_length=100, blank=True)
    is_sample = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=1)  # of the facts
    # The parts that a person corrected: no import changes them unless somebody decides so.
    edited = ArrayField(models.CharField(max_length=20), default=list, db_default=[], editable=False)
    added_at = models.DateTimeField(db_default=Now())
    removed_at = models.DateTimeField(null=True)
    # Whose review it is, filled by a trigger on every road (0006_kept_columns).
    state_iso3 = models.CharField(max_length=3, db_default="", editable=False, db_collation="C")
    session_number = models.PositiveSmallIntegerField(db_default=0, editable=False)
    cycle = models.PositiveSmallIntegerField(db_default=0, editable=False)
    # What the lists show, kept by recommendations.derived and recomputed by `manage.py verify`. Empty: no position, no
    # claim, no lead assessment.
    response = models.CharField(max_length=20, choices=Response.choices, db_default="", blank=True, editable=False)
    claim = models.CharField(max_length=30, choices=Claim.choices, db_default="", blank=True, editable=False)
    status = models.CharField(max_length=25, db_default="", blank=True, editable=False)  # the lead's
    current_position = models.ForeignKey("Position", null=True, on_delete=models.PROTECT, related_name="+")
    lead_assessment = models.ForeignKey("Assessment", null=True, on_delete=models.PROTECT, related_name="+")
    search: models.GeneratedField = models.GeneratedField(
        expression=models.Func(models.F("text"), function="upr_search_vector"),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    objects = RecommendationQuerySet.as_manager()

    class Meta:
        verbose_name = _("recommendation")
        verbose_name_plural = _("recommendations")
        ordering = ["review_id", "sort_key", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["review", "label"],
                condition=models.Q(label__isnull=False),
                name="label_unique_in_review",
                violation_error_message=_("This review has a recommendation with this label already."),
            ),
            models.UniqueConstraint(
                fields=["review", "key"],
                condition=models.Q(key__isnull=False),
                name="key_unique_in_review",
                violation_error_message=_("This review has a recommendation with this key already."),
            ),
            models.CheckConstraint(
                condition=models.Q(label__isnull=False) | models.Q(key__isnull=False), name="label_or_key"
            ),
            models.CheckConstraint(condition=~models.Q(text=""), name="recommendation_has_text"),
            models.CheckConstraint(condition=models.Q(edited__contained_by=Part.values), name="edited_parts_are_known"),
        ]
        indexes = [
            # A review's matrix in the order of its report.
            models.Index(fields=["review", "sort_key", "id"], name="recommendation_in_review"),
            # Words in texts, for search; by blocks of ids, so that the newest matches are found without the others.
            GinIndex(
                models.F("id").bitrightshift(BLOCK),
                models.F("id").bitrightshift(LARGE_BLOCK),
                models.F("search"),
                name="recommendation_search",
            ),
            # Labels, and their beginnings, in search: 140.7 and 140. in any review. (PostgreSQL 18 can skip through
            # `label_unique_in_review` instead, 16 and 17 cannot.)
            models.Index(
                fields=["label"], condition=SHOWN, opclasses=["varchar_pattern_ops"], name="recommendation_label"
            ),
            # Which recommendation an assessment leads, asked when one is withdrawn or redacted.
            models.Index(fields=["lead_assessment"], name="recommendation_lead"),
            # Lists of the API and its pages: by State, and the filters `state` and `state` with `session`.
            models.Index(
                fields=["state_iso3", "session_number", "sort_key", "id"],
                condition=SHOWN,
                name="recommendation_by_state",
            ),
            # The same by session, and the filters `session` and, whose sessions are neighbours, `cycle`.
            models.Index(
                fields=["session_number", "state_iso3", "sort_key", "id"],
                condition=SHOWN,
                name="recommendation_by_session",
            ),
            # The newest first, or the oldest.
            models.Index(fields=["added_at", "id"], condition=SHOWN, name="recommendation_by_added"),
            # Counting by whatever stands beside the row (recommendations.sql.BESIDE): the narrow index is the table. It
            # begins with the draw, so that an even part of all rows is one stretch of it.
            models.Index(
                DRAW,
                models.F("id"),
                include=[
                    "review",
                    "state_iso3",
                    "session_number",
                    "cycle",
                    "response",
                    "claim",
                    "status",
                    "action_category",
                    "is_sample",
                ],
                condition=SHOWN,
                name="recommendation_narrow",
            ),
            # Filters by values that few rows have; where many have one, walking a list in its order finds them soon.
            models.Index(fields=["response"], condition=SHOWN, name="recommendation_response"),
            models.Index(fields=["claim"], condition=SHOWN & ~models.Q(claim=""), name="recommendation_claim"),
            models.Index(fields=["status"], condition=SHOWN & ~models.Q(status=""), name="recommendation_status"),
        ]

    def __str__(self) -> str:
        return self.label or self.text

    def save(self, *args: object, **kwargs: object) -> None:
        self.sort_key = sort_key(self.paragraph, self.number, self.suffix, self.key)
        super().save(*args, **kwargs)  # type: ignore[arg-type]


def sort_key(paragraph: int | None, number: int | None, suffix: str, key: str | None) -> str:
    """The text whose byte order is the natural order of labels."""
    if paragraph is None:
        return f"~{(key or '')[:38]}"
    return f"{paragraph:06d}.{number or 0:06d}.{suffix}"


class RecommendingState(models.Model):
    """A State that made a recommendation, in the order printed. A name not yet recognised keeps its place."""

    recommendation = models.ForeignKey(Recommendation, on_delete=models.CASCADE, related_name="recommenders")
    state = models.ForeignKey(State, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    order = models.PositiveSmallIntegerField()
    printed = models.CharField(max_length=150)

    class Meta:
        ordering = ["order"]
        constraints = [models.UniqueConstraint(fields=["recommendation", "order"], name="mention_order_unique")]
        # The filter by recommending State: what it recommended, without a look at the row.
        indexes = [models.Index(fields=["state", "recommendation"], name="recommended_by_state")]

    def __str__(self) -> str:
        return self.printed


class RecommendationIssue(models.Model):
    """An issue of a recommendation; one per scheme may be the primary one."""

    recommendation = models.ForeignKey(Recommendation, on_delete=models.CASCADE, related_name="issue_links")
    issue = models.ForeignKey(Issue, on_delete=models.PROTECT, related_name="links", db_index=False)
    scheme = models.CharField(max_length=20, choices=Scheme.choices)
    is_primary = models.BooleanField(default=False)

    class Meta:
        ordering = ["-is_primary", "id"]
        constraints = [
            models.UniqueConstraint(fields=["recommendation", "issue"], name="issue_once"),
            models.UniqueConstraint(
                fields=["recommendation", "scheme"],
                condition=models.Q(is_primary=True),
                name="one_primary_issue_per_scheme",
            ),
        ]
        # The filter by issue: what is about it, without a look at the row.
        indexes = [models.Index(fields=["issue", "recommendation"], name="about_issue")]

    def __str__(self) -> str:
        return f"{self.recommendation_id}: {self.issue_id}"


class Position(models.Model):
    """What the State answered, in one document. Positions are a history: an addendum after the report is a new row."""

    recommendation = models.ForeignKey(Recommendation, on_delete=models.PROTECT, related_name="positions")
    response = models.CharField(max_length=20, choices=Response.choices)
    claim = models.CharField(max_length=30, choices=Claim.choices, blank=True)
    day = models.DateField(null=True)
    document = models.ForeignKey(Document, null=True, on_delete=models.PROTECT, related_name="positions")
    paragraph = models.CharField(max_length=100, blank=True)
    explanation = models.TextField(blank=True)
    recorded_at = models.DateTimeField(db_default=Now())

    objects = PositionQuerySet.as_manager()

    class Meta:
        verbose_name = _("position")
        verbose_name_plural = _("positions")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["recommendation", "document"], name="one_position_per_document", nulls_distinct=False
            )
        ]

    def __str__(self) -> str:
        return self.get_response_display()


class ExternalId(models.Model):
    """The name by which another database knows a recommendation: an annotation of UHRI, a row of UPR Info."""

    class Scheme(models.TextChoices):
        UHRI = "uhri", "UHRI"
        UPR_INFO = "upr_info", "UPR Info"

    recommendation = models.ForeignKey(Recommendation, on_delete=models.PROTECT, related_name="external_ids")
    scheme = models.CharField(max_length=20, choices=Scheme.choices)
    value = models.CharField(max_length=100)

    class Meta:
        verbose_name = _("external id")
        verbose_name_plural = _("external ids")
        ordering = ["scheme", "value"]
        constraints = [models.UniqueConstraint(fields=["scheme", "value"], name="external_id_once")]

    def __str__(self) -> str:
        return f"{self.scheme}: {self.value}"


class Mention(models.Model):
    """One row of a database's export: a text as one State made it, usually without an official number.

    UPR Info has a row for each recommending State. A mention is attached to the recommendation that it repeats where
    the report is loaded; else it stays beside the review, grouped with those of the same words, as *inferred*. It is
    never a recommendation of its own and in no official count (Kazakhstan 2014: 198 mentions, 194 in the report).
    """

    class Match(models.TextChoices):
        """How it came to its recommendation."""

        SAME_TEXT = "same_text", _("the same words")
        PERSON = "person", _("settled by a person")  # proposed by similarity
        NONE = "none", _("not attached")

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="mentions")
    recommendation = models.ForeignKey(Recommendation, null=True, on_delete=models.PROTECT, related_name="mentions")
    match = models.CharField(max_length=10, choices=Match.choices, default=Match.NONE)
    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="mentions")  # the export
    place = models.CharField(max_length=200)
    key = models.CharField(max_length=32, db_collation="C")  # digest of what the row says: the same row is one mention
    text = models.TextField()
    text_key = models.CharField(max_length=32, db_collation="C")  # digest of the bare text: what groups are made by
    state = models.ForeignKey(State, null=True, on_delete=models.PROTECT, related_name="mentions_made")
    printed = models.CharField(max_length=150, blank=True)  # the recommending State as printed; empty: unknown there
    response = models.CharField(max_length=20, choices=Response.choices)
    action_category = models.PositiveSmallIntegerField(choices=ActionCategory.choices, null=True)
    issues = models.ManyToManyField(Issue, related_name="mentions")
    added_at = models.DateTimeField(db_default=Now())
    removed_at = models.DateTimeField(null=True)  # its import was taken back

    class Meta:
        verbose_name = _("mention")
        verbose_name_plural = _("mentions")
        ordering = ["review_id", "id"]
        constraints = [
            models.UniqueConstraint(fields=["review", "key"], name="mention_once_in_review"),
            models.CheckConstraint(
                condition=models.Q(match="none", recommendation__isnull=True)
                | (~models.Q(match="none") & models.Q(recommendation__isnull=False)),
                name="mention_attached_somehow",
            ),
        ]
        indexes = [
            # Those beside a review that belong to no recommendation yet, by their words.
            models.Index(fields=["review", "text_key"], name="mention_words_in_review"),
        ]

    def __str__(self) -> str:
        return self.text[:80]
