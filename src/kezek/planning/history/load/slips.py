"""Typing errors in a series: values and stamps that do not fit their neighbours."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from kezek.planning.history.series import DAY, Ints

# A value so many times the 99 % quantile of its series is an error, not a wait.
BEYOND_USUAL = 1000.0
# Rows that leap further than this, in seconds, and come back have a wrong month or year.  Backfilled
# rows are out of order and right; they do not come back.
LEAP = 27 * DAY
# The most rows that may be wrong together: days one to twelve of a month, hour by hour.
_RUN_MAX = 300
_ENOUGH = 20


def slipped_values(values: Sequence[float]) -> Iterator[tuple[int, float]]:
    """Indices of values far beyond those usual in the series, with the value."""
    positive = [one for one in values if one > 0]
    if len(positive) < _ENOUGH:
        return
    usual = float(np.quantile(positive, 0.99)) * BEYOND_USUAL
    for place, value in enumerate(values):
        if value > usual:
            yield place, value


def slipped_stamps(at: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Indices of rows whose stamps leap away from the rows around them, with the leap in days.

    `at` is UTC seconds in the order of the file's rows, which may go forwards or backwards.  A run at
    the file's end that lies further away than all other rows from each other counts too.
    """
    if len(at) < _ENOUGH:
        return
    rows = np.array(at, np.int64)
    most = min(_RUN_MAX, len(rows) // _ENOUGH)
    leaps = np.flatnonzero(np.abs(np.diff(rows)) > LEAP)
    beyond = -1
    for before in leaps.tolist():
        if before < beyond:
            continue
        beyond = _back(rows, before, most)
        for place in range(before + 1, beyond):
            yield place, int(abs(rows[place] - rows[before]) // DAY)
    yield from _at_an_end(rows, leaps, most)


def _back(rows: Ints, before: int, most: int) -> int:
    """The first row after a leap that is near the row before it, or the next row if none is."""
    for place in range(before + 2, min(before + 2 + most, len(rows))):
        if abs(rows[place] - rows[before]) <= LEAP:
            return place
    return before + 1


def _at_an_end(rows: Ints, leaps: Ints, most: int) -> Iterator[tuple[int, int]]:
    for first, last in (
        ((0, int(leaps[0]) + 1), (int(leaps[-1]) + 1, len(rows))) if len(leaps) else ()
    ):
        rest = np.concatenate((rows[:first], rows[last:]))
        if last - first > most or not len(rest):
            continue
        away = _distance(rows[first:last], rest)
        if away > max(int(rest.max() - rest.min()), 366 * DAY):
            yield from ((place, away // DAY) for place in range(first, last))


def _distance(some: Ints, rest: Ints) -> int:
    """The distance of two groups of instants in seconds; 0 where they overlap."""
    return int(max(some.min() - rest.max(), rest.min() - some.max(), 0))
