"""Calibration by adaptive conformal prediction: the width of intervals follows their recent coverage.

The distance of an interval from the median is multiplied by the factor under which it would have covered
its share of the recent truths.  Horizons share a factor while they have few truths.  Stretching around
the median keeps the centre; shifting each quantile by itself costs more than it brings.  Values that
come in whole steps, such as full hours, are forecast in those steps.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kezek.planning.history.pairs import Pairs
from kezek.planning.history.series import DAY, Floats, Ints, WaitHistory

# Indices of the quantiles that bound an interval, and its share.
_INTERVALS = ((0, 6, 0.9), (1, 5, 0.8), (2, 4, 0.5))
_MEDIAN = 3
# The bounds of the 80 and 90 % intervals are not rounded to steps: a bound on a step would include all
# values of that step, and the interval would cover more than its share.
_IN_STEPS = slice(2, 5)
_WINDOW = 10 * DAY
_TRUTHS_MAX = 6000
_TRUTHS_MIN = 20
# The weight of the model's own width, and of the shared factor, in truths.
_UNCHANGED = 1000.0
_SHARED = 1000.0
# The width that an interval without one is given before it is stretched, in usual changes of a day.
_FLOOR = 0.02
_FACTORS = np.exp(np.linspace(np.log(0.5), np.log(3.0), 25))
_MICRO = 1_000_000
# A value farther than this from a whole number of millionths has no step.
_BROKEN = 0.1


def grains(history: WaitHistory, series: Ints, origin: Ints) -> Floats:
    """The step of which all values of a series so far are multiples, at each origin [n]; 0 for none."""
    answer = np.zeros(len(origin))
    for s, one in enumerate(history.series):
        rows = np.flatnonzero(series == s)
        index = np.maximum(np.searchsorted(one.at, origin[rows], side="right") - 1, 0)
        answer[rows] = _steps(one.value)[index]
    return answer


def _steps(value: Floats) -> Floats:
    """The step of the values up to each [n]."""
    whole = np.round(value * _MICRO)
    broken = np.logical_or.accumulate(np.abs(whole - value * _MICRO) > _BROKEN)
    step = np.gcd.accumulate(whole.astype(np.int64)) / _MICRO
    return np.asarray(np.where(broken, 0.0, step))


def calibrated(
    pairs: Pairs, forecast: Floats, scale: Floats, grain: Floats, horizons: int
) -> tuple[Floats, Floats]:
    """The calibrated quantiles [n, 7], and the factors after the last truth [horizons, 3].

    `scale` [n] is the usual change of a day, `grain` [n] the step of the values.  At an origin only
    truths from before the beginning of its day, UTC, count.
    """
    inside = _inside(pairs.truth, forecast, scale)
    order = np.argsort(pairs.target, kind="stable")
    target, inside, horizon = pairs.target[order], inside[order], pairs.horizon[order]
    answer = np.empty_like(forecast)
    day = pairs.origin // DAY
    by_day = np.argsort(day, kind="stable")
    days, first = np.unique(day[by_day], return_index=True)

    def factors(now: int) -> Floats:
        end = int(np.searchsorted(target, now, side="right"))
        begin = max(int(np.searchsorted(target, now - _WINDOW)), end - _TRUTHS_MAX)
        recent, of = inside[begin:end], horizon[begin:end]
        return _factors([recent[of == h] for h in range(horizons)])

    for one, rows in zip(days, np.split(by_day, first[1:]), strict=True):
        found = factors(int(one) * DAY)[pairs.horizon[rows]]
        answer[rows] = stretched(forecast[rows], found, scale[rows], grain[rows])
    return answer, factors(int(target[-1]) if len(target) else 0)


def stretched(forecast: Floats, factors: Floats, scale: Floats, grain: Floats) -> Floats:
    """Quantiles [n, 7] with their distances from the median multiplied by `factors` [n, 3]."""
    answer = forecast.copy()
    for k, (low, high, _) in enumerate(_INTERVALS):
        answer[:, low], answer[:, high] = _bounds(forecast, scale, low, high, factors[:, k])
    answer = np.maximum(answer, 0.0)
    answer[:, _IN_STEPS] = in_steps(answer[:, _IN_STEPS], grain[:, None])
    return np.sort(answer, axis=1)


def in_steps(value: Floats, grain: Floats) -> Floats:
    """Values rounded to whole steps; unchanged where the step is 0."""
    step = np.where(grain > 0, grain, 1.0)
    return np.where(grain > 0, np.round(value / step) * step, value)


def _bounds(
    forecast: Floats, scale: Floats, low: int, high: int, factor: Floats | float
) -> tuple[Floats, Floats]:
    median = forecast[:, _MEDIAN]
    floor = np.where(np.asarray(factor) > 1, _FLOOR * scale, 0.0)
    below = np.maximum(median - forecast[:, low], floor)
    above = np.maximum(forecast[:, high] - median, floor)
    stretch = np.asarray(factor) - 1
    return forecast[:, low] - stretch * below, forecast[:, high] + stretch * above


def _inside(truth: Floats, forecast: Floats, scale: Floats) -> NDArray[np.bool_]:
    """Whether each interval would have covered the truth under each factor, bool[n, 3, factors]."""
    answer = np.zeros((len(truth), len(_INTERVALS), len(_FACTORS)), np.bool_)
    for k, (low, high, _) in enumerate(_INTERVALS):
        for f, factor in enumerate(_FACTORS):
            lower, upper = _bounds(forecast, scale, low, high, factor)
            answer[:, k, f] = (truth >= np.maximum(lower, 0.0)) & (truth <= upper)
    return answer


def _factors(inside: list[NDArray[np.bool_]]) -> Floats:
    """The factors of each horizon's intervals [horizons, 3], from the coverage of its truths."""
    counts = np.array([len(one) for one in inside], float)
    total = counts.sum()
    if total < _TRUTHS_MIN:
        return np.ones((len(inside), len(_INTERVALS)))
    sums = np.stack([one.sum(axis=0, dtype=float) for one in inside])
    shared = _needed(sums.sum(axis=0) / total) * total / (total + _UNCHANGED)
    answer = np.tile(shared, (len(inside), 1))
    for h, count in enumerate(counts):
        if count >= _TRUTHS_MIN:
            weight = count / (count + _SHARED)
            answer[h] = weight * _needed(sums[h] / count) + (1 - weight) * shared
    return np.asarray(np.exp(answer))


def _needed(covered: Floats) -> Floats:
    """The log of the factor under which each interval covers its share [3]; `covered` [3, factors]."""
    return np.array(
        [
            np.interp(share, np.maximum.accumulate(one), np.log(_FACTORS))
            for one, (_, _, share) in zip(covered, _INTERVALS, strict=True)
        ]
    )
