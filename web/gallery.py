"""The gallery: every shared piece of the pages with what it takes, for whoever builds a page."""

import datetime
from types import SimpleNamespace
from typing import Any

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from recommendations.models import Claim, Response
from web import statuses

DAY = datetime.date(2025, 1, 23)
COMPOSITION = {"fully_implemented": 31, "partial_implementation": 64, "in_progress": 82, "regression": 9, "": 73}


class ExampleForm(forms.Form):
    """One field of each kind."""

    holds_from = forms.DateField(label=gettext_lazy("Day"), widget=forms.DateInput(attrs={"type": "date"}))
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("Everybody can read it. Name no person whom it could put at risk."),
    )
    status = forms.ChoiceField(
        label=gettext_lazy("Status"),
        widget=forms.RadioSelect,
        choices=[(shown.code, shown.label) for shown in statuses.all_statuses() if shown.is_assessed],
    )
    kind = forms.ChoiceField(label=gettext_lazy("Source"), choices=[("link", "a link")], required=False)
    agreed = forms.BooleanField(label=gettext_lazy("In law"), required=False)


class ExampleFilters(forms.Form):
    """What a list's filters may look like."""

    search = forms.CharField(label=gettext_lazy("Words"), required=False)
    status = forms.MultipleChoiceField(
        label=gettext_lazy("Status"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=[(shown.code, shown.label) for shown in statuses.all_statuses()],
    )


def gallery(request: HttpRequest) -> HttpResponse:
    """Every component with its contract."""
    wrong = ExampleForm({"reason": "", "kind": "link"}, prefix="wrong")
    wrong.is_valid()
    context = {
        "contracts": contracts(),
        "statuses": statuses.all_statuses(),
        "responses": [value for value, _label in Response.choices],
        "claims": [value for value, _label in Claim.choices],
        "day": DAY,
        "form": ExampleForm(prefix="plain"),
        "wrong": wrong,
        "filters": ExampleFilters({"status": ["in_progress"]}, prefix="filter"),
        "composition": COMPOSITION,
        "chips": [
            SimpleNamespace(what=_("Status"), value=_("In Progress"), url="#"),
            SimpleNamespace(what=_("State"), value="Kazakhstan", url="#"),
        ],
        "counts": [
            SimpleNamespace(label=_("new"), number=254, url="#counts", is_current=True),
            SimpleNamespace(label=_("changed"), number=3, url="#counts", is_current=False),
            SimpleNamespace(label=_("rejected"), number=0, url="", is_current=False),
        ],
        "voices": [voice(1, "in_progress"), voice(2, "regression")],
        "rows": [
            SimpleNamespace(
                day=DAY,
                sentence=_("An organisation recorded a status"),
                is_sample=False,
                old_status="not_started",
                new_status="in_progress",
                url="#timeline",
                about="140.7",
            ),
            SimpleNamespace(
                day=DAY,
                sentence=_("An organisation recorded a status"),
                is_sample=False,
                old_status="",
                new_status="not_started",
                holds_from=DAY.replace(year=DAY.year - 1),
                holds_until=DAY.replace(year=DAY.year - 1, month=12),
                url="#timeline",
                about="140.8",
            ),
        ],
        "facts": [(_("Adopted"), _("1 July 2025")), (_("Report"), "A/HRC/59/10"), (_("Empty"), "")],
        "matrix": [matrix_row(1, "in_progress"), matrix_row(2, "")],
    }
    return render(request, "gallery/gallery.html", context)


def voice(number: int, status: str) -> SimpleNamespace:
    """Something that looks like an assessment to the voices component."""
    basis = SimpleNamespace(redacted=False, kind="monitoring", description=_("Read the official gazette."))
    basis.get_kind_display = lambda: _("own monitoring")
    organisation = SimpleNamespace(
        public_name=_("Example organisation"), is_sample=False, get_kind_display=lambda: _("coalition")
    )
    return SimpleNamespace(
        pk=number,
        voice=organisation,
        status=status,
        progress="",
        holds_from=DAY,
        day_is_inferred=number == 1,
        in_law=True if number == 1 else None,
        in_practice=False if number == 1 else None,
        redacted_at=DAY if number == 2 else None,
        reason=_("A draft law was published and sent to parliament.") if number == 1 else "",
        bases=SimpleNamespace(all=[basis]),
    )


def matrix_row(number: int, status: str) -> dict[str, Any]:
    """A row of the example matrix."""
    text = _("Strengthen the independence of the judiciary and guarantee fair trial standards to everybody accused.")
    return {"label": f"140.{number}", "text": " ".join([text] * 3), "status": status}


def contracts() -> dict[str, str]:
    """What each component says of itself: the comment at the top of its file, by the file's name."""
    found = {}
    for path in sorted((settings.BASE_DIR / "templates" / "components").glob("*.html")):
        head = path.read_text().partition("{% comment %}")[2].partition("{% endcomment %}")[0]
        found[path.stem] = head.strip()
    return found
