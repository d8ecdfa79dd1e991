"""What the log tells of releases."""

from django.utils.translation import gettext_lazy as _

from history.registry import register

# Not told on pages beside what became of recommendations: releases have a page of their own.
RELEASE_MADE = register("release.made", _("froze a release of the data"), public=False, keys={"position"})
RELEASE_WITHDRAWN = register("release.withdrawn", _("withdrew a release of the data"), public=False)
