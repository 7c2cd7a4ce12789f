from __future__ import annotations

from statistics import NormalDist

import numpy as np
import pytest

from kezek.planning.history.forest import Forest, grow
from kezek.planning.question import QUANTILES

STATES = 4000
WIDTH = 0.5


def seen(state: np.ndarray) -> np.ndarray:
    """As in a history, several features tell the same: no tree sees them all."""
    return np.repeat(state[:, None], 10, axis=1)


def grown() -> Forest:
    """The change is twice the state and a noise of known width."""
    chance = np.random.default_rng(5)
    state = chance.uniform(0.5, 2.0, STATES)
    change = 2 * state + WIDTH * chance.standard_normal(STATES)
    return grow(seen(state), change, np.ones(STATES))


@pytest.fixture(scope="module")
def known() -> Forest:
    return grown()


def test_a_forest_finds_what_comes_of_a_state(known: Forest):
    levels = np.array([NormalDist().inv_cdf(level) for level in QUANTILES])
    state = np.linspace(0.7, 1.8, 40)
    off = known.predict(seen(state)) - (2 * state[:, None] + WIDTH * levels)
    np.testing.assert_allclose(off.mean(axis=0), 0.0, atol=0.25 * WIDTH)
    assert np.abs(off[:, 3]).max() < WIDTH


def test_states_of_which_no_change_ever_came_are_told_no_change():
    """By every quantile, not by the median alone: a line that is empty stays empty."""
    chance = np.random.default_rng(6)
    state = chance.uniform(0, 1, STATES)
    change = np.where(state > 0.5, 5 + chance.standard_normal(STATES), 0.0)
    forest = grow(seen(state), change, np.ones(STATES))
    still, moving = forest.predict(seen(np.array([0.2, 0.9])))
    np.testing.assert_allclose(still, 0.0, atol=1e-9)
    assert moving[0] > 2


def test_the_same_states_grow_the_same_forest(known: Forest):
    asked = seen(np.linspace(0.5, 2.0, 50))
    np.testing.assert_array_equal(grown().predict(asked), known.predict(asked))
