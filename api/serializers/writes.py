"""What programs send to record something, and what they get back."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from api.serializers.common import DayOf, OrganisationRefSerializer
from api.serializers.recommendations import VoiceSerializer
from recommendations.actions import AssessmentContent, BasisContent
from recommendations.models import Assessment, Basis, Check, Progress, Recommendation, Status
from recommendations.models.assessments import BELONGS, LONGEST_DESCRIPTION, LONGEST_REASON, MOST_BASES
from reviews.models import Document


class Text(serializers.CharField):
    """A text, and no number that becomes one."""

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            raise serializers.ValidationError(_("This is text, in quotation marks."))
        return str(super().to_internal_value(data))


class Id(serializers.IntegerField):
    """A whole number, and no text or fraction that looks like one."""

    def __init__(self, **options: Any) -> None:
        super().__init__(allow_null=True, min_value=1, max_value=2**63 - 1, **options)

    def to_internal_value(self, data: Any) -> int:
        if type(data) is not int:  # True is an int too
            raise serializers.ValidationError(_("This is a whole number, without quotation marks."))
        return int(super().to_internal_value(data))


class Truth(serializers.BooleanField):
    """true or false, and none of the words that forms have for them."""

    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            raise serializers.ValidationError(_("This is true or false, without quotation marks."))
        return data


class Sent(serializers.Serializer[Any]):
    """An object whose every field is known: one that is misspelt would otherwise be lost in silence."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping) and (unknown := sorted(set(data) - set(self.fields))):
            sentence = _("There is no such field. There are: %(names)s.") % {"names": ", ".join(self.fields)}
            raise serializers.ValidationError({name[:100]: [sentence] for name in unknown[:20]})
        return super().to_internal_value(data)


class BasisSent(Sent):
    """One basis. A passage has `document` and may have `passage`; a link `url` and may have `description`; own
    monitoring and a search that found nothing a `description`; a confidential source your own `code`."""

    kind = serializers.ChoiceField(Basis.Kind.choices)
    document = Text(required=False, max_length=200, help_text="The key of a document of the review.")
    passage = Text(required=False, max_length=300)
    url = serializers.URLField(required=False, max_length=500)
    description = Text(required=False, max_length=LONGEST_DESCRIPTION)
    code = Text(required=False, max_length=40, help_text="Never a name, and never published.")

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        kind = data["kind"]
        needed, *_more = BELONGS[kind]
        if needed not in data:
            raise serializers.ValidationError({needed: [_("A basis of this kind needs it.")]})
        if foreign := sorted(set(data) - {"kind", *BELONGS[kind]}):
            sentence = _("It does not belong to a basis of kind %(kind)s.") % {"kind": kind}
            raise serializers.ValidationError({name: [sentence] for name in foreign})
        return data

    def validate_document(self, key: str) -> Document:
        """The document, which must be of the recommendation's review, and published."""
        recommendation: Recommendation = self.context["recommendation"]
        papers = Document.objects.filter(
            review=recommendation.review_id, awaited=False, is_sample=recommendation.is_sample
        )
        if found := papers.filter(key=key).first():
            return found
        raise serializers.ValidationError(_("The review has no published document with this key."))


class AssessmentSent(Sent):
    """A status with what it rests on, and what it replaces."""

    status = serializers.ChoiceField(Status.choices)
    progress = serializers.ChoiceField(
        Progress.choices, required=False, allow_null=True, help_text="Only with in_progress."
    )
    in_law = Truth(required=False, allow_null=True)
    in_practice = Truth(required=False, allow_null=True)
    holds_from = serializers.DateField(help_text="The day from which it holds: today or earlier.")
    reason = Text(max_length=LONGEST_REASON, help_text="Public. Name no person who could be harmed.")
    bases = BasisSent(many=True, min_length=1, max_length=MOST_BASES, help_text="What it rests on.")  # type: ignore[call-arg]
    based_on = Id(
        help_text="The id of your organisation's latest assessment as you saw it; null for its first.",
    )
    draft_version = Id(
        required=False,
        default=None,
        help_text="The version of your organisation's draft as you saw it, which this replaces; null for none.",
    )

    def content(self) -> AssessmentContent:
        """The judgement, for recommendations.actions."""
        data = dict(self.validated_data)
        seen = {"based_on", "draft_version", "bases"}
        data["progress"] = data.get("progress") or ""  # null says that there is none, as answers do
        return AssessmentContent(
            bases=[BasisContent(**basis) for basis in data["bases"]],
            **{name: value for name, value in data.items() if name not in seen},
        )


class CheckSent(Sent):
    """Looked again, and nothing had changed."""

    day = serializers.DateField(required=False, help_text="Today, or earlier; today where it is left out.")
    line = Text(required=False, default="", allow_blank=True, max_length=300, help_text="Public.")


class RecordedSerializer(VoiceSerializer):
    """An assessment as its own organisation sees it."""

    id = serializers.IntegerField(help_text="What the next one names as based_on.")
    based_on = serializers.IntegerField(source="based_on_id", allow_null=True)
    is_lead = serializers.SerializerMethodField(  # type: ignore[assignment]  # looked up, where voices bring it along
        help_text="Whether lists show it: yours leads, and none is later."
    )
    withdrawn = serializers.SerializerMethodField()

    def get_is_lead(self, assessment: Assessment) -> bool:
        return bool(assessment.recommendation.lead_assessment_id == assessment.pk)

    def get_withdrawn(self, assessment: Assessment) -> bool:
        return assessment.withdrawn_at is not None


class StandingSerializer(serializers.Serializer[Any]):
    """What your organisation has on a recommendation now."""

    organisation = OrganisationRefSerializer()
    latest = RecordedSerializer(allow_null=True, help_text="What it recorded last, withdrawn or not; null for nothing.")
    draft_version = serializers.IntegerField(allow_null=True, help_text="null where it has no draft.")


class RecordedCheckSerializer(serializers.Serializer[Check]):
    """A check as it was recorded."""

    recommendation = serializers.CharField(source="recommendation.public_id")
    organisation = OrganisationRefSerializer(source="voice")
    day = serializers.DateField()
    line = serializers.CharField()
    recorded_on = DayOf(source="recorded_at")
