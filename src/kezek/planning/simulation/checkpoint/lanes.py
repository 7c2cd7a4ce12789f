"""Lanes of a stage, compiled: one queue, and lanes that open and close.

A closing lane finishes the truck that is in it.

Trucks are served in the order in which they queued, ties by number.  At one instant lanes open and
close first, then trucks leave, then others drive in.  Nobody overtakes in the queue, so a stage needs
no event calendar: each truck starts at the first instant, from the start of the one before, at which
fewer trucks are inside than lanes are open.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from kezek.planning.array import Floats, Integers, Numbers
from kezek.planning.jit import borrower, inlined, kernel
from kezek.planning.simulation.variate.steps import Steps

HOUR = 3600.0
STEP, BUSY, FRONT, GONE = 0, 1, 2, 3


class Lanes(NamedTuple):
    """The state of a stage's lanes: `level[i]` lanes are open from second `at[i]`.

    `ends` and `inside` are a ring buffer of the trucks in lanes, sorted by end, then number; its size is
    a power of two.  `gone` collects trucks in the order in which they leave.  `tally` holds the current
    step, the number of trucks inside, the ring's front and the number that have left.
    """

    at: Floats
    level: Floats
    ends: Floats
    inside: Numbers
    gone: Numbers
    tally: Integers


def lanes_of(steps: Steps, *, trucks: int) -> Lanes:
    """Empty lanes, for at most so many trucks."""
    most = max(1, min(trucks, math.ceil(max(steps.level))))
    ring = 1 << (most - 1).bit_length()
    return Lanes(
        np.array(steps.at),
        np.array(steps.level),
        np.empty(ring),
        np.empty(ring, np.int32),
        np.empty(trucks, np.int32),
        np.zeros(4, np.int64),
    )


@inlined
def earliest(lanes: Lanes, now: float) -> float:
    """The first instant from `now` on with a free lane, infinity for never; trucks leave until then."""
    tally, mask = lanes.tally, lanes.ends.shape[0] - 1
    step, busy, front, gone = tally[STEP], tally[BUSY], tally[FRONT], tally[GONE]
    steps = lanes.at.shape[0]
    while now < math.inf:
        while busy and lanes.ends[front] <= now:
            lanes.gone[gone] = lanes.inside[front]
            gone += 1
            busy -= 1
            front = (front + 1) & mask
        while step + 1 < steps and lanes.at[step + 1] <= now:
            step += 1
        if busy < lanes.level[step]:
            break
        now = lanes.at[step + 1] if step + 1 < steps else math.inf
        if busy and lanes.ends[front] < now:
            now = lanes.ends[front]
    tally[STEP], tally[BUSY], tally[FRONT], tally[GONE] = step, busy, front, gone
    return now


@inlined
def drive_in(lanes: Lanes, truck: int, end: float) -> None:
    """Put a truck into a free lane until `end`."""
    mask = lanes.ends.shape[0] - 1
    place = lanes.tally[FRONT] + lanes.tally[BUSY]
    for _ in range(lanes.tally[BUSY]):
        before = (place - 1) & mask
        other = lanes.ends[before]
        if other < end or (other == end and lanes.inside[before] < truck):
            break
        lanes.ends[place & mask] = other
        lanes.inside[place & mask] = lanes.inside[before]
        place -= 1
    lanes.ends[place & mask] = end
    lanes.inside[place & mask] = truck
    lanes.tally[BUSY] += 1


@borrower
def empty_out(lanes: Lanes) -> int:
    """Let all trucks leave, in order; returns how many have left."""
    mask = lanes.ends.shape[0] - 1
    front, gone = lanes.tally[FRONT], lanes.tally[GONE]
    for place in range(lanes.tally[BUSY]):
        lanes.gone[gone + place] = lanes.inside[(front + place) & mask]
    lanes.tally[GONE] = gone + lanes.tally[BUSY]
    lanes.tally[BUSY] = 0
    return int(lanes.tally[GONE])


@kernel
def sweep(
    lanes: Lanes, order: Numbers, ready: Floats, service_time: Floats, seen: Floats
) -> Numbers:
    """Take trucks through a stage; returns them in the order in which they leave it, int32[k].

    `order` int32[m] are trucks by `ready` float64[n], the instant of joining the queue; `ready` becomes
    the instant of leaving, infinity for never.  `service_time` float64[n] is negative for a truck that
    does not stop.  `seen` float64[n, 3] is filled with the instants queued, started and ended.
    """
    passing = np.empty(order.shape[0], np.int32)
    passed = _taken(lanes, order, ready, service_time, seen, passing)
    return merged(lanes.gone[: empty_out(lanes)], passing[:passed], ready)


@borrower
def _taken(
    lanes: Lanes,
    order: Numbers,
    ready: Floats,
    service_time: Floats,
    seen: Floats,
    passing: Numbers,
) -> int:
    """Take each truck into a lane, or into `passing`; returns how many do not stop."""
    passed, last = 0, -math.inf
    for number in order:
        truck = int(number)
        queued = ready[truck]
        if service_time[truck] < 0.0:
            passing[passed] = truck
            passed += 1
            continue
        last = earliest(lanes, max(last, queued))
        seen[truck, 0] = queued
        if last == math.inf:
            ready[truck] = math.inf
            continue
        end = last + service_time[truck]
        seen[truck, 1] = last
        seen[truck, 2] = end
        ready[truck] = end
        drive_in(lanes, truck, end)
    return passed


@kernel
def merged(one: Numbers, other: Numbers, ready: Floats) -> Numbers:
    """Merge two orders by `ready`, then number."""
    if other.shape[0] == 0:
        return one
    both = np.empty(one.shape[0] + other.shape[0], np.int32)
    i = j = 0
    for place in range(both.shape[0]):
        first = j == other.shape[0]
        if not first and i < one.shape[0]:
            a, b = ready[one[i]], ready[other[j]]
            first = a < b or (a == b and one[i] < other[j])
        if first:
            both[place] = one[i]
            i += 1
        else:
            both[place] = other[j]
            j += 1
    return both


@inlined
def after(at: Floats, per_hour: Floats, step: int, now: float, trucks: float) -> float:
    """The instant at which `trucks` more are through, from `now` in `step`, at so many an hour."""
    left = trucks * HOUR
    while True:
        until = at[step + 1] if step + 1 < at.shape[0] else math.inf
        if per_hour[step] > 0.0 and per_hour[step] * (until - now) >= left:
            return float(now + left / per_hour[step])
        if until == math.inf:
            return math.inf
        left -= per_hour[step] * (until - now)
        now = until
        step += 1


@inlined
def allowed(at: Floats, per_hour: Floats, step: int, now: float) -> float:
    """The first instant from `now` on at which the rate is not 0; `step` begins at or before `now`."""
    while True:
        until = at[step + 1] if step + 1 < at.shape[0] else math.inf
        if now < until and per_hour[step] > 0.0:
            return now
        if until == math.inf:
            return math.inf
        now = max(now, until)
        step += 1


@borrower
def let_out(at: Floats, per_hour: Floats, order: Numbers, ready: Floats) -> None:
    """Apply the other side's limit, one truck after the other; `ready` becomes the crossing."""
    step, free = 0, -math.inf
    for truck in order:
        now = max(free, ready[truck])
        if now < math.inf:
            now = allowed(at, per_hour, step, now)
        if now < math.inf:
            while step + 1 < at.shape[0] and at[step + 1] <= now:
                step += 1
            free = after(at, per_hour, step, now, 1.0)
        else:
            free = math.inf
        ready[truck] = now
