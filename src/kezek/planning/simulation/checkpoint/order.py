"""Trucks in the order of their arrival, compiled: a bucket sort, since arrivals are spread over time."""

from __future__ import annotations

import math

import numpy as np

from kezek.planning.array import Floats, Numbers
from kezek.planning.jit import kernel

CROWDED = 48


def by_instant(instant: Floats) -> Numbers:
    """The trucks with a finite instant, int32[m], by instant, then number."""
    order, sorted_out = by_cells(instant, CROWDED)
    if sorted_out:
        return order
    # Where arrivals are crowded, cells are of no use and insertion sort would be quadratic.
    comes = np.flatnonzero(instant < math.inf).astype(np.int32)
    return comes[np.argsort(instant[comes], kind="stable")]


@kernel
def by_cells(instant: Floats, most_together: int) -> tuple[Numbers, bool]:
    """The order int32[m] and True; False, and no order, where a cell holds more than `most_together`."""
    count, least, most = 0, math.inf, -math.inf
    for at in instant:
        if at < math.inf:
            count += 1
            least, most = min(least, at), max(most, at)
    order = np.empty(count, np.int32)
    if count == 0:
        return order, True
    # As many cells as trucks: a cell holds one on average, so insertion sort moves each only a little.
    scale = (count - 1) / (most - least) if most > least else 0.0
    begins = np.zeros(count + 1, np.int32)
    for at in instant:
        if at < math.inf:
            begins[int((at - least) * scale) + 1] += 1
    for cell in range(count):
        if begins[cell + 1] > most_together:
            return order, False
        begins[cell + 1] += begins[cell]
    for number in range(instant.shape[0]):
        if instant[number] < math.inf:
            cell = int((instant[number] - least) * scale)
            order[begins[cell]] = number
            begins[cell] += 1
    for place in range(1, count):
        number, here = order[place], place
        while here > 0 and instant[order[here - 1]] > instant[number]:
            order[here] = order[here - 1]
            here -= 1
        order[here] = number
    return order, True
