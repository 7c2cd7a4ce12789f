"""A consumer hears every event at least once and in order, and stands where its work is done."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kezek.app.feed.consumer import (
    BeyondLog,
    ConsumerPosition,
    PositionRefused,
    set_position,
    standings,
)
from kezek.app.feed.delivery import Delivery
from kezek.app.port import Reader
from kezek.domain.kernel.event import Logged
from tests.memory.store import MemoryStore
from tests.storage.rows import event, save


class Writer:
    """Writes down what it is told; fails where it is told to, before or after its work."""

    name, piece = "writer", 3

    def __init__(self, begins: int = 0) -> None:
        self.heard: list[int] = []
        self._begins = begins
        self.fails = ""

    def begins(self, reader: Reader) -> int:
        return self._begins

    def consume(self, events: Sequence[Logged]) -> None:
        if self.fails == "before":
            raise RuntimeError(self.fails)
        self.heard += [one.position for one in events]
        if self.fails == "after":
            raise RuntimeError(self.fails)


def filled(count: int, store: MemoryStore | None = None) -> MemoryStore:
    store = store or MemoryStore()
    first = store.reader.last_position() + 1
    save(store, [], events=[event(n) for n in range(first, first + count)])
    return store


def position(store: MemoryStore, name: str = "writer") -> int | None:
    kept = store.reader.get(ConsumerPosition, name)
    return kept.position if kept else None


def test_every_event_is_handed_over_in_order_and_piece_by_piece():
    store, writer = filled(7), Writer()
    delivery = Delivery(store, writer)
    assert [delivery.step() for _ in range(4)] == [3, 3, 1, 0]
    assert writer.heard == [1, 2, 3, 4, 5, 6, 7]
    assert position(store) == 7
    filled(2, store)
    assert delivery.step() == 2
    assert writer.heard[-2:] == [8, 9]


def test_a_new_consumer_begins_where_it_says_and_only_once():
    store = filled(5)
    delivery = Delivery(store, Writer(begins=5))
    assert delivery.step() == 0
    assert position(store) == 5
    again = Writer(begins=0)
    filled(1, store)
    assert Delivery(store, again).step() == 1
    assert again.heard == [6]


def test_what_failed_is_handed_over_again():
    store, writer = filled(4), Writer()
    delivery = Delivery(store, writer)
    for fails in ("before", "after"):
        writer.fails = fails
        with pytest.raises(RuntimeError):
            delivery.step()
        assert position(store) == 0
    writer.fails = ""
    delivery.step()
    assert writer.heard == [1, 2, 3, 1, 2, 3]
    assert position(store) == 3


def test_a_position_beyond_the_log_is_refused_and_can_be_set_back():
    store, writer = filled(4), Writer()
    save(store, [ConsumerPosition("writer", 9)])
    delivery = Delivery(store, writer)
    with pytest.raises(BeyondLog, match="kezek feed set writer POSITION"):
        delivery.step()
    (found,) = standings(store.reader, 0)
    assert (found.unread, found.still) == (-5, True)
    assert set_position(store, "writer", 2) == ConsumerPosition("writer", 9)
    assert delivery.step() == 2
    assert writer.heard == [3, 4]


@pytest.mark.parametrize(
    ("name", "wanted", "code"),
    [
        ("writer", -1, "position_negative"),
        ("writer", 5, "position_beyond_log"),
        ("nobody", 0, "consumer_unknown"),
    ],
)
def test_a_position_that_cannot_be_is_refused(name: str, wanted: int, code: str):
    store = filled(4)
    save(store, [ConsumerPosition("writer", 1)])
    with pytest.raises(PositionRefused) as refused:
        set_position(store, name, wanted)
    assert refused.value.code == code
    assert position(store) == 1


def test_the_position_of_a_consumer_at_work_is_left_alone():
    store = filled(4)
    save(store, [ConsumerPosition("writer", 1)])
    with store.hold("writer"), pytest.raises(PositionRefused) as refused:
        set_position(store, "writer", 0)
    assert refused.value.code == "consumer_at_work"


def test_a_standing_says_how_much_is_unread_and_how_old_it_is():
    store = filled(4)
    save(store, [ConsumerPosition("writer", 1)])
    oldest = store.reader.events(1, 1)[0]
    (found,) = standings(store.reader, oldest.real + 400_000)
    assert (found.name, found.position, found.unread, found.age) == ("writer", 1, 3, 400.0)
    assert found.still
    (found,) = standings(store.reader, oldest.real + 10_000)
    assert not found.still


@given(st.lists(st.sampled_from(["log", "step", "before", "after", "restart"]), max_size=60))
def test_whatever_fails_and_restarts_nothing_is_left_out_or_out_of_order(steps: list[str]):
    """Held against a model that knows the position alone."""
    store, writer = filled(0), Writer()
    delivery, done, written, heard = Delivery(store, writer), 0, 0, []
    for step in steps:
        if step == "log":
            filled(2, store)
            written += 2
        elif step == "restart":
            delivery = Delivery(store, writer)
        else:
            writer.fails = "" if step == "step" else step
            piece = list(range(done + 1, min(done + 3, written) + 1))
            heard += [] if step == "before" else piece
            if piece and writer.fails:
                with pytest.raises(RuntimeError):
                    delivery.step()
            else:
                assert delivery.step() == len(piece)
                done += len(piece)
        assert writer.heard == heard
        assert position(store) in (done, None)
