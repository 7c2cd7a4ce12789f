"""A day with a decree at its midnight follows from the public log and the published versions."""

from __future__ import annotations

import pytest

from kezek.app.installation.promise import CapacityPromise
from kezek.domain.kernel.instant import HOUR, MINUTE
from kezek.domain.turn.arrive import Arrive
from kezek.domain.turn.call import Call
from kezek.domain.turn.gate import Admit, Cross
from tests.decree import MIDNIGHT, decreed
from tests.property.public import Public, differences, item, line_of, outsider_of
from tests.world import PEOPLE, A, World

OFFICER = PEOPLE["officer"]


@pytest.fixture
def world() -> World:
    return World(decreed())


def a_night(world: World) -> list[tuple[int, int, list[int]]]:
    """Arrivals, calls and misses before the decree and after it; the line at moments.

    Each is the log's position, the instant and the line then.
    """
    public, seen = Public(), list[tuple[int, int, list[int]]]()

    def look() -> None:
        world.tick()
        public.agrees(world)
        now = world.now.at
        seen.append((world.last().position, now, line_of(world, A, now)))

    def call() -> int:
        number = world.done(Call(world.key(), OFFICER, A))["number"]
        look()
        return number

    # Places of two hours, with an urgent truck, and walk-ins, who let a round pass before the decree.
    plain = [
        world.book(n, start=world.window(hour=hour)) for n, hour in enumerate((20, 20, 22, 22))
    ]
    urgent = world.book(9, start=world.window(hour=22), who="officer", vehicle_class="priority")
    for at in (
        world.window(hour=22),
        MIDNIGHT - HOUR,
        MIDNIGHT - MINUTE,
        MIDNIGHT,
        MIDNIGHT + HOUR,
    ):
        world.until(at)
        look()
        if at < MIDNIGHT - HOUR:
            for number in (*plain, urgent):
                world.done(Arrive(world.key(), OFFICER, number))
                world.wait(seconds=1)
        world.walk_in(20 + len(seen))
        look()
        through = call()
        world.done(Admit(world.key(), OFFICER, through))
        world.done(Cross(world.key(), OFFICER, through))
        look()
    # Nobody answers: the older rules would give another two calls, the newer ones end the booking.
    missed = call()
    world.wait(minutes=10)
    look()
    assert world.status(missed) == "no_show"
    return seen


def test_the_line_on_both_sides_of_the_midnight_is_the_outsiders(world):
    a_night(world)
    kinds = {event.kind for event in world.events()}
    assert {"walked_in", "called", "crossed", "not_shown"} <= kinds


def test_yesterday_is_the_same_when_it_is_read_after_the_decree(world):
    """By the outsider's program, and by ours of rows and log; a copy of them is as good."""
    seen = a_night(world)
    outsider, read = outsider_of(world, A), 0
    for position, now, order in seen:
        for event in world.events()[read:position]:
            outsider.hear(item(event))
        read = position
        assert outsider.order(now) == order
    assert differences(world) == []
    assert seen[0][1] < MIDNIGHT < seen[-1][1]


def test_the_pools_of_a_day_are_those_of_its_version(world):
    """The doctor's promise of places holds for days on both sides of the decree."""
    a_night(world)
    checker = CapacityPromise(world.rules)
    for kind, look in checker.looks().items():
        checker.see(look, world.store.reader.all(kind))
    assert checker.verdict().holds
