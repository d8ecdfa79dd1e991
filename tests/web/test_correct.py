"""Correcting a record in the browser: the form, its mistakes, who may, and two people at once."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from accounts.roles import Role
from history.models import Event
from recommendations.models import Recommendation
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def told(cast: SimpleNamespace, client: Client) -> SimpleNamespace:
    """A record made by France about torture, and a manager of the lead organisation at work."""
    make.make_state("PER", "Peru")
    cast.issue = make.make_issue("Torture", "uhri_theme")
    cast.other = make.make_issue("Health")
    france = make.make_state("FRA", "France")
    cast.r = make.make_recommendation(cast.review, "140.8", states=[france], issues=[cast.issue])
    cast.url = f"/recommendations/{cast.r.public_id}/correct/"
    cast.manager = make.make_person("Marta Manager", organisation=cast.group, role=Role.MANAGER)
    client.force_login(cast.manager)
    return cast


def form(told: SimpleNamespace, **values: Any) -> dict[str, Any]:
    """What the form sends when nothing is touched."""
    sent = {"text": told.r.text, "states": "France", "issues": [told.issue.pk], "action_category": "", "version": 1}
    return sent | values


def test_correction_is_saved_and_told_without_a_person(told: SimpleNamespace, client: Client) -> None:
    sent = form(told, text="Adopt it", states="Peru\nFrance\n", mentioned_issues=[told.other.pk], action_category="4")
    html = client.post(told.url, sent, follow=True).content.decode()
    assert "The record is corrected." in html
    told.r.refresh_from_db()
    assert (told.r.text, told.r.action_category) == ("Adopt it", 4)
    assert [each.printed for each in told.r.recommenders.all()] == ["Peru", "France"]
    assert Event.objects.get(action="recommendation.corrected").organisation_id == told.group.pk
    public = Client().get(f"/recommendations/{told.r.public_id}/").content.decode()
    assert public.count("by Watch Group") >= 4
    assert "corrected on" in public
    assert "Marta" not in public


def test_administrator_corrects_in_nobodys_name(told: SimpleNamespace, client: Client) -> None:
    client.force_login(told.administrator)
    client.post(told.url, form(told, text="Adopt it"))
    html = Client().get(f"/recommendations/{told.r.public_id}/").content.decode()
    assert "by an administrator of this site" in html
    assert "Ada" not in html


def test_form_that_changes_nothing_says_so(told: SimpleNamespace, client: Client) -> None:
    shown = client.get(told.url).context["form"]
    sent = {name: shown[name].value() for name in shown.fields}
    assert "The record says so already" in client.post(told.url, sent, follow=True).content.decode()
    assert not Event.objects.filter(action="recommendation.corrected").exists()


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"text": "  "}, "Fill this in."),
        ({"states": "Frence"}, "“Frence” is no State that is known here. Did you mean France?"),
        ({"states": "Xyzzyx"}, "“Xyzzyx” is no State that is known here. Write its usual name."),
        ({"states": "France\nFrance"}, "“France” is named twice"),
        ({"issues": ["999999"]}, "Choose one of those listed."),
        ({"action_category": "9"}, "Choose one of those listed."),
    ],
)
def test_mistake_is_told_beside_its_field_and_what_was_typed_stays(
    told: SimpleNamespace, client: Client, values: dict[str, Any], sentence: str
) -> None:
    answer = client.post(told.url, form(told, **{"text": "My own words"} | values))
    html = answer.content.decode()
    assert (answer.status_code, next(iter(values)) in answer.context["form"].errors) == (422, True)
    assert sentence in html
    if "text" not in values:
        assert "My own words" in html
    told.r.refresh_from_db()
    assert told.r.version == 1


def test_name_that_nobody_knows_may_stay_where_it_is(told: SimpleNamespace, client: Client) -> None:
    told.r.recommenders.create(state=None, order=2, printed="Ruritania")
    client.post(told.url, form(told, text="Adopt it", states="France\nRuritania"))
    told.r.refresh_from_db()
    assert told.r.edited == ["text"]


def test_record_changed_meanwhile_shows_both_sides_and_a_second_press_saves(
    told: SimpleNamespace, client: Client
) -> None:
    client.post(told.url, form(told, text="Of a colleague"))
    answer = client.post(told.url, form(told, text="My own words"))
    html = answer.content.decode()
    assert answer.status_code == 409
    assert "Of a colleague" in html
    assert html.count("My own words") == 2  # beside the other, and in its field
    assert [side.what for side in answer.context["sides"]] == ["Text"]
    again = {name: answer.context["form"][name].value() for name in form(told)}
    client.post(told.url, again | {"action_category": ""})
    assert Recommendation.objects.get(pk=told.r.pk).text == "My own words"


@pytest.mark.parametrize("who", [None, "owner", "outsider"])
def test_who_may_not_is_told_why_and_cannot(told: SimpleNamespace, who: str | None) -> None:
    client = Client()
    if who:
        client.force_login(getattr(told, who))
    shown = client.get(told.url)
    assert shown.status_code == 200
    assert shown.context["form"] is None
    assert "managers of Watch Group, which leads this review" in shown.content.decode()
    assert client.post(told.url, form(told, text="Mine")).status_code == 403
    told.r.refresh_from_db()
    assert told.r.version == 1


def test_page_leads_to_the_form(told: SimpleNamespace, client: Client) -> None:
    assert told.url in client.get(f"/recommendations/{told.r.public_id}/").content.decode()
    assert client.get("/recommendations/nothing2/correct/").status_code == 404


# Session and person (2), the organisations for the reader (1), the record with its States and issues (5), the lead and
# the membership in it (2), issues of both schemes (1), the data version of the shell (1).
BUDGET = 12


@pytest.mark.parametrize("number", [1, 30])
def test_form_takes_a_fixed_number_of_queries(
    told: SimpleNamespace, client: Client, django_assert_num_queries: DjangoAssertNumQueries, number: int
) -> None:
    for n in range(number):
        make.make_issue(f"Theme {n}", "uhri_theme")
        told.r.recommenders.create(state=told.state, order=n + 2, printed="Kazakhstan")
    with django_assert_num_queries(BUDGET):
        client.get(told.url)
