"""Who books which window: requests of each day against the places of each day.

A request that finds its day full takes the first later place, first come first; so a day's bookings are
what the calendar gives, and what it cannot give waits.  Requests are whole trucks, the same number each
day with what is left over carried on; chance comes in with the trucks, not with the calendar (ours).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import TypeAlias
from zoneinfo import ZoneInfo

from kezek.domain.kernel.instant import Instant, day_start, from_datetime, to_datetime, windows
from kezek.domain.kernel.spread import fit, spread
from kezek.domain.kernel.value import value
from kezek.planning.scenario.world.scenario import ScenarioPost

UNTIL_MAX = 366
_DAY_END = "24:00"
# The day on which was asked, and how many still have no place.
_Queue: TypeAlias = deque[list[int]]


@value(frozen=True, slots=True)
class PlannedDay:
    """A local day: the starts of its windows, the local hour of each (0..23), its places."""

    on: date
    hours: tuple[int, ...]
    starts: tuple[Instant, ...]
    places: tuple[int, ...]


@value(frozen=True, slots=True)
class PlannedBooking:
    """So many trucks have a place in a window of the day `on`."""

    on: int
    start: Instant
    trucks: int


@value(frozen=True, slots=True)
class Filled:
    """What the calendar made of the requests.

    `days_waited` has (days between request and window, trucks); `left` trucks have found no place by
    the last day; `late_until` is the last day on which somebody came later than asked for, -1 for none.
    `until` has for each day how many days the last request of that day waits for its place, -1 where it
    has none by the last day.
    """

    bookings: tuple[PlannedBooking, ...]
    days_waited: tuple[tuple[int, int], ...]
    left: int
    late_until: int
    until: tuple[int, ...] = ()


def day_places(post: ScenarioPost, on: date, window: Instant) -> PlannedDay:
    """The places of a day: evenly over the windows while the post is open, less what is announced."""
    zone = post.zone or "UTC"
    opens, closes = at_clock(on, post.opens, zone), at_clock(on, post.closes, zone)
    starts = tuple(start for start in windows(on, zone, window) if opens <= start < closes)
    if not starts:
        return PlannedDay(on, (), (), ())
    places = spread(post.capacity_per_day or 0, len(starts))
    return PlannedDay(
        on,
        tuple(to_datetime(start, zone).hour for start in starts),
        starts,
        tuple(
            int(place * _open_share(post, start, zone) + 0.5)
            for start, place in zip(starts, places, strict=True)
        ),
    )


def at_clock(on: date, clock: str, zone: str) -> Instant:
    """The instant of a time of the day."""
    if clock == _DAY_END:
        return day_start(on + timedelta(days=1), zone)
    return local(datetime.combine(on, time.fromisoformat(clock)), zone)


def local(when: datetime, zone: str) -> Instant:
    """The instant of a local time without an offset."""
    return from_datetime(when.replace(tzinfo=ZoneInfo(zone)))


def book(
    days: Sequence[PlannedDay],
    per_day: float,
    by_hour: Sequence[float] | None,
    *,
    counted: int | None = None,
    booked: Sequence[int] = (),
    first: int = 0,
) -> Filled:
    """Requests of `per_day` trucks met by the days' places.

    `booked` places of each day are taken before anybody asks; whom a day has no place for any more takes
    a later one, before all others.  Nobody asks before day `first`.  What is told of waits is that of
    the first `counted` days, all of them unless it is said.
    """
    last = len(days) if counted is None else counted
    left = 0
    moved: _Queue = deque()
    waiting: _Queue = deque()
    bookings: list[PlannedBooking] = []
    waited: dict[int, int] = {}
    until = [0] * last
    carried, late_until = 0.0, -1
    for at, day in enumerate(days):
        carried += per_day if at >= first else 0.0
        if int(carried + 1e-9):
            waiting.append([at, int(carried + 1e-9)])
            carried -= waiting[-1][1]
        free = sum(day.places)
        had = booked[at] if at < len(booked) else 0
        taken = min(had, free)
        if had > taken:
            moved.append([at, had - taken])
        for queue in (moved, waiting):
            for asked, given in _served(queue, free - taken):
                taken += given
                if at < last:
                    waited[at - asked] = waited.get(at - asked, 0) + given
                    late_until = at if at > asked else late_until
                if queue is waiting and asked < last:
                    until[asked] = at - asked
        left = sum(trucks for _, trucks in (*moved, *waiting)) if at < last else left
        shares = _laid(taken, day, by_hour)
        bookings += [
            PlannedBooking(at, start, trucks)
            for start, trucks in zip(day.starts, shares, strict=True)
            if trucks
        ]
    for asked, _ in waiting:
        if asked < last:
            until[asked] = -1
    return Filled(tuple(bookings), tuple(sorted(waited.items())), left, late_until, tuple(until))


def days_until_place(
    days: Sequence[PlannedDay],
    beyond: PlannedDay,
    per_day: float,
    *,
    counted: int,
    booked: Sequence[int] = (),
    first: int = 0,
) -> tuple[int, ...]:
    """For each day from `first` until `counted` how long its last request waits for a place, in days.

    After the last day comes `beyond` again and again; UNTIL_MAX is that long and longer.
    """
    found = book(days, per_day, None, counted=counted, booked=booked, first=first).until
    if -1 in found:
        longer = (*days, *(beyond,) * UNTIL_MAX)
        found = book(longer, per_day, None, counted=counted, booked=booked, first=first).until
    return tuple(UNTIL_MAX if not 0 <= one <= UNTIL_MAX else one for one in found[first:])


def _served(queue: _Queue, room: int) -> Iterator[tuple[int, int]]:
    """Takes from a queue whom there is room for: the day on which they asked, and how many they are."""
    while queue and room > 0:
        asked, trucks = queue[0]
        given = min(trucks, room)
        room -= given
        queue[0][1] -= given
        if not queue[0][1]:
            queue.popleft()
        yield asked, given


def _laid(trucks: int, day: PlannedDay, by_hour: Sequence[float] | None) -> Sequence[int]:
    """A day's bookings over its windows: as people wish while there is room, then where there is."""
    if by_hour is None or not trucks:
        return fit(trucks, day.places)
    wish = [by_hour[hour] for hour in day.hours]
    whole = sum(wish)
    if not whole:
        return fit(trucks, day.places)
    wished = [
        min(place, int(trucks * share / whole))
        for place, share in zip(day.places, wish, strict=True)
    ]
    room = [place - got for place, got in zip(day.places, wished, strict=True)]
    rest = fit(trucks - sum(wished), room)
    return [got + more for got, more in zip(wished, rest, strict=True)]


def _open_share(post: ScenarioPost, start: Instant, zone: str) -> float:
    """What is left of a window's places under the closures and restrictions that are announced."""
    share = 1.0
    for closure in post.closure:
        if closure.announced and local(closure.begins, zone) <= start < local(closure.ends, zone):
            share = 0.0
    for less in post.restriction:
        if less.announced and local(less.begins, zone) <= start < local(less.ends, zone):
            share = min(share, less.percent / 100)
    return share


def mean_days(waited: Iterable[tuple[int, int]]) -> float:
    """Days between request and window, over all who got a place; 0 when nobody did."""
    rows = list(waited)
    trucks = sum(count for _, count in rows)
    return sum(days * count for days, count in rows) / trucks if trucks else 0.0
