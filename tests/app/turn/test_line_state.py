"""The twin starts from what is committed, and from nothing else."""

from __future__ import annotations

import pytest

from kezek.app.checkpoint.checkpoint import Network, ServedLine
from kezek.app.feed.change_feed import ChangeFeed
from kezek.app.turn.line_log import EVENTS_MAX, LineLog
from kezek.app.turn.line_state import state_of
from kezek.app.turn.queue import Queues
from kezek.domain.booking.change import Cancel
from kezek.domain.calendar.capacity import CloseDay
from kezek.domain.kernel.event import EventKind, Logged
from kezek.domain.kernel.instant import DAY, HOUR, MINUTE
from kezek.domain.turn.arrive import Arrive
from kezek.domain.turn.call import Call
from kezek.domain.turn.gate import Admit, Cross
from kezek.domain.turn.undo import Undo
from kezek.planning.question import Expected, HourCapacity, LineState, TwinCalled
from tests.world import BEGIN, PEOPLE, TODAY, A, World

OFFICER = PEOPLE["officer"]


def post_of(world: World, line: str = A) -> ServedLine:
    return Network(world.store, world.rules, ChangeFeed()).served()[line]


def state(world: World, line: str = A) -> LineState:
    post, reader, now = post_of(world, line), world.store.reader, world.now.at
    queue = Queues(world.store, ChangeFeed()).of(post, now)
    log = LineLog(line)
    log.read_on(reader)
    return state_of(reader, post, queue, log.measured(now), reader.last_position())


def arrived(world: World, n: int, hour: int = 9) -> int:
    number = world.book(n, start=world.window(A, hour=hour))
    world.done(Arrive(world.key(), OFFICER, number))
    return number


def called(world: World, n: int) -> int:
    number = arrived(world, n)
    world.done(Call(world.key(), OFFICER, A))
    return number


@pytest.fixture
def world() -> World:
    return World()


def test_an_empty_line_has_a_calendar_and_nobody_in_it(world):
    found = state(world)
    assert (found.waiting, found.expected, found.at_gate) == ((), (), ())
    assert found.hours[0] == HourCapacity(BEGIN - BEGIN % HOUR, 10)
    assert (found.window, set(found.interleave) >= {"in_turn", "walk_in"}) == (HOUR, True)
    assert found.measured.crossed == ()


def test_who_waits_stands_in_the_order_of_the_line(world):
    later, sooner = arrived(world, 1, hour=10), arrived(world, 2, hour=9)
    assert [one.number for one in state(world).waiting] == [sooner, later]


def test_who_has_not_arrived_is_expected_and_who_has_cancelled_is_not(world):
    here = arrived(world, 1)
    coming = world.book(2, start=world.window(A, hour=12))
    gone = world.book(3, start=world.window(A, hour=12))
    world.done(Cancel(world.key(), PEOPLE["carrier"], gone, 0))
    found = state(world)
    start = world.window(A, hour=12)
    limits = {"keeps_until": start + 4 * HOUR, "lapses_at": start + 25 * HOUR}
    assert found.expected == (Expected(coming, "in_turn", start, **limits),)
    assert [one.number for one in found.waiting] == [here]


def test_who_is_called_or_admitted_is_at_the_gate(world):
    inside = called(world, 1)
    world.wait(minutes=4)
    world.done(Admit(world.key(), OFFICER, inside))
    asked = called(world, 2)
    now = world.now.at
    assert state(world).at_gate == (
        TwinCalled(asked, "in_turn", False, now),
        TwinCalled(inside, "in_turn", True, now),
    )


def test_a_closed_day_has_hours_without_places(world):
    world.done(CloseDay(world.key(), PEOPLE["agency"], A, TODAY.isoformat(), "storm"))
    today = [hour for hour in state(world).hours if hour.start < world.window(A, day=1, hour=0)]
    assert len(today) == 15, "a closed day is still told"
    assert not any(hour.capacity for hour in today)


def test_the_log_tells_how_long_the_gate_takes(world):
    number = called(world, 1)
    world.wait(minutes=4)
    world.done(Admit(world.key(), OFFICER, number))
    world.wait(minutes=25)
    world.done(Cross(world.key(), OFFICER, number))
    known = state(world).measured
    assert known.called == (BEGIN,)
    assert known.crossed == (BEGIN + 29 * MINUTE,)
    assert (known.approach, known.gate) == ((4 * MINUTE,), (25 * MINUTE,))
    assert known.early == (30 * MINUTE,)
    assert (known.shown, known.not_shown, known.walked_in) == (1, 0, 0)


def test_what_was_taken_back_was_not_measured(world):
    number = called(world, 1)
    world.done(Admit(world.key(), OFFICER, number))
    world.done(Undo(world.key(), OFFICER, number))
    assert state(world).measured.approach == ()
    assert len(state(world).measured.called) == 1


def test_who_never_came_did_not_show_and_who_missed_the_call_was_there(world):
    world.book(1, start=world.window(A, hour=10))
    missed = called(world, 2)
    world.set_aside(missed, "miss", "driver_gone")
    world.wait(hours=40)
    world.tick()
    assert state(world).measured.not_shown == 1


def test_walk_ins_are_counted(world):
    world.walk_in(1)
    found = state(world)
    assert found.measured.walked_in == 1
    assert found.waiting[0].vehicle_class == "walk_in"


def test_the_same_place_of_the_log_has_the_same_seed(world):
    before = state(world).seed
    assert state(world).seed == before
    world.walk_in(1)
    assert state(world).seed != before


def test_the_log_is_read_on_and_not_again(world):
    called(world, 1)
    read, reader = LineLog(A), world.store.reader
    read.read_on(reader)
    called(world, 2)
    read.read_on(reader)
    read.read_on(reader)
    assert len(read.measured(world.now.at).called) == 2


class Flood:
    """A reader whose log has run ahead by more than is read at once."""

    def __init__(self, count: int) -> None:
        at = BEGIN
        self.events_ = [
            Logged(n, at + n, at + n, EventKind.WALKED_IN, "account:1", A, n, "{}")
            for n in range(1, count + 1)
        ]
        self.most = 0

    def last_position(self) -> int:
        return len(self.events_)

    def events(self, after: int, limit: int, line: str = "") -> list[Logged]:
        self.most = max(self.most, limit)
        return self.events_[after : after + limit]

    def events_before(self, before: int, limit: int, line: str = "") -> list[Logged]:
        self.most = max(self.most, limit)
        return self.events_[: before - 1][::-1][:limit]

    def many(self, kind: object, keys: object) -> dict:
        return {}


def test_a_log_that_has_run_ahead_is_read_from_its_end(world):
    reader, log = Flood(10), LineLog(A)
    log.read_on(reader)
    assert log.measured(BEGIN + DAY).walked_in == 10
    flooded = Flood(10 + 3 * EVENTS_MAX)
    log.read_on(flooded)
    assert log.position == flooded.last_position()
    assert log.since == BEGIN + 2 * EVENTS_MAX + 11
    assert flooded.most <= EVENTS_MAX
