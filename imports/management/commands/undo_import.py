from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from history.log import Actor
from history.models import Origin
from imports.batches import undo_batch
from imports.models import Batch, Row


class Command(BaseCommand):
    help = "Take an import back, row by row where nothing has happened since; the other rows are named."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("batch", metavar="BATCH", help="the key that import_document printed")

    def handle(self, *args: Any, **options: Any) -> None:
        batch = Batch.objects.filter(key=options["batch"]).first()
        if batch is None:
            raise CommandError(f"There is no import “{options['batch']}”.")
        if batch.status != Batch.Status.COMMITTED:
            raise CommandError(f"Import {batch.key} is not committed ({batch.get_status_display()}); nothing to undo.")
        batch = undo_batch(batch=batch, by=Actor(origin=Origin.IMPORT))
        if batch.problem:
            raise CommandError(batch.problem)
        for row in batch.rows.filter(state=Row.State.WRITTEN):
            self.stdout.write(f"Left: {row.label}: {row.message}")
        self.stdout.write(f"{batch.facts['undone']} undone, {batch.facts['left']} left")
