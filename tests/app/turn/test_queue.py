"""The pace of a line: what has crossed lately, over as many hours as are known."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from kezek.app.booking.ticket import Tickets
from kezek.app.checkpoint.checkpoint import Network
from kezek.app.feed.change_feed import ChangeFeed
from kezek.app.turn.queue import CrossingPace, Queues
from kezek.domain.booking.release import Release
from kezek.domain.turn.arrive import Arrive
from kezek.domain.turn.call import Call
from kezek.domain.turn.gate import Admit, Cross
from tests.world import PEOPLE, A, World


@dataclass
class Log:
    """Only what the pace asks of a store."""

    began: int
    crossed: int
    since: int = 0

    @property
    def reader(self) -> Log:
        return self

    def events(self, after: int, limit: int) -> list[Log]:
        return [self]

    @property
    def at(self) -> int:
        return self.began

    def counted(self, line: str, kind: str, since: int) -> int:
        self.since = since
        return self.crossed


HOUR = 3_600_000


@pytest.mark.parametrize(
    ("age", "hours"), [(0, 1), (HOUR // 2, 1), (3 * HOUR // 2, 1.5), (3 * HOUR, 3), (90 * HOUR, 3)]
)
def test_the_pace_is_taken_over_the_hours_that_the_log_knows(age: int, hours: float):

    now = 1_000 * HOUR
    log = Log(began=now - age, crossed=6)
    pace = Queues(log, ChangeFeed())._pace(World().line(), now)
    assert pace == CrossingPace(6, hours)
    assert pace.per_hour == 6 / hours
    assert log.since == now - hours * HOUR


def test_a_line_that_nobody_crossed_has_no_pace():

    assert Queues(Log(began=0, crossed=0), ChangeFeed())._pace(World().line(), 5 * HOUR) is None


def test_who_is_ahead_is_counted_however_far_away_the_day_is():
    w = World()
    tickets = Tickets(
        w.store, Network(w.store, w.rules, ChangeFeed()), Queues(w.store, ChangeFeed())
    )
    first = w.book(1, start=w.window(day=1, hour=3))
    near = w.book(2, start=w.window(day=8, hour=3))
    far = w.book(3, start=w.window(day=9, hour=3))
    w.book(4, start=w.window(day=9, hour=4))
    views = tickets.views([far, near, first, 999], w.now.at)
    assert [v.booking.number for v in views] == [far, near, first]
    assert [tickets.standing(view).ahead for view in views] == [2, 1, 0]


def test_a_snapshot_loads_nobody_who_is_still_to_come(monkeypatch: pytest.MonkeyPatch):
    w = World()
    for n in range(5):
        w.book(n)
    loaded: list[object] = []
    many = type(w.store.reader).many

    def seen(reader: object, kind: type, keys: object) -> object:
        loaded.extend(keys)
        return many(reader, kind, keys)

    monkeypatch.setattr(type(w.store.reader), "many", seen)
    post = Network(w.store, w.rules, ChangeFeed()).of_line(A)
    assert Queues(w.store, ChangeFeed()).of(post, w.now.at) is not None
    assert loaded == []


def test_an_exception_awaits_its_approval_for_days_and_also_of_trucks_long_gone():
    w, officer = World(), PEOPLE["officer"]
    number = w.book(1)
    w.done(Arrive(w.key(), officer, number))
    w.done(Call(w.key(), officer, A, number, "perishable"))
    for step in (Admit, Cross):
        w.done(step(w.key(), officer, number))
    w.wait(hours=72)
    network = Network(w.store, w.rules, ChangeFeed())
    queue = Queues(w.store, ChangeFeed()).of(network.of_line(A), w.now.at)
    assert (queue.awaiting_approval, queue.exceptions_today) == (1, 0)


def test_releases_are_counted_by_the_day():
    w = World()
    w.done(Release(w.key(), PEOPLE["officer"], w.book(1), "false_plate"))
    network = Network(w.store, w.rules, ChangeFeed())
    queues = Queues(w.store, ChangeFeed())
    assert queues.of(network.of_line(A), w.now.at).releases_today == 1
    assert queues.of(network.of_line(A), w.now.at + 24 * HOUR).releases_today == 0


def test_a_clock_set_right_leaves_no_line_of_a_future_that_did_not_come():
    """Nothing has happened in that future, so the log holds no time there."""
    world, watch = World(), ChangeFeed()
    queues = Queues(world.store, watch)
    post = Network(world.store, world.rules, watch).of_line(A)
    number = world.book()
    world.until(world.window(A))
    world.do(Arrive("arrive", PEOPLE["officer"], number))
    world.do(Call("call", PEOPLE["officer"], A))
    watch.announce(world.events(number))
    ahead = queues.of(post, world.now.at + 24 * HOUR)
    assert [seen.seen.number for seen in ahead.called] == []
    right = queues.of(post, world.now.at)
    assert right.as_of == world.now.at
    assert [seen.seen.number for seen in right.called] == [number]
