"""What is said of a file when it is sent."""

from collections.abc import Sequence
from typing import Any, cast

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Organisation
from imports.safe_files import LIMITS
from reviews.models import Session
from states.models import State
from web.forms import InOurWords

# The whole of UHRI has 360 MB; what it is is seen when it is read, and its reader then has limits of its own.
EXPORT_BYTES = 400_000_000
EXPORT_ENDINGS = (".json", ".csv", ".xlsx", ".xls")


class ImportForm(InOurWords, forms.Form):
    """The file, and the review it belongs to where the file does not say."""

    file = forms.FileField(
        label=gettext_lazy("Document"),
        help_text=gettext_lazy(
            "OHCHR's thematic list, a Working Group report, an addendum, or a spreadsheet of statuses; Word, PDF, "
            "text, .csv, .xlsx or .ods, at most 20 MB."
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

    voice = forms.ModelChoiceField(
        label=gettext_lazy("In the name of"),
        queryset=Organisation.objects.none(),
        to_field_name="slug",
        empty_label=gettext_lazy("Choose the organisation"),
        help_text=gettext_lazy("Its managers see the import; the public record names it."),
    )

    def __init__(self, *sent: Any, organisations: Sequence[Organisation]) -> None:
        super().__init__(*sent)
        self.organisations = organisations
        if len(organisations) > 1:
            found = Organisation.objects.filter(pk__in=[each.pk for each in organisations])
            cast("forms.ModelChoiceField[Organisation]", self.fields["voice"]).queryset = found
        else:
            del self.fields["voice"]

    @property
    def voices(self) -> list[forms.BoundField]:
        """The field of the organisation, where there is a choice."""
        return [self["voice"]] if "voice" in self.fields else []

    @property
    def organisation(self) -> Organisation | None:
        """In whose name a valid form was sent: the chosen one, or the only one there is; none for administrators."""
        chosen: Organisation | None = self.cleaned_data.get("voice")
        return chosen or next(iter(self.organisations), None)

    def clean_file(self) -> Any:
        """Refuse what is too large before anything reads it."""
        file = self.cleaned_data["file"]
        is_export = file.name.lower().endswith(EXPORT_ENDINGS)
        if (file.size or 0) > (EXPORT_BYTES if is_export else LIMITS.file_bytes):
            limit = (EXPORT_BYTES if is_export else LIMITS.file_bytes) // 1_000_000
            message = _("This file is larger than %(limit)d MB. A thematic list has less than 1 MB.")
            raise forms.ValidationError(message % {"limit": limit})
        return file
