"""One import as a worker does it, alone in its process: `python -m benchmarks.import_once FILE` prints its figures."""

import json
import os
import resource
import sys
import time
from pathlib import Path
from typing import Any

import django


def measure(path: Path) -> dict[str, Any]:
    """Seconds of reading with preview, of commit, and of the feed after it; rows; peak memory of both processes."""
    from django.core.files import File

    from history import feed
    from history.log import Actor
    from imports import batches

    with path.open("rb") as file:
        batch = batches.open_batch(file=File(file), name=path.name, by=None)
    started = time.perf_counter()
    batches.read_batch(batch.pk)
    read = time.perf_counter()
    batch.refresh_from_db()
    if batch.status != batch.Status.PREVIEW:
        raise SystemExit(f"{batch.status}: {batch.problem}")
    sequence, spent = feed.sequence, [0.0]

    def timed() -> int:
        begun = time.perf_counter()
        done = sequence()
        spent[0] += time.perf_counter() - begun
        return done

    feed.sequence = timed
    committing = time.perf_counter()
    batches.commit_batch(batch=batch, by=Actor())
    committed = time.perf_counter()
    return {
        "rows": batch.facts["read"],
        "preview": read - started,
        "commit": committed - committing - spent[0],
        "feed": spent[0],
        "parent_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "child_mb": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024,
    }


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "upr_tracker.settings")
    django.setup()
    print(json.dumps(measure(Path(sys.argv[1]))))
