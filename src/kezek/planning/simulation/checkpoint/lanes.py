"""Lanes of a stage, compiled: one queue, and lanes that open and close; who is inside is finished there.

Trucks are taken in the order in which they queued, ties by number.  At one instant lanes open and
close first, then trucks leave, then others drive in.  Because nobody overtakes in the queue, a stage
needs no calendar of events: each truck starts at the first moment, from the start of the one before,
at which fewer are inside than lanes are open.
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
    """`level[i]` lanes are open from `at[i]`.  `ends` and `inside` are a ring of the trucks in lanes.

    The ring is sorted by end, then number; its size is a power of two.  `gone` collects trucks in the
    order in which they leave.  `tally` holds the current step, how many are inside, the ring's front
    and how many have left.
    """

    at: Floats
    level: Floats
    ends: Floats
    inside: Numbers
    gone: Numbers
    tally: Integers


def lanes_of(steps: Steps, *, trucks: int) -> Lanes:
    """Lanes with nobody inside, for so many trucks at most."""
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
    """From `now` on, when is a lane free?  Infinity for never.  Who has left by then is gone."""
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
    """Let everybody leave, in order; how many have."""
    mask = lanes.ends.shape[0] - 1
    front, gone = lanes.tally[FRONT], lanes.tally[GONE]
    for place in range(lanes.tally[BUSY]):
        lanes.gone[gone + place] = lanes.inside[(front + place) & mask]
    lanes.tally[GONE] = gone + lanes.tally[BUSY]
    lanes.tally[BUSY] = 0
    return int(lanes.tally[GONE])


@kernel
def sweep(lanes: Lanes, order: Numbers, ready: Floats, span: Floats, seen: Floats) -> Numbers:
    """Take trucks through a stage; in which order they go on.

    `order` int32[m] are trucks by `ready` float64[n], the instant at which they queue, which becomes
    the instant at which they go on: infinity for never.  `span` float64[n] is negative for who passes
    by. `seen` float64[n, 3] is filled with queued, started and ended.
    """
    passing = np.empty(order.shape[0], np.int32)
    passed = _taken(lanes, order, ready, span, seen, passing)
    return merged(lanes.gone[: empty_out(lanes)], passing[:passed], ready)


@borrower
def _taken(
    lanes: Lanes, order: Numbers, ready: Floats, span: Floats, seen: Floats, passing: Numbers
) -> int:
    """Take everybody into a lane, or into `passing`; how many pass by."""
    passed, last = 0, -math.inf
    for number in order:
        truck = int(number)
        queued = ready[truck]
        if span[truck] < 0.0:
            passing[passed] = truck
            passed += 1
            continue
        last = earliest(lanes, max(last, queued))
        seen[truck, 0] = queued
        if last == math.inf:
            ready[truck] = math.inf
            continue
        end = last + span[truck]
        seen[truck, 1] = last
        seen[truck, 2] = end
        ready[truck] = end
        drive_in(lanes, truck, end)
    return passed


@kernel
def merged(one: Numbers, other: Numbers, ready: Floats) -> Numbers:
    """Two orders by `ready`, then number, as one."""
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
    """When `trucks` more are let through, counted from `now` in `step`, at levels of trucks an hour."""
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
    """The first moment from `now` on at which the level is not 0; `step` begins before it."""
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
    """The other side's limit: one truck after the other, in order; `ready` becomes the crossing."""
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
