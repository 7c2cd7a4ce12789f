"""A history of waits as arrays: instants in UTC seconds and values, series by series.

Between two samples a series holds its last value (last observation carried forward).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

HOUR = 3600
DAY = 24 * HOUR
WEEK = 7 * DAY
_MONDAY = 4 * DAY  # 1970-01-05; the epoch was a Thursday


@dataclass(frozen=True)
class Series:
    """One series.  `at`: rising UTC seconds [n]; `value`: what was measured then [n]."""

    name: str
    at: Ints
    value: Floats

    @property
    def step(self) -> float:
        """The median time between two samples in seconds; infinite for fewer than two."""
        return float(np.median(np.diff(self.at))) if len(self.at) > 1 else float("inf")

    def until(self, end: int) -> Series:
        """What was known at `end`, an instant in UTC seconds."""
        known = int(np.searchsorted(self.at, end, side="right"))
        return Series(self.name, self.at[:known], self.value[:known])


@dataclass(frozen=True)
class Repairs:
    """What was repaired while a file was loaded, in rows."""

    empty: int = 0
    repeated: int = 0
    contradicting: int = 0
    unordered: int = 0
    ambiguous: int = 0
    skipped_hour: int = 0


@dataclass(frozen=True)
class WaitHistory:
    """All series of a file with their zone.  `empty` names the series without a single value."""

    series: tuple[Series, ...]
    zone: str = "UTC"
    empty: tuple[str, ...] = ()
    repairs: Repairs = field(default_factory=Repairs)

    @property
    def start(self) -> int:
        """The first sample of all, UTC seconds."""
        return int(min(one.at[0] for one in self.series))

    @property
    def end(self) -> int:
        """The last sample of all, UTC seconds."""
        return int(max(one.at[-1] for one in self.series))

    def until(self, end: int) -> WaitHistory:
        """What was known at `end`: without later samples, and without series that had not begun."""
        cut = tuple(one for one in (s.until(end) for s in self.series) if len(one.at))
        return WaitHistory(cut, self.zone, self.empty, self.repairs)


class Held:
    """A series as a step function of time with its integral, so that window means need no loop."""

    def __init__(self, series: Series) -> None:
        self._at, self._value = series.at, series.value
        spans = np.diff(series.at, append=series.at[-1:]).astype(float)
        self._sum = np.concatenate(([0.0], np.cumsum(series.value * spans)))[:-1]
        self._square = np.concatenate(([0.0], np.cumsum(series.value**2 * spans)))[:-1]
        moved = np.concatenate(([True], np.diff(series.value) != 0))
        self._moved = series.at[np.maximum.accumulate(np.where(moved, np.arange(len(moved)), 0))]

    def index(self, when: Ints) -> Ints:
        """The last sample at or before each instant; -1 before the first."""
        return np.searchsorted(self._at, when, side="right") - 1

    def at(self, when: Ints) -> Floats:
        """The value held at each instant [n]; the first value before the first sample."""
        return self._value[np.maximum(self.index(when), 0)]

    def age(self, when: Ints) -> Floats:
        """Seconds since the last sample [n]."""
        return (when - self._at[np.maximum(self.index(when), 0)]).astype(float)

    def unmoved(self, when: Ints) -> Floats:
        """Seconds since the value last changed, within the samples [n]."""
        return (when - self._moved[np.maximum(self.index(when), 0)]).astype(float)

    def mean(self, when: Ints, span: int | Ints) -> Floats:
        """The mean over the `span` seconds before each instant [n], as far back as is known."""
        return self._over(self._sum, self._value, when, span)

    def spread(self, when: Ints, span: int | Ints) -> Floats:
        """The standard deviation over the `span` seconds before each instant [n]."""
        square = self._over(self._square, self._value**2, when, span)
        return np.sqrt(np.maximum(square - self.mean(when, span) ** 2, 0.0))

    def _over(self, integral: Floats, value: Floats, when: Ints, span: int | Ints) -> Floats:
        begin = np.maximum(when - span, self._at[0])
        length = np.maximum(when - begin, 1).astype(float)
        area = self._until(integral, value, when) - self._until(integral, value, begin)
        return np.where(when - begin > 0, area / length, value[np.maximum(self.index(when), 0)])

    def _until(self, integral: Floats, value: Floats, when: Ints) -> Floats:
        last = np.maximum(self.index(when), 0)
        since = np.maximum(when - self._at[last], 0)
        return np.asarray(integral[last] + value[last] * since)


def hour_of_week(when: Ints, zone: str) -> Ints:
    """The local hour of the week of each instant, Monday's first is 0 [n]."""
    if not len(when):
        return np.zeros(0, np.int64)
    # Offsets change on quarters of an hour at the finest, so one look at the zone serves a quarter.
    quarters, back = np.unique(when // 900, return_inverse=True)
    where = ZoneInfo(zone)
    offsets = np.array([_offset(int(one) * 900, where) for one in quarters], np.int64)
    return (when + offsets[back] - _MONDAY) % WEEK // HOUR


def _offset(instant: int, zone: ZoneInfo) -> int:
    offset = datetime.fromtimestamp(instant, UTC).astimezone(zone).utcoffset()
    assert offset is not None, "a zone knows its offset at every instant"
    return int(offset.total_seconds())
