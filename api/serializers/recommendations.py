"""Recommendations: what was asked, what the State answered, and what each voice says became of it."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django.db import models
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from api.serializers.common import (
    ChoiceOrNull,
    DayOf,
    DocumentRefSerializer,
    EmptyAsNull,
    GoalRefSerializer,
    GroupSerializer,
    IssueRefSerializer,
    OrganisationRefSerializer,
    PageAddress,
    ReviewKey,
    StateRefSerializer,
)
from api.serializers.index import IndexSerializer
from issues.models import Scheme
from recommendations.models import (
    Assessment,
    Basis,
    Claim,
    Part,
    Position,
    Progress,
    Recommendation,
    RecommendingState,
    Response,
    Status,
    TextKind,
)
from recommendations.models.facts import ActionCategory


class MentionSerializer(serializers.Serializer[RecommendingState]):
    """A State that recommends, as the document prints it; code and name are null where it is not yet recognised."""

    iso3 = serializers.CharField(source="state.iso3", allow_null=True, default=None)
    name = serializers.CharField(source="state.name", allow_null=True, default=None)
    printed = serializers.CharField()


class LinkedIssueSerializer(IssueRefSerializer):
    """An issue of a recommendation; one of each scheme may be the primary one."""

    slug = serializers.CharField(source="issue.slug")
    name = serializers.CharField(source="issue.name")
    primary = serializers.BooleanField(source="is_primary")


class PositionSerializer(serializers.Serializer[Position]):
    """What the State answered, and where."""

    response = serializers.ChoiceField(Response.choices)
    claim = ChoiceOrNull(Claim.choices)
    day = serializers.DateField(allow_null=True)
    document = DocumentRefSerializer(allow_null=True)
    paragraph = EmptyAsNull()
    explanation = EmptyAsNull()


class SourceSerializer(serializers.Serializer[Recommendation]):
    """Where the recommendation was read."""

    document = DocumentRefSerializer(source="source_document")
    place = EmptyAsNull(source="source_place")


class LeadAssessmentSerializer(serializers.Serializer[Assessment]):
    """A status with whose it is and since when."""

    status = serializers.ChoiceField(Status.choices)
    progress = ChoiceOrNull(Progress.choices, help_text="Only where the status is in_progress.")
    organisation = OrganisationRefSerializer(source="voice")
    since = serializers.DateField(source="holds_from", help_text="The day from which it holds.")
    day_is_inferred = serializers.BooleanField(help_text="The source states no day.")
    recorded = DayOf(source="published_at", help_text="The day on which this site published it.")
    published_on = DayOf(source="published_at", help_text="The same day as `recorded`.")


class BasisSerializer(serializers.Serializer[Basis]):
    """What an assessment rests on. Of a confidential source nothing but its kind is told."""

    kind = serializers.ChoiceField(Basis.Kind.choices)
    redacted = serializers.BooleanField()
    document = DocumentRefSerializer(allow_null=True)
    passage = EmptyAsNull()
    url = EmptyAsNull()
    description = EmptyAsNull()

    def to_representation(self, instance: Basis) -> dict[str, Any]:
        shown = super().to_representation(instance)
        if instance.kind == Basis.Kind.CONFIDENTIAL:
            shown |= {"document": None, "passage": None, "url": None, "description": None}
        return shown


class JudgementSerializer(LeadAssessmentSerializer):
    """An organisation's judgement with what it rests on."""

    in_law = serializers.BooleanField(allow_null=True)
    in_practice = serializers.BooleanField(allow_null=True)
    reason = EmptyAsNull(help_text="null where it was redacted.")
    redacted = serializers.SerializerMethodField()
    bases = BasisSerializer(many=True)

    def get_redacted(self, assessment: Assessment) -> bool:
        return assessment.redacted_at is not None


class VoiceSerializer(JudgementSerializer):
    """One organisation's current assessment."""

    is_lead = serializers.BooleanField()


class TextSerializer(serializers.Serializer[Recommendation]):
    """The text in one language."""

    language = serializers.CharField(source="text_language")
    kind = serializers.ChoiceField(TextKind.choices, source="text_kind")
    text = serializers.CharField()


