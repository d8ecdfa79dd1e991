"""A document goes in by the browser: look first, then import."""

import re
import tempfile
from pathlib import Path
from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import permissions
from accounts.models import Person
from accounts.roles import Act
from history.log import Actor
from history.models import Origin
from imports.documents import Result, import_document, read_document
from imports.reading import UnreadableFile
from imports.safe_files import LIMITS
from reviews.models import Session
from states.models import State


class ImportForm(forms.Form):
    """The file, and the review it belongs to where the file does not say."""

    file = forms.FileField(
        label=gettext_lazy("Document"),
        help_text=gettext_lazy(
            "OHCHR's thematic list of recommendations, as a Word document (.docx) of at most 20 MB."
        ),
        widget=forms.FileInput(attrs={"accept": ".docx"}),
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


@login_required
def import_page(request: HttpRequest) -> HttpResponse:
    """The form; after "Look first" or "Import", what would happen or what happened."""
    person = request.user
    assert isinstance(person, Person)
    permissions.require(person, Act.IMPORT)
    form = ImportForm(request.POST or None, request.FILES or None)
    context: dict[str, Any] = {"form": form}
    if request.method == "POST" and form.is_valid():
        dry_run = request.POST.get("act") != "import"
        try:
            result = _import(person, form.cleaned_data, dry_run=dry_run)
        except UnreadableFile as error:
            form.add_error("file", str(error))
        else:
            context |= _result_context(result, dry_run=dry_run)
    return render(request, "imports/import.html", context, status=422 if form.errors else 200)


def _import(person: Person, data: dict[str, Any], *, dry_run: bool) -> Result:
    """Keep the upload in a folder of its own for as long as it is read, under a harmless form of its own name."""
    iso3 = data["state"].iso3 if data["state"] else None
    session = data["session"].number if data["session"] else None
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / (re.sub(r"[^\w. -]", "_", data["file"].name)[-100:].lstrip(".") or "document")
        with path.open("wb") as target:
            for chunk in data["file"].chunks():
                target.write(chunk)
        _reading, state, _session = read_document(path, iso3=iso3, session=session)
        permissions.require(person, Act.IMPORT, state=state)
        by = Actor(person_id=person.pk, origin=Origin.IMPORT)
        return import_document(path, iso3=iso3, session=session, by=by, dry_run=dry_run)


def _result_context(result: Result, *, dry_run: bool) -> dict[str, Any]:
    found = result.to_json()
    tally = result.tally
    counts = [
        {"label": _("new"), "number": tally.new},
        {"label": _("changed"), "number": tally.changed},
        {"label": _("unchanged"), "number": tally.unchanged},
        {"label": _("rejected"), "number": len(found["rejected"])},
    ]
    return {"result": result, "found": found, "counts": counts, "dry_run": dry_run}
