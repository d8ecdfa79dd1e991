"""How many streams run at once: few in a process, and one for each who asks.

A stream holds a thread and a connection to the database for as long as its reader takes. Of a process's four threads
and eight connections two may be held so, by two different askers: pages are always answered, and nobody shuts all
others out.
"""

import threading
import weakref
from collections.abc import Generator, Iterator

from django.utils.translation import gettext as _
from rest_framework.exceptions import APIException

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

    A response that nobody closes, because a middleware failed after the view, gives it back when it is thrown away.
    """

    def __init__(self, parts: Generator[bytes], request: object) -> None:
        who = asker(request)  # type: ignore[arg-type]  # Django REST Framework's request passes on what it wraps
        slots.take(who)
        self.parts = parts
        self._free = weakref.finalize(self, slots.free, who)
        self._free.atexit = False

    def __iter__(self) -> Iterator[bytes]:
        return self.parts

    def close(self) -> None:
        """End the query, if it still runs, and free the slot."""
        try:
            self.parts.close()
        finally:
            self._free()
