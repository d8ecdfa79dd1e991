"""The life of a file that answers a question: asked for, made by a worker, fetched, deleted.

One file is made at a time, whoever asks: making files must not keep mails and imports waiting. The lane is a lock of
the worker's connection to the database, which is also its sign of life: PostgreSQL lets go of it when the worker dies,
and who holds it next finds the file still "being made" and makes it again.
"""

import contextlib
import datetime
import logging
import shutil
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.core.files import File
from django.db import connection, models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from history import feed
from history.work import hand_over
from reports import files
from reports.lanes import Lane, taken
from reports.leftovers import paths
from reports.models import Export
from reports.questions import Question

log = logging.getLogger(__name__)

ATTEMPTS = 3  # after so many workers that died over it nobody tries it again
LONGEST_QUEUE = 20  # files that wait; more are refused, so that nobody can keep the lane busy for a day
MOST_OF_ONE = 2  # of these, asked for from one address, so that nobody can fill it alone
STANDS = datetime.timedelta(hours=1)  # for so long a file that could not be made is not tried again
QUEUE = 0x75_70_72_04  # a number of our own for pg_advisory_xact_lock, beside those of reports.lanes
BUSY = (Export.Status.WAITING, Export.Status.WORKING)


class QueueFull(Exception):
    """Too many files are waiting to be made."""


class TooManyOfOne(QueueFull):
    """As many as one may have waiting were asked for from this address."""


def ask(question: Question, form: str, *, asker: str = "") -> Export:
    """The file that answers the question now: one that is there, or is being made, or could not be made, or a new one.

    `asker` stands for the address that asks (accounts.askers); files of nobody are not counted. Raises UnknownChoice
    for a filter's value, QueueFull, TooManyOfOne.
    """
    question.rows()  # refused before anything is kept
    asked = {"digest": question.digest(form), "position": feed.public_mark(), "day": timezone.now().date()}
    if found := _answering(asked):
        return found
    with transaction.atomic():
        with connection.cursor() as cursor:  # one at a time from here, so that the queue's ends are exact
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [QUEUE])
        if found := _answering(asked):  # somebody asked the same at the same moment
            return found
        _check_room(asker)
        export = Export(table=question.table, format=form, question=question.plain(), asker=asker, **asked)
        export.expires_at = _expiry()
        export.save()
        transaction.on_commit(_wake, robust=True)
    return export


def _answering(asked: dict[str, object]) -> Export | None:
    """The file of this question at this position of the feed; one that failed stands for a while too."""
    stale = Q(status=Export.Status.FAILED, failed_at__lt=timezone.now() - STANDS)
    return Export.objects.filter(**asked).exclude(stale).order_by("-id").first()


def _check_room(asker: str) -> None:
    waiting = Export.objects.filter(status__in=BUSY)
    if asker and waiting.filter(asker=asker).count() >= MOST_OF_ONE:
        raise TooManyOfOne
    if waiting.count() >= LONGEST_QUEUE:
        raise QueueFull


def _expiry() -> datetime.datetime:
    """The end of the last day (UTC) on which a file of today is kept: nobody needs to see when it was asked for."""
    last = timezone.now().astimezone(datetime.UTC).date() + datetime.timedelta(days=settings.EXPORT_DAYS + 1)
    return datetime.datetime.combine(last, datetime.time(), datetime.UTC)


def _wake() -> None:
    hand_over("reports.make", otherwise="the file will be made by the next sweep")


def make_next() -> bool:
    """Make the file that has waited longest, unless another worker is making one; whether one was made or given up."""
    with taken(Lane.EXPORTS) as free:
        export = Export.objects.filter(status__in=BUSY).order_by("id").first() if free else None
        if export is None:
            return False
        if export.attempts >= ATTEMPTS:
            _fail(export, _("Making this file ended a worker %(n)d times. Ask for less.") % {"n": ATTEMPTS})
            return True
        Export.objects.filter(pk=export.pk).update(
            status=Export.Status.WORKING, attempts=models.F("attempts") + 1, done=0
        )
        try:
            _make(export)
        except files.TooLarge as error:
            _fail(export, str(error))
        except Exception:
            log.exception("Download %s could not be made", export.key)
            _fail(export, _("It could not be made because of a fault of ours, which is noted in the log."))
        return True


def _make(export: Export) -> None:
    question = Question(**export.question)
    rows, columns = question.rows(), question.columns
    mine = Export.objects.filter(pk=export.pk)
    mine.update(total=rows.order_by().count())

    def told(done: int) -> None:
        mine.update(done=done)

    with workplace() as folder:
        path = folder / export.file_name
        files.WRITERS[export.format](path, rows, columns, question.reader, told)
        export.bytes, export.sha256 = path.stat().st_size, files.sha256(path)
        with path.open("rb") as made:
            export.file.save(export.file_name, File(made), save=False)
    mine.update(
        status=Export.Status.DONE,
        file=export.file.name,
        bytes=export.bytes,
        sha256=export.sha256,
        done=models.F("total"),
        problem="",
        asker="",
    )


@contextlib.contextmanager
def workplace() -> Iterator[Path]:
    """An empty folder for files that are being made; what a killed worker left in it goes."""
    folder = settings.DATA_DIR / "making" / "exports"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, mode=0o700)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _fail(export: Export, problem: str) -> None:
    failed = {"status": Export.Status.FAILED, "failed_at": timezone.now(), "problem": problem, "asker": ""}
    Export.objects.filter(pk=export.pk).update(**failed)


def waits() -> bool:
    """Whether a file is to be made."""
    return Export.objects.filter(status__in=BUSY).exists()


def sweep() -> int:
    """Delete files whose days are over, the oldest of the others while they take more room than is given to them, and
    those that a worker died over. Returns how many.

    A row goes before its file: a file without a row is only lost room, until it is found here.
    """
    gone = [*Export.objects.filter(expires_at__lt=timezone.now()).exclude(status__in=BUSY)]
    left = settings.EXPORT_BYTES
    for export in Export.objects.filter(status=Export.Status.DONE, expires_at__gte=timezone.now()).order_by("-id"):
        left -= export.bytes or 0
        if left < 0:
            gone.append(export)
    for export in gone:
        Export.objects.filter(pk=export.pk).delete()
        if export.file:
            export.file.delete(save=False)
    return len(gone) + _sweep_unnamed()


def _sweep_unnamed() -> int:
    """Delete what a worker of this database stored and could not note, and what is older than any row.

    Other unnamed files may be those of another database with the same folder.
    """
    with taken(Lane.EXPORTS) as free:
        if not free:  # somebody makes a file, which no row names yet
            return 0
        storage = Export._meta.get_field("file").storage
        rows = [*Export.objects.all()]
        named = {str(row.file) for row in rows}
        begun = tuple(f"exports/{Path(row.file_name).stem}" for row in rows)
        long_ago = timezone.now() - datetime.timedelta(days=settings.EXPORT_DAYS + 1)
        gone = [
            path
            for path in paths(storage, "exports")
            if path not in named and (path.startswith(begun) or storage.get_modified_time(path) < long_ago)
        ]
        for path in gone:
            storage.delete(path)
        return len(gone)
