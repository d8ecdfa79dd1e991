"""What the worker does. Tasks take ids and call one action."""

from celery import shared_task

from history import feed
from notifications import actions


@shared_task(name="notifications.fan_out", ignore_result=True)
def fan_out() -> None:
    """Turn what happened into messages and have each mail sent."""
    for message_id in actions.fan_out():
        deliver.delay(message_id)


@shared_task(name="notifications.deliver", ignore_result=True)
def deliver(message_id: int) -> None:
    """Send one mail."""
    actions.deliver(message_id)


@shared_task(name="notifications.sweep", ignore_result=True)
def sweep() -> None:
    """Pick up what a killed process left behind: events without a position, messages not made, mails not sent."""
    feed.sequence()
    actions.fan_out()
    for message_id in actions.waiting_mails():
        deliver.delay(message_id)
