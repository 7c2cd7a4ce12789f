"""The usual wait at an hour of the week, from the crossings of the line itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import quantiles
from typing import TypeAlias

from kezek.app.port import Reader
from kezek.domain.booking.booking import Booking
from kezek.domain.checkpoint.checkpoint import Line
from kezek.domain.kernel.event import EventKind
from kezek.domain.kernel.instant import DAY, Instant, local_day, to_datetime
from kezek.domain.regulation.regulation import Regulation

# Ours: long enough to outweigh one quiet week, short enough to leave out the last season.
WEEKS = 12
# Ours: the fewest days from which an hour of the week gets a usual wait.
DAYS_MIN = 4
_PAGE = 5_000

# Weekday from 0 for Monday, and minute of the day, both local.
HourOfWeek: TypeAlias = tuple[int, int]


@dataclass(frozen=True, slots=True)
class UsualWait:
    """The wait of ordinary trucks from the start of their hour, or from a later arrival, to the call.

    Spans: the median, and `low` to `high` in which 8 of 10 trucks lie.  `days` are those on which the
    trucks came.
    """

    low: Instant
    median: Instant
    high: Instant
    days: int


def hour_of_week(at: Instant, zone: str) -> HourOfWeek:
    """The hour of the week in which a window begins."""
    local = to_datetime(at, zone)
    return local.weekday(), 60 * local.hour + local.minute


def usual_waits(
    reader: Reader, line: Line, regulation: Regulation, now: Instant
) -> Mapping[HourOfWeek, UsualWait]:
    """The hours of the week in which trucks crossed on at least `DAYS_MIN` of the last days."""
    waits: dict[HourOfWeek, list[Instant]] = {}
    days: dict[HourOfWeek, set[date]] = {}
    for start, wait in _waited(reader, line.id, regulation, now - 7 * WEEKS * DAY):
        hour = hour_of_week(start, line.zone)
        waits.setdefault(hour, []).append(wait)
        days.setdefault(hour, set()).add(local_day(start, line.zone))
    return {
        hour: _usual(spans, len(days[hour]))
        for hour, spans in waits.items()
        if len(days[hour]) >= DAYS_MIN
    }


def _waited(
    reader: Reader, line: str, regulation: Regulation, since: Instant
) -> Iterator[tuple[Instant, Instant]]:
    """Window and wait of each truck that came in its hour, was called by the rule and has crossed."""
    window, ordinary = regulation.window, regulation.ordinary.name
    numbers = [event.number for event in reader.of_kind(line, EventKind.CROSSED, since)]
    for first in range(0, len(numbers), _PAGE):
        for row in reader.many(Booking, numbers[first : first + _PAGE]).values():
            start, came, called = row.start, row.arrived_at, row.called_at
            if start is None or came is None or called is None or came >= start + window:
                continue
            plain = row.vehicle_class == ordinary and not (row.misses or row.exception)
            if plain and row.outcome == "crossed":
                yield start, max(0, called - max(start, came))


def _usual(waits: Sequence[Instant], days: int) -> UsualWait:
    tenths = quantiles(waits, n=10, method="inclusive")
    return UsualWait(round(tenths[0]), round(tenths[4]), round(tenths[8]), days)
