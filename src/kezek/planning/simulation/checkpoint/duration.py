"""Durations and chances by class of truck, compiled: one number a truck, a block of trucks at a time."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import NormalDist
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kezek.planning.array import Floats
from kezek.planning.jit import kernel
from kezek.planning.simulation.checkpoint.checkpoint_input import Duration
from kezek.planning.simulation.variate.chance import (
    BLOCK,
    Stream,
    normal_quantile,
    normals,
    uniform,
    uniforms,
)
from kezek.planning.simulation.variate.distribution import (
    DETERMINISTIC,
    EXPONENTIAL,
    GAMMA,
    LOGNORMAL,
    MEASURED,
    TRUNCATED,
    gamma,
    interpolated,
)

KINDS = {
    "deterministic": DETERMINISTIC,
    "exponential": EXPONENTIAL,
    "lognormal": LOGNORMAL,
    "gamma": GAMMA,
    "measured": MEASURED,
    "truncated_normal": TRUNCATED,
}


class DistributionTable(NamedTuple):
    """Distributions by class: rows (kind, a, b) in `row` float64[c, 3].

    a and b are, by kind: deterministic and exponential, the mean; log-normal, location and deviation of
    the logarithm; gamma, shape and scale; measured, first index into `quantiles` and their number;
    truncated normal, mean and deviation.  `quantiles` float64[q] are those of all classes.  `cut`
    float64[c, 2] is the probability below each bound of a truncated normal, (0, 1) for other kinds.
    """

    row: Floats
    quantiles: Floats
    cut: Floats


def distribution_table(durations: Sequence[Duration]) -> DistributionTable:
    """The table with one row for each duration."""
    rows, quantiles, cuts = [], [0.0], []
    for duration in durations:
        kind = KINDS[duration.distribution]
        if duration.cv == 0.0 and kind in {LOGNORMAL, GAMMA}:
            kind = DETERMINISTIC
        a, b = duration.mean, 0.0
        if kind == LOGNORMAL:
            b = math.sqrt(math.log1p(duration.cv**2))
            a = math.log(duration.mean) - 0.5 * b * b
        elif kind == GAMMA:
            a, b = duration.cv**-2, duration.mean * duration.cv**2
        elif kind == MEASURED:
            a, b = float(len(quantiles)), float(len(duration.quantiles))
            quantiles += duration.quantiles
        elif kind == TRUNCATED:
            b = duration.deviation
        rows.append((kind, a, b))
        cuts.append(_cut(duration) if kind == TRUNCATED else (0.0, 1.0))
    return DistributionTable(np.array(rows), np.array(quantiles), np.array(cuts))


def _cut(duration: Duration) -> tuple[float, float]:
    distribution = NormalDist(duration.mean, duration.deviation)
    return distribution.cdf(duration.least), distribution.cdf(duration.most)


@kernel
def add_durations(
    state: Stream, of: NDArray[np.int16], distributions: DistributionTable, out: Floats
) -> None:
    """Add a duration to every number of `out` that is not negative, from the truck's class `of`."""
    row, cut = distributions.row, distributions.cut
    who, u, z = np.empty(BLOCK, np.int64), np.empty(BLOCK), np.empty(BLOCK)
    normal = (row[:, 0] == LOGNORMAL).any()
    others = (row[:, 0] != LOGNORMAL).any()
    for begin in range(0, out.shape[0], BLOCK):
        count = 0
        for truck in range(begin, min(begin + BLOCK, out.shape[0])):
            if out[truck] >= 0.0:
                who[count] = truck
                count += 1
        # Both take the same numbers of the stream, so other classes do not change a truck's duration.
        before = state.copy()
        if others:
            uniforms(state, u[:count])
        if normal:
            normals(before if others else state, z[:count])
        for place in range(count):
            truck = who[place]
            kind, a, b = row[of[truck], 0], row[of[truck], 1], row[of[truck], 2]
            if kind == LOGNORMAL:
                out[truck] += math.exp(a + b * z[place])
            elif kind == DETERMINISTIC:
                out[truck] += a
            elif kind == EXPONENTIAL:
                out[truck] -= a * math.log(u[place])
            elif kind == MEASURED:
                out[truck] += interpolated(distributions.quantiles, int(a), int(b), u[place])
            elif kind == TRUNCATED:
                low, high = cut[of[truck], 0], cut[of[truck], 1]
                out[truck] += a + b * normal_quantile(low + (high - low) * u[place])
            else:
                out[truck] += b * gamma(state, a)


@kernel
def happens(state: Stream, of: NDArray[np.int16], share: Floats, out: NDArray[np.bool_]) -> None:
    """Fill `out` with True with the probability `share` of the truck's class."""
    u = np.empty(BLOCK)
    for begin in range(0, out.shape[0], BLOCK):
        count = min(BLOCK, out.shape[0] - begin)
        uniforms(state, u[:count])
        for place in range(count):
            out[begin + place] = u[place] < share[of[begin + place]]


@kernel
def geometric(state: Stream, chance: float, most: int, out: NDArray[np.int8]) -> None:
    """Fill `out` with geometric counts: successes of probability `chance` in a row, at most `most`."""
    for truck in range(out.shape[0]):
        u, below, count = uniform(state), chance, 0
        while count < most and u < below:
            count += 1
            below *= chance
        out[truck] = count
