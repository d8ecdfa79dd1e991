"""What the worker does for imports. Tasks take ids and call one action."""

from celery import shared_task

from imports import batches, writing

LONGEST = 3600  # seconds: all of UHRI takes minutes to read and to write; the leases tell sooner of a worker that died


@shared_task(name="imports.read", ignore_result=True, time_limit=LONGEST)
def read(batch_id: int) -> None:
    """Read a batch's file and make its preview."""
    batches.read_batch(batch_id)


@shared_task(name="imports.write", ignore_result=True, time_limit=LONGEST)
def write(batch_id: int) -> None:
    """Write a batch, or take it back, as was asked for."""
    writing.work_on(batch_id)


@shared_task(name="imports.sweep", ignore_result=True)
def sweep() -> None:
    """Do what waits since a worker died or the broker was away."""
    for batch_id in batches.abandoned():
        read.delay(batch_id)
    for batch_id in writing.abandoned():
        write.delay(batch_id)
