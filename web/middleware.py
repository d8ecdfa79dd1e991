"""Who is reading: set once per request, before any view."""

import zoneinfo
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation
from django.utils.functional import SimpleLazyObject

from accounts.models import Person
from accounts.reader import Reader


class ReaderMiddleware:
    """Gives each request its `reader`, and shows times in the person's zone."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.reader = SimpleLazyObject(lambda: reader_of(request))  # type: ignore[attr-defined]
        # The API answers as to the public: who is signed in would cost it two queries, and shared caches their use.
        if not request.path_info.startswith("/api/") and isinstance(request.user, Person):
            with timezone.override(zone_of(request.user)):
                return self.get_response(request)
        return self.get_response(request)


def reader_of(request: HttpRequest) -> Reader:
    """The reader behind a request; samples are shown, marked as such, where the settings say so."""
    person = request.user if isinstance(request.user, Person) else None
    return Reader(person=person, language=translation.get_language() or "en", samples=settings.SHOW_SAMPLES)


def zone_of(person: Person) -> zoneinfo.ZoneInfo:
    """The person's time zone; UTC when theirs is not known here."""
    try:
        return zoneinfo.ZoneInfo(person.time_zone)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError):
        return zoneinfo.ZoneInfo("UTC")
