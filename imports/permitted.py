"""Whether an import may be written now: asked when it is done, since rights may have gone after it was shown."""

from accounts import permissions
from accounts.models import Person
from accounts.roles import Act
from history.log import Actor
from imports.models import Batch, Row
from states.models import State


def require_still(batch: Batch, by: Actor) -> None:
    """Raise PermissionDenied unless the person may write this import, for every State that its rows are about.

    Whoever may run the command line may import anything; of drafts it is asked again where they are written.
    """
    if by.person_id is None:
        return
    person = Person.objects.get(pk=by.person_id)
    permissions.require(person, Act.IMPORT, organisation=batch.organisation)
    if not person.is_administrator:
        for state in _states(batch):
            permissions.require(person, Act.IMPORT, organisation=batch.organisation, state=state)


def _states(batch: Batch) -> list[State]:
    """The States under review of the rows that may be written; 2 queries."""
    rows = batch.rows.exclude(outcome=Row.Outcome.REJECTED).order_by()
    found = rows.values_list("review__state", "after__review__0").distinct()
    return list(State.objects.filter(pk__in={held or new for held, new in found} - {None}).order_by("pk"))
