"""The addendum to a Working Group report: what the State answers to each recommendation, and why.

PDF and Word as the UN publishes them, plain text, and prose that somebody has pasted into a text file. Only English is
read. Recommendations are known by their numbers alone ("140.7"); their texts are in the report.
"""

from django.utils.translation import gettext_lazy as _

from imports.sources.addendum.reader import NAME, read, recognise

TITLE = _("Addendum with the State's positions (.pdf, .docx or text)")

__all__ = ["NAME", "TITLE", "read", "recognise"]
