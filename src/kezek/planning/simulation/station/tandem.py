"""A tandem: stations in series with priority classes, of which the lower number goes first.

Priority is non-preemptive, and queues between stations are unlimited.  The recursion extends Kiefer
and Wolfowitz's to classes.  The next start at a station is the later of two instants: the earliest at
which a lane is free, and the earliest arrival of the customers that have not started.  The first class
among those that have arrived by then starts.  There is no event calendar and no branch in the loop.

A lane's last customer leaves when the lane becomes free, and lanes become free in order.  So the
instants at which lanes are taken again are the arrivals at the next station, already sorted.  Later
arrivals are not known yet, so each station is advanced to the instant until which the one before it is
known, a thousand customers at a time.

Durations and instants are seconds.

>>> from kezek.planning.simulation.variate.distribution import exponential
>>> figures = run_tandem(
...     (exponential(40.0), exponential(40.0 / 3)), (exponential(28.0), exponential(21.0)),
...     lanes=(4, 3), customers=200_000, seed=1, replications=20,
... )
>>> first, later = (figures[f"wait_s of class {k} at station 0"] for k in (0, 1))
>>> abs(first.mean - 3.637) < 4 * first.error, abs(later.mean - 12.12) < 4 * later.error  # Cobham
(True, True)
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from kezek.planning.array import Floats, Integers
from kezek.planning.jit import kernel, swift
from kezek.planning.simulation.variate.chance import BLOCK, Stream, stream
from kezek.planning.simulation.variate.distribution import Distribution, generate
from kezek.planning.simulation.variate.replication import Figures, check, replicate


def run_tandem(
    arrivals: Sequence[Distribution],
    services: Sequence[Distribution],
    *,
    lanes: Sequence[int],
    customers: int,
    warm_up: int = 0,
    seed: int,
    replications: int = 1,
    threads: int = 1,
) -> Figures:
    """Simulate from empty; at each station measure the starts from number `warm_up` to `customers`.

    `arrivals` has the distribution of interarrival times of each class, `services` and `lanes` have one
    entry for each station.  Figures: `wait_s of class K at station S`, the mean wait there, and
    `wait_s at station S`, that of all classes.  ValueError says what cannot be run.
    """
    if not (arrivals and services and len(services) == len(lanes)):
        raise ValueError(
            f"{len(arrivals)} classes, {len(services)} services and {len(lanes)} numbers of lanes: "
            "name at least one class, and for every station a service and its lanes"
        )
    if any(distribution.mean_s <= 0 for distribution in arrivals):
        raise ValueError("the mean span between two arrivals is more than 0 seconds")
    check(lanes=min(lanes), customers=customers, warm_up=warm_up, seed=seed)
    sources = np.array([distribution.row for distribution in arrivals])
    service_times = np.array([distribution.row for distribution in services])
    wide = np.array(lanes, np.int64)

    def run(replication: int) -> Floats:
        return _tandem(sources, service_times, wide, customers, warm_up, seed, replication)

    names = [
        f"wait_s of class {k} at station {s}"
        for s in range(len(services))
        for k in range(len(arrivals))
    ] + [f"wait_s at station {s}" for s in range(len(services))]
    return replicate(run, tuple(names), replications=replications, threads=threads)


@swift
def _tandem(
    arrivals: Floats,
    services: Floats,
    lanes: Integers,
    customers: int,
    warm_up: int,
    seed: int,
    replication: int,
) -> Floats:
    classes, stations, wide = arrivals.shape[0], services.shape[0], lanes.max()
    sources = np.empty((classes, 4), np.uint64)
    for k in range(classes):
        sources[k] = stream(seed, k, replication)
    chances = np.empty((stations, 4), np.uint64)
    for s in range(stations):
        chances[s] = stream(seed, classes + s, replication)
    # Arrivals of waiting customers, by station and class, from `head` to `tail`.  The additional station
    # takes customers who have left, the additional class takes lanes without a customer.
    waiting = np.empty((stations + 1, classes + 1, 4 * BLOCK))
    head = np.zeros((stations + 1, classes + 1), np.int64)
    tail = np.zeros((stations + 1, classes + 1), np.int64)
    free, holds = np.zeros((stations, wide)), np.full((stations, wide), classes)
    service_times, drawn = np.empty((stations, BLOCK)), np.full(stations, BLOCK)
    waits, starts = np.zeros((stations, classes)), np.zeros((stations, classes), np.int64)
    started, last, known = np.zeros(stations, np.int64), np.zeros(classes), 0.0
    while started[stations - 1] < customers:
        waiting = _with_room(waiting, head, tail, classes * BLOCK + lanes.sum() + 1)
        for k in range(classes):
            if last[k] <= known:
                last[k] = _arrive(
                    sources[k], arrivals[k], last[k], waiting[0, k], tail[0, k : k + 1]
                )
        known = last.min()
        for s in range(stations):
            for k in range(classes):
                waiting[s, k, tail[s, k]] = np.inf
            started[s] = _sweep(
                known,
                (waiting[s], head[s]),
                (free[s, : lanes[s]], holds[s]),
                (chances[s], services[s], service_times[s], drawn[s : s + 1]),
                (waiting[s + 1], tail[s + 1]),
                (waits[s], starts[s]),
                (started[s], warm_up, customers),
            )
    return _figures(waits, starts)


@swift
def _with_room(waiting: Floats, head: Integers, tail: Integers, more: int) -> Floats:
    """Move waiting customers to the front of their rows, into a wider array if needed.

    All waiting customers, and `more`, may come to one station in the next sweeps.
    """
    stations, classes = head.shape[0] - 1, head.shape[1] - 1
    tail[stations], tail[:, classes] = 0, 0
    needed, moved = (tail - head).sum() + more, waiting
    if needed > waiting.shape[2]:
        moved = np.empty((stations + 1, classes + 1, 2 * needed))
    for s in range(stations):
        for k in range(classes):
            tail[s, k] -= head[s, k]
            for i in range(tail[s, k]):
                moved[s, k, i] = waiting[s, k, head[s, k] + i]
            head[s, k] = 0
    return moved


@swift
def _arrive(
    source: Stream, distribution: Floats, last: float, queue: Floats, tail: Integers
) -> float:
    """Append a block of arrivals of one class; returns the instant of the last."""
    block = queue[tail[0] : tail[0] + BLOCK]
    generate(source, distribution, block)
    for i in range(BLOCK):
        last += block[i]
        block[i] = last
    tail[0] += BLOCK
    return last


@swift
def _sweep(
    known: float,
    line: tuple[Floats, Integers],
    lane_state: tuple[Floats, Integers],
    chance: tuple[Stream, Floats, Floats, Integers],
    after: tuple[Floats, Integers],
    tally: tuple[Floats, Integers],
    measured: tuple[int, int, int],
) -> int:
    """Advance one station to the instant `known`; returns how many have started there by then."""
    queue, head = line
    free, holds = lane_state
    state, distribution, service_times, drawn = chance
    out, passed = after
    waits, starts = tally
    started, warm_up, customers = measured
    classes, lanes, next_span = waits.shape[0], free.shape[0], drawn[0]
    nobody = classes
    while True:
        earliest = queue[0, head[0]]
        for k in range(1, classes):
            earliest = min(earliest, queue[k, head[k]])
        start = max(earliest, free[0])
        if start > known:
            break
        chosen = classes - 1
        for k in range(classes - 2, -1, -1):
            chosen = k if queue[k, head[k]] <= start else chosen
        if warm_up <= started < customers:
            waits[chosen] += start - queue[chosen, head[chosen]]
            starts[chosen] += 1
        started += 1
        head[chosen] += 1
        if next_span == BLOCK:
            generate(state, distribution, service_times)
            next_span = 0
        left = holds[0]
        out[left, passed[left]] = free[0]
        passed[left] += 1
        until, holder = start + service_times[next_span], chosen
        next_span += 1
        for lane in range(1, lanes):
            other, held = free[lane], holds[lane]
            sooner = until < other
            free[lane - 1], holds[lane - 1] = min(until, other), holder if sooner else held
            until, holder = max(until, other), held if sooner else holder
        free[lanes - 1], holds[lanes - 1] = until, holder
    for lane in range(lanes):
        if free[lane] <= known:
            left = holds[lane]
            out[left, passed[left]] = free[lane]
            passed[left] += 1
            holds[lane] = nobody
    drawn[0] = next_span
    return started


@kernel
def _figures(waits: Floats, starts: Integers) -> Floats:
    """Means by station and class, then by station."""
    stations, classes = waits.shape
    figures = np.empty(stations * classes + stations)
    for s in range(stations):
        for k in range(classes):
            figures[s * classes + k] = waits[s, k] / starts[s, k]
        figures[stations * classes + s] = waits[s].sum() / starts[s].sum()
    return figures


@kernel
def tandem_starts(
    arrivals_s: Floats, classes: Integers, services_s: Floats, lanes: Integers
) -> Floats:
    """The starts at each station, float64[customers, stations], for given service times.

    `arrivals_s` are instants in order, float64[customers]; `classes` int64[customers] from 0;
    `services_s` float64[customers, stations]; `lanes` int64[stations].

    >>> tandem_starts(
    ...     np.array((0.0, 1.0, 2.0)), np.array((0, 1, 0)), np.full((3, 1), 5.0), np.array((1,))
    ... )[:, 0].tolist()
    [0.0, 10.0, 5.0]
    """
    many, stations, kinds = arrivals_s.shape[0], lanes.shape[0], classes.max() + 1
    starts = np.empty((many, stations))
    comes, who = arrivals_s.copy(), np.arange(many)
    for s in range(stations):
        queue, tail = np.empty((kinds, many), np.int64), np.zeros(kinds, np.int64)
        at = np.empty(many)
        for i in range(many):
            k = classes[who[i]]
            queue[k, tail[k]], at[who[i]] = who[i], comes[i]
            tail[k] += 1
        comes, who = _one_station(queue, tail, at, services_s[:, s], lanes[s], starts[:, s])
    return starts


@kernel
def _one_station(
    queue: Integers, tail: Integers, at: Floats, services: Floats, lanes: int, starts: Floats
) -> tuple[Floats, Integers]:
    """Fill in the starts at one station; returns the instants of leaving, and the customers."""
    many, head = at.shape[0], np.zeros(queue.shape[0], np.int64)
    free, holds = np.full(lanes, -np.inf), np.full(lanes, -1)
    leaves, who, gone = np.empty(many), np.empty(many, np.int64), 0
    for turn in range(many + lanes):
        if holds[0] >= 0:
            leaves[gone], who[gone] = free[0], holds[0]
            gone += 1
        until, holder = np.inf, -1
        if turn < many:
            start = np.inf
            for k in range(queue.shape[0]):
                if head[k] < tail[k]:
                    start = min(start, at[queue[k, head[k]]])
            start, chosen = max(start, free[0]), 0
            while head[chosen] == tail[chosen] or at[queue[chosen, head[chosen]]] > start:
                chosen += 1
            holder = queue[chosen, head[chosen]]
            head[chosen] += 1
            starts[holder], until = start, start + services[holder]
        place = 1
        while place < lanes and free[place] < until:
            free[place - 1], holds[place - 1] = free[place], holds[place]
            place += 1
        free[place - 1], holds[place - 1] = until, holder
    return leaves, who
