"""The learned correction: predicts the twin's errors from its past ones.

Small boosted trees learn the error of the median from the features, and the whole range is moved by
the predicted error.  The width of ranges is left to the calibration.  One model is trained on all lines.
The library is an extra: without it nothing is learned, and nothing is corrected.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np

from kezek.domain.kernel.instant import DAY
from kezek.planning.array import Floats, Integers
from kezek.planning.forecast.features import NAMES, features_of, later, line_features, moved
from kezek.planning.forecast.twin import forecast
from kezek.planning.library import STEADY, NotInstalled, lightgbm
from kezek.planning.question import (
    Correction,
    Corrections,
    ErrorExample,
    JoinForecast,
    LineForecast,
    LineState,
    Range,
    TrainingResult,
    TruckForecast,
)

# Ours: a model of fewer examples does not hold for the next forecasts.
EXAMPLES_MIN = 300
# Ours: examples of one block are predicted by a model of those known before it.  Shorter blocks need
# more models, whose training would take longer than a forecast may wait (docs/lab/live-forecast.md).
BLOCK = 2 * DAY
# Ours: the weekday is a feature once each has come three times.  Before, it would only identify a single
# past day.
WEEK_KNOWN = 21 * DAY
# Ours: errors are clipped here in training, and predicted errors too: no range is moved to more than
# four and a half times, or to less than a quarter.
ERROR_MAX = 1.5
ROUNDS = 60
SEED = 20260613

# Small trees, each of half the examples and half the features, learn little where there is only noise.
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
    """A correction that training cannot have made; it is not applied."""


def learn(examples: Sequence[ErrorExample]) -> TrainingResult:
    """Train on examples.

    The predicted error of each example comes from a model of those that were over before its block of
    days, 0 where these were too few.  The correction is fitted to all examples.
    """
    # Trees sample examples by index, so the order is made unique first.
    order = sorted(range(len(examples)), key=lambda place: _key(examples[place]))
    result = _learned([examples[place] for place in order])
    expected = dict(zip(order, result.expected, strict=True))
    return replace(result, expected=tuple(expected[place] for place in range(len(examples))))


def _key(example: ErrorExample) -> tuple[Any, ...]:
    return example.at, example.known_at, example.error, example.features


def _learned(examples: Sequence[ErrorExample]) -> TrainingResult:
    at, known_at = (np.array([getattr(c, name) for c in examples]) for name in ("at", "known_at"))
    features = np.array([example.features for example in examples], float).reshape(
        len(examples), len(NAMES)
    )
    errors = np.clip([example.error for example in examples], -ERROR_MAX, ERROR_MAX)
    expected = np.zeros(len(examples))
    try:
        for block in np.unique(at // BLOCK):
            over, asked = known_at < block * BLOCK, at // BLOCK == block
            correction = _grown(at[over], features[over], errors[over])
            if correction is not None:
                expected[asked] = expect(correction, features[asked])
        return TrainingResult(tuple(expected.tolist()), _grown(at, features, errors))
    except NotInstalled:
        return TrainingResult((0.0,) * len(examples), None)


def _grown(at: Integers, features: Floats, errors: Floats) -> Correction | None:
    """Fit trees to instants [n], features [n, k] and errors [n]; None for too few."""
    if len(errors) < EXAMPLES_MIN:
        return None
    if at.max() - at.min() < WEEK_KNOWN:
        features = features.copy()
        features[:, _WEEK] = 0.0
    library = lightgbm()
    trees = library.train(_TREES, library.Dataset(features, errors, params=_TREES), ROUNDS)
    nodes: list[tuple[int, float, int]] = []
    roots = []
    for tree in trees.dump_model()["tree_info"]:
        roots.append(len(nodes))
        _append(nodes, tree["tree_structure"])
    feature, threshold, right = zip(*nodes, strict=True)
    return Correction(feature, threshold, right, tuple(roots))


def _append(nodes: list[tuple[int, float, int]], tree: Any) -> None:
    """Append a tree in preorder: the left child of a node follows it."""
    if "leaf_value" in tree:
        nodes.append((_LEAF, float(tree["leaf_value"]), 0))
        return
    place = len(nodes)
    nodes.append((_LEAF, 0.0, 0))
    _append(nodes, tree["left_child"])
    nodes[place] = (int(tree["split_feature"]), float(tree["threshold"]), len(nodes))
    _append(nodes, tree["right_child"])


def expect(correction: Correction, features: Floats) -> Floats:
    """The predicted errors of features [n, k], float64[n], clipped to ± ERROR_MAX.

    Raises `DamagedCorrection`.
    """
    feature, threshold, right, roots = _checked(correction)
    rows = np.arange(len(features))
    place = np.repeat(roots[:, None], len(features), axis=1)
    while (inner := feature[place] != _LEAF).any():
        low = features[rows, feature[place]] <= threshold[place]
        place = np.where(inner, np.where(low, place + 1, right[place]), place)
    error: Floats = np.clip(threshold[place].sum(axis=0), -ERROR_MAX, ERROR_MAX)
    return error


@lru_cache(maxsize=8)
def _checked(correction: Correction) -> tuple[Integers, Floats, Integers, Integers]:
    """The nodes as arrays, checked: every child has a higher index within them, so each walk ends."""
    feature, right, roots = (
        np.array(part, np.int64)
        for part in (correction.feature, correction.right, correction.roots)
    )
    threshold = np.array(correction.threshold, float)
    count = len(feature)
    if not (len(threshold) == len(right) == count and len(roots)):
        raise DamagedCorrection("a node lacks a part")
    places = np.arange(count)
    inner = feature != _LEAF
    if not np.isfinite(threshold).all() or (roots < 0).any() or (roots >= count).any():
        raise DamagedCorrection("a limit or a root is none")
    if ((feature < _LEAF) | (feature >= len(NAMES))).any():
        raise DamagedCorrection("a feature does not exist")
    if (inner & ((right <= places) | (right >= count) | (places + 1 >= count))).any():
        raise DamagedCorrection("a branch leads back or away")
    return feature, threshold, right, roots


def corrected_forecast(state: LineState, corrections: Corrections) -> LineForecast:
    """The twin's forecast of a line with its ranges moved by the predicted errors.

    Raises `DamagedCorrection`.
    """
    return corrected(forecast(state), state, corrections)


def corrected(told: LineForecast, state: LineState, corrections: Corrections) -> LineForecast:
    """A forecast with the ranges of all trucks that are not called moved by the predicted errors.

    Called trucks are not moved: the training examples are waits from arrival.
    """
    since, line = told.as_of, line_features(state)
    classes = {one.number: one.vehicle_class for one in state.waiting}
    classes |= {one.number: one.vehicle_class for one in state.expected}
    trucks = [one for one in told.trucks if one.called is not None]
    names = [classes.get(one.number, "") for one in trucks]
    names += [one.vehicle_class for one in told.joins]

    def moved_by(correction: Correction | None, measure: str) -> list[Range]:
        """Corrected waits until `measure`: of the trucks, then of the joins."""
        waits = [later(getattr(one, measure), -since) for one in trucks]
        waits += [getattr(one, measure) for one in told.joins]
        if correction is None or not waits:
            return waits
        features = [
            features_of(line, one, ordinary=name == state.ordinary)
            for one, name in zip(waits, names, strict=True)
        ]
        errors = expect(correction, np.array(features)).tolist()
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
