"""UPR Info's database, as its search page exports it: a table with one row for each State that recommends.

A recommendation made by three States stands in three rows, and none carries the number of the official report: its rows
are mentions, not recommendations.
"""

from django.utils.translation import gettext_lazy as _

from imports.sources.upr_info.reader import NAME, read, recognise

TITLE = _("UPR Info's export of recommendations (.csv, .xls, .xlsx)")

__all__ = ["NAME", "TITLE", "read", "recognise"]
