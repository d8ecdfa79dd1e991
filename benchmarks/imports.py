"""How quick imports are, as ratios within one run: against COPY of the same rows, and against Django's loaddata.

COPY is given clones of the tables that a commit writes to, with their indexes, checks and foreign keys, and the very
rows that stood in them afterwards. loaddata is given a sample of them, in its own JSON, and compared row by row.
"""

import contextlib
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import environ
import psycopg
from django.apps import apps
from django.conf import settings
from django.core import serializers
from django.core.management import call_command
from django.db import connection, models

from benchmarks import uhri_file
from benchmarks.lines import Line, at_least, at_most
from benchmarks.wg_reports import DATA
from imports.models import LoadedFile
from imports.reference import load_reference
from recommendations.models import Mention, Position, Recommendation

SAMPLE = 1_000  # recommendations, or mentions, that loaddata is given
MEMORY_MB = 600  # what a worker may be given at the least, without anybody noticing
WRITTEN = (
    "recommendations_recommendation",
    "recommendations_recommendingstate",
    "recommendations_recommendationissue",
    "recommendations_recommendation_groups",
    "recommendations_recommendation_goals",
    "recommendations_position",
    "recommendations_externalid",
    "recommendations_mention",
    "recommendations_mention_issues",
    "recommendations_counted",
    "history_event",
)
KEPT = {"django_migrations", "django_content_type", "auth_permission"}


def lines(rows: int) -> Iterator[Line]:
    """Both files, one after the other, each into an empty database."""
    subprocess.run([sys.executable, "manage.py", "migrate", "--verbosity", "0"], check=True)
    with tempfile.TemporaryDirectory() as folder:
        upr_info = DATA / "upr_info" / "17-20.csv"
        if upr_info.is_file():
            yield from _file(upr_info, "17-20.csv")
        else:
            yield Line("the reference data (../shared/data) is not here", "skipped")
        generated = Path(folder) / "uhri.json"
        expected = uhri_file.write_json(generated, rows)
        yield from _file(generated, f"generated UHRI file, {expected.rows} records, {expected.mentions} of the UPR")


def _file(path: Path, name: str) -> Iterator[Line]:
    _empty()
    load_reference()
    command = [sys.executable, "-m", "benchmarks.import_once", str(path)]
    done = json.loads(subprocess.run(command, check=True, capture_output=True).stdout.splitlines()[-1])
    yield Line(f"{name}: rows previewed a second", f"{done['rows'] / done['preview']:,.0f}")
    yield Line(f"{name}: rows committed a second", f"{done['rows'] / done['commit']:,.0f}")
    yield Line(f"{name}: seconds of preview, commit, feed", "{preview:.1f} {commit:.1f} {feed:.1f}".format(**done))
    written, copied = _copy()
    yield at_most(f"{name}: commit ÷ COPY of its {written:,} rows", done["commit"] / copied, 3)
    loaded = _loaddata()
    yield at_least(f"{name}: loaddata ÷ commit, a row ({SAMPLE:,} sampled)", loaded / (done["commit"] / written), 10)
    yield at_most(f"{name}: peak memory of the worker, MB", done["parent_mb"], MEMORY_MB)
    yield at_most(f"{name}: peak memory of its reading process, MB", done["child_mb"], MEMORY_MB)


def _owner() -> psycopg.Connection:
    return psycopg.connect(settings.DATABASE_OWNER_URL)


@contextlib.contextmanager
def _as_owner() -> Iterator[None]:
    """Django's connection as the owner of the tables."""
    own = {name: connection.settings_dict[name] for name in ("USER", "PASSWORD")}
    owner = environ.Env.db_url_config(settings.DATABASE_OWNER_URL)
    connection.close()
    connection.settings_dict.update({name: owner[name] for name in own})
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict.update(own)


