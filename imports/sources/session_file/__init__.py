"""The product's own session file (docs/session-fixture.md): what no official document holds as a table."""

from django.utils.translation import gettext_lazy as _

from imports.sources.session_file.reader import NAME, read, recognise

TITLE = _("a session file of this product (.yaml, .json)")

__all__ = ["NAME", "TITLE", "read", "recognise"]
