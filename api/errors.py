"""Every refusal is a problem document (RFC 9457); it names the parameter, its value and what is allowed."""

import difflib
import logging
from collections.abc import Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import Any

import orjson
from django.core.exceptions import SuspiciousOperation
from django.db.utils import OperationalError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils.functional import Promise
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.csrf import csrf_exempt
from psycopg.errors import LockNotAvailable, QueryCanceled
from rest_framework.exceptions import (
    APIException,
    MethodNotAllowed,
    NotAcceptable,
    NotAuthenticated,
    NotFound,
    PermissionDenied,
    UnsupportedMediaType,
    ValidationError,
)
from rest_framework.response import Response
from rest_framework.views import exception_handler

from api import addresses, request_ids
from api.conditional import NotModified
from reviews.selection import UnknownChoice

logger = logging.getLogger(__name__)
PROBLEM = "application/problem+json"
MANY = 60  # allowed values are all listed up to here; beyond, the nearest ones and where to find the rest
# Where all values of a filter are listed.
LISTS = {
    "state": "state-list",
    "recommending_state": "state-list",
    "session": "session-list",
    "issue": "issue-list",
    "group": "group-list",
    "goal": "goal-list",
    "voice": "organisation-list",
}


# Where a view raised these without a word of its own.
WORDS: dict[type[APIException], Promise] = {
    NotAuthenticated: gettext_lazy("Show a token: “Authorization: Bearer upr_…”."),
    PermissionDenied: gettext_lazy("This is not allowed here."),
    NotFound: gettext_lazy("Nothing is found at this address."),
}


class BadParameter(APIException):
    """A parameter that is not known, or has a value that is not allowed. `more` goes into the problem document."""

    status_code = HTTPStatus.BAD_REQUEST

    def __init__(self, kind: str, detail: str, **more: Any) -> None:
        super().__init__(detail)
        self.kind, self.more = kind, more


class Gone(APIException):
    """What stood here was removed, for good; the address is not given to anything else."""

    status_code = HTTPStatus.GONE


class TooMany(APIException):
    """Somebody has as much as one may have; `wait` is the seconds after which to ask again."""

    status_code = HTTPStatus.TOO_MANY_REQUESTS
    kind = "too-many"

    def __init__(self, detail: str, wait: int) -> None:
        super().__init__(detail)
        self.wait = wait


def bad_value(name: str, value: str, detail: str, **more: Any) -> BadParameter:
    """The refusal of a value."""
    return BadParameter("unknown-value", detail, parameter=name, value=shortened(value), **more)


def unknown_parameter(name: str, allowed: Sequence[str]) -> BadParameter:
    """The refusal of a name, with the names there are."""
    detail = _("“%(name)s” is not a parameter here.") % {"name": shortened(name)}
    return BadParameter("unknown-parameter", detail, parameter=shortened(name), allowed=sorted(allowed))


def unknown_choice(error: UnknownChoice, request: Any) -> BadParameter:
    """The refusal of a filter's value, with the values there are or the nearest of them."""
    more: dict[str, Any] = {}
    if 0 < len(error.allowed) <= MANY:
        more["allowed"] = error.allowed
    elif error.allowed:
        more["nearest"] = nearest(error)
    vocabulary = LISTS.get(error.name.partition("__")[0])
    if vocabulary and request is not None:
        more["see"] = addresses.resource(vocabulary, request)
    detail = error.hint or _("“%(value)s” is not a value of “%(name)s”.") % {
        "value": shortened(error.value),
        "name": error.name,
    }
    return bad_value(error.name, error.value, detail, **more)


def nearest(error: UnknownChoice) -> list[str]:
    """Up to five values that may have been meant: by their name, by a word of it, by a similar spelling."""
    word = slugify(error.value[:100])
    holding = [value for value in error.allowed if len(word) > 2 and word in value.lower()]
    similar = difflib.get_close_matches(error.value[:100], error.allowed, n=5, cutoff=0.3)
    return list(dict.fromkeys([*error.meant, *sorted(holding, key=len), *similar]))[:5]


def problem_response(error: Exception, context: dict[str, Any]) -> HttpResponse:
    """The answer to any exception of a view. One that nobody foresaw is logged and says nothing of its inside."""
    if isinstance(error, NotModified):  # no fault, but told from where only faults are
        return HttpResponseNotModified()
    if isinstance(error, UnknownChoice):
        error = unknown_choice(error, context.get("request"))
    response = exception_handler(error, context)
    if response is None:
        return unforeseen(error)
    answer = told(error, response, context)
    for name, value in response.items():  # such as Retry-After
        if name != "Content-Type":
            answer[name] = value
    return answer


