"""Fits a model to a whole history, and forecasts from a history's end with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from kezek.planning.history.backtest import fitted, rolling
from kezek.planning.history.baseline import climatology, lately, persistence
from kezek.planning.history.calibration import grains, stretched
from kezek.planning.history.features import features
from kezek.planning.history.load.history_file import HistoryColumns
from kezek.planning.history.model import LEARNED, Model
from kezek.planning.history.pairs import Pairs, pairs_of, too_fine
from kezek.planning.history.series import DAY, Floats, Held, Series, WaitHistory

# The last part of a history trains the ensemble and the calibration.
_TAUGHT_BY = 0.25
# A series with one value has no step, so no horizon is as long as it.
_VALUES_MIN = 2
# A series that has been silent for so many of its steps has stopped.
_STEPS_MAX = 10


@dataclass(frozen=True)
class FittedModel:
    """What was learned from a file of waits.

    `horizons` are seconds, `until` the last sample in UTC seconds.  `weights` [series, horizons, 5, 7]
    are those of the ensemble, `factors` [horizons, 3] those of the calibration; `model` is None where
    there was too little to learn from.
    """

    columns: HistoryColumns
    zone: str
    horizons: tuple[int, ...]
    series: tuple[str, ...]
    until: int
    model: Model | None
    weights: Floats
    factors: Floats


class OtherHistory(Exception):
    """The model knows none of the history's series, or can forecast none of them."""


@dataclass(frozen=True)
class LeftOut:
    """A series that is not forecast: at one horizon (seconds), or at all where `horizon` is None.

    `reason` is a code: `too_few_values`, `stopped`, `finer_than_sampling`, `not_learned`, `not_in_file`.
    `last` is the instant of its last value in UTC seconds, or None.
    """

    series: str
    reason: str
    horizon: int | None = None
    last: int | None = None


@dataclass(frozen=True)
class Prediction:
    """A forecast: seven rising quantiles of a series' value at `target`.

    `horizon` is seconds; `origin` and `target` are UTC seconds.
    """

    series: str
    horizon: int
    origin: int
    target: int
    quantiles: tuple[float, ...]


def fit(history: WaitHistory, columns: HistoryColumns, horizons: Sequence[int]) -> FittedModel:
    """Fit a model to a whole history.  `horizons` are seconds.  Raises `NothingToTest`."""
    start = history.end - int(_TAUGHT_BY * (history.end - history.start))
    made = rolling(history, horizons, start)
    pairs = pairs_of(history, horizons)
    pairs = pairs.at(np.argsort(pairs.target, kind="stable"))
    model = fitted(features(history, pairs, horizons), pairs, history.end, len(horizons))
    names = tuple(one.name for one in history.series)
    return FittedModel(
        columns,
        history.zone,
        tuple(horizons),
        names,
        history.end,
        model,
        made.weights,
        made.factors,
    )


def left_out(
    history: WaitHistory, horizons: Sequence[int], learned: Sequence[str] | None = None
) -> list[LeftOut]:
    """The series that a forecast from the history's end leaves out; `learned` names a model's series."""
    end, found = history.end, []
    for one in history.series:
        last = int(one.at[-1])
        if learned is not None and one.name not in learned:
            found.append(LeftOut(one.name, "not_learned", last=last))
        elif len(one.at) < _VALUES_MIN:
            found.append(LeftOut(one.name, "too_few_values", last=last))
        elif end - last > _silence_max(one, horizons):
            found.append(LeftOut(one.name, "stopped", last=last))
        else:
            found += [
                LeftOut(one.name, "finer_than_sampling", horizon, last)
                for horizon in horizons
                if horizon < one.step
            ]
    there = {one.name for one in history.series}
    return found + [LeftOut(name, "not_in_file") for name in learned or () if name not in there]


def _silence_max(one: Series, horizons: Sequence[int]) -> float:
    """The greatest age of a last value, in seconds, at which its series has not stopped."""
    return max(*horizons, _STEPS_MAX * one.step, DAY)


def predict(learned: FittedModel, history: WaitHistory) -> list[Prediction]:
    """Forecasts from the last sample of the history, without the series that `left_out` names.

    Raises `OtherHistory` when nothing is left to forecast.
    """
    places = {name: place for place, name in enumerate(learned.series)}
    if not any(one.name in places for one in history.series):
        raise OtherHistory(
            f"the model knows the series {', '.join(learned.series)}, and the file has none of them."
        )
    out = left_out(history, learned.horizons, learned.series)
    gone = {one.series for one in out if one.horizon is None}
    known = tuple(one for one in history.series if one.name not in gone)
    if not known:
        raise OtherHistory("every series of the model has stopped or has too few values.")
    origin = history.end
    history = WaitHistory(known, learned.zone, history.empty, history.repairs)
    past = pairs_of(history, learned.horizons)
    asked = _asked(history, learned.horizons, origin)
    if not len(asked):
        raise OtherHistory("no series is sampled as finely as the model's horizons.")
    rows = np.arange(len(past), len(past) + len(asked))
    whole = _joined(past, asked)
    facts = features(history, whole, learned.horizons)
    steady, usual = persistence(whole)[rows], climatology(history, whole)[rows]
    mine = np.array([places[one.name] for one in known])[asked.series]
    recent = lately(history, whole)[rows]
    experts = np.stack([(steady + usual) / 2] * LEARNED + [steady, usual, recent])
    if learned.model is not None:
        column = facts.names.index("series")
        facts.matrix[rows, column] = mine
        experts[:LEARNED] = learned.model.predict(facts.at(rows), asked)
    mixture = np.sort(
        np.einsum("neq,enq->nq", learned.weights[mine, asked.horizon], experts), axis=1
    )
    grain = grains(history, asked.series, asked.origin)
    found = stretched(mixture, learned.factors[asked.horizon], facts.scale[rows], grain)
    return [
        Prediction(
            known[int(asked.series[k])].name,
            learned.horizons[int(asked.horizon[k])],
            int(asked.origin[k]),
            int(asked.target[k]),
            tuple(float(one) for one in found[k]),
        )
        for k in range(len(asked))
    ]


def _asked(history: WaitHistory, horizons: Sequence[int], end: int) -> Pairs:
    """One pair for each series and horizon with its origin at `end`; its truth is NaN."""
    fine = set(too_fine(history, horizons))
    cells = [
        (s, h)
        for s in range(len(history.series))
        for h in range(len(horizons))
        if (s, h) not in fine
    ]
    series, horizon = (np.array([cell[k] for cell in cells], np.int64) for k in (0, 1))
    origin = np.full(len(cells), end, np.int64)
    last = np.array([Held(history.series[s]).at(origin[:1])[0] for s, _ in cells], float)
    target = origin + np.array([horizons[h] for _, h in cells], np.int64)
    return Pairs(series, horizon, origin, target, last, np.full(len(cells), np.nan))


def _joined(past: Pairs, asked: Pairs) -> Pairs:
    return Pairs(
        *(
            np.concatenate([getattr(past, name), getattr(asked, name)])
            for name in ("series", "horizon", "origin", "target", "last", "truth")
        )
    )
