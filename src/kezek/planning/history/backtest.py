"""Rolling-origin backtest: forecasts the last part of a history, and scores the forecasts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from kezek.planning.history import score
from kezek.planning.history.baseline import climatology, lately, persistence
from kezek.planning.history.calibration import calibrated, grains
from kezek.planning.history.ensemble import combined
from kezek.planning.history.features import Features, features
from kezek.planning.history.model import LEARNED, Model, learn
from kezek.planning.history.pairs import Pairs, pairs_of, too_fine
from kezek.planning.history.series import DAY, Floats, WaitHistory

# Ensemble and calibration learn from forecasts of a validation period before the test.  It begins at
# this share of the time before the test.  The model is fitted so many times in the validation period and
# so many times in the test, there at most once a day.
VALIDATED_FROM = 0.4
VALIDATION_FITS = 4
TEST_FITS = 8
METHODS = ("model", "persistence", "climatology")


@dataclass(frozen=True)
class Measures:
    """The scores of one method: means over forecasts, in the unit of the values; coverages in 0..1."""

    mae: float
    pinball: float
    crps: float
    coverage_80: float
    coverage_90: float
    width_80: float
    width_90: float


@dataclass(frozen=True)
class BacktestRow:
    """One series at one horizon (seconds): the measures of each method, and the model's skill."""

    series: str
    horizon: int
    n: int
    model: Measures
    persistence: Measures
    climatology: Measures
    skill_persistence: score.Interval
    skill_climatology: score.Interval


@dataclass(frozen=True)
class Missing:
    """A series and horizon (seconds) that could not be evaluated; `reason` is a code."""

    series: str
    horizon: int
    reason: str


@dataclass(frozen=True)
class BacktestReport:
    """The result of a backtest.  Coverages are over all forecasts; the skills are those of `skills`."""

    rows: tuple[BacktestRow, ...]
    missing: tuple[Missing, ...]
    n: int
    fits: int
    coverage_80: float
    coverage_90: float
    mean_skill: float | None
    skill_of_sums: float | None


@dataclass(frozen=True)
class MethodForecasts:
    """Forecasts of pairs [n, 7] by method.

    `weights` [series, horizons, 5, 7] of the ensemble and `factors` [horizons, 3] of the calibration are
    those after the last truth.
    """

    pairs: Pairs
    model: Floats
    persistence: Floats
    climatology: Floats
    weights: Floats
    factors: Floats
    fits: int


_NOTHING = (
    "no series has a value a horizon after the start of the test, sampled as finely as the horizon:"
    " choose longer horizons or an earlier start."
)


class NothingToTest(Exception):
    """No forecast of the history can be compared with a truth; the message says why."""


def backtest(history: WaitHistory, horizons: Sequence[int], start: int) -> BacktestReport:
    """Rolling-origin forecasts for all origins from `start`, an instant in UTC seconds.

    `horizons` are seconds.  Raises `NothingToTest`.
    """
    _look(history, horizons, start)
    made = rolling(history, horizons, start)
    rows, missing = [], []
    fine = set(too_fine(history, horizons))
    tested = made.pairs.origin >= start
    for s, one in enumerate(history.series):
        for h, horizon in enumerate(horizons):
            chosen = tested & (made.pairs.series == s) & (made.pairs.horizon == h)
            if (s, h) in fine:
                missing.append(Missing(one.name, horizon, "finer_than_sampling"))
            elif not chosen.any():
                missing.append(Missing(one.name, horizon, "no_truth_after_start"))
            else:
                rows.append(_row(one.name, horizon, made, chosen))
    truth, model = made.pairs.truth[tested], made.model[tested]
    if not rows:
        raise NothingToTest(_NOTHING)
    mean, sums = skills(rows)
    return BacktestReport(
        rows=tuple(rows),
        missing=tuple(missing),
        n=len(truth),
        fits=made.fits,
        coverage_80=score.coverage(truth, model, 1, 5),
        coverage_90=score.coverage(truth, model, 0, 6),
        mean_skill=mean,
        skill_of_sums=sums,
    )


def skills(rows: Sequence[BacktestRow]) -> tuple[float | None, float | None]:
    """The mean skill of the rows, and the skill of summed losses, against each row's better baseline.

    A row whose better baseline never lost has no skill and is left out.  Both are None without a row.
    """
    losses = [
        (row.model.pinball, min(row.persistence.pinball, row.climatology.pinball)) for row in rows
    ]
    losses = [(mine, best) for mine, best in losses if best > 0]
    if not losses:
        return None, None
    mean = float(np.mean([1 - mine / best for mine, best in losses]))
    return mean, 1 - sum(mine for mine, _ in losses) / sum(best for _, best in losses)


