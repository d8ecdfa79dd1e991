"""The Universal Human Rights Index of OHCHR, as it publishes its whole content: one JSON or one XLSX file.

It holds what every human-rights body said, nearly half of it recommendations of the UPR. Those are read, as mentions
with the number of the official report where the text opens with one; the rest is passed over and counted by body.
"""

from django.utils.translation import gettext_lazy as _

from imports.sources.uhri.reader import NAME, read, recognise

TITLE = _("Export of the Universal Human Rights Index, UHRI (.json, .xlsx)")

__all__ = ["NAME", "TITLE", "read", "recognise"]
