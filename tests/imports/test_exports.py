"""Exports of UPR Info and UHRI into the database: every row accounted for, in any order, and out again."""

import itertools
import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage
from django.core.management import CommandError, call_command
from django.test import Client

from accounts.reader import Reader
from history import feed
from history.log import Actor
from history.models import Event
from imports import batches
from imports.documents import import_document
from imports.models import Batch
from imports.reference import load_reference
from imports.sources import reader_for
from notifications.actions import fan_out, follow
from notifications.models import Message
from recommendations import verifying
from recommendations.models import ExternalId, Mention, Position, Recommendation
from reviews.models import Document, Review
from states.models import State
from tests import factories as make
from tests.imports.export_files import record, save_uhri, save_upr_info
from tests.imports.word_files import save_list
from web import timeline

pytestmark = pytest.mark.django_db
ACTOR = Actor()
DATA = settings.BASE_DIR.parent / "shared" / "data"
needs_data = pytest.mark.skipif(
    not (DATA / "upr_info").is_dir(), reason="the reference data (../shared/data) is not here"
)
LISTED = [
    ("Theme: Right to education",),
    ("140.1 Build schools in every region (France, Spain)", "Supported", "Right to education", ""),
    ("140.2 Train teachers (Japan)", "Noted", "Right to education", ""),
    ("140.3 Train teachers (Peru)", "Noted", "Right to education", ""),
]
MENTIONS = [
    ("Build schools in every region ", "France", "Accepted", "5", "Right to education"),
    ("Build schools in every region", "Spain", "Accepted", "5", "Right to education,Other"),
    ("Train teachers", "Peru", "Rejected", "4", "Other"),
    ("Plant trees", "Chile", "Accepted", "2", "Environment"),
]
RECORDS = [
    record(1, "140.1 Build schools in every region (France, Spain);", ["France", "Spain"]),
    record(2, "140.4 Open a ministry (Chile)", ["Chile"], "Noted"),
    record(3, "Train teachers (Japan)", ["Japan"], "Noted"),
    record(4, "5. Something else", [], Body="- CRC"),
]


