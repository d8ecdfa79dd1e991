"""What the OpenAPI schema says beyond what serializers, filters and pages say of themselves."""

from collections.abc import Callable
from typing import Any, TypeVar

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema, extend_schema_view
from rest_framework import serializers

from api.errors import PROBLEM
from api.pagination import PAGE_SIZES

View = TypeVar("View", bound=type)
SAMPLE = OpenApiParameter("sample", bool, description="Whether labelled sample data is included.", default=False)
AS_OF = OpenApiParameter(
    "as_of", OpenApiTypes.DATE, description="Statuses as they stood on this day, by what is known now."
)

AFTER = OpenApiParameter(
    "after", int, description="The `mark` of the answer before; 0, the beginning, without one.", default=0
)
PAGE_SIZE = OpenApiParameter("page_size", PAGE_SIZES, description="Rows of a page.")


class RootSerializer(serializers.Serializer[Any]):
    """The resources there are, with their addresses."""

    states = serializers.URLField()
    sessions = serializers.URLField()
    reviews = serializers.URLField()
    recommendations = serializers.URLField()
    issues = serializers.URLField()
    groups = serializers.URLField()
    goals = serializers.URLField()
    events = serializers.URLField()
    statuses = serializers.URLField()
    changes = serializers.URLField()
    schema = serializers.URLField()
    docs = serializers.URLField()


class ProblemSerializer(serializers.Serializer[Any]):
    """Why a question was refused (RFC 9457)."""

    type = serializers.CharField(help_text="What kind of problem: about:blank, or urn:upr-tracker:problem:…")
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField(help_text="A sentence for people.")
    request_id = serializers.CharField(help_text="What to name when asking about it; the X-Request-Id of the answer.")
    parameter = serializers.CharField(required=False)
    value = serializers.CharField(required=False)
    allowed = serializers.ListField(child=serializers.CharField(), required=False)
    nearest = serializers.ListField(child=serializers.CharField(), required=False)
    see = serializers.URLField(required=False, help_text="Where all values are listed.")
    minimum = serializers.IntegerField(required=False)
    maximum = serializers.IntegerField(required=False)


def refusal(sentence: str) -> OpenApiResponse:
    """A problem document as a response."""
    return OpenApiResponse(ProblemSerializer, description=sentence)


BAD = {(400, PROBLEM): refusal("A parameter or its value is not known here.")}


def answers(shape: Any) -> dict[Any, Any]:
    """What a resource of its own kind answers, and how it refuses."""
    return {200: shape, **BAD}


def described(*, gone: bool = False) -> Callable[[View], View]:
    """Says of a resource's two operations what they answer, and how they refuse."""

    def decorate(view: View) -> View:
        reads = {"sample": SAMPLE, "as_of": AS_OF}
        parameters = [reads[name] for name in view.reads]  # type: ignore[attr-defined]
        missing = {(404, PROBLEM): refusal("There is none with this name.")}
        removed = {(410, PROBLEM): refusal("It was removed.")} if gone else {}
        listed, one = view.serializer_class, view.detail_serializer or view.serializer_class  # type: ignore[attr-defined]
        return extend_schema_view(
            list=extend_schema(parameters=parameters, responses={200: listed(many=True), **BAD}),
            retrieve=extend_schema(parameters=parameters, responses={200: one, **BAD, **missing, **removed}),
        )(view)

    return decorate


def add_shared_errors(result: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
    """Every operation may fail in ways that no view knows: wrong method, wrong type, too many, a fault of ours."""
    fault = {
        "description": "Any other refusal: 405, 406, 429, 500, 503.",
        "content": {PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    for path in result["paths"].values():
        for operation in path.values():
            operation["responses"]["default"] = fault
    return result
