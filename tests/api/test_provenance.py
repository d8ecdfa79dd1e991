"""Where fields come from: the document and the place, the file where that is public, and what a person corrected."""

import dataclasses
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage
from django.utils import timezone

from history.log import Actor
from imports import batches
from imports.models import Batch
from imports.reference import load_reference
from imports.sources import reader_for
from issues.models import Goal, Scheme
from recommendations.correcting import ISSUES_OF, correct_recommendation, facts_of
from recommendations.models import Recommendation
from tests import factories as make
from tests.api.conftest import Api
from tests.imports.export_files import save_upr_info
from tests.imports.word_files import save_list

pytestmark = pytest.mark.django_db
TEXT = "Build schools"
FIELDS = ("label", "text", "recommending_states", "response", "claim", "issues", "groups", "goals", "action_category")


@pytest.fixture(autouse=True)
def _place(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    load_reference()
    monkeypatch.setattr(batches, "read_in_child", lambda path, source="": reader_for(path, source or None).read(path))
    monkeypatch.setattr(Batch._meta.get_field("file"), "storage", FileSystemStorage(location=tmp_path / "files"))


def load(path: Path, *, take: bool = True) -> Batch:
    """Import a file."""
    batch = batches.open_batch(file=ContentFile(path.read_bytes()), name=path.name, by=None)
    batches.read_batch(batch.pk)
    batch.refresh_from_db()
    batches.decide(rows=batch.rows.all(), take=take)
    return batches.commit_batch(batch=batch, by=Actor())


def listed(tmp_path: Path, text: str = TEXT, name: str = "list.docx", theme: str = "Right to education") -> Path:
    """A thematic list with one recommendation."""
    rows = [(f"Theme: {theme}",), (f"140.1 {text} (France, Spain)", "Supported", theme, "")]
    return save_list(tmp_path / name, rows, title="UPR of Slovenia (4th Cycle - 48th Session)")


def held() -> Recommendation:
    return Recommendation.objects.get(label="140.1")


def correct(by: Actor, **values: Any) -> None:
    row = held()
    facts = dataclasses.replace(facts_of(row), **values)
    correct_recommendation(recommendation=row, facts=facts, version=row.version, by=by)


def told(api: Api) -> Any:
    """The provenance in the list, which is that of the detail and of the lines."""
    found = api.get("recommendations/", expand="provenance", fields="public_id")["results"][0]
    assert api.get(f"recommendations/{found['public_id']}/", fields="label", expand="provenance") == {
        "label": "140.1",
        "provenance": found["provenance"],
    }
    return found["provenance"]


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_fields_come_from_the_file_that_brought_them(api: Api, tmp_path: Path) -> None:
    path = listed(tmp_path)
    batch = load(path)
    found = told(api)
    assert list(found) == list(FIELDS)
    assert batch.document is not None
    assert found["text"]["document"]["key"] == batch.document.key
    assert found["text"]["place"] == batch.rows.get(label="140.1").place
    assert found["text"]["file"] == {"kind": "thematic_list", "sha256": digest(path)}
    assert found["text"]["corrected"] is None
    assert found["recommending_states"] == found["label"] == found["text"]
    assert found["issues"] == [{"scheme": "uhri_theme", **found["text"]}]
    assert found["response"]["file"] == found["text"]["file"]
    assert [found[name] for name in ("claim", "goals", "action_category")] == [None, None, None]


def test_part_that_a_later_file_changed_comes_from_that_one(api: Api, tmp_path: Path) -> None:
    first, second = listed(tmp_path), listed(tmp_path, name="second.docx", theme="Right to health")
    load(first)
    later = load(second)
    found = told(api)
    assert found["text"]["file"]["sha256"] == digest(first)
    assert found["issues"][0]["file"]["sha256"] == digest(second)
    batches.undo_batch(batch=later, by=Actor())
    assert told(api)["issues"][0]["file"]["sha256"] == digest(first)


def test_correction_is_told_with_day_and_organisation_and_never_a_person(api: Api, tmp_path: Path) -> None:
    load(listed(tmp_path))
    person = make.make_person("Secret Name", email="secret@example.org")
    group = make.make_organisation("Watch Group", slug="watch-group")
    correct(Actor(person_id=person.pk, organisation_id=group.pk), text="Build many schools")
    correct(Actor(person_id=person.pk), action_category=3, issues=[])
    found = told(api)
    today = timezone.now().date().isoformat()
    whose = {"slug": "watch-group", "name": "Watch Group", "kind": "ngo", "sample": False}
    assert found["text"]["corrected"] == {"day": today, "organisation": whose}
    assert found["action_category"]["corrected"] == {"day": today, "organisation": None}
    assert found["recommending_states"]["corrected"] is None
    assert found["issues"] == []
    parts = [each["part"] for each in api.get("recommendations/", expand="corrections")["results"][0]["corrections"]]
    assert parts == ["action_category", "issues", "text"]
    assert "ecret" not in str(found)


def test_import_of_an_organisation_tells_its_document_and_not_its_file(api: Api, tmp_path: Path) -> None:
    batch = load(listed(tmp_path))
    Batch.objects.update(organisation=make.make_organisation("Watch Group"))
    found = told(api)
    assert batch.document is not None
    for field in ("text", "label", "response", "recommending_states"):
        assert found[field]["document"]["key"] == batch.document.key
        assert found[field]["file"] is None
    assert batch.sha256 not in str(found)


def test_what_mentions_bring_comes_from_the_export(api: Api, tmp_path: Path) -> None:
    first = listed(tmp_path)
    load(first)
    export = save_upr_info(tmp_path / "export.csv", [(TEXT, "France", "Accepted", "4", "Right to education")])
    batch = load(export)
    found = told(api)
    assert batch.document is not None
    assert [each["scheme"] for each in found["issues"]] == ["uhri_theme", "upr_info"]
    brought = found["issues"][1]
    assert brought["document"]["key"] == batch.document.key
    assert brought["file"] == {"kind": "upr_info", "sha256": digest(export)}
    assert found["action_category"] == {name: brought[name] for name in found["action_category"]}
    assert found["issues"][0]["file"] == found["text"]["file"] == {"kind": "thematic_list", "sha256": digest(first)}
    assert found["response"]["file"]["kind"] == "thematic_list"


def test_without_an_import_on_record_the_source_is_told(api: Api) -> None:
    review = make.make_review()
    report = make.make_document(review, key="report", symbol="A/HRC/59/10")
    make.make_recommendation(review, "140.1", source_document=report, source_place="para. 140", response="supported")
    found = told(api)
    assert found["text"]["document"]["symbol"] == "A/HRC/59/10"
    assert (found["text"]["place"], found["text"]["file"]) == ("para. 140", None)
    assert found["recommending_states"] is None


def test_lines_tell_it_too(api: Api, tmp_path: Path) -> None:
    load(listed(tmp_path))
    lines = api.client.get("/api/v1/recommendations.jsonl", {"fields": "label", "expand": "provenance"})
    first = b"".join(lines.streaming_content).splitlines()[0]  # type: ignore[attr-defined]
    assert json.loads(first) == {"label": "140.1", "provenance": told(api)}


def test_each_scheme_of_issues_has_its_part() -> None:
    assert set(ISSUES_OF) == set(Scheme)


def test_what_no_import_sorted_names_no_document(api: Api) -> None:
    review = make.make_review()
    report = make.make_document(review, key="report")
    issues = [make.make_issue("Torture")]
    row = make.make_recommendation(review, "140.1", source_document=report, issues=issues, action_category=2)
    row.goals.add(Goal.objects.get(code="16.1"))
    found = told(api)
    nothing = {"document": None, "place": None, "file": None, "corrected": None}
    assert found["issues"] == [{"scheme": "upr_info"} | nothing]
    assert found["goals"] == found["action_category"] == nothing
    assert found["text"]["document"]["key"] == "report"