def _empty() -> None:
    """Empty every table of ours, as the tables' owner; the application's own role may not."""
    tables = sorted(set(connection.introspection.django_table_names(only_existing=True)) - KEPT)
    connection.close()
    with _owner() as owner:
        owner.execute("DROP SCHEMA IF EXISTS clones CASCADE")
        owner.execute(f"TRUNCATE {', '.join(tables)} RESTART IDENTITY CASCADE".encode())
    LoadedFile.objects.all().delete()


def _copy() -> tuple[int, float]:
    """How many rows a commit has left, and the seconds in which COPY writes them to clones in one transaction."""
    connection.close()
    with _owner() as owner:
        owner.execute("CREATE SCHEMA clones")
        for table in WRITTEN:
            owner.execute(f"CREATE TABLE clones.{table} (LIKE public.{table} INCLUDING ALL)".encode())
        for table in WRITTEN:
            keys = owner.execute(
                "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE contype = 'f' AND conrelid = %s::regclass",
                [table],
            )
            for (key,) in keys.fetchall():
                owner.execute(f"ALTER TABLE clones.{table} ADD {key}".encode())
    content = {table: _content(table) for table in WRITTEN}
    with _owner() as owner:
        started = time.perf_counter()
        for table, (columns, pieces, _number) in content.items():
            with owner.cursor().copy(f"COPY clones.{table} ({columns}) FROM STDIN".encode()) as copy:
                for piece in pieces:
                    copy.write(piece)
        owner.commit()
        seconds = time.perf_counter() - started
    with _owner() as owner:
        owner.execute("DROP SCHEMA clones CASCADE")
    return sum(number for _columns, _pieces, number in content.values()), seconds


def _content(table: str) -> tuple[str, list[bytes], int]:
    """A table's columns that can be written, its rows as COPY gives them, and their number."""
    with _owner() as owner:
        names = owner.execute(
            "SELECT quote_ident(attname) FROM pg_attribute"
            " WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''",
            [table],
        ).fetchall()
        columns = ", ".join(name for (name,) in names)
        with owner.cursor().copy(f"COPY (SELECT {columns} FROM {table}) TO STDOUT".encode()) as copy:
            pieces = [bytes(piece) for piece in copy]
    return columns, pieces, len(pieces)


def _loaddata() -> float:
    """The seconds that loaddata takes for one row, of a sample loaded into emptied tables."""
    chosen: list[Any] = list(Recommendation.objects.order_by("id")[:SAMPLE])
    chosen = chosen or list(Mention.objects.order_by("id")[:SAMPLE])
    rows: list[Any] = [*chosen, *_hanging_on(chosen)]
    links = sum(_linked(row) for row in rows)
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        serializers.serialize("json", rows, stream=file)
        file.flush()
        _forget()
        with _as_owner():  # it sets the sequences anew
            started = time.perf_counter()
            call_command("loaddata", file.name, verbosity=0)
            seconds = time.perf_counter() - started
    return seconds / (len(rows) + links)


def _hanging_on(chosen: list[Any]) -> list[Any]:
    """The rows that belong to these recommendations or mentions."""
    if not isinstance(chosen[0], Recommendation):
        return []
    found: list[Any] = list(Position.objects.filter(recommendation__in=chosen))
    for name in ("RecommendingState", "RecommendationIssue", "ExternalId"):
        model = apps.get_model("recommendations", name)
        found += model._default_manager.filter(recommendation__in=chosen)
    event = apps.get_model("history", "Event")
    return found + list(event._default_manager.filter(target_id__in=[row.pk for row in chosen], quiet=True))


def _linked(row: models.Model) -> int:
    """How many rows of plain many-to-many tables its serialization brings along."""
    plain = (
        {"groups", "goals"} if isinstance(row, Recommendation) else {"issues"} if isinstance(row, Mention) else set()
    )
    return sum(getattr(row, name).count() for name in plain)


def _forget() -> None:
    """Empty the tables that a commit writes to, and what points to them."""
    connection.close()
    with _owner() as owner:
        owner.execute(f"TRUNCATE {', '.join(WRITTEN)} CASCADE".encode())
