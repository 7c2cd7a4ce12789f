"""An empirical distribution gives what was measured, its ends too."""

from __future__ import annotations

import numpy as np
import pytest

from kezek.planning.forecast.twin_measure import QUANTILES_MAX, quantile_table
from kezek.planning.forecast.twin_play import share_below
from kezek.planning.simulation.variate.distribution import interpolated


def drawn(seen: np.ndarray, count: int = 20_000) -> np.ndarray:
    quantiles = quantile_table(seen)
    shares = (np.arange(count) + 0.5) / count
    return np.array([interpolated(quantiles, 0, len(quantiles), u) for u in shares])


@pytest.mark.parametrize("count", [2, 3, 40, QUANTILES_MAX, 5_000])
def test_one_truck_that_came_far_out_is_not_many(count: int):
    """One of many came ten times later than all others: its share of the variates stays its own."""
    seen = np.append(np.linspace(0.0, 60.0, count - 1), 600.0)
    beyond = (drawn(seen) > 60.0).mean()
    assert beyond <= 1.0 / (min(count, QUANTILES_MAX) - 1) + 1e-3


def test_the_ends_do_not_stretch_the_deviation():
    chance = np.random.default_rng(4)
    seen = chance.normal(0.0, 10.0, 2_000)
    seen[0] = 360.0
    assert drawn(seen).std() == pytest.approx(seen.std(), rel=0.35)
    assert drawn(seen[1:]).std() == pytest.approx(seen[1:].std(), rel=0.02)


def test_the_share_below_is_found_as_by_looking_at_every_knot():
    chance = np.random.default_rng(5)
    for _ in range(50):
        quantiles = np.sort(chance.integers(0, 12, chance.integers(2, 30)).astype(float))
        for value in np.arange(-1.0, 13.0, 0.5):
            assert share_below(quantiles, value) == pytest.approx(_by_hand(quantiles, value))


def _by_hand(quantiles: np.ndarray, value: float) -> float:
    if value <= quantiles[0]:
        return 0.0
    for place in range(1, len(quantiles)):
        if quantiles[place] >= value:
            part = (value - quantiles[place - 1]) / (quantiles[place] - quantiles[place - 1])
            return float((place - 1 + part) / (len(quantiles) - 1))
    return 1.0
