"""Loading of session files: natural keys, one transaction, and what bad input gets."""

from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts.reader import PUBLIC
from engagement.models import Area, EngagementEvent
from history import feed
from history.models import Event
from imports.reference import load_reference
from recommendations import selection
from recommendations.models import Assessment, Recommendation
from reviews.models import Call, Document, Finding, Review
from states.models import State
from tests import factories as make

KAZAKHSTAN = settings.BASE_DIR / "fixtures" / "sessions" / "48.yaml"
SAMPLE = settings.BASE_DIR / "fixtures" / "sessions" / "48-sample.yaml"

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _reference() -> None:
    load_reference()


def load(path: Path, capsys: pytest.CaptureFixture[str], *options: str) -> str:
    """The last line that the command printed."""
    call_command("load_session", str(path), *options)
    return capsys.readouterr().out.strip().splitlines()[-1]


def refusal(path: Path) -> str:
    """What the command said when it refused the file, having changed nothing."""
    before = _rows()
    with pytest.raises(CommandError) as refused:
        call_command("load_session", str(path))
    assert _rows() == before
    return str(refused.value)


def _rows() -> list[int]:
    models = (Review, Document, Recommendation, Assessment, Call, Finding, Area, EngagementEvent, Event)
    return [model._default_manager.count() for model in models]


def spoilt(tmp_path: Path, old: str, new: str) -> Path:
    """Kazakhstan's file with its first occurrence of `old` replaced."""
    text = KAZAKHSTAN.read_text()
    assert old in text
    path = tmp_path / "48.yaml"
    path.write_text(text.replace(old, new, 1))
    return path


def test_whoever_keeps_a_copy_hears_of_what_a_session_file_brings_and_changes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def since(mark: int) -> set[str]:
        found = selection.select(Recommendation.objects.visible_to(PUBLIC), {"updated_since": [str(mark)]}, PUBLIC)
        return set(found.values_list("text", flat=True))

    before = feed.public_mark()
    load(KAZAKHSTAN, capsys)
    feed.sequence()
    title = "Promoting gender equality"
    assert title in since(before)
    mark = feed.public_mark()
    assert since(mark) == set()
    load(spoilt(tmp_path, title, "Promoting equality"), capsys)
    feed.sequence()
    assert "Promoting equality" in since(mark)


def test_load_session_twice_changes_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert load(KAZAKHSTAN, capsys).endswith("0 unchanged")
    held = _rows()
    assert load(KAZAKHSTAN, capsys).startswith("0 new, 0 changed, ")
    assert _rows() == held


def test_load_session_dry_run_tells_the_same_and_writes_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    before = _rows()
    told = load(KAZAKHSTAN, capsys, "--dry-run")
    assert _rows() == before
    assert load(KAZAKHSTAN, capsys) == told


def test_load_session_holds_everything_of_the_seed(capsys: pytest.CaptureFixture[str]) -> None:
    load(KAZAKHSTAN, capsys)
    statuses = {r.text: r.lead_assessment.get_status_display() for r in Recommendation.objects.all()}  # type: ignore[union-attr]
    assert statuses == {
        "Strengthening freedom of expression": "In Progress",
        "Promoting gender equality": "Partial Implementation",
        "Ensuring the right to fair trial": "Monitoring Phase",
    }
    assert set(Recommendation.objects.values_list("current_position__response", flat=True)) == {"unknown"}
    events = {event.title: event.day.isoformat() for event in EngagementEvent.objects.all()}
    assert events == {
        "Roundtable Discussions": "2023-06-15",
        "Workshops": "2023-07-20",
        "Annual Conferences": "2023-10-10",
    }
    assert set(Area.objects.values_list("title", flat=True)) == {
        "Policy Advocacy",
        "Capacity Building",
        "Monitoring and Reporting",
        "Coalition Building",
    }
    assert Call.objects.filter(kind="key").count() == 3
    assert Call.objects.filter(kind="path_forward").count() >= 7
    assert set(Finding.objects.values_list("kind", flat=True)) == set(Finding.Kind.values)
    assert Document.objects.get(kind="action_plan").awaited


def test_load_session_assessment_says_that_its_day_is_inferred(capsys: pytest.CaptureFixture[str]) -> None:
    load(KAZAKHSTAN, capsys)
    assert all(Assessment.objects.values_list("day_is_inferred", flat=True))


def test_load_session_changed_fact_is_counted_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    load(KAZAKHSTAN, capsys)
    path = spoilt(tmp_path, 'title: "Workshops"', "title: Trainings")
    assert load(path, capsys).startswith("0 new, 1 changed, ")
    assert EngagementEvent.objects.filter(title="Trainings").count() == 1


