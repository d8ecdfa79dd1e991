"""Tokens of the API: made once, shown once, revoked for good. Whether somebody may is asked of accounts.permissions."""

import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import events
from accounts.models import Organisation, Person, Token
from history.log import Actor, record

LONGEST_DAYS = 366


@transaction.atomic
def make_token(
    *, person: Person, name: str, days: int, by: Actor, organisation: Organisation | None = None
) -> tuple[Token, str]:
    """A token of the person's, and its text, which is kept nowhere. One with an organisation writes in its name.

    Raises ValidationError, by field, for a name that a living token of the person has, or days out of 1 to 366.
    """
    if not 1 <= days <= LONGEST_DAYS:
        raise ValidationError({"days": _("A token lasts from 1 to %(most)d days.") % {"most": LONGEST_DAYS}})
    Person.objects.select_for_update().get(pk=person.pk)  # two forms at once are looked at one after the other
    revoke_expired(person)
    name = name.strip()
    if Token.objects.filter(user=person, name=name, revoked_at__isnull=True).exists():
        raise ValidationError({"name": _("You have a token of this name. Revoke it first, or give another name.")})
    scope = Token.Scope.WRITE if organisation else Token.Scope.READ
    token, text = Token.objects.create(
        user=person, name=name, scope=scope, organisation=organisation, expiry=datetime.timedelta(days=days)
    )
    new = {
        "scope": str(scope),
        "organisation": organisation.pk if organisation else None,
        "expires": token.expiry.date(),
    }
    record(events.TOKEN_MADE, token, by=by, new=new)
    return token, text


@transaction.atomic
def revoke_token(*, token: Token, by: Actor) -> Token:
    """From now on it opens nothing. Once revoked it stays so."""
    token = Token.objects.select_for_update(of=("self",)).get(pk=token.pk)
    if token.revoked_at is None:
        token.revoked_at = timezone.now()
        token.save(update_fields=["revoked_at"])
        record(events.TOKEN_REVOKED, token, by=by)
    return token


def revoke_expired(person: Person) -> None:
    """Free the names of the person's tokens that have expired; they open nothing in any case."""
    now = timezone.now()
    Token.objects.filter(user=person, revoked_at__isnull=True, expiry__lte=now).update(revoked_at=now)


def note_use(token: Token) -> None:
    """Remember the day (UTC) on which it was last used; one write a day at most."""
    today = timezone.now().astimezone(datetime.UTC).date()
    if token.last_used_on != today:
        Token.objects.filter(pk=token.pk).update(last_used_on=today)
