"""A person's preferences."""

import zoneinfo
from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from accounts.models import Person
from web.forms import InOurWords, speak_plainly

if TYPE_CHECKING:
    _PersonForm = forms.ModelForm[Person]
else:
    _PersonForm = forms.ModelForm


class PreferencesForm(InOurWords, _PersonForm):
    """Language of mails, time zone of days, neutral subject lines."""

    class Meta:
        model = Person
        fields = ("language", "time_zone", "neutral_mail")
        help_texts = {
            "language": _("The language of mails to you."),
            "time_zone": _("Decides what “today” is when you record a status."),
            "neutral_mail": _("Subject lines say only that there is news: no State, no recommendation, no status."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        zones = [(zone, zone) for zone in sorted(zoneinfo.available_timezones()) if "/" in zone or zone == "UTC"]
        self.fields["language"] = forms.ChoiceField(
            label=_("Language"), choices=settings.LANGUAGES, help_text=self.Meta.help_texts["language"]
        )
        if len(settings.LANGUAGES) == 1:
            del self.fields["language"]  # nothing to choose
        self.fields["time_zone"] = forms.ChoiceField(
            label=_("Time zone"), choices=zones, help_text=self.Meta.help_texts["time_zone"]
        )
        speak_plainly(self.fields.values())  # of the two fields made here, too
