"""Who may ask what of the API."""

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from rest_framework.exceptions import MethodNotAllowed, NotAuthenticated, PermissionDenied
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from accounts.models import Token

if TYPE_CHECKING:
    from rest_framework.views import APIView


class ReadOnly(BasePermission):
    """Everybody reads; a view that writes has to choose another permission. Refused as a method, not as a person."""

    def has_permission(self, request: Request, view: "APIView") -> bool:
        if request.method not in SAFE_METHODS:
            raise MethodNotAllowed(request.method or "")
        return True


class WritesByToken(BasePermission):
    """Who shows a token that writes. What its person may do is asked of accounts.permissions, each time.

    Everybody may ask which methods an address takes.
    """

    def has_permission(self, request: Request, view: "APIView") -> bool:
        if request.method == "OPTIONS":
            return True
        if not isinstance(request.auth, Token):
            raise NotAuthenticated(_("Show a token that writes: “Authorization: Bearer upr_…”."))
        if request.auth.scope != Token.Scope.WRITE:
            raise PermissionDenied(_("This token only reads. Make one that writes, on the page of your account."))
        return True
