"""Correcting a record in a real browser, with script and without."""

from collections.abc import Callable
from types import SimpleNamespace

import pytest

from recommendations.models import Recommendation
from tests import factories as make
from tests.browser.conftest import Visitor


@pytest.mark.parametrize("javascript", [True, False])
def test_record_is_corrected(visitor: Callable[..., Visitor], cast: SimpleNamespace, javascript: bool) -> None:
    make.make_issue("Torture", "uhri_theme")
    make.make_state("FRA", "France")
    window = visitor(javascript=javascript).sign_in(cast.administrator)
    page = window.goto(f"/recommendations/{cast.recommendation.public_id}/")
    page.get_by_role("link", name="Correct this record").click()
    page.get_by_label("Text").fill("Adopt the measure")
    page.get_by_label("Recommended by").fill("Frence")
    page.get_by_label("Torture").check()
    page.get_by_role("button", name="Save the correction").click()
    assert page.get_by_text("Did you mean France?").first.is_visible()
    if javascript:
        window.check_accessibility()
    page.get_by_label("Recommended by").fill("France")
    page.get_by_role("button", name="Save the correction").click()
    assert page.get_by_text("The record is corrected.").is_visible()
    assert page.get_by_text("by an administrator of this site").first.is_visible()
    if javascript:
        window.check_accessibility()
    held = Recommendation.objects.get(pk=cast.recommendation.pk)
    assert (held.text, held.edited) == ("Adopt the measure", ["issues", "states", "text"])
