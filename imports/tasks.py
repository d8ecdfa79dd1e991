"""What the worker does for imports. Tasks take ids and call one action."""

from celery import shared_task

from imports import batches


@shared_task(name="imports.read", ignore_result=True)
def read(batch_id: int) -> None:
    """Read a batch's file and make its preview."""
    batches.read_batch(batch_id)


@shared_task(name="imports.sweep", ignore_result=True)
def sweep() -> None:
    """Read what waits since a worker died or the broker was away."""
    for batch_id in batches.abandoned():
        read.delay(batch_id)
