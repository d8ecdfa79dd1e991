"""The form of a status: the judgement, and what it rests on."""

import datetime
from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.db.models import Q
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from recommendations.actions import AssessmentContent, BasisContent, DraftContent
from recommendations.models import Assessment, Basis, Draft, Progress, Recommendation, Status
from recommendations.models.assessments import BELONGS, LONGEST_DESCRIPTION, LONGEST_REASON, MOST_BASES
from reviews.models import Document
from web.forms import FORM_SET_WORDS, InOurWords

YES_NO = (("", gettext_lazy("not said")), ("yes", gettext_lazy("yes")), ("no", gettext_lazy("no")))
TRUTH = {"": None, "yes": True, "no": False}
WORD = {None: "", True: "yes", False: "no"}


class AssessmentForm(InOurWords, forms.Form):
    """A judgement. To publish, status, day and reason are needed; a draft may lack anything."""

    status = forms.ChoiceField(
        label=gettext_lazy("Status"),
        choices=[("", gettext_lazy("Choose")), *Status.choices],
        required=False,
        error_messages={"invalid_choice": gettext_lazy("Choose one of the statuses listed.")},
    )
    progress = forms.ChoiceField(
        label=gettext_lazy("How far, when In Progress"),
        choices=[("", gettext_lazy("not said")), *Progress.choices],
        required=False,
    )
    holds_from = forms.DateField(
        label=gettext_lazy("Since when"),
        help_text=gettext_lazy("The day from which this is so; today or earlier."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        required=False,
        error_messages={"invalid": gettext_lazy("Write the day as 2025-01-23.")},
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        help_text=gettext_lazy("Public. Name no person who could be harmed."),
        widget=forms.Textarea(attrs={"rows": 5}),
        max_length=LONGEST_REASON,
        required=False,
    )
    in_law = forms.ChoiceField(label=gettext_lazy("Achieved in law"), choices=YES_NO, required=False)
    in_practice = forms.ChoiceField(label=gettext_lazy("Achieved in practice"), choices=YES_NO, required=False)
    private_note = forms.CharField(
        label=gettext_lazy("Private note"),
        help_text=gettext_lazy("Only your organisation sees it, and only while this is a draft."),
        widget=forms.Textarea(attrs={"rows": 2}),
        max_length=5000,
        required=False,
    )
    voice = forms.CharField(widget=forms.HiddenInput)
    # What the person saw: the voice's latest assessment and the draft's version. Checked against what is there.
    based_on = forms.IntegerField(widget=forms.HiddenInput, required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def require_complete(self) -> None:
        """Add an error to each field that publishing needs and that is empty."""
        for name, sentence in (
            ("status", _("Choose a status.")),
            ("holds_from", _("Give the day from which this is so.")),
            ("reason", _("Give the reason: what happened, or what did not.")),
        ):
            if name not in self.errors and not self.cleaned_data.get(name):
                self.add_error(name, sentence)

    def content(self, bases: list[BasisContent]) -> AssessmentContent:
        """The judgement, complete."""
        data = self.cleaned_data
        return AssessmentContent(bases=bases, holds_from=data["holds_from"], **self._common())

    def draft_content(self, bases: list[dict[str, object]]) -> DraftContent:
        """The judgement as far as it has come."""
        data = self.cleaned_data
        return DraftContent(
            bases=bases, holds_from=data["holds_from"], private_note=data["private_note"], **self._common()
        )

    def _common(self) -> dict[str, Any]:
        data = self.cleaned_data
        return {
            "status": data["status"],
            "progress": data["progress"],
            "reason": data["reason"],
            "in_law": TRUTH[data["in_law"]],
            "in_practice": TRUTH[data["in_practice"]],
        }

    def put(self, **values: object) -> None:
        """Set hidden values of a form that was sent, so that sending it again speaks of what is there now."""
        data = cast(QueryDict, self.data).copy()
        for name, value in values.items():
            data[name] = "" if value is None else str(value)
        self.data = data


if TYPE_CHECKING:
    _FormSet = forms.BaseFormSet["BasisForm"]
else:
    _FormSet = forms.BaseFormSet


class BasisForm(InOurWords, forms.Form):
    """One basis. Only the fields of its kind count; the others are hidden where there is script."""

    kind = forms.ChoiceField(
        label=gettext_lazy("It rests on"),
        choices=[("", gettext_lazy("Choose")), *[(kind.value, kind.label) for kind in Basis.Kind]],
        required=False,
    )
    document = forms.ModelChoiceField(
        label=gettext_lazy("Document"), queryset=Document.objects.none(), required=False, to_field_name="key"
    )
    passage = forms.CharField(
        label=gettext_lazy("Where in the document"),
        help_text=gettext_lazy("A paragraph or page."),
        max_length=300,
        required=False,
    )
    url = forms.URLField(
        label=gettext_lazy("Address"),
        max_length=500,
        required=False,
        assume_scheme="https",
        error_messages={"invalid": gettext_lazy("Write a whole address, such as https://example.org/page.")},
    )
    description = forms.CharField(
        label=gettext_lazy("Description"),
        help_text=gettext_lazy("What the link is, what was monitored, or where was searched."),
        max_length=LONGEST_DESCRIPTION,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    code = forms.CharField(
        label=gettext_lazy("Your code for the source"),
        help_text=gettext_lazy(
            "Never a name. The source itself stays with you; the public sees only that there is one."
        ),
        max_length=40,
        required=False,
    )

    NEEDS = {
        "passage": gettext_lazy("Choose the document."),
        "link": gettext_lazy("Give the address of the link."),
        "monitoring": gettext_lazy("Describe what was monitored."),
        "nothing_found": gettext_lazy("Say where was searched."),
        "confidential": gettext_lazy("Give your own code for the source."),
    }

    def require_complete(self) -> None:
        """Add an error where what this kind of basis needs is empty, or where a kind was not chosen."""
        data = self.cleaned_data
        if not data.get("kind"):
            if any(data.get(name) for name in ("document", "passage", "url", "description", "code")):
                self.add_error("kind", _("Choose what kind of basis this is."))
            return
        name = BELONGS[data["kind"]][0]
        if name not in self.errors and not data.get(name):
            self.add_error(name, self.NEEDS[data["kind"]])

    def content(self) -> BasisContent | None:
        """The basis, with what belongs to its kind only; None for an empty one."""
        data = self.cleaned_data
        kind = data.get("kind")
        return BasisContent(kind, **{name: data[name] for name in BELONGS[kind]}) if kind else None

    def draft(self) -> dict[str, object]:
        """The basis as a draft keeps it."""
        data = self.cleaned_data
        document = data.get("document")
        kept = {name: data.get(name) or "" for name in ("kind", "passage", "url", "description", "code")}
        return {**kept, "document": document.key if document else ""}


class BaseBasisFormSet(_FormSet):
    """The bases of one assessment."""

    default_error_messages = FORM_SET_WORDS

    def __init__(self, *args: Any, recommendation: Recommendation, **kwargs: Any) -> None:
        review = Q(review=recommendation.review_id)
        self.documents = Document.objects.filter(review, awaited=False, is_sample=recommendation.is_sample)
        super().__init__(*args, **kwargs)

    def add_fields(self, form: BasisForm, index: int | None) -> None:
        super().add_fields(form, index)
        form.fields["document"].queryset = self.documents  # type: ignore[attr-defined]

    def require_complete(self) -> None:
        """Add errors to each basis that lacks something."""
        for form in self.forms:
            if form.is_valid():
                form.require_complete()

    def contents(self) -> list[BasisContent]:
        """The bases that are filled in."""
        return [content for form in self.forms if (content := form.content()) is not None]

    def drafts(self) -> list[dict[str, object]]:
        """The bases as a draft keeps them, empty ones left out."""
        return [kept for form in self.forms if any((kept := form.draft()).values())]


BasisFormSet: Any = forms.formset_factory(
    BasisForm, formset=BaseBasisFormSet, extra=0, min_num=1, max_num=MOST_BASES, absolute_max=MOST_BASES
)


class CheckForm(InOurWords, forms.Form):
    """Looked again, no change: a day and a line."""

    voice = forms.CharField(widget=forms.HiddenInput)
    day = forms.DateField(required=False, error_messages={"invalid": gettext_lazy("Write the day as 2025-01-23.")})
    line = forms.CharField(label=gettext_lazy("A line, if you wish"), max_length=300, required=False)


def initial_of(draft: Draft | None, latest: Assessment | None, voice_slug: str) -> dict[str, Any]:
    """What a new form starts with: the draft, else today. Never the old reason: it would be repeated."""
    start: dict[str, Any] = {
        "voice": voice_slug,
        # A draft stays based on what its writer saw: what was published since is shown as a conflict, not passed over.
        "based_on": draft.based_on_id if draft else latest.pk if latest else None,
        "version": draft.version if draft else None,
        "holds_from": timezone.localdate(),
    }
    if draft is None:
        return start
    kept: dict[str, datetime.date | str | None] = {
        name: getattr(draft, name) for name in ("status", "progress", "holds_from", "reason", "private_note")
    }
    return start | kept | {"in_law": WORD[draft.in_law], "in_practice": WORD[draft.in_practice]}
