"""Why a window cannot be chosen is what the booking or the move of it would be told."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kezek.domain.account.actor import Actor
from kezek.domain.booking.change import Move
from kezek.domain.kernel.instant import HOUR
from kezek.domain.regulation.regulation import Regulations
from kezek.domain.slot.place import choosable
from tests.world import World, rules


@pytest.mark.parametrize(
    ("day", "hour", "free", "reason"),
    [
        (1, 12, 1, ""),
        (1, 12, 0, "slot_full"),
        (0, 12, 1, "same_window"),
        (0, 12, 0, "same_window"),
        (0, 9, 1, ""),
        (0, 8, 0, "window_past"),
        (60, 12, 0, "horizon_exceeded"),
    ],
)
def test_a_window_is_chosen_as_a_move_would_take_it(day: int, hour: int, free: int, reason: str):
    w = World()
    number = w.book(1, start=w.window())
    start, line = w.window(day=day, hour=hour), w.line()
    if reason == "slot_full":
        for n in range(10):
            w.book(n + 50, start=start)
    regulation = w.rules[line.regulation]
    refused = choosable(line, regulation, start, w.now.at, free=free, present=w.window())
    assert (refused.reason if refused else "") == reason
    move = Move(w.key(), Actor(0, "ticket", ticket=number), number, start)
    if reason:
        assert w.refused(move) == reason
    else:
        w.done(move)


def test_a_window_of_ones_own_that_is_over_is_past_before_it_is_the_same():
    kz = rules()["kz"]
    w = World(Regulations({**rules(), "kz": replace(kz, move_until=-2 * HOUR)}))
    number = w.book(1, start=w.window(hour=9))
    w.wait(hours=1)
    start = w.window(hour=9)
    refused = choosable(w.line(), w.rules["kz"], start, w.now.at, free=1, present=start)
    assert refused.reason == "window_past"
    assert (
        w.refused(Move(w.key(), Actor(0, "ticket", ticket=number), number, start)) == refused.reason
    )
