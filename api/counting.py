"""How often one may ask: so many requests a minute, counted by token or by address (IPv6: by /64) in Redis or Valkey.

The count is one number with an end, so that every web process sees the same. Where the server is away nothing is
counted and everybody is answered: a limit protects the site and is not worth an outage of its own.
"""

import contextlib
import functools
import logging
import time
from dataclasses import dataclass

import redis
from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import salted_hmac

from accounts.askers import asker

logger = logging.getLogger(__name__)
WINDOW = 60  # seconds
KNOWN = 3600  # seconds for which a token that was good once is counted by itself
AWAY = 5  # seconds for which a server that is away is not asked again
_away_until = 0.0


@dataclass(frozen=True)
class Allowance:
    """How much of this minute is left."""

    limit: int
    used: int
    seconds: int  # to the end of the minute

    def put(self, response: HttpResponse) -> None:
        """Tell it with an answer."""
        response["RateLimit-Limit"] = str(self.limit)
        response["RateLimit-Remaining"] = str(max(self.limit - self.used, 0))
        response["RateLimit-Reset"] = str(self.seconds)


def counted(request: HttpRequest) -> Allowance | None:
    """One more request of whoever asks; None where nothing can be counted, or nothing is to be."""
    global _away_until
    now = time.time()
    if not settings.API_REQUESTS_A_MINUTE or now < _away_until:
        return None
    try:
        return _count(request, now)
    except redis.RedisError as error:
        _away_until = now + AWAY
        logger.warning("Requests are not counted for %d seconds, the server is away: %s", AWAY, error)
        return None


def _count(request: HttpRequest, now: float) -> Allowance:
    minute, since = divmod(now, WINDOW)
    who, limit = _asker(request)
    key = f"{settings.CACHES['default']['KEY_PREFIX']}:api.limit:{who}:{int(minute)}"
    return Allowance(limit, _one_more(key), WINDOW - int(since))


def _one_more(key: str) -> int:
    # Django's cache makes a client for each command and asks first whether there is anything to add to.
    server = _server(settings.CACHES["default"]["LOCATION"])
    used = int(server.incr(key))
    if used == 1:
        server.expire(key, 2 * WINDOW)
    return used


@functools.cache
def _server(location: str) -> redis.Redis:
    return redis.Redis.from_url(location)


def _asker(request: HttpRequest) -> tuple[str, int]:
    """Whose count it is. A token has its own once it was good: made-up ones would else escape the address's count."""
    given = request.headers.get("Authorization")
    if given and cache.get(_known(given)):
        return _known(given), settings.API_REQUESTS_A_MINUTE_WITH_TOKEN
    return f"address:{asker(request)}", settings.API_REQUESTS_A_MINUTE


def remember(request: HttpRequest) -> None:
    """This request's token is good: it is counted by itself from now on, for as long as it is used."""
    with contextlib.suppress(redis.RedisError):  # then its address is counted on
        cache.set(_known(request.headers["Authorization"]), True, timeout=KNOWN)


def _known(authorization: str) -> str:
    # The key alone: "Bearer" and the blanks before it may be spelt in many ways.
    return f"api.token:{_secret(''.join(authorization.split()[-1:]))}"


def _secret(text: str) -> str:
    """What stands for a token in the cache, where nobody needs to read it."""
    return salted_hmac("api.limits", text, algorithm="sha256").hexdigest()[:32]
