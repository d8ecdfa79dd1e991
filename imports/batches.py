"""The life of an import: opened, read by a worker, shown, committed, perhaps undone."""

import contextlib
import datetime
import hashlib
import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files import File
from django.db import InterfaceError, OperationalError, models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Organisation, Person
from history.log import Actor
from history.work import hand_over
from imports import committing, progress, undoing
from imports.child import read_in_child
from imports.comparing import outranks
from imports.export_rows import ExportRows
from imports.models import Batch, Row
from imports.permitted import require_still
from imports.places import held_document, new_document
from imports.preview import make_rows
from imports.reading import EXPORTS, Reading, UnreadableFile
from imports.session_file import importing as session_files
from imports.session_file.importing import read_session
from imports.settling import settle
from imports.sheets import writing as sheet_writing
from imports.sheets.reading import Found, read_sheet
from imports.sources.session_file import NAME as SESSION_FILE
from imports.sources.spreadsheet import NAME as SHEET
from imports.spots import Given
from imports.staging import Claim, Overtaken, decide_as_before, decisions, save_export, save_rows
from imports.work import Differs
from recommendations.models import Part
from reviews.models import Document, Review

log = logging.getLogger(__name__)

# How batches are written that bring no document.
COMMITS = {SHEET: sheet_writing.commit, SESSION_FILE: session_files.commit}
UNDOES = {SHEET: sheet_writing.undo, SESSION_FILE: session_files.undo}
ATTEMPTS = 3  # after so many readers that died over a file nobody tries it again


class Drifted(Exception):
    """What the preview showed is not what stands there now; nothing was written, and the rows are marked."""


@dataclass(frozen=True)
class Prepared:
    """A file that was read, and the document that it is; of an official one also the review, maybe not saved yet.

    An organisation's own sheet is no document, and a session file speaks of several.
    """

    reading: Reading
    document: Document | None
    review: Review | None = None

    @property
    def facts(self) -> dict[str, Any]:
        """Where it belongs, as the facts of a batch say it; an export belongs to no single review."""
        if self.review is None:
            return {}
        return {
            "state": self.review.state.iso3,
            "session": self.review.session.number,
            "symbol": self.reading.symbol,
        }


def prepare(path: Path, digest: str, *, iso3: str = "", session: int | None = None, source: str = "") -> Prepared:
    """Read a file and settle where it belongs; writes nothing. Raises UnreadableFile.

    Of an export the mentions are still to be read; each says itself where it belongs.
    """
    reading = read_in_child(path, source)
    if reading.sheets or reading.source == SESSION_FILE:
        return Prepared(reading, None)
    if reading.source in EXPORTS:
        return Prepared(reading, held_document(None, digest) or new_document(reading, None, digest))
    state, found = settle(path.name, reading, iso3, session)
    review = Review.objects.filter(state=state, session=found).first() or Review(state=state, session=found)
    return Prepared(reading, held_document(review, digest) or new_document(reading, review, digest), review)


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
    claim = _claim(batch_id)
    if claim is None:
        return
    batch = Batch.objects.get(pk=batch_id)
    try:
        _show(claim, _prepared(batch), batch)
    except Overtaken:
        log.info("Import %s: another worker has taken it over", batch.key)
    except UnreadableFile as error:
        kept_as = Path(batch.file.path).name
        _fail(claim, str(error).replace(kept_as, batch.file_name))
    except (OperationalError, InterfaceError):
        raise  # the database's trouble, not the file's: the sweep tries again
    except Exception:
        log.exception("Import %s could not be read", batch.key)
        message = _("“%(file)s” could not be read because of a fault of ours. It is noted in the log.")
        _fail(claim, message % {"file": batch.file_name})
    finally:
        progress.forget(batch_id)


def _prepared(batch: Batch) -> Prepared:
    return prepare(
        Path(batch.file.path),
        batch.sha256,
        iso3=batch.given_state,
        session=batch.given_session,
        source=batch.given_source,
    )


def _claim(batch_id: int) -> Claim | None:
    """The claim of this reader on the batch; None when it may not read it."""
    now = timezone.now()
    lease = now + datetime.timedelta(seconds=settings.IMPORT_LEASE_SECONDS)
    free = models.Q(status=Batch.Status.WAITING) | models.Q(status=Batch.Status.READING, lease_until__lt=now)
    waiting = Batch.objects.filter(free, pk=batch_id)
    tired = _("Reading this file ended a worker %(n)d times. Save it anew from its own program and send it again.")
    waiting.filter(attempts__gte=ATTEMPTS).update(
        status=Batch.Status.FAILED, problem=tired % {"n": ATTEMPTS}, lease_until=None
    )
    claimed = waiting.update(status=Batch.Status.READING, lease_until=lease, attempts=models.F("attempts") + 1)
    return Claim(batch_id, lease) if claimed else None


@transaction.atomic
def _fail(claim: Claim, problem: str) -> None:
    if claim.mine().update(status=Batch.Status.FAILED, problem=problem, lease_until=None):
        Row.objects.filter(batch=claim.batch_id).delete()  # of an export that broke off


