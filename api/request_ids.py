"""A name for each request: in its answer, in a refusal, and in every line logged while it is answered."""

import logging
import re
import uuid
from collections.abc import Callable
from contextvars import ContextVar

from django.http import HttpRequest, HttpResponse

HEADER = "X-Request-Id"
SANE = re.compile(r"[A-Za-z0-9._-]{1,64}", re.ASCII)  # it goes into logs: nothing that could break a line
_current: ContextVar[str] = ContextVar("request_id", default="")


def current() -> str:
    """The name of the request that is being answered; empty outside one."""
    return _current.get()


class RequestIdMiddleware:
    """Takes the name that the asker, or a proxy, gave the request where it is sane, else makes one."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get(HEADER, "")
        name = given if SANE.fullmatch(given) else uuid.uuid4().hex
        before = _current.set(name)
        try:
            response = self.get_response(request)
        finally:
            _current.reset(before)
        response[HEADER] = name
        return response


class RequestIdFilter(logging.Filter):
    """Gives each line of the log its `request_id`: "-" outside a request."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = current() or "-"
        return True
