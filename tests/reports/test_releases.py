"""Releases: frozen, described, checked by their own checksums, never changed, and withdrawn whole if they must be."""

import csv
import datetime
import hashlib
import io
import json
import threading
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import jsonschema
import pyarrow.parquet
import pytest
from django.core.files.storage import FileSystemStorage
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.reader import PUBLIC, Reader
from history.log import Actor
from history.log import record as log_event
from history.models import Event
from recommendations import actions
from recommendations import events as recommendation_events
from recommendations.models import Assessment, Recommendation
from reports import files, releases
from reports.dictionary import markdown
from reports.models import Release, ReleaseFile
from reports.releases import RefusedRelease, make_release, withdraw_release
from reports.tables import TABLES
from reports.tables.columns import field_of, values
from reviews.models import Lead
from tests import factories as make

pytestmark = pytest.mark.django_db(transaction=True)
FIRST = "2024.10"
# What a program needs of a data package; the profile of Frictionless asks for less.
PACKAGE = {
    "type": "object",
    "required": ["$schema", "name", "title", "version", "created", "citation", "licenses", "sources", "resources"],
    "properties": {
        "name": {"pattern": "^[-a-z0-9._/]+$"},
        "created": {"pattern": r"^\d{4}-\d{2}-\d{2}T00:00:00Z$"},  # a moment for the profile, a day for people
        "licenses": {"$ref": "#/$defs/licenses"},
        "sources": {"minItems": 1, "items": {"required": ["title", "terms"]}},
        "resources": {
            "minItems": 13,
            "items": {
                "required": ["name", "path", "format", "encoding", "bytes", "hash", "licenses", "sources", "schema"],
                "properties": {
                    "licenses": {"$ref": "#/$defs/licenses"},
                    "name": {"pattern": "^[a-z]+$"},
                    "path": {"pattern": r"^[a-z]+\.csv$"},
                    "hash": {"pattern": "^sha256:[0-9a-f]{64}$"},
                    "schema": {
                        "required": ["fields", "primaryKey", "foreignKeys", "missingValues"],
                        "properties": {
                            "fields": {
                                "minItems": 2,
                                "items": {
                                    "required": ["name", "type", "description"],
                                    "properties": {
                                        "type": {"enum": ["string", "integer", "number", "boolean", "date", "list"]},
                                        "description": {"minLength": 3},
                                    },
                                },
                            }
                        },
                    },
                },
            },
        },
    },
    "$defs": {
        "licenses": {
            "minItems": 1,
            "items": {
                "required": ["name", "title"],
                "properties": {"name": {"enum": ["CC-BY-4.0", "notspecified"]}, "path": {"pattern": "^https://"}},
            },
        }
    },
}
# What a value of each type is, by the Table Schema.
READ: dict[str, Callable[[str], object]] = {
    "string": str,
    "list": str,
    "integer": int,
    "number": float,
    "boolean": {"true": True, "false": False}.__getitem__,
    "date": datetime.date.fromisoformat,
}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Any) -> Path:
    settings.DATA_DIR = tmp_path
    settings.SITE_URL = "https://tracker.example"
    storage = FileSystemStorage(location=tmp_path / "files")
    monkeypatch.setattr(ReleaseFile._meta.get_field("file"), "storage", storage)
    return tmp_path


def contents(release: Release) -> dict[str, bytes]:
    """All files of a release as they are kept."""
    found = {}
    for file in release.files.all():
        with file.file.open("rb") as content:
            found[file.name] = content.read()
    return found


def rows(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode(), newline="")))