def _show(claim: Claim, prepared: Prepared, batch: Batch) -> None:
    """Save the rows in place of those of an earlier reading; a reader that was overtaken leaves all as it is."""
    export = sheet = None
    if prepared.document is None:
        is_session = prepared.reading.source == SESSION_FILE
        sheet = read_session(batch, Path(batch.file.path)) if is_session else read_sheet(batch, prepared.reading)
    elif prepared.review is None:
        export = export_rows(batch, prepared, Given(batch.given_state, batch.given_session, batch.organisation))
        save_export(batch, export, claim)
    with transaction.atomic():
        found = claim.mine().select_for_update(no_key=True).first()
        if found is None:
            raise Overtaken
        if sheet:
            found.facts = save_found(found, sheet)
        else:
            found.facts = export.facts() if export else save_document(found, prepared)
        found.source = prepared.reading.source
        found.review = prepared.review if prepared.review and prepared.review.pk else None
        found.status = Batch.Status.ASKING if sheet and sheet.asks else Batch.Status.PREVIEW
        found.problem, found.lease_until = "", None
        found.save(update_fields=["source", "facts", "review", "status", "problem", "lease_until"])


def save_document(batch: Batch, prepared: Prepared) -> dict[str, Any]:
    """Save the rows of an official document; returns the facts to be told of it."""
    assert prepared.review is not None
    assert prepared.document is not None
    rows, facts = make_rows(batch, prepared.reading, prepared.review, prepared.document)
    decide_as_before(decisions(batch), rows)
    batch.rows.all().delete()
    save_rows(batch, rows)
    return facts | prepared.facts


def save_found(batch: Batch, sheet: Found) -> dict[str, Any]:
    """Save the rows of an organisation's own sheet or of a session file; returns the facts to be told of it."""
    decide_as_before(decisions(batch), sheet.rows)
    batch.rows.all().delete()
    save_rows(batch, sheet.rows)
    return sheet.facts


def export_rows(batch: Batch, prepared: Prepared, given: Given) -> ExportRows:
    """The rows of an export, still to be read."""
    assert prepared.document is not None
    return ExportRows(batch, prepared.reading.mentions, prepared.document, given)


def abandoned() -> list[int]:
    """Batches that wait although nobody reads them: their worker died, or the broker was away."""
    now = timezone.now()
    lost = models.Q(status=Batch.Status.READING, lease_until__lt=now)
    waiting = models.Q(status=Batch.Status.WAITING, created_at__lt=now - datetime.timedelta(minutes=1))
    return list(Batch.objects.filter(lost | waiting).values_list("pk", flat=True))


@transaction.atomic
def read_again(*, batch: Batch) -> None:
    """Have a batch that is not committed read anew, against what is there now."""
    again = (Batch.Status.PREVIEW, Batch.Status.FAILED, Batch.Status.ASKING)
    found = Batch.objects.filter(pk=batch.pk, status__in=again)
    if found.update(status=Batch.Status.WAITING, problem="", attempts=0):
        _wake_on_commit(batch.pk)


def decide(*, rows: models.QuerySet[Row], take: bool) -> int:
    """Settle conflicts of a batch that is not committed: take the file's word, or keep what is there; how many."""
    shown = Batch.objects.filter(status=Batch.Status.PREVIEW)
    return rows.order_by().filter(outcome=Row.Outcome.CONFLICT, batch__in=shown).update(take=take)


def take_proposed(*, batch: Batch, rows: models.QuerySet[Row]) -> int:
    """Of these conflicts take the file's word where its kind of document ranks higher than the one that stands there.

    A mention is attached to the recommendation it is proposed for. The others, and what a person corrected, are kept as
    they are; how many are taken.
    """
    conflicts = rows.order_by().filter(outcome=Row.Outcome.CONFLICT)
    sources = {pk for pk in conflicts.values_list("before__source__0", flat=True).distinct() if pk}
    kinds = Document.objects.filter(pk__in=sources).values_list("pk", "kind")
    lower = [pk for pk, kind in kinds if outranks(batch.source, kind)]
    with transaction.atomic():
        decide(rows=rows, take=False)
        proposed = models.Q(before__source__0__in=lower) | models.Q(after__has_key="key")
        corrected = models.Q(disputed__contains=["position"])  # of two answers the one that is there is proposed
        for part in Part.values:
            corrected |= models.Q(disputed__contains=[part], before__edited__has_key=part)
        return decide(rows=rows.filter(proposed).exclude(corrected), take=True)


def commit_batch(*, batch: Batch, by: Actor) -> Batch:
    """Write a batch: all of it in one transaction, compared with what its preview saw. Twice is once.

    Raises Drifted, with the rows marked and nothing else written, and PermissionDenied.
    """
    try:
        with transaction.atomic():
            require_still(batch, by)
            return COMMITS.get(batch.source, committing.commit)(batch, by)
    except Differs as differs:
        sentence = _("This changed after the file was read. Read the file again.")
        Row.objects.filter(pk__in=differs.rows).update(message=sentence)
        problem = _("%(n)d rows changed after the file was read; nothing was written. Read the file again.")
        Batch.objects.filter(pk=batch.pk).update(
            status=Batch.Status.PREVIEW, problem=problem % {"n": len(differs.rows)}, lease_until=None
        )
        raise Drifted(problem % {"n": len(differs.rows)}) from differs


@transaction.atomic
def undo_batch(*, batch: Batch, by: Actor) -> Batch:
    """Take a committed batch back, row by row where nothing has happened since; the other rows say why they stay.

    Raises PermissionDenied.
    """
    require_still(batch, by)
    return UNDOES.get(batch.source, undoing.undo)(batch, by)
