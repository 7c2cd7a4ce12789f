"""The second learned forecast: a quantile regression forest (Meinshausen, 2006).

Past states that share leaves with the present one are weighted by how many they share, and the changes
that followed them give the quantiles.  So one forest serves all seven, and a few weeks of history are
enough for it where boosted trees need months.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kezek.planning.history.series import Floats, Ints
from kezek.planning.library import STEADY, THREADS, lightgbm
from kezek.planning.question import QUANTILES

# Changes are stored as one of so many values, at evenly spaced quantiles.
_CHANGES = 100
# The forest is grown in two halves at once.
_SEEDS = (20260615, 20260616)
_TREES = 30
_SETTINGS = {
    "objective": "l2",
    "boosting": "rf",
    # Leaves hold few states: many trees make a forest smooth, not large leaves.
    "num_leaves": 300,
    "min_data_in_leaf": 3,
    "feature_fraction": 0.7,
    "bagging_fraction": 0.6,
    "bagging_freq": 1,
    "max_bin": 63,
    **STEADY,
}


@dataclass(frozen=True)
class Forest:
    """The trees and the states they were grown on.

    `halves` are the trees as text; `leaf` [states, trees] is the leaf of each state; `change` [states]
    is an index into `changes`, rising values of the change that followed.
    """

    halves: tuple[str, ...]
    changes: Floats
    change: Ints
    leaf: Ints

    def predict(self, matrix: Floats) -> Floats:
        """Seven rising quantiles of the change for each row of features [n, 7]."""
        asked = _leaves(self.halves, matrix)
        below = np.zeros((len(matrix), len(self.changes)), np.float32)
        for tree in range(self.leaf.shape[1]):
            mine, wanted = self.leaf[:, tree], asked[:, tree]
            count = np.zeros(
                (int(max(mine.max(), wanted.max())) + 1, len(self.changes)), np.float32
            )
            np.add.at(count, (mine, self.change), 1.0)
            share = np.cumsum(count, axis=1)
            share /= np.maximum(share[:, -1:], 1.0)
            below += share[wanted]
        below /= self.leaf.shape[1]
        return self._quantiles(below)

    def _quantiles(self, below: NDArray[np.float32]) -> Floats:
        """Quantiles [n, 7] of distributions `below` [n, changes], interpolated linearly."""
        rows = np.arange(len(below))
        answer = np.empty((len(below), len(QUANTILES)))
        for place, level in enumerate(QUANTILES):
            above = np.argmax(below >= level - 1e-6, axis=1)
            under = np.maximum(above - 1, 0)
            low = np.where(above > 0, below[rows, under], 0.0)
            part = (level - low) / np.maximum(below[rows, above] - low, 1e-9)
            step = self.changes[above] - self.changes[under]
            answer[:, place] = self.changes[under] + step * np.clip(part, 0.0, 1.0)
        return answer


def grow(matrix: Floats, change: Floats, weight: Floats) -> Forest:
    """Grow a forest on features [n, k], the changes that followed [n] and the rows' weights [n]."""
    library = lightgbm()
    rows = library.Dataset(matrix, change, weight=weight, params=_SETTINGS, free_raw_data=False)
    rows.construct()

    def half(seed: int) -> str:
        return str(library.train(_SETTINGS | {"seed": seed}, rows, _TREES).model_to_string())

    with ThreadPoolExecutor(THREADS) as threads:
        halves = tuple(threads.map(half, _SEEDS))
    bounds = np.unique(np.quantile(change, np.linspace(0, 1, _CHANGES + 1)))
    return Forest(halves, bounds, np.searchsorted(bounds, change), _leaves(halves, matrix))


def _leaves(halves: tuple[str, ...], matrix: Floats) -> Ints:
    library = lightgbm()

    def asked(text: str) -> Ints:
        tree = library.Booster(model_str=text)
        return np.asarray(tree.predict(matrix, pred_leaf=True, num_threads=1), np.int64)

    with ThreadPoolExecutor(THREADS) as threads:
        return np.column_stack(list(threads.map(asked, halves)))
