"""A post with several lines, in both directions, on every store."""

from __future__ import annotations

import pytest

from kezek.app.checkpoint.checkpoint import ServedLine
from kezek.app.feed.change_feed import ChangeFeed
from kezek.app.slot.availability import Availability
from kezek.app.turn.board import BoardRows
from kezek.app.turn.queue import Queues
from kezek.domain.checkpoint.checkpoint import Checkpoint, new_line
from kezek.domain.kernel.refusal import Reason, Refused
from kezek.domain.network.load import OpenLine
from kezek.domain.turn.arrive import Arrive
from kezek.domain.turn.call import Call
from kezek.domain.turn.gate import Admit, Cross
from tests.stored import StoredWorld
from tests.world import PEOPLE, A

ENTRY, BUSES = "kz_a.entry", "kz_a.exit.buses"


@pytest.fixture
def yard(store) -> StoredWorld:
    w = StoredWorld(store)
    post = w.store.reader.get(Checkpoint, "kz_a")
    for direction, name in (("entry", ""), ("exit", "buses")):
        line = new_line(
            post, authority="kz", regulation="kz", basis="ours", direction=direction, name=name
        )
        w.done(OpenLine("", PEOPLE["agency"], line, 240))
    return w


def test_all_lines_of_a_post_are_served_the_usual_one_first(yard):
    network = yard.network()
    lines = network.post("kz_a").lines
    assert [(one.line.id, one.place) for one in lines] == [
        (A, "kz_a"),
        (BUSES, BUSES),
        (ENTRY, ENTRY),
    ]
    assert not any(one.alone for one in lines)
    assert network.served_at("kz_a").line.id == network.served_at(A).line.id == A
    assert isinstance(network.served_at(ENTRY), ServedLine)
    unknown = network.served_at("kz_a.entry.none")
    assert isinstance(unknown, Refused)
    assert unknown.reason is Reason.CHECKPOINT_UNKNOWN
    assert network.served_at("kz_b").alone


def test_order_counts_and_boards_of_the_lines_do_not_mix(yard):
    numbers = {
        line: [yard.book(10 * at + n, line=line, start=yard.window(hour=10)) for n in (1, 2)]
        for at, line in enumerate((A, ENTRY, BUSES), 1)
    }
    yard.until(yard.window(hour=10))
    for line, (first, second) in numbers.items():
        # Each line in an order of its own: the entry's second truck comes first.
        for number in (second, first) if line == ENTRY else (first, second):
            yard.done(Arrive(yard.key(), PEOPLE["officer"], number))
            yard.wait(seconds=1)
    order = {line: [e.turn.number for e in yard.queue(line).entries] for line in numbers}
    assert order == {line: two[::-1] if line == ENTRY else two for line, two in numbers.items()}
    called = yard.done(Call(yard.key(), PEOPLE["officer"], ENTRY))["number"]
    assert called == numbers[ENTRY][1]
    assert [len(yard.queue(line).waiting) for line in (A, ENTRY, BUSES)] == [2, 1, 2]
    yard.done(Admit(yard.key(), PEOPLE["officer"], called))
    yard.done(Cross(yard.key(), PEOPLE["officer"], called))
    yard.wait(minutes=1)
    assert [yard.queue(line).crossed_today for line in (A, ENTRY, BUSES)] == [0, 1, 0]
    rows = BoardRows(
        yard.network(),
        Availability(yard.store, ChangeFeed()),
        Queues(yard.store, ChangeFeed()),
    ).rows(yard.now.at)
    waiting = {row.place: row.waiting for row in rows if row.checkpoint.id == "kz_a"}
    assert waiting == {"kz_a": 2, BUSES: 2, ENTRY: 1}


def test_a_booking_of_another_line_of_the_post_is_not_called_in_this_one(yard):
    number = yard.book(1, line=ENTRY, start=yard.window(hour=10))
    yard.until(yard.window(hour=10))
    yard.done(Arrive(yard.key(), PEOPLE["officer"], number))
    answer = yard.do(Call(yard.key(), PEOPLE["officer"], A, number, "perishable"))
    assert isinstance(answer, Refused)
    assert yard.do(Call(yard.key(), PEOPLE["officer"], A)).reason is Reason.NOBODY_TO_CALL
