"""Freezing the public record under a name: every table as files with checksums, described, and never changed again."""

import contextlib
import datetime
import re
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import orjson
from django.conf import settings
from django.core.files import File
from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.reader import PUBLIC
from history import feed
from history.log import Actor, record
from reports import datapackage, dictionary, events, files
from reports.changes import changes_between
from reports.lanes import Lane, taken
from reports.leftovers import paths, release_storage
from reports.licences import SOURCES
from reports.models import Making, Release, ReleaseFile
from reports.tables import TABLES

NAME = re.compile(r"\d{4}\.(0[1-9]|1[0-2])(\.\d{1,2})?", re.ASCII)
MORE_FORMS = {"recommendations": ("jsonl", "parquet"), "dyads": ("parquet",)}  # besides CSV, which all have
TITLE = "Recommendations of the Universal Periodic Review and what became of them"


class RefusedRelease(ValueError):
    """The release cannot be made or withdrawn. The text is a sentence for whoever asked."""


@dataclass(frozen=True)
class Made:
    """A file that was written, with how many rows it has, where it is a table."""

    path: Path
    about: str
    rows: int | None = None

    @property
    def bytes(self) -> int:
        """Its size."""
        return self.path.stat().st_size

    @cached_property
    def sha256(self) -> str:
        """Its checksum, computed once: a large file takes seconds."""
        return files.sha256(self.path)


def make_release(*, name: str, by: Actor) -> Release:
    """Freeze what the public sees now, all tables in one snapshot. Raises RefusedRelease; then nothing is left.

    The files are stored before the transaction that makes them known; what it did not make known is removed, by
    `sweep` where the process was killed.
    """
    with taken(Lane.RELEASES) as free:
        if not free:
            raise RefusedRelease(_("Another release is being made. Wait until it is done."))
        _check(name)
        sweep()
        making = Making.objects.create(name=name)
        try:
            return _make(making, by)
        finally:
            _end(making)


def _make(making: Making, by: Actor) -> Release:
    previous = Release.objects.order_by("-id").first()
    feed.sequence()  # what is committed has its place, so that the position says what is in it
    folder = making.workplace
    folder.mkdir(parents=True, mode=0o700)
    with _snapshot():  # holds statements only: PostgreSQL ends a transaction that idles
        position = feed.last_position()
        tables = [*_tables(folder)]
    made = [*tables, *_descriptions(folder, making.name, position, previous, tables)]
    return _keep(making, position, previous, made, by)


def _check(name: str) -> None:
    if not NAME.fullmatch(name):
        raise RefusedRelease(
            _("“%(name)s” is no name of a release. Give its month: 2026.11, or 2026.11.1.") % {"name": name}
        )
    if Release.objects.filter(name=name).exists():
        message = _("Release %(name)s was made already, and is never changed. Give the next name, such as %(next)s.")
        raise RefusedRelease(message % {"name": name, "next": _next(name)})
    today = _today()
    if _order(name)[:2] > (today.year, today.month):
        message = _("The month of “%(name)s” has not come. Give that of today: %(month)s.")
        raise RefusedRelease(message % {"name": name, "month": f"{today:%Y.%m}"})
    newest = Release.objects.latest_standing()
    if newest is not None and _order(name) <= _order(newest.name):
        message = _("“%(name)s” comes before %(newest)s, which was made already. Give a later name, such as %(next)s.")
        raise RefusedRelease(message % {"name": name, "newest": newest.name, "next": _next(newest.name)})


def _order(name: str) -> tuple[int, ...]:
    """Year, month and number of a name, which is 0 for the first release of a month."""
    year, month, *number = (int(part) for part in name.split("."))
    return year, month, *(number or [0])


def _next(name: str) -> str:
    """The name after this one in its month."""
    return f"{name[:7]}.{_order(name)[2] + 1}"


@contextlib.contextmanager
def _snapshot() -> Iterator[None]:
    """A transaction in which every query sees the same moment, and nothing is written."""
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        # A busy machine that takes its time between two rows has not forgotten the transaction; it locks nothing.
        cursor.execute("SET LOCAL idle_in_transaction_session_timeout = '10min'")
        yield


def _tables(folder: Path) -> Iterator[Made]:
    for table in TABLES.values():
        rows = table.rows(PUBLIC).order_by(*table.order)
        path = folder / f"{table.name}.csv"
        yield Made(path, table.about, files.write_csv(path, rows, table.columns, PUBLIC))
        for form in MORE_FORMS.get(table.name, ()):
            path = folder / f"{table.name}.{form}"
            write = {"jsonl": files.write_jsonl, "parquet": files.write_parquet}[form]
            yield Made(path, table.about, write(path, rows, table.columns, PUBLIC))


