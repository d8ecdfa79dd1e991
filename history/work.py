"""Handing work to the workers, by the name of its task: whoever saves needs neither the task's module nor a broker."""

import logging
from typing import Any

from celery import current_app
from kombu.exceptions import OperationalError

log = logging.getLogger(__name__)


def hand_over(task: str, *arguments: Any, otherwise: str) -> bool:
    """Send a task after a commit; whether the broker took it. Never raises because the broker is away.

    `otherwise` says, for the log, what then becomes of the work: a sweep does it later.
    """
    try:
        current_app.send_task(task, arguments, retry=False)
    except OperationalError as error:
        log.warning("The broker is away; %s: %s", otherwise, error)
        return False
    return True
