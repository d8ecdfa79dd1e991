"""The filters of each resource: tables of named filters, as django-filter's filter sets."""

from collections.abc import Mapping
from typing import Any

import django_filters
from django import forms
from django.utils.translation import gettext_lazy as _
from django_filters.rest_framework import DjangoFilterBackend
from drf_spectacular.drainage import set_override

from api.parameters import reader_of
from issues.models import Scheme
from recommendations import selection
from reviews.selection import CYCLES, REGIONAL_GROUPS, Closed, Filter, is_in, review_filters
from states.models import State

Table = Mapping[str, Filter]

STATES: Table = {
    "regional_group": Filter(_("Regional group"), REGIONAL_GROUPS, is_in("regional_group")),
    "kind": Filter(_("Kind"), Closed(lambda: State.Kind.choices), is_in("kind")),
}
SESSIONS: Table = {"cycle": Filter(_("Cycle"), CYCLES, is_in("pk"))}
ISSUES: Table = {"scheme": Filter(_("Scheme"), Closed(lambda: Scheme.choices), is_in("scheme"))}


class StrictFilterBackend(DjangoFilterBackend):  # type: ignore[misc]  # ships no types
    """django-filter, without a form to show: there is no browsable API. Names are checked by the view."""

    def to_html(self, request: Any, queryset: Any, view: Any) -> str:
        return ""


class Values(forms.Field):
    """All values of a parameter, as they were sent."""

    widget = forms.MultipleHiddenInput


class TableFilter(django_filters.Filter):  # type: ignore[misc]
    """One line of a table of filters. Raises reviews.selection.UnknownChoice."""

    field_class = Values

    def __init__(self, name: str, line: Filter) -> None:
        super().__init__(field_name=name, label=line.label, help_text=line.help)
        self.name, self.line = name, line
        set_override(self, "field", schema_of(line))

    def filter(self, qs: Any, value: list[str] | None) -> Any:
        values = self.line.split(value or [])
        if not values:
            return qs
        reader = reader_of(self.parent.request)
        return self.line.narrow(qs, self.line.clean(self.name, values, reader), reader)


def schema_of(line: Filter) -> dict[str, Any]:
    """A filter's values in the terms of JSON Schema; a closed vocabulary is enumerated."""
    closed = line.vocabulary.closed()
    value: dict[str, Any] = {"type": "string"} | ({"enum": closed} if closed else {})
    schema = {"type": "array", "items": value} if line.vocabulary.separates else value
    return schema | {"description": str(line.help or line.label)}


def filter_set(name: str, table: Table) -> type[django_filters.FilterSet]:
    """The filter set of a table."""
    filters = {key: TableFilter(key, line) for key, line in table.items()}
    return type(name, (django_filters.FilterSet,), filters)


StateFilters = filter_set("StateFilters", STATES)
SessionFilters = filter_set("SessionFilters", SESSIONS)
ReviewFilters = filter_set("ReviewFilters", review_filters())
RecommendationFilters = filter_set("RecommendationFilters", selection.FILTERS)
IssueFilters = filter_set("IssueFilters", ISSUES)
EventFilters = filter_set("EventFilters", review_filters("review__"))
