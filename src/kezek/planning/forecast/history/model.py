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
# More rows than these make the fit slower and hardly better.
ROWS_MAX = 20_000
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
class Member:
    """One of a model's opinions.  `linear` [horizons, levels]; `trees`: a booster a quantile."""

    linear: Floats
    trees: tuple[str, ...]

    def change(self, known: Features, horizon: Ints) -> Floats:
        """Seven rising quantiles of the change from the last value, in units of the scale [n, 7]."""
        library = lightgbm()
        offset = _offsets(self.linear, known, horizon)
        matrix = np.column_stack([known.matrix, offset])

        def grown(text: str) -> Floats:
            return np.asarray(library.Booster(model_str=text).predict(matrix, num_threads=1))

        with ThreadPoolExecutor(_THREADS) as threads:
            change = np.column_stack(list(threads.map(grown, self.trees)))
        return np.sort(change + offset[:, None], axis=1)


@dataclass(frozen=True)
class Model:
    """What was learned: the mean of its members' quantiles is better than any of them."""

    members: tuple[Member, ...]

    def predict(self, known: Features, pairs: Pairs) -> Floats:
        """Seven rising quantiles of each pair's value [n, 7], never negative."""
        changes = [one.change(known, pairs.horizon) for one in self.members]
        change = np.mean(changes, axis=0) * known.scale[:, None]
        return np.asarray(np.maximum(pairs.last[:, None] + change, 0.0))


def learn(known: Features, pairs: Pairs, horizons: int) -> Model | None:
    """A model of pairs whose truths are known; None of too few.

    One member's trees begin from the linear part, those of the other from the last value.
    """
    if len(pairs) < ROWS_MIN:
        return None
    members = []
    for seed, from_linear in ((SEED, True), (SEED + 1, False)):
        rows = _taken(len(pairs), seed)
        members.append(
            _member(known.at(rows), pairs.at(rows), horizons, seed=seed, from_linear=from_linear)
        )
    return Model(tuple(members))


def _member(
    known: Features, pairs: Pairs, horizons: int, *, seed: int, from_linear: bool
) -> Member:
    library = lightgbm()
    change = np.clip((pairs.truth - pairs.last) / known.scale, -CHANGE_MAX, CHANGE_MAX)
    linear = np.zeros((horizons, len(known.levels)))
    if from_linear:
        for h in range(horizons):
            linear[h] = _robust(known, change, np.flatnonzero(pairs.horizon == h))
    offset = _offsets(linear, known, pairs.horizon)
    rows = library.Dataset(
        np.column_stack([known.matrix, offset]),
        change - offset,
        weight=_weights(change, pairs.horizon, horizons),
        params=_TREES,
        free_raw_data=False,
    )
    rows.construct()

    def train(level: float) -> str:
        settings = _TREES | {"alpha": level, "seed": seed}
        return str(library.train(settings, rows, ROUNDS).model_to_string())

    # The library lets go of the interpreter while it computes; each tree is grown by one thread alone.
    with ThreadPoolExecutor(_THREADS) as threads:
        return Member(linear, tuple(threads.map(train, QUANTILES)))


def _taken(count: int, seed: int) -> Ints:
    """Which of so many rows a member learns from: all, or `ROWS_MAX` drawn from them."""
    if count <= ROWS_MAX:
        return np.arange(count)
    drawn = np.random.default_rng(seed).choice(count, ROWS_MAX, replace=False)
    return np.asarray(np.sort(drawn), np.int64)


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
