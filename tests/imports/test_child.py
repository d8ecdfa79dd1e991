"""Reading in a process of its own: the same reading, and whatever a file does, a sentence."""

import json
import os
import resource
from pathlib import Path

import pytest

from imports import child
from imports.reading import Place, Reading, ReadRecommendation, Response, UnreadableFile
from imports.sources import reader_for
from tests.imports.word_files import save_list

ROW = ("140.1 Build schools (France, Spain)", "Supported", "Right to education", "- 4 - QUALITY EDUCATION")


def listed(tmp_path: Path) -> Path:
    return save_list(tmp_path / "list.docx", [("Theme: Right to education",), ROW, ("A row without a number", "Noted")])


def test_child_gives_the_same_reading(tmp_path: Path) -> None:
    path = listed(tmp_path)
    here, there = reader_for(path).read(path), child.read_in_child(path)
    assert there.recommendations == here.recommendations
    assert there.problems == here.problems
    assert (there.source, there.state_name, there.session) == (here.source, here.state_name, here.session)


def test_child_passes_on_why_a_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "list.docx"
    path.write_bytes(b"words")
    with pytest.raises(UnreadableFile, match=r"list\.docx"):
        child.read_in_child(path)


def test_child_refuses_an_unknown_source(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="no source “crystal_ball”"):
        child.read_in_child(listed(tmp_path), "crystal_ball")


def test_child_that_needs_too_much_dies_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("UPR_READER_MEMORY_MB", "60")
    before = resource.getrlimit(resource.RLIMIT_AS)
    with pytest.raises(UnreadableFile, match="too much time or memory"):
        child.read_in_child(listed(tmp_path))
    assert resource.getrlimit(resource.RLIMIT_AS) == before
    assert "list.docx" in caplog.text


def at_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    """Have the child run this code before anything else."""
    folder = tmp_path / "start"
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(code)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(folder), os.environ.get("PYTHONPATH", "")]))


def test_child_knows_no_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told = tmp_path / "environment.json"
    code = f"import json, os; open({str(told)!r}, 'w').write(json.dumps(dict(os.environ)))"
    at_start(tmp_path, monkeypatch, code)
    for name in ("SECRET_KEY", "DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL", "EMAIL_URL", "UPR_ANYTHING"):
        monkeypatch.setenv(name, "smtp://a-secret-word@localhost")
    assert child.read_in_child(listed(tmp_path)).recommendations
    seen = json.loads(told.read_text())
    assert "a-secret-word" not in str(seen)
    assert seen["DATABASE_URL"] == "postgres://nobody@localhost/nothing"


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "too much time or memory"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGXCPU)", "too much time or memory"),
        ("import os; os._exit(4)", "too much time or memory"),
        ("import os; os._exit(1)", "a fault of ours"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", "a fault of ours"),
    ],
)
def test_child_that_dies_is_told_apart_from_one_that_used_too_much(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, code: str, said: str
) -> None:
    at_start(tmp_path, monkeypatch, code)
    with pytest.raises(UnreadableFile, match=said):
        child.read_in_child(listed(tmp_path))
    assert "list.docx" in caplog.text


def recommendation(label: str, **values: object) -> ReadRecommendation:
    """A recommendation as a reader might hand it back."""
    given = {"paragraph": 140, "number": 1, "suffix": "", "text": "Build schools", "states": ("France",)}
    given |= {"response": Response.SUPPORTED, "response_source": "", "claim": None, "themes": (), "groups": ()}
    given |= {"goals": (), "comment": "", "place": Place("page 1")}
    return ReadRecommendation(label, **given | values)  # type: ignore[arg-type]


def sent(reading: Reading) -> Reading:
    """What arrives of a reading that a child sends."""
    return child._reading(child.clean(json.loads(json.dumps(child._plain(reading)))))


def test_child_sends_only_what_can_be_stored() -> None:
    odd = recommendation("140.7quater", suffix="quater", text="Build\0 \ud800schools", states=("F" * 200,))
    found = sent(Reading("wg_report", symbol="A/HRC/" + "1" * 60, recommendations=(odd,), printed_totals={"a\0": 1}))
    assert found.symbol is not None
    assert len(found.symbol) == 40
    assert found.printed_totals == {"a": 1}
    (kept,) = found.recommendations
    assert (kept.label, kept.suffix, kept.text) == ("140.7quater", "quate", "Build \ufffdschools")
    assert kept.states == ("F" * 150,)


@pytest.mark.parametrize("label", ["one", "140.7" + " " * 30, ""])
def test_child_rejects_a_row_whose_number_is_none(label: str) -> None:
    found = sent(Reading("wg_report", recommendations=(recommendation("140.1"), recommendation(label))))
    assert [row.label for row in found.recommendations] == ["140.1"]
    assert [str(problem.place) for problem in found.problems] == ["page 1"]


def exported(tmp_path: Path, rows: int = 3) -> Path:
    """An export of UPR Info with so many rows, all different, and one that cannot be used."""
    lines = ["To,Text,From,Response,Session", *(f"Slovenia,Build school {n},France,Accepted,20" for n in range(rows))]
    path = tmp_path / "export.csv"
    path.write_text("\n".join([*lines, "Slovenia,,France,Accepted,20"]), encoding="utf-8")
    return path


def test_child_hands_the_rows_of_an_export_over_one_by_one(tmp_path: Path) -> None:
    path = exported(tmp_path)
    here, there = reader_for(path).read(path).mentions, child.read_in_child(path).mentions
    assert list(there) == list(here)
    assert there.problems == here.problems
    assert (there.rows, there.read, there.rejected) == (4, 3, 1)


@pytest.mark.parametrize("begun", [True, False])
def test_child_of_an_export_ends_with_its_reading(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, begun: bool) -> None:
    made: list[child.Child] = []
    start = child.Child.__init__

    def noted(self: child.Child, *given: str) -> None:
        start(self, *given)  # type: ignore[arg-type]
        made.append(self)

    monkeypatch.setattr(child.Child, "__init__", noted)
    reading = child.read_in_child(exported(tmp_path, rows=20_000))
    if begun:
        next(reading.mentions)
    assert made[0].process.poll() is None  # it waits, with the pipe full
    del reading
    assert made[0].process.poll() is not None


def test_child_that_dies_among_the_rows_is_told(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    reading = child.read_in_child(exported(tmp_path, rows=20_000))
    next(reading.mentions)
    frame = reading.mentions._entries.gi_frame  # type: ignore[attr-defined]
    frame.f_locals["self"].process.kill()
    with pytest.raises(UnreadableFile, match="too much time or memory"):
        list(reading.mentions)
    assert "export.csv" in caplog.text
