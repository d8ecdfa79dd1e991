from typing import Any

from django.core.management.base import BaseCommand

from imports.reference import load_reference


class Command(BaseCommand):
    help = "Load the reference files (States, sessions, vocabularies) that are not loaded yet."

    def handle(self, *args: Any, **options: Any) -> None:
        read = load_reference()
        for name, lines in read.items():
            self.stdout.write(f"{name}: {lines} lines")
        if not read:
            self.stdout.write("Reference data is up to date.")
