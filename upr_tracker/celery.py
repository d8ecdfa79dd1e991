"""The Celery application: `celery -A upr_tracker worker` and `… beat`."""

import os
from pathlib import Path
from typing import Any

from celery import Celery
from celery.signals import after_task_publish, beat_init, heartbeat_sent

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "upr_tracker.settings")

app = Celery("upr_tracker")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@heartbeat_sent.connect
def show_life(**_values: Any) -> None:
    """Touch the file that a health check looks at: the worker every two seconds, while the broker answers."""
    if path := os.environ.get("UPR_HEARTBEAT_FILE"):
        Path(path).touch()


@beat_init.connect
def show_life_of_beat(**_values: Any) -> None:
    """Beat touches it whenever the broker has taken a task from it."""
    show_life()
    after_task_publish.connect(show_life)
