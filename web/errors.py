"""The pages for what went wrong: each says what happened and what to do now."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template import loader
from django.utils.translation import gettext as _


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400: the request makes no sense to us."""
    return _page(request, 400, _("This request could not be read"), _("Go back, reload the page and try again."))


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403, with the reason that `accounts.permissions` gave."""
    reason = str(exception) if isinstance(exception, PermissionDenied) and str(exception) else ""
    return _page(
        request,
        403,
        _("You may not do this"),
        reason or _("Your role does not include it. A manager of your organisation can change your role."),
    )


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403: the form is too old, or came from elsewhere."""
    return _page(
        request,
        403,
        _("This form is no longer valid"),
        _("You may have signed in or out in another window since. Go back, reload the page and send the form again."),
    )


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404: no such page, or one that this reader may not know of."""
    return _page(
        request,
        404,
        _("There is no page at this address"),
        _("Check the address for a letter lost in copying, or search for what you need."),
    )


def gone(request: HttpRequest, text: str = "") -> HttpResponse:
    """410: a record that was here and has been removed. Views call this themselves."""
    return _page(
        request,
        410,
        _("This record has been removed"),
        text or _("It was taken out of the record; its address is kept and will not be used again."),
    )


def server_error(request: HttpRequest) -> HttpResponse:
    """500: our fault. The page needs no database, since that may be what failed."""
    return HttpResponse(loader.get_template("errors/server.html").render({}), status=500)


def _page(request: HttpRequest, status: int, title: str, text: str) -> HttpResponse:
    return render(request, "errors/error.html", {"status": status, "heading": title, "text": text}, status=status)
