"""What is said of a file when it is sent."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from imports.safe_files import LIMITS
from reviews.models import Session
from states.models import State


class ImportForm(forms.Form):
    """The file, and the review it belongs to where the file does not say."""

    file = forms.FileField(
        label=gettext_lazy("Document"),
        help_text=gettext_lazy(
            "OHCHR's thematic list of recommendations (.docx) or a Working Group report; at most 20 MB."
        ),
        error_messages={
            "required": gettext_lazy("Choose the document."),
            "empty": gettext_lazy("This file is empty. Choose the document itself."),
        },
    )
    state = forms.ModelChoiceField(
        label=gettext_lazy("State under review"),
        queryset=State.objects.filter(kind=State.Kind.MEMBER),
        to_field_name="iso3",
        required=False,
        empty_label=gettext_lazy("As the document says"),
    )
    session = forms.ModelChoiceField(
        label=gettext_lazy("Session"),
        queryset=Session.objects.all(),
        to_field_name="number",
        required=False,
        empty_label=gettext_lazy("As the document says"),
    )

    def clean_file(self) -> Any:
        """Refuse what is too large before anything reads it."""
        file = self.cleaned_data["file"]
        if (file.size or 0) > LIMITS.file_bytes:
            raise forms.ValidationError(_("This file is larger than 20 MB. A thematic list has less than 1 MB."))
        return file
