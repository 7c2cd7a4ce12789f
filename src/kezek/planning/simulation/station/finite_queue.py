"""G/G/c/K: a station that holds at most K customers; a customer who finds it full is lost.

Starts are in order, so the station is full exactly if the oldest of the last K - c starts is in the
future: then K - c customers wait, and every lane is busy.  For K = c it is full if no lane is free.

>>> from kezek.planning.simulation.variate.distribution import exponential
>>> figures = run_finite_queue(
...     exponential(10.0), exponential(28.0), lanes=4, capacity=4, customers=200_000, seed=1,
...     replications=10,
... )
>>> abs(figures["lost"].mean - 0.18372) < 4 * figures["lost"].error  # Erlang's loss formula
True
"""

from __future__ import annotations

import numpy as np

from kezek.planning.array import Floats
from kezek.planning.jit import kernel
from kezek.planning.simulation.station.multi_server_queue import ARRIVALS, SERVICES, occupy
from kezek.planning.simulation.variate.chance import BLOCK, stream
from kezek.planning.simulation.variate.distribution import Distribution, generate
from kezek.planning.simulation.variate.replication import Figures, check, in_blocks, replicate


def run_finite_queue(
    arrivals: Distribution,
    service: Distribution,
    *,
    lanes: int,
    capacity: int,
    customers: int,
    warm_up: int = 0,
    seed: int,
    replications: int = 1,
    threads: int = 1,
) -> Figures:
    """Simulate from empty and measure the arrivals after the first `warm_up`, in whole blocks of 1,024.

    `capacity` includes customers in service.  Figures: `lost`, the share of lost customers; `wait_s`,
    the mean wait of the others until the start of service.  ValueError says what cannot be run.
    """
    check(lanes=lanes, customers=customers, warm_up=warm_up, seed=seed)
    if capacity < lanes:
        raise ValueError(
            f"the capacity includes customers in service: at least {lanes}, not {capacity}"
        )
    blocks, dropped = in_blocks(customers, warm_up=warm_up)
    distributions = np.array((arrivals.row, service.row))

    def run(replication: int) -> Floats:
        return _loss(distributions, lanes, capacity, blocks, dropped, seed, replication)

    return replicate(run, ("lost", "wait_s"), replications=replications, threads=threads)


@kernel
def _loss(
    distributions: Floats,
    lanes: int,
    capacity: int,
    blocks: int,
    dropped: int,
    seed: int,
    replication: int,
) -> Floats:
    at_gate = stream(seed, ARRIVALS, replication)
    at_lanes = stream(seed, SERVICES, replication)
    gaps, service_times, free = np.empty(BLOCK), np.empty(BLOCK), np.zeros(lanes)
    places = capacity - lanes
    # The last K - c starts, the oldest at `oldest`; one unused entry where K = c.
    starts, oldest = np.zeros(max(places, 1)), 0
    arrival, waits, lost = 0.0, 0.0, 0
    for block in range(blocks):
        generate(at_gate, distributions[0], gaps)
        generate(at_lanes, distributions[1], service_times)
        if block == dropped:
            waits, lost = 0.0, 0
        for i in range(BLOCK):
            arrival += gaps[i]
            if (starts[oldest] if places else free[0]) > arrival:
                lost += 1
                continue
            start = max(arrival, free[0])
            waits += start - arrival
            starts[oldest] = start
            oldest = oldest + 1 if oldest + 1 < places else 0
            occupy(free, start + service_times[i])
    measured = (blocks - dropped) * BLOCK
    return np.array((lost / measured, waits / (measured - lost)))


@kernel
def finite_queue_starts(
    arrivals_s: Floats, services_s: Floats, lanes: int, capacity: int
) -> Floats:
    """The starts of service, float64[customers], nan for a lost customer; arrivals are in order.

    >>> finite_queue_starts(np.array((0.0, 1.0, 2.0)), np.full(3, 5.0), 1, 2).tolist()
    [0.0, 5.0, nan]
    """
    free, places = np.zeros(lanes), capacity - lanes
    starts, recent, oldest = np.empty(arrivals_s.shape[0]), np.zeros(max(places, 1)), 0
    for i in range(arrivals_s.shape[0]):
        if (recent[oldest] if places else free[0]) > arrivals_s[i]:
            starts[i] = np.nan
            continue
        starts[i] = recent[oldest] = max(arrivals_s[i], free[0])
        oldest = oldest + 1 if oldest + 1 < places else 0
        occupy(free, starts[i] + services_s[i])
    return starts
