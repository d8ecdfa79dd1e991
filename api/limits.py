"""Whoever asks the API too often is told so, and how long to wait."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from api.counting import Allowance, counted
from api.errors import problem


class LimitMiddleware:
    """Counts the questions to the API, and answers 429 to who asks too many."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith("/api/"):
            return self.get_response(request)
        allowance = counted(request)
        if allowance is None:
            return self.get_response(request)
        response = too_many(allowance) if allowance.used > allowance.limit else self.get_response(request)
        allowance.put(response)
        return response


def too_many(allowance: Allowance) -> HttpResponse:
    """The refusal, with how long to wait."""
    detail = _("%(limit)d requests a minute are answered. Wait %(seconds)d seconds; a token allows more.")
    numbers = {"limit": allowance.limit, "seconds": allowance.seconds}
    response = problem(429, detail % numbers, "too-many", {"retry_after": allowance.seconds})
    response["Retry-After"] = str(allowance.seconds)
    return response
