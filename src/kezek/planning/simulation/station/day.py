"""M(t)/G/c: a day that begins empty, with an arrival rate for each of its intervals.

A replication is many independent days, each from empty.  Nothing after the end of a day is measured.

>>> import numpy as np
>>> from kezek.planning.simulation.variate.distribution import exponential
>>> figures = run_day(
...     np.array((0.5, 0.1)), 100.0, exponential(4.0), lanes=2, instants_s=np.array((100.0, 200.0)),
...     days=1_000, seed=1,
... )
>>> figures.names
('present at 100 s', 'present at 200 s', 'presence_s')
"""

from __future__ import annotations

import math

import numpy as np

from kezek.planning.array import Floats
from kezek.planning.jit import kernel
from kezek.planning.simulation.station.multi_server_queue import ARRIVALS, SERVICES, occupy
from kezek.planning.simulation.variate.chance import BLOCK, exponentials, stream
from kezek.planning.simulation.variate.distribution import Distribution, generate
from kezek.planning.simulation.variate.replication import Figures, check, replicate

# Arrivals a second in each interval, and the seconds of one.
Rates = tuple[Floats, float]


def run_day(
    rates_per_s: Floats,
    interval_s: float,
    service: Distribution,
    *,
    lanes: int,
    instants_s: Floats,
    days: int,
    seed: int,
    replications: int = 1,
    threads: int = 1,
) -> Figures:
    """Simulate days of `len(rates_per_s)` intervals of `interval_s` seconds.

    Arrivals are a Poisson process with the rate of its interval.  Figures: `present at T s`, mean
    number of customers that wait or are served at each of `instants_s` (within the day); `presence_s`,
    the integral of that number over the day, in customer-seconds.  ValueError says what cannot be run.
    """
    check(lanes=lanes, customers=days, warm_up=0, seed=seed)
    if not (interval_s > 0 and len(rates_per_s) and (rates_per_s >= 0).all()):
        raise ValueError("a day has intervals of more than 0 seconds, with rates from 0")

    rates = (rates_per_s, interval_s)

    def run(replication: int) -> Floats:
        return _days(rates, service.row, lanes, instants_s, days, seed, replication)

    names = (*(f"present at {instant:g} s" for instant in instants_s), "presence_s")
    return replicate(run, names, replications=replications, threads=threads)


@kernel
def _days(
    rates: Rates,
    service: Floats,
    lanes: int,
    instants_s: Floats,
    days: int,
    seed: int,
    replication: int,
) -> Floats:
    at_gate = stream(seed, ARRIVALS, replication)
    at_lanes = stream(seed, SERVICES, replication)
    gaps, service_times, drawn = np.empty(BLOCK), np.empty(BLOCK), BLOCK
    end, many = rates[0].shape[0] * rates[1], instants_s.shape[0]
    seen, free = np.zeros(many + 1), np.empty(lanes)
    for _ in range(days):
        free[:] = 0.0
        arrival = 0.0
        while True:
            if drawn == BLOCK:
                exponentials(at_gate, 1.0, gaps)
                generate(at_lanes, service, service_times)
                drawn = 0
            arrival = _later(arrival, gaps[drawn], rates)
            if arrival >= end:
                drawn += 1
                break
            until = max(arrival, free[0]) + service_times[drawn]
            drawn += 1
            for k in range(many):
                seen[k] += arrival <= instants_s[k] < until
            seen[many] += min(until, end) - arrival
            occupy(free, until)
    return seen / days


@kernel
def _later(instant: float, expected: float, rates: Rates) -> float:
    """The instant until which `expected` more arrivals are expected; inf for after the day."""
    rates_per_s, interval_s = rates
    place = int(instant / interval_s)
    while place < rates_per_s.shape[0]:
        left = (place + 1) * interval_s - instant
        if expected < left * rates_per_s[place]:
            return instant + expected / float(rates_per_s[place])
        expected -= left * rates_per_s[place]
        place += 1
        instant = place * interval_s
    return math.inf
