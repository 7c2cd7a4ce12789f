"""Distributions of random durations, in seconds.

Exponential and Erlang variates have the same digits on every machine.  Log-normal ones use `exp` of the
system's library, which may differ in the last digit.

>>> import numpy as np
>>> from kezek.planning.simulation.variate.chance import stream
>>> out = np.empty(3)
>>> generate(stream(7, 1, 0), erlang(60.0, phases=3).row, out)
>>> out.round(3).tolist()
[98.42, 71.372, 59.069]
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from kezek.planning.array import Floats
from kezek.planning.jit import kernel
from kezek.planning.simulation.variate.chance import Stream, exponentials, normals, uniform

# The kinds as numbers for kernels; only `checkpoint/duration.py` knows the last three.
DETERMINISTIC, EXPONENTIAL, ERLANG, LOGNORMAL, GAMMA, MEASURED, TRUNCATED = (
    0.0,
    1.0,
    2.0,
    3.0,
    4.0,
    5.0,
    6.0,
)


@dataclass(frozen=True, slots=True)
class Distribution:
    """The distribution of a random duration: kind, mean in seconds, and shape.

    The shape is the number of phases of an Erlang distribution, and the coefficient of variation of a
    log-normal one.  The four functions below make one.
    """

    kind: float
    mean_s: float
    shape: float = 0.0

    def __post_init__(self) -> None:
        if not (math.isfinite(self.mean_s) and self.mean_s >= 0):
            raise ValueError(f"a mean span is a number of seconds from 0, not {self.mean_s}")

    @property
    def row(self) -> Floats:
        """(kind, mean in seconds, shape) for kernels, float64[3]."""
        return np.array((self.kind, self.mean_s, self.shape))

    @property
    def variation(self) -> float:
        """Its coefficient of variation: standard deviation by mean."""
        if self.kind == ERLANG:
            return 1 / math.sqrt(self.shape)
        return self.shape if self.kind == LOGNORMAL else self.kind


def deterministic(mean_s: float) -> Distribution:
    """A constant duration."""
    return Distribution(DETERMINISTIC, mean_s)


def exponential(mean_s: float) -> Distribution:
    """The memoryless distribution."""
    return Distribution(EXPONENTIAL, mean_s)


def erlang(mean_s: float, *, phases: int) -> Distribution:
    """The sum of `phases` equal exponential durations; ValueError for fewer than one."""
    if phases < 1:
        raise ValueError(f"an Erlang law has at least one phase, not {phases}")
    return Distribution(ERLANG, mean_s, float(phases))


def lognormal(mean_s: float, *, variation: float) -> Distribution:
    """Mean and coefficient of variation are those of the duration, not of its logarithm."""
    if not (math.isfinite(variation) and variation >= 0):
        raise ValueError(f"a coefficient of variation is a number from 0, not {variation}")
    return Distribution(LOGNORMAL, mean_s, variation)


@kernel
def generate(state: Stream, distribution: Floats, out: Floats) -> None:
    """Fill `out` with variates, in seconds; `distribution` is a row, float64[3].

    An exponential variate uses one uniform u and rises with 1 - u; a log-normal one rises with u.  An
    Erlang variate uses one uniform for each phase, all first phases before all second ones.  A
    deterministic one uses none.
    """
    kind, mean_s, shape = distribution[0], distribution[1], distribution[2]
    if kind == DETERMINISTIC:
        out[:] = mean_s
    elif kind == EXPONENTIAL:
        exponentials(state, mean_s, out)
    elif kind == ERLANG:
        phases = int(shape)
        exponentials(state, mean_s / phases, out)
        more = np.empty(out.shape[0] if phases > 1 else 0)
        for _ in range(1, phases):
            exponentials(state, mean_s / phases, more)
            for i in range(out.shape[0]):
                out[i] += more[i]
    else:
        deviation = math.sqrt(math.log1p(shape * shape))
        normals(state, out)
        for i in range(out.shape[0]):
            out[i] = mean_s * math.exp(deviation * (out[i] - 0.5 * deviation))


@kernel
def interpolated(quantiles: Floats, first: int, count: int, u: float) -> float:
    """The quantile at `u`, interpolated linearly in `count` evenly spaced quantiles from `first` on."""
    place = u * (count - 1)
    left = min(int(place), count - 2)
    if count == 1:
        return float(quantiles[first])
    low, high = quantiles[first + left], quantiles[first + left + 1]
    return float(low + (high - low) * (place - left))


@kernel
def gamma(state: Stream, shape: float) -> float:
    """A gamma variate of scale 1 (Marsaglia and Tsang, 2000)."""
    boost = 1.0
    if shape < 1.0:
        boost = uniform(state) ** (1.0 / shape)
        shape += 1.0
    d = shape - 1.0 / 3.0
    c = 1.0 / math.sqrt(9.0 * d)
    z = np.empty(1)
    while True:
        normals(state, z)
        v = 1.0 + c * z[0]
        if v <= 0.0:
            continue
        v = v * v * v
        if math.log(uniform(state)) < 0.5 * z[0] * z[0] + d - d * v + d * math.log(v):
            return float(boost * d * v)
