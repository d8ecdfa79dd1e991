"""What the log tells of States: who settled which name."""

from django.utils.translation import gettext_lazy as _

from history.registry import register

STATE_NAME_ADDED = register("state.name_added", _("settled how a State is spelled"), public=False, keys={"alias"})
