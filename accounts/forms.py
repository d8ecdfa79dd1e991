"""allauth's forms of sign-in and passwords, with labels in the words of this product."""

from typing import Any

from allauth.account import forms
from django.utils.translation import gettext_lazy as _

LABELS = {
    "login": _("E-mail address"),
    "email": _("E-mail address"),
    "password": _("Password"),
    "oldpassword": _("Password until now"),
    "password1": _("New password"),
    "password2": _("New password, once more"),
}


class _InOurWords:
    fields: dict[str, Any]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.label = LABELS.get(name, field.label)
            field.widget.attrs.pop("placeholder", None)  # it repeats the label, in other words


class LoginForm(_InOurWords, forms.LoginForm):  # type: ignore[misc]
    """Signing in."""


class ResetPasswordForm(_InOurWords, forms.ResetPasswordForm):  # type: ignore[misc]
    """Asking for the link by which a password is chosen."""


class ResetPasswordKeyForm(_InOurWords, forms.ResetPasswordKeyForm):  # type: ignore[misc]
    """Choosing a password by such a link."""


class ChangePasswordForm(_InOurWords, forms.ChangePasswordForm):  # type: ignore[misc]
    """Changing a password that is known."""


class SetPasswordForm(_InOurWords, forms.SetPasswordForm):  # type: ignore[misc]
    """Setting the first password."""


class ReauthenticateForm(_InOurWords, forms.ReauthenticateForm):  # type: ignore[misc]
    """Showing once more that the account is one's own."""
