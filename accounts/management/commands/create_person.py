from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from accounts.actions import create_person
from accounts.links import password_link
from accounts.management.problems import as_command_error
from accounts.models import Organisation
from accounts.roles import Role
from history.log import Actor


class Command(BaseCommand):
    help = "Open an account and print the link by which the person sets a password. Nobody can sign up alone."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", metavar="EMAIL")
        parser.add_argument("--name", required=True)
        parser.add_argument("--role", required=True, choices=Role.values, help="admin is one of the whole site")
        parser.add_argument("--organisation", metavar="SLUG", help="for every role but admin")
        parser.add_argument("--language", default="en", choices=[code for code, _name in settings.LANGUAGES])
        parser.add_argument("--time-zone", default="UTC")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            person = create_person(
                email=options["email"],
                name=options["name"],
                role=Role(options["role"]),
                organisation=organisation(options["organisation"]),
                language=options["language"],
                time_zone=options["time_zone"],
                by=Actor(),
            )
        except ValidationError as error:
            raise as_command_error(error) from error
        days = settings.PASSWORD_RESET_TIMEOUT // (24 * 60 * 60)
        lead = _("%(name)s has an account. Give them this link to set a password; it works once, for %(days)d days:")
        self.stdout.write(lead % {"name": person.name, "days": days})
        self.stdout.write(password_link(person))


def organisation(slug: str | None) -> Organisation | None:
    """The organisation with this short name, None without one. Raises CommandError that names those there are."""
    if slug is None:
        return None
    found = Organisation.objects.filter(slug=slug).first()
    if found is None:
        known = ", ".join(Organisation.objects.order_by("slug").values_list("slug", flat=True)[:20]) or _("none yet")
        message = _("--organisation: no organisation is called “%(slug)s”. There are: %(known)s.")
        raise CommandError(message % {"slug": slug, "known": known})
    return found
