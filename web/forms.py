"""Forms whose complaints are in the words of this product, where Django has its own."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.utils import formats
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

Words = dict[str, "str | Promise"]

# By the first class of a field that has the code; a field's own `error_messages` are left as they are.
WORDS: tuple[tuple[type[forms.Field], Words], ...] = (
    (forms.DateField, {"invalid": gettext_lazy("Write the day as 2025-01-23.")}),
    (forms.URLField, {"invalid": gettext_lazy("Write a whole address, such as https://example.org/page.")}),
    (forms.EmailField, {"invalid": gettext_lazy("Write a whole e-mail address, such as name@example.org.")}),
    (forms.IntegerField, {"invalid": gettext_lazy("Write a whole number.")}),
    (
        forms.FileField,
        {
            "required": gettext_lazy("Choose a file."),
            "invalid": gettext_lazy("The file did not arrive. Choose it again and send it again."),
            "missing": gettext_lazy("The file did not arrive. Choose it again and send it again."),
            "empty": gettext_lazy("This file is empty. Choose another."),
        },
    ),
    (
        forms.MultipleChoiceField,
        {"invalid_list": gettext_lazy("Choose from the list.")},
    ),
    (
        forms.ChoiceField,
        {
            "required": gettext_lazy("Choose one of these."),
            "invalid_choice": gettext_lazy("This is not in the list any more. Choose one of those listed."),
        },
    ),
    (
        forms.Field,
        {
            "required": gettext_lazy("Fill this in."),
            "null_characters_not_allowed": gettext_lazy("This holds a character that cannot be kept. Type it anew."),
        },
    ),
)
UNNAMED = "---------"  # how Django shows that nothing is chosen


class Fits(MaxLengthValidator):
    """At most so many characters; both numbers are told."""

    def __call__(self, value: Any) -> None:
        limit = int(self.limit_value() if callable(self.limit_value) else self.limit_value)
        if len(value) > limit:
            numbers = {"count": _grouped(len(value)), "limit": _grouped(limit)}
            raise ValidationError(
                _("This has %(count)s characters; %(limit)s fit. Shorten it."), "too_long", params=numbers
            )


def _grouped(number: int) -> str:
    return formats.number_format(number, use_l10n=True, force_grouping=True)


def speak_plainly(fields: Iterable[forms.Field]) -> None:
    """Give each field our words wherever it would use Django's own; what the field itself was given stays."""
    for field in fields:
        own = _django_words(field)
        for kind, words in reversed(WORDS):
            if isinstance(field, kind):
                for code, sentence in words.items():
                    if field.error_messages.get(code) is own.get(code):
                        field.error_messages[code] = own[code] = str(sentence)
        field.validators = [
            Fits(each.limit_value) if type(each) is MaxLengthValidator else each for each in field.validators
        ]
        _name_the_empty_choice(field)


def _django_words(field: forms.Field) -> dict[str, Any]:
    words: dict[str, Any] = {}
    for kind in reversed(type(field).__mro__):
        words |= getattr(kind, "default_error_messages", {})
    return words


def _name_the_empty_choice(field: forms.Field) -> None:
    if isinstance(field, forms.ModelChoiceField):
        if str(field.empty_label) == UNNAMED:
            field.empty_label = _("Choose")
    elif isinstance(field, forms.ChoiceField) and isinstance(field.choices, list):
        named = [("", _("Choose")) if choice == ("", UNNAMED) else choice for choice in field.choices]
        if named != field.choices:
            field.choices = named


if TYPE_CHECKING:
    _Mixed = forms.BaseForm
else:
    _Mixed = object


class InOurWords(_Mixed):
    """Mixed into a form, before Django's class: its fields complain in our words."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        speak_plainly(self.fields.values())


# For a class of form sets: `default_error_messages = FORM_SET_WORDS`.
FORM_SET_WORDS: dict[str, Any] = {
    "missing_management_form": gettext_lazy(
        "A part of this page was lost on the way. Open the page again in another tab, and copy over what you wrote."
    ),
    "too_many_forms": gettext_lazy("At most %(num)d fit here. Take some away."),
    "too_few_forms": gettext_lazy("At least %(num)d is needed here."),
}
