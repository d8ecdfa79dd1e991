"""People and organisations: what the database itself refuses, and what is encrypted."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection

from accounts.adapters import MFAAdapter
from accounts.models import Membership, Person
from accounts.roles import Role
from tests import factories as make


def test_address_is_one_whatever_its_case(db: None) -> None:
    make.make_person(email="olga@example.org")
    with pytest.raises(IntegrityError, match="person_email_unique_whatever_case"):
        make.make_person(email="Olga@Example.org")


def test_second_address_is_refused_in_words(db: None) -> None:
    make.make_person(email="olga@example.org")
    with pytest.raises(ValidationError, match="Somebody already signs in with this e-mail address"):
        Person(email="OLGA@example.org", name="Olga", password="x").full_clean()


def test_person_is_a_member_once(db: None) -> None:
    group = make.make_organisation()
    person = make.make_person(organisation=group)
    with pytest.raises(IntegrityError, match="membership_once"):
        Membership.objects.create(person=person, organisation=group, role=Role.VIEWER)


def test_person_with_a_history_is_not_deleted(db: None) -> None:
    person = make.make_person(organisation=make.make_organisation())
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    with pytest.raises(IntegrityError), connection.cursor() as cursor:
        cursor.execute("DELETE FROM accounts_person WHERE id = %s", [person.pk])


def test_person_signs_in_with_an_address_in_any_case(db: None) -> None:
    person = make.make_person(email="olga@example.org")
    assert Person.objects.get_by_natural_key("OLGA@example.org") == person
    person.set_password("another password")
    assert person.check_password("another password")
    assert person.password.startswith("argon2")


def test_person_without_a_password_cannot_sign_in(db: None) -> None:
    assert not Person.objects.create_user("new@example.org", name="New").has_usable_password()


def test_secret_of_a_second_factor_is_not_readable_in_the_database() -> None:
    adapter = MFAAdapter()
    kept = adapter.encrypt("JBSWY3DPEHPK3PXP")
    assert "JBSWY3DPEHPK3PXP" not in kept
    assert adapter.decrypt(kept) == "JBSWY3DPEHPK3PXP"
