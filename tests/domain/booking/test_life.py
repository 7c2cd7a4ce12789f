"""The life of one booking, from the first wish to the far side."""

from __future__ import annotations

import pytest

from kezek.domain.booking.booking import code_of
from kezek.domain.turn.arrive import Arrive
from kezek.domain.turn.call import Call
from kezek.domain.turn.gate import Admit, Cross
from tests.world import AGENCIES, GUARDS, PEOPLE, POSTS, World


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
