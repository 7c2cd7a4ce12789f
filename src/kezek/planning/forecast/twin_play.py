"""The futures of a live line, compiled: calls at the measured pace, one future for each replication.

The line is the simulator's (`simulation/checkpoint/line.py`), and so the live product's.  Seconds count
from the instant of the forecast.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from kezek.planning.array import Floats, Integers, Numbers
from kezek.planning.jit import borrower, kernel
from kezek.planning.simulation.checkpoint.arrival import poisson
from kezek.planning.simulation.checkpoint.lanes import after, allowed
from kezek.planning.simulation.checkpoint.line import (
    CURRENT,
    CURSOR,
    NOBODY,
    ROUND,
    VIRTUAL,
    VIRTUAL_END,
    WAITING,
    CompiledLine,
    begin,
    call_next,
    enqueue,
    join,
    join_kept,
    obey,
    pass_on,
    round_to_pass,
)
from kezek.planning.simulation.checkpoint.order import by_cells
from kezek.planning.simulation.variate.chance import Stream, normals, stream, uniform, uniforms
from kezek.planning.simulation.variate.distribution import gamma, interpolated

# Stations, each with its own stream; the last two are for trucks on the way to the gate or inside.
PACE, SHOWS, OFFSET, GAP, APPROACH, GATE, WALKING = range(7)
REST, THROUGH = 20, 21
# The mean remaining time, by the mean duration, of a truck at the gate for longer than any before it.
OVERDUE = 0.5


class EmpiricalDuration(NamedTuple):
    """Evenly spaced quantiles of measured durations in seconds; their scale has a `log_deviation`."""

    quantiles: Floats
    log_deviation: float


class Orders(NamedTuple):
    """The orders of the line that follow one another: n cycles of at most c places, k classes.

    The order `cycle[n, c]`, of `length[n]` places, counts from second `at[n]` on, the first from the
    beginning; `next_round[n, k]` is 1 for a class that joins in the next round.
    """

    at: Floats
    cycle: Integers
    length: Integers
    next_round: Integers


class Future(NamedTuple):
    """The state of the line, as the kernel takes it.

    Trucks are numbered: standing ones, virtual customers, booked ones, walk-ins, then askers.  The
    `standing` trucks and one virtual customer of each class are in `queue`, in the order of `stands`.
    `joined` are the rounds that standing trucks let pass.  `of` and `window` are those of standing,
    virtual and booked trucks.  Booked trucks come at `starts` plus `offset` (quantiles), at most at
    `latest`, or not at all with probability `no_show`; each keeps its place until `keeps`.  `hours` and
    `level` are the calendar in usual hours.  `shape` and `rate` are the posterior of calls a usual hour,
    and `waited` usual hours have passed since the last call.  Walk-ins of class `walk_in`, NOBODY for
    none, come at the rate `walking`, trucks an hour.  Askers of class `asker` come at `asked` into
    `asked_window`.  Virtual customers and askers take nobody's place.
    """

    standing: int
    queue: Integers
    stands: Integers
    joined: Integers
    of: Integers
    window: Integers
    starts: Floats
    offset: Floats
    latest: Floats
    keeps: Floats
    no_show: float
    hours: Floats
    level: Floats
    shape: float
    rate: float
    gaps: Floats
    waited: float
    walk_in: int
    walking: Floats
    horizon: float
    marks: Floats
    asked: Floats
    asked_window: Integers
    asker: int
    orders: Orders


@kernel
def futures(
    future: Future,
    line: CompiledLine,
    at_call: tuple[int, int],
    durations: tuple[EmpiricalDuration, EmpiricalDuration],
    seed: int,
    lengths: Floats,
) -> tuple[Floats, Floats, Floats]:
    """Play `lengths.shape[1]` futures; `durations` are those of the approach and of the gate.

    `at_call` is the cursor and the round of the cycle after the last call.

    Returns the instants called and crossed, float64[trucks, futures] in seconds, of all trucks but
    walk-ins and askers: NaN for a truck that does not come, infinity beyond the horizon; and the
    instants called of the askers.  `lengths` float64[marks, futures] becomes the number that waits.
    """
    known, count = future.of.shape[0], lengths.shape[1]
    called, crossed = np.empty((known, count)), np.empty((known, count))
    answered = np.empty((future.asked.shape[0], count))
    for replication in range(count):
        came = _arrivals(future, seed, replication)
        order, _ = by_cells(came, came.shape[0])
        pace = gamma(stream(seed, PACE, replication), future.shape) / future.rate
        chance = stream(seed, GAP, replication)
        first = _first_gap(future, chance, pace)
        gaps = np.empty(came.shape[0])
        uniforms(chance, gaps)
        for truck in range(gaps.shape[0]):
            gaps[truck] = interpolated(future.gaps, 0, future.gaps.shape[0], gaps[truck]) / pace
        at = np.full(came.shape[0], math.inf)
        askers = came.shape[0] - future.asked.shape[0]
        _line_up(future, line, at_call)
        _play(future, line, came, order, gaps, (at, lengths[:, replication]), first)
        answered[:, replication] = at[askers:]
        on_way = generated(durations[0], seed, APPROACH, replication, known)
        through = generated(durations[1], seed, GATE, replication, known)
        for truck in range(known):
            gone = truck >= future.queue.shape[0] and came[truck] == math.inf
            called[truck, replication] = math.nan if gone else at[truck]
            left = at[truck] + on_way[truck] + through[truck]
            crossed[truck, replication] = math.nan if gone else left
    return called, crossed, answered


@kernel
def leavings(
    spent: Floats,
    admitted: Integers,
    durations: tuple[EmpiricalDuration, EmpiricalDuration],
    seed: int,
    count: int,
) -> Floats:
    """The crossings of trucks at the gate, float64[trucks, count], seconds from now.

    `spent` float64[m] are the seconds since the call, or since admission where `admitted` is 1.
    """
    left = np.empty((spent.shape[0], count))
    for replication in range(count):
        whole = generated(durations[1], seed, THROUGH, replication, spent.shape[0])
        chance = stream(seed, REST, replication)
        for truck in range(spent.shape[0]):
            rest = _rest(durations[admitted[truck]].quantiles, spent[truck], uniform(chance))
            left[truck, replication] = rest if admitted[truck] else rest + whole[truck]
    return left


@kernel
def generated(
    durations: EmpiricalDuration, seed: int, station: int, replication: int, count: int
) -> Floats:
    """A duration for each truck, float64[count]; the uncertain scale is one variate for all."""
    out, z = np.empty(count), np.empty(1)
    chance = stream(seed, station, replication)
    normals(chance, z)
    uniforms(chance, out)
    scale = math.exp(durations.log_deviation * z[0])
    for truck in range(count):
        out[truck] = scale * interpolated(
            durations.quantiles, 0, durations.quantiles.shape[0], out[truck]
        )
    return out


@borrower
def share_below(quantiles: Floats, value: float) -> float:
    """The empirical distribution function at `value`; at equal quantiles the lowest share."""
    count = quantiles.shape[0]
    if value <= quantiles[0]:
        return 0.0
    place = np.searchsorted(quantiles, value)
    if place == count:
        return 1.0
    low = quantiles[place - 1]
    return float((place - 1 + (value - low) / (quantiles[place] - low)) / (count - 1))


@borrower
def _rest(quantiles: Floats, spent: float, u: float) -> float:
    """The remaining part of a duration of which `spent` has passed, at the uniform `u`."""
    below = share_below(quantiles, spent)
    if below < 1.0:
        return max(
            0.0, interpolated(quantiles, 0, quantiles.shape[0], below + u * (1.0 - below)) - spent
        )
    return float(-OVERDUE * quantiles.mean() * math.log(u))


@kernel
def _first_gap(future: Future, chance: Stream, pace: float) -> float:
    """Usual hours until the next call, conditional on those since the last one."""
    if future.standing == 0:
        whole = interpolated(future.gaps, 0, future.gaps.shape[0], uniform(chance))
        return max(0.0, whole / pace - future.waited)
    return float(_rest(future.gaps, future.waited * pace, uniform(chance)) / pace)


@kernel
def _arrivals(future: Future, seed: int, replication: int) -> Floats:
    """The arrivals of all trucks; infinity for no-shows and for trucks that are in line already."""
    before, known = future.queue.shape[0], future.of.shape[0]
    booked = known - before
    walking = np.empty(0)
    if future.walk_in != NOBODY:
        chance = stream(seed, WALKING, replication)
        walking = poisson(chance, future.hours, future.walking, future.horizon)
    # Askers are last, so that they do not change the variates of other trucks.
    askers = known + walking.shape[0]
    came = np.full(askers + future.asked.shape[0], math.inf)
    shows, offset = np.empty(booked), np.empty(booked)
    uniforms(stream(seed, SHOWS, replication), shows)
    uniforms(stream(seed, OFFSET, replication), offset)
    quantiles = future.offset
    for place in range(booked):
        start = future.starts[place]
        # The arrival is conditional on being after now; the no-show probability rises with lateness.
        below = share_below(quantiles, -start)
        comes = (1.0 - future.no_show) * (1.0 - below)
        if comes <= 0.0 or shows[place] >= comes / (comes + future.no_show):
            continue
        late = interpolated(quantiles, 0, quantiles.shape[0], below + offset[place] * (1.0 - below))
        if start + late <= future.latest[place]:
            came[before + place] = max(0.0, start + late)
    came[known:askers] = walking
    came[askers:] = future.asked
    return came


@borrower
def _line_up(future: Future, line: CompiledLine, at_call: tuple[int, int]) -> None:
    """Set the line to its present state."""
    _obey(future, line, 0)
    begin(line, at_call[0], at_call[1])
    line.at[VIRTUAL], line.at[VIRTUAL_END] = future.standing, future.queue.shape[0]
    pass_on(line, 0.0)
    for place in range(future.stands.shape[0]):
        truck = int(future.stands[place])
        of = int(future.of[truck])
        if truck < future.standing:
            line.joined[truck] = future.joined[truck]
        elif line.next_round[of]:
            line.joined[truck] = round_to_pass(line, of)
        enqueue(line, truck, of, int(future.queue[truck]))


@borrower
def _obey(future: Future, line: CompiledLine, order: int) -> None:
    orders = future.orders
    obey(line, orders.cycle[order], orders.length[order], orders.next_round[order])


@borrower
def _play(
    future: Future,
    line: CompiledLine,
    came: Floats,
    order: Numbers,
    gaps: Floats,
    at: tuple[Floats, Floats],
    first: float,
) -> None:
    """Play one future until the horizon; `at` becomes the instants called and the lengths."""
    called, lengths = at
    virtual_waiting = future.queue.shape[0] - future.standing
    askers = came.shape[0] - future.asked.shape[0]
    coming = mark = step = obeyed = 0
    free = after(future.hours, future.level, 0, 0.0, first)
    now = 0.0
    while now < future.horizon:
        pass_on(line, now)
        while obeyed + 1 < future.orders.at.shape[0] and future.orders.at[obeyed + 1] <= now:
            obeyed += 1
            _obey(future, line, obeyed)
        while coming < order.shape[0] and came[order[coming]] <= now:
            truck = int(order[coming])
            of, window = future.walk_in, 0
            if truck < future.of.shape[0]:
                of, window = int(future.of[truck]), int(future.window[truck])
            elif truck >= askers:
                of, window = future.asker, int(future.asked_window[truck - askers])
                virtual_waiting += 1
            if future.queue.shape[0] <= truck < future.of.shape[0]:
                keeps = future.keeps[truck - future.queue.shape[0]]
                join_kept(line, truck, of, window, came[truck], keeps)
            else:
                join(line, truck, of, window, came[truck])
            coming += 1
        while step + 1 < future.hours.shape[0] and future.hours[step + 1] <= now:
            step += 1
        free = allowed(future.hours, future.level, step, max(now, free))
        while free <= now:
            before = line.at[CURSOR], line.at[ROUND]
            truck = call_next(line)
            if truck == NOBODY:
                break
            called[truck] = now
            if future.standing <= truck < future.queue.shape[0] or truck >= askers:
                # A virtual customer or an asker is called like a truck, and leaves the line as it was.
                line.at[CURSOR], line.at[ROUND] = before
                virtual_waiting -= 1
                continue
            free = after(future.hours, future.level, step, now, gaps[truck])
            free = allowed(future.hours, future.level, step, free)
        now = _next(now, came, order, coming, line, free)
        while mark < lengths.shape[0] and future.marks[mark] < min(now, future.horizon + 1.0):
            lengths[mark] = line.at[WAITING] - virtual_waiting
            mark += 1


@borrower
def _next(
    now: float, came: Floats, order: Numbers, coming: int, line: CompiledLine, free: float
) -> float:
    """The next instant at which a truck comes, a window begins, or a call can be made."""
    due = came[order[coming]] if coming < order.shape[0] else math.inf
    if line.at[WAITING]:
        if free > now:
            due = min(due, free)
        current = line.at[CURRENT] + 1
        if current < line.opens.shape[0]:
            due = min(due, line.opens[current])
    return due
