from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from history.log import Actor
from history.models import Origin
from imports.session_file.loading import load_session
from imports.session_file.reading import BadSessionFile, read_session_file


class Command(BaseCommand):
    help = "Load a session file (docs/session-fixture.md): everything is checked first, then written, all or nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
        parser.add_argument("--dry-run", action="store_true", help="say what would happen, and write nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        for path in options["files"]:
            try:
                tally = load_session(
                    read_session_file(path), by=Actor(origin=Origin.IMPORT), dry_run=options["dry_run"]
                )
            except BadSessionFile as error:
                raise CommandError("\n".join([*error.problems, "Nothing was changed."])) from error
            if options["dry_run"]:
                self.stdout.write("Dry run: nothing was written.")
            self.stdout.write(str(tally))
