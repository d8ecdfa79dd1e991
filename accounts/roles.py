"""The roles, and in sentences what each may do; the screen shows the same sentences."""

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Act(models.TextChoices):
    """What a person may be allowed to do, in words that finish "you may not …"."""

    WRITE_DRAFTS = "write_drafts", _("write drafts")
    CHECK = "check", _("record that nothing has changed")
    PUBLISH = "publish", _("publish a status yourself")
    REVIEW = "review", _("publish a colleague's draft, withdraw a status or redact one")
    IMPORT = "import", _("import documents")
    SETTLE_NAMES = "settle_names", _("settle what names in documents mean, since that holds for everybody")
    CORRECT = "correct", _("correct the records of a review")
    NAME_LEAD = "name_lead", _("name the lead organisation of a review")
    WRITE_BY_API = "write_by_api", _("have a token that writes in its name")
    READ_MAIL = "read_mail", _("read the mails of this installation")


class Role(models.TextChoices):
    """A person's role in an organisation; the administrator's is a role on the whole site."""

    VIEWER = "viewer", _("viewer")
    EDITOR = "editor", _("editor")
    REVIEWER = "reviewer", _("reviewer")
    MANAGER = "manager", _("manager")
    ADMINISTRATOR = "admin", _("administrator")


_EDITOR = frozenset({Act.WRITE_DRAFTS, Act.CHECK, Act.WRITE_BY_API})
_REVIEWER = _EDITOR | {Act.PUBLISH, Act.REVIEW}

MAY: dict[Role, frozenset[Act]] = {
    Role.VIEWER: frozenset(),  # every membership lets its person read the organisation's drafts and private notes
    Role.EDITOR: _EDITOR,  # and PUBLISH, where the organisation does not ask for review
    Role.REVIEWER: _REVIEWER,
    Role.MANAGER: _REVIEWER | {Act.IMPORT, Act.CORRECT},  # CORRECT: of the reviews it leads (permissions.may_as_lead)
    Role.ADMINISTRATOR: frozenset({Act.IMPORT, Act.SETTLE_NAMES, Act.CORRECT, Act.NAME_LEAD, Act.READ_MAIL}),
}

SENTENCES: dict[Role, Promise] = {
    Role.VIEWER: _("Reads the organisation's drafts, and follows what changes."),
    Role.EDITOR: _("Writes drafts; publishes them too where the organisation does not ask for review."),
    Role.REVIEWER: _("Publishes, withdraws and redacts in the organisation's name."),
    Role.MANAGER: _(
        "Does what a reviewer does, imports documents for the States the organisation monitors, and corrects the "
        "records of the reviews it leads."
    ),
    Role.ADMINISTRATOR: _(
        "Loads official documents for every State, settles what names in them mean, corrects records, and names the "
        "lead organisation of each review."
    ),
}