def test_load_session_sample_is_marked_and_keeps_out_of_the_real_lead(capsys: pytest.CaptureFixture[str]) -> None:
    load(KAZAKHSTAN, capsys)
    load(SAMPLE, capsys)
    assert Recommendation.objects.filter(is_sample=True).count() >= 115
    assert set(Review.objects.filter(recommendations__is_sample=True).values_list("session__number", flat=True)) == {48}
    real = Recommendation.objects.filter(is_sample=False)
    assert {r.lead_assessment.voice.kind for r in real} == {"published_source"}  # type: ignore[union-attr]
    assert set(Assessment.objects.values_list("status", flat=True)) == {
        "no_information",
        "not_started",
        "in_progress",
        "partial_implementation",
        "monitoring_phase",
        "fully_implemented",
        "regression",
    }


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("status: in_progress", "status: halfway", ("assessments › 1 › status", '"halfway"', "in_progress")),
        ("state: KAZ\n    position", "state: KAX\n    position", ("KAX",)),
        ("Freedom of the press", "Freedom of the pressed", ("Freedom of the pressed", "issues › 3")),
        ('day: "2023-07-20"', 'day: "2023-02-30"', ("2023-02-30",)),
        ('day: "2023-07-20"', "day: 20 July", ("20 July",)),
        ('holds_from: "2025-01-23"', 'holds_from: "2999-01-23"', ("2999-01-23", "has not come yet")),
        ("key: gender-equality", "key: freedom-of-expression", ("freedom-of-expression", "second time")),
        ("session: 48", "session: 99", ("99",)),
        ("format: upr-tracker/session/1\n", "", ("format", "missing")),
        ("sample: false", "sample: false\nsample: true", ("second time", "sample")),
        ("organisations:", "organisations: [", ("not YAML", "line")),
        ("sample: false", "sample: &a false\nmore: *a", ("references",)),
        ("voice: kazakhstan-review-article", "voice: nobody-known", ("nobody-known", "organisations")),
    ],
)
def test_load_session_bad_file_is_refused_with_place_and_value(
    tmp_path: Path, old: str, new: str, said: tuple[str, ...]
) -> None:
    text = refusal(spoilt(tmp_path, old, new))
    assert text.startswith("48.yaml")
    assert text.endswith("Nothing was changed.")
    for words in said:
        assert words in text


@pytest.mark.parametrize(
    "content", [b"", b"just words", b"\xff\xfe\x00", b"- a\n- b\n", b"{" * 5000, b"a: !!python/object:os.x 1"]
)
def test_load_session_of_something_else_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "other.yaml"
    path.write_bytes(content)
    assert refusal(path).startswith("other.yaml")


def test_load_session_missing_file_is_named(tmp_path: Path) -> None:
    assert "cannot be opened" in refusal(tmp_path / "absent.yaml")


def test_load_session_duplicate_label_is_refused(tmp_path: Path) -> None:
    text = KAZAKHSTAN.read_text().replace("label: null", 'label: "140.1"')
    path = tmp_path / "48.yaml"
    path.write_text(text)
    said = refusal(path)
    assert "140.1" in said
    assert "second time" in said


def test_load_session_other_reason_of_a_published_status_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    load(KAZAKHSTAN, capsys)
    said = refusal(spoilt(tmp_path, "It states neither a reason nor a day.", "It says more."))
    assert "never changed" in said


def labelled(tmp_path: Path) -> Path:
    """Kazakhstan's file with a number for its first recommendation."""
    return spoilt(tmp_path, "label: null", 'label: "140.1"')


def test_load_session_of_a_label_that_an_import_brought_is_that_recommendation(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    held = make.make_recommendation(make.make_review(State.objects.get(iso3="KAZ")), "140.1", key=None)
    load(labelled(tmp_path), capsys)
    assert Recommendation.objects.get(label="140.1").pk == held.pk
    assert Recommendation.objects.get(label="140.1").text == "Strengthening freedom of expression"
    assert Recommendation.objects.count() == 3
    assert load(labelled(tmp_path), capsys).startswith("0 new, 0 changed, ")


@pytest.mark.parametrize(("values", "said"), [({"key": "another"}, "another"), ({"is_sample": True}, "sample")])
def test_load_session_of_a_label_that_is_another_recommendation_is_refused(
    tmp_path: Path, values: dict[str, Any], said: str
) -> None:
    make.make_recommendation(make.make_review(State.objects.get(iso3="KAZ")), "140.1", **values)
    text = refusal(labelled(tmp_path))
    assert "140.1 is there already" in text
    assert said in text


def test_load_session_brings_back_what_an_undone_import_removed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    review = make.make_review(State.objects.get(iso3="KAZ"))
    held = make.make_recommendation(review, "140.1", removed_at=timezone.now())
    load(labelled(tmp_path), capsys)
    held.refresh_from_db()
    assert held.removed_at is None