def test_release_holds_every_table_with_true_checksums(record: SimpleNamespace, folder: Path) -> None:
    release = make_release(name=FIRST, by=Actor())
    held = contents(release)
    assert {f"{name}.csv" for name in TABLES} < set(held)
    assert {"recommendations.jsonl", "recommendations.parquet", "dyads.parquet", "datapackage.json"} < set(held)
    for file in release.files.all():
        assert (file.bytes, file.sha256) == (len(held[file.name]), hashlib.sha256(held[file.name]).hexdigest())
    sums = dict(line.split("  ")[::-1] for line in held.pop("SHA256SUMS").decode().splitlines())
    assert sums == {name: hashlib.sha256(content).hexdigest() for name, content in held.items()}
    parquet = pyarrow.parquet.read_table(io.BytesIO(held["recommendations.parquet"]))
    listed = rows(held["recommendations.csv"])
    lines = [json.loads(line) for line in held["recommendations.jsonl"].splitlines()]
    assert [row["public_id"] for row in listed] == ["full2222", "bare2222"]
    assert parquet["public_id"].to_pylist() == [row["public_id"] for row in lines] == ["full2222", "bare2222"]
    assert {file.name: file.rows for file in release.files.all()}["recommendations.csv"] == 2
    assert list((folder / "making").iterdir()) == []


def test_package_describes_what_is_there(record: SimpleNamespace) -> None:
    held = contents(make_release(name=FIRST, by=Actor()))
    package = json.loads(held["datapackage.json"])
    jsonschema.Draft202012Validator(PACKAGE).validate(package)
    tables = {resource["name"]: resource for resource in package["resources"]}
    for resource in tables.values():
        content = held[resource["path"]]
        assert (resource["bytes"], resource["hash"]) == (len(content), f"sha256:{hashlib.sha256(content).hexdigest()}")
        fields = [field["name"] for field in resource["schema"]["fields"]]
        assert fields == next(csv.reader(io.StringIO(content.decode(), newline="")))
        keys = [tuple(row[name] for name in resource["schema"]["primaryKey"]) for row in rows(content)]
        assert len(keys) == len(set(keys))
        for key in resource["schema"]["foreignKeys"]:
            other = key["reference"]
            known = {row[other["fields"][0]] for row in rows(held[tables[other["resource"]]["path"]])}
            used = {row[key["fields"][0]] for row in rows(content)} - {""}
            assert used <= known, (resource["name"], key)
        for field in resource["schema"]["fields"]:
            check_values(field, [row[field["name"]] for row in rows(content)])
    stated = {
        source["title"]: licence["name"]
        for source, licence in zip(package["sources"], package["licenses"], strict=True)
    }
    assert [title for title, name in stated.items() if name == "CC-BY-4.0"] == ["Organisations named on each record"]
    assert len(stated) == len(Release.objects.get().sources)


def check_values(field: dict[str, Any], values: list[str]) -> None:
    """Fail unless these cells are what the field says they are."""
    rules = field.get("constraints", {})
    read = [READ[field["type"]](value) for value in values if value != ""]
    assert not rules.get("required") or len(read) == len(values), field
    assert "enum" not in rules or set(read) <= set(rules["enum"]), field


def test_release_tells_no_reason_no_person_and_no_sample(record: SimpleNamespace) -> None:
    text = b"".join(contents(make_release(name=FIRST, by=Actor())).values())
    for hidden in (b"A draft law was published.", b"Read the official gazette.", b"A sample", b"gone2222"):
        assert hidden not in text
    assert b"Watch Group" in text


def test_redaction_after_a_release_leaves_nothing_in_it_to_redact(record: SimpleNamespace) -> None:
    reason = "Mr Somebody told us so."
    other = make.make_organisation("Other")
    assessment = make.make_assessment(record.bare, other, "not_started", reason=reason)
    before = contents(make_release(name=FIRST, by=Actor()))
    person = make.make_person("Rea Reviewer", organisation=other)
    actions.redact_assessment(assessment=assessment, by=Actor(person_id=person.pk, organisation_id=other.pk))
    assert reason not in Assessment.objects.get(pk=assessment.pk).reason
    release = Release.objects.get()
    assert contents(release) == before
    assert reason.encode() not in b"".join(before.values())


def test_name_is_given_once_and_is_a_month(record: SimpleNamespace) -> None:
    make_release(name=FIRST, by=Actor())
    with pytest.raises(RefusedRelease, match="made already"):
        make_release(name=FIRST, by=Actor())
    for name in ("latest", "2026.13", "2026.1", "../2024.10", "2024.10.1.1", ""):
        with pytest.raises(RefusedRelease, match="no name of a release"):
            make_release(name=name, by=Actor())
    assert Release.objects.count() == 1


