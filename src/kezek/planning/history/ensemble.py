"""An ensemble: the experts' quantiles weighted by recent losses, so that a learned forecast that fails
is replaced by a baseline.

The candidates are all mixtures of experts on a grid.  The weight of a candidate falls with its past loss
in the same series and horizon, and with that of all series at the horizon (exponential weights).  Only
truths that were known at the origin count.
"""

from __future__ import annotations

import itertools

import numpy as np

from kezek.planning.history.model import LEARNED
from kezek.planning.history.pairs import Pairs
from kezek.planning.history.series import DAY, HOUR, Floats, Ints
from kezek.planning.question import QUANTILES

LEARNED_EVERY = 6 * HOUR
_STEPS = 4
_HALF_LIFE = 15 * DAY
# The learning rate of the exponential weights, and the weight of all series' mean loss, in losses.
_SHARPNESS = 0.3
_OTHERS = 30.0
# The share of a quantile's own loss in its weight; the rest is the mean loss of all seven.
_OWN = 0.6
# The prior advantage of the learned experts, which are the first, in the exponent.
_TRUST = 4.0
_LEVELS = np.array(QUANTILES)


def combined(pairs: Pairs, experts: Floats, *, series: int, horizons: int) -> tuple[Floats, Floats]:
    """The quantiles of the ensemble for each pair [n, 7], and its weights after the last truth.

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
    """All mixtures of e experts in steps of a quarter [c, e]."""
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
        """The weights of the experts [groups, e, 7]."""
        # Losses are divided by the best candidate's, so that series of all sizes count equally.
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
