"""Every consumer on a thread of its own: one that fails is tried again and stops nobody."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

import pytest

from kezek.app.feed import feed as feeds
from kezek.app.feed.feed import DurableFeed, pause
from kezek.app.port import Reader, StoreFault
from kezek.domain.kernel.event import Logged
from tests.app.feed.test_delivery import filled, position
from tests.memory.store import MemoryStore

SECONDS = 20


class Consumer:
    piece = 10

    def __init__(self, name: str, work: Callable[[Sequence[Logged]], None]) -> None:
        self.name, self.consume = name, work

    def begins(self, reader: Reader) -> int:
        return 0


@pytest.fixture(autouse=True)
def _quickly(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(feeds, "LOOK_SECONDS", 0.01)


def test_one_that_fails_is_tried_again_and_stops_nobody():
    store, done, tried = filled(3), threading.Event(), threading.Event()
    tries: list[int] = []

    def fails(events: Sequence[Logged]) -> None:
        tries.append(len(events))
        if len(tries) < 3:
            raise RuntimeError("not yet")
        tried.set()

    feed = DurableFeed(store, [Consumer("fails", fails), Consumer("works", lambda _: done.set())])
    feed.start()
    try:
        assert done.wait(SECONDS)
        assert tried.wait(SECONDS)
    finally:
        feed.stop()
    assert tries == [3, 3, 3]
    assert (position(store, "fails"), position(store, "works")) == (3, 3)


def test_pauses_grow_up_to_a_minute(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(feeds, "LOOK_SECONDS", 1.0)
    assert [pause(n) for n in range(8)] == [1, 2, 4, 8, 16, 32, 60, 60]
    assert pause(10**6) == 60


def test_two_feeds_with_one_name_do_not_work_at_once():
    store, at_work = filled(1), threading.Lock()
    met: list[bool] = []
    enough = threading.Event()

    def work(events: Sequence[Logged]) -> None:
        free = at_work.acquire(blocking=False)
        met.append(free)
        filled(1, store)
        if free:
            at_work.release()
        if len(met) > 50:
            enough.set()

    two = [DurableFeed(store, [Consumer("one", work)]) for _ in range(2)]
    for feed in two:
        feed.start()
    try:
        assert enough.wait(SECONDS)
    finally:
        for feed in two:
            feed.stop()
    assert all(met)


def test_a_consumer_that_hangs_keeps_no_other_and_no_desk():
    store, hangs, done = filled(1), threading.Event(), threading.Event()
    feed = DurableFeed(
        store,
        [
            Consumer("hangs", lambda _: hangs.wait(SECONDS) and None),
            Consumer("works", lambda _: done.set()),
        ],
    )
    feed.start()
    try:
        assert done.wait(SECONDS)
        filled(1, store)
        assert store.reader.last_position() == 2
        assert position(store, "hangs") == 0
    finally:
        hangs.set()
        feed.stop()


def test_each_consumer_beats_while_nothing_keeps_it():
    store, heard, enough = MemoryStore(), [], threading.Event()

    def beat(name: str) -> None:
        heard.append(name)
        if len(heard) > 3:
            enough.set()

    feed = DurableFeed(store, [Consumer("idle", lambda _: None)], beat)
    feed.start()
    try:
        assert enough.wait(SECONDS)
    finally:
        feed.stop()
    assert set(heard) == {"idle"}


def test_a_consumer_that_only_fails_never_beats():
    store, heard, tries, enough = filled(1), list[str](), list[int](), threading.Event()

    def work(events: Sequence[Logged]) -> None:
        tries.append(len(events))
        if len(tries) > 5:
            enough.set()
        raise StoreFault("the disk is full")

    feed = DurableFeed(store, [Consumer("fails", work)], heard.append)
    feed.start()
    try:
        assert enough.wait(SECONDS)
    finally:
        feed.stop()
    assert heard == [], "a beat says that work was done"
