"""Answers that are asked for again: 304 where nothing can have changed since, told by one query at most.

With a token its own queries come first (api.authentication): one that was revoked is a 401, whatever is asked.

What a resource answers depends on the data, the question, the language, the day (an organisation that was named to lead
from a day on leads from then) and this version of the code. The data's version is the newest position of the feed:
every road that changes what the public reads writes an event. It is read before the answer is made, so that an answer
never carries a mark newer than itself; and while anything committed still waits for its position, there is no mark.

A moment would tell when somebody was at work, so Last-Modified is told in whole days. A day cannot tell versions of the
code or languages apart: it counts the start of this process as a change, and is told in the site's own language only.
"""

import datetime
import functools
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers
from django.utils.http import http_date, parse_etags, parse_http_date_safe

from history import feed

# What a view's answers change with: its `changes_with`. Without one it has no marks.
DATA, CODE = "data", "code"
SAFE = {"GET", "HEAD"}
STARTED = timezone.now()  # from when on this version of the code answers here


class NotModified(Exception):
    """The asker has this answer already."""


@dataclass(frozen=True)
class Mark:
    """What tells one state of an answer from another."""

    etag: str
    modified: datetime.datetime | None = None  # the end of the last day on which something changed

    def is_known_to(self, request: HttpRequest) -> bool:
        """Whether the asker has this state already. ETags go before days (RFC 9110, section 13.2.2).

        They are compared as weak ones (section 13.1.2): proxies make them strong or weak.
        """
        if "If-None-Match" in request.headers:
            given = parse_etags(request.headers["If-None-Match"])
            return self.etag.removeprefix("W/") in {etag.removeprefix("W/") for etag in given}
        since = parse_http_date_safe(request.headers.get("If-Modified-Since", ""))
        # On a day on which something changed there may be more to come; only whole days are told apart.
        return since is not None and self.modified is not None and self.modified.timestamp() <= since

    def put(self, response: HttpResponse) -> None:
        """Tell it with an answer. Caches may keep the answer, and ask each time."""
        response["ETag"] = self.etag
        patch_vary_headers(response, ("Accept", "Accept-Encoding"))  # on a 304 as on the answer that it stands for
        if self.modified is not None:
            response["Last-Modified"] = http_date(self.modified.timestamp())
        response.headers.setdefault("Cache-Control", "no-cache")


class ConditionalMiddleware:
    """Marks the answers of resources, and answers 304 in place of one that the asker has."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        mark: Mark | None = getattr(request, "mark", None)
        if mark is None or response.status_code not in {200, 304}:
            return response
        if response.status_code == 200 and request.headers.get("If-None-Match", "").strip() == "*":
            response = HttpResponseNotModified()  # "any there is": only now is it known that there is one
        mark.put(response)
        return response

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        """Before the answer is made: its mark."""
        changes_with = getattr(getattr(view, "cls", None), "changes_with", None)
        mark = mark_of(request, changes_with) if changes_with and request.method in SAFE else None
        request.mark = mark  # type: ignore[attr-defined]
        # A token is looked at first, by the view, which asks `check` then.
        known = mark is not None and "Authorization" not in request.headers and mark.is_known_to(request)
        return HttpResponseNotModified() if known else None


def check(request: HttpRequest) -> None:
    """Once it is known who asks: raises NotModified where they have the answer already."""
    mark: Mark | None = getattr(request, "mark", None)
    if mark is not None and mark.is_known_to(request):
        raise NotModified


def mark_of(request: HttpRequest, changes_with: str) -> Mark | None:
    """The mark of the answer to this request; 1 query for what changes with the data, else none."""
    if changes_with == CODE:
        return Mark(_etag(request, 0))
    try:
        standing = feed.standing()
    except DatabaseError:
        return None  # the resource itself will say what is wrong
    if not standing.is_complete:
        return None
    return Mark(_etag(request, standing.position), _modified(standing.sequenced_at))


def _etag(request: HttpRequest, position: int) -> str:
    """Weak, since compression makes other bytes of the same answer."""
    question = (
        release(),
        settings.SITE_URL or request.get_host(),
        request.get_full_path(),
        request.headers.get("Accept", ""),
        translation.get_language(),
        timezone.now().astimezone(datetime.UTC).date().isoformat(),
    )
    digest = hashlib.blake2b(repr(question).encode(), digest_size=12).hexdigest()
    return f'W/"{position}-{digest}"'


def _modified(moment: datetime.datetime | None) -> datetime.datetime | None:
    """The end of the day (UTC) of the last change of data or code; None while it lasts, and in other languages."""
    if moment is None or translation.get_language() != settings.LANGUAGE_CODE:
        return None
    day = max(moment, STARTED).astimezone(datetime.UTC).date() + datetime.timedelta(days=1)
    end = datetime.datetime.combine(day, datetime.time(), datetime.UTC)
    return end if end <= timezone.now() else None


@functools.cache
def release() -> str:
    """The version of the code: a digest of the modules and catalogues that make answers, the same on every host."""
    root = settings.BASE_DIR
    ours = [config.path for config in apps.get_app_configs() if root in (root / config.path).parents]
    files = [path for folder in ours for path in (root / folder).rglob("*.py")] + [*root.rglob("locale/**/*.mo")]
    digest = hashlib.blake2b(digest_size=12)
    for path in sorted(set(files)):
        digest.update(str(path.relative_to(root)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()
