"""The small pieces: what each draws for what it is given."""

import datetime
from collections import Counter
from typing import Any

import pytest
from django import forms
from django.template import Context, Template
from django.utils import translation

from recommendations.models import Claim, Response, Status
from web import statuses
from web.tally import Tally, together

pytestmark = pytest.mark.usefixtures("strict_templates")
DAY = datetime.date(2025, 1, 23)


def drawn(source: str, **context: Any) -> str:
    """What a template makes of this context."""
    return Template(source).render(Context(context)).strip()


@pytest.mark.parametrize("code", [*Status.values, "", None])
def test_status_has_shape_word_and_colour(code: str | None) -> None:
    text = drawn("{% status code %}", code=code)
    shown = statuses.status_of(code)
    assert str(shown.label) in text
    assert shown.shape in text
    assert f"tone-{shown.tone}" in text
    assert 'aria-hidden="true"' in text  # the word is what is read out


def test_every_status_has_a_shape_of_its_own() -> None:
    shapes = [shown.shape for shown in statuses.all_statuses()]
    assert len(set(shapes)) == len(shapes) == len(Status.values) + 1
    assert {shown.code for shown in statuses.all_statuses()} == {*Status.values, statuses.NOT_ASSESSED}
    assert set(statuses.ORDER) == set(statuses.SHAPES)


def test_status_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ValueError, match="no status 'done'"):
        drawn("{% status 'done' %}")


@pytest.mark.parametrize("code", Response.values)
def test_response_is_a_quiet_label(code: str) -> None:
    text = drawn("{% response code %}", code=code)
    assert 'class="label"' in text
    assert "tone-" not in text
    assert ("No response recorded" in text) == (code == "unknown")


@pytest.mark.parametrize("code", Claim.values)
def test_claim_is_quoted_as_the_states(code: str) -> None:
    assert f"The State says: <q>{Claim(code).label}</q>" in drawn("{% claim code %}", code=code)


def test_marks_draw_nothing_where_there_is_nothing_to_mark() -> None:
    assert drawn("{% claim '' %}{% sample_mark False %}{% unconfirmed 'sourced' %}{{ none|day }}", none=None) == ""
    assert "Sample" in drawn("{% sample_mark True %}")
    assert "unconfirmed" in drawn("{% unconfirmed 'unconfirmed' %}")


def test_redacted_hole_keeps_day_and_organisation() -> None:
    text = drawn("{% redacted day 'Watch Group' %}", day=datetime.datetime(2025, 1, 23, 14, 5, tzinfo=datetime.UTC))
    assert "23 January 2025" in text
    assert "Watch Group" in text
    assert "14" not in text


def test_day_is_written_in_the_readers_language_without_an_hour() -> None:
    assert drawn("{{ day|day }}", day=DAY) == '<time datetime="2025-01-23">23 January 2025</time>'
    with translation.override("ru"):
        assert "23 января 2025" in drawn("{{ day|day }}", day=DAY)


def test_since_says_when_whose_and_that_the_day_is_inferred() -> None:
    text = drawn("{% since day 'Watch Group' inferred=True %}", day=DAY)
    assert "since" in text
    assert "Watch Group" in text
    assert "day inferred" in text


def test_thousands_are_kept_apart() -> None:
    assert drawn("{{ 127625|thousands }} {{ 7|thousands }}") == "127,625 7"


class Form(forms.Form):
    """A field with a hint, a group of choices, a box."""

    reason = forms.CharField(help_text="Say why.")
    kind = forms.ChoiceField(choices=[("a", "A"), ("b", "B")], widget=forms.RadioSelect)
    agreed = forms.BooleanField(required=False)


def test_field_ties_label_hint_and_error_to_the_input() -> None:
    text = drawn("{% field form.reason %}", form=Form({"reason": ""}))
    assert '<label class="field__label" for="id_reason">' in text
    assert 'id="id_reason_helptext"' in text
    assert 'id="id_reason_error"' in text
    assert 'aria-describedby="id_reason_helptext id_reason_error"' in text
    assert 'aria-invalid="true"' in text


def test_group_of_choices_is_a_fieldset_with_a_legend() -> None:
    text = drawn("{% field form.kind %}", form=Form())
    assert "<fieldset" in text
    assert "<legend" in text
    assert text.count('type="radio"') == 2


def test_error_summary_links_to_the_fields_and_is_absent_without_errors() -> None:
    text = drawn("{% error_summary form %}", form=Form({"reason": ""}))
    assert 'href="#id_reason"' in text
    assert 'href="#id_kind"' in text
    assert drawn("{% error_summary form %}", form=Form()) == ""
    assert drawn("{% error_summary form %}", form=Form({"reason": "x", "kind": "a"})) == ""


def test_error_summary_reads_formsets_too() -> None:
    formset = forms.formset_factory(Form, min_num=1, validate_min=True)(
        {"form-TOTAL_FORMS": "1", "form-INITIAL_FORMS": "0", "form-0-kind": "a"}
    )
    assert 'href="#id_form-0-reason"' in drawn("{% error_summary formset %}", formset=formset)


def test_bar_adds_up_and_stands_with_its_table() -> None:
    text = drawn("{% status_bar counts url='/list/?' %}", counts={"fully_implemented": 1, "": 2, None: 1})
    assert 'aria-label="Recommendations by status: Fully Implemented 1, Not Assessed 3"' in text
    assert 'href="/list/?status=not_assessed"' in text
    assert "<table" in text
    assert "75 %" in text
    assert "style=" not in text
    parts = statuses.composition({"in_progress": 2, "regression": 1})
    assert parts[-1].start + parts[-1].width <= 100
    assert drawn("{% status_bar counts %}", counts={}) == ""


def test_numbers_in_drawings_are_not_translated() -> None:
    with translation.override("ru"):
        text = drawn("{% status_bar counts %}", counts={"in_progress": 1, "regression": 2})
    assert 'x="33.333%"' in text


def test_tally_keeps_samples_apart() -> None:
    tally = together([Tally(Counter({"in_progress": 2})), Tally(Counter({"": 1}), Counter({"regression": 117}))])
    assert (tally.number, tally.samples) == (3, 117)
    template = '{% include "components/tally.html" %}'
    assert drawn(template, tally=tally) == "3 recommendations · 117 sample recommendations"
    assert drawn(template, tally=Tally()) == "0 recommendations"


def test_confidential_source_shows_that_there_is_one_never_its_code() -> None:
    basis = {"kind": "confidential", "redacted": False, "code": "X-17", "description": "", "url": ""}
    text = drawn('{% include "components/bases.html" %}', bases=[basis])
    assert "Confidential source" in text
    assert "X-17" not in text
