"""Other windows for bookings that lost theirs, and for requests for a full one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from kezek.app.booking.lost_time import LostTime
from kezek.app.booking.ticket import TicketView
from kezek.app.checkpoint.checkpoint import ServedLine
from kezek.app.slot.availability import HourPlaces, LinePlaces, LocalDay
from kezek.domain.kernel.instant import Instant
from kezek.domain.regulation.regulation import ClassRule
from kezek.domain.slot.place import bookable

# The most windows to choose from: before the proposed one, and from it on.
BEFORE_MAX, AFTER_MAX = 12, 36


@dataclass(frozen=True, slots=True)
class Proposed:
    """`start` is the window proposed, None where none has a place; `choices` are windows with places.

    `earlier` says that every window with a place begins before the lost one.
    """

    view: TicketView
    lost: LostTime
    start: Instant | None
    choices: tuple[Instant, ...]
    earlier: bool


class OtherHours:
    """Free windows instead of lost or full ones, none offered to more trucks than it has places.

    The current window is left out, because nobody reaches it in time.
    """

    def __init__(self, places: Callable[[ServedLine], LinePlaces], now: Instant) -> None:
        self._places, self._now = places, now
        self._free: dict[tuple[str, str], list[tuple[LocalDay, HourPlaces]]] = {}
        self._named: Counter[tuple[str, object]] = Counter()

    def starts(self, served: ServedLine, rule: ClassRule) -> list[Instant]:
        """All windows with a place for the class, also those whose places are offered already."""
        return [hour.start for _, hour in self._known(served, rule)]

    def next(self, served: ServedLine, rule: ClassRule, wanted: Instant) -> Instant | None:
        """The first free window from `wanted` on, else the last before it; None where none is free.

        Its place is offered to this truck and to no later one.
        """
        id, free = served.line.id, self._known(served, rule)
        for place in _by_nearness(free, wanted):
            day, hour = free[place]
            of_hour, of_pool = (id, hour.start), (id, (day.on, rule.pool and rule.pool.name))
            of_class = day.left(rule.name) > self._named[of_pool]
            if of_class and day.left_in(hour, rule.name) > self._named[of_hour]:
                self._named[of_hour] += 1
                self._named[of_pool] += 1
                return hour.start
        return None

    def _known(self, served: ServedLine, rule: ClassRule) -> list[tuple[LocalDay, HourPlaces]]:
        key = (served.line.id, rule.name)
        if key not in self._free:
            self._free[key] = list(_free(served, rule, self._places(served), self._now))
        return self._free[key]


def proposals(
    views: Sequence[TicketView],
    lost: Mapping[int, LostTime],
    places: Callable[[ServedLine], LinePlaces],
    now: Instant,
) -> list[Proposed]:
    """A window for each booking, in the order given; together they take no place twice.

    The desk decides later.
    """
    hours = OtherHours(places, now)
    found = []
    for view in views:
        had = lost[view.booking.number]
        # The lost window has the class, also where only a later version than that of now has it.
        rule = view.post.at(now, window=had.start).classes[view.booking.vehicle_class]
        start = hours.next(view.post, rule, had.start)
        found.append(_proposed(view, had, hours.starts(view.post, rule), start))
    return found


def _proposed(
    view: TicketView, lost: LostTime, starts: Sequence[Instant], start: Instant | None
) -> Proposed:
    if start is None:
        return Proposed(view, lost, None, (), earlier=False)
    chosen = starts.index(start)
    around = tuple(starts[max(0, chosen - BEFORE_MAX) : chosen + AFTER_MAX])
    return Proposed(view, lost, start, around, earlier=start < lost.start)


def _by_nearness(free: Sequence[tuple[LocalDay, HourPlaces]], lost: Instant) -> Iterator[int]:
    """Positions of the windows: from the lost one on, then those before it, the latest first."""
    places = range(len(free))
    yield from (place for place in places if free[place][1].start >= lost)
    yield from (place for place in reversed(places) if free[place][1].start < lost)


def _free(
    served: ServedLine, rule: ClassRule, places: LinePlaces, now: Instant
) -> Iterator[tuple[LocalDay, HourPlaces]]:
    line = served.line
    for day in places.days:
        for hour in day.hours:
            # The costly check comes last, because it would run for every window of the horizon.
            has_place = hour.start > now and day.left_in(hour, rule.name) > 0
            if has_place and not bookable(line, served.at(now, window=hour.start), hour.start, now):
                yield day, hour