@pytest.fixture(autouse=True)
def _place(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    load_reference()
    # Read here and not in a process of its own, which takes a second each time; test_child.py proves that one.
    monkeypatch.setattr(batches, "read_in_child", lambda path, source="": reader_for(path, source or None).read(path))
    monkeypatch.setattr(Batch._meta.get_field("file"), "storage", FileSystemStorage(location=tmp_path / "files"))


def listed(tmp_path: Path) -> Path:
    """The list, always the same file: a Word document made anew is another one."""
    path = tmp_path / "list.docx"
    return path if path.exists() else save_list(path, LISTED, title="UPR of Slovenia (4th Cycle - 48th Session)")


def mentioned(tmp_path: Path) -> Path:
    return save_upr_info(tmp_path / "export.csv", MENTIONS)


def recorded(tmp_path: Path) -> Path:
    return save_uhri(tmp_path / "uhri.json", RECORDS)


def go(path: Path, **options: Any) -> dict[str, Any]:
    """Import the file; what the command would print as JSON."""
    return import_document(path, by=ACTOR, **options).to_json()


def undo(found: dict[str, Any]) -> Batch:
    return batches.undo_batch(batch=Batch.objects.get(key=found["batch"]), by=ACTOR)


def rows_of(found: dict[str, Any]) -> Counter[str]:
    return Counter(Batch.objects.get(key=found["batch"]).rows.values_list("outcome", flat=True))


def held() -> dict[str, Any]:
    """All that lists show of the review, without ids and times."""
    shown = Recommendation.objects.filter(removed_at__isnull=True, review__state__iso3="SVN")
    mentions = Mention.objects.filter(removed_at__isnull=True).select_related("recommendation")
    return {
        "recommendations": {
            str(row.label): (
                row.text,
                row.source_document.kind,
                row.action_category,
                row.response,
                sorted((p.document.kind, p.response) for p in row.positions.all() if p.document),
                [each.state.iso3 for each in row.recommenders.all() if each.state],
                sorted((each.scheme, each.issue.name) for each in row.issue_links.select_related("issue")),
                sorted(each.value[-2:] for each in row.external_ids.all()),
            )
            for row in shown.prefetch_related("positions__document", "recommenders__state")
        },
        "mentions": sorted((m.text, m.printed, m.recommendation.label if m.recommendation else "") for m in mentions),
    }


def test_mentions_before_any_report_are_grouped_and_in_no_official_count(tmp_path: Path) -> None:
    found = go(mentioned(tmp_path))
    assert found["rows"] == {"read": 4, "accounted_for": 4, "attached": 0, "grouped": 4, "passed_over": 0}
    assert Batch.objects.get().facts["groups"] == 3
    assert (Recommendation.objects.count(), Mention.objects.count()) == (0, 4)
    assert {str(each.review) for each in Mention.objects.all()} == {"Slovenia, Session 48"}
    document = Document.objects.get()
    assert (document.kind, document.review) == ("upr_info", None)


def test_mentions_are_attached_by_their_words_and_bring_what_they_agree_on(tmp_path: Path) -> None:
    go(listed(tmp_path))
    found = go(mentioned(tmp_path))
    assert found["rows"] == {"read": 4, "accounted_for": 4, "attached": 3, "grouped": 1, "passed_over": 0}
    first = Recommendation.objects.get(label="140.1")
    assert first.action_category == 5
    brought = sorted(first.issue_links.filter(scheme="upr_info").values_list("issue__name", flat=True))
    assert len(brought) == 2
    assert first.positions.get(document__kind="upr_info").response == "supported"
    assert first.current_position is not None
    assert first.current_position.document is not None
    assert first.current_position.document.kind == "thematic_list"
    # Of two recommendations with the same words the one that its State made is meant.
    assert Mention.objects.get(printed="Peru").recommendation == Recommendation.objects.get(label="140.3")
    assert list(verifying.findings()) == []


def test_mentions_that_disagree_bring_no_position_and_the_fact_is_told(tmp_path: Path) -> None:
    go(listed(tmp_path))
    go(
        save_upr_info(
            tmp_path / "split.csv", [MENTIONS[0], ("Build schools in every region", "Spain", "Rejected", "4", "")]
        )
    )
    first = Recommendation.objects.get(label="140.1")
    assert first.mentions.count() == 2
    assert not first.positions.filter(document__kind="upr_info").exists()
    assert first.action_category is None
    assert Batch.objects.latest("id").facts["disagreeing"] == 1


def test_similar_words_are_only_proposed(tmp_path: Path) -> None:
    go(listed(tmp_path))
    path = save_upr_info(tmp_path / "near.csv", [("Build schools in all every region", "France", "Accepted", "5", "")])
    found = go(path)
    assert [row["fields"] for row in found["conflicts"]] == [["text"]]
    assert Mention.objects.get().recommendation is None
    assert go(path)["batch"] is None  # the proposal is all that is left of it
    batch = batches.open_batch(file=ContentFile(path.read_bytes()), name="near.csv", by=None)
    batches.read_batch(batch.pk)
    batches.decide(rows=batch.rows.all(), take=True)
    batches.commit_batch(batch=batch, by=ACTOR)
    mention = Mention.objects.get()
    assert (mention.match, mention.recommendation) == ("person", Recommendation.objects.get(label="140.1"))
    batches.undo_batch(batch=batch, by=ACTOR)
    mention.refresh_from_db()
    assert (mention.match, mention.recommendation, mention.removed_at) == ("none", None, None)


def test_records_of_uhri_with_a_number_are_recommendations(tmp_path: Path) -> None:
    found = go(recorded(tmp_path))
    assert (found["new"], found["rows"]) == (
        2,
        {"read": 4, "accounted_for": 4, "attached": 0, "grouped": 1, "passed_over": 1},
    )
    assert found["labels"] == ["140.1", "140.4"]
    first = Recommendation.objects.get(label="140.1")
    assert [each.state.iso3 for each in first.recommenders.all() if each.state] == ["FRA", "ESP"]
    assert (first.text, first.sort_key) == ("Build schools in every region", "000140.000001.")
    assert first.external_ids.get().value == RECORDS[0]["AnnotationId"]
    assert Mention.objects.get().printed == "Japan"
    assert list(verifying.findings()) == []


def test_known_id_of_uhri_leads_to_its_recommendation_whatever_its_number(tmp_path: Path) -> None:
    go(recorded(tmp_path))
    later = save_uhri(tmp_path / "later.json", [record(2, "140.9 Open a ministry (Chile)", ["Chile"], "Noted")])
    found = go(later)
    assert (found["new"], found["changed"], found["unchanged"]) == (0, 0, 1)
    assert Position.objects.filter(recommendation__label="140.4").count() == 1  # the same answer again is none
    assert not Recommendation.objects.filter(label="140.9").exists()


def test_uhri_beside_a_list_adds_its_position_and_leaves_text_and_themes(tmp_path: Path) -> None:
    go(listed(tmp_path))
    there = Recommendation.objects.get(label="140.1")
    issues = set(there.issue_links.values_list("issue", flat=True))
    said = record(1, "140.1 Build SCHOOLS, in every region", ["France", "Spain"], "Noted", Themes=["- Right to health"])
    found = go(save_uhri(tmp_path / "uhri.json", [said]))
    assert (found["changed"], found["conflicts"]) == (1, [])
    there.refresh_from_db()
    assert (there.text, there.response) == ("Build schools in every region", "supported")
    assert set(there.issue_links.values_list("issue", flat=True)) == issues
    assert there.positions.count() == 2


def test_uhri_that_says_something_else_is_a_conflict_and_its_answer_is_written(tmp_path: Path) -> None:
    go(listed(tmp_path))
    found = go(save_uhri(tmp_path / "uhri.json", [record(1, "140.1 Build banks", ["France", "Spain"])]))
    assert [(row["label"], row["fields"]) for row in found["conflicts"]] == [("140.1", ["text"])]
    there = Recommendation.objects.get(label="140.1")
    assert (there.text, there.positions.count()) == ("Build schools in every region", 2)


@pytest.mark.parametrize("make_file", [mentioned, recorded])
def test_same_export_again_proposes_nothing(tmp_path: Path, make_file: Callable[[Path], Path]) -> None:
    go(listed(tmp_path))
    path = make_file(tmp_path)
    first = go(path)
    before = held()
    again = go(path)
    assert (again["batch"], again["new"], again["changed"]) == (None, 0, 0)
    assert again["rows"]["accounted_for"] == again["rows"]["read"] == first["rows"]["read"]
    assert held() == before


ORDERS = list(itertools.permutations([listed, mentioned, recorded]))


def test_any_order_of_list_and_exports_ends_in_the_same_data(tmp_path: Path) -> None:
    ends = []
    for order in ORDERS:
        done = [go(make_file(tmp_path)) for make_file in order]
        ends.append(held())
        assert list(verifying.findings()) == []
        for found in reversed(done):
            assert undo(found).facts["left"] == 0
        assert held() == {"recommendations": {}, "mentions": []}
    for order, end in zip(ORDERS, ends, strict=True):
        assert end == ends[0], [make_file.__name__ for make_file in order]


def test_undo_of_the_list_lets_the_mentions_wait_again(tmp_path: Path) -> None:
    go(mentioned(tmp_path))
    alone = held()
    found = go(listed(tmp_path))
    together = held()
    assert len([label for _text, _by, label in together["mentions"] if label]) == 3
    undo(found)
    assert held() == alone
    assert set(Batch.objects.earliest("id").rows.values_list("outcome", flat=True)) == {"grouped"}
    go(listed(tmp_path))
    assert held() == together


def test_undo_of_an_export_takes_back_what_it_brought(tmp_path: Path) -> None:
    go(listed(tmp_path))
    alone = held()
    for path in (mentioned(tmp_path), recorded(tmp_path)):
        found = go(path)
        assert held() != alone
        assert undo(found).status == "undone"
        assert held() == alone
    assert Mention.objects.count() == 5  # removed, not deleted
    go(mentioned(tmp_path))
    assert Mention.objects.count() == 5


def test_export_is_one_event_for_people_and_one_for_each_record(tmp_path: Path) -> None:
    go(listed(tmp_path))
    go(mentioned(tmp_path))
    told = Event.objects.filter(action="document.imported").latest("id")
    assert (told.new["attached"], told.new["grouped"]) == (3, 1)
    touched = set(Recommendation.objects.filter(label__in=["140.1", "140.3"]).values_list("pk", flat=True))
    quiet = Event.objects.filter(quiet=True, id__lt=told.pk).order_by("-id")[:2]
    assert {event.target_id for event in quiet} == touched


def test_feeds_tell_of_an_export_once(tmp_path: Path, client: Client) -> None:
    go(listed(tmp_path))
    go(mentioned(tmp_path))
    feed.sequence()
    told = [row.event.action for row in timeline.rows_of(timeline.latest(), Reader())]
    assert told.count("document.imported") == 2
    assert "recommendation.imported" not in told
    assert client.get("/").status_code == 200
    assert client.get("/reviews/48/SVN/").status_code == 200


def test_followers_get_one_notice_for_each_review_that_an_export_brings_or_changes_something_in(
    tmp_path: Path, client: Client
) -> None:
    """France gets two, Slovenia's list is repeated, and what is kept beside Japan's review changes none."""
    go(listed(tmp_path))
    feed.sequence()
    fan_out()
    review = Review.objects.get(state__iso3="SVN")
    both, slovenia, japan = (make.make_person(name) for name in ("Bea Both", "Sven Slovenia", "Jun Japan"))
    follow(person=both, target=State.objects.get(iso3="FRA"))
    follow(person=both, target=review)
    follow(person=both, target=State.objects.get(iso3="SVN"))
    follow(person=slovenia, target=review)
    follow(person=japan, target=State.objects.get(iso3="JPN"))
    records = [
        RECORDS[0],
        record(5, "150.1 Plant trees (Chile)", ["Chile"], Countries=["- France"]),
        record(6, "150.2 Plant more (Chile)", ["Chile"], Countries=["- France"]),
        record(7, "Plant everything (Chile)", ["Chile"], Countries=["- Japan"]),
    ]
    batch = batches.open_batch(
        file=ContentFile(save_uhri(tmp_path / "many.json", records).read_bytes()), name="many.json", by=None
    )
    batches.read_batch(batch.pk)
    administrator = make.make_person("Ada Administrator", is_administrator=True)
    client.force_login(administrator)
    assert "2 people who follow one of these reviews" in client.get(f"/imports/{batch.key}/").content.decode()
    batches.commit_batch(batch=batch, by=Actor(person_id=administrator.pk))
    feed.sequence()
    fan_out()
    iso3 = dict(Review.objects.values_list("pk", "state__iso3"))
    told = [
        (
            message.person.name,
            iso3[message.event.review_id or 0],
            message.event.new["new"],
            message.event.new["changed"],
        )
        for message in Message.objects.select_related("person", "event")
    ]
    assert sorted(told) == [("Bea Both", "FRA", 2, 0), ("Bea Both", "SVN", 0, 1), ("Sven Slovenia", "SVN", 0, 1)]


def test_page_of_an_export_accounts_for_its_rows_and_shows_them_as_printed(tmp_path: Path, client: Client) -> None:
    client.force_login(make.make_person("Ada Administrator", is_administrator=True))
    records = [*RECORDS, record(5, "", ["Chile"]), record(6, "140.9 Plant trees", [], Themes=["- A title of a theme"])]
    uhri = save_uhri(tmp_path / "uhri.json", records)
    go(listed(tmp_path))
    shown = {}
    for name, content in {"uhri": uhri, "upr_info": mentioned(tmp_path)}.items():
        batch = batches.open_batch(file=ContentFile(content.read_bytes()), name=content.name, by=None)
        batches.read_batch(batch.pk)
        Batch.objects.filter(pk=batch.pk).update(
            facts=Batch.objects.get(pk=batch.pk).facts | {"more_warnings": 1234, "warnings": ["One"]}
        )
        shown[name] = " ".join(client.get(f"/imports/{batch.key}/").content.decode().split())
    assert 'CRC <span class="number">1</span>' in shown["uhri"]
    assert "Rows of the file</dt><dd>6" in shown["uhri"]
    assert "3 mentions are attached to recommendations" in shown["upr_info"]
    assert "1 mention is kept beside its review, inferred to be of 1 recommendation" in shown["upr_info"]
    assert "1,235 things to look at" in shown["upr_info"]
    assert "1,234 more are not listed" in shown["upr_info"]
    assert "From: Chile Response: Accepted" in shown["upr_info"]
    assert "Nobody else follows a review" in shown["upr_info"]
    assert "UprRecommendingCountry: France; Spain" in shown["uhri"]


def test_record_of_uhri_without_a_number_keeps_its_themes_as_a_mention(tmp_path: Path) -> None:
    theme = "Right to education"
    go(listed(tmp_path))
    alone = held()["recommendations"]["140.2"]
    go(
        save_uhri(
            tmp_path / "uhri.json", [record(3, "Train teachers (Japan)", ["Japan"], "Noted", Themes=[f"- {theme}"])]
        )
    )
    mention = Mention.objects.get()
    assert (mention.recommendation.label if mention.recommendation else "") == "140.2"
    assert list(mention.issues.values_list("name", "scheme")) == [(theme, "uhri_theme")]
    assert held()["recommendations"]["140.2"][6] == alone[6]  # a list says what a recommendation is about


def test_rows_of_other_reviews_and_unknown_ones_are_named(tmp_path: Path) -> None:
    path = save_upr_info(tmp_path / "odd.csv", [MENTIONS[0]], to="Atlantis")
    found = go(path)
    assert found["unknown_states"] == ["Atlantis"]
    assert [row["reason"][:16] for row in found["rejected"]] == ["This State under"]
    other = go(mentioned(tmp_path), iso3="KAZ", dry_run=True)
    assert (len(other["rejected"]), other["rows"]["accounted_for"]) == (4, 4)
    later = go(save_upr_info(tmp_path / "later.csv", MENTIONS, session="99"))
    assert (len(later["rejected"]), later["batch"]) == (4, None)


def test_organisation_brings_only_rows_of_states_that_it_monitors(tmp_path: Path) -> None:
    group = make.make_organisation("Watch", monitors=[State.objects.get(iso3="KAZ")])
    content = ContentFile(mentioned(tmp_path).read_bytes())
    batch = batches.open_batch(file=content, name="export.csv", by=None, organisation=group)
    batches.read_batch(batch.pk)
    assert set(batch.rows.values_list("outcome", flat=True)) == {"rejected"}


def test_rows_that_say_the_same_or_have_the_same_number_are_named(tmp_path: Path) -> None:
    twice = [RECORDS[0], record(9, "140.1 Something else", ["Peru"])]
    found = go(save_uhri(tmp_path / "twice.json", twice))
    assert (found["new"], len(found["rejected"])) == (1, 1)
    assert "row 1" in found["rejected"][0]["reason"]


def test_report_that_came_after_the_preview_makes_the_export_be_read_again(tmp_path: Path) -> None:
    batch = batches.open_batch(file=ContentFile(mentioned(tmp_path).read_bytes()), name="export.csv", by=None)
    batches.read_batch(batch.pk)
    go(listed(tmp_path))
    with pytest.raises(batches.Drifted, match="3 rows"):
        batches.commit_batch(batch=batch, by=ACTOR)
    batches.read_again(batch=batch)
    batches.read_batch(batch.pk)
    batches.commit_batch(batch=batch, by=ACTOR)
    assert Mention.objects.exclude(recommendation=None).count() == 3


def test_export_that_breaks_off_leaves_no_rows(tmp_path: Path) -> None:
    whole = recorded(tmp_path).read_text()
    broken = ContentFile((whole[: whole.rindex("{")]).encode())
    batch = batches.open_batch(file=broken, name="uhri.json", by=None)
    batches.read_batch(batch.pk)
    batch.refresh_from_db()
    assert (batch.status, batch.rows.count()) == ("failed", 0)
    assert "uhri.json" in batch.problem


@needs_data
@pytest.mark.parametrize(("name", "rows"), [("10-13.csv", 9047), ("17-20.csv", 7984)])
def test_every_row_of_the_real_exports_is_accounted_for(name: str, rows: int) -> None:
    found = go(DATA / "upr_info" / name)
    assert found["rows"] == {"read": rows, "accounted_for": rows, "attached": 0, "grouped": rows, "passed_over": 0}
    assert rows_of(found) == {"grouped": rows}
    assert (Mention.objects.count(), Recommendation.objects.count()) == (rows, 0)


@needs_data
def test_kazakhstan_has_194_recommendations_before_and_after_its_198_rows() -> None:
    go(DATA / "wg_reports" / "kazakhstan2014.txt", iso3="KAZ", session=20)
    review = Review.objects.get(state__iso3="KAZ", session__number=20)
    assert review.recommendations.count() == 194
    found = go(DATA / "upr_info" / "kazakhstan_s07_s20_utf8.csv")
    assert review.recommendations.count() == 194
    assert review.mentions.count() == 198
    assert (found["rows"]["attached"], len(found["conflicts"]), found["rows"]["grouped"]) == (194, 4, 129)
    assert found["rows"]["accounted_for"] == found["rows"]["read"] == 327


def test_command_imports_an_export(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("import_document", str(mentioned(tmp_path)), "--json")
    found = json.loads(capsys.readouterr().out)
    assert (found["source"], found["recommendations"], found["rows"]["grouped"]) == ("upr_info", 0, 4)
    call_command("undo_import", found["batch"])
    assert capsys.readouterr().out.strip() == "4 undone, 0 left"
    empty = tmp_path / "empty.csv"
    empty.touch()
    with pytest.raises(CommandError, match="empty"):
        call_command("import_document", str(empty))
    assert not ExternalId.objects.exists()
