"""A line's forecast after calibration with its own past, and whether it differs visibly."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from kezek.app.forecast.accuracy import Calibration
from kezek.app.forecast.replay import Scores
from kezek.domain.booking.booking import Booking
from kezek.domain.kernel.instant import MINUTE, Instant
from kezek.domain.turn.order import Key, turn_of
from kezek.planning.question import (
    JoinForecast,
    LengthForecast,
    LineForecast,
    LineState,
    Range,
    TruckForecast,
)

# The basis of a truck's place in line: its window until it has arrived, then the key of its turn.
Standing = Instant | Key


@dataclass(frozen=True, slots=True)
class CalibratedForecast:
    """A line's forecast as shown: the twin's calibrated ranges.

    `regime` is short, long or closed; `version` is the line's at `as_of`, and `standing` the basis of
    each truck's place then, by its number.
    """

    forecast: LineForecast
    scores: Scores | None
    regime: str
    version: int
    standing: Mapping[int, Standing] = field(default_factory=dict)

    @property
    def as_of(self) -> Instant:
        return self.forecast.as_of

    def truck(self, booking: Booking) -> TruckForecast | None:
        """The forecast of one truck; None when it was not in line then or had another window."""
        if self.outdated(booking):
            return None
        return next((one for one in self.forecast.trucks if one.number == booking.number), None)

    def outdated(self, booking: Booking) -> bool:
        """Whether the truck's place has changed since the forecast, so that a new one is on its way."""
        then = self.standing.get(booking.number)
        waits = booking.arrived_at is not None and booking.called_at is None
        if then is None or booking.called_at is not None:
            return False
        if isinstance(then, tuple):
            return not waits or turn_of(booking).key != then
        return then != booking.start

    def join(self, vehicle_class: str) -> JoinForecast | None:
        """The wait of a truck of a class that joins now."""
        found = (one for one in self.forecast.joins if one.vehicle_class == vehicle_class)
        return next(found, None)

    def window(self, start: Instant) -> Range | None:
        """The wait of a truck in turn that books a window and comes when it begins."""
        found = (one.called for one in self.forecast.windows if one.start == start)
        return next(found, None)

    def length(self, at: Instant) -> LengthForecast | None:
        """The number of waiting trucks at the nearest forecast instant."""
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
        # The two ranges were moved separately, and no truck crosses before its call.
        return Range(tuple(max(pair) for pair in zip(crossed.at, called.at, strict=True)))

    def truck(one: TruckForecast) -> TruckForecast:
        if one.called is None:
            # Errors are known for waits from arrival; the span after the call is another one.
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


def standing_of(state: LineState) -> dict[int, Standing]:
    """The basis of the place of each truck that was not called yet."""
    standing: dict[int, Standing] = {one.number: one.start for one in state.expected}
    return standing | {one.number: one.key for one in state.waiting}


def said(told: LineForecast) -> tuple[object, ...]:
    """The visible part of a forecast: waits in steps of five minutes."""
    step = 5 * MINUTE
    waits = tuple((one.vehicle_class, *(at // step for at in one.called.at)) for one in told.joins)
    calls = tuple(
        (one.number, *(at // step for at in (one.called or one.crossed).at)) for one in told.trucks
    )
    windows = tuple((one.start, *(at // step for at in one.called.at)) for one in told.windows)
    return (told.no_basis, waits, calls, windows)