@extend_schema_field(TextSerializer(many=True))
class TextsField(serializers.Field):  # type: ignore[type-arg]
    """The texts of a recommendation, by language."""

    def to_representation(self, value: Recommendation) -> Any:
        return [TextSerializer(value).data]


class Reason(models.TextChoices):
    """Why a field is empty."""

    NOT_STATED = "not_stated", "no source that was read states it"
    PENDING = "pending", "the State has not answered yet"
    NOT_CODED = "not_coded", "nobody has sorted it yet"
    NOT_APPLICABLE = "not_applicable", "it has no meaning here"
    NOT_ASSESSED = "not_assessed", "the lead organisation has published no view"


REASONS: dict[str, tuple[str, ...]] = {
    Reason.NOT_STATED: ("label", "response", "claim", "position", "recommending_states"),
    Reason.NOT_CODED: ("issues", "groups", "goals", "action_category"),
    Reason.NOT_ASSESSED: ("lead_assessment",),
}


def reasons(row: Mapping[str, Any]) -> dict[str, str]:
    """Why fields of a row are empty, those within `position`, `lead_assessment` and `source` by their path."""
    found = {name: str(reason) for reason, names in REASONS.items() for name in names if not row[name]}
    unclaimed = str(Reason.PENDING if row["response"] == "pending" else Reason.NOT_STATED)
    if "claim" in found:
        found["claim"] = unclaimed
    for name, value in (row["position"] or {}).items():
        if value is None:
            found[f"position.{name}"] = unclaimed if name == "claim" else str(Reason.NOT_STATED)
    documents = {"position": (row["position"] or {}).get("document"), "source": row["source"]["document"]}
    for name, document in documents.items():
        if document and document["symbol"] is None:
            found[f"{name}.document.symbol"] = str(Reason.NOT_STATED)
    lead = row["lead_assessment"]
    if lead and lead["progress"] is None:
        stated = lead["status"] == Status.IN_PROGRESS
        found["lead_assessment.progress"] = str(Reason.NOT_STATED if stated else Reason.NOT_APPLICABLE)
    if row["source"]["place"] is None:
        found["source.place"] = str(Reason.NOT_STATED)
    return found


class FileSerializer(serializers.Serializer[Any]):
    """A file that was imported."""

    kind = serializers.CharField(help_text="As what it was read: thematic_list, wg_report, addendum, …")
    sha256 = serializers.CharField()


class MendedSerializer(serializers.Serializer[Any]):
    """A correction: what is told is no longer what the document says."""

    day = serializers.DateField(help_text="Of the last correction (UTC).")
    organisation = OrganisationRefSerializer(
        allow_null=True, help_text="In whose name; null for an administrator of this site."
    )


class CorrectionSerializer(MendedSerializer):
    """A part of the record that a person corrected; no import changes it unless somebody decides so."""

    part = serializers.ChoiceField(Part.choices)


class OriginSerializer(serializers.Serializer[Any]):
    """Where a field comes from."""

    document = DocumentRefSerializer(allow_null=True, help_text="null where none is recorded.")
    place = serializers.CharField(allow_null=True, help_text="Where in the document; null where it is not recorded.")
    file = FileSerializer(
        allow_null=True, help_text="The file read; null where none is on record, or an organisation imported its own."
    )
    corrected = MendedSerializer(allow_null=True)


class IssuesOriginSerializer(OriginSerializer):
    """Where the issues of one scheme come from."""

    scheme = serializers.ChoiceField(Scheme.choices)


class ProvenanceSerializer(serializers.Serializer[Any]):
    """Where the fields of a recommendation come from; null, or an empty list, where the field is empty."""

    label = OriginSerializer(allow_null=True)  # type: ignore[assignment]  # a field named like an option of one
    text = OriginSerializer()
    recommending_states = OriginSerializer(allow_null=True)
    response = OriginSerializer(allow_null=True)
    claim = OriginSerializer(allow_null=True)
    issues = IssuesOriginSerializer(many=True, help_text="By scheme.")
    groups = OriginSerializer(allow_null=True)
    goals = OriginSerializer(allow_null=True)
    action_category = OriginSerializer(allow_null=True)


