"""Whatever a file holds, an import of it ends in a preview or in one sentence, with nothing written and a worker alive.

The readers' own tests (test_safe_files.py, test_text_of.py, test_tables.py) have each trick alone; here they go the
whole way, and the official files go it damaged.
"""

import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from imports import batches
from imports.child import clean
from imports.models import Batch
from imports.sources import reader_for
from recommendations.models import Recommendation
from reviews.models import Document, Review
from tests import factories as make
from tests.imports.official import OFFICIAL, S20, S48, needs_official
from tests.imports.word_files import document_xml, repack, save_list, word_file
from tests.workers import Process
from upr_tracker.localstack.processes import tail, wait_until

pytestmark = pytest.mark.django_db
ENTITIES = b'<?xml version="1.0"?><!DOCTYPE w:document [<!ENTITY a "haha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
TITLE = "UPR of Slovenia (4th Cycle - 48th Session)"


@pytest.fixture(autouse=True)
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Where uploads are kept."""
    made = tmp_path / "files"
    monkeypatch.setattr(Batch._meta.get_field("file"), "storage", FileSystemStorage(location=made))
    return made


def sent(content: bytes, name: str = "list.docx") -> Batch:
    """An import of these bytes, read as the worker does."""
    batch = batches.open_batch(file=ContentFile(content), name=name, by=None)
    batches.read_batch(batch.pk)
    batch.refresh_from_db()
    return batch


def check(batch: Batch) -> None:
    """It was read, or refused with a sentence that names the file; nothing is written in either case."""
    assert batch.status in {"preview", "failed"}
    if batch.status == "failed":
        assert batch.file_name in batch.problem
        assert batch.problem.rstrip().endswith((".", "”.")), batch.problem
        assert "fault of ours" not in batch.problem
        assert batch.rows.count() == 0
    assert not Recommendation.objects.exists()
    assert not Document.objects.exists()
    assert not Review.objects.exists()


# ------------------------------------------------------------------------------------------ the official files, damaged


def _flipped(content: bytes, data: st.DataObject) -> bytes:
    damaged = bytearray(content)
    for place in data.draw(st.lists(st.integers(0, len(content) - 1), min_size=1, max_size=30)):
        damaged[place] ^= data.draw(st.integers(1, 255))
    return bytes(damaged)


def _cut(content: bytes, data: st.DataObject) -> bytes:
    return content[: data.draw(st.integers(1, len(content) - 1))]


def _spliced(content: bytes, data: st.DataObject) -> bytes:
    """A piece of the file once more, at another place."""
    start, at = (data.draw(st.integers(0, len(content) - 1)) for _place in range(2))
    return content[:at] + content[start : start + data.draw(st.integers(1, 5000))] + content[at:]


def _member_altered(content: bytes, data: st.DataObject) -> bytes:
    """A zip whose packing is sound, and one of whose parts is damaged."""
    with zipfile.ZipFile(BytesIO(content)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    name = data.draw(st.sampled_from(sorted(name for name in members if members[name])))
    change = data.draw(st.sampled_from([_flipped, _cut, _spliced]))
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, held in members.items():
            archive.writestr(member, change(held, data) if member == name else held)
    return packed.getvalue()


@needs_official
@pytest.mark.parametrize(
    ("name", "examples"),
    [(S48.name, 8), (S20.name, 8), ("A_HRC_59_15.pdf", 3), ("A_HRC_28_15.pdf", 3), ("A_HRC_59_15_Add1.pdf", 3)],
)
def test_official_file_that_is_damaged_is_read_or_refused(
    name: str, examples: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Read in this process, a child for each would take a second more: test_child.py proves that one."""
    monkeypatch.setattr(batches, "read_in_child", lambda path, source="": reader_for(path, source or None).read(path))
    make.make_state("SVN", "Slovenia")
    make.make_session(48)
    make.make_session(20)
    content = (OFFICIAL / name).read_bytes()
    changes = [_flipped, _cut, _spliced, *([_member_altered] if name.endswith(".docx") else [])]

    @settings(
        max_examples=examples,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(st.data())
    def damage(data: st.DataObject) -> None:
        check(sent(data.draw(st.sampled_from(changes))(content, data), name))

    damage()


# -------------------------------------------------------------------------------- bombs, through a process of their own


def _zip_bomb(folder: Path) -> bytes:
    return repack(
        word_file(folder / "b.docx"), {"word/document.xml": b"<a>" + b" " * 60_000_000 + b"</a>"}
    ).read_bytes()


def _entity_bomb(folder: Path) -> bytes:
    path = word_file(folder / "e.docx")
    return repack(path, {"word/document.xml": ENTITIES + document_xml(path).partition(b"?>")[2]}).read_bytes()


def _columns(_folder: Path) -> bytes:
    return b"a," * 9_900_000 + b"\n"


def _words_between_nuls(_folder: Path) -> bytes:
    return b"\0".join([b"140.1 Ratify it (Peru);"] * 1000)


def _half_of_utf_16(_folder: Path) -> bytes:
    return ("Report of the Working Group\n140.1 Ratify it (Peru)\n" * 50).encode("utf-16")[:-1]


def _endless_line(_folder: Path) -> bytes:
    return b"140.1 Ratify it (Peru) " * 200_000


@pytest.mark.parametrize(
    "made", [_zip_bomb, _entity_bomb, _columns, _words_between_nuls, _half_of_utf_16, _endless_line]
)
def test_bomb_ends_in_a_sentence(made: Callable[[Path], bytes], tmp_path: Path) -> None:
    batch = sent(made(tmp_path), "bomb.docx")
    check(batch)
    assert batch.status == "failed"


def test_hundred_megabytes_of_one_line_are_refused_by_their_size(tmp_path: Path) -> None:
    path = tmp_path / "line.txt"
    with path.open("wb") as file:
        file.truncate(100_000_000)  # takes no room on the disk
    with pytest.raises(CommandError, match=r"line\.txt") as caught:
        call_command("import_document", str(path))
    assert str(caught.value).endswith("Nothing was changed.")
    assert not Batch.objects.exists()


def test_text_that_cannot_be_stored_loses_what_cannot(tmp_path: Path) -> None:
    assert clean({"text": "a\0b", "rows": ["\ud800"]}) == {"text": "ab", "rows": ["\N{REPLACEMENT CHARACTER}"]}


# ------------------------------------------------------------------------------------------------------- names of files


@pytest.mark.parametrize(
    "name",
    [
        "../../escaped.docx",
        "..\\..\\escaped.docx",
        "/etc/passwd",
        "\u202excod.exe",
        "l" * 300 + ".docx",
        ".htaccess",
        "a\r\nSet-Cookie: b=c.docx",
        "nul\0.docx",
        "<script>.docx",
        "...",
    ],
)
def test_name_of_a_file_leads_nowhere(cast: SimpleNamespace, client: Client, name: str, folder: Path) -> None:
    client.force_login(cast.administrator)
    answer = client.post("/imports/", {"file": SimpleUploadedFile(name, b"words")})
    assert answer.status_code in {302, 400, 422}
    for batch in Batch.objects.all():
        assert Path(batch.file.path).parent == folder / "imports"
        assert not set(batch.file_name) & set("/\\\0\r\n\u202e<>")
        assert len(batch.file_name) <= 100
        html = client.get(f"/imports/{batch.key}/").content.decode()
        assert "<script>.docx" not in html
    kept = [path for path in folder.rglob("*") if path.is_file()]
    assert {path.parent for path in kept} <= {folder / "imports"}


# ----------------------------------------------------------------------------------------------------------- the worker


def test_worker_that_met_hostile_files_reads_the_next_one(
    worker: Callable[..., Process], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Batch._meta.get_field("file"), "storage", FileSystemStorage(location=tmp_path / "files"))
    make.make_state("SVN", "Slovenia")
    make.make_session(48)
    started = worker(UPR_DATA_DIR=str(tmp_path))
    good = save_list(tmp_path / "list.docx", [("140.1 Build schools (France)", "Supported")], title=TITLE).read_bytes()
    for content in (_zip_bomb(tmp_path), _entity_bomb(tmp_path), _columns(tmp_path), b"%PDF-1.7", good):
        batches.open_batch(file=ContentFile(content), name="list.docx", by=None)
    ended = {"failed", "preview"}
    assert wait_until(lambda: set(Batch.objects.values_list("status", flat=True)) <= ended, seconds=120), tail(
        started.log, 40
    )
    assert list(Batch.objects.order_by("id").values_list("status", flat=True)) == ["failed"] * 4 + ["preview"]
    assert started.process.poll() is None
