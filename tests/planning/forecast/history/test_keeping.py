from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pytest

from kezek.planning.forecast import library
from kezek.planning.forecast.history import backtest, keeping
from kezek.planning.forecast.history.backtest import NothingToTest
from kezek.planning.forecast.history.keeping import Fitted, NotAModel, OtherHistory
from kezek.planning.forecast.history.reading.reading import HistoryColumns
from kezek.planning.forecast.history.series import DAY, HOUR, Series, WaitHistory
from tests.planning.forecast.history.made import best, hourly

HORIZONS = (3 * HOUR, 12 * HOUR)
HISTORY = WaitHistory((hourly(45, "a", 1), hourly(45, "b", 2)))


@pytest.fixture(scope="module")
def learned() -> Fitted:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(backtest, "REHEARSAL_FITS", 1)
        patch.setattr(backtest, "TEST_FITS", 1)
        return keeping.fit(HISTORY, HistoryColumns("at", "wait", ("post",)), HORIZONS)


def test_a_kept_model_tells_the_same_as_the_one_that_was_fitted(tmp_path: Path, learned: Fitted):
    path = tmp_path / "model.json"
    keeping.save(learned, path)
    again = keeping.load(path)
    assert again.columns == learned.columns
    assert keeping.predict(again, HISTORY) == keeping.predict(learned, HISTORY)


def test_a_forecast_from_the_end_of_a_history_is_near_the_best_there_is(learned: Fitted):
    for told in keeping.predict(learned, HISTORY):
        last = next(one.value[-1] for one in HISTORY.series if one.name == told.series)
        mean, spread = best(np.array([last]), np.array([told.origin]), np.array([told.target]))
        assert told.target - told.origin == told.horizon
        assert list(told.quantiles) == sorted(told.quantiles)
        assert abs(told.quantiles[3] - mean[0]) < spread[0]
        assert 2 < (told.quantiles[6] - told.quantiles[0]) / spread[0] < 5


def test_a_series_that_the_model_does_not_know_is_left_out(learned: Fitted):
    strange = Series("strange", HISTORY.series[0].at, HISTORY.series[0].value)
    told = keeping.predict(learned, WaitHistory((HISTORY.series[1], strange)))
    assert {one.series for one in told} == {"b"}
    with pytest.raises(OtherHistory, match="a, b"):
        keeping.predict(learned, WaitHistory((strange,)))


@pytest.mark.parametrize(
    "content", [b"", b"\x80\x04pickled", b"[]", b"{}", b'{"format": "another"}', b"\xff"]
)
def test_what_is_no_model_is_refused(tmp_path: Path, content: bytes):
    path = tmp_path / "model.json"
    path.write_bytes(content)
    with pytest.raises(NotAModel, match="model"):
        keeping.load(path)


def test_a_model_that_was_cut_short_is_refused(tmp_path: Path, learned: Fitted):
    path = tmp_path / "model.json"
    keeping.save(learned, path)
    document = json.loads(path.read_text(encoding="utf-8"))
    del document["weights"]
    path.write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(NotAModel):
        keeping.load(path)


def test_a_model_is_written_whole_or_not_at_all(tmp_path: Path, learned: Fitted):
    with pytest.raises(OSError, match="No such file"):
        keeping.save(learned, tmp_path / "nowhere" / "model.json")
    assert not list(tmp_path.iterdir())


def test_a_history_of_one_sample_teaches_nothing():
    one = Series("a", HISTORY.series[0].at[:1], HISTORY.series[0].value[:1])
    with pytest.raises(NothingToTest):
        keeping.fit(WaitHistory((one,)), HistoryColumns("at", "wait"), HORIZONS)


def test_without_the_learning_library_a_sentence_says_what_installs_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "lightgbm", None)
    with pytest.raises(library.NotInstalled, match=r"make install.*libgomp1"):
        keeping.fit(HISTORY.until(HISTORY.start + 30 * DAY), HistoryColumns("at", "wait"), HORIZONS)
