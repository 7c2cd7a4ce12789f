from __future__ import annotations

import numpy as np

from kezek.planning.history import baseline
from kezek.planning.history.baseline import climatology, lately, persistence
from kezek.planning.history.pairs import pairs_of, too_fine
from kezek.planning.history.series import (
    DAY,
    HOUR,
    WEEK,
    Series,
    WaitHistory,
    hour_of_week,
)
from kezek.planning.question import QUANTILES
from tests.planning.history.made import MONDAY, hourly

HORIZONS = (3 * HOUR, 24 * HOUR)


def test_persistence_is_the_last_value_plus_the_quantiles_of_its_errors_that_had_come():
    pairs = pairs_of(WaitHistory((hourly(days=12),)), HORIZONS)
    told = persistence(pairs)
    for k in range(60, len(pairs), 37):
        known = pairs.origin[k] // baseline.LEARNED_EVERY * baseline.LEARNED_EVERY
        past = (pairs.target <= known) & (pairs.horizon == pairs.horizon[k])
        error = (pairs.truth - pairs.last)[past]
        naive = pairs.last[k] + (np.quantile(error, QUANTILES) if past.any() else 0.0)
        np.testing.assert_allclose(told[k], np.maximum(naive, 0.0), atol=1e-9)


def test_climatology_is_by_hour_of_the_day_while_weeks_are_few_and_by_hour_of_the_week_after():
    one = hourly(days=70)
    pairs = pairs_of(WaitHistory((one,), "Asia/Almaty"), HORIZONS)
    told = climatology(WaitHistory((one,), "Asia/Almaty"), pairs)
    own, asked = hour_of_week(one.at, "Asia/Almaty"), hour_of_week(pairs.target, "Asia/Almaty")
    for k in range(100, len(pairs), 211):
        early = pairs.origin[k] - one.at[0] < baseline.WEEKS_ENOUGH * WEEK
        same = own % 24 == asked[k] % 24 if early else own == asked[k]
        past = one.value[same & (one.at <= pairs.origin[k])]
        np.testing.assert_allclose(told[k], np.quantile(past, QUANTILES), atol=1e-9)


def test_what_was_usual_lately_follows_a_level_that_has_shifted():
    at = MONDAY + np.arange(60 * 24) * HOUR
    shifted = Series(
        "a", at, np.where(at < MONDAY + 30 * DAY, 100.0, 10.0) + np.arange(len(at)) % 7
    )
    pairs = pairs_of(WaitHistory((shifted,)), HORIZONS)
    told = lately(WaitHistory((shifted,)), pairs)
    for k in range(100, len(pairs), 97):
        known = pairs.origin[k] // baseline.LEARNED_EVERY * baseline.LEARNED_EVERY
        past = (at <= known) & (at >= known - baseline.LATELY)
        np.testing.assert_allclose(told[k], np.quantile(shifted.value[past], QUANTILES), atol=1e-9)
    assert told[pairs.origin > MONDAY + 45 * DAY].max() < 20
    young = pairs.origin < MONDAY + (baseline.LATELY_ENOUGH - 1) * HOUR
    np.testing.assert_array_equal(told[young], np.repeat(pairs.last[young, None], 7, axis=1))


def test_a_pair_is_a_value_and_what_was_held_a_horizon_before():
    one = Series("a", np.array([0, 5, 9, 30]) * HOUR, np.array([1.0, 2.0, 3.0, 4.0]))
    pairs = pairs_of(WaitHistory((one,)), [8 * HOUR])
    assert list(pairs.target // HOUR) == [9, 30]
    assert list(pairs.origin // HOUR) == [1, 22]
    assert (list(pairs.last), list(pairs.truth)) == ([1.0, 3.0], [3.0, 4.0])


def test_a_horizon_shorter_than_the_usual_step_is_too_fine():
    sparse = Series("a", MONDAY + np.arange(40) * 4 * HOUR, np.ones(40))
    alone = Series("b", np.array([MONDAY]), np.ones(1))
    history = WaitHistory((sparse, alone))
    assert too_fine(history, [HOUR, 4 * HOUR, DAY]) == [(0, 0), (1, 0), (1, 1), (1, 2)]
    assert set(pairs_of(history, [HOUR, 4 * HOUR]).horizon) == {1}
