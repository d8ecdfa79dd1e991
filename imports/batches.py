"""The life of an import: opened, read by a worker, shown, committed, perhaps undone."""

import contextlib
import datetime
import hashlib
import logging
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files import File
from django.db import InterfaceError, OperationalError, models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Organisation, Person
from history.log import Actor, record
from history.work import hand_over
from imports import events, writer
from imports.child import read_in_child
from imports.models import Batch, Row
from imports.preview import make_rows
from imports.reading import Reading, UnreadableFile
from imports.settling import settle
from imports.snapshots import Snapshot, held_in
from recommendations import derived
from recommendations.models import Assessment, Check, Draft, Position, Recommendation
from reviews.models import Document, Review, Session
from states.models import State

log = logging.getLogger(__name__)

ATTEMPTS = 3  # after so many readers that died over a file nobody tries it again
WRITTEN = (Row.Outcome.NEW, Row.Outcome.CHANGED)


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
    document = Document.objects.filter(review=review, sha256=digest).first() if review.pk else None
    return Prepared(reading, state, found, review, document or _document(reading, review, digest))


def _document(reading: Reading, review: Review, digest: str) -> Document:
    """The document that a file is; the same file is the same document, whatever it is called."""
    kind = Document.Kind(reading.source)
    iso3, number = review.state.iso3, review.session.number
    slug = f"{kind.replace('_', '-')}-{number}-{iso3.lower()}-{digest[:8]}"
    title = f"{str(kind.label)[:1].upper()}{str(kind.label)[1:]}, {review.state.name}, session {number}"
    return Document(key=slug, kind=kind, title=title, symbol=reading.symbol or "", sha256=digest, review=review)


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
            return _commit(batch, by)
    except _Differs as differs:
        sentence = _("This changed after the file was read. Read the file again.")
        Row.objects.filter(pk__in=differs.rows).update(message=sentence)
        problem = _("%(n)d rows changed after the file was read; nothing was written. Read the file again.")
        Batch.objects.filter(pk=batch.pk).update(
            status=Batch.Status.PREVIEW, problem=problem % {"n": len(differs.rows)}, lease_until=None
        )
        raise Drifted(problem % {"n": len(differs.rows)}) from differs


class _Differs(Exception):
    def __init__(self, rows: list[int]) -> None:
        super().__init__()
        self.rows = rows


def _commit(batch: Batch, by: Actor) -> Batch:
    batch = Batch.objects.select_for_update().get(pk=batch.pk)
    if batch.status not in {Batch.Status.PREVIEW, Batch.Status.COMMITTING}:
        return batch
    review, document = _places(batch)
    rows = list(batch.rows.order_by("number"))
    _lock(Recommendation.objects.filter(review=review, label__in=[row.label for row in rows if row.label]))
    held = held_in(review, document)
    different = [row.pk for row in rows if _differs(row, held)]
    if different:
        raise _Differs(different)
    ids = _write(review, document, rows, held)
    ids += _answer_waiting(review, [row.label for row in rows if row.outcome == Row.Outcome.NEW])
    Row.objects.bulk_update(rows, ["state", "recommendation", "after"], batch_size=1000)
    derived.refresh_positions(ids)
    derived.refresh_leads(ids)
    batch.review, batch.document = review, document
    batch.status, batch.committed_at, batch.problem = Batch.Status.COMMITTED, timezone.now(), ""
    batch.lease_until = None
    batch.save(update_fields=["review", "document", "status", "committed_at", "problem", "lease_until"])
    numbers = numbers_of(rows)
    if numbers["new"] or numbers["changed"]:
        new = {name: numbers[name] for name in ("new", "changed", "unchanged")} | {"document": document.pk}
        record(events.DOCUMENT_IMPORTED, document, by=by, review_id=review.pk, new=new)
    return batch


def _places(batch: Batch) -> tuple[Review, Document]:
    """The review, locked so that two imports of it take turns, and the document; both made when missing."""
    state = State.objects.get(iso3=batch.facts["state"])
    session = Session.objects.get(number=batch.facts["session"])
    review, _made = Review.objects.get_or_create(state=state, session=session)
    review = Review.objects.select_for_update().select_related("state", "session").get(pk=review.pk)
    document = Document.objects.filter(review=review, sha256=batch.sha256).first()
    if document is None:
        document = _document(Reading(source=batch.source, symbol=batch.facts.get("symbol")), review, batch.sha256)
        document.save()
    return review, document


def _lock(recommendations: models.QuerySet[Recommendation]) -> None:
    """Lock these in id order, as everywhere: who judges one of them (recommendations.actions) comes before or after."""
    list(recommendations.order_by("id").select_for_update().values_list("pk"))


def _differs(row: Row, held: dict[str, tuple[Recommendation, Snapshot]]) -> bool:
    """Whether what stands there now is not what the preview of this row saw."""
    if not row.label:
        return False
    now = held.get(row.label)
    return (now[1] if now else None) != row.before


def _write(
    review: Review, document: Document, rows: list[Row], held: dict[str, tuple[Recommendation, Snapshot]]
) -> list[int]:
    """Apply the rows; returns the ids of the recommendations that they touch."""
    for row in rows:
        if row.after and "source" in row.after:
            row.after["source"][0] = document.pk  # not known before the document is saved
    fresh = [row for row in rows if row.outcome == Row.Outcome.NEW and row.label not in held]
    ids = writer.create(review, document, fresh)
    for row in rows:
        if row.outcome in WRITTEN or row.take:
            row.state = Row.State.WRITTEN
        elif row.outcome == Row.Outcome.CONFLICT:
            row.state = Row.State.LEFT
        if row.state != Row.State.WRITTEN or row.label not in held:
            continue
        recommendation = held[row.label][0]
        if row.outcome == Row.Outcome.NEW:
            writer.revive(recommendation)
        writer.put(recommendation, document, row.after, row.fields)
        row.recommendation = recommendation
        ids.append(recommendation.pk)
    return ids


