"""Correcting the facts of a recommendation: the form, why not, and two people at once."""

from dataclasses import dataclass
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts.models import Person
from history.log import Actor
from history.models import Origin
from imports.names import KINDS, suggestions
from imports.resolve import Resolver
from issues.models import Issue, Scheme
from recommendations.actions import Overtaken
from recommendations.correcting import Facts, correct_recommendation, facts_of, lead_of, may_correct
from recommendations.models import Recommendation
from recommendations.models.facts import ActionCategory
from web.errors import gone
from web.forms import InOurWords
from web.recommendations.page import find

LONGEST_TEXT = 20_000


class CorrectionForm(InOurWords, forms.Form):
    """The facts of one record; `names` are the issues by id, of both schemes."""

    text = forms.CharField(
        label=gettext_lazy("Text"),
        help_text=gettext_lazy("As the document prints it, without the number and without the States."),
        widget=forms.Textarea(attrs={"rows": 6}),
        max_length=LONGEST_TEXT,
    )
    states = forms.CharField(
        label=gettext_lazy("Recommended by"),
        help_text=gettext_lazy("One State a line, in the order of the document."),
        widget=forms.Textarea(attrs={"rows": 4}),
        required=False,
    )
    issues = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Issues, as OHCHR's lists and UHRI name them"),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    mentioned_issues = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Issues, as UPR Info names them"),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    action_category = forms.TypedChoiceField(
        label=gettext_lazy("What it asks"),
        choices=[("", gettext_lazy("not stated")), *ActionCategory.choices],
        coerce=int,
        empty_value=None,
        required=False,
    )
    version = forms.IntegerField(widget=forms.HiddenInput)  # of the record as the person saw it

    def __init__(self, *args: Any, held: Facts, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.held = held
        self.names = {issue.pk: issue for issue in Issue.objects.all()}
        for name, scheme in (("issues", Scheme.UHRI), ("mentioned_issues", Scheme.UPR_INFO)):
            field = cast(forms.TypedMultipleChoiceField, self.fields[name])
            field.choices = [(pk, issue.local_name) for pk, issue in self.names.items() if issue.scheme == scheme]

    def clean_states(self) -> list[tuple[int | None, str]]:
        """Each name with its State. A name that stands there already may stay, although nobody knows it."""
        lines = [line.strip() for line in self.cleaned_data["states"].splitlines() if line.strip()]
        there = {printed: state for state, printed in self.held.states}
        resolver = Resolver()
        found = []
        for line in lines:
            state = resolver.state(line)
            found.append((there.get(line) or (state.pk if state else None), line))
        unknown = [line for state, line in found if state is None and line not in there]
        if unknown:
            close = suggestions(KINDS["state"], unknown)
            raise ValidationError([_unknown(*each) for each in zip(unknown, close, strict=True)])
        return found

    def facts(self) -> Facts:
        """What the person says the record should be."""
        return Facts(**{name: self.cleaned_data[name] for name in Facts.__dataclass_fields__})

    def see(self, version: int) -> None:
        """Sending the form again speaks of this version."""
        data = cast(QueryDict, self.data).copy()
        data["version"] = str(version)
        self.data = data


def _unknown(name: str, close: list[Any]) -> str:
    if not close:
        return _("“%(name)s” is no State that is known here. Write its usual name.") % {"name": name}
    meant = ", ".join(str(each) for each in close)
    return _("“%(name)s” is no State that is known here. Did you mean %(meant)s?") % {"name": name, "meant": meant}


@dataclass(frozen=True)
class Side:
    """One field of which the record says something else by now than the person typed."""

    what: str | Promise
    now: str
    typed: str


@require_http_methods(["GET", "POST"])
def correct(request: HttpRequest, public_id: str) -> HttpResponse:
    """The form and the correction; whoever may not is told why."""
    recommendation = find(public_id, request.reader)  # type: ignore[attr-defined]
    if recommendation.removed_at is not None:
        return gone(request)
    person = request.user if isinstance(request.user, Person) else None
    decision = may_correct(person, recommendation)
    if not decision:
        if request.method == "POST":
            raise PermissionDenied(str(decision.reason))
        return _show(request, recommendation, refusal=decision.reason)
    assert person is not None
    held = facts_of(recommendation)
    if request.method == "GET":
        return _show(request, recommendation, CorrectionForm(held=held, initial=_initial(recommendation, held)))
    form = CorrectionForm(request.POST, held=held)
    if form.is_valid():
        try:
            return _correct(request, recommendation, person, form)
        except Overtaken:
            return _conflict(request, recommendation, form)
        except ValidationError as error:
            form.add_error(None, error)
    return _show(request, recommendation, form, status=422)


def _correct(
    request: HttpRequest, recommendation: Recommendation, person: Person, form: CorrectionForm
) -> HttpResponse:
    # An administrator speaks for the site, whoever leads.
    lead = None if person.is_administrator else lead_of(recommendation)
    by = Actor(person_id=person.pk, organisation_id=lead.pk if lead else None, origin=Origin.WEB)
    version = form.cleaned_data["version"]
    if correct_recommendation(recommendation=recommendation, facts=form.facts(), version=version, by=by):
        messages.success(request, _("The record is corrected. No import changes that unless somebody decides so."))
    else:
        messages.info(request, _("The record says so already; nothing was changed."))
    return redirect("recommendation-detail", recommendation.public_id)


def _conflict(request: HttpRequest, recommendation: Recommendation, form: CorrectionForm) -> HttpResponse:
    """Show what the record says by now beside what was typed, which a second press then puts in its place."""
    now = Recommendation.objects.get(pk=recommendation.pk)
    form.see(now.version)
    return _show(request, recommendation, form, sides=_sides(form, facts_of(now)), status=409)


def _sides(form: CorrectionForm, now: Facts) -> list[Side]:
    shown, typed = _words(form, now), _words(form, form.facts())
    return [Side(form[name].label, shown[name], typed[name]) for name in shown if shown[name] != typed[name]]


def _words(form: CorrectionForm, facts: Facts) -> dict[str, str]:
    """Each field as a person reads it."""
    category = facts.action_category
    return {
        "text": facts.text.strip(),
        "states": ", ".join(printed for _state, printed in facts.states),
        "issues": _named(form, facts.issues),
        "mentioned_issues": _named(form, facts.mentioned_issues),
        "action_category": str(ActionCategory(category).label if category else _("not stated")),
    }


def _named(form: CorrectionForm, ids: Any) -> str:
    return "; ".join(sorted(form.names[pk].local_name for pk in ids if pk in form.names))


def _initial(recommendation: Recommendation, held: Facts) -> dict[str, Any]:
    return {
        "text": held.text,
        "states": "\n".join(printed for _state, printed in held.states),
        "issues": held.issues,
        "mentioned_issues": held.mentioned_issues,
        "action_category": held.action_category or "",
        "version": recommendation.version,
    }


def _show(
    request: HttpRequest,
    recommendation: Recommendation,
    form: CorrectionForm | None = None,
    *,
    refusal: str | Promise = "",
    sides: list[Side] | None = None,
    status: int = 200,
) -> HttpResponse:
    address = reverse("recommendation-detail", args=[recommendation.public_id])
    context = {
        "r": recommendation,
        "form": form,
        "refusal": refusal,
        "lead": lead_of(recommendation) if refusal else None,
        "sides": sides,
        "breadcrumb": [(str(recommendation.review), _review(recommendation)), (str(recommendation)[:60], address)],
    }
    return render(request, "recommendations/correct.html", context, status=status)


def _review(recommendation: Recommendation) -> str:
    review = recommendation.review
    return reverse("review-detail", args=[review.session.number, review.state.iso3])
