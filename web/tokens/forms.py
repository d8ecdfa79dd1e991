"""The form of a token."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation, Token
from web.forms import InOurWords, speak_plainly

DAYS = (("30", _("30 days")), ("90", _("90 days")), ("365", _("a year")))


class TokenForm(InOurWords, forms.Form):
    """What it is for, whether it writes and for whom, and how long it lasts."""

    name = forms.CharField(
        label=_("Name"), max_length=60, help_text=_("What it is for, so that you know later which one to revoke.")
    )
    days = forms.ChoiceField(label=_("Lasts"), choices=DAYS, initial="90")

    def __init__(self, *args: Any, organisations: Sequence[Organisation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.organisations = {organisation.slug: organisation for organisation in organisations}
        writes = [
            (slug, _("reads, and writes for %(name)s") % {"name": o.name}) for slug, o in self.organisations.items()
        ]
        self.fields["scope"] = forms.ChoiceField(
            label=_("What it may do"),
            choices=[("", Token.Scope.READ.label), *writes],
            required=False,
            help_text=_("A token that reads sees what everybody sees, and may ask more often."),
        )
        speak_plainly(self.fields.values())

    @property
    def organisation(self) -> Organisation | None:
        """Whom it writes for; None for one that reads."""
        return self.organisations.get(self.cleaned_data["scope"])
