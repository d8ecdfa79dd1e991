"""Which review a file belongs to, where it does not say so itself."""

import pytest

from imports.reading import Reading, UnreadableFile
from imports.reference import load_reference
from imports.settling import settle
from tests import factories as make

pytestmark = pytest.mark.django_db


def addendum() -> Reading:
    return Reading(source="addendum", state_name="Kazakhstan", symbol="A/HRC/59/10/Add.1")


def test_addendum_belongs_to_the_session_of_the_report_it_answers() -> None:
    review = make.make_review(report_symbol="A/HRC/59/10")
    assert settle("addendum.pdf", addendum(), "", None) == (review.state, review.session)


def test_addendum_belongs_to_the_session_of_an_imported_report() -> None:
    review = make.make_review()
    make.make_document(review, kind="wg_report", symbol="A/HRC/59/10")
    assert settle("addendum.pdf", addendum(), "", None) == (review.state, review.session)


def test_addendum_of_a_report_nobody_knows_asks_for_the_session() -> None:
    make.make_state()
    with pytest.raises(UnreadableFile, match="does not say which session"):
        settle("addendum.pdf", addendum(), "", None)


@pytest.mark.parametrize(("name", "given"), [("Kazahkstan", ""), (None, "KAS"), (None, "Kazakhstan")])
def test_state_that_nobody_knows_is_named_with_what_it_may_mean(name: str | None, given: str) -> None:
    load_reference()
    with pytest.raises(UnreadableFile, match=r"(is not known here|nobody here knows it)") as refused:
        settle("list.docx", Reading(source="thematic_list", state_name=name, session=48), given, None)
    assert f"“{name or given}”" in str(refused.value)
    if given != "KAS":
        assert "Did you mean" in str(refused.value)
        assert "Kazakhstan" in str(refused.value)


def test_state_that_is_not_stated_is_asked_for() -> None:
    with pytest.raises(UnreadableFile, match="does not say which State"):
        settle("list.docx", Reading(source="thematic_list", session=48), "", None)
