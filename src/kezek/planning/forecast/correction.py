"""The learned correction: what past errors of the twin let expect of its next ones.

Small boosted trees learn the error at the 50 % mark from the signs, and the whole range is moved by what
they expect; how wide it should be stays the calibration's business.  All lines are learned from
together.  The library that learns is an extra: without it nothing is learned, and nothing is corrected.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np

from kezek.domain.kernel.instant import DAY
from kezek.planning.array import Floats, Integers
from kezek.planning.forecast.features import NAMES, later, line_signs, moved, signs_of
from kezek.planning.forecast.library import STEADY, NotInstalled, lightgbm
from kezek.planning.forecast.twin import forecast
from kezek.planning.question import (
    Case,
    Correction,
    Corrections,
    JoinForecast,
    Lesson,
    LineForecast,
    LineState,
    Range,
    TruckForecast,
)

# Ours: fewer teach nothing that holds for the next ones.
CASES_MIN = 300
# Ours: the days that are told by what was over before the first of them.  Shorter ones learn oftener
# and, from all lines of a country, for longer than a forecast may have to wait (docs/live-forecast.md).
BLOCK = 2 * DAY
# Ours: what a weekday brings is known when it has come three times.  Before, it would be but another
# name of one day that is over.
WEEK_KNOWN = 21 * DAY
# Ours: whoever was off by more than this teaches no more than this, and no range is moved farther:
# to four and a half times, or to less than a quarter.
ERROR_MAX = 1.5
ROUNDS = 60
SEED = 20260613

# Small, and each of half the cases and half the signs: where there is nothing to learn, little is.
_TREES = {
    "objective": "regression_l1",
    "num_leaves": 5,
    "learning_rate": 0.05,
    "min_data_in_leaf": 60,
    "feature_fraction": 0.5,
    "bagging_fraction": 0.5,
    "bagging_freq": 1,
    "lambda_l2": 1.0,
    "max_bin": 63,
    "seed": SEED,
    **STEADY,
}
_LEAF = -1
_WEEK = [NAMES.index(name) for name in ("week_sine", "week_cosine")]


class DamagedCorrection(Exception):
    """A correction that no learning has made: it is not followed."""


def learn(cases: Sequence[Case]) -> Lesson:
    """What the cases have taught: of each the error expected by those over before its block of days,
    0 where they were too few; and a correction for what comes.
    """
    # Half of the cases are drawn by their place: whoever gives them in another order is told the same.
    order = sorted(range(len(cases)), key=lambda place: _key(cases[place]))
    lesson = _learned([cases[place] for place in order])
    expected = dict(zip(order, lesson.expected, strict=True))
    return replace(lesson, expected=tuple(expected[place] for place in range(len(cases))))


def _key(case: Case) -> tuple[Any, ...]:
    return case.at, case.known_at, case.error, case.signs


def _learned(cases: Sequence[Case]) -> Lesson:
    at, known_at = (np.array([getattr(c, name) for c in cases]) for name in ("at", "known_at"))
    signs = np.array([case.signs for case in cases], float).reshape(len(cases), len(NAMES))
    errors = np.clip([case.error for case in cases], -ERROR_MAX, ERROR_MAX)
    expected = np.zeros(len(cases))
    try:
        for block in np.unique(at // BLOCK):
            over, asked = known_at < block * BLOCK, at // BLOCK == block
            correction = _grown(at[over], signs[over], errors[over])
            if correction is not None:
                expected[asked] = expect(correction, signs[asked])
        return Lesson(tuple(expected.tolist()), _grown(at, signs, errors))
    except NotInstalled:
        return Lesson((0.0,) * len(cases), None)


def _grown(at: Integers, signs: Floats, errors: Floats) -> Correction | None:
    """Trees of so many cases [n], [n, k], [n]; None of too few."""
    if len(errors) < CASES_MIN:
        return None
    if at.max() - at.min() < WEEK_KNOWN:
        signs = signs.copy()
        signs[:, _WEEK] = 0.0
    library = lightgbm()
    trees = library.train(_TREES, library.Dataset(signs, errors, params=_TREES), ROUNDS)
    nodes: list[tuple[int, float, int]] = []
    roots = []
    for tree in trees.dump_model()["tree_info"]:
        roots.append(len(nodes))
        _append(nodes, tree["tree_structure"])
    sign, limit, other = zip(*nodes, strict=True)
    return Correction(sign, limit, other, tuple(roots))


def _append(nodes: list[tuple[int, float, int]], tree: Any) -> None:
    """A tree as nodes, the lower branch of each behind it."""
    if "leaf_value" in tree:
        nodes.append((_LEAF, float(tree["leaf_value"]), 0))
        return
    place = len(nodes)
    nodes.append((_LEAF, 0.0, 0))
    _append(nodes, tree["left_child"])
    nodes[place] = (int(tree["split_feature"]), float(tree["threshold"]), len(nodes))
    _append(nodes, tree["right_child"])


def expect(correction: Correction, signs: Floats) -> Floats:
    """The error that is to be expected by signs [n, k]: float64[n], at most ERROR_MAX either way.

    Raises `DamagedCorrection`.
    """
    sign, limit, other, roots = _checked(correction)
    rows = np.arange(len(signs))
    place = np.repeat(roots[:, None], len(signs), axis=1)
    while (inner := sign[place] != _LEAF).any():
        low = signs[rows, sign[place]] <= limit[place]
        place = np.where(inner, np.where(low, place + 1, other[place]), place)
    error: Floats = np.clip(limit[place].sum(axis=0), -ERROR_MAX, ERROR_MAX)
    return error


@lru_cache(maxsize=8)
def _checked(correction: Correction) -> tuple[Integers, Floats, Integers, Integers]:
    """The nodes as arrays.  Every step leads onward and none out of them, so each walk ends."""
    sign, other, roots = (
        np.array(part, np.int64) for part in (correction.sign, correction.other, correction.roots)
    )
    limit = np.array(correction.limit, float)
    count = len(sign)
    if not (len(limit) == len(other) == count and len(roots)):
        raise DamagedCorrection("a node lacks a part")
    places = np.arange(count)
    inner = sign != _LEAF
    if not np.isfinite(limit).all() or (roots < 0).any() or (roots >= count).any():
        raise DamagedCorrection("a limit or a root is none")
    if ((sign < _LEAF) | (sign >= len(NAMES))).any():
        raise DamagedCorrection("a sign is none")
    if (inner & ((other <= places) | (other >= count) | (places + 1 >= count))).any():
        raise DamagedCorrection("a branch leads back or away")
    return sign, limit, other, roots


def corrected_forecast(state: LineState, corrections: Corrections) -> LineForecast:
    """The twin's forecast of a line, its ranges moved by what its past lets expect.

    Raises `DamagedCorrection`.
    """
    return corrected(forecast(state), state, corrections)


def corrected(told: LineForecast, state: LineState, corrections: Corrections) -> LineForecast:
    """A forecast with the ranges of all who are not called moved, each as a whole.

    Whoever is called has another span before them than those that were learned from.
    """
    since, line = told.as_of, line_signs(state)
    classes = {one.number: one.vehicle_class for one in state.waiting}
    classes |= {one.number: one.vehicle_class for one in state.expected}
    trucks = [one for one in told.trucks if one.called is not None]
    names = [classes.get(one.number, "") for one in trucks]
    names += [one.vehicle_class for one in told.joins]

    def moved_by(correction: Correction | None, measure: str) -> list[Range]:
        """Spans until the call or the crossing: of the trucks, then of those that would join."""
        waits = [later(getattr(one, measure), -since) for one in trucks]
        waits += [getattr(one, measure) for one in told.joins]
        if correction is None or not waits:
            return waits
        signs = [signs_of(line, one, name) for one, name in zip(waits, names, strict=True)]
        errors = expect(correction, np.array(signs)).tolist()
        return [moved(one, error) for one, error in zip(waits, errors, strict=True)]

    called = moved_by(corrections.called, "called")
    pairs = zip(called, moved_by(corrections.crossed, "crossed"), strict=True)
    return replace(
        told,
        trucks=tuple(
            TruckForecast(one.number, *(later(at, since) for at in next(pairs)))
            if one.called is not None
            else one
            for one in told.trucks
        ),
        joins=tuple(JoinForecast(one.vehicle_class, *next(pairs)) for one in told.joins),
    )
