"""G/G/1 with multiple vacations: the lane leaves whenever nobody waits.

A vacation begins at the end of a service after which nobody waits.  On its return the lane serves, or
takes another vacation at once if still nobody waits.

>>> from kezek.planning.simulation.variate.distribution import deterministic, exponential
>>> figures = run_vacation(
...     exponential(10.0), deterministic(5.0), deterministic(6.0), customers=200_000, seed=1,
...     replications=10,
... )
>>> abs(figures["wait_s"].mean - 5.5) < 4 * figures["wait_s"].error  # 2.5 without, 3 from vacations
True
"""

from __future__ import annotations

import numpy as np

from kezek.planning.array import Floats
from kezek.planning.jit import kernel
from kezek.planning.simulation.station.multi_server_queue import ARRIVALS, SERVICES
from kezek.planning.simulation.variate.chance import BLOCK, stream
from kezek.planning.simulation.variate.distribution import Distribution, generate
from kezek.planning.simulation.variate.replication import Figures, check, in_blocks, replicate

VACATIONS = 2


def run_vacation(
    arrivals: Distribution,
    service: Distribution,
    vacation: Distribution,
    *,
    customers: int,
    warm_up: int = 0,
    seed: int,
    replications: int = 1,
    threads: int = 1,
) -> Figures:
    """Simulate from empty and measure the customers after the first `warm_up`, in whole blocks of 1,024.

    Figure: `wait_s`, the mean wait until the start of service.  ValueError says what cannot be run.
    """
    check(lanes=1, customers=customers, warm_up=warm_up, seed=seed)
    if vacation.mean_s <= 0:
        raise ValueError("a vacation takes more than 0 seconds; for none use a plain queue")
    blocks, dropped = in_blocks(customers, warm_up=warm_up)
    distributions = np.array((arrivals.row, service.row, vacation.row))

    def run(replication: int) -> Floats:
        return _vacations(distributions, blocks, dropped, seed, replication)

    return replicate(run, ("wait_s",), replications=replications, threads=threads)


@kernel
def _vacations(
    distributions: Floats, blocks: int, dropped: int, seed: int, replication: int
) -> Floats:
    at_gate = stream(seed, ARRIVALS, replication)
    at_lane = stream(seed, SERVICES, replication)
    away = stream(seed, VACATIONS, replication)
    gaps, service_times, absent, taken = np.empty(BLOCK), np.empty(BLOCK), np.empty(BLOCK), BLOCK
    arrival, free, waits = 0.0, 0.0, 0.0
    for block in range(blocks):
        generate(at_gate, distributions[0], gaps)
        generate(at_lane, distributions[1], service_times)
        if block == dropped:
            waits = 0.0
        for i in range(BLOCK):
            arrival += gaps[i]
            while free < arrival:
                if taken == BLOCK:
                    generate(away, distributions[2], absent)
                    taken = 0
                free += absent[taken]
                taken += 1
            waits += free - arrival
            free += service_times[i]
    return np.array((waits / ((blocks - dropped) * BLOCK),))
