"""Writing the log: the one door through which events come."""

import datetime
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import models, transaction

from history import feed, registry
from history.models import Event, Origin

Value = int | str | bool | None | datetime.date | list[int] | list[str]


@dataclass(frozen=True)
class Actor:
    """Who did it, for which organisation, and by which road. No person: the system, or a command."""

    person_id: int | None = None
    organisation_id: int | None = None
    origin: Origin = Origin.SYSTEM


def record(
    action: registry.Action,
    target: models.Model | type[models.Model],
    *,
    by: Actor,
    review_id: int | None = None,
    old: Mapping[str, Value] | None = None,
    new: Mapping[str, Value] | None = None,
    quiet: bool = False,
) -> Event:
    """Write one event inside the caller's transaction and have it sequenced after commit.

    `target` is the row it happened to; a model, where it happened to the table as a whole.

    Raises ValueError for a key the action does not declare: free text must never slip into a log that cannot forget.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("An event is written in the transaction of the change it tells of; open one first.")
    event = Event.objects.create(
        action=action.name,
        target_type=target._meta.label_lower,
        target_id=target.pk if isinstance(target, models.Model) else 0,
        review_id=review_id,
        actor_id=by.person_id,
        organisation_id=by.organisation_id,
        origin=by.origin,
        old=_checked(action, old),
        new=_checked(action, new),
        quiet=quiet,
    )
    # Robust: the change stands whatever happens afterwards, and the sweep gives what is left its position.
    transaction.on_commit(feed.committed, robust=True)
    return event


def record_each(
    action: registry.Action,
    model: type[models.Model],
    targets: str,
    parameters: Sequence[object] = (),
    *,
    by: Actor,
    new: Mapping[str, Value] | None = None,
    counts: Sequence[str] = (),
    quiet: bool = True,
) -> int:
    """Write an event for each target of a batch, in one statement; returns how many.

    `targets` is SQL that gives (target id, review id), and a number for each of `counts`, which are keys of its own.
    The keys of `new`, the same for all, are checked as always. Quiet events are stood for by the batch's own.
    """
    values = [action.name, model._meta.label_lower, by.person_id, by.organisation_id, by.origin]
    same = json.dumps(_checked(action, dict.fromkeys(counts, 0) | dict(new or {})))
    numbers = ", ".join(f"'{name}', target.count_{name}" for name in counts)
    columns = "".join(f", count_{name}" for name in counts)
    with transaction.get_connection().cursor() as cursor:
        cursor.execute(
            f"""
            INSERT INTO history_event
                (action, target_type, actor_id, organisation_id, origin, old, new, quiet, target_id, review_id)
            SELECT %s, %s, %s::bigint, %s::bigint, %s, '{{}}'::jsonb, %s::jsonb || jsonb_build_object({numbers}), %s,
                target.id, target.review_id
            FROM ({targets}) AS target (id, review_id{columns}) ORDER BY target.id
            """,
            [*values, same, quiet, *parameters],
        )
        written = int(cursor.rowcount)
    transaction.on_commit(feed.committed, robust=True)
    return written


def _checked(action: registry.Action, values: Mapping[str, Value] | None) -> dict[str, object]:
    values = values or {}
    unknown = set(values) - action.keys
    if unknown:
        raise ValueError(f"{action.name} may not carry {sorted(unknown)}; it carries {sorted(action.keys)}.")
    return {key: value.isoformat() if isinstance(value, datetime.date) else value for key, value in values.items()}
