"""Settling how States are spelled: once, for everybody."""

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from history.log import Actor, record
from states import events
from states.models import State, StateAlias
from states.names import fold


@transaction.atomic
def add_state_name(*, state: State, text: str, by: Actor) -> StateAlias:
    """Have this spelling lead to the State from now on; one that does so already is left as it is.

    Raises ValidationError where it leads to another State, or has no letters.
    """
    text = text.strip()
    folded = fold(text)
    if not folded or len(text) > 150:
        raise ValidationError(_("“%(name)s” is no name of a State.") % {"name": text[:60]})
    try:
        with transaction.atomic():
            alias = StateAlias.objects.create(state=state, text=text, folded=folded, kind="spelling")
    except IntegrityError:
        held = StateAlias.objects.select_related("state").get(folded=folded)
        if held.state_id != state.pk:
            message = _("“%(name)s” leads to %(state)s already.")
            raise ValidationError(message % {"name": text, "state": held.state}) from None
        return held
    record(events.STATE_NAME_ADDED, state, by=by, new={"alias": alias.pk})
    return alias
