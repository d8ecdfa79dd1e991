"""A release that a power cut ended, and the one lane in which releases are made."""

import signal
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.conf import settings
from django.core.files.storage import FileSystemStorage
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client

from history.log import Actor
from reports import dictionary, files, releases, tasks
from reports.lanes import Lane
from reports.models import Making, Release, ReleaseFile
from reports.releases import RefusedRelease, make_release, withdraw_release
from tests import workers
from upr_tracker.localstack.processes import spawn, tail, wait_until

pytestmark = pytest.mark.django_db(transaction=True)
NAME = "2024.10"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Any) -> Path:
    settings.DATA_DIR = tmp_path
    storage = FileSystemStorage(location=tmp_path / "files")
    monkeypatch.setattr(ReleaseFile._meta.get_field("file"), "storage", storage)
    return tmp_path


def kept(folder: Path) -> list[str]:
    """The names of all files that lie anywhere in the folder, apart from logs."""
    return sorted(path.name for path in folder.rglob("*") if path.is_file() and path.suffix != ".log")


def begin(folder: Path) -> workers.Process:
    """The command make_release, in a process of its own."""
    log = folder / "command.log"
    command = [sys.executable, "-m", "django", "make_release", NAME]  # manage.py would look for servers of its own
    env = workers.environment(UPR_DATA_DIR=str(folder), DJANGO_SETTINGS_MODULE="upr_tracker.settings")
    started = spawn(command, log=log, env=env, cwd=settings.BASE_DIR, death_signal=signal.SIGKILL)
    return workers.Process(started, log)


@pytest.fixture
def killed(record: SimpleNamespace, folder: Path) -> workers.Process:
    """A command that was killed when all files were in their place, and no row named them yet."""
    with workers.connect_as_owner() as owner:
        owner.execute("LOCK TABLE reports_releasefile IN EXCLUSIVE MODE")  # may be read, and not written
        process = begin(folder)
        assert wait_until(lambda: "SHA256SUMS" in kept(folder / "files"), seconds=60), tail(process.log, 40)
        process.kill()
    return process


def test_release_that_was_killed_is_nowhere_and_its_files_go(
    killed: workers.Process, folder: Path, client: Client
) -> None:
    assert kept(folder)
    assert not Release.objects.exists()
    assert client.get(f"/releases/{NAME}/").status_code == 404
    assert client.get(f"/api/v1/releases/{NAME}/files/recommendations.csv").status_code == 404
    assert wait_until(lambda: not tasks.sweep() and not kept(folder), seconds=20)  # once PostgreSQL noticed the death


def test_release_that_was_killed_is_made_again_under_its_name(killed: workers.Process, folder: Path) -> None:
    assert wait_until(lambda: again() is not None, seconds=20)
    release = Release.objects.get()
    assert not Making.objects.exists()
    for file in release.files.all():
        assert files.sha256(Path(file.file.path)) == file.sha256
    assert len(kept(folder)) == release.files.count()


def again() -> Release | None:
    try:
        return make_release(name=NAME, by=Actor())
    except RefusedRelease:  # PostgreSQL has not noticed yet that the other one is dead
        return None


def test_two_are_not_made_at_once_and_nothing_is_swept_meanwhile(record: SimpleNamespace, folder: Path) -> None:
    begun = begin_by_hand(folder)
    with workers.connect_as_owner() as other:
        other.execute("SELECT pg_advisory_lock(%s)", [Lane.RELEASES.value])
        with pytest.raises(RefusedRelease, match="Another release is being made"):
            make_release(name=NAME, by=Actor())
        assert releases.sweep() == 0
        assert begun.exists()
    assert wait_until(lambda: releases.sweep() == 1, seconds=20)
    assert (begun.exists(), Making.objects.exists()) == (False, False)


def begin_by_hand(folder: Path) -> Path:
    """The one file so far of a release that is being made."""
    making = Making.objects.create(name=NAME)
    making.workplace.mkdir(parents=True)
    begun = folder / "files" / making.folder / "recommendations.csv"
    begun.parent.mkdir(parents=True)
    begun.write_text("half")
    return begun


def test_release_that_no_row_knows_is_left_alone_and_named(
    record: SimpleNamespace, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """As on a database restored from before it was made, or on a wrong one that shares the folder."""
    release = make_release(name=NAME, by=Actor())
    before = kept(folder)
    where = Path(str(release.files.all()[0].file)).parent
    forget()
    tasks.sweep()
    assert kept(folder) == before
    make_release(name=NAME, by=Actor())  # the name is free here, and nothing is written over
    assert len(kept(folder)) == 2 * len(before)
    call_command("verify")
    assert f"{where} holds files of a release that this database does not know." in capsys.readouterr().err


def forget() -> None:
    """No release was ever made, as far as this database knows."""
    with workers.connect_as_owner() as owner:
        owner.execute("TRUNCATE reports_releasefile, reports_release")


def test_release_that_a_backup_knows_as_begun_is_left_alone(record: SimpleNamespace, folder: Path) -> None:
    """The backup was taken while it was being made."""
    made = str(make_release(name=NAME, by=Actor()).files.get(name="recommendations.csv").file)
    key = Path(made).parent.name.removeprefix(f"{NAME}-")
    forget()
    Making.objects.create(name=NAME, key=key)
    assert releases.sweep() == 0
    assert (folder / "files" / made).exists()
    assert not Making.objects.exists()


def test_verify_finds_a_file_that_is_gone(
    record: SimpleNamespace, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    release = make_release(name=NAME, by=Actor())
    file = release.files.get(name="recommendations.csv").file
    file.storage.delete(str(file))
    with pytest.raises(CommandError, match="1 finding"):
        call_command("verify")
    assert f"Release {NAME}: {file} is not where files are kept" in capsys.readouterr().out
    withdraw_release(name=NAME, because="Wrong.", by=Actor())
    call_command("verify")


def test_nothing_idles_inside_the_snapshot(record: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    """Describing and summing a large release takes minutes, and PostgreSQL ends a transaction that idles so long."""
    inside = []
    for module, name in ((dictionary, "markdown"), (releases, "changes_between"), (files, "sha256")):
        work = getattr(module, name)

        def noted(*args: Any, work: Any = work) -> Any:
            inside.append(connection.in_atomic_block)
            return work(*args)

        monkeypatch.setattr(module, name, noted)
    made = make_release(name=NAME, by=Actor()).files.count()
    assert inside == [False] * (made + 2)  # each file is summed once
