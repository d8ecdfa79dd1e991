"""What somebody decided before about the very same file: a correction that was kept once is not asked about again."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from imports.models import Batch, Row
from imports.snapshots import Held, Snapshot


@dataclass(frozen=True)
class Kept:
    """What stood there, what the file said, and the parts in dispute: the file's word was not taken."""

    before: Snapshot
    after: Snapshot
    disputed: list[str]

    def parts(self, held: Snapshot, said: Snapshot) -> set[str]:
        """The corrected parts about which this was decided: they stand as they did, and the file says what it did."""
        return {
            part
            for part in self.disputed
            if part in held.get("edited", ())
            and (self.before.get(part), self.after.get(part)) == (held.get(part), said.get(part))
        }


def kept_before(batch: Batch, held: Iterable[Held]) -> dict[int, list[Kept]]:
    """By recommendation, what was decided in earlier imports of the batch's file; 1 query, none without corrections."""
    found: dict[int, list[Kept]] = defaultdict(list)
    corrected = [each.pk for each in held if each.snapshot["edited"]]
    if corrected:
        rows = Row.objects.filter(
            batch__sha256=batch.sha256,
            batch__status=Batch.Status.COMMITTED,
            recommendation__in=corrected,
            outcome=Row.Outcome.CONFLICT,
            take=False,
        ).exclude(state=Row.State.UNDONE)
        for pk, *kept in rows.values_list("recommendation_id", "before", "after", "disputed"):
            found[pk].append(Kept(*kept))
    return found
