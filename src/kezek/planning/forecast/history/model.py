"""The learned forecast: a robust linear part, and boosted trees for seven quantiles of what it leaves.

One model serves all series and horizons of a file.  It is the optional part: without LightGBM the
product runs, and `NotInstalled` says how to install it.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np

from kezek.planning.forecast.history.features import Features
from kezek.planning.forecast.history.pairs import Pairs
from kezek.planning.forecast.history.series import Floats, Ints
from kezek.planning.question import QUANTILES

SEED = 20260613
# More rows than these make the fit slower and hardly better; those that are taken lie evenly.
ROWS_MAX = 30_000
ROWS_MIN = 200
ROUNDS = 80
# Changes are told in usual changes of a day; what is farther out is as far as this.
CHANGE_MAX = 30.0
_LEVEL_MAX = 20.0
_RIDGE = 0.05
_ITERATIONS = 8
_THREADS = 2

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
    # The same input gives the same model on every machine.
    "deterministic": True,
    "force_row_wise": True,
    "seed": SEED,
    "num_threads": 1,
    "feature_pre_filter": False,
    "verbose": -1,
}


class NotInstalled(Exception):
    """The learning library is missing, or the system's library that it is linked against."""

    permanent = True

    def __init__(self, fault: Exception) -> None:
        super().__init__(
            "forecasts of histories need LightGBM, which is not here: install it with"
            ' "pip install kezek[learning]" and the system\'s libgomp1 with'
            f' "apt-get install -y libgomp1" ({fault})'
        )


def lightgbm() -> Any:
    """The library; raises `NotInstalled`."""
    try:
        import lightgbm as library  # noqa: PLC0415 - an extra: most installations run without it
    except (ImportError, OSError) as fault:
        raise NotInstalled(fault) from None
    return library


@dataclass(frozen=True)
class Model:
    """What was learned.  `linear` [horizons, levels]; `trees`: a booster for each quantile, as text."""

    linear: Floats
    trees: tuple[str, ...]

    def predict(self, known: Features, pairs: Pairs) -> Floats:
        """Seven rising quantiles of each pair's value [n, 7], never negative."""
        library = lightgbm()
        offset = _offsets(self.linear, known, pairs.horizon)
        matrix = np.column_stack([known.matrix, offset])

        def grown(text: str) -> Floats:
            return np.asarray(library.Booster(model_str=text).predict(matrix, num_threads=1))

        with ThreadPoolExecutor(_THREADS) as threads:
            change = np.column_stack(list(threads.map(grown, self.trees)))
        change = np.sort(change + offset[:, None], axis=1)
        return np.maximum(pairs.last[:, None] + change * known.scale[:, None], 0.0)


def learn(known: Features, pairs: Pairs, horizons: int) -> Model | None:
    """A model of pairs whose truths are known; None of too few."""
    if len(pairs) < ROWS_MIN:
        return None
    library = lightgbm()
    change = np.clip((pairs.truth - pairs.last) / known.scale, -CHANGE_MAX, CHANGE_MAX)
    linear = np.stack(
        [_robust(known, change, np.flatnonzero(pairs.horizon == h)) for h in range(horizons)]
    )
    offset = _offsets(linear, known, pairs.horizon)
    matrix = np.column_stack([known.matrix, offset])
    rows = library.Dataset(
        matrix,
        change - offset,
        weight=_weights(change, pairs.horizon, horizons),
        params={name: _TREES[name] for name in ("max_bin", "feature_pre_filter", "verbose")}
        | {"num_threads": 1},
        free_raw_data=False,
    )
    rows.construct()

    def train(level: float) -> str:
        return str(library.train(_TREES | {"alpha": level}, rows, ROUNDS).model_to_string())

    # The library lets go of the interpreter while it computes; each tree is grown by one thread alone.
    with ThreadPoolExecutor(_THREADS) as threads:
        return Model(linear, tuple(threads.map(train, QUANTILES)))


def taken(count: int) -> Ints:
    """Which of so many rows a model learns from: all, or `ROWS_MAX` that lie evenly."""
    if count <= ROWS_MAX:
        return np.arange(count)
    return np.linspace(0, count - 1, ROWS_MAX).astype(np.int64)


def _weights(change: Floats, horizon: Ints, horizons: int) -> Floats:
    """Each horizon weighs the same, however much changes within it."""
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
    """Least absolute deviations with a ridge, by reweighted least squares; zeros of too few rows."""
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
