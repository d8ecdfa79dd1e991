"""Settling the names of an import that nobody here knows: once, by an administrator, for every import to come."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts import permissions
from accounts.roles import Act
from history.log import Actor
from history.models import Origin
from imports import names
from imports.resolve import Resolver
from web.forms import InOurWords
from web.imports.views import find_batch, the_person

LEAVE, OTHER = "", "other"
PAGE_SIZE = 25  # what it may mean is looked for of these only


class NameForm(InOurWords, forms.Form):
    """What one printed name means: one of the suggestions, another that is typed, or nothing for now."""

    choice = forms.ChoiceField(widget=forms.RadioSelect, required=False)
    other = forms.CharField(required=False, max_length=200, label=gettext_lazy("Its name here, if it is another"))

    def __init__(self, *sent: Any, unknown: names.Unknown, resolver: Resolver, scheme: str, **options: Any) -> None:
        super().__init__(*sent, **options)
        self.unknown, self.resolver, self.scheme = unknown, resolver, scheme
        choices = [(str(term.pk), str(term)) for term in unknown.suggestions]
        choices += [(OTHER, _("Another, whose name I type")), (LEAVE, _("Leave it as it is printed"))]
        field = self.fields["choice"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices
        field.label = unknown.printed
        self.fields["other"].widget.attrs["list"] = f"known-{unknown.kind.code}"

    def clean(self) -> dict[str, Any]:
        """The term that was chosen, as `term`; None where the name is left."""
        data: dict[str, Any] = self.cleaned_data
        term = next((each for each in self.unknown.suggestions if str(each.pk) == data.get("choice")), None)
        typed = data.get("other", "")
        if term is None and (data.get("choice") == OTHER or typed):
            term = self.unknown.kind.find(self.resolver, typed, self.scheme)
            if term is None:
                message = _("No %(kind)s here has the name “%(name)s”. Choose one from the list.")
                self.add_error("other", message % {"kind": self.unknown.kind.title, "name": typed})
        data["term"] = term
        return data


@login_required
def import_names(request: HttpRequest, key: str) -> HttpResponse:
    """The unknown names of an import, with what each may mean."""
    batch = find_batch(request, key)
    person = the_person(request)
    if request.method == "POST":
        permissions.require(person, Act.SETTLE_NAMES)
    page = Paginator(names.printed_in(batch.facts), PAGE_SIZE).get_page(request.GET.get("page"))
    unknown = names.suggested(list(page), batch.source)
    found = _forms(request.POST if request.method == "POST" else None, unknown, names.scheme_of(batch.source))
    problem = ""
    if request.method == "POST" and all(form.is_valid() for form in found):
        choices = [
            names.Choice(form.unknown.kind, form.unknown.printed, form.cleaned_data["term"])
            for form in found
            if form.cleaned_data["term"]
        ]
        try:
            names.settle_names(batch=batch, choices=choices, by=Actor(person_id=person.pk, origin=Origin.WEB))
        except ValidationError as error:
            problem = " ".join(error.messages)
        else:
            _say(request, len(choices))
            return redirect("import-detail", key=batch.key)
    wrong = bool(problem) or any(form.errors for form in found)
    context = {
        "batch": batch,
        "forms": found,
        "page": page,
        "previous": f"?page={page.previous_page_number()}" if page.has_previous() else "",
        "next": f"?page={page.next_page_number()}" if page.has_next() else "",
        "problem": problem,
        "known": {kind: kind.model._default_manager.all() for kind in {each.kind for each in unknown}},
        "decision": permissions.may(person, Act.SETTLE_NAMES),
        "breadcrumb": [
            (_("Imports"), reverse("import-document")),
            (batch.file_name, reverse("import-detail", args=[batch.key])),
        ],
    }
    return render(request, "imports/names.html", context, status=422 if wrong else 200)


def _forms(sent: Mapping[str, Any] | None, unknown: Sequence[names.Unknown], scheme: str) -> list[NameForm]:
    """A form for each name, called by a digest of it, so that a list which has changed meanwhile mixes up none."""
    resolver = Resolver()
    return [NameForm(sent, unknown=each, resolver=resolver, scheme=scheme, prefix=_prefix(each)) for each in unknown]


def _prefix(unknown: names.Unknown) -> str:
    return f"{unknown.kind.code}-{hashlib.sha256(unknown.printed.encode()).hexdigest()[:12]}"


def _say(request: HttpRequest, number: int) -> None:
    sentence = ngettext(
        "%(n)d name is settled for this import and all to come. The document is read again.",
        "%(n)d names are settled for this import and all to come. The document is read again.",
        number,
    )
    messages.success(
        request, sentence % {"n": number} if number else _("Nothing was chosen; the names stay as printed.")
    )
