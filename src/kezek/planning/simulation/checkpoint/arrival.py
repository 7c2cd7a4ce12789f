"""Arrivals of walk-ins: a Poisson process, compiled."""

from __future__ import annotations

import math

import numpy as np

from kezek.planning.array import Floats
from kezek.planning.jit import kernel
from kezek.planning.simulation.checkpoint.lanes import after
from kezek.planning.simulation.variate.chance import Stream, uniform


@kernel
def poisson(state: Stream, at: Floats, per_hour: Floats, until: float) -> Floats:
    """Arrivals of a Poisson process from 0 to `until`, float64[n] seconds.

    `at` float64[s] are the seconds of the steps, `per_hour` float64[s] their rates in trucks an hour.
    """
    times, count, step, now = np.empty(64), 0, 0, 0.0
    while True:
        now = after(at, per_hour, step, now, -math.log(uniform(state)))
        if now >= until:
            return times[:count]
        while step + 1 < at.shape[0] and at[step + 1] <= now:
            step += 1
        if count == times.shape[0]:
            more = np.empty(2 * count)
            more[:count] = times
            times = more
        times[count] = now
        count += 1
