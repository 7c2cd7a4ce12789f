"""The line in front of the gate, compiled: `domain/turn/order.py` for trucks in arrays.

Inside a class the order is (window, behind it or not, since, number).  Trucks of one window come into
the line in the order of their arrival, and those that fall behind do so one moment after the other.
So the order needs no sorting: every class has two queues a window, first come first out, the second
one for whoever fell behind while that window was the latest to have begun.
`tests/planning/simulation` proves that calling one by one gives `line_up`, place by place.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from kezek.planning.array import Floats, Integers, Numbers
from kezek.planning.kernel import inlined

NOBODY = -1
CURSOR, CURRENT, WAITING = 0, 1, 2


class Line(NamedTuple):
    """`opens[w]` is a window's start, rising; `opens[0]` is before all time, the window of walk-ins.

    `keeps[w]` is until when a truck that joins keeps its place.  `first[c, q]` and `last[c, q]` are
    the ends of queue q of class c: 2 w for window w, 2 w + 1 for who fell behind in it;
    `following[k]` is who stands behind truck k there; no queue of c before `front[c]` has anybody.
    `at` holds the cursor in `cycle`, the latest window that has begun, and how many wait.
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


def empty_line(opens: Floats, keeps: Floats, cycle: Integers, *, classes: int, trucks: int) -> Line:
    """A line in which nobody stands yet; trucks are 0 to `trucks` - 1."""
    queues = 2 * len(opens)
    return Line(
        opens,
        keeps,
        cycle,
        np.full((classes, queues), NOBODY, np.int32),
        np.full((classes, queues), NOBODY, np.int32),
        np.empty(trucks, np.int32),
        np.zeros(classes, np.int64),
        np.ones(classes, np.int64),
        np.zeros(3, np.int64),
    )


@inlined
def begin(line: Line, cursor: int) -> None:
    """Empty the line.  A newer regulation may have a shorter cycle than the cursor knew."""
    line.first[:] = NOBODY
    line.present[:] = 0
    line.front[:] = 1
    line.at[CURSOR] = cursor % line.cycle.shape[0]
    line.at[CURRENT] = 0
    line.at[WAITING] = 0


@inlined
def stand(line: Line, truck: int, of: int, queue: int) -> None:
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
def pass_on(line: Line, now: float) -> None:
    """Let windows begin.  Time never goes back."""
    current = line.at[CURRENT]
    while current + 1 < line.opens.shape[0] and line.opens[current + 1] <= now:
        current += 1
    line.at[CURRENT] = current


@inlined
def join(line: Line, truck: int, of: int, window: int, now: float) -> None:
    """A truck comes: to its window's place, or behind the current window when it is too late."""
    if now > line.keeps[window]:
        pass_on(line, now)
        stand(line, truck, of, 2 * line.at[CURRENT] + 1)
    else:
        stand(line, truck, of, 2 * window)


@inlined
def fall_behind(line: Line, truck: int, of: int, window: int, now: float) -> None:
    """A truck missed its call: behind the current window; a walk-in to the end of its own."""
    pass_on(line, now)
    stand(line, truck, of, 2 * line.at[CURRENT] + 1 if window else 0)


@inlined
def call_next(line: Line) -> int:
    """Take out whose turn it is by the cycle; NOBODY if nobody waits whose window has begun."""
    if line.at[WAITING] == 0:
        return NOBODY
    cursor, length = line.at[CURSOR], line.cycle.shape[0]
    for _ in range(length):
        of = line.cycle[cursor]
        cursor = cursor + 1 if cursor + 1 < length else 0
        queue = _head(line, of) if line.present[of] else NOBODY
        if queue != NOBODY:
            truck = line.first[of, queue]
            line.first[of, queue] = line.following[truck]
            line.at[CURSOR] = cursor
            line.present[of] -= 1
            line.at[WAITING] -= 1
            return int(truck)
    return NOBODY


@inlined
def _head(line: Line, of: int) -> int:
    """The first queue of a class with somebody in it whose window has begun."""
    if line.first[of, 0] != NOBODY:
        return 0
    queue, begun = line.front[of], 2 * line.at[CURRENT] + 1
    while queue <= begun and line.first[of, queue] == NOBODY:
        queue += 1
    line.front[of] = queue
    return int(queue) if queue <= begun else NOBODY
