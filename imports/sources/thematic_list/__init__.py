"""OHCHR's "thematic list of recommendations": a Word document with one table, one recommendation a row.

One list per review, sorted by theme, supported recommendations before noted ones. Two layouts are known, that of the
second and third cycles and that of the fourth; they differ in headings, not in kind.
"""

from django.utils.translation import gettext_lazy as _

from imports.sources.thematic_list.reader import NAME, read, recognise

TITLE = _("OHCHR's thematic list of recommendations (.docx)")

__all__ = ["NAME", "TITLE", "read", "recognise"]
