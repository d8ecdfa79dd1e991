"""The life of an import: opened, read by a worker, shown, committed, perhaps undone."""

import contextlib
import datetime
import hashlib
import logging
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.core.files import File
from django.db import InterfaceError, OperationalError, models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Organisation, Person
from history.log import Actor
from history.work import hand_over
from imports import committing, undoing
from imports.child import read_in_child
from imports.models import Batch, Row
from imports.places import held_document, new_document
from imports.preview import make_rows
from imports.reading import Reading, UnreadableFile
from imports.settling import settle
from reviews.models import Document, Review, Session
from states.models import State

log = logging.getLogger(__name__)

ATTEMPTS = 3  # after so many readers that died over a file nobody tries it again


class Drifted(Exception):
    """What the preview showed is not what stands there now; nothing was written, and the rows are marked."""


@dataclass(frozen=True)
class Prepared:
    """A file that was read, and the review and document it belongs to; both may not be saved yet."""

    reading: Reading
    state: State
    session: Session
    review: Review
    document: Document


def prepare(path: Path, digest: str, *, iso3: str = "", session: int | None = None, source: str = "") -> Prepared:
    """Read a file and settle where it belongs; writes nothing. Raises UnreadableFile."""
    reading = read_in_child(path, source)
    if reading.source not in Document.Kind.values:
        message = _("“%(file)s” is a database export, which cannot be imported yet. Import the report or the list.")
        raise UnreadableFile(message % {"file": path.name})
    state, found = settle(path.name, reading, iso3, session)
    review = Review.objects.filter(state=state, session=found).first() or Review(state=state, session=found)
    document = held_document(review, digest) or new_document(reading, review, digest)
    return Prepared(reading, state, found, review, document)


