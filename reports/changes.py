"""What happened between two releases: by the feed, and by comparing which recommendations each has."""

import csv
from collections import Counter
from pathlib import Path

from django.db.models import Count
from django.utils import translation

from history import registry
from history.models import Event
from recommendations.models import Recommendation
from reports.models import Release


def changes_between(previous: Release | None, name: str, position: int, folder: Path) -> str:
    """The changelog of release `name`, whose recommendations.csv lies in the folder, as Markdown."""
    since = previous.position if previous else 0
    with translation.override("en"):
        happened = counted(since, position)
    lines = [f"# Changes in release {name}", ""]
    lines += [f"Since {previous.name}, feed position {since}." if previous else "The first release.", ""]
    lines += ["| What happened | Action | How often |", "|---|---|---|"]
    lines += [f"| {sentence} | `{action}` | {n} |" for sentence, action, n in happened] or ["| nothing | | 0 |"]
    now = reviews_of(folder / "recommendations.csv")
    lines += ["", *compared(former(previous), now)]
    return "\n".join(lines) + "\n"


def counted(after: int, upto: int) -> list[tuple[str, str, int]]:
    """The public actions among these positions of the feed, samples left out: sentence, name, how often."""
    samples = Recommendation.objects.filter(is_sample=True)
    found = (
        Event.objects.filter(feed_entry__position__gt=after, feed_entry__position__lte=upto)
        .filter(action__in=registry.public())
        .exclude(target_type=Recommendation._meta.label_lower, target_id__in=samples.values("pk"))
        .exclude(new__contains={"sample": True})
        .values_list("action")
        .annotate(n=Count("pk"))
        .order_by("action")
    )
    return [(str(registry.action(action).sentence), action, n) for action, n in found]


def reviews_of(path: Path) -> dict[str, str]:
    """The review of each recommendation of a release."""
    with path.open(encoding="utf-8", newline="") as file:
        return {row["public_id"]: row["review"] for row in csv.DictReader(file)}


def former(previous: Release | None) -> dict[str, str] | None:
    """The same of the release before; None where there is none, or where it was withdrawn and is gone."""
    if previous is None or previous.withdrawn_at is not None:
        return None
    file = previous.files.get(name="recommendations.csv").file
    with file.open("rb") as content:
        lines = (line.decode() for line in content)
        return {row["public_id"]: row["review"] for row in csv.DictReader(lines)}


def compared(before: dict[str, str] | None, now: dict[str, str]) -> list[str]:
    """Which recommendations came and which went, as lines of Markdown."""
    if before is None:
        return [f"{len(now)} recommendations; there is no earlier release to compare them with."]
    added = Counter(review for public_id, review in now.items() if public_id not in before)
    removed = sorted(set(before) - set(now))
    lines = [f"{len(now)} recommendations: {sum(added.values())} added, {len(removed)} removed.", ""]
    lines += [f"- {review}: {n} added" for review, n in sorted(added.items())]
    lines += [f"- {before[public_id]}: `{public_id}` removed" for public_id in removed]
    return lines
