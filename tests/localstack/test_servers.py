"""One stack for everybody who uses a folder, started when needed, and nothing left behind however its users end."""

import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
import redis

from tests.localstack.conftest import Run, keeper_of, processes_of
from upr_tracker.localstack import Paths, StackError, servers, stop
from upr_tracker.localstack.locks import is_held
from upr_tracker.localstack.paths import private_folder
from upr_tracker.localstack.processes import as_account, wait_until
from upr_tracker.localstack.stack import is_running

HOLD = ("-m", "upr_tracker.localstack", "run", "--", "sleep", "60")


def scalar(url: str, query: str) -> object:
    """The only value of a query's only row."""
    with psycopg.connect(url) as connection:
        row = connection.execute(query).fetchone()
    assert row
    return row[0]


def test_servers_answer_and_stop_with_their_only_user(paths: Paths) -> None:
    with servers(paths.data) as environment:
        assert scalar(environment["DATABASE_URL"], "SHOW server_version").startswith("18.")  # type: ignore[attr-defined]
        assert scalar(environment["DATABASE_URL"], "SHOW listen_addresses") == ""
        assert scalar(environment["DATABASE_URL"], "SHOW timezone") == "UTC"
        address = environment["REDIS_URL"].replace("redis+socket:", "unix:").replace("virtual_host", "db")
        cache = redis.Redis.from_url(address)
        assert cache.ping()
        cache.close()
    assert processes_of(paths) == {}


def test_two_users_share_the_servers_and_the_last_one_stops_them(paths: Paths) -> None:
    with servers(paths.data):
        keeper = keeper_of(paths)
        with servers(paths.data) as environment:
            assert keeper_of(paths) == keeper
        assert scalar(environment["DATABASE_URL"], "SELECT 1") == 1
    assert not is_running(paths.data)


def test_processes_that_start_at_once_share_one_stack(paths: Paths, run: Run) -> None:
    print_keeper = (
        "import os, time; from upr_tracker.localstack import Paths; from upr_tracker.localstack.locks import note_of;"
        "print('KEEPER', note_of(Paths.of(os.environ['UPR_DATA_DIR']).keeper_lock)['pid'], flush=True); time.sleep(1)"
    )
    racers = [run("-m", "upr_tracker.localstack", "run", "--", sys.executable, "-c", print_keeper) for _ in range(4)]
    printed = [racer.communicate()[0] for racer in racers]
    assert [racer.returncode for racer in racers] == [0, 0, 0, 0], printed
    said = {line for text in printed for line in text.splitlines() if line.startswith("KEEPER")}
    assert len(said) == 1, said


def test_data_is_kept_for_the_next_start(paths: Paths) -> None:
    with servers(paths.data) as environment, psycopg.connect(environment["DATABASE_OWNER_URL"]) as connection:
        connection.execute("CREATE TABLE kept (word text)")
        connection.execute("INSERT INTO kept VALUES ('yes')")
    with servers(paths.data) as environment:
        assert scalar(environment["DATABASE_URL"], "SELECT word FROM kept") == "yes"


def test_sigkill_of_the_last_user_leaves_nothing_running(paths: Paths, run: Run) -> None:
    first, second = run(*HOLD), run(*HOLD)
    assert wait_until(lambda: is_running(paths.data), seconds=30)
    keeper = keeper_of(paths)
    first.kill()
    first.wait()
    assert not wait_until(lambda: not is_running(paths.data), seconds=1.2)  # the second still uses them
    assert keeper_of(paths) == keeper
    second.kill()
    second.wait()
    assert wait_until(lambda: processes_of(paths) == {}, seconds=10), processes_of(paths)


def test_sigkill_of_the_keeper_takes_the_servers_along_and_the_next_user_gets_new_ones(paths: Paths) -> None:
    with servers(paths.data) as environment:
        os.kill(keeper_of(paths), signal.SIGKILL)
        assert wait_until(lambda: processes_of(paths) == {}, seconds=10), processes_of(paths)
        with servers(paths.data):
            assert scalar(environment["DATABASE_URL"], "SELECT 1") == 1


