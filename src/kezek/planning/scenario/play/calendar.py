"""Bookings of a scenario: the requests of each day against the places of each day.

A request that finds its day full takes the first later place, first come, first served.  Requests are
whole trucks, the same number each day, with fractions carried over.  The calendar has no randomness
(ours); only the trucks have.
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
# The day of the request, and the number of trucks that still have no place.
_Queue: TypeAlias = deque[list[int]]


@value(frozen=True, slots=True)
class CalendarDay:
    """A local day: the starts of its windows, their local hours (0..23) and their places."""

    on: date
    hours: tuple[int, ...]
    starts: tuple[Instant, ...]
    places: tuple[int, ...]


@value(frozen=True, slots=True)
class CalendarBooking:
    """The number of trucks with a place in a window of the day `on`, an index."""

    on: int
    start: Instant
    trucks: int


@value(frozen=True, slots=True)
class FilledCalendar:
    """The calendar after all requests.

    `days_waited` has pairs (days between request and window, trucks); `left` trucks have no place by
    the last day; `late_until` is the last day that got trucks of an earlier request, -1 for none.
    `until` has, for each day, the days until a place for its last request, -1 for none by the last day.
    """

    bookings: tuple[CalendarBooking, ...]
    days_waited: tuple[tuple[int, int], ...]
    left: int
    late_until: int
    until: tuple[int, ...] = ()


def day_places(post: ScenarioPost, on: date, window: Instant) -> CalendarDay:
    """The places of a day: even over the windows while the post is open, less announced closures."""
    zone = post.zone or "UTC"
    opens, closes = at_clock(on, post.opens, zone), at_clock(on, post.closes, zone)
    starts = tuple(start for start in windows(on, zone, window) if opens <= start < closes)
    if not starts:
        return CalendarDay(on, (), (), ())
    places = spread(post.capacity_per_day or 0, len(starts))
    return CalendarDay(
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
    days: Sequence[CalendarDay],
    per_day: float,
    by_hour: Sequence[float] | None,
    *,
    counted: int | None = None,
    booked: Sequence[int] = (),
    first: int = 0,
) -> FilledCalendar:
    """Book `per_day` trucks a day, from day `first` on, into the places of the days.

    `booked` places of each day are taken at the start; trucks whose day has fewer places take later
    ones before all others.  Waits are those of the first `counted` days, or of all.
    """
    last = len(days) if counted is None else counted
    left = 0
    moved: _Queue = deque()
    waiting: _Queue = deque()
    bookings: list[CalendarBooking] = []
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
            CalendarBooking(at, start, trucks)
            for start, trucks in zip(day.starts, shares, strict=True)
            if trucks
        ]
    for asked, _ in waiting:
        if asked < last:
            until[asked] = -1
    return FilledCalendar(
        tuple(bookings), tuple(sorted(waited.items())), left, late_until, tuple(until)
    )


def days_until_place(
    days: Sequence[CalendarDay],
    beyond: CalendarDay,
    per_day: float,
    *,
    counted: int,
    booked: Sequence[int] = (),
    first: int = 0,
) -> tuple[int, ...]:
    """Days until a place for the last request of each day from `first` until before `counted`.

    After the last day comes `beyond`, repeated; UNTIL_MAX stands for that many days or more.
    """
    found = book(days, per_day, None, counted=counted, booked=booked, first=first).until
    if -1 in found:
        longer = (*days, *(beyond,) * UNTIL_MAX)
        found = book(longer, per_day, None, counted=counted, booked=booked, first=first).until
    return tuple(UNTIL_MAX if not 0 <= one <= UNTIL_MAX else one for one in found[first:])


def _served(queue: _Queue, free: int) -> Iterator[tuple[int, int]]:
    """Take trucks from a queue while places are free: pairs (day of the request, trucks)."""
    while queue and free > 0:
        asked, trucks = queue[0]
        given = min(trucks, free)
        free -= given
        queue[0][1] -= given
        if not queue[0][1]:
            queue.popleft()
        yield asked, given


def _laid(trucks: int, day: CalendarDay, by_hour: Sequence[float] | None) -> Sequence[int]:
    """A day's bookings over its windows: by preferred hours while these are free, then anywhere."""
    if by_hour is None or not trucks:
        return fit(trucks, day.places)
    preferred = [by_hour[hour] for hour in day.hours]
    whole = sum(preferred)
    if not whole:
        return fit(trucks, day.places)
    laid = [
        min(place, int(trucks * share / whole))
        for place, share in zip(day.places, preferred, strict=True)
    ]
    free = [place - got for place, got in zip(day.places, laid, strict=True)]
    rest = fit(trucks - sum(laid), free)
    return [got + more for got, more in zip(laid, rest, strict=True)]


def _open_share(post: ScenarioPost, start: Instant, zone: str) -> float:
    """The share of a window's places that announced closures and restrictions leave, 0..1."""
    share = 1.0
    for closure in post.closure:
        if closure.announced and local(closure.begins, zone) <= start < local(closure.ends, zone):
            share = 0.0
    for less in post.restriction:
        if less.announced and local(less.begins, zone) <= start < local(less.ends, zone):
            share = min(share, less.percent / 100)
    return share


def mean_days(waited: Iterable[tuple[int, int]]) -> float:
    """Mean days between request and window of trucks with a place; 0 for none."""
    rows = list(waited)
    trucks = sum(count for _, count in rows)
    return sum(days * count for days, count in rows) / trucks if trucks else 0.0
