"""What forms complain of is said in our words, never in Django's own."""

from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest
from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile
from django.forms.models import ModelChoiceField
from django.test import Client
from django.urls import reverse

from accounts.models import Organisation
from tests import factories as make
from web.forms import FORM_SET_WORDS, InOurWords
from web.reviews.lead import LeadForm
from web.work.forms import PreferencesForm


class Example(InOurWords, forms.Form):
    text = forms.CharField(max_length=5000)
    own = forms.CharField(error_messages={"required": "Say why."})
    day = forms.DateField()
    address = forms.URLField(assume_scheme="https")
    mail = forms.EmailField()
    number = forms.IntegerField()
    choice = forms.ChoiceField(choices=[("", "---------"), ("a", "A")])
    several = forms.MultipleChoiceField(choices=[("a", "A")])
    file = forms.FileField()


if TYPE_CHECKING:
    _FormSet = forms.BaseFormSet[Example]
else:
    _FormSet = forms.BaseFormSet


class ExampleSet(_FormSet):
    default_error_messages = FORM_SET_WORDS


def complaints(**values: object) -> dict[str, list[str]]:
    file = values.pop("file", None)
    form = Example(values, {"file": file} if file else {})
    assert not form.is_valid()
    return {name: [str(error) for error in errors] for name, errors in form.errors.items()}


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("text", "x" * 5212, "This has 5,212 characters; 5,000 fit. Shorten it."),
        ("text", "", "Fill this in."),
        ("text", "a\0b", "This holds a character that cannot be kept. Type it anew."),
        ("own", "", "Say why."),
        ("day", "soon", "Write the day as 2025-01-23."),
        ("address", "no where", "Write a whole address, such as https://example.org/page."),
        ("mail", "me", "Write a whole e-mail address, such as name@example.org."),
        ("number", "one", "Write a whole number."),
        ("choice", "z", "This is not in the list any more. Choose one of those listed."),
        ("choice", "", "Choose one of these."),
        ("several", ["z"], "This is not in the list any more. Choose one of those listed."),
        ("several", "z", "Choose from the list."),
        ("file", None, "Choose a file."),
        ("file", SimpleUploadedFile("a.docx", b""), "This file is empty. Choose another."),
    ],
)
def test_complaint_is_in_our_words(name: str, value: object, said: str) -> None:
    assert complaints(**{name: value})[name] == [said]


def test_empty_choice_says_choose() -> None:
    assert next(iter(Example().fields["choice"].choices)) == ("", "Choose")  # type: ignore[attr-defined]
    field = LeadForm().fields["organisation"]
    assert isinstance(field, ModelChoiceField)
    assert field.empty_label == "Choose"


def test_text_that_just_fits_is_taken() -> None:
    assert "text" not in complaints(text="x" * 5000)


def test_set_of_forms_that_lost_a_part_says_so() -> None:
    found = forms.formset_factory(Example, formset=ExampleSet, max_num=2, absolute_max=4, validate_max=True)
    (said,) = map(str, found({}).non_form_errors())
    assert said.startswith("A part of this page was lost on the way.")
    (said,) = map(str, found({"form-TOTAL_FORMS": "3", "form-INITIAL_FORMS": "0"}).non_form_errors())
    assert said == "At most 2 fit here. Take some away."


def test_two_forms_of_one_kind_do_not_share_their_words() -> None:
    first, second = Example(), Example()
    first.fields["text"].error_messages["required"] = "Changed."
    assert second.fields["text"].error_messages["required"] == "Fill this in."


@pytest.mark.django_db
def test_lead_and_preferences_complain_in_our_words(cast: SimpleNamespace, client: Client) -> None:
    client.force_login(cast.administrator)
    page = client.post(
        reverse("review-lead", args=["48", "KAZ"]), {"organisation": "gone", "from_day": "soon"}
    ).content.decode()
    assert "This is not in the list any more." in page
    assert "Write the day as 2025-01-23." in page
    page = client.post(reverse("work-preferences"), {"language": "xx", "time_zone": "Nowhere"}).content.decode()
    assert page.count("This is not in the list any more.") >= 2
    for text in ("Select a valid choice", "Enter a valid", "---------"):
        assert text not in page


@pytest.mark.django_db
def test_choice_of_the_lead_is_open_until_one_is_chosen() -> None:
    make.make_organisation("Watch Group")
    shown = str(LeadForm()["organisation"])
    assert '<option value="" selected>Choose</option>' in shown
    assert Organisation.objects.get().name in shown
    assert "time_zone" in PreferencesForm().fields
