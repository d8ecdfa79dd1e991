"""The implementation index, never without what it is made of. Rows make it (api.rows.recommendations)."""

from typing import Any

from rest_framework import serializers

from accounts.models import Organisation
from api.serializers.common import ChoiceOrNull, OrganisationRefSerializer
from recommendations.index import Verdict
from recommendations.models import Progress, Status


class AverageSerializer(serializers.Serializer[Any]):
    """An average of scores, 0 to 1, with how many voices it rests on."""

    n = serializers.IntegerField(help_text="Voices whose status has a score.")
    value = serializers.FloatField(allow_null=True, help_text="0 to 1; null where no status has a score.")
    verdict = ChoiceOrNull(Verdict.choices)


class ScoredVoiceSerializer(serializers.Serializer[Any]):
    """One voice in an index."""

    organisation = OrganisationRefSerializer(source="voice")
    status = serializers.ChoiceField(Status.choices)
    progress = ChoiceOrNull(Progress.choices)
    score = serializers.FloatField(allow_null=True, help_text="0, 0.5 or 1; null where the status has no score.")


class KindAverageSerializer(AverageSerializer):
    """The average of one kind of organisation."""

    kind = serializers.ChoiceField(Organisation.Kind.choices)


class IndexSerializer(AverageSerializer):
    """The index of a recommendation, by organisation and by kind."""

    disputed = serializers.BooleanField(help_text="Whether voices that have a score differ.")
    by_organisation = ScoredVoiceSerializer(source="voices", many=True)
    by_kind = KindAverageSerializer(many=True)
