"""Free places: a line day by day with its windows, and the whole network on one day.

The bytes of an answer are kept until its line or its forecast changes, or ten minutes are over; most
requests are a look-up.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Annotated

import msgspec
from msgspec import Meta

from kezek.api.checkpoint.checkpoint import known_line
from kezek.api.frame.form import Day, Moment, Seconds, utc
from kezek.api.frame.operation import ApiRequest, Operation, Reply
from kezek.api.frame.response_cache import ResponseCache
from kezek.app.application import Application
from kezek.app.checkpoint.checkpoint import Post, ServedLine
from kezek.app.forecast.next_wait import HourWait, hour_wait
from kezek.app.slot.availability import LinePlaces, LocalDay
from kezek.domain.kernel.instant import HOUR, MINUTE, SECOND, Instant, local_day
from kezek.domain.kernel.refusal import Reason
from kezek.planning.question import QUANTILES

DAYS_MAX = 60
_KEPT_MAX = 2_000
_LOW, _HIGH = QUANTILES.index(0.10), QUANTILES.index(0.90)
_LAST_DAY = date.max - timedelta(days=DAYS_MAX)


class PlacesQuery(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """`from` is a local day of the checkpoint, today when left out."""

    first: date | None = msgspec.field(default=None, name="from")
    days: Annotated[int, Meta(ge=1, le=DAYS_MAX)] = 30


class DayQuery(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A date; each checkpoint counts it as its own local day."""

    day: date


class WindowsResponse(msgspec.Struct, frozen=True):
    """The windows of a day: the n-th starts `n * minutes` after `first` (n from 0).

    `ordinary` and `kept` are places that can be booked now, per window.  `wait_p10` and `wait_p90` are
    the range of the wait of a truck in turn, from the beginning of the window until its call, by the
    bookings made so far; null where nothing is told.  For windows more than a day ahead `usual_p10`,
    `usual_p50` and `usual_p90` are what trucks in turn waited at that hour of the week in the last 12
    weeks, and `usual_days` the days on which they came; null where they are fewer than 4, and until
    the line's past has been read.
    """

    first: Moment
    minutes: int
    ordinary: list[int]
    kept: list[int]
    wait_p10: list[Seconds | None]
    wait_p90: list[Seconds | None]
    usual_p10: list[Seconds | None]
    usual_p50: list[Seconds | None]
    usual_p90: list[Seconds | None]
    usual_days: list[int | None]


class DayResponse(msgspec.Struct, frozen=True):
    """A local day of a line.

    `state` is open, full (no ordinary place) or closed; `ordinary` and `kept` are places left in each
    pool; `basis` is board, assumed, ours or agency; `windows` is null on a day without any.
    """

    day: Day
    state: str
    capacity: int
    ordinary: int
    kept: int
    walk_ins: int
    basis: str
    reason: str
    windows: WindowsResponse | None


class PlacesResponse(msgspec.Struct, frozen=True):
    """The days of a line.  `waits_as_of` is when the waits were simulated, null where none is told; they
    reach a day ahead.
    """

    checkpoint: str
    line: str
    zone: str
    as_of: Moment
    waits_as_of: Moment | None
    days: list[DayResponse]


class PostDayResponse(msgspec.Struct, frozen=True):
    """A line on the day that was asked for, or a checkpoint at which none runs.  Counts are null there
    and beyond the horizon.
    """

    checkpoint: str
    line: str | None
    direction: str | None
    state: str
    capacity: int | None
    ordinary: int | None
    kept: int | None
    next_free: Day | None


class NetworkDayResponse(msgspec.Struct, frozen=True):
    day: Day
    as_of: Moment
    items: list[PostDayResponse]


