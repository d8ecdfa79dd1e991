from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from accounts.actions import create_organisation
from accounts.management.problems import as_command_error
from accounts.models import Organisation
from history.log import Actor
from states.models import State


class Command(BaseCommand):
    help = "Register an organisation that records statuses in its own voice."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", metavar="SLUG", help="its short name in addresses, such as almaty-watch")
        parser.add_argument("--name", required=True)
        parser.add_argument("--kind", required=True, choices=Organisation.Kind.values)
        parser.add_argument(
            "--monitors", nargs="+", default=[], metavar="ISO3", help="the States whose recommendations it may judge"
        )
        parser.add_argument(
            "--collective-name", default="", help="what the public sees instead, where the name is a risk"
        )
        parser.add_argument("--asks-review", action="store_true", help="an editor's status waits for a reviewer")
        parser.add_argument("--neutral-mail", action="store_true", help="subject lines of its people name no topic")
        parser.add_argument("--unverified", action="store_true", help="it may not record anything yet")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            organisation = create_organisation(
                slug=options["slug"],
                name=options["name"],
                kind=options["kind"],
                monitors=states(options["monitors"]),
                collective_name=options["collective_name"],
                asks_review=options["asks_review"],
                neutral_mail=options["neutral_mail"],
                verified=not options["unverified"],
                by=Actor(),
            )
        except ValidationError as error:
            raise as_command_error(error) from error
        values = {"name": organisation.name, "slug": organisation.slug}
        self.stdout.write(_("%(name)s is registered; its short name is %(slug)s.") % values)


def states(codes: list[str]) -> list[State]:
    """The States with these codes. Raises CommandError that names those not known."""
    wanted = {code.upper() for code in codes}
    found = list(State.objects.filter(iso3__in=wanted))
    missing = sorted(wanted - {state.iso3 for state in found})
    if missing:
        message = _(
            "--monitors: no State has the code %(codes)s. Use ISO 3166 alpha-3 codes, such as KAZ; "
            "`manage.py load_reference` loads the States."
        )
        raise CommandError(message % {"codes": ", ".join(missing)})
    return found