def test_a_server_that_dies_takes_the_other_along(paths: Paths) -> None:
    with servers(paths.data):
        valkey = next(pid for pid, command in processes_of(paths).items() if "valkey-server" in command)
        os.kill(valkey, signal.SIGKILL)
        assert wait_until(lambda: processes_of(paths) == {}, seconds=10), processes_of(paths)
    assert "valkey ended with -9" in (paths.log / "localstack.log").read_text()


def test_stale_pid_files_that_name_a_living_stranger_are_no_obstacle(paths: Paths) -> None:
    with servers(paths.data):
        pass
    # PostgreSQL itself refuses to start if the number in the file belongs to any process of the same user.
    stranger = subprocess.Popen(["sleep", "60"], **as_account(paths.account))
    try:
        for place in (paths.postgres / "postmaster.pid", paths.sockets / ".s.PGSQL.5432.lock"):
            place.write_text(f"{stranger.pid}\n{paths.postgres}\n1700000000\n5432\n{paths.sockets}\n\n0 0\nready\n")
        (paths.valkey / "valkey.pid").write_text(str(stranger.pid))
        with servers(paths.data) as environment:
            assert scalar(environment["DATABASE_URL"], "SELECT 1") == 1
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_a_kill_while_the_database_is_made_leaves_no_half_made_data(paths: Paths, run: Run) -> None:
    starter = run(*HOLD)
    assert wait_until(lambda: any(paths.home.glob("postgres-new-*/base")), seconds=20, every=0.005)
    os.kill(keeper_of(paths), signal.SIGKILL)
    starter.kill()
    starter.wait()
    assert not paths.postgres.exists()
    assert wait_until(lambda: not is_held(paths.keeper_lock), seconds=5)
    with servers(paths.data) as environment:
        assert scalar(environment["DATABASE_URL"], "SELECT current_user") == "upr_app"
        assert not list(paths.home.glob("postgres-new-*"))


def test_a_data_folder_of_another_postgresql_is_named_with_the_remedy(paths: Paths) -> None:
    with servers(paths.data):
        pass
    (paths.postgres / "PG_VERSION").write_text("17\n")
    with pytest.raises(StackError, match=r"made by PostgreSQL 17.*make clean"), servers(paths.data):
        pass
    assert processes_of(paths) == {}


def test_stop_by_hand_says_what_it_stopped(paths: Paths, run: Run) -> None:
    run(*HOLD)
    assert wait_until(lambda: is_running(paths.data), seconds=30)
    assert stop(paths.data) == ["PostgreSQL and Valkey"]
    assert stop(paths.data) == []
    assert [command for command in processes_of(paths).values() if "sleep" not in command] == []


def test_a_folder_for_sockets_that_somebody_else_made_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StackError, match="made it"):
        private_folder(tmp_path, owner=os.geteuid() + 1, mode=0o700)
    link = tmp_path / "link"
    link.symlink_to(tmp_path)
    with pytest.raises(StackError, match="made it"):
        private_folder(link, owner=os.geteuid(), mode=0o700)


def test_no_folder_above_the_data_is_opened(paths: Paths) -> None:
    paths.data.parent.chmod(0o700)
    with servers(paths.data):
        assert stat.S_IMODE(paths.data.parent.stat().st_mode) == 0o700
        assert stat.S_IMODE(paths.sockets.stat().st_mode) == 0o700
        assert stat.S_IMODE(paths.postgres.stat().st_mode) == 0o700


@pytest.mark.skipif(os.geteuid() != 0, reason="only root's servers keep their data outside the data folder")
def test_a_moved_data_folder_takes_its_data_along(paths: Paths, tmp_path: Path) -> None:
    with servers(tmp_path / "before") as environment, psycopg.connect(environment["DATABASE_OWNER_URL"]) as connection:
        connection.execute("CREATE TABLE moved (word text)")
    (tmp_path / "before").rename(paths.data)
    with servers(paths.data) as environment:
        assert scalar(environment["DATABASE_URL"], "SELECT count(*) FROM moved") == 0
    assert not Paths.of(tmp_path / "before").home.exists()
