from typing import Any

from django.core.management.base import BaseCommand

from upr_tracker.demo import load_people


class Command(BaseCommand):
    help = "Make the demo people, one for each role; only in a local installation."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{load_people()} demo people made.")
