"""Dyads: who recommended to whom."""

from typing import Any

from rest_framework import serializers

from api.serializers.common import ChoiceOrNull, StateCodesSerializer
from api.serializers.figures import STATUSES
from recommendations.models import Claim, Response
from recommendations.models.facts import ActionCategory
from states.models import RegionalGroup

REASONS = ("not_sourced", "not_applicable")


class CodedStateSerializer(StateCodesSerializer):
    """A State with the codes by which other data know it."""

    name = serializers.CharField(help_text="In English.")
    regional_group = ChoiceOrNull(RegionalGroup.choices)


class DyadSerializer(serializers.Serializer[Any]):
    """A recommendation and one State that made it."""

    public_id = serializers.CharField(help_text="Of the recommendation.")
    url = serializers.URLField(help_text="Of the recommendation's page.")
    review = serializers.CharField(help_text="Session and State: 48-KAZ.")
    session = serializers.IntegerField()
    cycle = serializers.IntegerField()
    state = CodedStateSerializer(help_text="The State under review.")
    recommending_state = CodedStateSerializer(allow_null=True, help_text="null where the name is not yet recognised.")
    printed = serializers.CharField(help_text="The recommending State as the document prints it.")
    position = serializers.IntegerField(help_text="Its place in the list of those who made the recommendation.")
    states = serializers.IntegerField(help_text="How many made it.")
    weight = serializers.FloatField(help_text="1 / states: the weights of a recommendation add up to 1.")
    regional_group_basis = serializers.ChoiceField(["today"], help_text="Groups are those of today.")
    response = ChoiceOrNull(Response.choices)
    claim = ChoiceOrNull(Claim.choices)
    status = serializers.ChoiceField(STATUSES, help_text="By the lead organisation, on the day asked for.")
    action_category = ChoiceOrNull(ActionCategory.choices)
    sample = serializers.BooleanField()
    empty = serializers.DictField(child=serializers.ChoiceField(REASONS), help_text="Why codes are empty, by field.")
