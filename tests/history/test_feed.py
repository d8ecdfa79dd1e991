"""The feed under concurrent writers: gapless, complete, and never read past something that comes later."""

import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from django.db import connection, transaction

from history import feed
from history.log import Actor, record
from history.models import Event, FeedEntry, FeedMark, Pending
from recommendations import events
from recommendations.models import Recommendation
from tests import factories as make


class Rolledback(Exception):
    """Raised to undo a transaction on purpose."""


@pytest.fixture
def recommendation(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> Recommendation:
    monkeypatch.setattr(feed, "listeners", [])
    return make.make_recommendation()


@contextmanager
def threads(*works: Callable[[], None]) -> Iterator[list[threading.Thread]]:
    """Run each function in a thread with a connection of its own; what one raises, the test raises."""
    failed: list[BaseException] = []

    def run(work: Callable[[], None]) -> None:
        try:
            work()
        except BaseException as error:  # handed to the test below
            failed.append(error)
        finally:
            connection.close()

    running = [threading.Thread(target=run, args=[work]) for work in works]
    for thread in running:
        thread.start()
    try:
        yield running
    finally:
        for thread in running:
            thread.join(timeout=30)
        assert not any(thread.is_alive() for thread in running)
        if failed:
            raise failed[0]


def write(recommendation: Recommendation) -> int:
    return record(events.CHECK_RECORDED, recommendation, by=Actor()).pk


def test_feed_is_gapless_and_complete_under_concurrent_writers(recommendation: Recommendation) -> None:
    committed: list[int] = []
    done = threading.Event()
    seen: list[list[int]] = [[], []]

    def writer(seed: int) -> Callable[[], None]:
        chance = random.Random(seed)

        def work() -> None:
            for _round in range(25):
                try:
                    with transaction.atomic():
                        ids = [write(recommendation) for _i in range(chance.randint(1, 3))]
                        time.sleep(chance.random() / 100)  # so that commits come out of the order of ids
                        if chance.random() < 0.3:
                            raise Rolledback
                except Rolledback:
                    continue
                committed.extend(ids)

        return work

    def sequencer() -> None:
        while not done.is_set():
            feed.sequence()

    def reader(found: list[int]) -> Callable[[], None]:
        def work() -> None:
            position = 0
            finished = False
            while not finished:
                finished = done.is_set()  # one more look after everything has been sequenced
                entries = FeedEntry.objects.filter(position__gt=position).order_by("position")
                for position, event in entries.values_list("position", "event_id"):  # noqa: B007  the mark moves
                    found.append(event)

        return work

    with threads(sequencer, sequencer, *(reader(found) for found in seen)):
        try:
            with threads(*(writer(seed) for seed in range(5))):
                pass
            feed.sequence()
        finally:
            done.set()

    entries = list(FeedEntry.objects.order_by("position").values_list("position", "event_id"))
    assert [position for position, _event in entries] == list(range(1, len(committed) + 1))
    assert sorted(event for _position, event in entries) == sorted(committed)
    assert not Pending.objects.exists()
    assert seen[0] == seen[1] == [event for _position, event in entries]


def test_event_of_a_long_transaction_comes_after_later_ids_and_is_not_skipped(recommendation: Recommendation) -> None:
    written, release = threading.Event(), threading.Event()
    late: list[int] = []

    def slow() -> None:
        with transaction.atomic():
            late.append(write(recommendation))
            written.set()
            assert release.wait(10)

    with threads(slow):
        assert written.wait(10)
        with transaction.atomic():
            early = write(recommendation)
        assert late[0] < early
        mark = feed.last_position()
        assert list(FeedEntry.objects.values_list("position", "event_id")) == [(1, early)]
        release.set()
    assert list(FeedEntry.objects.filter(position__gt=mark).values_list("position", "event_id")) == [(2, late[0])]


def test_second_sequencer_waits_for_the_first(recommendation: Recommendation) -> None:
    order: list[str] = []

    def second() -> None:
        feed.sequence()
        order.append("second")
        connection.close()

    with transaction.atomic():
        write(recommendation)
    with transaction.atomic():
        feed.sequence()
        thread = threading.Thread(target=second)
        thread.start()
        thread.join(timeout=0.3)
        assert thread.is_alive()
        order.append("first")
    thread.join(timeout=10)
    assert order == ["first", "second"]


def test_rolled_back_event_leaves_nothing(recommendation: Recommendation) -> None:
    def give_up() -> None:
        with transaction.atomic():
            write(recommendation)
            raise Rolledback

    with pytest.raises(Rolledback):
        give_up()
    with transaction.atomic():
        kept = write(recommendation)
    assert list(Event.objects.values_list("pk", flat=True)) == [kept]
    assert list(FeedEntry.objects.values_list("position", "event_id")) == [(1, kept)]


def test_mark_lets_one_reader_at_a_time(recommendation: Recommendation) -> None:
    taken: list[int] = []

    def other() -> None:
        with transaction.atomic():
            taken.append(feed.locked_mark("somebody").position)
        connection.close()

    with transaction.atomic():
        mark = feed.locked_mark("somebody")
        thread = threading.Thread(target=other)
        thread.start()
        thread.join(timeout=0.3)
        assert taken == []
        mark.position = 5
        mark.save(update_fields=["position"])
    thread.join(timeout=10)
    assert taken == [5]
    assert FeedMark.objects.count() == 1
