"""The report of the Working Group on one State's review: its part "Conclusions and/or recommendations".

PDF and Word as the UN publishes them, and plain text made of either. All cycles are known: recommendations numbered
"140.1" under a paragraph 140, and the older "1.", "2." within a paragraph, which become 95.1, 95.2.
"""

from django.utils.translation import gettext_lazy as _

from imports.sources.wg_report.reader import NAME, read, recognise

TITLE = _("Report of the Working Group (.pdf, .docx or text)")

__all__ = ["NAME", "TITLE", "read", "recognise"]
