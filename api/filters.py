"""The filters of each resource: tables of named filters, shared with the pages, and their words in the schema."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework.filters import BaseFilterBackend
from rest_framework.request import Request

from accounts.models import Organisation
from api.parameters import query_parameter
from issues.models import Scheme
from recommendations import selection
from reviews.models import Document
from reviews.selection import CYCLES, REGIONAL_GROUPS, Closed, Filter, apply, is_in, review_filters, with_variants
from states.models import State

Table = Mapping[str, Filter]

STATES = with_variants(
    {
        "regional_group": Filter(_("Regional group"), REGIONAL_GROUPS, is_in("regional_group")),
        "kind": Filter(_("Kind"), Closed(lambda: State.Kind.choices), is_in("kind")),
    }
)
SESSIONS = with_variants({"cycle": Filter(_("Cycle"), CYCLES, is_in("pk"))})
ISSUES = with_variants({"scheme": Filter(_("Scheme"), Closed(lambda: Scheme.choices), is_in("scheme"))})
REVIEWS = with_variants(review_filters())
EVENTS = with_variants(review_filters("review__"))
RECOMMENDATIONS = selection.FILTERS
DOCUMENTS = with_variants(
    {
        **review_filters("review__"),
        "kind": Filter(_("Kind"), Closed(lambda: Document.Kind.choices), is_in("kind")),
    }
)
POSITIONS = with_variants(selection.of_one_recommendation("response", "claim"))
ASSESSMENTS = with_variants(selection.of_one_recommendation("voice", "status"))
ORGANISATIONS = with_variants(
    {"kind": Filter(_("Kind"), Closed(lambda: Organisation.Kind.choices), is_in("kind"))},
)


class TableFilters(BaseFilterBackend):
    """Narrows a list by the table of its view. Names are checked by the view; a value may raise UnknownChoice."""

    def filter_queryset(self, request: Request, queryset: Any, view: Any) -> Any:
        return apply(queryset, dict(request.query_params.lists()), view.reader, view.filters)

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        return [
            query_parameter(name, schema_of(line), str(line.help or line.label)) for name, line in view.filters.items()
        ]


def schema_of(line: Filter) -> dict[str, Any]:
    """A filter's values in the terms of JSON Schema; a closed vocabulary is enumerated."""
    closed = line.vocabulary.closed()
    value: dict[str, Any] = {"type": "string"} | ({"enum": closed} if closed else {})
    schema = {"type": "array", "items": value} if line.vocabulary.separates else value
    return schema | {"description": str(line.help or line.label)}
