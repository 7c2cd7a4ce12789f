"""What a ticket says of its place: every change with its cause, and they add up to what the line is."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kezek.app.desk.batch import Done
from kezek.app.feed.change_feed import ChangeFeed
from kezek.app.turn import place_history
from kezek.app.turn.place_history import PlaceHistories, PlaceHistory, ShiftCause
from kezek.app.turn.queue import Queues
from kezek.domain.account.actor import Actor
from kezek.domain.booking.change import Cancel
from kezek.domain.kernel.instant import HOUR
from kezek.domain.turn.arrive import Arrive, WalkIn
from kezek.domain.turn.call import Call
from kezek.domain.turn.gate import Admit, Cross, Miss, TurnBack
from kezek.domain.turn.undo import Undo
from tests.app.turn.test_line_state import OFFICER, post_of
from tests.world import PEOPLE, A, World, vehicle


class HistoryWorld:
    """A world with a reader of histories, as a server keeps one."""

    def __init__(self) -> None:
        self.w, self.histories = World(), None
        self.anew()

    def anew(self) -> None:
        self.histories = PlaceHistories(self.w.store)

    def queue(self):
        queue = Queues(self.w.store, ChangeFeed()).of(post_of(self.w), self.w.now.at)
        assert queue is not None
        return queue

    def of(self, number: int) -> PlaceHistory | None:
        return self.histories.of(post_of(self.w), self.queue(), number)

    def changes(self, number: int) -> dict[str, int]:
        told = self.of(number)
        assert told is not None
        assert told.first + sum(c.places for c in told.changes) == told.place
        assert told.place == self.queue().place_of(number)
        return {c.cause.value: c.places for c in told.changes}

    def book(self, n: int, hour: int, **how: object) -> int:
        return self.w.book(n, start=self.w.window(A, hour=hour), **how)

    def arrive(self, number: int) -> int:
        self.w.done(Arrive(self.w.key(), OFFICER, number))
        return number

    def call(self) -> int:
        return self.w.done(Call(self.w.key(), OFFICER, A))["number"]


@pytest.fixture
def told() -> HistoryWorld:
    return HistoryWorld()


def test_six_trucks_of_an_earlier_hour_came_late(told: HistoryWorld):
    late = [told.book(n, 9) for n in range(1, 7)]
    mine = told.arrive(told.book(7, 10))
    told.w.wait(minutes=40)
    since = told.w.now.at
    for number in late:
        told.arrive(number)
    assert told.changes(mine) == {"came_late": 6}
    change = told.of(mine).changes[0]
    assert (change.cause, change.window) == (ShiftCause.CAME_LATE, told.w.window(A, hour=9))
    assert change.since == since
    told.w.wait(minutes=5)
    told.call()
    assert told.changes(mine) == {"came_late": 6, "called": -1}
    told.anew()
    assert told.changes(mine) == {"came_late": 6, "called": -1}, "another server tells the same"


def test_every_cause_has_its_name(told: HistoryWorld):
    first, second = (told.arrive(told.book(n, 9)) for n in (1, 2))
    mine = told.arrive(told.book(3, 9))
    assert told.changes(mine) == {}
    told.call()
    assert told.changes(mine) == {"called": -1}
    told.w.wait(seconds=5)
    told.w.done(Undo(told.w.key(), OFFICER, first))
    assert told.changes(mine) == {"called": -1, "taken_back": 1}
    told.w.done(Cancel(told.w.key(), Actor(0, "ticket", ticket=second), second, 0))
    assert told.changes(mine)["left"] == -1
    told.arrive(told.book(4, 9, vehicle_class="priority", who="clerk"))
    assert told.changes(mine)["other_class"] == 1
    other = told.arrive(told.book(5, 9))
    told.w.done(Call(told.w.key(), OFFICER, A, other, "medical"))
    assert told.of(mine).overtaken == 1


def test_the_own_missed_call_is_a_cause_too(told: HistoryWorld):
    mine = told.arrive(told.book(1, 9))
    told.call()
    for n in (2, 3):
        told.arrive(told.book(n, 9))
    told.w.wait(minutes=30)
    told.w.tick()
    changes = told.changes(mine)
    assert set(changes) == {"own_call"}
    assert changes["own_call"] > 0


def test_an_hour_that_begins_is_a_cause_without_an_event(told: HistoryWorld):
    first = told.arrive(told.book(1, 9))
    mine = told.arrive(told.book(2, 10, vehicle_class="priority", who="clerk"))
    assert told.of(mine).place == 2
    told.w.wait(minutes=31)
    assert told.queue().place_of(mine) != 2 or told.changes(mine) == {}
    told.changes(mine)
    told.changes(first)


def test_nothing_is_claimed_where_the_log_tells_another_order(told: HistoryWorld):
    numbers = [told.arrive(told.book(n, 9)) for n in (1, 2)]
    queue = told.queue()
    turned = queue.__class__(
        **{name: getattr(queue, name) for name in queue.__slots__ if name != "entries"},
        entries=queue.entries[::-1],
    )
    assert told.histories.of(post_of(told.w), turned, numbers[0]) is None


def test_a_long_log_is_taken_in_over_several_questions(told: HistoryWorld, monkeypatch):
    late = [told.book(n, 9) for n in range(1, 7)]
    mine = told.arrive(told.book(7, 10))
    for number in late:
        told.arrive(number)
    monkeypatch.setattr(place_history, "STEPS_MAX", 8)
    told.anew()
    assert told.of(mine) is None, "nothing is claimed before the whole log is taken in"
    assert any(told.of(mine) for _ in range(5))
    assert told.changes(mine) == {"came_late": 6}


STEPS = st.lists(
    st.tuples(
        st.sampled_from(
            [
                "book",
                "book",
                "arrive",
                "arrive",
                "arrive",
                "walk",
                "call",
                "call",
                "out",
                "miss",
                "admit",
                "cross",
                "back",
                "cancel",
                "undo",
                "wait",
                "long",
                "ask",
            ]
        ),
        st.integers(0, 30),
    ),
    max_size=45,
)


@settings(max_examples=100, deadline=None)
@given(STEPS)
def test_the_changes_add_up_to_the_line_at_every_event(steps):
    """Against the line that the rows give, asked anew after each step by a second reader."""
    told = HistoryWorld()
    w, now = told.w, told.w.now.at
    first: dict[int, tuple[int, int]] = {}
    made: list[int] = []

    def do(verb: str, n: int) -> None:
        key, some = w.key(), made[n % len(made)] if made else 0
        if verb == "book":
            name = "priority" if n % 5 == 0 else "in_turn"
            who = "clerk" if name == "priority" else "carrier"
            start = now - now % HOUR + (n % 3 - 1) * HOUR
            command = w.book_command(100 + len(made), start=start, vehicle_class=name, who=who)
        elif verb == "walk":
            command = WalkIn(key, OFFICER, A, vehicle(500 + len(w.events())))
        elif verb == "call":
            command = Call(key, OFFICER, A)
        elif verb == "out":
            command = Call(key, OFFICER, A, some, "medical")
        elif verb == "back":
            command = TurnBack(key, OFFICER, some, "papers")
        elif verb == "cancel":
            command = Cancel(key, PEOPLE["agency"], some, 0, "papers")
        else:
            kinds = {"arrive": Arrive, "miss": Miss, "admit": Admit, "cross": Cross, "undo": Undo}
            command = kinds[verb](key, OFFICER, some)
        answer = w.do(command)
        if isinstance(answer, Done) and verb in ("book", "walk"):
            made.append(answer.outcome["number"])

    for verb, n in steps:
        if verb == "wait":
            w.wait(minutes=n)
        elif verb == "long":
            w.wait(minutes=50)
        elif verb != "ask":
            do(verb, n)
        w.wait(seconds=1)
        # What time alone does is in the log a moment later; until then nothing is claimed.
        w.tick()
        queue = told.queue()
        standing = {entry.turn.number: entry.place for entry in queue.entries}
        arrived = {number: queue.bookings[number].arrived_at for number in standing}
        first = {n: one for n, one in first.items() if arrived.get(n, one[1]) == one[1]}
        if verb == "ask":
            continue
        for number, place in standing.items():
            kept = first.setdefault(number, (place, arrived[number]))
            history = told.histories.of(post_of(w), queue, number)
            assert history is not None
            assert history.place == place
            assert history.first + sum(change.places for change in history.changes) == place
            if history.since == kept[1]:
                assert history.first == kept[0]
