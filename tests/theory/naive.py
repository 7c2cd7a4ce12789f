"""The same models told plainly, event by event, to be held against the kernels on the same numbers."""

from __future__ import annotations

import heapq
import itertools
from collections import deque
from collections.abc import Iterator, Sequence

import numpy as np
import simpy


def lindley(gaps: Sequence[float], services: Sequence[float]) -> list[float]:
    """Waits in one line before one lane; `gaps[i]` lies between customers i - 1 and i."""
    waits = [0.0]
    for gap, service in zip(gaps[1:], services, strict=False):
        waits.append(max(0.0, waits[-1] + service - gap))
    return waits


def queue(
    arrivals: Sequence[float], services: Sequence[float], lanes: int, capacity: float = float("inf")
) -> list[float]:
    """Starts, in order of arrival; nan for a customer who found `capacity` customers present."""
    starts, leaving, free = [], [], [0.0] * lanes
    for arrival, service in zip(arrivals, services, strict=True):
        while leaving and leaving[0] <= arrival:
            heapq.heappop(leaving)
        if len(leaving) >= capacity:
            starts.append(float("nan"))
            continue
        start = max(arrival, heapq.heappop(free))
        heapq.heappush(free, start + service)
        heapq.heappush(leaving, start + service)
        starts.append(start)
    return starts


def tandem(
    arrivals: Sequence[tuple[float, int]], services: Sequence[Iterator[float]], lanes: Sequence[int]
) -> list[list[tuple[float, int]]]:
    """Waits and classes in order of start at each station; a start takes the station's next service."""
    starts: list[list[tuple[float, int]]] = [[] for _ in lanes]
    queues = [[deque() for _ in range(1 + max(k for _, k in arrivals))] for _ in lanes]
    busy, count = [0] * len(lanes), itertools.count()
    events = [(at, next(count), 0, k, False) for at, k in arrivals]
    heapq.heapify(events)
    while events:
        now, _, station, k, ends = heapq.heappop(events)
        if ends:
            busy[station] -= 1
            if station + 1 < len(lanes):
                heapq.heappush(events, (now, next(count), station + 1, k, False))
        else:
            queues[station][k].append(now)
        if busy[station] < lanes[station]:
            for kind, waiting in enumerate(queues[station]):
                if waiting:
                    busy[station] += 1
                    starts[station].append((now - waiting.popleft(), kind))
                    until = now + next(services[station])
                    heapq.heappush(events, (until, next(count), station, kind, True))
                    break
    return starts


def tandem_by_simpy(
    arrivals: np.ndarray, classes: np.ndarray, services: np.ndarray, lanes: Sequence[int]
) -> np.ndarray:
    """Starts by customer and station, as SimPy's priority resources give them."""
    starts = np.full(services.shape, np.nan)
    world = simpy.Environment()
    stations = [simpy.PriorityResource(world, lane) for lane in lanes]

    def customer(number: int):
        yield world.timeout(arrivals[number])
        for place, station in enumerate(stations):
            with station.request(priority=int(classes[number])) as turn:
                yield turn
                starts[number, place] = world.now
                yield world.timeout(services[number, place])

    for number in range(len(arrivals)):
        world.process(customer(number))
    world.run()
    return starts
