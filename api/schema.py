"""What the OpenAPI schema says beyond what serializers, filters and pages say of themselves."""

import re
from collections.abc import Callable, Iterable, Mapping
from inspect import cleandoc
from typing import Any, TypeVar

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema, extend_schema_view
from rest_framework import serializers

from api import filters
from api.errors import PROBLEM
from api.pagination import PAGE_SIZES
from api.rows.base import Shape
from reviews.selection import Filter

View = TypeVar("View", bound=type)
FIRST_SENTENCE = re.compile(r"(?<=\.)\s|; ")  # what comes after it
SAMPLE = OpenApiParameter("sample", bool, description="Whether labelled sample data is included.", default=False)
AS_OF = OpenApiParameter(
    "as_of", OpenApiTypes.DATE, description="Statuses as they stood on this day, by what is known now."
)

AFTER = OpenApiParameter(
    "after", int, description="The `mark` of the answer before; 0, the beginning, without one.", default=0
)
PAGE_SIZE = OpenApiParameter("page_size", PAGE_SIZES, description="Rows of a page.")
KNOWN_ON = OpenApiParameter(
    "known_on", OpenApiTypes.DATE, description="Statuses as this site had published them by the end of this day (UTC)."
)
READS = {"sample": SAMPLE, "as_of": AS_OF, "known_on": KNOWN_ON}


def question(table: Mapping[str, Filter]) -> list[OpenApiParameter]:
    """The parameters of whatever is asked of a table of filters: who reads, as of when, and which rows."""
    narrow = [
        OpenApiParameter(name, filters.schema_of(line), description=str(line.help or line.label))
        for name, line in table.items()
    ]
    return [*READS.values(), *narrow]


class RootSerializer(serializers.Serializer[Any]):
    """Every address that can be asked without knowing a name."""

    states = serializers.URLField()
    sessions = serializers.URLField()
    reviews = serializers.URLField()
    recommendations = serializers.URLField()
    issues = serializers.URLField()
    groups = serializers.URLField()
    goals = serializers.URLField()
    events = serializers.URLField()
    documents = serializers.URLField()
    positions = serializers.URLField()
    assessments = serializers.URLField()
    organisations = serializers.URLField()
    dyads = serializers.URLField()
    releases = serializers.URLField()
    release_latest = serializers.URLField(help_text="Leads to the newest release; 404 while there is none.")
    facets = serializers.URLField()
    aggregate = serializers.URLField()
    recommendations_csv = serializers.URLField()
    recommendations_jsonl = serializers.URLField()
    dyads_csv = serializers.URLField()
    exports = serializers.URLField(help_text="Takes POST.")
    statuses = serializers.URLField()
    changes = serializers.URLField()
    schema = serializers.URLField()
    docs = serializers.URLField()


class FieldErrorSerializer(serializers.Serializer[Any]):
    """What is wrong with one field of what was sent."""

    pointer = serializers.CharField(help_text="Which field, as a JSON pointer: #/bases/0/url.")
    detail = serializers.CharField()


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
    errors = FieldErrorSerializer(many=True, required=False)  # type: ignore[assignment]  # a field named like a property
    current = serializers.DictField(required=False, help_text="What is there now, where somebody was quicker.")
    retry_after = serializers.IntegerField(required=False, help_text="Seconds.")
    minimum = serializers.IntegerField(required=False)
    maximum = serializers.IntegerField(required=False)


def refusal(sentence: str) -> OpenApiResponse:
    """A problem document as a response."""
    return OpenApiResponse(ProblemSerializer, description=sentence)


def refusals(*statuses: int) -> dict[tuple[int, str], OpenApiResponse]:
    """The refusals with these statuses."""
    return {(status, PROBLEM): refusal(WHY[status]) for status in statuses}