class Places:
    def __init__(self, application: Application) -> None:
        self._application = application
        self._lines: ResponseCache[tuple[str, bytes]] = ResponseCache(_KEPT_MAX)
        self._days: ResponseCache[bytes] = ResponseCache(_KEPT_MAX)

    async def of_checkpoint(self, request: ApiRequest) -> Reply:
        application = self._application
        served = known_line(application.network, request.path["checkpoint"])
        line = served.line.id
        # A forecast grows old by the minute and is no longer told at some time.
        edition = application.forecasts.edition(line)
        state = (application.watch.version(line), edition, application.now() // (10 * MINUTE))
        key = (line, request.query)
        return self._lines.reply(request, key, state, lambda: self._of_line(request, served))

    async def of_day(self, request: ApiRequest) -> Reply:
        state = (self._application.watch.version(), self._application.now() // HOUR)
        return self._days.reply(request, request.query, state, lambda: self._of_day(request))

    def _of_line(self, request: ApiRequest, served: ServedLine) -> PlacesResponse:
        application = self._application
        asked, now = request.read_query(PlacesQuery), application.now()
        places, line = application.availability.of(served, now), served.line
        first = asked.first or local_day(now, line.zone)
        last = min(first, _LAST_DAY) + timedelta(days=asked.days - 1)
        found = application.forecasts.of(line.id, now, looked=False)

        def wait(start: Instant) -> HourWait:
            return hour_wait(application.forecasts, line, start, now, looked=False)

        def minutes(on: date) -> int:
            return served.of_day(on, now).window // MINUTE

        shown = (day for day in places.days if first <= day.on <= last)
        days = [day_response(day, minutes(day.on), wait) for day in shown]
        told = utc(found.as_of) if found is not None and found.forecast.windows else None
        return PlacesResponse(served.checkpoint.id, line.id, line.zone, utc(now), told, days)

    def _of_day(self, request: ApiRequest) -> NetworkDayResponse:
        asked, now = request.read_query(DayQuery), self._application.now()
        items = [
            day
            for post in self._application.network.posts().values()
            for day in self._days_of(post, asked.day, now)
        ]
        return NetworkDayResponse(asked.day.isoformat(), utc(now), items)

    def _days_of(self, post: Post, on: date, now: Instant) -> list[PostDayResponse]:
        if not post.lines:
            return [
                PostDayResponse(post.checkpoint.id, None, None, "no_line", None, None, None, None)
            ]
        availability = self._application.availability
        return [line_day(served, availability.of(served, now), on) for served in post.lines]


def day_response(day: LocalDay, minutes: int, wait: Callable[[Instant], HourWait]) -> DayResponse:
    """A day of the line with its windows; `wait` tells the wait at the start of one."""
    return DayResponse(
        day=day.on.isoformat(),
        state=day.state,
        capacity=day.capacity,
        ordinary=day.ordinary,
        kept=day.kept,
        walk_ins=day.walk_ins,
        basis=day.basis,
        reason=day.reason,
        windows=_windows(day, minutes, wait) if day.hours else None,
    )


def _windows(day: LocalDay, minutes: int, wait: Callable[[Instant], HourWait]) -> WindowsResponse:
    first, step = day.hours[0].start, minutes * MINUTE
    count = (day.hours[-1].start - first) // step + 1
    ordinary, kept = [0] * count, [0] * count
    waits = [wait(first + place * step) for place in range(count)]
    called, usual = [one.called for one in waits], [one.usual for one in waits]
    for hour in day.hours:
        place = (hour.start - first) // step
        ordinary[place], kept[place] = hour.ordinary, hour.kept
    return WindowsResponse(
        utc(first),
        minutes,
        ordinary,
        kept,
        wait_p10=[None if one is None else one.at[_LOW] // SECOND for one in called],
        wait_p90=[None if one is None else one.at[_HIGH] // SECOND for one in called],
        usual_p10=[None if one is None else one.low // SECOND for one in usual],
        usual_p50=[None if one is None else one.median // SECOND for one in usual],
        usual_p90=[None if one is None else one.high // SECOND for one in usual],
        usual_days=[None if one is None else one.days for one in usual],
    )


def line_day(served: ServedLine, places: LinePlaces, on: date) -> PostDayResponse:
    """A line on one day of the network."""
    named = served.checkpoint.id, served.line.id, served.line.direction
    free = places.next_free
    next_free = free.on.isoformat() if free else None
    day = places.day(on)
    if day is None:
        return PostDayResponse(*named, "unknown", None, None, None, next_free)
    return PostDayResponse(*named, day.state, day.capacity, day.ordinary, day.kept, next_free)


OPERATIONS = (
    Operation(
        method="GET",
        path="/checkpoints/{checkpoint}/availability",
        name="read_availability",
        noun="availability",
        summary="Free places of one checkpoint, day by day",
        description=(
            "Up to 60 days from a local day of the checkpoint, as far as the calendar is open, with "
            "the places left in every window. Send `If-None-Match` to be told only of changes."
        ),
        run=Places.of_checkpoint,
        cached=True,
        query=PlacesQuery,
        answer=PlacesResponse,
        public=True,
        refusals=(Reason.CHECKPOINT_UNKNOWN, Reason.LINE_UNKNOWN),
    ),
    Operation(
        method="GET",
        path="/availability",
        name="read_network_day",
        noun="availability",
        summary="Free places of every line on one day",
        description="One row for each line of the network and each checkpoint without one, and the "
        "next day on which it has a place.",
        run=Places.of_day,
        cached=True,
        query=DayQuery,
        answer=NetworkDayResponse,
        public=True,
    ),
)