def rolling(history: WaitHistory, horizons: Sequence[int], start: int) -> MethodForecasts:
    """Forecasts of the test (origins from `start`) and of the validation period before it.

    Raises `NothingToTest`.
    """
    pairs = pairs_of(history, horizons)
    edges = schedule(history, start)
    pairs = pairs.at(np.argsort(pairs.target, kind="stable"))
    judged = np.flatnonzero(pairs.origin >= edges[0])
    if not len(judged):
        raise NothingToTest(_NOTHING)
    known = features(history, pairs, horizons)
    steady, usual = persistence(pairs), climatology(history, pairs)
    learned = np.stack([(steady + usual) / 2] * LEARNED)
    fits = 0
    for begin, end in zip(edges, [*edges[1:], history.end + 1], strict=True):
        model = fitted(known, pairs, begin, len(horizons))
        rows = np.flatnonzero((pairs.origin >= begin) & (pairs.origin < end))
        if model is not None and len(rows):
            learned[:, rows] = model.predict(known.at(rows), pairs.at(rows))
            fits += 1
    asked = pairs.at(judged)
    others = np.stack([steady, usual, lately(history, pairs)])
    experts = np.concatenate([learned, others])[:, judged]
    mixture, weights = combined(asked, experts, series=len(history.series), horizons=len(horizons))
    grain = grains(history, asked.series, asked.origin)
    answer, factors = calibrated(asked, mixture, known.scale[judged], grain, len(horizons))
    return MethodForecasts(asked, answer, steady[judged], usual[judged], weights, factors, fits)


def schedule(history: WaitHistory, start: int) -> list[int]:
    """The instants at which models are fitted, in validation and test; UTC seconds, rising."""
    first = history.start + int(VALIDATED_FROM * (start - history.start))
    before = np.linspace(first, start, VALIDATION_FITS + 1)[:-1]
    count = int(np.clip((history.end - start) // DAY, 1, TEST_FITS))
    after = np.linspace(start, history.end, count + 1)[:-1]
    return sorted({int(one) for one in (*before, *after)})


def fitted(known: Features, pairs: Pairs, now: int, horizons: int) -> Model | None:
    """A model of the pairs whose truths were known at `now`, None for too few; `pairs` are by target."""
    # The first day of a series only gives its unit of change; it is not learned from.
    began = np.full(int(pairs.series.max(initial=0)) + 1, np.iinfo(np.int64).max)
    np.minimum.at(began, pairs.series, pairs.origin)
    rows = np.flatnonzero((pairs.target <= now) & (pairs.origin >= began[pairs.series] + DAY))
    return learn(known.at(rows), pairs.at(rows), horizons)


def _look(history: WaitHistory, horizons: Sequence[int], start: int) -> None:
    if start <= history.start:
        raise NothingToTest("the test begins before the history: there is no past to learn from.")
    if start >= history.end:
        raise NothingToTest("the test begins after the history's end: there is nothing to test.")
    longest = history.end - history.start
    for horizon in horizons:
        if horizon >= longest:
            raise NothingToTest(
                f"a horizon of {horizon // 3600} h is longer than the whole history"
                f" ({longest // 3600} h): choose a shorter one."
            )


def _row(name: str, horizon: int, made: MethodForecasts, chosen: np.ndarray) -> BacktestRow:
    truth, target = made.pairs.truth[chosen], made.pairs.target[chosen]
    told = {method: getattr(made, method)[chosen] for method in METHODS}
    loss = {method: score.pinball(truth, told[method]) for method in METHODS}
    return BacktestRow(
        name,
        horizon,
        len(truth),
        **{method: _measures(truth, told[method]) for method in METHODS},
        skill_persistence=score.skill(loss["model"], loss["persistence"], target, horizon),
        skill_climatology=score.skill(loss["model"], loss["climatology"], target, horizon),
    )


def _measures(truth: Floats, forecast: Floats) -> Measures:
    return Measures(
        mae=float(np.abs(truth - forecast[:, 3]).mean()),
        pinball=float(score.pinball(truth, forecast).mean()),
        crps=score.crps(truth, forecast),
        coverage_80=score.coverage(truth, forecast, 1, 5),
        coverage_90=score.coverage(truth, forecast, 0, 6),
        width_80=score.width(forecast, 1, 5),
        width_90=score.width(forecast, 0, 6),
    )
