"""What the log tells of people and organisations: who was let in, and as what."""

from django.utils.translation import gettext_lazy as _

from history.registry import register

ORGANISATION_CREATED = register(
    "organisation.created",
    _("registered an organisation"),
    public=False,
    keys={"kind", "verified", "monitors"},
    hidden=True,
)
PERSON_CREATED = register(
    "person.created", _("opened an account"), public=False, keys={"role", "organisation"}, hidden=True
)
TOKEN_MADE = register(
    "token.made", _("made a token for the API"), public=False, keys={"scope", "organisation", "expires"}, hidden=True
)
TOKEN_REVOKED = register("token.revoked", _("revoked a token for the API"), public=False, hidden=True)