def test_name_is_of_a_month_that_has_come_and_later_than_what_stands(record: SimpleNamespace) -> None:
    next_year = timezone.now().year + 1
    with pytest.raises(RefusedRelease, match=rf"month of “{next_year}\.01” has not come"):
        make_release(name=f"{next_year}.01", by=Actor())
    make_release(name="2024.11.1", by=Actor())
    for early in ("2024.11", FIRST, "2024.11.01"):
        with pytest.raises(RefusedRelease, match=rf"“{early}” comes before 2024\.11\.1, .*such as 2024\.11\.2\."):
            make_release(name=early, by=Actor())
    with pytest.raises(RefusedRelease, match=r"Give the next name, such as 2024\.11\.2\."):
        make_release(name="2024.11.1", by=Actor())
    withdraw_release(name="2024.11.1", because="It named an organisation at risk.", by=Actor())
    make_release(name="2024.11", by=Actor())
    assert Release.objects.count() == 2


def test_past_days_are_rebuilt_from_a_release(record: SimpleNamespace) -> None:
    other = make.make_organisation("At Risk", slug="at-risk", collective_name="A coalition", is_sample=True)
    make.make_lead(record.review, other, datetime.date(2025, 5, 1))
    samples_from = datetime.date(2025, 5, 20)
    Lead.objects.create(review=record.review, organisation=record.group, from_day=samples_from, is_sample=True)
    for recommendation in (record.full, record.bare):
        make.make_assessment(recommendation, other, "regression", holds_from=datetime.date(2025, 4, 1))
    held = contents(make_release(name=FIRST, by=Actor()))
    leads, said = rows(held["leads.csv"]), rows(held["assessments.csv"])
    assert [(lead["organisation_slug"], lead["organisation"], lead["organisation_is_sample"]) for lead in leads] == [
        ("watch-group", "Watch Group", "false"),
        ("", "A coalition", "true"),
    ]
    assert {(row["voice"], row["voice_slug"], row["voice_is_sample"]) for row in said} == {
        ("Watch Group", "watch-group", "false"),
        ("A coalition", "", "true"),
    }
    assert b"at-risk" not in b"".join(held.values())
    reviews = {row["public_id"]: row["review"] for row in rows(held["recommendations.csv"])}
    for day in ("2025-02-01", "2025-03-15", "2025-04-15", "2025-05-10", "2025-07-01"):
        rebuilt = {}
        for public_id, review in reviews.items():
            led = [lead for lead in leads if lead["review"] == review and lead["from_day"] <= day]
            names = [lead["organisation"] for lead in sorted(led, key=lambda lead: lead["from_day"])][-1:]
            own = [row for row in said if row["public_id"] == public_id and row["voice"] in names]
            then = [row for row in own if row["since"] <= day]
            then.sort(key=lambda row: (row["since"], int(row["assessment"])))
            rebuilt[public_id] = then[-1]["status"] if then else None
        reader = Reader(as_of=datetime.date.fromisoformat(day))
        shown = Recommendation.objects.visible_to(reader).with_lead(reader)
        told = {row.public_id: row.lead_status for row in shown}  # type: ignore[attr-defined]  # annotated
        assert rebuilt == told, day


