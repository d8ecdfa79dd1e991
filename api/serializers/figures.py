"""Facets and aggregates: numbers that say what they count."""

from typing import Any

from rest_framework import serializers

from accounts.models import Organisation
from api.serializers.common import ChoiceOrNull
from issues.models import Scheme
from recommendations.facets import NAMES
from recommendations.models import Claim, Response, Status
from recommendations.models.facts import ActionCategory
from recommendations.selection import NOT_ASSESSED
from states.models import RegionalGroup

UNITS = ("recommendation", "dyad", "mention")
OVER = ("month", "year", "session", "cycle")
MEASURES = ("count", "index")
STATUSES = [*Status.choices, (NOT_ASSESSED, "Not Assessed")]


class FacetValueSerializer(serializers.Serializer[Any]):
    """One value, as its filter takes it, and how many have it."""

    value = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # a field named like an option of one
    n = serializers.IntegerField()


class FacetSerializer(serializers.Serializer[Any]):
    """A field with the number of each of its values, by all filters but its own."""

    name = serializers.ChoiceField(NAMES)
    scheme = ChoiceOrNull(Scheme.choices, help_text="Of issues: each scheme is a facet.")
    unit = serializers.ChoiceField(UNITS)
    repeats = serializers.BooleanField(help_text="Whether one recommendation may count under several values.")
    total = serializers.IntegerField(help_text="Recommendations that the other filters find.")
    total_distinct = serializers.IntegerField(help_text="Of these, those that have any value here, each once.")
    approximate = serializers.BooleanField()
    sampled_one_in = serializers.IntegerField(
        help_text="1: all were counted. Else one in so many was, and the numbers multiplied."
    )
    values = FacetValueSerializer(many=True)


class FacetsSerializer(serializers.Serializer[Any]):
    """The facets of a filter."""

    unit = serializers.ChoiceField(UNITS)
    total = serializers.IntegerField(help_text="Recommendations that all filters find.")
    as_of = serializers.DateField(allow_null=True)
    known_on = serializers.DateField(allow_null=True)
    approximate = serializers.BooleanField(help_text="Whether any facet is.")
    facets = FacetSerializer(many=True)


class KindSerializer(serializers.Serializer[Any]):
    """The voices of one kind of organisation in a cell."""

    kind = serializers.ChoiceField(Organisation.Kind.choices)
    organisations = serializers.IntegerField()
    n = serializers.IntegerField(help_text="Their assessments that have a score.")
    value = serializers.FloatField(help_text="The average of these scores.")


class CellIndexSerializer(serializers.Serializer[Any]):
    """The implementation index of the recommendations of a cell that have one; of a voice's cell, its own scores."""

    n = serializers.IntegerField(help_text="Recommendations that have an index.")
    value = serializers.FloatField(help_text="The average of their indices.")
    voices = serializers.IntegerField(help_text="Assessments with a score that it rests on.")
    not_implemented = serializers.IntegerField()
    partially_implemented = serializers.IntegerField()
    fully_implemented = serializers.IntegerField()
    disputed = serializers.IntegerField(help_text="Recommendations whose voices differ.")
    by_kind = KindSerializer(many=True)


class CellSerializer(serializers.Serializer[Any]):
    """One cell: a value of each dimension asked for (null: those that have none), and its numbers."""

    at = serializers.DateField(required=False, help_text="The day on which it stood so; with over=month or year.")
    state = serializers.CharField(required=False)
    session = serializers.IntegerField(required=False)
    cycle = serializers.IntegerField(required=False)
    regional_group = serializers.ChoiceField(RegionalGroup.choices, required=False, allow_null=True)
    recommending_state = serializers.CharField(required=False, allow_null=True)
    response = serializers.ChoiceField(Response.choices, required=False, allow_null=True)
    claim = serializers.ChoiceField(Claim.choices, required=False, allow_null=True)
    status = serializers.ChoiceField(STATUSES, required=False)
    voice = serializers.CharField(required=False, allow_null=True)
    issue = serializers.CharField(required=False, allow_null=True)
    group = serializers.CharField(required=False, allow_null=True)
    goal = serializers.CharField(required=False, allow_null=True)
    action_category = serializers.ChoiceField(ActionCategory.choices, required=False, allow_null=True)
    n = serializers.IntegerField(help_text="How many there are, in the unit of the answer.")
    index = CellIndexSerializer(required=False, help_text="With measure=index, where any voice has a score.")
    attached = serializers.IntegerField(required=False, help_text="Of mentions: those that repeat a recommendation.")
    inferred = serializers.IntegerField(required=False, help_text="Of mentions: those that no report settles.")


class AggregateSerializer(serializers.Serializer[Any]):
    """Numbers by dimensions, and over time."""

    unit = serializers.ChoiceField(UNITS)
    group_by = serializers.ListField(child=serializers.ChoiceField(NAMES))
    over = serializers.ChoiceField(OVER, allow_null=True)
    measure = serializers.ChoiceField(MEASURES)
    as_of = serializers.DateField(allow_null=True)
    known_on = serializers.DateField(allow_null=True)
    n = serializers.IntegerField(help_text="The sum of all cells; over time, of those of one day.")
    total_distinct = serializers.IntegerField(help_text="Recommendations (or mentions) in them, each once.")
    cells = CellSerializer(many=True)
