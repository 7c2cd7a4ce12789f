"""The line in front of the gate, compiled: `domain/turn/order.py` for trucks in arrays.

Inside a class the order is (window, behind it or not, since, number).  Trucks of one window come into
the line in the order of their arrival, and those that fall behind do so one moment after the other.
So the order needs no sorting: every class has two queues a window, first come first out, the second
one for whoever fell behind while that window was the latest to have begun.
A class may join in the next round of the cycle (`domain/turn/joining.py`): its trucks carry the round
that they let pass.  `tests/planning/simulation` proves that calling one by one gives `line_up`, place by
place.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from kezek.planning.array import Floats, Integers, Numbers
from kezek.planning.jit import inlined

NOBODY = -1
# The round of who lets none pass: less than any.
NO_ROUND = -1
_ALL_ROUNDS = 1 << 62
CURSOR, CURRENT, WAITING, ROUND, SHADOW, SHADOWS_END = range(6)


class CompiledLine(NamedTuple):
    """`opens[w]` is a window's start, rising; `opens[0]` is before all time, the window of walk-ins.

    `keeps[w]` is until when a truck that joins keeps its place.  `first[c, q]` and `last[c, q]` are
    the ends of queue q of class c: 2 w for window w, 2 w + 1 for who fell behind in it;
    `following[k]` is who stands behind truck k there; no queue of c before `front[c]` has anybody.
    `next_round[c]` is 1 for a class that joins in the next round, `joined[k]` the round that truck k
    lets pass.  `at` holds the cursor in `cycle`, the latest window that has begun, how many wait, the
    round, and from where to where trucks are shadows: they stand in line, and nobody counts them.
    """

    opens: Floats
    keeps: Floats
    cycle: Integers
    first: Numbers
    last: Numbers
    following: Numbers
    present: Integers
    front: Integers
    at: Integers
    next_round: Integers
    joined: Integers


def empty_line(
    opens: Floats, keeps: Floats, cycle: Integers, *, next_round: Sequence[bool], trucks: int
) -> CompiledLine:
    """A line in which nobody stands yet, for trucks 0 to `trucks` - 1."""
    classes = len(next_round)
    queues = 2 * len(opens)
    return CompiledLine(
        opens,
        keeps,
        cycle,
        np.full((classes, queues), NOBODY, np.int32),
        np.full((classes, queues), NOBODY, np.int32),
        np.empty(trucks, np.int32),
        np.zeros(classes, np.int64),
        np.ones(classes, np.int64),
        np.zeros(6, np.int64),
        np.array(next_round, np.int64),
        np.full(trucks, NO_ROUND, np.int64),
    )


@inlined
def begin(line: CompiledLine, cursor: int, in_round: int) -> None:
    """Empty the line.  A newer regulation may have a shorter cycle than the cursor knew."""
    line.first[:] = NOBODY
    line.present[:] = 0
    line.front[:] = 1
    line.at[CURSOR] = cursor % line.cycle.shape[0]
    line.at[CURRENT] = 0
    line.at[WAITING] = 0
    line.at[ROUND] = in_round
    line.joined[:] = NO_ROUND


@inlined
def stand(line: CompiledLine, truck: int, of: int, queue: int) -> None:
    """Put a truck of class `of` at the end of a queue."""
    line.following[truck] = NOBODY
    if line.first[of, queue] == NOBODY:
        line.first[of, queue] = truck
        if 0 < queue < line.front[of]:
            line.front[of] = queue
    else:
        line.following[line.last[of, queue]] = truck
    line.last[of, queue] = truck
    line.present[of] += 1
    line.at[WAITING] += 1


@inlined
def pass_on(line: CompiledLine, now: float) -> None:
    """Let windows begin.  Time never goes back."""
    current = line.at[CURRENT]
    while current + 1 < line.opens.shape[0] and line.opens[current + 1] <= now:
        current += 1
    line.at[CURRENT] = current


@inlined
def join(line: CompiledLine, truck: int, of: int, window: int, now: float) -> None:
    """A truck comes: to its window's place, or behind the current window when it is too late."""
    if line.next_round[of]:
        pass_on(line, now)
        line.joined[truck] = round_to_pass(line, of)
    if now > line.keeps[window]:
        pass_on(line, now)
        stand(line, truck, of, 2 * line.at[CURRENT] + 1)
    else:
        stand(line, truck, of, 2 * window)


@inlined
def fall_behind(line: CompiledLine, truck: int, of: int, window: int, now: float) -> None:
    """A truck missed its call: behind the current window; a walk-in to the end of its own."""
    pass_on(line, now)
    stand(line, truck, of, 2 * line.at[CURRENT] + 1 if window else 0)


@inlined
def call_next(line: CompiledLine) -> int:
    """Take out whose turn it is by the cycle; NOBODY if nobody waits whose window has begun."""
    if line.at[WAITING] == 0:
        return NOBODY
    cursor, in_round, length = line.at[CURSOR], line.at[ROUND], line.cycle.shape[0]
    while True:
        # The first round that nobody lets pass who could be called now; none is above all rounds.
        soonest = _ALL_ROUNDS
        for _ in range(length):
            of, here = line.cycle[cursor], in_round
            cursor += 1
            if cursor == length:
                cursor, in_round = 0, in_round + 1
            queue = _head(line, of) if line.present[of] else NOBODY
            if queue == NOBODY:
                continue
            truck = line.first[of, queue]
            if line.joined[truck] >= here:
                soonest = min(soonest, line.joined[truck] + 1)
                continue
            line.first[of, queue] = line.following[truck]
            line.at[CURSOR], line.at[ROUND] = cursor, in_round
            line.present[of] -= 1
            line.at[WAITING] -= 1
            return int(truck)
        if soonest == _ALL_ROUNDS:
            return NOBODY
        # Nobody but those who let a round pass: it passes at once.
        cursor, in_round = 0, soonest


@inlined
def round_to_pass(line: CompiledLine, of: int) -> int:
    """The round that a truck of a class that joins in the next round lets pass, joining now."""
    first = _first(line, of)
    if first == NOBODY or line.joined[first] == NO_ROUND:
        return int(line.at[ROUND])
    return int(line.joined[first])


@inlined
def _first(line: CompiledLine, of: int) -> int:
    """The first truck of a class whose window has begun, shadows left out; NOBODY for none."""
    for place in range(line.front[of] - 1, 2 * line.at[CURRENT] + 2):
        queue = 0 if place < line.front[of] else place
        truck = line.first[of, queue]
        while truck != NOBODY:
            if truck < line.at[SHADOW] or truck >= line.at[SHADOWS_END]:
                return int(truck)
            truck = line.following[truck]
    return NOBODY


@inlined
def _head(line: CompiledLine, of: int) -> int:
    """The first queue of a class with somebody in it whose window has begun."""
    if line.first[of, 0] != NOBODY:
        return 0
    queue, begun = line.front[of], 2 * line.at[CURRENT] + 1
    while queue <= begun and line.first[of, queue] == NOBODY:
        queue += 1
    line.front[of] = queue
    return int(queue) if queue <= begun else NOBODY
