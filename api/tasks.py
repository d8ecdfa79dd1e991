"""What the worker does for the API. Tasks call one action."""

from celery import shared_task

from api import idempotency


@shared_task(name="api.forget_old_keys", ignore_result=True)
def forget_old_keys() -> None:
    """Delete the keys of writes that are too old to be sent again."""
    idempotency.forget_old_keys()
