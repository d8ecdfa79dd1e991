"""The addresses: pages by noun, the API, sign-in."""

from typing import NoReturn

from django.http import Http404, HttpRequest
from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView


def not_offered(request: HttpRequest, **parts: str) -> NoReturn:
    """404 for pages of allauth that this product has no use for; their names stay, since allauth looks them up."""
    raise Http404


urlpatterns: list[URLPattern | URLResolver] = [
    path("api/", include("api.urls")),
    # An administrator makes accounts and knows the address: nobody changes or confirms one, or signs in by a code.
    path("account/email/", not_offered),
    path("account/confirm-email/", not_offered),
    path("account/confirm-email/<str:key>/", not_offered),
    path("account/login/code/confirm/", not_offered),
    path("account/", RedirectView.as_view(pattern_name="account_change_password")),  # the first page of one's own
    path("account/", include("allauth.urls")),
    path("", include("web.urls")),
]

handler400 = "web.errors.bad_request"
handler403 = "web.errors.forbidden"
handler404 = "web.errors.not_found"
handler500 = "web.errors.server_error"
