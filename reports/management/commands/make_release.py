from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from history.log import Actor
from reports.releases import RefusedRelease, address, make_release


class Command(BaseCommand):
    help = "Freeze the public record as a release: files with checksums that are never changed again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "name", metavar="NAME", help="the month, such as 2026.11; a second one of a month is 2026.11.1"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            release = make_release(name=options["name"], by=Actor())
        except RefusedRelease as error:
            raise CommandError(str(error)) from error
        for file in release.files.all():
            rows = "" if file.rows is None else f", {file.rows} rows"
            self.stdout.write(f"{file.name}: {file.bytes} bytes{rows}")
        self.stdout.write(
            f"Release {release.name} holds everything up to feed position {release.position}: {address(release.name)}"
        )
