"""The likely wait for a reader: a range with its basis, the same for every channel.

Where the twin has no basis, the pace of the last hours replaces it and is named as the basis.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from kezek.app.forecast.accuracy import Accuracy
from kezek.app.forecast.calibrated_forecast import CalibratedForecast
from kezek.app.forecast.forecast import LiveForecasts
from kezek.app.turn.queue import Queue, WaitingTruck
from kezek.domain.booking.booking import Booking
from kezek.domain.booking.status import LIVE, Status
from kezek.domain.kernel.instant import HOUR, MINUTE, Instant
from kezek.planning.question import QUANTILES, Range, TruckForecast

# The fewest crossings in the last hours from which a pace is taken; ours.
CROSSED_MIN = 5
# Ranges are rounded to steps, away from their middle.
STEP = 5 * MINUTE
# A wait by the pace may be a fifth less or a quarter more; ours.
LESS, MORE = 0.8, 1.25
# Hours ahead for which the length of a line is told.
LENGTH_HOURS = (1, 3, 6)

_LOW, _HIGH = QUANTILES.index(0.10), QUANTILES.index(0.90)


class Basis(StrEnum):
    """The basis of a range: simulations of the line, or the pace of the last hours."""

    TWIN = "twin"
    PACE = "pace"


@dataclass(frozen=True, slots=True)
class TwinBasis:
    """Simulations of the line from `as_of`; `corrected` by the correction learned from all lines."""

    as_of: Instant
    replications: int
    corrected: bool

    kind = Basis.TWIN


@dataclass(frozen=True, slots=True)
class PaceBasis:
    """Trucks ahead ÷ crossings of the last `hours`; `no_basis` is the code of why the twin has none."""

    ahead: int
    crossed: int
    hours: float
    no_basis: str

    kind = Basis.PACE


@dataclass(frozen=True, slots=True)
class Bounds:
    """From 10 to 90 % of all cases, in steps of five minutes: instants, or spans, in ms."""

    low: Instant
    high: Instant


@dataclass(frozen=True, slots=True)
class Likely:
    """When one truck is called and has crossed, as instants; None where nothing is known or it is over.

    `truck` is the twin's own forecast with all its quantiles, None by the pace.  `accuracy` is that of
    such ranges, None where it was not measured.
    """

    called: Bounds | None
    crossed: Bounds | None
    basis: TwinBasis | PaceBasis
    truck: TruckForecast | None = None
    accuracy: Accuracy | None = None


@dataclass(frozen=True, slots=True)
class LikelyWait:
    """How long a truck of a class waits that joins now, as spans: until its call, until it has crossed.

    `call` is the same as instants with all quantiles; None by the pace, as is `crossed`.
    """

    called: Bounds
    crossed: Bounds | None
    basis: TwinBasis | PaceBasis
    call: Range | None = None
    accuracy: Accuracy | None = None


@dataclass(frozen=True, slots=True)
class LikelyLength:
    """How many trucks wait in some `hours`, from 10 to 90 % of all cases."""

    hours: int
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class ShownAccuracy:
    """The share of trucks called within their ranges, over all lines; None before it is measured."""

    inside80: float | None


def likely_for(
    forecasts: LiveForecasts, booking: Booking, status: Status, queue: Queue | None, now: Instant
) -> Likely | None:
    """The likely instants of one truck, from its booking to its crossing; None where there are none."""
    if queue is None or status not in LIVE or status is Status.DISPLACED:
        return None
    found, waits = forecasts.of(booking.line, now), queue.truck(booking.number)
    called = status in (Status.CALLED, Status.ADMITTED)
    truck = _truck(found, booking, waits, called=called) if found is not None else None
    earliest = now if called else _earliest(now, booking, waits)
    if found is not None and truck is not None:
        return _by_twin(found, truck, earliest)
    return _by_pace(queue, waits, earliest, now, forecasts.no_basis(booking.line, now))


def being_computed(
    forecasts: LiveForecasts, booking: Booking, status: Status, now: Instant
) -> bool:
    """Whether the line's forecast still has the window from before the booking moved."""
    found = forecasts.of(booking.line, now)
    ahead = status in (Status.CONFIRMED, Status.LATE)
    return ahead and found is not None and found.outdated(booking)


def wait_to_join(
    forecasts: LiveForecasts, line: str, vehicle_class: str, queue: Queue, now: Instant
) -> LikelyWait | None:
    """The wait of a truck of a class that joins the line now; None where it is unknown."""
    found = forecasts.of(line, now)
    join = found.join(vehicle_class) if found is not None else None
    if found is None or join is None:
        return _wait_by_pace(queue, forecasts.no_basis(line, now))
    return LikelyWait(
        called=span_bounds(join.called),
        crossed=span_bounds(join.crossed),
        basis=_twin_basis(found),
        call=_after(now, join.called),
        accuracy=found.scores.called if found.scores else None,
    )


def span_bounds(waits: Range) -> Bounds:
    """The bounds of a forecast span."""
    return rounded(waits.at[_LOW], waits.at[_HIGH])


