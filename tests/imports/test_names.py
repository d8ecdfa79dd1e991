"""Unknown names: what they may mean, and settled once for all imports."""

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage
from django.core.management import call_command
from django.test import Client

from history.log import Actor
from history.models import Event
from imports import batches, names
from imports.models import Batch
from imports.reference import load_reference
from imports.sources import reader_for
from issues.models import IssueAlias, PersonGroup, PersonGroupAlias
from states.models import State, StateAlias
from tests.imports.word_files import save_list

pytestmark = pytest.mark.django_db
ROWS = [
    ("Theme: Right to an educaton",),
    (
        "140.1 Build schools (Republic of Turkye, Spain)",
        "Supported",
        "Right to an educaton\nAffected persons:\n- wimmin",
        "",
    ),
    ("140.2 Train teachers (Xyzzy)", "Noted", "Right to an educaton", ""),
]


@pytest.fixture(autouse=True)
def _place(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    load_reference()
    monkeypatch.setattr(batches, "read_in_child", lambda path, source="": reader_for(path, source or None).read(path))
    monkeypatch.setattr(Batch._meta.get_field("file"), "storage", FileSystemStorage(location=tmp_path / "files"))
    return iter([None])


@pytest.fixture
def batch(tmp_path: Path) -> Batch:
    """A list with three names that nobody knows."""
    path = save_list(tmp_path / "list.docx", ROWS, title="UPR of Slovenia (4th Cycle - 48th Session)")
    return read(batches.open_batch(file=ContentFile(path.read_bytes()), name="list.docx", by=None))


def read(batch: Batch) -> Batch:
    batches.read_batch(batch.pk)
    batch.refresh_from_db()
    return batch


def suggested(batch: Batch) -> dict[str, list[str]]:
    return {
        each.printed: [str(term) for term in each.suggestions] for each in names.unknown_in(batch.facts, batch.source)
    }


def test_unknown_names_come_with_what_they_may_mean(batch: Batch) -> None:
    found = suggested(batch)
    assert found["Republic of Turkye"][0] == "Türkiye"
    assert found["Right to an educaton"][0] == "Right to education"
    assert found["Xyzzy"] == []


@pytest.mark.parametrize(
    ("printed", "meant"),
    [
        ("Kazahstan", "KAZ"),
        ("Russian Federaton", "RUS"),
        ("Cote dIvoir", "CIV"),
        ("Республика Казахстанн", "KAZ"),
        ("The Gambi", "GMB"),
        ("Guinea Bissaw", "GNB"),
        ("Great Britian", "GBR"),
        ("Lybia", "LBY"),
        ("Republic of Lybia", "LBY"),
        ("Slovneia", "SVN"),
        ("Turkey (State of)", "TUR"),
    ],
)
def test_misspelled_state_is_suggested_first(printed: str, meant: str) -> None:
    [found] = names.suggestions(names.KINDS["state"], [printed])
    assert isinstance(found[0], State)
    assert found[0].iso3 == meant
    assert len(found) <= 3


def test_words_that_many_states_share_suggest_none_of_them() -> None:
    asked = ["Republic of Lybia", "Democratic Republic of Xyzzy", "Republic of", ""]
    libya, nowhere, common, empty = names.suggestions(names.KINDS["state"], asked)
    assert [str(term) for term in libya] == ["Libya"]
    assert nowhere == empty == []
    assert len(common) <= 3


def test_page_of_names_shows_all_of_them_page_by_page(
    batch: Batch, cast: SimpleNamespace, client: Client, django_assert_max_num_queries: Any
) -> None:
    batch.facts |= {"unknown_states": [f"Xyzzy {number}" for number in range(60)], "unknown_terms": []}
    batch.save()
    client.force_login(cast.administrator)
    address = f"/imports/{batch.key}/names/"
    shown: list[str] = []
    for page in (1, 2, 3):
        # Session and person; the batch; two searches and the States found; all States to type; the frame.
        with django_assert_max_num_queries(12):
            html = client.get(f"{address}?page={page}").content.decode()
        assert "60 names; here are" in html
        shown += fields(client, f"{address}?page={page}")
    assert shown == batch.facts["unknown_states"]
    prefix = fields(client, f"{address}?page=3")["Xyzzy 59"]
    sent = {f"{prefix}-choice": "other", f"{prefix}-other": "Spain"}
    assert client.post(f"{address}?page=3", sent).status_code == 302
    assert StateAlias.objects.get(text="Xyzzy 59").state.iso3 == "ESP"


def test_name_that_is_settled_is_used_by_all_rows_and_never_asked_again(batch: Batch, tmp_path: Path) -> None:
    turkey = State.objects.get(iso3="TUR")
    names.settle_names(
        batch=batch, choices=[names.Choice(names.KINDS["state"], "Republic of Turkye", turkey)], by=Actor()
    )
    assert batch.facts["unknown_states"] == ["Republic of Turkye", "Xyzzy"]
    read(batch)
    assert batch.status == "preview"
    assert batch.facts["unknown_states"] == ["Xyzzy"]
    assert batch.rows.get(label="140.1").after["states"][0][0] == turkey.pk
    assert StateAlias.objects.get(text="Republic of Turkye").kind == "spelling"
    event = Event.objects.get(action="state.name_added")
    assert (event.target_id, set(event.new)) == (turkey.pk, {"alias"})
    assert "Turkye" not in str(event.new)
    again = read(batches.open_batch(file=ContentFile((tmp_path / "list.docx").read_bytes()), name="b.docx", by=None))
    assert again.facts["unknown_states"] == ["Xyzzy"]


def test_names_are_settled_all_or_none(batch: Batch) -> None:
    spain, turkey = State.objects.get(iso3="ESP"), State.objects.get(iso3="TUR")
    kind = names.KINDS["state"]
    wrong = [names.Choice(kind, "Republic of Turkye", turkey), names.Choice(kind, "France", spain)]
    with pytest.raises(ValidationError, match="“France” leads to France already"):
        names.settle_names(batch=batch, choices=wrong, by=Actor())
    assert not StateAlias.objects.filter(text="Republic of Turkye").exists()
    batch.refresh_from_db()
    assert batch.status == "preview"


def test_decision_of_a_conflict_survives_another_reading(batch: Batch, tmp_path: Path) -> None:
    batches.commit_batch(batch=batch, by=Actor())
    rows = [("140.1 Build universities (Spain)", "Supported", "Right to an educaton", "")]
    path = save_list(tmp_path / "other.docx", rows, title="UPR of Slovenia (4th Cycle - 48th Session)")
    other = read(batches.open_batch(file=ContentFile(path.read_bytes()), name="other.docx", by=None))
    batches.decide(rows=other.rows.all(), take=True)
    batches.read_again(batch=other)
    assert read(other).rows.get().take is True


def test_settling_in_the_browser_is_for_administrators(batch: Batch, cast: SimpleNamespace, client: Client) -> None:
    cast.others.monitors.add(State.objects.get(iso3="SVN"))
    Batch.objects.update(organisation=cast.others)
    address = f"/imports/{batch.key}/names/"
    client.force_login(cast.outsider)
    html = client.get(address).content.decode()
    assert "you may not settle what names in documents mean" in html
    assert "Türkiye" in html
    assert client.post(address).status_code == 403
    client.force_login(cast.owner)
    assert client.get(address).status_code == 403
    client.force_login(cast.administrator)
    html = client.get(address).content.decode()
    assert "did you mean Türkiye?" in html


def fields(client: Client, address: str) -> dict[str, str]:
    """The prefix of each name's form, by the name."""
    found = client.get(address).context["forms"]
    return {form.unknown.printed: form.prefix for form in found}


def test_settling_in_the_browser_takes_a_suggestion_or_a_typed_name(
    batch: Batch, cast: SimpleNamespace, client: Client
) -> None:
    client.force_login(cast.administrator)
    address = f"/imports/{batch.key}/names/"
    prefix = fields(client, address)
    turkey = State.objects.get(iso3="TUR")
    sent = {f"{prefix['Republic of Turkye']}-choice": str(turkey.pk), f"{prefix['Xyzzy']}-choice": "other"}
    answer = client.post(address, sent | {f"{prefix['Xyzzy']}-other": "Atlantis"})
    assert answer.status_code == 422
    assert "No State here has the name “Atlantis”" in answer.content.decode()
    assert not StateAlias.objects.filter(text="Xyzzy").exists()
    group = PersonGroup.objects.get(code=PersonGroup.objects.values_list("code", flat=True)[0])
    sent |= {f"{prefix['Xyzzy']}-other": "Kingdom of Spain"}
    if "wimmin" in prefix:
        sent |= {f"{prefix['wimmin']}-other": group.name}
    sent |= {f"{prefix['Right to an educaton']}-other": "Right to education"}
    answer = client.post(address, sent)
    assert (answer.status_code, answer["Location"]) == (302, f"/imports/{batch.key}/")
    assert StateAlias.objects.get(text="Xyzzy").state.iso3 == "ESP"
    assert IssueAlias.objects.get(text="Right to an educaton").issue.name == "Right to education"
    assert PersonGroupAlias.objects.filter(text="wimmin", group=group).exists() == ("wimmin" in prefix)
    assert names.unknown_in(read(batch).facts, batch.source) == []
    assert "Every name is known" in client.get(address).content.decode()


def test_command_says_what_a_name_may_mean(batch: Batch, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("import_document", str(tmp_path / "list.docx"), "--dry-run")
    told = capsys.readouterr().out
    assert "Unknown State: Republic of Turkye (did you mean Türkiye" in told
    assert "Unknown State: Xyzzy\n" in told
