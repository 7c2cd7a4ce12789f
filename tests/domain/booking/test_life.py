"""The life of one booking, from the first wish to the far side."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kezek.domain.booking.booking import code_of
from kezek.domain.booking.status import settled
from kezek.domain.turn.arrive import Arrive
from kezek.domain.turn.call import Call
from kezek.domain.turn.gate import Admit, Cross
from tests.world import AGENCIES, GUARDS, PEOPLE, POSTS, A, World


@pytest.mark.parametrize("line", POSTS)
def test_a_truck_books_arrives_is_called_and_crosses(line):
    w = World()
    guard = PEOPLE[GUARDS[line]]
    start = w.window(line, day=1, hour=10)
    told = w.done(w.book_command(line=line, start=start))
    number = told["number"]
    assert told["code"] == code_of(number)
    assert told["start"] == start
    assert w.status(number) == "confirmed"
    assert w.slot(start, line).taken == 1
    w.until(start)
    w.done(Arrive(w.key(), guard, number))
    assert w.status(number) == "arrived"
    assert w.done(Call(w.key(), guard, line))["number"] == number
    assert w.status(number) == "called"
    w.done(Admit(w.key(), guard, number))
    assert w.status(number) == "admitted"
    w.done(Cross(w.key(), guard, number))
    assert w.status(number) == "crossed"
    assert w.kinds(number) == ["confirmed", "arrived", "called", "admitted", "crossed"]
    assert w.slot(start, line).taken == 1, "a used place stays used"
    assert not w.claims(), "the vehicle is free to book again"
    w.check()


def test_two_regulations_and_a_third_run_side_by_side():
    w = World()
    fees = {
        w.done(w.book_command(n, line=line, vehicle_class="in_turn"))["currency"]
        for n, line in enumerate(POSTS)
    }
    assert fees == {"KZT", "KGS", "XXX"}
    assert len(AGENCIES) == len(POSTS)
    w.check()


def test_a_missed_call_moves_the_place_when_its_time_is_over_and_not_when_the_timer_says_so():
    w = World()
    number = w.book(start=w.window(hour=9))
    w.done(Arrive(w.key(), PEOPLE["officer"], number))
    w.done(Call(w.key(), PEOPLE["officer"], A))
    row, rules = w.booking(number), w.rules[w.line().regulation]
    over = row.call_until
    assert over is not None
    assert settled(row, rules, over - 1) == row
    lost = settled(row, rules, over)
    assert (lost.called_at, lost.call_until, lost.joined_at) == (None, None, over)
    assert lost.misses == row.misses + 1
    w.until(over)
    w.wait(minutes=7)
    assert settled(row, rules, w.now.at) == lost, "whenever somebody looks"
    assert settled(lost, rules, w.now.at) == lost
    w.tick()
    assert replace(w.booking(number), look_at=lost.look_at, step=lost.step) == lost