def rounded(low: Instant, high: Instant) -> Bounds:
    """A range in whole steps away from its middle, a step wide at least."""
    low = low // STEP * STEP
    return Bounds(low, max(-(-high // STEP) * STEP, low + STEP))


def likely_lengths(found: CalibratedForecast | None, now: Instant) -> list[LikelyLength]:
    """The line in some hours; empty without a basis, and without hours in which surely nobody waits."""
    told = []
    for hours in LENGTH_HOURS if found is not None else ():
        length = found.length(now + hours * HOUR) if found is not None else None
        if length is None or abs(length.at - now - hours * HOUR) > HOUR // 2:
            continue
        if length.waiting[_HIGH] > 0:
            told.append(LikelyLength(hours, length.waiting[_LOW], length.waiting[_HIGH]))
    return told


def shown_accuracy(
    forecasts: LiveForecasts, lines: Iterable[str], now: Instant
) -> ShownAccuracy | None:
    """The accuracy of the ranges of all these lines; None where no line has one now."""
    lines = list(lines)
    if not any(forecasts.of(line, now, looked=False) for line in lines):
        return None
    scores = [forecasts.scores(line) for line in lines]
    good = [one.called for one in scores if one is not None and one.called is not None]
    trucks = sum(one.trucks for one in good)
    inside = sum(one.inside80 * one.trucks for one in good)
    return ShownAccuracy(inside / trucks if trucks else None)


def _truck(
    found: CalibratedForecast, booking: Booking, waits: WaitingTruck | None, *, called: bool
) -> TruckForecast | None:
    """The truck's own forecast; a truck that came since has that of its class."""
    known = found.truck(booking)
    if known is not None and (known.called is None) == called:
        return known
    old = known is not None or found.outdated(booking)
    if old or waits is None or not waits.open or waits.arrived_at < found.as_of:
        return None
    join = found.join(waits.seen.vehicle_class)
    if join is None:
        return None
    since = waits.arrived_at
    return TruckForecast(booking.number, _after(since, join.called), _after(since, join.crossed))


def _after(since: Instant, waits: Range) -> Range:
    return Range(tuple(since + wait for wait in waits.at))


def _by_twin(found: CalibratedForecast, truck: TruckForecast, earliest: Instant) -> Likely:
    scores, call = found.scores, truck.called
    good = (scores.called if call else scores.crossed) if scores else None
    return Likely(
        called=_bounds(call, earliest) if call else None,
        crossed=_bounds(truck.crossed, earliest),
        basis=_twin_basis(found),
        truck=truck,
        accuracy=good,
    )


def _twin_basis(found: CalibratedForecast) -> TwinBasis:
    corrected = found.scores is not None and found.scores.corrected
    return TwinBasis(found.as_of, found.forecast.replications, corrected)


def _earliest(now: Instant, booking: Booking, waits: WaitingTruck | None) -> Instant:
    """The earliest possible call: now, or the beginning of the booked window."""
    if waits is not None and waits.open:
        return now
    return max(now, booking.start or 0)


def _bounds(at: Range, earliest: Instant) -> Bounds:
    """The range from 10 to 90 %, rounded away from its middle, and never before `earliest`."""
    low = max(at.at[_LOW] // STEP * STEP, earliest)
    return Bounds(low, max(-(-at.at[_HIGH] // STEP) * STEP, low + STEP))


def _by_pace(
    queue: Queue, waits: WaitingTruck | None, earliest: Instant, now: Instant, no_basis: str
) -> Likely | None:
    """The range around ahead ÷ pace, never before the booked window begins."""
    ahead = waits.place - 1 if waits is not None else 0
    wait = _wait_of(queue, ahead)
    if waits is None or wait is None:
        return None
    low, high = _around(wait, now)
    low = max(low, earliest)
    return Likely(Bounds(low, max(high, low + STEP)), None, _pace_basis(queue, ahead, no_basis))


def _wait_by_pace(queue: Queue, no_basis: str) -> LikelyWait | None:
    ahead = queue.waiting_due
    wait = _wait_of(queue, ahead)
    if wait is None:
        return None
    low, high = _around(wait, 0)
    return LikelyWait(Bounds(low, max(high, STEP)), None, _pace_basis(queue, ahead, no_basis))


def _wait_of(queue: Queue, ahead: int) -> float | None:
    """The time for `ahead` trucks at the pace of the last hours; None where too few have crossed."""
    pace = queue.pace
    return None if pace is None or pace.crossed < CROSSED_MIN else ahead * HOUR / pace.per_hour


def _pace_basis(queue: Queue, ahead: int, no_basis: str) -> PaceBasis:
    assert queue.pace is not None, "a pace was used"
    return PaceBasis(ahead, queue.pace.crossed, queue.pace.hours, no_basis)


def _around(wait: float, now: Instant) -> tuple[Instant, Instant]:
    """From a fifth less to a quarter more of a wait that begins now, in whole steps."""
    return int((now + wait * LESS) // STEP * STEP), -int(-(now + wait * MORE) // STEP * STEP)
