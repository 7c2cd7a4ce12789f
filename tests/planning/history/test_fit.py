from __future__ import annotations

import sys

import numpy as np
import pytest

from kezek.planning import library
from kezek.planning.history import backtest
from kezek.planning.history.backtest import NothingToTest
from kezek.planning.history.fit import FittedModel, OtherHistory, fit, predict
from kezek.planning.history.load.history_file import HistoryColumns
from kezek.planning.history.series import DAY, HOUR, Series, WaitHistory
from tests.planning.history.made import best, hourly

HORIZONS = (3 * HOUR, 12 * HOUR)
HISTORY = WaitHistory((hourly(45, "a", 1), hourly(45, "b", 2)))


@pytest.fixture(scope="module")
def learned() -> FittedModel:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(backtest, "VALIDATION_FITS", 1)
        patch.setattr(backtest, "TEST_FITS", 1)
        return fit(HISTORY, HistoryColumns("at", "wait", ("post",)), HORIZONS)


def test_a_forecast_from_the_end_of_a_history_is_near_the_best_there_is(learned: FittedModel):
    for told in predict(learned, HISTORY):
        last = next(one.value[-1] for one in HISTORY.series if one.name == told.series)
        mean, spread = best(np.array([last]), np.array([told.origin]), np.array([told.target]))
        assert told.target - told.origin == told.horizon
        assert list(told.quantiles) == sorted(told.quantiles)
        assert abs(told.quantiles[3] - mean[0]) < spread[0]
        assert 2 < (told.quantiles[6] - told.quantiles[0]) / spread[0] < 5


def test_a_series_that_the_model_does_not_know_is_left_out(learned: FittedModel):
    strange = Series("strange", HISTORY.series[0].at, HISTORY.series[0].value)
    told = predict(learned, WaitHistory((HISTORY.series[1], strange)))
    assert {one.series for one in told} == {"b"}
    with pytest.raises(OtherHistory, match="a, b"):
        predict(learned, WaitHistory((strange,)))


def test_a_history_of_one_sample_teaches_nothing():
    one = Series("a", HISTORY.series[0].at[:1], HISTORY.series[0].value[:1])
    with pytest.raises(NothingToTest):
        fit(WaitHistory((one,)), HistoryColumns("at", "wait"), HORIZONS)


def test_without_the_learning_library_a_sentence_says_what_installs_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "lightgbm", None)
    with pytest.raises(library.NotInstalled, match=r"make install.*libgomp1"):
        fit(HISTORY.until(HISTORY.start + 30 * DAY), HistoryColumns("at", "wait"), HORIZONS)
