"""G/G/c: one line, several equal lanes, first come, first served.

The recursion is Kiefer and Wolfowitz's (1955).  The state is the sorted instants at which the lanes are
free next.  The next customer starts at the first of them or on arrival, whichever is later, and the lane
is sorted in again.  With one lane this is Lindley's recursion.

Durations and instants are seconds.

>>> from kezek.planning.simulation.variate.distribution import exponential
>>> figures = run_queue(
...     exponential(10.0), exponential(28.0), lanes=4, customers=200_000, seed=1, replications=20
... )
>>> wait = figures["wait_s"]  # Erlang's formula says 10.0018
>>> abs(wait.mean - 10.0018) < 4 * wait.error < 0.5
True
"""

from __future__ import annotations

import numpy as np

from kezek.planning.array import Floats
from kezek.planning.jit import kernel, swift
from kezek.planning.simulation.variate.chance import BLOCK, stream
from kezek.planning.simulation.variate.distribution import Distribution, generate
from kezek.planning.simulation.variate.replication import Figures, check, in_blocks, replicate

ARRIVALS, SERVICES = 0, 1


def run_queue(
    arrivals: Distribution,
    service: Distribution,
    *,
    lanes: int,
    customers: int,
    warm_up: int = 0,
    seed: int,
    replications: int = 1,
    threads: int = 1,
) -> Figures:
    """Simulate from empty and measure the customers after the first `warm_up`.

    `arrivals` is the distribution of interarrival times.  Both numbers of customers are rounded up to
    whole blocks of 1,024.  Figures: `wait_s`, mean wait until the start of service; `waited`, the
    share that waited at all.  ValueError says what cannot be run.
    """
    check(lanes=lanes, customers=customers, warm_up=warm_up, seed=seed)
    blocks, dropped = in_blocks(customers, warm_up=warm_up)

    def run(replication: int) -> Floats:
        return _waits(arrivals.row, service.row, lanes, blocks, dropped, seed, replication)

    return replicate(run, ("wait_s", "waited"), replications=replications, threads=threads)


@swift
def _waits(
    arrivals: Floats,
    service: Floats,
    lanes: int,
    blocks: int,
    dropped: int,
    seed: int,
    replication: int,
) -> Floats:
    at_gate = stream(seed, ARRIVALS, replication)
    at_lanes = stream(seed, SERVICES, replication)
    gaps, service_times, free = np.empty(BLOCK), np.empty(BLOCK), np.zeros(lanes)
    arrival, waits, waited = 0.0, 0.0, 0
    for block in range(blocks):
        generate(at_gate, arrivals, gaps)
        generate(at_lanes, service, service_times)
        if block == dropped:
            waits, waited = 0.0, 0
        for i in range(BLOCK):
            arrival += gaps[i]
            start = max(arrival, free[0])
            waits += start - arrival
            waited += start > arrival
            occupy(free, start + service_times[i])
    measured = (blocks - dropped) * BLOCK
    return np.array((waits / measured, waited / measured))


@kernel
def queue_starts(arrivals_s: Floats, services_s: Floats, lanes: int) -> Floats:
    """The starts of service, float64[customers], for given arrivals, in order, and service times.

    >>> queue_starts(np.array((0.0, 1.0, 2.0)), np.array((5.0, 5.0, 1.0)), 2).tolist()
    [0.0, 1.0, 5.0]
    """
    starts, free = np.empty(arrivals_s.shape[0]), np.zeros(lanes)
    for i in range(arrivals_s.shape[0]):
        starts[i] = max(arrivals_s[i], free[0])
        occupy(free, starts[i] + services_s[i])
    return starts


@swift
def occupy(free: Floats, until: float) -> None:
    """Take the lane that is free first, until `until`; `free` stays in order.

    The loop runs over all lanes, though the place may be found early: without a branch it is faster.
    """
    last = free.shape[0] - 1
    for lane in range(last):
        later = free[lane + 1]
        free[lane] = min(until, later)
        until = max(until, later)
    free[last] = until
