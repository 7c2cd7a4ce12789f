"""The learned forecasts: boosted trees on a robust linear model, and a forest of past states.

One model serves all series and horizons of a file.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from kezek.planning.history.features import Features
from kezek.planning.history.forest import Forest, grow
from kezek.planning.history.pairs import Pairs
from kezek.planning.history.series import Floats, Ints
from kezek.planning.library import STEADY, THREADS, lightgbm
from kezek.planning.question import QUANTILES

SEED = 20260613
# The number of forecasts that a model makes.
LEARNED = 2
# More rows than these make the fit slower and hardly better.
ROWS_MAX = 20_000
ROWS_MIN = 200
ROUNDS = 80
# Changes are in usual changes of a day, and are clipped here.
CHANGE_MAX = 30.0
_LEVEL_MAX = 20.0
_RIDGE = 0.05
_ITERATIONS = 8

_TREES = {
    "objective": "quantile",
    "num_leaves": 15,
    "learning_rate": 0.08,
    "min_data_in_leaf": 40,
    "feature_fraction": 0.7,
    "bagging_fraction": 0.7,
    "bagging_freq": 1,
    "lambda_l2": 1.0,
    "max_bin": 63,
    **STEADY,
}


@dataclass(frozen=True)
class GradientBoosting:
    """A linear model [horizons, levels] and boosted trees of its residuals, a booster a quantile."""

    linear: Floats
    trees: tuple[str, ...]

    def predict(self, known: Features, horizon: Ints) -> Floats:
        """Seven rising quantiles of the change for each row of features [n, 7]."""
        library = lightgbm()
        offset = _offsets(self.linear, known, horizon)
        matrix = np.column_stack([known.matrix, offset])

        def grown(text: str) -> Floats:
            return np.asarray(library.Booster(model_str=text).predict(matrix, num_threads=1))

        with ThreadPoolExecutor(THREADS) as threads:
            change = np.column_stack(list(threads.map(grown, self.trees)))
        return np.sort(change + offset[:, None], axis=1)


@dataclass(frozen=True)
class Model:
    """Both learned forecasts, of changes from the last value in units of the scale."""

    boosted: GradientBoosting
    forest: Forest

    def predict(self, known: Features, pairs: Pairs) -> Floats:
        """Seven rising quantiles of each pair's value by each forecast, not negative [2, n, 7]."""
        changes = [self.boosted.predict(known, pairs.horizon), self.forest.predict(known.matrix)]
        change = np.stack(changes) * known.scale[:, None]
        return np.asarray(np.maximum(pairs.last[:, None] + change, 0.0))


def learn(known: Features, pairs: Pairs, horizons: int) -> Model | None:
    """Fit a model to pairs whose truths are known; None for too few."""
    if len(pairs) < ROWS_MIN:
        return None
    rows = _taken(len(pairs))
    known, pairs = known.at(rows), pairs.at(rows)
    change = np.clip((pairs.truth - pairs.last) / known.scale, -CHANGE_MAX, CHANGE_MAX)
    weight = _weights(change, pairs.horizon, horizons)
    forest = grow(known.matrix, change, np.sqrt(weight))
    return Model(_boosted(known, pairs.horizon, change, weight, horizons), forest)


def _boosted(
    known: Features, horizon: Ints, change: Floats, weight: Floats, horizons: int
) -> GradientBoosting:
    library = lightgbm()
    linear = np.stack(
        [_robust(known, change, np.flatnonzero(horizon == h)) for h in range(horizons)]
    )
    offset = _offsets(linear, known, horizon)
    rows = library.Dataset(
        np.column_stack([known.matrix, offset]),
        change - offset,
        weight=weight,
        params=_TREES,
        free_raw_data=False,
    )
    rows.construct()

    def train(level: float) -> str:
        settings = _TREES | {"alpha": level, "seed": SEED}
        return str(library.train(settings, rows, ROUNDS).model_to_string())

    with ThreadPoolExecutor(THREADS) as threads:
        return GradientBoosting(linear, tuple(threads.map(train, QUANTILES)))


def _taken(count: int) -> Ints:
    """The rows that a model learns from: all, or `ROWS_MAX` at random."""
    if count <= ROWS_MAX:
        return np.arange(count)
    drawn = np.random.default_rng(SEED).choice(count, ROWS_MAX, replace=False)
    return np.asarray(np.sort(drawn), np.int64)


def _weights(change: Floats, horizon: Ints, horizons: int) -> Floats:
    """Weights [n] under which each horizon counts equally, whatever its changes."""
    weights = np.ones(len(change))
    for h in range(horizons):
        rows = horizon == h
        if rows.any():
            weights[rows] = 1.0 / max(float(np.abs(change[rows]).mean()), 1e-3)
    return weights


def _offsets(linear: Floats, known: Features, horizon: Ints) -> Floats:
    levels = np.clip(known.matrix[:, known.levels], -_LEVEL_MAX, _LEVEL_MAX)
    return np.asarray(np.einsum("nk,nk->n", levels, linear[horizon]))


def _robust(known: Features, change: Floats, rows: Ints) -> Floats:
    """Least absolute deviations with a ridge penalty, by iteratively reweighted least squares.

    Coefficients [levels]; zeros for too few rows.
    """
    levels = np.clip(known.matrix[np.ix_(rows, known.levels)], -_LEVEL_MAX, _LEVEL_MAX)
    width, target = levels.shape[1], change[rows]
    if len(rows) < 2 * width:
        return np.zeros(width)
    solution: Floats = np.zeros(width)
    weight: Floats = np.ones(len(rows))
    for _ in range(_ITERATIONS):
        weighted = levels * weight[:, None]
        ridge = _RIDGE * len(rows) * np.eye(width)
        solution = np.asarray(
            np.linalg.solve(levels.T @ weighted + ridge, weighted.T @ target), np.float64
        )
        left = np.abs(target - levels @ solution)
        weight = 1.0 / np.maximum(left, 0.3 * float(np.median(left)) + 0.02)
        weight = weight / weight.mean()
    return solution
