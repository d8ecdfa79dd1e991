"""The import page: who may, what it shows before and after, and what bad files get."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from celery import Celery
from django.conf import settings
from django.core.files.storage import FileSystemStorage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.roles import Role
from history import work
from history.models import Event
from imports import batches, writing
from imports.models import Batch, Row
from imports.preview import make_rows
from imports.reading import Place, Reading, ReadPosition
from imports.reading import Response as Answer
from imports.reference import load_reference
from imports.sources import reader_for
from issues.models import Issue
from notifications.models import Follow
from recommendations.models import Recommendation
from reviews.models import Document
from states.models import State
from tests import factories as make
from tests.imports.official import S20, needs_official
from tests.imports.word_files import save_list
from web.imports import acts

URL = "/imports/"


@pytest.fixture(autouse=True)
def _place(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    field = Batch._meta.get_field("file")
    monkeypatch.setattr(field, "storage", FileSystemStorage(location=tmp_path / "files"))
    monkeypatch.setattr(acts, "PATIENCE", 0)  # no worker is here; `press` does its part


def post(client: Client, content: bytes, name: str = "list.docx", **values: str) -> Any:
    """Send a file; where it is taken, read it as the worker does, and show what came of it."""
    answer = client.post(URL, {"file": SimpleUploadedFile(name, content), **values})
    if answer.status_code != 302:
        return answer
    batches.read_batch(Batch.objects.latest("id").pk)
    return client.get(answer["Location"])


def press(client: Client, address: str, act: str) -> str:
    """Press Commit or Take back, do what the worker does, and give the page."""
    client.post(f"{address}{act}/")
    for batch_id in writing.abandoned():
        writing.work_on(batch_id)
    return client.get(address).content.decode()


@pytest.mark.parametrize(("who", "status"), [("administrator", 200), ("outsider", 200), ("owner", 403), ("mate", 403)])
def test_import_page_is_for_those_who_may(cast: SimpleNamespace, client: Client, who: str, status: int) -> None:
    client.force_login(getattr(cast, who))
    answer = client.get(URL)
    assert answer.status_code == status
    if status == 403:
        assert "you may not import documents" in answer.content.decode()


def test_import_page_of_the_public_leads_to_sign_in(client: Client, db: None) -> None:
    assert client.get(URL)["Location"].startswith("/account/login/")


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (b"%PDF-1.7 words", "list.docx", "list.docx"),
        (b"PK\x03\x04 cut off", "list.docx", "list.docx"),
        (b"words", "../../../etc/passwd", "passwd"),
        (b"words", "\u202excod.exe", "xcod.exe"),
    ],
)
def test_import_of_a_bad_file_says_why_and_writes_nothing(
    cast: SimpleNamespace, client: Client, content: bytes, name: str, said: str, tmp_path: Path
) -> None:
    client.force_login(cast.administrator)
    answer = post(client, content, name)
    html = answer.content.decode()
    assert answer.status_code == 200
    assert "This document could not be read" in html
    assert said in html
    assert Recommendation.objects.count() == 1
    assert {path.parent for path in tmp_path.rglob("*") if path.is_file()} == {tmp_path / "files" / "imports"}


@pytest.mark.parametrize("values", [{}, {"file": SimpleUploadedFile("list.docx", b"")}])
def test_import_without_a_file_asks_for_one(
    cast: SimpleNamespace, client: Client, values: dict[str, SimpleUploadedFile]
) -> None:
    client.force_login(cast.administrator)
    answer = client.post(URL, values)
    assert answer.status_code == 422
    assert "Choose the document" in answer.content.decode()


def test_import_of_a_huge_file_is_refused_unread(cast: SimpleNamespace, client: Client) -> None:
    client.force_login(cast.administrator)
    answer = post(client, b"x" * (20_000_001))
    assert "larger than 20 MB" in answer.content.decode()


@needs_official
def test_import_shows_then_commits_then_is_taken_back(cast: SimpleNamespace, client: Client) -> None:
    load_reference()
    client.force_login(cast.administrator)
    shown = post(client, S20.read_bytes()).content.decode()
    assert "Commit 163 recommendations" in shown
    assert not Recommendation.objects.filter(review__session__number=20).exists()
    address = f"{URL}{Batch.objects.get().key}/"
    done = press(client, address, "commit")
    assert "What this document did" in done
    assert Recommendation.objects.filter(review__session__number=20).count() == 163
    assert "rejected" in client.get(f"{address}?outcome=rejected").content.decode()
    again = post(client, S20.read_bytes()).content.decode()
    assert "This document proposes nothing" in again
    undone = press(client, address, "undo")
    assert "This import was taken back" in undone
    assert not Recommendation.objects.filter(review__session__number=20, removed_at=None).exists()


@needs_official
def test_import_of_somebody_else_is_not_found(cast: SimpleNamespace, client: Client) -> None:
    load_reference()
    client.force_login(cast.administrator)
    post(client, S20.read_bytes())
    address = f"{URL}{Batch.objects.get().key}/"
    client.force_login(cast.outsider)
    assert client.get(address).status_code == 404
    assert client.post(f"{address}commit/").status_code == 404
    client.force_login(cast.owner)
    assert client.get(address).status_code == 403


@needs_official
def test_import_by_a_manager_is_for_monitored_states_only(cast: SimpleNamespace, client: Client) -> None:
    load_reference()
    client.force_login(cast.outsider)
    post(client, S20.read_bytes())
    address = f"{URL}{Batch.objects.get().key}/"
    answer = client.post(f"{address}commit/")
    assert answer.status_code == 403
    assert "does not monitor Slovenia" in answer.content.decode()
    assert not Recommendation.objects.filter(review__session__number=20).exists()
    cast.others.monitors.add(State.objects.get(iso3="SVN"))
    assert client.post(f"{address}commit/").status_code == 302


@needs_official
def test_import_that_contradicts_the_form_is_refused(cast: SimpleNamespace, client: Client) -> None:
    load_reference()
    client.force_login(cast.administrator)
    html = post(client, S20.read_bytes(), state="KAZ").content.decode()
    assert "This document could not be read" in html
    assert "Slovenia" in html


@pytest.fixture
def listed(tmp_path: Path, cast: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> bytes:
    """A small thematic list of Kazakhstan, which both organisations of the cast monitor; read in this process."""
    monkeypatch.setattr(batches, "read_in_child", lambda path, source="": reader_for(path, source or None).read(path))
    rows = [("140.1 Build schools (Kazakhstan)", "Supported"), ("140.2 Train teachers (Kazakhstan)", "Noted")]
    return save_list(tmp_path / "list.docx", rows, title="UPR of Kazakhstan (4th Cycle - 48th Session)").read_bytes()


def address_of(batch: Batch) -> str:
    return f"{URL}{batch.key}/"


def test_import_belongs_to_the_organisation_and_the_record_names_it(
    cast: SimpleNamespace, client: Client, listed: bytes
) -> None:
    colleague = make.make_person("Mona Manager", organisation=cast.others, role=Role.MANAGER)
    stranger = make.make_person("Stella Stranger", organisation=cast.group, role=Role.MANAGER)
    client.force_login(cast.outsider)
    post(client, listed)
    batch = Batch.objects.get()
    assert batch.organisation == cast.others
    client.force_login(stranger)
    assert client.get(address_of(batch)).status_code == 404
    assert "list.docx" not in client.get(URL).content.decode()
    assert client.post(f"{address_of(batch)}commit/").status_code == 404
    client.force_login(colleague)
    assert "list.docx" in client.get(URL).content.decode()
    press(client, address_of(batch), "commit")
    client.force_login(cast.administrator)
    press(client, address_of(batch), "undo")
    files = Event.objects.filter(action__in=["document.imported", "import.undone"])
    told = list(files.order_by("id").values_list("action", "actor_id", "organisation_id"))
    assert told == [
        ("document.imported", colleague.pk, cast.others.pk),
        ("import.undone", cast.administrator.pk, None),
    ]


def test_import_by_a_manager_of_two_organisations_asks_in_whose_name(
    cast: SimpleNamespace, client: Client, listed: bytes
) -> None:
    make.add_member(cast.outsider, cast.group, Role.MANAGER)
    elsewhere = make.make_organisation("Elsewhere")
    client.force_login(cast.outsider)
    assert client.post(URL, {"file": SimpleUploadedFile("list.docx", listed)}).status_code == 422
    values = {"voice": elsewhere.slug}
    assert client.post(URL, {"file": SimpleUploadedFile("list.docx", listed), **values}).status_code == 422
    post(client, listed, voice=cast.group.slug)
    assert Batch.objects.get().organisation == cast.group


def test_import_of_an_administrator_is_no_organisations(cast: SimpleNamespace, client: Client, listed: bytes) -> None:
    make.add_member(cast.administrator, cast.group, Role.MANAGER)
    client.force_login(cast.administrator)
    post(client, listed)
    assert Batch.objects.get().organisation is None


def test_import_that_is_pressed_again_does_not_claim_to_have_done_it(
    cast: SimpleNamespace, client: Client, listed: bytes
) -> None:
    client.force_login(cast.administrator)
    post(client, listed)
    address = address_of(Batch.objects.get())
    assert "Nothing was done now" in client.post(f"{address}undo/", follow=True).content.decode()
    assert "What this document did" in press(client, address, "commit")
    again = client.post(f"{address}commit/", follow=True).content.decode()
    assert "Nothing was done now. This import is: committed." in again
    assert "This import was taken back" in press(client, address, "undo")
    assert "Nothing was done now" in client.post(f"{address}undo/", follow=True).content.decode()
    assert "Nothing was done now" in client.post(f"{address}commit/", follow=True).content.decode()
    assert Event.objects.filter(action__in=["document.imported", "import.undone"]).count() == 2


def test_import_is_taken_although_the_broker_is_away(
    cast: SimpleNamespace,
    client: Client,
    listed: bytes,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: Any,
) -> None:
    away = Celery("away", broker="redis://127.0.0.1:9/0", set_as_current=False)
    away.conf.broker_transport_options = settings.CELERY_BROKER_TRANSPORT_OPTIONS
    monkeypatch.setattr(work, "current_app", away)
    client.force_login(cast.administrator)
    with django_capture_on_commit_callbacks(execute=True) as called:
        answer = client.post(URL, {"file": SimpleUploadedFile("list.docx", listed)})
    assert (answer.status_code, len(called)) == (302, 1)
    assert client.get(answer["Location"]).status_code == 200
    assert Batch.objects.get().status == "waiting"


def test_addendum_before_its_report_can_be_committed(cast: SimpleNamespace, client: Client) -> None:
    client.force_login(cast.administrator)
    said = ReadPosition("150.1", Answer.SUPPORTED, None, "", "para. 5", Place("page 2"))
    batch = Batch.objects.create(sha256="a" * 64, source="addendum", status="preview", file_name="addendum.pdf")
    document = Document(kind="addendum", review=cast.review, sha256=batch.sha256)
    rows, facts = make_rows(batch, Reading(source="addendum", positions=(said,)), cast.review, document)
    batch.facts = facts | {"state": "KAZ", "session": cast.review.session.number}
    batch.save()
    Row.objects.bulk_create(rows)
    address = f"{URL}{batch.key}/"
    page = client.get(address).content.decode()
    assert "Commit 1 answer" in page
    assert "proposes nothing" not in page
    assert "waiting for its recommendation" in press(client, address, "commit")
    assert Batch.objects.get().status == "committed"


def previewed(cast: SimpleNamespace, number: int) -> Batch:
    """A batch with so many rows, each of another issue, group, goal and document."""
    batch = Batch.objects.create(
        file_name="list.docx", status="preview", facts={"state": "KAZ", "session": 48, "responses": {}, "claims": {}}
    )
    for n in range(1, number + 1):
        issue = make.make_issue(f"Issue {batch.pk} {n}")
        snapshot = {
            "issues": [[issue.pk, issue.scheme, True]],
            "groups": [make.make_group(f"Group {batch.pk} {n}").pk],
            "goals": [make.make_goal(f"{batch.pk % 90 + 1}.{n}").pk],
            "source": [make.make_document(cast.review).pk, "page 1"],
        }
        before = {"issues": [], "groups": [], "goals": [], "source": [None, ""], "removed": False}
        Row.objects.create(
            batch=batch,
            number=n,
            place=f"row {n}",
            label=f"150.{n}",
            outcome="changed",
            fields=list(snapshot),
            before=before,
            after=snapshot,
            recommendation=cast.recommendation,
        )
    return batch


def test_import_page_asks_the_database_as_often_for_many_rows(
    cast: SimpleNamespace, client: Client, django_assert_max_num_queries: Any
) -> None:
    client.force_login(cast.administrator)
    small, large = previewed(cast, 1), previewed(cast, 30)
    # Session and person; the batch; the State; rows by outcome, rows of the page counted, the rows; the names of
    # issues, groups, goals and documents; rows to write, the review, who follows, conflicts taken; two of the frame.
    budget = 17
    for batch in (small, large):
        with django_assert_max_num_queries(budget):
            html = client.get(address_of(batch)).content.decode()
        assert f"Issue {batch.pk} 1" in html
        assert str(Document.objects.get(pk=batch.rows.get(number=1).after["source"][0])) in html


def test_import_page_shows_a_name_as_it_is_now(cast: SimpleNamespace, client: Client) -> None:
    client.force_login(cast.administrator)
    batch = previewed(cast, 1)
    assert f"Issue {batch.pk} 1" in client.get(address_of(batch)).content.decode()
    Issue.objects.filter(name=f"Issue {batch.pk} 1").update(name="Renamed since")
    assert "Renamed since" in client.get(address_of(batch)).content.decode()


def test_import_page_filters_by_outcome_part_and_words(cast: SimpleNamespace, client: Client) -> None:
    client.force_login(cast.administrator)
    batch = previewed(cast, 3)
    Row.objects.filter(number=2).update(outcome="conflict", passage="Anything <b>at all</b>", fields=["text"])

    def shown(query: str) -> list[int]:
        answer = client.get(f"{address_of(batch)}?{query}")
        assert answer.status_code == 200
        return [row.number for row, _parts in answer.context["rows"]]

    assert shown("outcome=conflict") == [2]
    assert shown("outcome=changed&part=issues") == [1, 3]
    assert shown("part=text") == [2]
    assert shown("q=at all anything") == [2]
    assert shown("q=150.3") == [3]
    assert shown("q=nothing like it") == []
    assert shown("outcome=bad&part=bad&review=x&page=99&review=99999999999") == [1, 2, 3]
    assert "Anything &lt;b&gt;at all&lt;/b&gt;" in client.get(address_of(batch)).content.decode()


def test_conflicts_are_decided_together_as_the_ranking_proposes(cast: SimpleNamespace, client: Client) -> None:
    """A report ranks above the list made from it, and equal to another report."""
    client.force_login(cast.administrator)
    batch = previewed(cast, 3)
    Batch.objects.update(source="wg_report")
    kinds = {1: "thematic_list", 2: "wg_report", 3: "thematic_list"}
    for row in batch.rows.all():
        document = make.make_document(cast.review, kind=kinds[row.number])
        row.outcome, row.before = "conflict", {"source": [document.pk, ""], "text": "Old", "removed": False}
        row.save()
    taken = batch.rows.filter(take=True).values_list("number", flat=True)
    address = f"{address_of(batch)}rows/?outcome=conflict"
    client.post(f"{address}&q=150.3", {"act": "propose"})
    assert list(taken.all()) == [3]
    answer = client.post(address, {"act": "propose"}, follow=True)
    assert list(taken.all()) == [1, 3]
    assert "taken in 2 conflicts, as proposed" in answer.content.decode()
    client.post(address, {"act": "keep"})
    assert list(taken.all()) == []
    client.force_login(cast.outsider)
    assert client.post(address, {"act": "propose"}).status_code == 404


def test_import_page_says_how_many_would_be_told(cast: SimpleNamespace, client: Client) -> None:
    client.force_login(cast.administrator)
    batch = previewed(cast, 1)
    assert "no notice is sent" in client.get(address_of(batch)).content.decode()
    Follow.objects.create(person=cast.mate, review=cast.review)
    Follow.objects.create(person=cast.mate, state=cast.state)
    Follow.objects.create(person=cast.owner, state=cast.state)
    Follow.objects.create(person=cast.administrator, state=cast.state)
    Follow.objects.create(person=cast.outsider, recommendation=cast.recommendation)
    assert (
        "2 people who follow this review or State get one notice each" in client.get(address_of(batch)).content.decode()
    )


def test_totals_as_stated_stand_beside_those_found(cast: SimpleNamespace, client: Client) -> None:
    client.force_login(cast.administrator)
    facts = {
        "state": "KAZ",
        "session": 48,
        "responses": {"supported": 217, "noted": 37},
        "claims": {"implemented_or_in_process": 39},
        "printed_totals": {"supported": 178, "noted": 38, "total": 254},
    }
    batch = Batch.objects.create(file_name="addendum.pdf", status="preview", source="addendum", facts=facts)
    totals = client.get(address_of(batch)).context["totals"]
    assert [(each["stated"], each["found"], each["is_same"]) for each in totals] == [
        (178, 217, True),
        (38, 37, False),
        (254, 254, True),
    ]


def test_recommendation_names_its_imports(cast: SimpleNamespace, client: Client, listed: bytes) -> None:
    client.force_login(cast.outsider)
    post(client, listed)
    batch = Batch.objects.get()
    press(client, address_of(batch), "commit")
    address = f"/recommendations/{Recommendation.objects.get(label='140.1').public_id}/"
    link = f'href="{address_of(batch)}"'
    assert link in client.get(address).content.decode()
    client.force_login(cast.administrator)
    assert link in client.get(address).content.decode()
    for person in (cast.owner, cast.mate, None):
        client.logout()
        if person:
            client.force_login(person)
        html = client.get(address).content.decode()
        assert link not in html
        assert "brought it" in html
        assert "Otto Outsider" not in html
    assert "Imported from" not in client.get(f"{address}?as_of=2025-01-01").content.decode()


def test_list_of_imports_is_filtered_and_counts_rows(
    cast: SimpleNamespace, client: Client, django_assert_max_num_queries: Any
) -> None:
    client.force_login(cast.administrator)
    for _batch in range(3):
        previewed(cast, 2)
    Batch.objects.create(file_name="broken.pdf", status="failed", problem="It is cut short.")
    # Session and person; the imports counted, and read; their rows; States and sessions to choose from; the frame.
    with django_assert_max_num_queries(9):
        html = client.get(URL).content.decode()
    assert html.count("2 changed") == 3
    assert "It is cut short." in html
    html = client.get(f"{URL}?status=failed").content.decode()
    assert "broken.pdf" in html
    assert "list.docx" not in html
    assert "No import is there now" in client.get(f"{URL}?status=undone").content.decode()