def digest_of(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def harmless(name: str) -> str:
    """A file name with letters, digits and plain marks only, without any folder."""
    return re.sub(r"[^\w. -]", "_", Path(name).name)[-100:].lstrip(".") or "document"


def open_batch(
    *,
    file: "File[bytes]",
    name: str,
    by: Person | None,
    organisation: Organisation | None = None,
    iso3: str = "",
    session: int | None = None,
    source: str = "",
) -> Batch:
    """Keep an uploaded file and have a worker read it; `organisation` is the one in whose name it is sent."""
    digest = hashlib.sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    batch = Batch(
        file_name=harmless(name),
        sha256=digest.hexdigest(),
        created_by=by,
        organisation=organisation,
        given_state=iso3,
        given_session=session,
        given_source=source,
    )
    with stored(batch, file), transaction.atomic():
        batch.save()
        _wake_on_commit(batch.pk)
    return batch


@contextlib.contextmanager
def stored(batch: Batch, file: "File[bytes]") -> Iterator[None]:
    """Keep the file of a batch that is about to be saved; gone again if that fails.

    Copying up to 20 MB is done here, before the transaction, which would hold its locks and its connection meanwhile.
    """
    batch.file.save(f"{batch.key}-{batch.file_name}", file, save=False)
    try:
        yield
    except BaseException:
        batch.file.delete(save=False)
        raise


def _wake_on_commit(batch_id: int) -> None:
    def wake() -> None:
        hand_over("imports.read", batch_id, otherwise="the import will be read by the next sweep")

    # Robust: the import stands whatever happens afterwards, and the sweep finds it.
    transaction.on_commit(wake, robust=True)


def read_batch(batch_id: int) -> None:
    """Read a batch's file and make its rows, unless another worker is at it. A bad file ends it with the reason."""
    lease = _claim(batch_id)
    if lease is None:
        return
    batch = Batch.objects.get(pk=batch_id)
    try:
        _show(batch_id, lease, _prepared(batch))
    except UnreadableFile as error:
        kept_as = Path(batch.file.path).name
        _fail(batch_id, lease, str(error).replace(kept_as, batch.file_name))
    except (OperationalError, InterfaceError):
        raise  # the database's trouble, not the file's: the sweep tries again
    except Exception:
        log.exception("Import %s could not be read", batch.key)
        message = _("“%(file)s” could not be read because of a fault of ours. It is noted in the log.")
        _fail(batch_id, lease, message % {"file": batch.file_name})


def _prepared(batch: Batch) -> Prepared:
    return prepare(
        Path(batch.file.path),
        batch.sha256,
        iso3=batch.given_state,
        session=batch.given_session,
        source=batch.given_source,
    )


def _claim(batch_id: int) -> datetime.datetime | None:
    """Until when this reader may read the batch, which is also the mark of its claim; None when it may not."""
    now = timezone.now()
    lease = now + datetime.timedelta(seconds=settings.IMPORT_LEASE_SECONDS)
    free = models.Q(status=Batch.Status.WAITING) | models.Q(status=Batch.Status.READING, lease_until__lt=now)
    waiting = Batch.objects.filter(free, pk=batch_id)
    tired = _("Reading this file ended a worker %(n)d times. Save it anew from its own program and send it again.")
    waiting.filter(attempts__gte=ATTEMPTS).update(
        status=Batch.Status.FAILED, problem=tired % {"n": ATTEMPTS}, lease_until=None
    )
    claimed = waiting.update(status=Batch.Status.READING, lease_until=lease, attempts=models.F("attempts") + 1)
    return lease if claimed else None


def _mine(batch_id: int, lease: datetime.datetime) -> models.QuerySet[Batch]:
    """The batch while this reader's claim on it holds; nothing once another reader has taken it over."""
    return Batch.objects.filter(pk=batch_id, status=Batch.Status.READING, lease_until=lease)


def _fail(batch_id: int, lease: datetime.datetime, problem: str) -> None:
    _mine(batch_id, lease).update(status=Batch.Status.FAILED, problem=problem, lease_until=None)


@transaction.atomic
def _show(batch_id: int, lease: datetime.datetime, prepared: Prepared) -> None:
    """Save the rows in place of those of an earlier reading; a reader that was overtaken leaves all as it is."""
    batch = _mine(batch_id, lease).select_for_update().first()
    if batch is None:
        return
    rows, facts = make_rows(batch, prepared.reading, prepared.review, prepared.document)
    _decide_as_before(batch, rows)
    batch.rows.all().delete()
    Row.objects.bulk_create(rows, batch_size=1000)
    batch.source = prepared.reading.source
    batch.facts = facts | {
        "state": prepared.state.iso3,
        "session": prepared.session.number,
        "symbol": prepared.reading.symbol,
    }
    batch.review = prepared.review if prepared.review.pk else None
    batch.status = Batch.Status.PREVIEW
    batch.problem = ""
    batch.lease_until = None
    batch.save(update_fields=["source", "facts", "review", "status", "problem", "lease_until"])


def _decide_as_before(batch: Batch, rows: Iterable[Row]) -> None:
    """Keep what a person decided of conflicts that an earlier reading of the same file showed in the same words."""
    decided = {row.label: row.after for row in batch.rows.filter(take=True)}
    for row in rows:
        row.take = row.outcome == Row.Outcome.CONFLICT and decided.get(row.label) == row.after


def abandoned() -> list[int]:
    """Batches that wait although nobody reads them: their worker died, or the broker was away."""
    now = timezone.now()
    lost = models.Q(status=Batch.Status.READING, lease_until__lt=now)
    waiting = models.Q(status=Batch.Status.WAITING, created_at__lt=now - datetime.timedelta(minutes=1))
    return list(Batch.objects.filter(lost | waiting).values_list("pk", flat=True))


@transaction.atomic
def read_again(*, batch: Batch) -> None:
    """Have a batch that is not committed read anew, against what is there now."""
    again = (Batch.Status.PREVIEW, Batch.Status.FAILED)
    found = Batch.objects.filter(pk=batch.pk, status__in=again)
    if found.update(status=Batch.Status.WAITING, problem="", attempts=0):
        _wake_on_commit(batch.pk)


def decide(*, row: Row, take: bool) -> None:
    """Settle a conflict of a batch that is not committed: take the file's word, or keep what is there."""
    Row.objects.filter(pk=row.pk, outcome=Row.Outcome.CONFLICT, batch__status=Batch.Status.PREVIEW).update(take=take)


def commit_batch(*, batch: Batch, by: Actor) -> Batch:
    """Write a batch: all of it in one transaction, compared with what its preview saw. Twice is once.

    Raises Drifted, with the rows marked and nothing else written.
    """
    try:
        with transaction.atomic():
            return committing.commit(batch, by)
    except committing.Differs as differs:
        sentence = _("This changed after the file was read. Read the file again.")
        Row.objects.filter(pk__in=differs.rows).update(message=sentence)
        problem = _("%(n)d rows changed after the file was read; nothing was written. Read the file again.")
        Batch.objects.filter(pk=batch.pk).update(
            status=Batch.Status.PREVIEW, problem=problem % {"n": len(differs.rows)}, lease_until=None
        )
        raise Drifted(problem % {"n": len(differs.rows)}) from differs


@transaction.atomic
def undo_batch(*, batch: Batch, by: Actor) -> Batch:
    """Take a committed batch back, row by row where nothing has happened since; the other rows say why they stay."""
    return undoing.undo(batch, by)


def numbers_of(rows: Iterable[Row]) -> dict[str, int]:
    """How many rows have each outcome."""
    counted = dict.fromkeys(Row.Outcome.values, 0)
    for row in rows:
        counted[row.outcome] += 1
    return counted
