"""Forecasts without a model, as quantiles: the two baselines, and one more for the ensemble.

Persistence is the last value plus the past quantiles of its error at that horizon.  Climatology is the
past by local hour of the week, or by hour of the day while fewer than eight weeks are known.  The values
of the last fortnight, at any hour, are no baseline; they follow a level that has shifted.
"""

from __future__ import annotations

import numpy as np

from kezek.planning.history.pairs import Pairs
from kezek.planning.history.series import (
    HOUR,
    WEEK,
    Floats,
    Ints,
    Series,
    WaitHistory,
    hour_of_week,
)
from kezek.planning.question import QUANTILES

WEEKS_ENOUGH = 8
LATELY = 2 * WEEK
LATELY_ENOUGH = 12
# Errors are taken into account at this interval in seconds, none before its target.
LEARNED_EVERY = 6 * HOUR


def persistence(pairs: Pairs) -> Floats:
    """Persistence: seven quantiles for each pair [n, 7]; the last value while no error is known."""
    answer = np.repeat(pairs.last[:, None], len(QUANTILES), axis=1)
    for rows in _groups(pairs):
        error = pairs.truth[rows] - pairs.last[rows]
        block = pairs.origin[rows] // LEARNED_EVERY
        known = np.searchsorted(pairs.target[rows], block * LEARNED_EVERY, side="right")
        answer[rows] += prefix_quantiles(error, known)
    return np.maximum(answer, 0.0)


def climatology(history: WaitHistory, pairs: Pairs) -> Floats:
    """Climatology: seven quantiles for each pair [n, 7]; the last value while none is known."""
    answer = np.repeat(pairs.last[:, None], len(QUANTILES), axis=1)
    hours = hour_of_week(pairs.target, history.zone)
    for s, one in enumerate(history.series):
        rows = np.flatnonzero(pairs.series == s)
        weekly = pairs.origin[rows] - one.at[0] >= WEEKS_ENOUGH * WEEK
        own = hour_of_week(one.at, history.zone)
        for chosen, cells, asked in (
            (rows[weekly], own, hours[rows[weekly]]),
            (rows[~weekly], own % 24, hours[rows[~weekly]] % 24),
        ):
            _by_cell(answer, one, cells, asked, chosen, pairs.origin)
    return answer


def lately(history: WaitHistory, pairs: Pairs) -> Floats:
    """The last fortnight: seven quantiles for each pair [n, 7]; the last value for too few."""
    answer = np.repeat(pairs.last[:, None], len(QUANTILES), axis=1)
    for s, one in enumerate(history.series):
        rows = np.flatnonzero(pairs.series == s)
        blocks, back = np.unique(pairs.origin[rows] // LEARNED_EVERY, return_inverse=True)
        now = blocks * LEARNED_EVERY
        ends = np.searchsorted(one.at, now, side="right")
        begins = np.searchsorted(one.at, now - LATELY)
        known = ends - begins >= LATELY_ENOUGH
        table = np.zeros((len(blocks), len(QUANTILES)))
        for place in np.flatnonzero(known):
            told = np.sort(one.value[begins[place] : ends[place]])
            table[place] = of_sorted(told, np.array(QUANTILES))
        answer[rows[known[back]]] = table[back[known[back]]]
    return answer


def _by_cell(
    answer: Floats, one: Series, cells: Ints, asked: Ints, rows: Ints, origin: Ints
) -> None:
    for cell in np.unique(asked):
        mine = rows[asked == cell]
        within = cells == cell
        count = np.searchsorted(one.at[within], origin[mine], side="right")
        told = prefix_quantiles(one.value[within], count)
        answer[mine[count > 0]] = told[count > 0]


def prefix_quantiles(values: Floats, counts: Ints) -> Floats:
    """The seven quantiles of the first `counts` values, for each count [n, 7]; zeros for none."""
    steps, back = np.unique(counts, return_inverse=True)
    table = np.zeros((len(steps), len(QUANTILES)))
    known, done = np.zeros(0), 0
    for place, count in enumerate(steps):
        new = np.sort(values[done:count])
        known, done = np.insert(known, np.searchsorted(known, new), new), int(count)
        if count:
            table[place] = of_sorted(known, np.array(QUANTILES))
    return table[back]


def of_sorted(known: Floats, levels: Floats) -> Floats:
    """Quantiles of sorted values, by linear interpolation as in `numpy.quantile`."""
    place = levels * (len(known) - 1)
    low = place.astype(np.int64)
    high = np.minimum(low + 1, len(known) - 1)
    return known[low] + (known[high] - known[low]) * (place - low)


def _groups(pairs: Pairs) -> list[Ints]:
    """The rows of each series and horizon, by target."""
    key = pairs.series * (int(pairs.horizon.max(initial=0)) + 1) + pairs.horizon
    order = np.argsort(key, kind="stable")
    return np.split(order, np.flatnonzero(np.diff(key[order])) + 1) if len(pairs) else []
