"""The accuracy of a line's forecasts, and the calibration of its ranges that follows from it.

Each quantile of a forecast is moved by the same quantile of its own past errors (split conformal
prediction, quantile by quantile), so that a tenth of the trucks lies below the 10 % mark whatever the
twin says.  Errors are grouped by class and regime.  An error is the logarithm of wait over forecast,
because errors grow with the wait: hours for a wait of a day, minutes for a wait of an hour.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from statistics import median, stdev

from kezek.domain.kernel.instant import DAY, MINUTE, Instant
from kezek.domain.kernel.value import value
from kezek.planning.forecast.features import error_of, off_by
from kezek.planning.question import QUANTILES, ErrorExample, FeatureRow, Range

SCORED_FOR = 30 * DAY
# Ours: the fewest forecasts from which an accuracy is shown.
SCORED_MIN = 30
# Ours: a group with fewer errors than these takes those of the whole line.
GROUP_MIN = 40

_LOW80, _HIGH80 = QUANTILES.index(0.10), QUANTILES.index(0.90)
_LOW90, _HIGH90 = QUANTILES.index(0.05), QUANTILES.index(0.95)
_MEDIAN = QUANTILES.index(0.50)


@value(frozen=True, slots=True)
class Past:
    """A forecast of a wait made at `at`, and the true wait, as spans; `known_at` is the wait's end.

    `last_wait` and `by_pace` are the two baselines' waits at that moment, None where they had none;
    `features` are the features of that moment.
    """

    at: Instant
    known_at: Instant
    vehicle_class: str
    regime: str
    forecast: Range
    wait: Instant
    last_wait: Instant | None
    by_pace: Instant | None
    features: FeatureRow = ()

    @property
    def example(self) -> ErrorExample:
        """The training example."""
        error = error_of(self.wait, self.forecast.at[_MEDIAN])
        return ErrorExample(self.at, self.known_at, self.features, error)


@value(frozen=True, slots=True)
class Accuracy:
    """The accuracy of the ranges of the last 30 days, as they were shown or would have been.

    `inside80` and `inside90` are shares of trucks inside the ranges from 10 to 90 and from 5 to 95 %.
    Losses are mean pinball losses over the seven quantiles, in minutes; `error` is the median distance
    from the median, in minutes.  The baselines' losses are over the trucks for which they had a wait.
    Where a correction was learned, `loss_corrected` and `loss_uncorrected` are the losses with it and
    without it; `loss` is the one of the two that the line's ranges have.
    """

    trucks: int
    inside80: float
    inside90: float
    loss: float
    loss_last_wait: float | None
    loss_by_pace: float | None
    error: float
    loss_corrected: float | None = None
    loss_uncorrected: float | None = None

    @property
    def corrected(self) -> bool:
        """Whether the ranges are corrected by what was learned."""
        return self.loss_uncorrected is not None and self.loss < self.loss_uncorrected


@value(frozen=True, slots=True)
class Calibration:
    """The move of each quantile, for the line as a whole and for its groups."""

    whole: tuple[float, ...]
    groups: Mapping[tuple[str, str], tuple[float, ...]]

    def of(self, waits: Range, vehicle_class: str, regime: str) -> Range:
        """The range with its quantiles moved, still rising."""
        moves = self.groups.get((vehicle_class, regime), self.whole)
        moved = (off_by(wait, move) for wait, move in zip(waits.at, moves, strict=True))
        return Range(tuple(sorted(moved)))


NONE = Calibration((0.0,) * len(QUANTILES), {})


def calibration_of(past: Iterable[Past]) -> Calibration:
    """The calibration with which past waits would have been inside as often as the quantiles say."""
    groups: dict[tuple[str, str], list[tuple[float, ...]]] = {}
    for one in past:
        groups.setdefault((one.vehicle_class, one.regime), []).append(_errors(one))
    every = [errors for group in groups.values() for errors in group]
    if len(every) < SCORED_MIN:
        return NONE
    return Calibration(
        _moves(every), {key: _moves(g) for key, g in groups.items() if len(g) >= GROUP_MIN}
    )


def _errors(one: Past) -> tuple[float, ...]:
    return tuple(error_of(one.wait, told) for told in one.forecast.at)


def _moves(errors: Sequence[tuple[float, ...]]) -> tuple[float, ...]:
    """For each quantile its own quantile of the errors, counted with n + 1 as conformal ranges do."""
    count = len(errors)
    moves = []
    for place, share in enumerate(QUANTILES):
        ordered = sorted(error[place] for error in errors)
        moves.append(ordered[min(count, max(1, math.ceil((count + 1) * share))) - 1])
    return tuple(moves)


def accuracy_of(past: Sequence[Past]) -> Accuracy | None:
    """The accuracy of the ranges, each calibrated only with errors known when it was made.

    None where too few waits are over.  `past` is in the order of `at`.
    """
    if len(past) < SCORED_MIN:
        return None
    shown = _as_shown(past)
    waits = [one.wait for one in past]
    return Accuracy(
        trucks=len(past),
        inside80=_inside(shown, waits, _LOW80, _HIGH80),
        inside90=_inside(shown, waits, _LOW90, _HIGH90),
        loss=_mean(_loss(r.at, wait) for r, wait in zip(shown, waits, strict=True)),
        loss_last_wait=_loss_of([(p.last_wait, p.wait) for p in past]),
        loss_by_pace=_loss_of([(p.by_pace, p.wait) for p in past]),
        error=median(abs(r.at[_MEDIAN] - w) for r, w in zip(shown, waits, strict=True)) / MINUTE,
    )


def gain_of(past: Sequence[Past], other: Sequence[Past]) -> tuple[float, float]:
    """The mean reduction of loss by other forecasts of the same trucks, in minutes, and its standard
    error.  Both lists are in the order of `at` and have at least two trucks.
    """
    gains = [a - b for a, b in zip(_losses(past), _losses(other), strict=True)]
    return _mean(gains), stdev(gains) / math.sqrt(len(gains))


def _losses(past: Sequence[Past]) -> list[float]:
    return [_loss(r.at, p.wait) for r, p in zip(_as_shown(past), past, strict=True)]


def _as_shown(past: Sequence[Past]) -> list[Range]:
    """The ranges as shown: calibrated once a day, with the waits that were over at that midnight."""
    shown, on, calibration = [], -1, NONE
    for one in past:
        if one.at // DAY != on:
            on = one.at // DAY
            calibration = calibration_of(p for p in past if p.known_at < on * DAY)
        shown.append(calibration.of(one.forecast, one.vehicle_class, one.regime))
    return shown


def _inside(shown: Sequence[Range], waits: Sequence[Instant], low: int, high: int) -> float:
    return _mean(
        float(r.at[low] <= wait <= r.at[high]) for r, wait in zip(shown, waits, strict=True)
    )


def _loss(quantiles: Sequence[Instant], wait: Instant) -> float:
    """The mean pinball loss of one forecast, in minutes."""
    return _mean(
        max(share * (wait - q), (share - 1) * (wait - q)) / MINUTE
        for share, q in zip(QUANTILES, quantiles, strict=True)
    )


def _loss_of(told: Sequence[tuple[Instant | None, Instant]]) -> float | None:
    """The mean loss of a baseline, whose one number counts for every quantile."""
    losses = [_loss((said,) * len(QUANTILES), wait) for said, wait in told if said is not None]
    return _mean(losses) if losses else None


def _mean(values: Iterable[float]) -> float:
    found = list(values)
    return sum(found) / len(found)
