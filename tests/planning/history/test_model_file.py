"""A model on disk: whole or not there, read again by later releases, and refused with a sentence."""

from __future__ import annotations

import json
import lzma
from pathlib import Path

import pytest

from kezek.planning.history import backtest
from kezek.planning.history.fit import FittedModel, fit, predict
from kezek.planning.history.load.history_file import HistoryColumns, load_history
from kezek.planning.history.model_file import NotAModel, load_model, save_model
from kezek.planning.history.series import HOUR, WaitHistory
from tests.planning.history.made import hourly

HORIZONS = (3 * HOUR,)
HISTORY = WaitHistory((hourly(20, "a", 1),))
# A model file of the last release with the waits that it learned from, and what it forecast then.
KEPT = Path(__file__).parent / "kept"
FORECAST = {
    2: (44.20027, 47.43934, 53.0, 58.0, 61.0, 62.54528, 64.11089),
    3: (44.19228, 44.54615, 46.0, 48.0, 50.0, 51.77054, 54.03892),
    4: (69.18371, 70.96336, 76.0, 79.0, 83.0, 88.90083, 92.52870),
}


@pytest.fixture(scope="module")
def learned() -> FittedModel:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(backtest, "VALIDATION_FITS", 1)
        patch.setattr(backtest, "TEST_FITS", 1)
        return fit(HISTORY, HistoryColumns("at", "wait", ("post",)), HORIZONS)


def test_a_model_file_of_the_last_release_forecasts_what_it_did_then(tmp_path: Path):
    path = tmp_path / "model.json"
    path.write_bytes(lzma.decompress((KEPT / "model-2.json.xz").read_bytes()))
    kept = load_model(path)
    told = predict(kept, load_history(KEPT / "waits.csv", kept.columns, kept.zone))
    assert {one.horizon // HOUR: pytest.approx(one.quantiles, abs=1e-4) for one in told} == FORECAST


def test_a_model_file_of_another_format_is_refused_with_what_to_do(tmp_path: Path):
    path = tmp_path / "model.json"
    document = json.loads(lzma.decompress((KEPT / "model-2.json.xz").read_bytes()))
    path.write_text(json.dumps(document | {"format": "kezek forecast of a history, 1"}))
    with pytest.raises(NotAModel, match="fit the model again"):
        load_model(path)


def test_a_kept_model_tells_the_same_as_the_one_that_was_fitted(
    tmp_path: Path, learned: FittedModel
):
    path = tmp_path / "model.json"
    save_model(learned, path)
    again = load_model(path)
    assert again.columns == learned.columns
    assert predict(again, HISTORY) == predict(learned, HISTORY)


@pytest.mark.parametrize(
    "content", [b"", b"\x80\x04pickled", b"[]", b"{}", b'{"format": "another"}', b"\xff"]
)
def test_what_is_no_model_is_refused(tmp_path: Path, content: bytes):
    path = tmp_path / "model.json"
    path.write_bytes(content)
    with pytest.raises(NotAModel, match="model"):
        load_model(path)


def test_a_model_that_was_cut_short_is_refused(tmp_path: Path, learned: FittedModel):
    path = tmp_path / "model.json"
    save_model(learned, path)
    document = json.loads(path.read_text(encoding="utf-8"))
    del document["weights"]
    path.write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(NotAModel):
        load_model(path)


def test_a_model_is_written_whole_or_not_at_all(tmp_path: Path, learned: FittedModel):
    with pytest.raises(OSError, match="No such file"):
        save_model(learned, tmp_path / "nowhere" / "model.json")
    assert not list(tmp_path.iterdir())
