"""People, the organisations they work for, and what they may do there."""

import zoneinfo
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower, Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from knox.models import AbstractAuthToken, AuthTokenManager

from accounts.roles import Role
from states.models import State


class Organisation(models.Model):
    """A body that judges, in its own voice; or a published source that is quoted as one."""

    class Kind(models.TextChoices):
        NGO = "ngo", _("civil society organisation")
        COALITION = "coalition", _("coalition")
        NHRI = "nhri", _("national human rights institution")
        GOVERNMENT = "government", _("government")
        UN_BODY = "un_body", _("United Nations body")
        ACADEMIC = "academic", _("academic institution")
        PUBLISHED_SOURCE = "published_source", _("published source")
        OTHER = "other", _("other")

    slug = models.SlugField(max_length=80, unique=True)
    name = models.CharField(_("name"), max_length=200)
    # What the public sees instead of the name, where naming the organisation would put people at risk.
    collective_name = models.CharField(_("collective name"), max_length=200, blank=True)
    kind = models.CharField(max_length=20, choices=Kind.choices)
    verified = models.BooleanField(default=False)
    asks_review = models.BooleanField(default=False)  # an editor's status waits for a reviewer
    neutral_mail = models.BooleanField(default=False)  # subject lines that name no topic
    monitors = models.ManyToManyField(State, related_name="monitored_by", blank=True)
    is_sample = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.public_name

    @property
    def public_name(self) -> str:
        """The name that everybody may see."""
        return self.collective_name or self.name


class PersonManager(BaseUserManager["Person"]):
    """Makes accounts; people do not make their own."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "Person":
        """A person who can sign in; without a password only a reset link lets them in."""
        person = self.model(email=self.normalize_email(email), **fields)
        person.set_password(password)
        person.save(using=self._db)
        return person

    def get_by_natural_key(self, email: str | None) -> "Person":
        return self.get(email__iexact=email)


class Person(AbstractBaseUser):
    """Somebody who signs in. The public never sees one. Never deleted: who leaves is no longer
    active, and keeps the id that history points to."""

    email = models.EmailField(_("e-mail address"), unique=True)
    name = models.CharField(_("name"), max_length=150)
    language = models.CharField(_("language"), max_length=5, default="en")
    time_zone = models.CharField(_("time zone"), max_length=50, default="UTC")
    neutral_mail = models.BooleanField(_("neutral subject lines"), default=False)
    is_active = models.BooleanField(default=True)
    is_administrator = models.BooleanField(default=False)
    joined_at = models.DateTimeField(db_default=Now())

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]
    objects = PersonManager()

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                name="person_email_unique_whatever_case",
                violation_error_message=_("Somebody already signs in with this e-mail address."),
            )
        ]

    def __str__(self) -> str:
        return self.name or self.email

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        """The person's time zone; UTC when theirs is not known here."""
        try:
            return zoneinfo.ZoneInfo(self.time_zone)
        except (zoneinfo.ZoneInfoNotFoundError, ValueError):
            return zoneinfo.ZoneInfo("UTC")


class Membership(models.Model):
    """A person's role in an organisation."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="memberships")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=10, choices=Role.choices)

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = [
            models.UniqueConstraint(fields=["person", "organisation"], name="membership_once"),
            # It would let a member of one organisation act on the whole site; `Person.is_administrator` says who may.
            models.CheckConstraint(
                condition=~models.Q(role=Role.ADMINISTRATOR),
                name="membership_is_no_administrator",
                violation_error_message=_("An administrator is one of the whole site, not of an organisation."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.role} {self.organisation_id}"


class TokenManager(AuthTokenManager):  # type: ignore[misc]  # ships no types
    """Tokens."""

    def living(self) -> "models.QuerySet[Token]":
        """Those that still open something."""
        found: models.QuerySet[Token] = self.filter(revoked_at__isnull=True, expiry__gt=timezone.now())
        return found


class Token(AbstractAuthToken):  # type: ignore[misc]
    """What a person's program shows to the API. Only its digest is kept; the row stays when it is revoked."""

    class Scope(models.TextChoices):
        READ = "read", _("reads")
        WRITE = "write", _("reads and writes")

    # The log names its targets by number; knox itself would make the digest the key.
    id = models.BigAutoField(primary_key=True)
    digest = models.CharField(max_length=128, unique=True)
    user = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")  # named as knox asks for it
    name = models.CharField(_("name"), max_length=60)
    scope = models.CharField(max_length=5, choices=Scope.choices)
    organisation = models.ForeignKey(Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    expiry = models.DateTimeField()
    last_used_on = models.DateField(null=True, blank=True)  # a day: nobody can tell when a person was at work
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = TokenManager()

    class Meta:
        verbose_name = _("token")
        verbose_name_plural = _("tokens")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(scope="read", organisation__isnull=True)
                | models.Q(scope="write", organisation__isnull=False),
                name="token_writes_for_an_organisation",
                violation_error_message=_("A token that writes does so for an organisation; one that reads for none."),
            ),
            # The same form sent twice makes one token.
            models.UniqueConstraint(
                fields=["user", "name"],
                condition=models.Q(revoked_at__isnull=True),
                name="token_name_once",
                violation_error_message=_("You have a token of this name. Revoke it first, or give another name."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_living(self) -> bool:
        """Whether it still opens something."""
        return self.revoked_at is None and self.expiry > timezone.now()