def _descriptions(folder: Path, name: str, position: int, previous: Release | None, made: list[Made]) -> Iterator[Made]:
    """The files that say what the others are."""

    def write(file: str, text: str | bytes, about: str) -> Made:
        path = folder / file
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return Made(path, about)

    described = [
        write("data-dictionary.md", dictionary.markdown(), "Every column with its type, meaning and values."),
        write(
            "CHANGELOG.md", changes_between(previous, name, position, folder), "What changed since the release before."
        ),
        write("CITATION.cff", _citation_file(name), "How to cite this release, for programs."),
        write("datapackage.json", _package(name, made), "Frictionless description of all tables."),
    ]
    yield from described
    sums = "".join(f"{one.sha256}  {one.path.name}\n" for one in [*made, *described])
    yield write("SHA256SUMS", sums, "Checksums: sha256sum --check SHA256SUMS")


def _package(name: str, made: list[Made]) -> bytes:
    tables = {one.path.name: TABLES[one.path.stem] for one in made if one.path.suffix == ".csv"}
    resources = []
    for one in made:
        if one.path.name in tables:
            resources.append(datapackage.resource(tables[one.path.name], one.path.name, one.bytes, one.sha256))
    package = datapackage.package(
        "upr-tracker",
        title=f"{TITLE}, {name}",
        homepage=address(name),
        version=name,
        created=_today(),
        citation=citation(name),
        resources=resources,
    )
    return orjson.dumps(package, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def address(name: str) -> str:
    """The permanent address of a release's page."""
    return f"{settings.SITE_URL}{reverse('release-detail', args=[name])}"


def citation(name: str) -> str:
    """The sentence by which a release is cited."""
    return f"UPR Tracker ({_today().year}). {TITLE}, release {name} [data set]. {address(name)}"


def _citation_file(name: str) -> str:
    return (
        "cff-version: 1.2.0\n"
        "message: Please cite these data as below, and name the organisations whose statuses you quote.\n"
        f'title: "{TITLE}"\n'
        "type: dataset\n"
        "authors:\n  - name: UPR Tracker\n"
        f'version: "{name}"\n'
        f"date-released: {_today()}\n"
        f'url: "{address(name)}"\n'
        f'license-url: "{address(name)}"\n'  # each source has terms of its own, which stand there
    )


def _today() -> datetime.date:
    return timezone.now().astimezone(datetime.UTC).date()


def _keep(making: Making, position: int, previous: Release | None, made: list[Made], by: Actor) -> Release:
    """Put the files into storage, then make them known in one transaction."""
    kept = [_stored(making, one) for one in made]
    with transaction.atomic():
        sources = {source.name: source.plain() for table in SOURCES.values() for source in table}
        release = Release.objects.create(
            name=making.name,
            position=position,
            previous=previous,
            citation=citation(making.name),
            sources=list(sources.values()),
        )
        for file in kept:
            file.release = release
        ReleaseFile.objects.bulk_create(kept)
        record(events.RELEASE_MADE, release, by=by, new={"position": position})
    return release


def _stored(making: Making, one: Made) -> ReleaseFile:
    kept = ReleaseFile(
        name=one.path.name,
        about=one.about,
        bytes=one.bytes,
        sha256=one.sha256,
        rows=one.rows,
    )
    with one.path.open("rb") as content:
        kept.file = release_storage().save(f"{making.folder}/{one.path.name}", File(content))
    return kept


def withdraw_release(*, name: str, because: str, by: Actor) -> Release:
    """Take a release back for good: its files go; name, checksums and reason stay. Raises RefusedRelease."""
    with transaction.atomic():
        release = Release.objects.select_for_update().filter(name=name).first()
        if release is None:
            raise RefusedRelease(_("There is no release %(name)s.") % {"name": name})
        if release.withdrawn_at is None:
            release.withdrawn_at, release.withdrawn_because = timezone.now(), because
            release.save(update_fields=["withdrawn_at", "withdrawn_because"])
            record(events.RELEASE_WITHDRAWN, release, by=by)
    _delete(release.files.values_list("file", flat=True))  # again where it ended in the middle
    return release


def sweep() -> int:
    """Delete the files of releases that were begun here and never finished, and of those withdrawn; how many."""
    with taken(Lane.RELEASES) as free:
        if not free:  # one is being made: its files have no rows yet
            return 0
        return sum(map(_end, Making.objects.all())) + _delete(
            ReleaseFile.objects.filter(release__withdrawn_at__isnull=False).values_list("file", flat=True)
        )


def _end(making: Making) -> int:
    """Delete what a making stored and no release has, where it was not cleared up; how many files.

    Where the workplace is gone, the making ended well, or so did one that this database, an older backup, knows as
    begun: then its files are somebody's.
    """
    count = 0
    if making.workplace.exists():
        named = set(ReleaseFile.objects.values_list("file", flat=True))
        count = _delete(path for path in paths(release_storage(), making.folder) if path not in named)
        shutil.rmtree(making.workplace)
    making.delete()
    return count


def _delete(files: Iterable[str]) -> int:
    storage = release_storage()
    there = [path for path in files if storage.exists(path)]
    for path in there:
        storage.delete(path)
    return len(there)
