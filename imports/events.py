"""What the log tells of imports: one event stands for all rows of a file."""

from django.utils.translation import gettext_lazy as _

from history.registry import register

DOCUMENT_IMPORTED = register(
    "document.imported",
    _("imported a document"),
    public=True,
    keys={"new", "changed", "unchanged", "document"},
    notifies=True,
)
IMPORT_UNDONE = register("import.undone", _("took an import back"), public=True, keys={"undone", "left", "document"})
SESSION_LOADED = register(
    "session.loaded",
    _("loaded a session file"),
    public=True,
    keys={"new", "changed", "unchanged", "sample"},
    notifies=False,
)
