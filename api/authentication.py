"""Who asks: nobody in particular, or the person whose token comes with the question.

django-rest-knox makes tokens and compares their digests. What it does with those that expired is ours: rows stay, so
that people find them in their list.
"""

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from knox.auth import TokenAuthentication as KnoxAuthentication
from rest_framework.exceptions import AuthenticationFailed

from accounts.models import Person, Token
from accounts.tokens import note_use
from api import conditional
from api.counting import remember


class TokenRefused(AuthenticationFailed):
    """A token that opens nothing."""


class TokenAuthentication(KnoxAuthentication):  # type: ignore[misc]  # ships no types
    """`Authorization: Bearer upr_…`. A token that opens nothing is a 401, whatever is asked."""

    def authenticate(self, request: Any) -> tuple[Person, Token] | None:
        """Whose token comes with the question. Raises AuthenticationFailed, and NotModified (api.conditional)."""
        try:
            found: tuple[Person, Token] | None = super().authenticate(request)
        except TokenRefused:
            raise
        except AuthenticationFailed:
            raise AuthenticationFailed(_("Write “Authorization: Bearer”, one blank, and the token alone.")) from None
        if found is not None:
            remember(request)
            conditional.check(request)
        return found

    def authenticate_credentials(self, token: bytes) -> tuple[Person, Token]:
        try:
            found: tuple[Person, Token] = super().authenticate_credentials(token)
        except (AuthenticationFailed, UnicodeDecodeError):
            # One sentence for all: whether a token was ever good is nobody's business who has no good one.
            raise TokenRefused(_("This token is not known here, has expired, or was revoked.")) from None
        note_use(found[1])
        return found

    def _cleanup_token(self, auth_token: Token) -> bool:
        return not auth_token.is_living


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How the schema describes it."""

    target_class = "api.authentication.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "description": "A token made on the page of your account."}
