"""Commit and undo of a batch, asked for by a person and done by a worker.

Who asks turns the status to COMMITTING or UNDOING; one worker does the work in one transaction, in which it holds the
batch's row locked. That lock is its sign of life: PostgreSQL lets go of it when the worker dies, and what was written
is gone with it. The lease covers the moment before the lock is taken.
"""

import datetime
import logging

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import InterfaceError, OperationalError, models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Person
from history.log import Actor
from history.models import Origin
from history.work import hand_over
from imports import progress
from imports.batches import ATTEMPTS, Drifted, commit_batch, undo_batch
from imports.models import Batch

log = logging.getLogger(__name__)

BEFORE = {Batch.Status.COMMITTING: Batch.Status.PREVIEW, Batch.Status.UNDOING: Batch.Status.COMMITTED}


def ask_commit(*, batch: Batch, by: Person) -> bool:
    """Have a worker write the batch; whether this press was the one that asked for it."""
    return _ask(batch, Batch.Status.COMMITTING, by)


def ask_undo(*, batch: Batch, by: Person) -> bool:
    """Have a worker take the batch back; whether this press was the one that asked for it."""
    return _ask(batch, Batch.Status.UNDOING, by)


@transaction.atomic
def _ask(batch: Batch, wanted: Batch.Status, by: Person) -> bool:
    ready = Batch.objects.filter(pk=batch.pk, status=BEFORE[wanted])
    asked = ready.update(status=wanted, asked_by=by, attempts=0, problem="", lease_until=None)
    if asked:
        transaction.on_commit(lambda: _wake(batch.pk), robust=True)
    return bool(asked)


def _wake(batch_id: int) -> None:
    hand_over("imports.write", batch_id, otherwise="the import will be written or taken back by the next sweep")


def work_on(batch_id: int) -> None:
    """Do what the batch waits for, unless another worker is at it. Whatever goes wrong, nothing is half done."""
    batch = _claim(batch_id)
    if batch is None:
        return
    act = commit_batch if batch.status == Batch.Status.COMMITTING else undo_batch
    try:
        act(batch=batch, by=_actor(batch))
    except Drifted:
        log.info("Import %s: what it was compared with has changed since", batch.key)
    except PermissionDenied as refused:
        _give_up(batch, str(refused))
    except (OperationalError, InterfaceError):
        raise  # the database's trouble: the sweep has another worker try
    except Exception:
        log.exception("Import %s could not be written or taken back", batch.key)
        _give_up(batch, _("It stopped because of a fault of ours, which is noted in the log."))
    finally:
        progress.forget(batch_id)


@transaction.atomic
def _claim(batch_id: int) -> Batch | None:
    """The batch, if it waits for a worker; after so many that died over it, it is as it was, with the reason."""
    batch = _waiting().filter(pk=batch_id).select_for_update(skip_locked=True, of=("self",), no_key=True).first()
    if batch is None:
        return None
    if batch.attempts >= ATTEMPTS:
        tired = _(
            "It was tried %(n)d times and ended in the middle each time; nothing was changed. Somebody else may be "
            "writing the same review: try again later, and tell whoever runs this site if it stays so."
        )
        _give_up(batch, tired % {"n": ATTEMPTS})
        return None
    batch.attempts += 1
    batch.lease_until = timezone.now() + datetime.timedelta(seconds=settings.IMPORT_WRITE_LEASE_SECONDS)
    batch.save(update_fields=["attempts", "lease_until"])
    return batch


def _waiting() -> models.QuerySet[Batch]:
    free = models.Q(lease_until=None) | models.Q(lease_until__lt=timezone.now())
    return Batch.objects.filter(free, status__in=BEFORE)


def _give_up(batch: Batch, problem: str) -> None:
    before = BEFORE[Batch.Status(batch.status)]
    Batch.objects.filter(pk=batch.pk, status=batch.status).update(status=before, problem=problem, lease_until=None)


def _actor(batch: Batch) -> Actor:
    """Who asked, in whose name: an administrator never speaks for the organisation that sent the file."""
    person = batch.asked_by
    speaks = person is not None and not person.is_administrator
    return Actor(
        person_id=person.pk if person else None,
        organisation_id=batch.organisation_id if speaks else None,
        origin=Origin.IMPORT,
    )


def abandoned() -> list[int]:
    """Batches that wait to be written or taken back while nobody is at it: a worker died, or the broker was away."""
    with transaction.atomic():
        free = _waiting().order_by("pk").select_for_update(skip_locked=True, of=("self",), no_key=True)
        return list(free.values_list("pk", flat=True))
