"""Past forecasts of a line, computed again from its log, with their scores and calibration."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from kezek.app.checkpoint.checkpoint import ServedLine
from kezek.app.forecast.accuracy import (
    NONE,
    SCORED_FOR,
    Accuracy,
    Calibration,
    Past,
    accuracy_of,
    calibration_of,
    gain_of,
)
from kezek.app.port import Planner, Store
from kezek.app.turn.line_past import LinePast, PastArrival, Truth
from kezek.domain.kernel.instant import Instant
from kezek.planning.forecast.features import features_of, later, line_features, moved, regime_of
from kezek.planning.question import (
    UNCORRECTED,
    Correction,
    Corrections,
    LineForecast,
    Range,
    TrainingResult,
)

# Past forecasts that are computed again for a line each night, evenly over the 30 days.
REPLAYED_MAX = 120
# Ours: a line uses a correction when its gain exceeds this many standard errors, because chance alone
# makes it a little better or worse.
GAIN_ERRORS = 2


@dataclass(frozen=True, slots=True)
class Scores:
    """A line's forecasts of the last 30 days, as of `at`: of the call, and of the crossing.

    `corrections` go into the line's questions to the planner; its calibration is then learned from
    corrected ranges.
    """

    at: Instant
    called: Accuracy | None = None
    crossed: Accuracy | None = None
    move_called: Calibration = NONE
    move_crossed: Calibration = NONE
    corrections: Corrections = UNCORRECTED

    @property
    def corrected(self) -> bool:
        """Whether the line's forecasts are corrected by what was learned."""
        return self.corrections != UNCORRECTED


class Pasts(NamedTuple):
    """A line's past forecasts, of the call and of the crossing, in the order in which they were made."""

    called: Sequence[Past]
    crossed: Sequence[Past]


class TrainingResults(NamedTuple):
    """The training results of call and crossing, with the errors predicted for one line."""

    called: TrainingResult
    crossed: TrainingResult


async def pasts_of(
    store: Store, planner: Planner, served: ServedLine, now: Instant, *, rest_seconds: float = 0.0
) -> Pasts:
    """The twin's answers about trucks that have crossed since, with a rest after each.

    A PlannerFault ends it.
    """
    called: list[Past] = []
    crossed: list[Past] = []
    # The log is read on a thread, one truck at a time, so that requests are served in between.
    arrivals = await asyncio.to_thread(_opened, store, served, now)
    while (arrival := await asyncio.to_thread(next, arrivals, None)) is not None:
        told = await planner.forecast(arrival.state)
        keep(arrival, told, called, crossed)
        await asyncio.sleep(rest_seconds)
    return Pasts(called, crossed)


def _opened(store: Store, served: ServedLine, now: Instant) -> Iterator[PastArrival]:
    return LinePast(store.reader, served, now - SCORED_FOR).arrivals(REPLAYED_MAX)


def keep(arrival: PastArrival, told: LineForecast, called: list[Past], crossed: list[Past]) -> None:
    """Pair a forecast with the true waits; a forecast without a basis is not scored."""
    mine = next((truck for truck in told.trucks if truck.number == arrival.number), None)
    if told.no_basis or mine is None or mine.called is None:
        return
    called.append(_past(arrival, mine.called, arrival.called))
    crossed.append(_past(arrival, mine.crossed, arrival.crossed))


def _past(arrival: PastArrival, told: Range, truth: Truth) -> Past:
    now, waits = arrival.state.now, later(told, -arrival.state.now)
    return Past(
        at=now,
        known_at=truth.at,
        vehicle_class=arrival.vehicle_class,
        regime=regime_of(arrival.state),
        forecast=waits,
        wait=truth.at - now,
        last_wait=truth.last_wait,
        by_pace=truth.by_pace,
        features=features_of(
            line_features(arrival.state),
            waits,
            ordinary=arrival.vehicle_class == arrival.state.ordinary,
        ),
    )


async def training_results_of(
    planner: Planner, kept: Mapping[str, Pasts]
) -> dict[str, TrainingResults]:
    """The training results for each line from the pasts of all.  A PlannerFault ends it."""
    called = await _learned(planner, {line: pasts.called for line, pasts in kept.items()})
    crossed = await _learned(planner, {line: pasts.crossed for line, pasts in kept.items()})
    return {line: TrainingResults(called[line], crossed[line]) for line in kept}


async def _learned(
    planner: Planner, kept: Mapping[str, Sequence[Past]]
) -> dict[str, TrainingResult]:
    """Train on the past forecasts of all lines; for each line the errors predicted for its own."""
    result = await planner.learn([past.example for pasts in kept.values() for past in pasts])
    expected = iter(result.expected)
    return {
        line: replace(result, expected=tuple(next(expected) for _ in pasts))
        for line, pasts in kept.items()
    }


def scored(pasts: Pasts, now: Instant, results: TrainingResults | None = None) -> Scores:
    """The scores of a line's forecasts at `now`, with the corrections learned for them."""
    called = _side(pasts.called, results.called if results else None)
    crossed = _side(pasts.crossed, results.crossed if results else None)
    return Scores(
        at=now,
        called=called.accuracy,
        crossed=crossed.accuracy,
        move_called=calibration_of(called.pasts),
        move_crossed=calibration_of(crossed.pasts),
        corrections=Corrections(called.correction, crossed.correction),
    )


class _Side(NamedTuple):
    accuracy: Accuracy | None
    pasts: Sequence[Past]
    correction: Correction | None


def _side(pasts: Sequence[Past], result: TrainingResult | None) -> _Side:
    """The line's past with the correction where it was a gain, else without."""
    plain = accuracy_of(pasts)
    if plain is None or result is None or result.correction is None:
        return _Side(plain, pasts, None)
    corrected = [
        replace(past, forecast=moved(past.forecast, error))
        for past, error in zip(pasts, result.expected, strict=True)
    ]
    other = accuracy_of(corrected)
    assert other is not None, "as many trucks as without it"
    losses = (other.loss, plain.loss)
    gain, error = gain_of(pasts, corrected)
    if gain > GAIN_ERRORS * error:
        return _Side(_beside(other, *losses), corrected, result.correction)
    return _Side(_beside(plain, *losses), pasts, None)


def _beside(accuracy: Accuracy, corrected: float, uncorrected: float) -> Accuracy:
    return replace(accuracy, loss_corrected=corrected, loss_uncorrected=uncorrected)
