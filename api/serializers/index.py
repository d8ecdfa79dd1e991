"""The implementation index, never without what it is made of."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.models import Organisation
from api.serializers.common import ChoiceOrNull, OrganisationRefSerializer
from recommendations.index import Average, Index, Verdict, score
from recommendations.models import Assessment, Progress, Status


class AverageSerializer(serializers.Serializer[Average]):
    """An average of scores, 0 to 1, with how many voices it rests on."""

    n = serializers.IntegerField(help_text="Voices whose status has a score.")
    value = serializers.FloatField(allow_null=True, help_text="0 to 1; null where no status has a score.")
    verdict = ChoiceOrNull(Verdict.choices)


class ScoredVoiceSerializer(serializers.Serializer[Assessment]):
    """One voice in an index."""

    organisation = OrganisationRefSerializer(source="voice")
    status = serializers.ChoiceField(Status.choices)
    progress = ChoiceOrNull(Progress.choices)
    score = serializers.SerializerMethodField(help_text="0, 0.5 or 1; null where the status has no score.")

    def get_score(self, assessment: Assessment) -> float | None:
        return score(assessment)


class KindAverageSerializer(AverageSerializer):
    """The average of one kind of organisation."""

    kind = serializers.ChoiceField(Organisation.Kind.choices)


class IndexSerializer(AverageSerializer):
    """The index of a recommendation, by organisation and by kind."""

    disputed = serializers.BooleanField(help_text="Whether voices that have a score differ.")
    by_organisation = ScoredVoiceSerializer(source="voices", many=True)
    by_kind = serializers.SerializerMethodField()

    @extend_schema_field(KindAverageSerializer(many=True))
    def get_by_kind(self, index: Index) -> list[dict[str, Any]]:
        return [
            {"n": found.n, "value": found.value, "verdict": found.verdict, "kind": kind}
            for kind, found in index.by_kind().items()
        ]
