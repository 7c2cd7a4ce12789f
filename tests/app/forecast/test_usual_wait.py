"""What is usual at an hour of the week rests on the line's own crossings, and on enough days of them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kezek.app.forecast.usual_wait import DAYS_MIN, WEEKS, hour_of_week, usual_waits
from kezek.domain.booking.booking import Booking
from kezek.domain.kernel.instant import DAY, HOUR, MINUTE
from kezek.domain.turn.arrive import Arrive
from kezek.domain.turn.call import Call
from kezek.domain.turn.gate import Admit, Cross
from tests.world import PEOPLE, A, World, rules

OFFICER = PEOPLE["officer"]
WEEK = 7 * DAY
LAST = 100  # numbers of trucks of the past begin behind it


def crossed(world: World) -> int:
    """A truck that came ten minutes early, was called half an hour after its hour began, and crossed."""
    start = world.window()
    number = world.book(1, start=start)
    world.until(start - 10 * MINUTE)
    world.done(Arrive(world.key(), OFFICER, number))
    world.until(start + 30 * MINUTE)
    world.done(Call(world.key(), OFFICER, A))
    world.done(Admit(world.key(), OFFICER, number))
    world.done(Cross(world.key(), OFFICER, number))
    return number


def past(world: World, *, weeks: int, minutes: int = 30, **changes: object) -> None:
    """The same truck some weeks before, called so many minutes after its hour began."""
    content = world.store._content
    (first,) = (b for b in world.store.reader.all(Booking) if b.number < LAST)
    shift, number = weeks * WEEK, LAST + len(content.log)
    row = replace(
        first,
        number=number,
        start=first.start - shift,
        arrived_at=first.arrived_at - shift,
        called_at=first.start - shift + minutes * MINUTE,
    )
    row = replace(row, **changes)
    content.tables[Booking][number] = row
    event = next(e for e in content.log if e.kind == "crossed")
    at = event.at - shift
    content.log.append(replace(event, number=number, at=at, position=len(content.log) + 1))


def usual(world: World, start: int):
    line = world.line()
    found = usual_waits(world.store.reader, line, rules()["kz"], world.now.at)
    return found.get(hour_of_week(start, line.zone))


@pytest.fixture
def world() -> World:
    world = World()
    crossed(world)
    return world


def test_the_median_and_the_range_of_the_hour_of_the_week(world):
    for weeks, minutes in ((1, 10), (2, 20), (3, 40), (4, 50)):
        past(world, weeks=weeks, minutes=minutes)
    found = usual(world, world.window() + WEEK)
    assert found.days == 5
    assert found.median == 30 * MINUTE
    assert (found.low, found.high) == (14 * MINUTE, 46 * MINUTE)
    assert usual(world, world.window() + WEEK + HOUR) is None
    assert usual(world, world.window() + WEEK + DAY) is None


def test_too_few_days_are_no_knowledge_however_many_trucks(world):
    for weeks in range(1, DAYS_MIN - 1):
        for _ in range(9):
            past(world, weeks=weeks)
    assert usual(world, world.window() + WEEK) is None
    past(world, weeks=DAYS_MIN - 1)
    assert usual(world, world.window() + WEEK).days == DAYS_MIN


def test_what_is_long_ago_is_not_usual(world):
    for weeks in range(DAYS_MIN):
        past(world, weeks=WEEKS + 1 + weeks)
    assert usual(world, world.window() + WEEK) is None


@pytest.mark.parametrize(
    "changes",
    [
        {"vehicle_class": "priority"},
        {"misses": 1},
        {"exception": "approved"},
        {"outcome": "cancelled"},
        {"start": None},
    ],
)
def test_only_trucks_in_turn_that_were_called_by_the_rule_count(world, changes):
    for weeks in range(1, 9):
        past(world, weeks=weeks, **changes)
    assert usual(world, world.window() + WEEK) is None


def test_a_later_arrival_waits_from_then_and_one_after_the_hour_is_no_example(world):
    start = world.window()
    for weeks in range(1, DAYS_MIN):
        past(world, weeks=weeks)
    rows = world.store._content.tables[Booking]
    for number in [n for n in rows if n > LAST]:
        rows[number] = replace(rows[number], arrived_at=rows[number].start + 20 * MINUTE)
    assert usual(world, start + WEEK).median == 10 * MINUTE
    for number in [n for n in rows if n > LAST]:
        rows[number] = replace(rows[number], arrived_at=rows[number].start + HOUR)
    assert usual(world, start + WEEK) is None
