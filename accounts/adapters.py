"""What this product decides differently from django-allauth's defaults."""

import base64
import hashlib

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet
from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.askers import network_of


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Accounts are made by administrators and managers, never by whoever passes."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "account_inactive": _("This account is closed. An administrator of this site can open it again."),
        "email_password_mismatch": _("This e-mail address and this password do not belong together."),
        "enter_current_password": _("This is not your password until now."),
        "incorrect_code": _("This is not the right code. Give the one that the app shows now."),
        "incorrect_password": _("This is not your password."),
        "invalid_login": _("This e-mail address and this password do not belong together."),
        "invalid_password_reset": _("This link no longer works. Ask for another."),
        "rate_limited": _("Too many tries. Wait a few minutes and try again."),
        "too_many_login_attempts": _("Too many tries. Wait a few minutes and try again."),
    }

    def get_client_ip(self, request: HttpRequest) -> str:
        """What failed sign-ins are counted under."""
        return network_of(super().get_client_ip(request)).partition("/")[0]

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False


class MFAAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """The secrets of second factors are encrypted, so that a copy of the database opens no account."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": _("This is not the right code. Give the one that the app shows now."),
    }

    def encrypt(self, text: str) -> str:
        return _cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _cipher().decrypt(encrypted_text.encode()).decode()


def _cipher() -> Fernet:
    digest = hashlib.sha256(b"second factors:" + settings.SECRET_KEY.encode()).digest()
    return Fernet(base64.urlsafe_b64encode(digest))
