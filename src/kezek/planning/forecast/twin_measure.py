"""Measurements of a line's pace, gate and trucks from its log, with their uncertainty."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from kezek.domain.kernel.instant import HOUR, SECOND, Instant
from kezek.domain.kernel.value import value
from kezek.planning.array import Floats
from kezek.planning.forecast.twin_play import EmpiricalDuration
from kezek.planning.question import LineState, MeasuredPast

# The last interval reaches the maximum that was seen: with many quantiles it holds few trucks.
QUANTILES_MAX = 257
# The number of quantiles of a distribution that was not measured.
UNMEASURED_QUANTILES = 33
DAY_HOURS = 24
# Calls while nobody is known to have waited show the demand, not the capacity.  They count as so many
# calls at most, and at the calendar's pace where that is higher.
IDLE_CALLS_MAX = 20.0
GAPS_MIN, GAPS_MAX = 12, 600
# The least variation of gaps between calls that is assumed for the uncertainty of the pace.
VARIATION_MIN = 0.5
# Ours: the deviation of the logarithm of a duration that was measured only a few times.
LOG_DEVIATION = 0.7
# Ours: the prior of no-shows, one booked truck in twenty.
NOT_SHOWN_BEFORE, SHOWN_BEFORE = 1.0, 19.0


@value(frozen=True, slots=True)
class CallPace:
    """The pace of calls in usual hours: hours with the mean capacity of the open hours.

    `level` is the capacity in usual hours from second `hours` on, from now.  The rate of calls, a usual
    hour, is a gamma variate with `shape` and `rate`.  `gaps` are quantiles of the time between two calls
    with mean 1; `waited` usual hours have passed since the last call.  `walking` are walk-ins an hour at
    each step of `hours`.
    """

    hours: Floats
    level: Floats
    shape: float
    rate: float
    gaps: Floats
    waited: float
    walking: Floats


def pace_of(state: LineState) -> CallPace:
    """The pace of a line with at least one call."""
    measured, now = state.measured, state.now
    hours, level, by_hour, usual = _calendar(state)
    called = np.array(measured.called, np.float64)
    since = min(measured.since, measured.called[0])
    grid, passed = _as_usual(since, now, by_hour)
    at = np.interp(called, grid, passed)
    busy = max(since, min(now, _busy_since(state)))
    begun = float(np.interp(busy, grid, passed))
    lately = at[called > busy]
    gaps = np.diff(lately if len(lately) > GAPS_MIN else at)[-GAPS_MAX:]
    variation, quantiles = _gaps(gaps)
    idle = len(at) - len(lately)
    weight = min(1.0, IDLE_CALLS_MAX / idle) if idle else 0.0
    sure = max(variation, VARIATION_MIN) ** -2
    calls = max(0.5, len(lately) + weight * idle)
    rate = (passed[-1] - begun) + weight * min(begun, idle / usual)
    open_hours = float((np.diff(grid) / HOUR)[np.diff(passed) > 0.0].sum())
    walking = measured.walked_in / max(1.0, open_hours)
    return CallPace(
        hours=hours,
        level=level,
        shape=calls * sure,
        rate=max(float(rate), 1e-3) * sure,
        gaps=quantiles,
        waited=float(passed[-1] - at[-1]),
        walking=np.where(level > 0.0, walking, 0.0),
    )


def _calendar(state: LineState) -> tuple[Floats, Floats, Floats, float]:
    """Steps of the hours to come, the same by hour of the day for the past, and an hour's places."""
    by_start = {hour.start: float(hour.capacity) for hour in state.hours}
    usual = [capacity for capacity in by_start.values() if capacity > 0.0]
    mean = sum(usual) / len(usual) if usual else 1e-9
    if not by_start:
        return np.zeros(1), np.ones(1), np.ones(DAY_HOURS), mean
    # The last call of what is gone by may not reach into hours nobody told of: they are closed.
    marks: dict[float, float] = {0.0: 0.0}
    for start, capacity in sorted(by_start.items()):
        begins = max(0.0, (start - state.now) / SECOND)
        marks[begins] = capacity / mean
        if start + HOUR not in by_start:
            marks[(start + HOUR - state.now) / SECOND] = 0.0
    by_hour = np.full(DAY_HOURS, -1.0)
    for start, capacity in by_start.items():
        hour = start // HOUR % DAY_HOURS
        by_hour[hour] = max(by_hour[hour], capacity / mean)
    by_hour[by_hour < 0.0] = 1.0
    if not by_hour.any():
        by_hour[:] = 1.0
    return np.array([*marks]), np.array([*marks.values()]), by_hour, mean


def _as_usual(since: Instant, now: Instant, by_hour: Floats) -> tuple[Floats, Floats]:
    """Instants from `since` to `now`, and the usual hours that had passed at each."""
    marks = np.arange(since // HOUR + 1, now // HOUR + 1, dtype=np.int64) * HOUR
    grid = np.unique(np.concatenate(([since], marks[(marks > since) & (marks < now)], [now])))
    level = by_hour[(grid[:-1] // HOUR) % DAY_HOURS]
    passed = np.concatenate(([0.0], np.cumsum(np.diff(grid) / HOUR * level)))
    return grid.astype(np.float64), passed


def _busy_since(state: LineState) -> Instant:
    """The first instant since which a truck that still waits has waited with an open window."""
    began = (max(one.key[0], one.key[2]) for one in state.waiting)
    return min((at for at in began if at <= state.now), default=state.now)


def _gaps(gaps: Floats) -> tuple[float, Floats]:
    """The coefficient of variation of the gaps between calls, and their quantiles by the mean."""
    mean = float(gaps.mean()) if len(gaps) >= GAPS_MIN else 0.0
    if mean <= 0.0:
        # Too few gaps: an exponential distribution, cut at its last quantile.
        shares = np.linspace(0.0, 1.0 - 0.5 / UNMEASURED_QUANTILES, UNMEASURED_QUANTILES)
        return 1.0, _of_mean_one(-np.log1p(-shares))
    return float(gaps.std()) / mean, _of_mean_one(quantile_table(gaps))


def _of_mean_one(quantiles: Floats) -> Floats:
    mean = float((quantiles[:-1] + quantiles[1:]).mean()) / 2.0
    return quantiles / mean if mean > 0.0 else np.ones(len(quantiles))


def quantile_table(seen: Floats) -> Floats:
    """Evenly spaced quantiles of durations [n], the least and the most among them, float64[q].

    There are as many as durations, at least 2 and at most `QUANTILES_MAX`.
    """
    return np.quantile(seen, np.linspace(0.0, 1.0, max(2, min(len(seen), QUANTILES_MAX))))


def durations_of(seen: Sequence[Instant]) -> EmpiricalDuration:
    """Measured durations, in seconds; the fewer they are, the less certain is their scale."""
    durations = np.maximum(np.array(seen, np.float64) / SECOND, 0.0)
    logs = np.log(durations[durations > 0.0])
    deviation = float(logs.std()) if len(logs) >= GAPS_MIN else LOG_DEVIATION
    return EmpiricalDuration(quantile_table(durations), deviation / math.sqrt(len(durations)))


def share_not_shown(measured: MeasuredPast) -> float:
    """The share of no-shows among booked trucks, with the prior."""
    missing = measured.not_shown + NOT_SHOWN_BEFORE
    return missing / (measured.shown + SHOWN_BEFORE + missing)
