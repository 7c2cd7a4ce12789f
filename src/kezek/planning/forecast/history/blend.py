"""Mixes experts' quantiles by how good they lately were, lest what is learned be worse than a baseline.

Every mixture on a grid is an expert of its own.  Its weight falls with its past loss in the same series
and horizon, and with that of all series at the horizon; only truths that had come at the origin count.
"""

from __future__ import annotations

import itertools

import numpy as np

from kezek.planning.forecast.history.model import LEARNED
from kezek.planning.forecast.history.pairs import Pairs
from kezek.planning.forecast.history.series import DAY, HOUR, Floats, Ints
from kezek.planning.question import QUANTILES

LEARNED_EVERY = 6 * HOUR
_STEPS = 4
_HALF_LIFE = 15 * DAY
# How sharply a loss is punished, and for how many losses of its own a series believes the others'.
_SHARPNESS = 0.3
_OTHERS = 30.0
# How far a quantile is weighted by its own losses; by those of all seven for the rest.
_OWN = 0.6
# How much more the learned experts, the first, are believed before anything is known.
_TRUST = 4.0
_LEVELS = np.array(QUANTILES)


def mixed(pairs: Pairs, experts: Floats, *, series: int, horizons: int) -> tuple[Floats, Floats]:
    """The mixed quantiles of each pair [n, 7], and the weights after the last truth.

    `experts` [e, n, 7]; the weights are [series, horizons, e, 7] and sum to one over the experts.
    """
    grid = _grid(len(experts))
    learning = _Losses(grid, series, horizons)
    group = pairs.series * horizons + pairs.horizon
    asked, known = pairs.origin // LEARNED_EVERY, -(-pairs.target // LEARNED_EVERY)
    by_asked, by_known = np.argsort(asked, kind="stable"), np.argsort(known, kind="stable")
    blocks, first = np.unique(asked[by_asked], return_index=True)
    answer = np.empty(experts.shape[1:])
    done = 0
    for block, rows in zip(blocks, np.split(by_asked, first[1:]), strict=True):
        upto = int(np.searchsorted(known[by_known], block, side="right"))
        came = by_known[done:upto]
        done = upto
        learning.decay(int(block))
        learning.learn(pairs.truth[came], experts[:, came], group[came])
        weights = learning.weights()
        answer[rows] = np.einsum("neq,enq->nq", weights[group[rows]], experts[:, rows])
    came = by_known[done:]
    learning.learn(pairs.truth[came], experts[:, came], group[came])
    latest = learning.weights().reshape(series, horizons, len(experts), len(_LEVELS))
    return np.sort(answer, axis=1), latest


def _grid(experts: int) -> Floats:
    """All mixtures in quarters [c, e]."""
    steps = itertools.product(range(_STEPS + 1), repeat=experts)
    return np.array([one for one in steps if sum(one) == _STEPS], float) / _STEPS


class _Losses:
    """Discounted losses of each mixture by group and quantile, and the weights they give."""

    def __init__(self, grid: Floats, series: int, horizons: int) -> None:
        self._grid, self._series, self._horizons = grid, series, horizons
        self._loss = np.zeros((series * horizons, len(grid), len(_LEVELS)))
        self._count = np.zeros(series * horizons)
        self._block: int | None = None

    def decay(self, block: int) -> None:
        if self._block is not None:
            keep = 0.5 ** ((block - self._block) * LEARNED_EVERY / _HALF_LIFE)
            self._loss *= keep
            self._count *= keep
        self._block = block

    def learn(self, truth: Floats, experts: Floats, group: Ints) -> None:
        if len(truth):
            error = truth[:, None, None] - np.einsum("ce,enq->ncq", self._grid, experts)
            loss = np.maximum(_LEVELS * error, (_LEVELS - 1) * error)
            np.add.at(self._loss, group, loss)
            np.add.at(self._count, group, 1.0)

    def weights(self) -> Floats:
        """[groups, e, 7]"""
        # Losses are told in those of the group's best mixture: series of all sizes count the same.
        best = self._loss.mean(axis=2).min(axis=1) / np.maximum(self._count, 1.0)
        told = self._loss / np.maximum(best, 1e-9)[:, None, None]
        shape = (self._series, self._horizons)
        total = told.reshape(*shape, *told.shape[1:]).sum(axis=0)
        count = self._count.reshape(shape).sum(axis=0)
        others = np.tile(total / np.maximum(count, 1.0)[:, None, None], (self._series, 1, 1))
        lost = told + _OTHERS * others
        lost = _OWN * lost + (1 - _OWN) * lost.mean(axis=2, keepdims=True)
        weight = -_SHARPNESS * lost
        weight += _TRUST * self._grid[:, :LEARNED].sum(axis=1, keepdims=True)
        weight = np.exp(weight - weight.max(axis=1, keepdims=True))
        weight /= weight.sum(axis=1, keepdims=True)
        return np.asarray(np.einsum("gcq,ce->geq", weight, self._grid))
