"""Why a window cannot be chosen is what the booking or the move of it would be told."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from kezek.domain.account.actor import Actor
from kezek.domain.booking.change import Move
from kezek.domain.calendar.capacity import CloseDay
from kezek.domain.kernel.facts import Facts
from kezek.domain.kernel.instant import HOUR
from kezek.domain.regulation.regulations import Regulations
from kezek.domain.slot.place import choosable
from tests.world import PEOPLE, TODAY, World, rules


@pytest.mark.parametrize(
    ("day", "hour", "reason"),
    [
        (1, 12, ""),
        (1, 13, "slot_full"),
        (0, 12, "same_window"),
        (0, 9, ""),
        (0, 8, "window_past"),
        (2, 12, "day_closed"),
        (60, 12, "horizon_exceeded"),
    ],
)
def test_a_window_is_chosen_as_a_move_would_take_it(day: int, hour: int, reason: str):
    w = World()
    number = w.book(1, start=w.window())
    start, line = w.window(day=day, hour=hour), w.line()
    if reason == "slot_full":
        for n in range(10):
            w.book(n + 50, start=start)
    regulation = w.rules[line.regulation]
    if reason == "day_closed":
        on = str(TODAY + timedelta(days=day))
        w.done(CloseDay(w.key(), PEOPLE["agency"], line.id, on, "flood"))
    facts, rule = Facts(w.store.reader), regulation.classes["in_turn"]
    present = w.window()
    refused = choosable(
        facts, line, regulation, rule, start, w.now.at, number=number, present=present
    )
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
    regulation = w.rules["kz"]
    facts, rule = Facts(w.store.reader), regulation.classes["in_turn"]
    refused = choosable(facts, w.line(), regulation, rule, start, w.now.at, present=start)
    assert refused.reason == "window_past"
    assert (
        w.refused(Move(w.key(), Actor(0, "ticket", ticket=number), number, start)) == refused.reason
    )
