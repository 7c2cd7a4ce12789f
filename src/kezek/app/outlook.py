"""What a line's forecast is once its own past has moved it, and whether it says anything new."""

from __future__ import annotations

from dataclasses import dataclass, replace

from kezek.app.accuracy import Calibration
from kezek.app.replay import Scores
from kezek.domain.kernel.instant import MINUTE, Instant
from kezek.planning.question import JoinForecast, Length, LineForecast, Range, TruckForecast


@dataclass(frozen=True, slots=True)
class Outlook:
    """A line's forecast as shown: the twin's ranges as their past has moved them.

    `regime` is short, long or closed; `waiting` and `version` are the line's at `as_of`.
    """

    forecast: LineForecast
    scores: Scores | None
    regime: str
    version: int

    @property
    def as_of(self) -> Instant:
        return self.forecast.as_of

    def truck(self, number: int) -> TruckForecast | None:
        """The forecast of one truck, None when it was not in line then."""
        return next((one for one in self.forecast.trucks if one.number == number), None)

    def join(self, vehicle_class: str) -> JoinForecast | None:
        """What a truck of a class that joins now would wait."""
        found = (one for one in self.forecast.joins if one.vehicle_class == vehicle_class)
        return next(found, None)

    def window(self, start: Instant) -> Range | None:
        """What a truck in turn would wait that books a window and comes when it begins."""
        found = (one.called for one in self.forecast.windows if one.start == start)
        return next(found, None)

    def length(self, at: Instant) -> Length | None:
        """How many wait at the nearest instant that was told."""
        lengths = self.forecast.lengths
        return min(lengths, key=lambda one: abs(one.at - at), default=None)


def calibrated(
    told: LineForecast, scores: Scores, regime: str, classes: dict[int, str]
) -> LineForecast:
    """The forecast with every range moved by the past errors of its class and regime."""

    def moved(move: Calibration, at: Range | None, vehicle_class: str, since: Instant) -> Range:
        assert at is not None, "only what is told is moved"
        waits = move.of(Range(tuple(one - since for one in at.at)), vehicle_class, regime)
        return Range(tuple(since + wait for wait in waits.at))

    def later(crossed: Range, called: Range) -> Range:
        # Each was moved by itself, and nobody is through before the call.
        return Range(tuple(max(pair) for pair in zip(crossed.at, called.at, strict=True)))

    def truck(one: TruckForecast) -> TruckForecast:
        if one.called is None:
            # Errors are known of trucks that arrive; what is left after the call is another span.
            return one
        vehicle_class = classes.get(one.number, "")
        called = moved(scores.move_called, one.called, vehicle_class, told.as_of)
        crossed = moved(scores.move_crossed, one.crossed, vehicle_class, told.as_of)
        return TruckForecast(one.number, called, later(crossed, called))

    def join(one: JoinForecast) -> JoinForecast:
        called = moved(scores.move_called, one.called, one.vehicle_class, 0)
        crossed = moved(scores.move_crossed, one.crossed, one.vehicle_class, 0)
        return JoinForecast(one.vehicle_class, called, later(crossed, called))

    return replace(
        told,
        trucks=tuple(truck(one) for one in told.trucks),
        joins=tuple(join(one) for one in told.joins),
    )


def said(told: LineForecast) -> tuple[object, ...]:
    """What a reader would see of it: waits in steps of five minutes."""
    step = 5 * MINUTE
    waits = tuple((one.vehicle_class, *(at // step for at in one.called.at)) for one in told.joins)
    calls = tuple(
        (one.number, *(at // step for at in (one.called or one.crossed).at)) for one in told.trucks
    )
    windows = tuple((one.start, *(at // step for at in one.called.at)) for one in told.windows)
    return (told.no_basis, waits, calls, windows)
