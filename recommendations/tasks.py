"""What the worker does for recommendations. Tasks call one action."""

from celery import shared_task

from recommendations import actions, counts


@shared_task(name="recommendations.start_leads", ignore_result=True)
def start_leads() -> None:
    """Let the organisations lead whose first day has come (UTC)."""
    actions.start_leads()


@shared_task(name="recommendations.fold_counts", ignore_result=True)
def fold_counts() -> None:
    """Make one row of the many that changes have appended to each number."""
    counts.fold()
