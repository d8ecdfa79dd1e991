"""What several answers hold: small references, and fields that keep people and hours out."""

import datetime
from operator import attrgetter
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.models import Organisation
from api import addresses
from issues.models import Scheme
from reviews.models import Document, Review


class EmptyAsNull(serializers.CharField):
    """A text, or null where there is none: an empty text would look like an answer."""

    def __init__(self, **options: Any) -> None:
        super().__init__(allow_null=True, **options)

    def to_representation(self, value: Any) -> Any:
        return str(value) if value else None


class ChoiceOrNull(serializers.ChoiceField):
    """A value of a closed vocabulary, or null."""

    def __init__(self, choices: Any, **options: Any) -> None:
        super().__init__(choices, allow_null=True, **options)

    def to_representation(self, value: Any) -> Any:
        return value or None


class DayOf(serializers.DateField):
    """The day (UTC) of a moment: nobody can tell from an hour who was at work."""

    def to_representation(self, value: Any) -> Any:
        return value.astimezone(datetime.UTC).date().isoformat() if isinstance(value, datetime.datetime) else None


@extend_schema_field(OpenApiTypes.URI)
class PageAddress(serializers.Field):  # type: ignore[type-arg]
    """The permanent address of the page about a thing."""

    def __init__(self, noun: str, *key: str) -> None:
        super().__init__(source="*", read_only=True)
        self.noun, self.key = noun, [attrgetter(path) for path in key]

    def to_representation(self, value: Any) -> str:
        return addresses.page(self.noun, self.context["request"], *(get(value) for get in self.key))


@extend_schema_field({"type": "string", "examples": ["48-KAZ"]})
class ReviewKey(serializers.Field):  # type: ignore[type-arg]
    """The name of a review in addresses: session and State."""

    def to_representation(self, value: Review) -> str:
        return review_key(value)


def review_key(review: Review) -> str:
    """The name of a review in addresses: "48-KAZ"."""
    return f"{review.session.number}-{review.state.iso3}"


class StateRefSerializer(serializers.Serializer[Any]):
    """A State."""

    iso3 = serializers.CharField()
    name = serializers.CharField(help_text="In English.")


class StateCodesSerializer(serializers.Serializer[Any]):
    """The codes by which a State is known here and in other data."""

    iso3 = serializers.CharField()
    iso2 = serializers.CharField(help_text="Text: NA is Namibia.")
    m49 = serializers.CharField(help_text="Text: some begin with zeros.")
    cow = serializers.IntegerField(allow_null=True, help_text="Correlates of War number; null where it has none.")
    gleditsch_ward = serializers.IntegerField(allow_null=True, help_text="Gleditsch and Ward number; likewise.")
    v_dem = serializers.IntegerField(allow_null=True, help_text="V-Dem country id; null: not sourced.")


class IssueRefSerializer(serializers.Serializer[Any]):
    """An issue."""

    slug = serializers.CharField()
    name = serializers.CharField()
    scheme = serializers.ChoiceField(Scheme.choices)


class GroupSerializer(serializers.Serializer[Any]):
    """A group of persons."""

    code = serializers.CharField()
    name = serializers.CharField()


class GoalRefSerializer(serializers.Serializer[Any]):
    """A Sustainable Development Goal, or a target of one."""

    code = serializers.CharField()
    name = serializers.CharField()


class OrganisationRefSerializer(serializers.Serializer[Organisation]):
    """An organisation under the name that the public may see."""

    slug = serializers.SerializerMethodField(help_text="null where the organisation speaks under a collective name.")
    name = serializers.CharField(source="public_name")
    kind = serializers.ChoiceField(Organisation.Kind.choices)
    sample = serializers.BooleanField(source="is_sample", help_text="It was made up, for demonstrations.")

    def get_slug(self, organisation: Organisation) -> str | None:
        return None if organisation.collective_name else organisation.slug


class DocumentRefSerializer(serializers.Serializer[Document]):
    """A document."""

    key = serializers.CharField()
    kind = serializers.ChoiceField(Document.Kind.choices)
    title = serializers.CharField()
    symbol = EmptyAsNull()


class DocumentSerializer(DocumentRefSerializer):
    """A document of a review; one that is awaited is named but not yet published."""

    language = serializers.CharField()
    url = EmptyAsNull()
    published_on = serializers.DateField(allow_null=True)
    awaited = serializers.BooleanField()
    note = EmptyAsNull()
    sample = serializers.BooleanField(source="is_sample")
