"""Reading in a process of its own: the same reading, and whatever a file does, a sentence."""

import resource
from pathlib import Path

import pytest

from imports import child
from imports.reading import UnreadableFile
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