class RecommendationSerializer(serializers.Serializer[Recommendation]):
    """A recommendation as lists show it."""

    expansions: ClassVar = {"texts", "positions", "voices", "index", "corrections", "provenance"}
    always: ClassVar[Sequence[str]] = ()  # of these, what is told unasked

    public_id = serializers.CharField()
    url = PageAddress("recommendation", "public_id")
    label = serializers.CharField(  # type: ignore[assignment]  # a field named like an option of one
        allow_null=True, help_text="As printed; null where no official number is known."
    )
    text = serializers.CharField()
    text_language = serializers.CharField()
    text_kind = serializers.ChoiceField(TextKind.choices)
    state = StateRefSerializer(source="review.state")
    session = serializers.IntegerField(source="review.session.number")
    review = ReviewKey()
    response = ChoiceOrNull(Response.choices, source="current_position.response", default=None)
    claim = ChoiceOrNull(Claim.choices, source="current_position.claim", default=None)
    position = PositionSerializer(source="current_position", allow_null=True)
    recommending_states = MentionSerializer(source="recommenders", many=True)
    issues = LinkedIssueSerializer(source="issue_links", many=True)
    groups = GroupSerializer(many=True)
    goals = GoalRefSerializer(many=True)
    action_category = ChoiceOrNull(ActionCategory.choices)
    lead_assessment = LeadAssessmentSerializer(
        source="lead", allow_null=True, help_text="null where the lead organisation has published none: Not Assessed."
    )
    source = SourceSerializer(source="*")  # type: ignore[assignment]
    sample = serializers.BooleanField(source="is_sample", help_text="Sample data, written for demonstration.")
    added_on = DayOf(source="added_at")
    empty = serializers.DictField(
        child=serializers.ChoiceField(Reason.choices),
        default=dict,
        help_text="Why fields are empty: by field, a reason.",
    )
    texts = TextsField(source="*", required=False, help_text="By language; only with expand=texts.")
    positions = PositionSerializer(many=True, required=False, help_text="In the order recorded; with expand=positions.")
    voices = VoiceSerializer(
        many=True, required=False, help_text="The current assessment of each organisation; with expand=voices."
    )
    index = IndexSerializer(
        required=False, help_text="With expand=index; see the documentation before comparing any two."
    )
    corrections = CorrectionSerializer(
        many=True, required=False, help_text="The corrections of the record that stand, by part; expand=corrections."
    )
    provenance = ProvenanceSerializer(required=False, help_text="Where each field comes from; with expand=provenance.")

    def to_representation(self, instance: Recommendation) -> dict[str, Any]:
        row = super().to_representation(instance)
        for name in self.expansions - {*self.always, *self.context.get("expand", ())}:
            row.pop(name, None)
        return row | {"empty": reasons(row)}


class RecommendationDetailSerializer(RecommendationSerializer):
    """A recommendation with every position, every voice, the index that they make, and what was corrected."""

    always = ("positions", "voices", "index", "corrections")


class OfOneSerializer(serializers.Serializer[Any]):
    """What belongs to one recommendation."""

    id = serializers.IntegerField()
    recommendation = serializers.CharField(source="recommendation.public_id", help_text="Its `public_id`.")
    state = StateRefSerializer(source="recommendation.review.state")
    session = serializers.IntegerField(source="recommendation.session_number")


class PositionRowSerializer(PositionSerializer, OfOneSerializer):
    """One answer of a State in one document."""

    current = serializers.SerializerMethodField(help_text="Whether it is the one that counts.")
    recorded = DayOf(source="recorded_at")

    def get_current(self, position: Position) -> bool:
        return position.recommendation.current_position_id == position.pk


class AssessmentRowSerializer(JudgementSerializer, OfOneSerializer):
    """One judgement by one organisation, as it was published."""

    based_on = serializers.IntegerField(
        source="based_on_id", allow_null=True, help_text="The assessment that this one replaced."
    )
