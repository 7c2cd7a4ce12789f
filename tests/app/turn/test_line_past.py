"""A line of the past is told by the log as the store told it then."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import pytest

from kezek.app.checkpoint.checkpoint import ServedLine
from kezek.app.forecast.replay import Scores, pasts_of, scored
from kezek.app.port import PlannerFault
from kezek.app.turn.line_past import LinePast
from kezek.domain.booking.change import Cancel, Move
from kezek.domain.calendar.capacity import CloseDay
from kezek.domain.kernel.instant import DAY, HOUR, MINUTE
from kezek.domain.regulation.version import RuleSet
from kezek.domain.turn.arrive import Arrive
from kezek.domain.turn.call import Call
from kezek.domain.turn.gate import Admit, Cross
from kezek.domain.turn.undo import Undo
from kezek.planning.question import (
    UNCORRECTED,
    ErrorExample,
    LineForecast,
    LineState,
    TrainingResult,
)
from tests.app.turn.test_line_state import OFFICER, post_of, state
from tests.planning.stand_in import forecast, learn
from tests.world import PEOPLE, TODAY, A, World


@pytest.fixture
def world() -> World:
    return World()


def arrive(world: World, n: int, later: int = 0, **how: object) -> int:
    """The n-th truck comes in the present hour, with a booking for it or for a later one."""
    now = world.now.at
    number = world.book(n, start=now - now % HOUR + later * HOUR, **how)
    world.done(Arrive(world.key(), OFFICER, number))
    return number


def call(world: World) -> int:
    return world.done(Call(world.key(), OFFICER, A))["number"]


def through(world: World, number: int) -> None:
    world.wait(minutes=3)
    world.done(Admit(world.key(), OFFICER, number))
    world.wait(minutes=17)
    world.done(Cross(world.key(), OFFICER, number))


def past(world: World, most: int = 1_000) -> list:
    line = LinePast(world.store.reader, post_of(world), world.now.at - 30 * DAY)
    return list(line.arrivals(most))


def busy_day(world: World) -> dict[int, LineState]:
    """Trucks of three classes come, go, move, cancel, miss and are taken back; the states they saw."""
    seen: dict[int, LineState] = {}

    def came(number: int) -> int:
        seen[number] = state(world)
        return number

    coming = world.book(50, start=world.window(A, hour=13))
    gone = world.book(51, start=world.window(A, hour=14))
    came(arrive(world, 1))
    world.wait(minutes=2)
    came(arrive(world, 2, vehicle_class="priority", who="clerk"))
    came(world.walk_in(3))
    world.done(Move(world.key(), PEOPLE["carrier"], coming, world.window(A, hour=15), 0))
    first = call(world)
    world.done(Undo(world.key(), OFFICER, first))
    assert call(world) == first
    came(arrive(world, 4))
    through(world, first)
    world.done(Cancel(world.key(), PEOPLE["carrier"], gone, 0))
    missed = call(world)
    world.wait(minutes=1)
    came(arrive(world, 5, later=1))
    world.set_aside(missed, "miss", "driver_gone")
    world.wait(minutes=1)
    came(arrive(world, 6, later=1))
    while head := state(world).waiting:
        world.until(max(world.now.at, world.booking(head[0].number).start or 0))
        through(world, call(world))
    return seen


def test_the_state_of_then_is_had_again(world):
    seen = busy_day(world)
    found = {one.number: one.state for one in past(world)}
    assert len(found) >= 4
    for number, then in found.items():
        # Which windows were free to be asked about is no part of the line.
        assert not then.asked
        known = replace(then, measured=seen[number].measured, asked=seen[number].asked)
        assert known == seen[number], number
        assert then.measured.called == seen[number].measured.called
        assert then.measured.crossed == seen[number].measured.crossed
        assert then.measured.gate == seen[number].measured.gate


def test_what_came_of_a_truck_stands_beside_what_was_known(world):
    number = arrive(world, 1)
    begun = world.now.at
    world.wait(minutes=10)
    call(world)
    through(world, number)
    world.wait(minutes=5)
    second = arrive(world, 2)
    came = world.now.at
    call(world)
    through(world, second)
    first, then = past(world)
    assert (first.called.at, first.crossed.at) == (begun + 10 * MINUTE, begun + 30 * MINUTE)
    assert (first.called.last_wait, first.called.by_pace) == (None, None)
    # Of the second: the last truck waited ten minutes for its call and thirty until it was through.
    assert (then.called.at, then.called.last_wait, then.called.by_pace) == (came, 10 * MINUTE, 0)
    assert (then.crossed.last_wait, then.crossed.by_pace) == (30 * MINUTE, 20 * MINUTE)


def test_a_closure_that_came_later_was_not_known_before(world):
    number = arrive(world, 1)
    before = state(world).hours
    call(world)
    through(world, number)
    world.done(CloseDay(world.key(), PEOPLE["agency"], A, TODAY.isoformat(), "storm"))
    (only,) = past(world)
    open_ = [hour.capacity > 0 for hour in only.state.hours]
    assert open_ == [hour.capacity > 0 for hour in before]


def test_no_more_are_asked_than_wanted_and_they_lie_evenly(world):
    for n in range(1, 13):
        number = arrive(world, n)
        world.wait(minutes=10)
        call(world)
        through(world, number)
    assert len(past(world)) == 12
    few = past(world, 4)
    assert [one.number for one in few] == [past(world)[n].number for n in (1, 4, 7, 10)]


def told(world: World, post: ServedLine) -> LinePast:
    """The whole log of a line taken in."""
    line = LinePast(world.store.reader, post, world.now.at - 30 * DAY)
    for event in line.events:
        line.go_on(event)
    return line


def test_an_undone_miss_gives_back_the_call_and_the_place(world):
    """Also the miss that ends the booking, because it was the last one that the regulation allows."""
    post, number = post_of(world), arrive(world, 1)
    for _ in range(post.at(world.now.at).misses_max + 1):
        call(world)
        world.wait(minutes=1)
        world.set_aside(number, "miss", "driver_gone")
        world.done(Undo(world.key(), PEOPLE["second"], number))
        before = told(world, post)
        assert before.is_here(number)
        assert not before.entries(world.now.at), "the call stands again"
        world.set_aside(number, "miss", "driver_gone")
    assert not told(world, post).is_here(number)


def test_a_missed_call_ends_when_its_event_said(world):
    """A regulation that has given more time since changes nothing of it."""
    number = arrive(world, 1)
    call(world)
    until = world.booking(number).call_until
    world.until(until + MINUTE)
    world.tick()
    post = post_of(world)
    longer = replace(post, rules=RuleSet([replace(post.rules.newest, call_for=5 * HOUR)]))
    (entry,) = told(world, longer).entries(world.now.at)
    assert entry.turn.key[0] == until


class Twin:
    """A planner that answers, or fails from some question on."""

    state = "ready"

    def __init__(self, fails_after: int = 10**9) -> None:
        self.asked, self.fails_after = 0, fails_after

    async def run(self) -> None:
        """There is no process."""

    async def forecast(self, asked: LineState, corrections=UNCORRECTED) -> LineForecast:
        self.asked += 1
        if self.asked > self.fails_after:
            raise PlannerFault("down")
        return forecast(asked)

    async def learn(self, examples: Sequence[ErrorExample]) -> TrainingResult:
        return learn(examples)


def played(world: World, twin: Twin) -> Scores:
    pasts = asyncio.run(pasts_of(world.store, twin, post_of(world), world.now.at))
    return scored(pasts, world.now.at)


def test_a_line_is_scored_from_its_log_alone(world):
    for n in range(1, 40):
        arrive(world, n, later=n // 9)
    while state(world).waiting:
        world.until(max(world.now.at, world.booking(state(world).waiting[0].number).start))
        through(world, call(world))
    world.wait(hours=1)
    for n in range(101, 140):
        arrive(world, n, later=n % 5)
    while state(world).waiting:
        world.until(max(world.now.at, world.booking(state(world).waiting[0].number).start))
        through(world, call(world))
    twin = Twin()
    scores = played(world, twin)
    assert twin.asked == 78
    # The first half of the day had no basis and is not held to it.
    assert scores.called.trucks == 39
    assert 0 <= scores.called.inside80 <= scores.called.inside90 <= 1
    assert scores.crossed.loss_last_wait is not None
    assert played(world, Twin()) == scores


def test_a_line_without_crossings_has_no_score(world):
    arrive(world, 1)
    scores = played(world, Twin())
    assert (scores.called, scores.crossed) == (None, None)


def test_a_planner_that_goes_ends_the_scoring(world):
    number = arrive(world, 1)
    call(world)
    through(world, number)
    with pytest.raises(PlannerFault):
        played(world, Twin(fails_after=0))


def test_the_horizon_of_then_is_two_days(world):
    number = arrive(world, 1)
    call(world)
    through(world, number)
    (only,) = past(world)
    assert only.state.hours[-1].start < only.state.now + 48 * HOUR
