from typing import Any

from django.core.management.base import BaseCommand

from reports.dictionary import markdown


class Command(BaseCommand):
    help = "Write the data dictionary to standard output; docs/data-dictionary.md is made so."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(markdown(), ending="")
