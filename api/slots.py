"""How many streams run at once in a process: few, and one for each who asks. Other processes are not asked.

A stream holds a thread and a connection to the database for as long as its reader takes. Of a process's four threads
and eight connections two may be held so, by two different askers: pages are always answered, and nobody shuts all
others out.
"""

import threading
from collections.abc import Callable, Generator, Iterator

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils.translation import gettext as _
from rest_framework.exceptions import APIException
from rest_framework.request import Request

from accounts.askers import asker
from api.errors import TooMany

SLOTS = 2
WAIT = 30  # seconds, for Retry-After


class Busy(APIException):
    """Too many of something at once."""

    status_code = 503
    wait = WAIT
    kind = "busy"


class Slots:
    """Who has a stream running in this process."""

    def __init__(self, number: int) -> None:
        self.number = number
        self._held: set[str] = set()
        self._lock = threading.Lock()

    def take(self, who: str) -> None:
        """Raises TooMany where this asker has one already, Busy where all are taken."""
        with self._lock:
            if who in self._held:
                raise TooMany(
                    _("One download at a time is sent to an address. Take the next when this one ends."), WAIT
                )
            if len(self._held) >= self.number:
                raise Busy(_("Many downloads are running. Try again in half a minute, or have a file made."))
            self._held.add(who)

    def free(self, who: str) -> None:
        """Give a slot back."""
        with self._lock:
            self._held.discard(who)


slots = Slots(SLOTS)


class Stream:
    """A stream in the slot of whoever asked: free again when the response is closed, read or not.

    Who asks for the head only gets none of it, and takes no slot.
    """

    def __init__(self, parts: Generator[bytes], request: Request) -> None:
        self.who, self.held = asker(request._request), request.method != "HEAD"
        if self.held:
            slots.take(self.who)
        self.parts = parts if self.held else nothing()
        request._request.download = self  # type: ignore[attr-defined]  # for StreamMiddleware

    def __iter__(self) -> Iterator[bytes]:
        return self.parts

    def close(self) -> None:
        """End the query, if it still runs, and free the slot."""
        if not self.held:
            return
        self.held = False
        try:
            self.parts.close()
        finally:
            slots.free(self.who)


def nothing() -> Generator[bytes]:
    """No bytes."""
    yield from ()


class StreamResponse(StreamingHttpResponse):
    """An answer that is a stream."""

    def __init__(self, stream: Stream, content_type: str) -> None:
        super().__init__(stream, content_type=content_type)
        self.stream = stream


class StreamMiddleware:
    """Ends a stream that is not sent, because something after the view failed or answered in its place.

    The server closes an answer that it was given, and that one only. This middleware is the outermost.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        stream: Stream | None = getattr(request, "download", None)
        if stream is not None and getattr(response, "stream", None) is not stream:
            stream.close()
        return response
