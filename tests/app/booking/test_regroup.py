"""Hours proposed for bookings that lost theirs."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from kezek.app.booking.lost_time import lost_time, lost_times
from kezek.app.booking.regroup import OtherHours, Proposed, proposals
from kezek.app.booking.ticket import Tickets
from kezek.app.checkpoint.checkpoint import Network
from kezek.app.feed.change_feed import ChangeFeed
from kezek.app.slot.availability import Availability, LinePlaces
from kezek.app.turn.queue import Queues
from kezek.domain.booking.change import Move
from kezek.domain.calendar.capacity import CloseDay, OpenDay
from tests.world import PEOPLE, A, World


class Yard(World):
    """The world with the read models of the page that moves trucks together."""

    def __init__(self) -> None:
        super().__init__()
        watch = ChangeFeed()
        self.network = Network(self.store, self.rules, watch)
        self.tickets = Tickets(self.store, self.network, Queues(self.store, watch))

    def close(self, on: str, reason: str = "repair") -> None:
        self.done(CloseDay(self.key(), PEOPLE["agency"], A, on, reason))

    def open(self, on: str, capacity: int = 240) -> None:
        self.done(OpenDay(self.key(), PEOPLE["agency"], A, on, capacity, "repaired"))

    def places(self) -> LinePlaces:
        # A new one: nothing tells an old one of what was done here.
        return Availability(self.store, ChangeFeed()).of(self.network.of_line(A), self.now.at)

    def proposed(self, numbers: list[int]) -> list[Proposed]:
        views = self.tickets.views(numbers, self.now.at)
        lost = lost_times(self.store.reader, views)
        return proposals(views, lost, lambda _post: self.places(), self.now.at)


def test_together_they_take_no_place_twice_and_the_desk_agrees():
    w = Yard()
    numbers = [w.book(n, start=w.window(day=1, hour=12)) for n in range(1, 8)]
    w.close("2026-06-14")
    found = w.proposed(numbers)
    assert [one.view.booking.number for one in found] == numbers
    starts = [one.start for one in found]
    assert starts == sorted(starts)
    for one in found:
        assert one.start in one.choices
        w.done(Move(w.key(), PEOPLE["carrier"], one.view.booking.number, one.start))


def test_the_first_free_hour_from_the_lost_one_on_is_proposed():
    w = Yard()
    number = w.book(1, start=w.window(day=1, hour=12))
    w.close("2026-06-14")
    w.open("2026-06-14")
    (one,) = w.proposed([number])
    assert (one.start, one.earlier) == (w.window(day=1, hour=12), False)
    assert (one.lost.start, one.lost.why) == (w.window(day=1, hour=12), "repair")
    assert w.window(day=1, hour=11) in one.choices, (
        "an earlier one can be chosen, and is not proposed"
    )


def test_an_hour_that_runs_is_neither_proposed_nor_offered():
    w = Yard()
    number = w.book(1, start=w.window(hour=9))
    assert w.window(hour=9) < w.now.at < w.window(hour=10)
    w.close("2026-06-13")
    w.open("2026-06-13")
    (one,) = w.proposed([number])
    assert one.start == w.window(hour=10)
    assert w.window(hour=9) not in one.choices


def test_where_only_earlier_hours_are_free_the_last_of_them_is_proposed_and_called_so():
    w = Yard()
    days = [day.on for day in w.places().days]
    number = w.book(1, start=w.window(day=len(days) - 1, hour=12))
    w.close(days[-1].isoformat())
    (one,) = w.proposed([number])
    assert one.earlier
    assert one.start == w.window(day=len(days) - 2, hour=23)


def test_where_nothing_is_free_nothing_is_proposed():
    w = Yard()
    number = w.book(1, start=w.window(day=1))
    w.close("2026-06-14")
    views = w.tickets.views([number], w.now.at)
    lost, nothing = lost_times(w.store.reader, views), LinePlaces("", 0, 0, ())
    (found,) = proposals(views, lost, lambda _: nothing, w.now.at)
    assert (found.start, found.choices) == (None, ())


def test_a_free_hour_is_named_to_as_many_as_it_has_places_for_and_places_are_read_once():
    w, wanted, read = Yard(), World().window(day=1, hour=12), []
    places, post = w.places(), w.network.posts()["kz_a"].usual
    hours = OtherHours(lambda at: read.append(at) or places, w.now.at)
    count = next(h.ordinary for d in places.days for h in d.hours if h.start == wanted)
    named = [
        hours.next(post, post.at(w.now.at).classes["in_turn"], wanted) for _ in range(count + 1)
    ]
    assert named == [wanted] * count + [w.window(day=1, hour=13)]
    assert read == [post]


def test_who_lost_one_time_after_another_has_lost_the_last_one():
    w = Yard()
    number = w.book(1, start=w.window(day=1, hour=12))
    w.close("2026-06-14", "repair")
    w.done(Move(w.key(), PEOPLE["carrier"], number, w.window(day=2, hour=15)))
    w.close("2026-06-15", "storm")
    (view,) = w.tickets.views([number], w.now.at)
    for lost in (lost_time(w.store.reader, view), lost_times(w.store.reader, [view])[number]):
        assert (lost.start, lost.why) == (w.window(day=2, hour=15), "storm")
        assert lost.until == w.now.at + view.rules.displaced_for


@given(
    hours=st.lists(st.integers(0, 60), min_size=1, max_size=12),
    capacity=st.integers(0, 48),
    wait=st.integers(0, 30),
)
def test_never_a_running_hour_never_an_earlier_one_where_a_later_is_free(hours, capacity, wait):
    w = Yard()
    numbers = [
        w.book(n, start=w.window(day=h // 24, hour=h % 24))
        for n, h in enumerate(hours, 1)
        if w.window(day=h // 24, hour=h % 24) > w.now.at
    ]
    for on in ("2026-06-13", "2026-06-14", "2026-06-15"):
        w.close(on)
        w.open(on, capacity)
    w.wait(hours=wait)
    lost = [n for n in numbers if w.status(n) == "displaced"]
    found = w.proposed(lost)
    for one in found:
        assert one.start is not None
        assert one.start > w.now.at
        assert all(start > w.now.at for start in one.choices)
        assert all(a < b for a, b in pairwise(one.choices))
        assert one.earlier == (one.start < one.lost.start)
        if one.earlier:
            assert not later_ones(w.places(), found, one)


def later_ones(places: LinePlaces, found: list[Proposed], one: Proposed) -> list[int]:
    """Windows from the lost one on that would still have a place for a truck sent to an earlier one."""
    taken = [other.start for other in found if other is not one]
    return [
        hour.start
        for day in places.days
        for hour in day.hours
        if hour.start >= one.lost.start
        and hour.ordinary > taken.count(hour.start)
        and day.ordinary > sum(taken.count(hour.start) for hour in day.hours)
    ]
