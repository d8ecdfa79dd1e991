"""The matrix's filters as a form, and as chips of what is active. What they do lies in recommendations.selection."""

from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.reader import Reader
from recommendations import selection

TICKED = ("status", "response")  # few values: boxes to tick
CHOSEN = ("state", "session", "issue", "group", "goal", "recommending_state", "voice", "claim")
SHOWN = ("search", "state", "session", *TICKED, "issue", "group", "goal", "recommending_state", "voice", "claim")
KEPT = {"as_of", "known_on"}


class FilterForm(forms.Form):
    """One field a filter. It only shows what is chosen: the selection itself checks the values."""

    search = forms.CharField(label=gettext_lazy("Words or number"), required=False, max_length=300)

    def __init__(self, data: QueryDict, reader: Reader) -> None:
        super().__init__(data, auto_id="filter_%s")
        for name in SHOWN[1:]:
            self.fields[name] = _field(name, reader)
        self.fields["as_of"] = forms.DateField(
            label=_("As it stood on"), required=False, widget=forms.DateInput(attrs={"type": "date"})
        )


def _field(name: str, reader: Reader) -> forms.Field:
    label = str(selection.FILTERS[name].label)
    options = selection.allowed(name, reader)
    if name in TICKED:
        choices = [(option.value, option.label) for option in options]
        return forms.MultipleChoiceField(
            label=label, choices=choices, required=False, widget=forms.CheckboxSelectMultiple
        )
    return forms.ChoiceField(label=label, choices=[("", _("Any")), *_grouped(options)], required=False)


def _grouped(options: list[selection.Option]) -> list[Any]:
    """Choices under their headings, where they have any."""
    found: list[Any] = []
    for group, members in groupby(options, key=lambda option: option.group):
        choices = [(option.value, option.label) for option in members]
        found += [(group, choices)] if group else choices
    return found


@dataclass(frozen=True)
class Chip:
    """One active filter value, and the address of the page without it."""

    what: str
    value: str
    url: str


def chips(params: QueryDict, reader: Reader) -> list[Chip]:
    """What narrows the list, each with the way to take it off."""
    found = []
    for name, line in selection.FILTERS.items():
        values = line.split(params.getlist(name))
        if not values:
            continue
        labels = {option.value: option.label for option in selection.allowed(name, reader)} if values else {}
        for value in values:
            found.append(Chip(str(line.label), labels.get(value, value), "?" + _without(params, name, value)))
    for name, words in (("as_of", _("As it stood on")), ("known_on", _("As known on"))):
        if params.get(name):
            day = str(params[name])
            found.append(Chip(words, day, "?" + _without(params, name, day)))
    return found


def _without(params: QueryDict, name: str, value: str) -> str:
    left = params.copy()
    line = selection.FILTERS.get(name)
    values = line.split(params.getlist(name)) if line else params.getlist(name)
    left.setlist(name, [other for other in values if other != value])
    left.pop("page", None)
    return left.urlencode()
