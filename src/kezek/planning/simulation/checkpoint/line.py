"""The line in front of the gate, compiled: `domain/turn/order.py` for trucks in arrays.

Inside a class the order is (window, behind it or not, since, number).  Trucks of one window join the
line in the order of their arrival, and trucks fall behind one after the other in time.  So the order
needs no sorting: each class has two first-in-first-out queues for each window, the second one for
trucks that fell behind while that window was the latest to have begun.  A class may join in the next
round of the cycle (`domain/turn/joining.py`): its trucks carry the round that they let pass.
`tests/planning/simulation` proves that calls one by one give `line_up`, place by place.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from kezek.planning.array import Floats, Integers, Numbers
from kezek.planning.jit import inlined

NOBODY = -1
# The round of a truck that lets none pass: less than any.
NO_ROUND = -1
_ALL_ROUNDS = 1 << 62
CURSOR, CURRENT, WAITING, ROUND, VIRTUAL, VIRTUAL_END, LENGTH = range(7)


class CompiledLine(NamedTuple):
    """The line's state: w windows, c classes, q = 2 w queues, k trucks.

    `opens[w]` is a window's start in seconds, rising; `opens[0]` is minus infinity, for walk-ins.
    `keeps[w]` is the latest instant at which a truck that joins keeps its place.  `first[c, q]` and
    `last[c, q]` are the ends of a queue: 2 w for window w, 2 w + 1 for trucks that fell behind in it.
    `following[k]` is the next truck in the queue of truck k.  `present[c]` counts waiting trucks; all
    queues of c before `front[c]` but 0 are empty.  `next_round[c]` is 1 for a class that joins in the
    next round, and `joined[k]` is the round that truck k lets pass.  `at` holds the cursor in `cycle`,
    the latest window that has begun, the number of waiting trucks, the round, the first and the
    past-the-end number of virtual customers, which stand in line and are not counted, and the length of
    the cycle: `cycle` has room for the longest that a regulation brings.
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
    """An empty line for trucks 0 to `trucks` - 1."""
    classes = len(next_round)
    queues = 2 * len(opens)
    at = np.zeros(7, np.int64)
    at[LENGTH] = len(cycle)
    return CompiledLine(
        opens,
        keeps,
        cycle,
        np.full((classes, queues), NOBODY, np.int32),
        np.full((classes, queues), NOBODY, np.int32),
        np.empty(trucks, np.int32),
        np.zeros(classes, np.int64),
        np.ones(classes, np.int64),
        at,
        np.array(next_round, np.int64),
        np.full(trucks, NO_ROUND, np.int64),
    )


@inlined
def begin(line: CompiledLine, cursor: int, in_round: int) -> None:
    """Empty the line.  A newer regulation may have a shorter cycle than the cursor knew."""
    line.first[:] = NOBODY
    line.present[:] = 0
    line.front[:] = 1
    line.at[CURSOR] = cursor % line.at[LENGTH]
    line.at[CURRENT] = 0
    line.at[WAITING] = 0
    line.at[ROUND] = in_round
    line.joined[:] = NO_ROUND


@inlined
def obey(line: CompiledLine, cycle: Integers, length: int, next_round: Integers) -> None:
    """Go on by another cycle, the first `length` of `cycle`; who joined before stands as they joined."""
    # By loops: an assignment of slices counts references, which `borrower` does without.
    for place in range(length):
        line.cycle[place] = cycle[place]
    for of in range(next_round.shape[0]):
        line.next_round[of] = next_round[of]
    line.at[LENGTH] = length
    line.at[CURSOR] %= length


@inlined
def enqueue(line: CompiledLine, truck: int, of: int, queue: int) -> None:
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
    """Let the windows begin that open until `now`; `now` never falls."""
    current = line.at[CURRENT]
    while current + 1 < line.opens.shape[0] and line.opens[current + 1] <= now:
        current += 1
    line.at[CURRENT] = current


@inlined
def join(line: CompiledLine, truck: int, of: int, window: int, now: float) -> None:
    """A truck joins whose place is kept as long as its window's."""
    join_kept(line, truck, of, window, now, line.keeps[window])


@inlined
def join_kept(
    line: CompiledLine, truck: int, of: int, window: int, now: float, keeps: float
) -> None:
    """A truck joins: in the place of its window, or behind the current window when it is too late."""
    if line.next_round[of]:
        pass_on(line, now)
        line.joined[truck] = round_to_pass(line, of)
    if now > keeps:
        pass_on(line, now)
        enqueue(line, truck, of, 2 * line.at[CURRENT] + 1)
    else:
        enqueue(line, truck, of, 2 * window)


@inlined
def fall_behind(line: CompiledLine, truck: int, of: int, window: int, now: float) -> None:
    """A truck that missed its call goes behind the current window; a walk-in to the end of its class."""
    pass_on(line, now)
    enqueue(line, truck, of, 2 * line.at[CURRENT] + 1 if window else 0)


@inlined
def call_next(line: CompiledLine) -> int:
    """Take out the truck that is next by the cycle; NOBODY if none waits whose window has begun."""
    if line.at[WAITING] == 0:
        return NOBODY
    cursor, in_round, length = line.at[CURSOR], line.at[ROUND], line.at[LENGTH]
    while True:
        # The first round in which a truck that could be called now may be; above all rounds for none.
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
        # Only trucks that let a round pass are left: the round passes at once.
        cursor, in_round = 0, soonest


@inlined
def round_to_pass(line: CompiledLine, of: int) -> int:
    """The round that a truck lets pass that joins now, in a class that joins in the next round."""
    first = _first(line, of)
    if first == NOBODY or line.joined[first] == NO_ROUND:
        return int(line.at[ROUND])
    return int(line.joined[first])


@inlined
def _first(line: CompiledLine, of: int) -> int:
    """The first truck of a class whose window has begun, virtual ones left out; NOBODY for none."""
    for place in range(line.front[of] - 1, 2 * line.at[CURRENT] + 2):
        queue = 0 if place < line.front[of] else place
        truck = line.first[of, queue]
        while truck != NOBODY:
            if truck < line.at[VIRTUAL] or truck >= line.at[VIRTUAL_END]:
                return int(truck)
            truck = line.following[truck]
    return NOBODY


@inlined
def _head(line: CompiledLine, of: int) -> int:
    """The first queue of a class that is not empty and whose window has begun; NOBODY for none."""
    if line.first[of, 0] != NOBODY:
        return 0
    queue, begun = line.front[of], 2 * line.at[CURRENT] + 1
    while queue <= begun and line.first[of, queue] == NOBODY:
        queue += 1
    line.front[of] = queue
    return int(queue) if queue <= begun else NOBODY
