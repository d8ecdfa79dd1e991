"""How far long work on a batch is: a few words in the cache, since nothing is lost when they are.

They cannot stand in the batch's own row, which whoever writes the batch holds locked until the end.
"""

import contextlib
import time
from dataclasses import asdict, dataclass

from django.core.cache import cache
from redis.exceptions import RedisError

KEPT_SECONDS = 600
OFTEN_ENOUGH = 0.4  # seconds between two notes of the same step


@dataclass(frozen=True)
class Progress:
    """A step ("reading", "comparing", "writing"…), and rows done of those there are; no total while it is unknown."""

    step: str = ""
    done: int = 0
    total: int = 0


_last: dict[int, tuple[str, float]] = {}


def tell(batch_id: int, step: str, done: int = 0, total: int = 0) -> None:
    """Note how far it is; often enough for somebody who looks, and not for every row. A cache away costs nothing."""
    now = time.monotonic()
    told, at = _last.get(batch_id, ("", 0.0))
    if told == step and now - at < OFTEN_ENOUGH:
        return
    _last[batch_id] = step, now
    with contextlib.suppress(RedisError, OSError):
        cache.set(_key(batch_id), asdict(Progress(step, done, total)), KEPT_SECONDS)


def forget(batch_id: int) -> None:
    """The work is over."""
    _last.pop(batch_id, None)
    with contextlib.suppress(RedisError, OSError):
        cache.delete(_key(batch_id))


def of(batch_id: int) -> Progress:
    """What was told last, or nothing."""
    with contextlib.suppress(RedisError, OSError):
        return Progress(**(cache.get(_key(batch_id)) or {}))
    return Progress()


def _key(batch_id: int) -> str:
    return f"import-progress:{batch_id}"
