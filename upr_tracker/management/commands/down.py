"""`manage.py down`: stops what runs for this folder."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from upr_tracker.localstack import StackError, stop


class Command(BaseCommand):
    """Stops `manage.py up` and the local servers of the data folder, whoever uses them."""

    help = _("Stop the local servers of this folder, and `manage.py up` if it runs.")
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        """Stop, and say what was stopped."""
        try:
            stopped = stop(settings.DATA_DIR)
        except StackError as error:
            raise CommandError(str(error)) from error
        for what in stopped:
            self.stdout.write(_("Stopped %(what)s.") % {"what": what})
        if not stopped:
            self.stdout.write(_("Nothing runs for %(folder)s.") % {"folder": settings.DATA_DIR})
