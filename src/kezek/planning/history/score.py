"""Scores of forecasts: pinball loss, CRPS, coverage, width, and skill with its uncertainty."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kezek.planning.history.series import DAY, Floats, Ints
from kezek.planning.question import QUANTILES

_LEVELS = np.array(QUANTILES)
# CRPS is twice the mean pinball loss over all levels; 99 levels approximate it.
_DENSE = np.arange(1, 100) / 100
RESAMPLES = 400
SEED = 20260613


@dataclass(frozen=True)
class Interval:
    """A figure with the 90 % interval of its block bootstrap; None where it is not defined."""

    at: float | None
    low: float | None
    high: float | None


def pinball(truth: Floats, forecast: Floats) -> Floats:
    """The mean pinball loss over the seven quantiles, for each row of `forecast` [n, 7]."""
    error = truth[:, None] - forecast
    return np.asarray(np.maximum(_LEVELS * error, (_LEVELS - 1) * error).mean(axis=1))


def crps(truth: Floats, forecast: Floats) -> float:
    """The mean CRPS; between quantiles the forecast is a line, beyond the last ones it is flat."""
    dense = forecast @ _interpolation()
    error = truth[:, None] - dense
    return float(2 * np.maximum(_DENSE * error, (_DENSE - 1) * error).mean())


def _interpolation() -> Floats:
    """The weights that turn seven quantiles into 99 [7, 99]."""
    return np.stack([np.interp(_DENSE, _LEVELS, row) for row in np.eye(len(_LEVELS))])


def coverage(truth: Floats, forecast: Floats, low: int, high: int) -> float:
    """The share of truths from the quantile of index `low` to that of `high`, both included."""
    return float(((truth >= forecast[:, low]) & (truth <= forecast[:, high])).mean())


def width(forecast: Floats, low: int, high: int) -> float:
    """The mean distance between two quantiles, by their indices."""
    return float((forecast[:, high] - forecast[:, low]).mean())


def skill(loss: Floats, reference: Floats, target: Ints, horizon: int) -> Interval:
    """1 - loss / reference, with the 90 % interval of a bootstrap of blocks of days.

    Losses [n] of neighbouring targets are correlated, so whole blocks are resampled; a block is as long
    as the horizon, a day at least.
    """
    whole = float(reference.sum())
    if whole <= 0:
        return Interval(0.0 if float(loss.sum()) <= 0 else None, None, None)
    _, block = np.unique(target // max(DAY, horizon), return_inverse=True)
    mine, its = np.bincount(block, weights=loss), np.bincount(block, weights=reference)
    drawn = np.random.default_rng(SEED).multinomial(
        len(mine), np.full(len(mine), 1 / len(mine)), RESAMPLES
    )
    bottom = drawn @ its
    usable = bottom > 0
    found = 1 - (drawn @ mine)[usable] / bottom[usable]
    low, high = np.quantile(found, (0.05, 0.95))
    return Interval(1 - float(loss.sum()) / whole, float(low), float(high))