WHY = {
    400: "A parameter, its value or a field is not allowed.",
    401: "The token has ended, or is no token; or none was shown where one is needed.",
    403: "The person whose token it is may not.",
    404: "There is none with this name.",
    406: "Only other types are served.",
    409: "Somebody was quicker: `current` says what is there now.",
    410: "It was removed, or withdrawn.",
    411: "The body came in chunks: send it whole, with its Content-Length.",
    413: "Too much was sent.",
    415: "Only JSON is read.",
    422: "The Idempotency-Key came before, with something else.",
    429: "Too many requests; Retry-After says how long to wait.",
    500: "A fault of ours, which has been recorded.",
    503: "It takes too long, or the site is too busy.",
}
SHARED = (400, 401, 406, 429, 500, 503)  # any operation may be refused so
BAD = refusals(400)


def answers(shape: Any, *statuses: int) -> dict[Any, Any]:
    """What a resource of its own kind answers, and how it refuses."""
    return {200: shape, **BAD, **refusals(*statuses)}


def made(shape: Any) -> dict[Any, Any]:
    """What is answered to a write, and how it is refused."""
    there = OpenApiResponse(shape, description="The very same stood there already; nothing was written.")
    return {201: shape, 200: there, **refusals(400, 403, 404, 409, 410, 411, 413, 415, 422)}


def described(*, gone: bool = False, whole: bool = True) -> Callable[[View], View]:
    """Says of a resource's two operations what they answer, and how they refuse.

    `gone`: whether one of them may have been removed; `whole`: whether one is always told with all its fields.
    """

    def decorate(view: View) -> View:
        parameters = [READS[name] for name in view.reads]  # type: ignore[attr-defined]
        chosen = [*parameters, *choosing(view.shape)]  # type: ignore[attr-defined]
        listed, one = view.serializer_class, view.detail_serializer or view.serializer_class  # type: ignore[attr-defined]
        return extend_schema_view(
            list=extend_schema(
                description=cleandoc(view.__doc__ or ""), parameters=chosen, responses=answers(listed(many=True))
            ),
            retrieve=extend_schema(
                parameters=parameters if whole else chosen, responses=answers(one, 404, *([410] if gone else []))
            ),
        )(view)

    return decorate


def choosing(shape: Shape) -> list[OpenApiParameter]:
    """The parameters that choose the parts of a row."""
    made = [_names("fields", shape.columns, "The fields of a row; all unless some are named.")]
    if shape.expansions:
        made.append(_names("expand", shape.expansions, "What to tell beside the fields."))
    return made


def _names(name: str, values: Iterable[str], description: str) -> OpenApiParameter:
    listed = {"type": "array", "items": {"type": "string", "enum": list(values)}}
    return OpenApiParameter(name, listed, description=description, explode=False)


def add_shared_errors(result: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
    """Every operation may be refused in ways that no view knows: a token that ended, too many, a fault of ours."""
    content = {PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for path in result["paths"].values():
        for operation in path.values():
            for status in SHARED:
                operation["responses"].setdefault(str(status), {"description": WHY[status], "content": content})
    return result


def summarise(result: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
    """Every operation has its first sentence as a summary, which the page to try it on shows beside the address."""
    for path in result["paths"].values():
        for operation in path.values():
            first = FIRST_SENTENCE.split(operation["description"].replace("\n", " "))[0]
            operation.setdefault("summary", first.removesuffix(".").replace("`", ""))  # which is no Markdown
    return result


def let_fields_be_chosen(result: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
    """With `fields` a row has those that are named: of what such an operation answers, no field is required."""
    shapes = result["components"]["schemas"]
    for path in result["paths"].values():
        for operation in path.values():
            if any(parameter["name"] == "fields" for parameter in operation.get("parameters", ())):
                content = operation["responses"].get("200", {}).get("content", {}).get("application/json", {})
                name = content.get("schema", {}).get("$ref", "").rpartition("/")[2]
                rows = shapes.get(name, {}).get("properties", {}).get("results", {}).get("items", {})
                shapes.get(rows.get("$ref", "").rpartition("/")[2] or name, {}).pop("required", None)
    return result