def told(error: Exception, response: Response, context: Mapping[str, Any]) -> HttpResponse:
    """The problem document of an error that Django REST Framework knows."""
    if isinstance(error, ValidationError):
        detail = _("What was sent cannot be recorded; “errors” says what is wrong with which field.")
        return problem(400, detail, "invalid", {"errors": list(pointed(error.detail))})
    detail = sentence(error, context) or response.data["detail"]
    return problem(response.status_code, str(detail), getattr(error, "kind", ""), getattr(error, "more", {}))


def sentence(error: Exception, context: Mapping[str, Any]) -> str:
    """Our words for what the framework itself refuses; empty where a view has said it in its own."""
    match error:
        case MethodNotAllowed():
            words = {"method": context["request"].method, "allowed": ", ".join(context["view"].allowed_methods)}
            return _("%(method)s is not answered here; this address takes %(allowed)s.") % words
        case NotAcceptable():
            types = ", ".join(renderer.media_type for renderer in context["view"].get_renderers())
            return _("This address answers %(types)s only. Name it under “Accept”, or nothing.") % {"types": types}
        case UnsupportedMediaType():
            return _("What is sent here is JSON. Name it: “Content-Type: application/json”.")
        case APIException() if error.detail == error.default_detail and type(error) in WORDS:
            return str(WORDS[type(error)])
        case Http404():
            return _("Nothing is found at this address.")
    return ""


def pointed(detail: Any, pointer: str = "#") -> Iterator[dict[str, str]]:
    """What is wrong with each field, the field as a JSON pointer (RFC 9457, section 3.2: `errors`)."""
    if isinstance(detail, Mapping):
        for name, inner in detail.items():
            whole = name in {"non_field_errors", "__all__"}
            part = "" if whole else "/" + str(name).replace("~", "~0").replace("/", "~1")
            yield from pointed(inner, pointer + part)
    elif isinstance(detail, list) and any(isinstance(line, Mapping) for line in detail):
        for index, inner in enumerate(detail):
            yield from pointed(inner, f"{pointer}/{index}")
    elif isinstance(detail, list):
        yield from ({"pointer": pointer, "detail": str(line)} for line in detail)


def unforeseen(error: Exception) -> HttpResponse:
    """What a request cannot be is a 400; a 503 where the database stopped what took too long; else a 500."""
    if isinstance(error, SuspiciousOperation):
        return problem(400, _("This request could not be read: it has too many parts, or parts that make no sense."))
    cause = error.__cause__ if isinstance(error, OperationalError) else None
    if isinstance(cause, QueryCanceled):
        detail = _("This question takes too long to answer. Ask for less: fewer values, a narrower search.")
        return problem(503, detail, "too-slow")
    if isinstance(cause, LockNotAvailable):
        busy = problem(503, _("Somebody else is at work on the same. Try again in a few seconds."), "busy")
        busy["Retry-After"] = "5"
        return busy
    logger.error("Unforeseen error in the API", exc_info=error)
    detail = _("Something failed here, and it has been recorded. Try again later.")
    return problem(500, detail)


def problem(status: int, detail: str, kind: str = "", more: dict[str, Any] | None = None) -> HttpResponse:
    """A problem document, whatever type was asked for. `kind` names problems that a program may tell apart."""
    kind_uri = f"urn:upr-tracker:problem:{kind}" if kind else "about:blank"
    body = {"type": kind_uri, "title": HTTPStatus(status).phrase, "status": status, "detail": detail} | (more or {})
    body["request_id"] = request_ids.current()
    return HttpResponse(orjson.dumps(body), status=status, content_type=PROBLEM)


@csrf_exempt  # no cookie counts here: a POST to nowhere is a 404 too
def not_found(request: HttpRequest) -> HttpResponse:
    """The answer at addresses of the API where nothing is."""
    detail = _("Nothing is found at this address. The resources are listed at %(address)s.")
    return problem(404, detail % {"address": addresses.resource("root", request)})


def shortened(value: str) -> str:
    """A value as it is repeated to who sent it: not ten kilobytes of it."""
    return value if len(value) <= 100 else value[:99] + "…"
