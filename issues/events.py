"""What the log tells of vocabularies: who settled which label."""

from django.utils.translation import gettext_lazy as _

from history.registry import register

ISSUE_LABEL_ADDED = register("issue.label_added", _("settled a label of an issue"), public=False, keys={"alias"})
GROUP_LABEL_ADDED = register(
    "group.label_added", _("settled a label of a group of persons"), public=False, keys={"alias"}
)
