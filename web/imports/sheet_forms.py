"""What a person says of a spreadsheet: what its columns hold, and what its words for a status mean."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from imports.reading import shorten
from imports.sheets.mapping import twice, what_is_missing
from imports.sheets.roles import Columns, Role, keys_of, proposed_columns
from imports.sheets.words import OPEN
from recommendations.models import Status
from web.forms import InOurWords

HOLDS = [("", gettext_lazy("Nothing that is needed here"))]
HOLDS += [(role.value, role.label) for role in Role if role != Role.VERSION]  # that one is known by its heading
NONE_OF_THEM = "none"
MEANS = [("", gettext_lazy("Choose")), *Status.choices]
MEANS += [(NONE_OF_THEM, gettext_lazy("None of these: leave it to be chosen in each draft"))]


class ColumnsForm(InOurWords, forms.Form):
    """A choice for each column, with what stands in its first rows; starts with what was said before, or is likely."""

    def __init__(self, *sent: Any, sheet: dict[str, Any]) -> None:
        self.keys = keys_of(sheet["headings"])
        said = sheet["columns"] or proposed_columns(sheet["headings"])
        roles = {key: role for role, keys in said.items() for key in keys}
        super().__init__(*sent)
        for number, (heading, key) in enumerate(zip(sheet["headings"], self.keys, strict=True)):
            self.fields[_name(number)] = forms.ChoiceField(
                label=heading or _("Column %(n)d, without a heading") % {"n": number + 1},
                help_text=_sample(sheet["sample"], number),
                choices=HOLDS,
                initial=roles.get(key, ""),
                required=False,
            )

    def clean(self) -> dict[str, Any]:
        """Refuse two columns of what only one may hold, and a sheet that cannot become drafts."""
        data = super().clean() or {}
        for key, role in twice(self.columns).items():
            sentence = _("Another column holds %(what)s already. Only one may.")
            self.add_error(_name(self.keys.index(key)), sentence % {"what": role.label})
        for sentence in what_is_missing(self.columns):
            self.add_error(None, sentence)
        return data

    @property
    def columns(self) -> Columns:
        """What was said, by what columns hold."""
        found: Columns = {}
        for number, key in enumerate(self.keys):
            if role := self.cleaned_data.get(_name(number)):
                found.setdefault(role, []).append(key)
        return found


class WordsForm(InOurWords, forms.Form):
    """A choice for each word that nobody has explained yet."""

    def __init__(self, *sent: Any, words: list[str]) -> None:
        self.words = words
        super().__init__(*sent)
        for number, word in enumerate(words):
            self.fields[_name(number)] = forms.ChoiceField(
                label=f"“{word}”", choices=MEANS, error_messages={"required": _("Choose what this word means.")}
            )

    @property
    def meanings(self) -> dict[str, str]:
        """The status that each word says; none where it is left to be chosen."""
        said = {word: self.cleaned_data[_name(number)] for number, word in enumerate(self.words)}
        return {word: OPEN if status == NONE_OF_THEM else status for word, status in said.items()}


def _name(number: int) -> str:
    return f"each-{number}"


def _sample(rows: list[list[str]], number: int) -> str:
    said = [f"“{shorten(row[number], 40)}”" for row in rows if row[number].strip()]
    return _("In the first rows: %(values)s") % {"values": "; ".join(said)} if said else _("Empty in the first rows.")
