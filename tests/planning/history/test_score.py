from __future__ import annotations

from statistics import NormalDist

import numpy as np
import pytest

from kezek.planning.history import score
from kezek.planning.history.series import DAY, HOUR
from kezek.planning.question import QUANTILES

TRUTH = np.array([10.0, 0.0])
FORECAST = np.array([[0.0, 2, 4, 6, 8, 10, 12], [0.0, 0, 0, 0, 0, 0, 0]])


def test_the_pinball_loss_is_that_of_the_definition():
    by_hand = [
        level * (10 - at) if at <= 10 else (1 - level) * (at - 10)
        for level, at in zip(QUANTILES, FORECAST[0], strict=True)
    ]
    assert score.pinball(TRUTH, FORECAST) == pytest.approx([np.mean(by_hand), 0.0])


def test_an_interval_holds_its_ends():
    assert score.coverage(TRUTH, FORECAST, 1, 5) == 1.0
    assert score.coverage(TRUTH + 0.1, FORECAST, 1, 5) == 0.0
    assert score.width(FORECAST, 0, 6) == 6.0


def test_the_crps_of_a_normal_forecast_is_near_the_exact_one():
    normal = NormalDist(50, 10)
    truth = np.random.default_rng(1).normal(50, 10, 4000)
    forecast = np.tile([normal.inv_cdf(level) for level in QUANTILES], (len(truth), 1))
    # 10/√π is the expectation; the tails beyond 5 and 95 % are flat, which costs about a hundredth.
    assert score.crps(truth, forecast) == pytest.approx(10 / np.sqrt(np.pi), rel=0.03)


def test_the_crps_of_a_sure_forecast_is_its_error():
    assert score.crps(np.array([3.0]), np.full((1, 7), 5.0)) == pytest.approx(2.0, rel=0.01)


def test_skill_is_the_saved_share_of_the_loss_within_its_bootstrap():
    chance = np.random.default_rng(3)
    reference = chance.uniform(1, 2, 600)
    target = np.arange(600) * HOUR
    found = score.skill(0.75 * reference, reference, target, 3 * HOUR)
    assert (found.at, found.low, found.high) == pytest.approx((0.25, 0.25, 0.25))
    noisy = score.skill(chance.uniform(0.5, 1.75, 600), reference, target, 3 * HOUR)
    assert noisy.low < noisy.at < noisy.high
    assert noisy.at == pytest.approx(0.25, abs=0.05)


def test_the_bootstrap_draws_whole_days_or_horizons():
    """Losses that hang together for long say less, so their interval is wider."""
    reference = np.ones(24 * 60)
    target = np.arange(len(reference)) * HOUR
    loss = np.repeat(np.random.default_rng(5).uniform(0, 1, 20), 72)
    days = score.skill(loss, reference, target, DAY)
    longer = score.skill(loss, reference, target, 3 * DAY)
    assert longer.high - longer.low > 1.3 * (days.high - days.low)


def test_there_is_no_skill_against_a_reference_that_never_lost():
    nothing = np.zeros(3)
    at = np.arange(3) * DAY
    assert score.skill(np.ones(3), nothing, at, DAY) == score.Interval(None, None, None)
    assert score.skill(nothing, nothing, at, DAY) == score.Interval(0.0, None, None)
