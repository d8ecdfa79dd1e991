"""Before any view: what no page can take is refused, and who is reading is set, once per request."""

from collections.abc import Callable, Iterable
from itertools import chain
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils import timezone, translation
from django.utils.functional import SimpleLazyObject

from accounts.models import Person
from accounts.reader import Reader
from web.errors import bad_request

NUL = "\0"


class NulMiddleware:
    """Refuses NUL, which PostgreSQL's texts cannot hold: a query with it would end in an error of ours.

    The API refuses its parameters itself, as problem documents.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if _is_page(request):
            if any(map(_holds_nul, request.COOKIES.values())):
                request.session = type(request.session)()  # its key would be looked up; nobody is signed in by such
            if _holds_nul(request.path_info) or _any_nul(request.GET):
                return bad_request(request)
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        """The fields of a form. Here, because the check against forged forms has read them already: files that it
        refuses are not taken in first."""
        return bad_request(request) if _is_page(request) and _any_nul(request.POST) else None


def _is_page(request: HttpRequest) -> bool:
    return not request.path_info.startswith("/api/")


def _any_nul(fields: QueryDict) -> bool:
    texts: Iterable[str] = chain.from_iterable(values for _name, values in fields.lists())
    return any(map(_holds_nul, texts))


def _holds_nul(text: str) -> bool:
    return NUL in text


class ReaderMiddleware:
    """Gives each request its `reader`, and shows times in the person's zone."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.reader = SimpleLazyObject(lambda: reader_of(request))  # type: ignore[attr-defined]
        # The API answers as to the public: who is signed in would cost it two queries, and shared caches their use.
        if _is_page(request) and isinstance(request.user, Person):
            with timezone.override(request.user.zone):
                return self.get_response(request)
        return self.get_response(request)


def reader_of(request: HttpRequest) -> Reader:
    """The reader behind a request; samples are shown, marked as such, where the settings say so."""
    person = request.user if isinstance(request.user, Person) else None
    return Reader(person=person, language=translation.get_language() or "en", samples=settings.SHOW_SAMPLES)
