"""Line, calls and first stage, compiled: the part of a checkpoint that needs an event calendar.

Events of one instant are handled in this order:

1. lanes and windows open and close;
2. called trucks reach the gate or miss their call, by number;
3. trucks arrive, by number;
4. while anything can move: the head of the gate's queue takes a free lane, and trucks are called while
   fewer than `wip_limit` are called and not yet in a lane.

A called truck without a way to drive is at the gate at once.  Trucks that enter the waiting area from
the road at one instant join the line in the order of their arrival.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kezek.planning.array import Floats, Integers, Numbers
from kezek.planning.jit import borrower, inlined
from kezek.planning.simulation.checkpoint.checkpoint_record import (
    CROSSED,
    NO_SHOW,
    OUT,
    TOO_LATE,
    UNFINISHED,
)
from kezek.planning.simulation.checkpoint.lanes import Lanes, after, allowed, drive_in, earliest
from kezek.planning.simulation.checkpoint.line import (
    CURRENT,
    NOBODY,
    WAITING,
    CompiledLine,
    call_next,
    fall_behind,
    join,
    pass_on,
)

ROAD, QUEUE, QUEUED, OUTSIDE, ENTERED, INSIDE, STEP, PASSED = 0, 1, 2, 3, 4, 5, 6, 7
PACED, START, LAST = 0, 1, 2


class Limits(NamedTuple):
    """The limits of waiting area and calls.

    At most `wip_limit` trucks are called and not in a lane; the waiting area has `places`; a call
    lapses after `call_for` seconds, and a truck may miss `misses_max` of them.  `call_at` and
    `call_level` are the steps of calls an hour, empty for no limit.
    """

    wip_limit: int
    places: int
    call_for: float
    misses_max: int
    call_at: Floats
    call_level: Floats


class Comers(NamedTuple):
    """The trucks' variates, arrays by number.

    `misses` are calls still to be missed; `service_time` is that of the first stage, negative for none.
    """

    of: NDArray[np.int16]
    window: Numbers
    arrived: Floats
    travel: Floats
    misses: NDArray[np.int8]
    spacing: Floats
    service_time: Floats


class TruckMarks(NamedTuple):
    """What happens to the trucks, by number; `ready` is the instant of leaving the first stage."""

    joined: Floats
    called: Floats
    missed: NDArray[np.int8]
    outcome: NDArray[np.int8]
    ready: Floats
    seen: Floats


class Faces(NamedTuple):
    """Columns of the records: booked window, arrival and crossing."""

    window: Floats
    arrived: Floats
    left: Floats


class Gate(NamedTuple):
    """The state of calls and of the gate's queue.

    `called` are trucks by `due`, the instant at which they come or their call lapses; a missed call is
    -1 - number.  `queue` is a ring buffer.  `outside` are trucks on the road that wait for a place in
    the waiting area; `passing` are trucks that do not stop at the first stage.  `tally` counts, in the
    order of the constants above: called trucks, the front of the queue and its length, outside trucks
    so far and those that got in, trucks inside the waiting area, the step of the calls' limit, and
    passing trucks.  `clock` holds the instants at which the next call is allowed, the head of the queue
    drives in, and the last truck drove in.
    """

    due: Floats
    called: Numbers
    queue: Numbers
    outside: Numbers
    passing: Numbers
    tally: Integers
    clock: Floats


def empty_gate(wip_limit: int, trucks: int) -> Gate:
    """A gate without a called truck."""
    wip_limit = max(1, min(wip_limit, trucks))
    return Gate(
        np.empty(wip_limit),
        np.empty(wip_limit, np.int32),
        np.empty(1 << (wip_limit - 1).bit_length(), np.int32),
        np.empty(trucks, np.int32),
        np.empty(trucks, np.int32),
        np.zeros(8, np.int64),
        np.array((-math.inf, math.inf, -math.inf)),
    )


@borrower
def show_up(
    comers: Comers, marks: TruckMarks, faces: Faces, windows: Floats, standing: int
) -> None:
    """Fill the records before anything has happened; `ready` becomes the arrival, infinity for none.

    `windows` float64[w, 2] are the starts and the latest arrivals with them.
    """
    for truck in range(comers.of.shape[0]):
        arrived, window = comers.arrived[truck], comers.window[truck]
        marks.joined[truck] = marks.called[truck] = faces.left[truck] = math.nan
        faces.window[truck] = windows[window, 0] if window else math.nan
        faces.arrived[truck] = arrived if arrived < math.inf else math.nan
        marks.missed[truck] = 0
        marks.outcome[truck] = UNFINISHED
        marks.ready[truck] = math.inf
        if truck < standing:
            continue
        if arrived == math.inf:
            marks.outcome[truck] = NO_SHOW
        elif arrived > windows[window, 1]:
            marks.outcome[truck] = TOO_LATE
        else:
            marks.ready[truck] = arrived


@borrower
def cross(marks: TruckMarks, faces: Faces) -> None:
    """Record which trucks crossed, and when."""
    for truck in range(marks.ready.shape[0]):
        if marks.ready[truck] < math.inf:
            faces.left[truck] = marks.ready[truck]
            marks.outcome[truck] = CROSSED


@borrower
def through_gate(
    order: Numbers,
    line: CompiledLine,
    lanes: Lanes,
    gate: Gate,
    comers: Comers,
    marks: TruckMarks,
    limits: Limits,
) -> None:
    """Play until nothing can happen any more; `order` are the arriving trucks, by arrival."""
    coming, now = 0, -math.inf
    if line.at[WAITING]:
        now = 0.0
        pass_on(line, now)
        gate.tally[INSIDE] = line.at[WAITING]
        _settle(now, line, lanes, gate, comers, marks, limits)
    while True:
        now = _next(now, order, coming, line, gate, comers, limits)
        if now == math.inf:
            break
        pass_on(line, now)
        while gate.tally[ROAD] and gate.due[0] <= now:
            _come(now, line, lanes, gate, comers, marks, limits)
        while coming < order.shape[0] and comers.arrived[order[coming]] <= now:
            truck = int(order[coming])
            coming += 1
            if gate.tally[INSIDE] < limits.places:
                _enter(now, truck, line, gate, comers, marks)
            else:
                gate.outside[gate.tally[OUTSIDE]] = truck
                gate.tally[OUTSIDE] += 1
        _settle(now, line, lanes, gate, comers, marks, limits)


@inlined
def _next(
    now: float,
    order: Numbers,
    coming: int,
    line: CompiledLine,
    gate: Gate,
    comers: Comers,
    limits: Limits,
) -> float:
    """The instant of the next event; infinity for none."""
    due = math.inf
    if coming < order.shape[0]:
        due = comers.arrived[order[coming]]
    if gate.tally[ROAD]:
        due = min(due, gate.due[0])
    if gate.tally[QUEUED]:
        due = min(due, gate.clock[START])
    if line.at[WAITING]:
        current = line.at[CURRENT] + 1
        if current < line.opens.shape[0]:
            due = min(due, line.opens[current])
        if limits.call_at.shape[0] and gate.tally[ROAD] + gate.tally[QUEUED] < limits.wip_limit:
            call = _may_call(now, gate, limits)
            due = min(due, call) if call > now else due
    return due


@inlined
def _may_call(now: float, gate: Gate, limits: Limits) -> float:
    """From when on the limit of the calls lets one through."""
    step = gate.tally[STEP]
    while step + 1 < limits.call_at.shape[0] and limits.call_at[step + 1] <= now:
        step += 1
    gate.tally[STEP] = step
    return allowed(limits.call_at, limits.call_level, step, max(now, gate.clock[PACED]))


@inlined
def _settle(
    now: float,
    line: CompiledLine,
    lanes: Lanes,
    gate: Gate,
    comers: Comers,
    marks: TruckMarks,
    limits: Limits,
) -> None:
    """Handle all moves of one instant."""
    tally = gate.tally
    moving = True
    while moving:
        moving = False
        while tally[QUEUED] and gate.clock[START] <= now:
            _drive_in(now, lanes, gate, comers, marks)
        while tally[ROAD] + tally[QUEUED] < limits.wip_limit:
            if limits.call_at.shape[0] and _may_call(now, gate, limits) > now:
                break
            truck = call_next(line)
            if truck == NOBODY:
                break
            _call(now, truck, gate, comers, marks, limits)
            if comers.travel[truck] == 0.0 and comers.misses[truck] == 0:
                _queue(now, truck, lanes, gate, comers, marks)
                moving = True
            else:
                _set_out(now, truck, gate, comers, limits)
            if tally[ENTERED] < tally[OUTSIDE] and tally[INSIDE] < limits.places:
                _enter(now, int(gate.outside[tally[ENTERED]]), line, gate, comers, marks)
                tally[ENTERED] += 1


@inlined
def _enter(
    now: float, truck: int, line: CompiledLine, gate: Gate, comers: Comers, marks: TruckMarks
) -> None:
    """A truck enters the waiting area and joins the line."""
    gate.tally[INSIDE] += 1
    marks.joined[truck] = now
    join(line, truck, comers.of[truck], comers.window[truck], now)


@inlined
def _call(
    now: float, truck: int, gate: Gate, comers: Comers, marks: TruckMarks, limits: Limits
) -> None:
    gate.tally[INSIDE] -= 1
    marks.called[truck] = now
    if limits.call_at.shape[0]:
        step = gate.tally[STEP]
        spacing = comers.spacing[truck]
        gate.clock[PACED] = after(limits.call_at, limits.call_level, step, now, spacing)


@inlined
def _set_out(now: float, truck: int, gate: Gate, comers: Comers, limits: Limits) -> None:
    """A called truck drives to the gate, or misses the call until it lapses."""
    due, mark = now + comers.travel[truck], truck
    if comers.misses[truck] > 0:
        comers.misses[truck] -= 1
        due, mark = now + limits.call_for, -1 - truck
    place = gate.tally[ROAD]
    while place > 0:
        other = gate.called[place - 1]
        number = other if other >= 0 else -1 - other
        if gate.due[place - 1] < due or (gate.due[place - 1] == due and number < truck):
            break
        gate.due[place] = gate.due[place - 1]
        gate.called[place] = other
        place -= 1
    gate.due[place] = due
    gate.called[place] = mark
    gate.tally[ROAD] += 1


@inlined
def _come(
    now: float,
    line: CompiledLine,
    lanes: Lanes,
    gate: Gate,
    comers: Comers,
    marks: TruckMarks,
    limits: Limits,
) -> None:
    """The first called truck reaches the gate, or has missed its call."""
    mark = int(gate.called[0])
    gate.tally[ROAD] -= 1
    for place in range(gate.tally[ROAD]):
        gate.due[place] = gate.due[place + 1]
        gate.called[place] = gate.called[place + 1]
    if mark >= 0:
        _queue(now, mark, lanes, gate, comers, marks)
        return
    truck = -1 - mark
    marks.missed[truck] += 1
    if marks.missed[truck] > limits.misses_max:
        marks.outcome[truck] = OUT
        return
    gate.tally[INSIDE] += 1
    marks.joined[truck] = now
    fall_behind(line, truck, comers.of[truck], comers.window[truck], now)


@inlined
def _queue(
    now: float, truck: int, lanes: Lanes, gate: Gate, comers: Comers, marks: TruckMarks
) -> None:
    """A truck at the gate joins the queue, or passes the first stage."""
    tally = gate.tally
    if comers.service_time[truck] < 0.0:
        place = tally[PASSED]
        while place > 0 and gate.passing[place - 1] > truck:
            if marks.ready[gate.passing[place - 1]] < now:
                break
            gate.passing[place] = gate.passing[place - 1]
            place -= 1
        gate.passing[place] = truck
        tally[PASSED] += 1
        marks.ready[truck] = now
        return
    marks.seen[truck, 0] = now
    gate.queue[(tally[QUEUE] + tally[QUEUED]) & (gate.queue.shape[0] - 1)] = truck
    tally[QUEUED] += 1
    if tally[QUEUED] == 1:
        gate.clock[START] = earliest(lanes, max(now, gate.clock[LAST]))


@inlined
def _drive_in(now: float, lanes: Lanes, gate: Gate, comers: Comers, marks: TruckMarks) -> None:
    """The head of the queue drives into a lane."""
    tally, mask = gate.tally, gate.queue.shape[0] - 1
    truck = int(gate.queue[tally[QUEUE]])
    tally[QUEUE] = (tally[QUEUE] + 1) & mask
    tally[QUEUED] -= 1
    end = now + comers.service_time[truck]
    marks.seen[truck, 1] = now
    marks.seen[truck, 2] = end
    marks.ready[truck] = end
    drive_in(lanes, truck, end)
    gate.clock[LAST] = now
    if tally[QUEUED]:
        gate.clock[START] = earliest(lanes, now)
