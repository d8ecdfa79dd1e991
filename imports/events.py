"""What the log tells of imports: one event stands for all rows of a file."""

from django.utils.translation import gettext_lazy as _

from history.registry import register

DOCUMENT_IMPORTED = register(
    "document.imported",
    _("imported a document"),
    public=True,
    keys={"new", "changed", "unchanged", "attached", "grouped", "document"},
    notifies=True,
)
# One for each recommendation that an import wrote to, and one for each that taking it back changed: what "updated
# since" and the record's own history are read from. Feeds tell of the import itself.
RECOMMENDATION_IMPORTED = register(
    "recommendation.imported", _("imported it from a document"), public=True, keys={"document"}
)
RECOMMENDATION_TAKEN_BACK = register(
    "recommendation.taken_back", _("took back what an import wrote to it"), public=True, keys={"document"}
)
# One for each review in which an export of many brought or changed recommendations: what followers are told. Feeds tell
# of the export itself, once.
REVIEW_IMPORTED = register(
    "review.imported",
    _("imported recommendations of this review"),
    public=False,
    keys={"new", "changed", "document"},
    notifies=True,
)
IMPORT_UNDONE = register("import.undone", _("took an import back"), public=True, keys={"undone", "left", "document"})
SESSION_LOADED = register(
    "session.loaded",
    _("loaded a session file"),
    public=True,
    keys={"new", "changed", "unchanged", "sample"},
    whole_review=True,
)
REFERENCE_LOADED = register("reference.loaded", _("loaded a reference file"), public=False, keys={"lines"})
