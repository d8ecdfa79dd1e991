"""Waking the worker after a commit."""

import logging

from kombu.exceptions import OperationalError

log = logging.getLogger(__name__)


def wake_worker() -> None:
    """Ask the worker to read the feed. With the broker away the change still stands: the sweep tells people later."""
    from notifications.tasks import fan_out

    try:
        fan_out.apply_async(retry=False)
    except OperationalError as error:
        log.warning("The broker is away; people will be told by the next sweep: %s", error)
