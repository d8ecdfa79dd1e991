"""The commands that let the first people in, because nobody can sign up alone."""

import io
from urllib.parse import urlsplit

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from accounts.models import Membership, Organisation, Person
from accounts.roles import Role
from history.models import Event
from tests import factories as make

pytestmark = pytest.mark.django_db
PASSWORD = "a long walk along the lake"


def run(command: str, *arguments: str) -> str:
    """What the command prints."""
    output = io.StringIO()
    call_command(command, *arguments, stdout=output)
    return output.getvalue()


def test_create_organisation_with_its_states() -> None:
    make.make_state("KAZ", "Kazakhstan")
    make.make_state("SVN", "Slovenia", iso2="SI")
    printed = run(
        "create_organisation", "lake-watch", "--name", "Lake Watch", "--kind", "ngo", "--monitors", "kaz", "SVN"
    )
    assert "lake-watch" in printed
    made = Organisation.objects.get(slug="lake-watch")
    assert made.verified
    assert sorted(made.monitors.values_list("iso3", flat=True)) == ["KAZ", "SVN"]
    event = Event.objects.get(action="organisation.created")
    assert (event.target_id, event.new) == (made.pk, {"kind": "ngo", "verified": True, "monitors": ["KAZ", "SVN"]})


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["Lake Watch", "--name", "Lake Watch", "--kind", "ngo"], "--slug"),
        (["taken", "--name", "Lake Watch", "--kind", "ngo"], "--slug"),
        (["lake", "--name", " ", "--kind", "ngo"], "--name"),
        (["lake", "--name", "Lake", "--kind", "club"], "--kind"),
        (["lake", "--name", "Lake", "--kind", "ngo", "--monitors", "KAZ", "QQQ"], "QQQ"),
        (["lake", "--name", "Lake", "--kind", "ngo", "--time-zone", "Asia/Almaty"], "--time-zone"),  # a person's
    ],
)
def test_create_organisation_refused_says_which_value(arguments: list[str], words: str) -> None:
    make.make_state("KAZ", "Kazakhstan")
    make.make_organisation("Taken", slug="taken")
    with pytest.raises(CommandError, match=words):
        run("create_organisation", *arguments)
    assert Organisation.objects.count() == 1
    assert not Event.objects.exists()


def test_create_person_link_sets_a_password_once(client: Client) -> None:
    make.make_organisation("Lake Watch", slug="lake-watch")
    printed = run(
        "create_person", "rana@example.org", "--name", "Rana", "--role", "reviewer", "--organisation", "lake-watch"
    )
    person = Person.objects.get(email="rana@example.org")
    assert Membership.objects.get(person=person).role == Role.REVIEWER
    assert not person.has_usable_password()

    path = urlsplit(printed.splitlines()[-1]).path
    form = client.get(path, follow=True)
    assert form.status_code == 200
    client.post(form.request["PATH_INFO"], {"password1": PASSWORD, "password2": PASSWORD})
    person.refresh_from_db()
    assert person.check_password(PASSWORD)

    again = Client().get(path, follow=True)
    assert again.context["token_fail"]


def test_create_person_administrator_of_the_whole_site() -> None:
    run("create_person", "ada@example.org", "--name", "Ada", "--role", "admin")
    person = Person.objects.get(email="ada@example.org")
    assert person.is_administrator
    assert not person.memberships.exists()
    event = Event.objects.get(action="person.created")
    assert (event.target_id, event.new) == (person.pk, {"role": "admin", "organisation": None})


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["rana@example.org", "--name", "Rana", "--role", "editor"], "Name the organisation"),
        (["rana@example.org", "--name", "Rana", "--role", "admin", "--organisation", "lake-watch"], "whole site"),
        (["rana@example.org", "--name", "Rana", "--role", "editor", "--organisation", "sea"], "lake-watch"),
        (["rana", "--name", "Rana", "--role", "admin"], "--email"),
        (["Known@Example.org", "--name", "Rana", "--role", "admin"], "already signs in with Known@Example.org"),
        (["rana@example.org", "--name", "Rana", "--role", "chief"], "--role"),
        (["rana@example.org", "--name", "Rana", "--role", "admin", "--time-zone", "Nowhere"], "Nowhere"),
    ],
)
def test_create_person_refused_says_which_value(arguments: list[str], words: str) -> None:
    make.make_organisation("Lake Watch", slug="lake-watch")
    make.make_person(email="known@example.org")
    with pytest.raises(CommandError, match=words):
        run("create_person", *arguments)
    assert Person.objects.count() == 1
    assert not Event.objects.exists()
