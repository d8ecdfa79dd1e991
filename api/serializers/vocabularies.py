"""States, sessions, issues, groups of persons, goals: what everything else refers to."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.models import Organisation
from api.serializers.common import (
    ChoiceOrNull,
    GoalRefSerializer,
    IssueRefSerializer,
    PageAddress,
    StateCodesSerializer,
)
from reviews.models import Certainty, Session
from states.models import RegionalGroup, State


@extend_schema_field(
    {"type": "object", "additionalProperties": {"type": "string", "enum": ["not_sourced", "not_applicable"]}}
)
class EmptyCodes(serializers.Field):  # type: ignore[type-arg]
    """Why numbers of a State, or its group, are empty, by field. `api.rows.vocabularies.lacking` says it of many."""

    def __init__(self) -> None:
        super().__init__(source="*", read_only=True)

    def to_representation(self, state: State) -> dict[str, str]:
        unlisted = "not_sourced" if state.kind == State.Kind.MEMBER else "not_applicable"
        said = {"cow": unlisted, "gleditsch_ward": unlisted, "v_dem": "not_sourced", "regional_group": "not_applicable"}
        return {name: reason for name, reason in said.items() if getattr(state, name) in {None, ""}}


class StateSerializer(StateCodesSerializer):
    """A State."""

    url = PageAddress("state", "iso3")
    kind = serializers.ChoiceField(State.Kind.choices)
    regional_group = ChoiceOrNull(RegionalGroup.choices)
    name = serializers.CharField()
    names = serializers.DictField(child=serializers.CharField(), help_text="By language.")
    empty = EmptyCodes()


class OrganisationSerializer(serializers.Serializer[Organisation]):
    """An organisation that speaks in its own name."""

    slug = serializers.CharField()
    name = serializers.CharField()
    kind = serializers.ChoiceField(Organisation.Kind.choices)
    sample = serializers.BooleanField(source="is_sample")


class StateDetailSerializer(StateSerializer):
    """A State with the other names that it goes or went by, and its reviews."""

    aliases = serializers.SerializerMethodField()
    reviews = serializers.SerializerMethodField()

    def get_aliases(self, state: State) -> list[str]:
        return [alias.text for alias in state.aliases.all()]

    def get_reviews(self, state: State) -> list[str]:
        return [f"{review.session.number}-{state.iso3}" for review in state.reviews.all()]


class SessionSerializer(serializers.Serializer[Session]):
    """A session of the Working Group."""

    number = serializers.IntegerField()
    cycle = serializers.IntegerField()
    starts_on = serializers.DateField(allow_null=True)
    ends_on = serializers.DateField(allow_null=True)
    days_are = serializers.ChoiceField(Certainty.choices, source="basis")


class SessionDetailSerializer(SessionSerializer):
    """A session with its reviews in their order."""

    reviews = serializers.SerializerMethodField()

    def get_reviews(self, session: Session) -> list[str]:
        return [f"{session.number}-{review.state.iso3}" for review in session.reviews.all()]


class IssueSerializer(IssueRefSerializer):
    """An issue: a theme of one scheme."""

    code = serializers.CharField()
    url = PageAddress("issue", "slug")
    names = serializers.DictField(child=serializers.CharField(), help_text="By language.")


class IssueDetailSerializer(IssueSerializer):
    """An issue with the other labels that it goes or went by."""

    aliases = serializers.SerializerMethodField()

    def get_aliases(self, issue: Any) -> list[str]:
        return [alias.text for alias in issue.aliases.all()]


class GoalSerializer(GoalRefSerializer):
    """A Sustainable Development Goal, or a target of one."""

    goal = serializers.CharField(source="parent.code", allow_null=True, default=None, help_text="Of a target.")
