"""The change feed."""

import datetime
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from api import addresses
from api.serializers.common import OrganisationRefSerializer, review_key


class TargetSerializer(serializers.Serializer[Any]):
    """What it happened to."""

    type = serializers.ChoiceField(["recommendation", "review"])
    key = serializers.CharField(help_text="The public_id of the recommendation, or the key of the review.")
    url = serializers.URLField(help_text="The permanent address of its page.")
    resource = serializers.URLField(help_text="The same in this API.")


class ChangeSerializer(serializers.Serializer[Any]):
    """Something that happened."""

    position = serializers.IntegerField(help_text="Its place in the feed.")
    action = serializers.CharField(source="event.action")
    sentence = serializers.SerializerMethodField(help_text="What was done, as pages say it after who did it.")
    target = serializers.SerializerMethodField()
    review = serializers.SerializerMethodField(help_text="The key of the review.")
    organisation = OrganisationRefSerializer(
        allow_null=True, help_text="In whose name; of a lead, who became it. null where this site did it by itself."
    )
    day = serializers.SerializerMethodField(help_text="The day (UTC) on which it was recorded here.")
    old = serializers.DictField(help_text="Codes and days as they were.")
    new = serializers.DictField(help_text="Codes and days as they became.")

    def get_sentence(self, change: Any) -> str:
        return str(change.action.sentence)

    @extend_schema_field(TargetSerializer(allow_null=True))
    def get_target(self, change: Any) -> dict[str, str] | None:
        request = self.context["request"]
        if change.recommendation is not None:
            key = change.recommendation.public_id
            page = addresses.page("recommendation", request, key)
            resource = addresses.resource("recommendation-detail", request, public_id=key)
            return {"type": "recommendation", "key": key, "url": page, "resource": resource}
        if change.review is None:
            return None
        key, parts = review_key(change.review), (change.review.session.number, change.review.state.iso3)
        resource = addresses.resource("review-detail", request, key=key)
        return {"type": "review", "key": key, "url": addresses.page("review", request, *parts), "resource": resource}

    @extend_schema_field({"type": ["string", "null"], "examples": ["48-KAZ"]})
    def get_review(self, change: Any) -> str | None:
        return review_key(change.review) if change.review else None

    @extend_schema_field(OpenApiTypes.DATE)
    def get_day(self, change: Any) -> str:
        day: datetime.date = change.event.recorded_at.astimezone(datetime.UTC).date()
        return day.isoformat()


class ChangesSerializer(serializers.Serializer[Any]):
    """A stretch of the feed."""

    mark = serializers.IntegerField(help_text="How far this answer goes, told or not: ask after it next.")
    newest = serializers.IntegerField(help_text="How far the feed goes. Where mark has come to it, you have it all.")
    next = serializers.URLField(help_text="What comes after the mark; there is always one, to ask again later.")
    results = ChangeSerializer(many=True)
