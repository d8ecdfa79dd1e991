from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from history.log import Actor
from reports.releases import RefusedRelease, withdraw_release


class Command(BaseCommand):
    help = "Take a release back for good. Its files are deleted; its name, checksums and the reason stay."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", metavar="NAME", help="such as 2026.11")
        parser.add_argument(
            "--because", required=True, help="a sentence for everybody; it must not repeat what is taken back"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            release = withdraw_release(name=options["name"], because=options["because"], by=Actor())
        except RefusedRelease as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Release {release.name} is withdrawn; its files are gone.")
