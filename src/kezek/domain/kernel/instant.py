"""Instants, local days and hourly windows.

An instant is an integer: milliseconds since 1970-01-01 00:00 UTC.  Integers sort, store and compare
the same in Python and in every database, and have no time zone that could be lost.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import TypeAlias
from zoneinfo import ZoneInfo

from kezek.domain.kernel.value import value

Instant: TypeAlias = int

SECOND = 1_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR


@value(frozen=True, slots=True)
class Moment:
    """Both clocks at one moment: the domain's (a demo may run it faster) and the wall's."""

    at: Instant
    real: Instant


def date_of(text: str) -> date | None:
    """The date of a text as days' keys and addresses write it, such as 2026-06-14; None otherwise.

    `fromisoformat` alone would also accept 20260613 and 2026-W24-6, which are no keys of days.
    """
    try:
        on = date.fromisoformat(text)
    except ValueError:
        return None
    return on if on.isoformat() == text else None


def to_datetime(at: Instant, zone: str = "UTC") -> datetime:
    """The aware local time of an instant."""
    return datetime.fromtimestamp(at / SECOND, UTC).astimezone(ZoneInfo(zone))


def exact_utc(at: Instant) -> str:
    """RFC 3339 in UTC to the millisecond, the precision by which lines are ordered."""
    return f"{datetime.fromtimestamp(at // SECOND, UTC):%Y-%m-%dT%H:%M:%S}.{at % SECOND:03d}Z"


def from_datetime(when: datetime) -> Instant:
    """The instant of an aware time; a naive one is our own mistake."""
    assert when.tzinfo is not None, "a time without a zone cannot become an instant"
    return round(when.timestamp() * SECOND)


def of_local(when: datetime, zone: str) -> Instant | None:
    """The instant of a local time without an offset: the first of two where the hour comes twice.

    None for a time that clocks skip on that day because they are put forward.
    """
    assert when.tzinfo is None, "a time with an offset is an instant already"
    at = from_datetime(when.replace(tzinfo=ZoneInfo(zone), fold=0))
    return at if to_datetime(at, zone).replace(tzinfo=None) == when else None


def comes_twice(when: datetime) -> bool:
    """Whether clocks show this time twice on its day, because they are put back."""
    return when.replace(fold=0).utcoffset() != when.replace(fold=1).utcoffset()


@lru_cache(maxsize=16_384)
def day_start(on: date, zone: str) -> Instant:
    """The instant at which the local day begins."""
    return from_datetime(datetime(on.year, on.month, on.day, tzinfo=ZoneInfo(zone)))


@lru_cache(maxsize=16_384)
def _local_day_of_minute(minute: int, zone: str) -> date:
    return to_datetime(minute * MINUTE, zone).date()


def local_day(at: Instant, zone: str) -> date:
    """The checkpoint's calendar day of an instant.

    A day begins on a whole minute: since 1972 no zone has been off by seconds.
    """
    return _local_day_of_minute(at // MINUTE, zone)


@lru_cache(maxsize=4_096)
def windows(on: date, zone: str, length: int = HOUR) -> tuple[Instant, ...]:
    """Starts of the windows of a local day: 24 hours usually, 23 or 25 when the clocks change."""
    first, past = day_start(on, zone), day_start(on + timedelta(days=1), zone)
    return tuple(range(first, past, length))
