"""Waking the worker after a commit."""

from history.work import hand_over


def wake_worker() -> None:
    """Ask the worker to read the feed. With the broker away the change still stands: the sweep tells people later."""
    hand_over("notifications.fan_out", otherwise="people will be told by the next sweep")
