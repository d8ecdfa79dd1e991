"""Letting people and organisations in. Nobody makes an account of their own."""

import zoneinfo
from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts import events
from accounts.models import Membership, Organisation, Person
from accounts.roles import Role
from history.log import Actor, record
from states.models import State


@transaction.atomic
def create_organisation(
    *,
    slug: str,
    name: str,
    kind: str,
    by: Actor,
    collective_name: str = "",
    monitors: Sequence[State] = (),
    verified: bool = True,
    asks_review: bool = False,
    neutral_mail: bool = False,
) -> Organisation:
    """Register an organisation that judges the recommendations of the States it monitors.

    Raises ValidationError, by field, for a slug that is taken and for what else a person can mend.
    """
    organisation = Organisation(
        slug=slug,
        name=name.strip(),
        kind=kind,
        collective_name=collective_name.strip(),
        verified=verified,
        asks_review=asks_review,
        neutral_mail=neutral_mail,
    )
    organisation.full_clean()
    organisation.save(force_insert=True)
    organisation.monitors.set(monitors)
    codes = sorted(state.iso3 for state in monitors)
    record(
        events.ORGANISATION_CREATED, organisation, by=by, new={"kind": kind, "verified": verified, "monitors": codes}
    )
    return organisation


@transaction.atomic
def create_person(
    *,
    email: str,
    name: str,
    role: Role,
    by: Actor,
    organisation: Organisation | None = None,
    language: str = "en",
    time_zone: str = "UTC",
) -> Person:
    """Open an account without a password: a link to set one lets the person in (accounts.links.password_link).

    An administrator is one of the whole site and belongs to no organisation by it; every other role is one in an
    organisation. Raises ValidationError, by field.
    """
    _check_zone(time_zone)
    _check_role(role, organisation)
    if Person.objects.filter(email__iexact=email).exists():
        raise ValidationError({"email": _("Somebody already signs in with %(email)s.") % {"email": email}})
    person = Person(
        email=Person.objects.normalize_email(email),
        name=name.strip(),
        language=language,
        time_zone=time_zone,
        is_administrator=role == Role.ADMINISTRATOR,
    )
    person.set_unusable_password()
    person.full_clean()
    person.save(force_insert=True)
    if organisation is not None:
        Membership.objects.create(person=person, organisation=organisation, role=role)
    new = {"role": str(role), "organisation": organisation.pk if organisation else None}
    record(events.PERSON_CREATED, person, by=by, new=new)
    return person


def _check_role(role: Role, organisation: Organisation | None) -> None:
    if role == Role.ADMINISTRATOR and organisation is not None:
        raise ValidationError({"organisation": _("An administrator is one of the whole site; name no organisation.")})
    if role != Role.ADMINISTRATOR and organisation is None:
        message = _("Name the organisation in which the person is %(role)s.")
        raise ValidationError({"organisation": message % {"role": role.label}})


def _check_zone(name: str) -> None:
    if name not in zoneinfo.available_timezones():
        message = _("“%(name)s” is no time zone. Write it like Asia/Almaty or UTC.")
        raise ValidationError({"time_zone": message % {"name": name}})