def test_database_refuses_to_change_a_release(record: SimpleNamespace) -> None:
    release = make_release(name=FIRST, by=Actor())
    for change in (
        lambda: Release.objects.update(position=7),
        lambda: Release.objects.all().delete(),
        lambda: ReleaseFile.objects.update(sha256="0" * 64),
        lambda: release.files.all().delete(),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


def test_all_tables_are_of_one_moment(record: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    write, late = files.write_csv, []

    def meanwhile(path: Path, *more: Any) -> int:
        if path.name == "dyads.csv":  # somebody publishes while the tables are written

            def publish() -> None:
                make.make_assessment(record.bare, record.group, "regression")
                late.append(True)
                connection.close()

            other = threading.Thread(target=publish)
            other.start()
            other.join()
        return write(path, *more)

    monkeypatch.setattr(files, "write_csv", meanwhile)
    held = contents(make_release(name=FIRST, by=Actor()))
    assert late
    assert "regression" not in {row["status"] for row in rows(held["assessments.csv"])}


def test_failure_leaves_nothing(record: SimpleNamespace, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: Any, **options: Any) -> None:
        raise RuntimeError("no more room")

    monkeypatch.setattr(releases, "record", fail)
    with pytest.raises(RuntimeError, match="no more room"):
        make_release(name=FIRST, by=Actor())
    assert [path for path in folder.rglob("*") if path.is_file()] == []
    assert not Release.objects.exists()
    monkeypatch.undo()


def test_changelog_tells_what_came_and_what_went(record: SimpleNamespace) -> None:
    first = make_release(name=FIRST, by=Actor())
    assert "The first release." in contents(first)["CHANGELOG.md"].decode()
    make.make_recommendation(record.review, "140.20", public_id="new22222", source_document=record.report)
    record.bare.removed_at = record.gone.removed_at
    record.bare.save()
    person = make.make_person("Olga Owner", organisation=record.group)
    content = actions.AssessmentContent(
        status="fully_implemented",
        holds_from=record.review.day,
        reason="Done.",
        bases=[actions.BasisContent(kind="monitoring", description="Seen.")],
    )
    latest = actions.latest_of(record.full, record.group)
    actions.publish_assessment(
        recommendation=record.full,
        voice=record.group,
        content=content,
        based_on=latest.pk if latest else None,
        by=Actor(person_id=person.pk, organisation_id=record.group.pk),
        today=timezone.now().date(),
    )
    sample = Recommendation.objects.get(public_id="sample22")
    with transaction.atomic():
        log_event(recommendation_events.CHECK_RECORDED, sample, by=Actor(), new={"check": 1})
        for told in ({"sample": True}, {}):
            log_event(recommendation_events.LEAD_NAMED, record.review, by=Actor(), new=told)
    second = make_release(name="2024.11", by=Actor())
    text = contents(second)["CHANGELOG.md"].decode()
    assert f"Since 2024.10, feed position {first.position}." in text
    assert "| recorded a status | `assessment.published` | 1 |" in text
    assert "| became the lead organisation | `lead.named` | 1 |" in text  # without that of the samples
    assert "check.recorded" not in text
    assert "2 recommendations: 1 added, 1 removed." in text
    assert "- 48-KAZ: 1 added" in text
    assert "`bare2222` removed" in text
    assert second.previous == first


def test_withdrawn_release_keeps_its_name_and_loses_its_files(record: SimpleNamespace, folder: Path) -> None:
    call_command("make_release", FIRST, stdout=io.StringIO())
    call_command("withdraw_release", FIRST, because="It named an organisation at risk.", stdout=io.StringIO())
    release = Release.objects.get()
    assert release.withdrawn_because == "It named an organisation at risk."
    assert not list((folder / "files" / "releases").rglob("*.csv"))
    assert release.files.exclude(sha256="").count() == release.files.count() > 12
    assert [event.action for event in Event.objects.order_by("id")][-2:] == ["release.made", "release.withdrawn"]
    assert Release.objects.latest_standing() is None
    with pytest.raises(CommandError, match="made already"):
        call_command("make_release", FIRST)
    with pytest.raises(RefusedRelease, match="no release"):
        withdraw_release(name="2020.01", because="x", by=Actor())
    second = make_release(name="2024.11", by=Actor())
    assert "no earlier release" in contents(second)["CHANGELOG.md"].decode()


def test_dictionary_covers_every_column_and_is_checked_in() -> None:
    text = markdown()
    for table in TABLES.values():
        assert f"\n## {table.name}\n" in text
        for column in table.columns:
            assert f"| `{column.name}` | " in text
            field = field_of(column, table.rows(PUBLIC).model)
            if field is not None and field.choices:
                assert values(column, table.rows(PUBLIC).model)
    held = Path(__file__).resolve().parents[2] / "docs" / "data-dictionary.md"
    assert held.read_text(encoding="utf-8") == text, "manage.py data_dictionary > docs/data-dictionary.md"


def test_reading_a_table_for_a_release_is_one_query(record: SimpleNamespace, tmp_path: Path) -> None:
    table = TABLES["recommendations"]
    with CaptureQueriesContext(connection) as seen:
        files.write_jsonl(tmp_path / "x", table.rows(PUBLIC), table.columns, PUBLIC)
    assert len(seen) <= 1
