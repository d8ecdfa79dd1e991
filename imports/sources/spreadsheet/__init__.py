"""A table of an organisation's own: whatever it kept its statuses in before it came here, or a sheet it filled in.

Only cells are read here. What the columns mean is for `imports.sheets`, which knows what a person said of them.
"""

from django.utils.translation import gettext_lazy as _

from imports.sources.spreadsheet.reader import NAME, read, recognise

TITLE = _("a spreadsheet of statuses (.csv, .xlsx, .ods)")

__all__ = ["NAME", "TITLE", "read", "recognise"]
