from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from statistics import NormalDist

import numpy as np
import pytest

from kezek.planning.history import backtest as test
from kezek.planning.history import score
from kezek.planning.history.backtest import (
    MethodForecasts,
    NothingToTest,
    backtest,
    rolling,
    schedule,
    skills,
)
from kezek.planning.history.features import features
from kezek.planning.history.pairs import pairs_of
from kezek.planning.history.series import DAY, HOUR, Series, WaitHistory
from kezek.planning.question import QUANTILES
from tests.planning.history.made import best, hourly

HORIZONS = (3 * HOUR, 12 * HOUR)
KNOWN = WaitHistory((hourly(70, "a", 1), hourly(70, "b", 2)))
START = KNOWN.start + 50 * DAY


@pytest.fixture(scope="module", autouse=True)
def _few_fits() -> Iterator[None]:
    """As many models as a promise needs, so that the tests stay quick."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(test, "VALIDATION_FITS", 2)
        patch.setattr(test, "TEST_FITS", 3)
        yield


@pytest.fixture(scope="module")
def made(_few_fits: None) -> MethodForecasts:
    return rolling(KNOWN, HORIZONS, START)


def loss(made: MethodForecasts, forecast: np.ndarray) -> float:
    tested = made.pairs.origin >= START
    return float(score.pinball(made.pairs.truth[tested], forecast[tested]).mean())


def test_where_the_best_forecast_is_known_the_learned_one_comes_near_it(made: MethodForecasts):
    mean, spread = best(made.pairs.last, made.pairs.origin, made.pairs.target)
    levels = np.array([NormalDist().inv_cdf(level) for level in QUANTILES])
    ideal = loss(made, mean[:, None] + spread[:, None] * levels)
    assert ideal < loss(made, made.model) < 1.08 * ideal
    assert loss(made, made.model) < 0.9 * loss(made, made.persistence)
    assert loss(made, made.model) < loss(made, made.climatology)


def test_nine_of_ten_truths_lie_where_nine_of_ten_are_promised(made: MethodForecasts):
    tested = made.pairs.origin >= START
    truth, told = made.pairs.truth[tested], made.model[tested]
    assert 0.87 < score.coverage(truth, told, 0, 6) < 0.93
    assert 0.77 < score.coverage(truth, told, 1, 5) < 0.84


def test_quantiles_rise_and_no_wait_is_negative(made: MethodForecasts):
    assert (np.diff(made.model, axis=1) >= 0).all()
    assert made.model.min() >= 0


def test_the_future_never_changes_a_forecast(made: MethodForecasts):
    """Everything after an instant is made anew; what was told before stays to the bit."""
    cut = START + 9 * DAY + 5 * HOUR
    chance = np.random.default_rng(9)
    other = WaitHistory(
        tuple(
            Series(
                one.name,
                one.at,
                np.where(one.at > cut, chance.uniform(0, 500, len(one.at)), one.value),
            )
            for one in KNOWN.series
        )
    )
    again = rolling(other, HORIZONS, START)
    before = made.pairs.origin <= cut
    for method in ("model", "persistence", "climatology"):
        told, anew = getattr(made, method), getattr(again, method)
        np.testing.assert_array_equal(told[before], anew[before], err_msg=method)
    assert (made.model[~before] != again.model[~before]).any()


def test_features_know_nothing_after_their_origin_at_any_horizon():
    one = hourly(40)
    horizons = (HOUR, 24 * HOUR, 36 * HOUR, 9 * DAY)
    cut = int(one.at[600])
    other = replace(one, value=np.where(one.at > cut, 999.0, one.value))
    told, anew = (
        features(WaitHistory((which,)), pairs_of(WaitHistory((which,)), horizons), horizons)
        for which in (one, other)
    )
    before = pairs_of(WaitHistory((one,)), horizons).origin <= cut
    for k, name in enumerate(told.names):
        same = told.matrix[before, k] == anew.matrix[before, k]
        assert same.all(), f"{name} knows the future"
    assert (told.scale[before] == anew.scale[before]).all()


def test_the_same_history_gives_the_same_forecasts():
    short = KNOWN.until(KNOWN.start + 30 * DAY)
    first, second = (rolling(short, HORIZONS, short.start + 20 * DAY) for _ in range(2))
    np.testing.assert_array_equal(first.model, second.model)


def test_models_are_fitted_before_and_during_the_test():
    fits = schedule(KNOWN, START)
    assert START in fits
    assert min(fits) > KNOWN.start
    assert max(fits) < KNOWN.end
    assert sum(one >= START for one in fits) == test.TEST_FITS


def test_a_backtest_names_what_it_could_not_evaluate():
    sparse = Series("sparse", KNOWN.start + np.arange(65) * DAY, np.arange(65.0) % 7)
    over = KNOWN.series[0].until(START - DAY)
    history = WaitHistory(
        (replace(over, name="over"), sparse, replace(KNOWN.series[1], name="whole"))
    )
    report = backtest(history, HORIZONS, START)
    assert {(one.series, one.reason) for one in report.missing} == {
        ("over", "no_truth_after_start"),
        ("sparse", "finer_than_sampling"),
    }
    assert [(row.series, row.horizon) for row in report.rows] == [("whole", h) for h in HORIZONS]
    assert report.n == sum(row.n for row in report.rows)


def test_too_little_to_learn_from_leaves_the_baselines():
    """A file of a few days is answered, and no better or worse than by what it has."""
    history = WaitHistory((hourly(6),))
    report = backtest(history, (3 * HOUR,), history.start + 4 * DAY)
    (row,) = report.rows
    assert report.fits == 0
    assert row.model.pinball < 1.2 * max(row.persistence.pinball, row.climatology.pinball)


@pytest.mark.parametrize(
    ("start", "horizon", "said"),
    [
        (KNOWN.start - DAY, HOUR, "before the history"),
        (KNOWN.end + DAY, HOUR, "after the history"),
        (START, 400 * DAY, "longer than the whole history"),
        (START, 60, "sampled as finely"),
    ],
)
def test_what_cannot_be_tested_is_said(start: int, horizon: int, said: str):
    with pytest.raises(NothingToTest, match=said):
        backtest(KNOWN, (horizon,), start)


def test_the_two_skills_are_the_mean_of_rows_and_that_of_the_sums():
    (row, *_) = backtest(
        KNOWN.until(KNOWN.start + 12 * DAY), (3 * HOUR,), KNOWN.start + 9 * DAY
    ).rows

    def told(model: float, persistence: float, climatology: float):
        return replace(
            row,
            model=replace(row.model, pinball=model),
            persistence=replace(row.persistence, pinball=persistence),
            climatology=replace(row.climatology, pinball=climatology),
        )

    mean, sums = skills([told(5, 10, 20), told(1, 4, 1), told(3, 0, 3)])
    assert mean == pytest.approx((0.5 + 0.0) / 2), "a baseline that never lost gives no skill"
    assert sums == pytest.approx(1 - 6 / 11)
    assert skills([told(3, 0, 3)]) == (None, None)
