"""What the worker does for downloads. Tasks call one action."""

from celery import shared_task

from reports import exports, releases


@shared_task(name="reports.make", ignore_result=True, time_limit=1800)
def make() -> None:
    """Make the file that has waited longest, and then have the next one made."""
    if exports.make_next() and exports.waits():
        make.delay()


@shared_task(name="reports.sweep", ignore_result=True)
def sweep() -> None:
    """Delete what is too old or left over, and make what waits since a worker died or the broker was away."""
    exports.sweep()
    releases.sweep()
    if exports.waits():
        make.delay()