def _answer_waiting(review: Review, labels: list[str]) -> list[int]:
    """Give new recommendations the answers that an addendum brought before them."""
    waiting = Row.objects.filter(
        batch__review=review, batch__status=Batch.Status.COMMITTED, outcome=Row.Outcome.WAITING, label__in=labels
    ).select_related("batch__document")
    ids = []
    for row in waiting:
        recommendation = Recommendation.objects.get(review=review, label=row.label)
        assert row.batch.document is not None
        writer.put(recommendation, row.batch.document, row.after, ["position"])
        row.recommendation, row.outcome, row.state = recommendation, Row.Outcome.CHANGED, Row.State.WRITTEN
        row.before = {"position": None}
        row.save()
        ids.append(recommendation.pk)
    return ids


@transaction.atomic
def undo_batch(*, batch: Batch, by: Actor) -> Batch:
    """Take a committed batch back, row by row where nothing has happened since; the other rows say why they stay.

    A recommendation that it made is removed: its address then says that it is gone. While rows stay, the batch stays
    committed, so that the rest can be taken back once what stands in the way (a later import, say) is gone.
    """
    batch = Batch.objects.select_for_update().get(pk=batch.pk)
    may_be_taken_back = batch.status in {Batch.Status.COMMITTED, Batch.Status.UNDOING}
    if not may_be_taken_back or batch.review is None or batch.document is None:
        return batch
    Review.objects.select_for_update().get(pk=batch.review.pk)
    rows = list(batch.rows.filter(state=Row.State.WRITTEN))
    # Before anybody looks at what was recorded on them: a status published from now on waits, and finds them removed.
    _lock(Recommendation.objects.filter(pk__in=[row.recommendation_id for row in rows]))
    held = {
        recommendation.pk: both
        for both in held_in(batch.review, batch.document).values()
        for recommendation in both[:1]
    }
    touched = _touched_since(batch, rows)
    ids: list[int] = []
    for row in rows:
        assert row.recommendation_id is not None
        recommendation, now = held[row.recommendation_id]
        row.message = touched.get(row.recommendation_id, "") or _changed_since(row, now)
        if row.message:
            continue
        _take_back(row, recommendation, batch.document)
        row.state = Row.State.UNDONE
        ids.append(recommendation.pk)
    Row.objects.bulk_update(rows, ["state", "message"], batch_size=1000)
    derived.refresh_positions(ids)
    derived.refresh_leads(ids)
    left = len(rows) - len(ids)
    batch.facts = batch.facts | {"undone": batch.facts.get("undone", 0) + len(ids), "left": left}
    batch.status, batch.problem, batch.lease_until = Batch.Status.COMMITTED, "", None
    if not left:
        batch.status, batch.undone_at = Batch.Status.UNDONE, timezone.now()
    batch.save(update_fields=["status", "undone_at", "facts", "problem", "lease_until"])
    if ids:
        new = {"undone": len(ids), "left": left, "document": batch.document.pk}
        record(events.IMPORT_UNDONE, batch.document, by=by, review_id=batch.review.pk, new=new)
    return batch


def _take_back(row: Row, recommendation: Recommendation, document: Document) -> None:
    if row.outcome == Row.Outcome.NEW:
        writer.remove(recommendation)
    else:
        writer.put(recommendation, document, row.before or {}, row.fields)


def _changed_since(row: Row, now: Snapshot) -> str:
    parts = row.fields if row.outcome != Row.Outcome.NEW else sorted(row.after)
    if all(now.get(part) == row.after[part] for part in parts):
        return ""
    return _("It was changed again since; it stays as it is.")


def _touched_since(batch: Batch, rows: Iterable[Row]) -> dict[int, str]:
    """Why a recommendation that the batch made cannot go: people worked on it, or another document speaks of it."""
    made = [row.recommendation_id for row in rows if row.outcome == Row.Outcome.NEW]
    others = Position.objects.exclude(document=batch.document)
    checks: list[tuple[Any, str]] = [
        (Assessment.objects, _("A status was recorded on it; it stays.")),
        (Check.objects, _("Somebody looked at it again; it stays.")),
        (Draft.objects, _("Somebody has a draft for it; it stays.")),
        (others, _("Another document answers it; it stays.")),
    ]
    found: dict[int, str] = {}
    for manager, sentence in checks:
        for pk in manager.filter(recommendation__in=made).values_list("recommendation", flat=True).distinct():
            found.setdefault(pk, sentence)
    later = Row.objects.filter(batch__committed_at__gt=batch.committed_at, state=Row.State.WRITTEN)
    for pk in later.filter(recommendation__in=made).values_list("recommendation", flat=True).distinct():
        found.setdefault(int(pk or 0), _("A later import changed it; it stays."))
    return found


def numbers_of(rows: Iterable[Row]) -> dict[str, int]:
    """How many rows have each outcome."""
    counted = dict.fromkeys(Row.Outcome.values, 0)
    for row in rows:
        counted[row.outcome] += 1
    return counted
