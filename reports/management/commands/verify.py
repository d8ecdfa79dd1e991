"""`manage.py verify`: is everything as it must be?"""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from recommendations import verifying
from reports import leftovers


class Command(BaseCommand):
    """Recomputes what the lists show, looks at the log and for files; ends with status 1 on any finding."""

    help = _(
        "Recompute what the lists show, check the log and the files of releases, and print what is not as it must be."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Whether to mend."""
        parser.add_argument(
            "--repair", action="store_true", help=_("put right what can be recomputed, then look again")
        )

    def handle(self, *args: Any, repair: bool, **options: Any) -> None:
        """Look, after mending if that is asked for."""
        if repair:
            number = verifying.repair()
            self.stdout.write(ngettext("%(n)d row repaired.", "%(n)d rows repaired.", number) % {"n": number})
        for warning in leftovers.warnings():
            self.stderr.write(warning)
        findings = [*verifying.findings(), *leftovers.findings()]
        for finding in findings:
            self.stdout.write(finding)
        if findings:
            message = ngettext("%(n)d finding.", "%(n)d findings.", len(findings)) % {"n": len(findings)}
            raise CommandError(f"{message} {'' if repair else _('Try --repair.')}".strip())
        self.stdout.write(_("Everything is as it must be."))
