"""Past forecasts of a line, had again from its log: what they were worth, how to move the next ones."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kezek.app.accuracy import (
    NONE,
    SCORED_FOR,
    Accuracy,
    Calibration,
    Past,
    accuracy_of,
    calibration_of,
    regime_of,
)
from kezek.app.checkpoint import Post
from kezek.app.line_past import Arrival, LinePast, Truth
from kezek.app.port import Planner, Store
from kezek.domain.kernel.instant import Instant
from kezek.planning.question import LineForecast, Range

# Forecasts that are had again for a line each night, evenly over the 30 days.
REPLAYED_MAX = 120


@dataclass(frozen=True, slots=True)
class Scores:
    """A line's forecasts of the last 30 days, as of `at`: of the call, and of the crossing."""

    at: Instant
    called: Accuracy | None = None
    crossed: Accuracy | None = None
    move_called: Calibration = NONE
    move_crossed: Calibration = NONE


async def scores_of(
    store: Store, planner: Planner, post: Post, now: Instant, *, rest_seconds: float = 0.0
) -> Scores:
    """Ask the twin again about trucks that have crossed since, with a rest after each.

    A PlannerFault ends it.
    """
    called: list[Past] = []
    crossed: list[Past] = []
    # The log is folded beside the loop, a truck at a time, so that requests get in between.
    arrivals = await asyncio.to_thread(_opened, store, post, now)
    while (arrival := await asyncio.to_thread(next, arrivals, None)) is not None:
        told = await planner.forecast(arrival.state)
        keep(arrival, told, called, crossed)
        await asyncio.sleep(rest_seconds)
    return scored(called, crossed, now)


def _opened(store: Store, post: Post, now: Instant) -> Iterator[Arrival]:
    return LinePast(store.reader, post, now - SCORED_FOR).arrivals(REPLAYED_MAX)


def keep(arrival: Arrival, told: LineForecast, called: list[Past], crossed: list[Past]) -> None:
    """Put a forecast beside what came; one without a basis claimed nothing, and is not held to it."""
    mine = next((truck for truck in told.trucks if truck.number == arrival.number), None)
    if told.no_basis or mine is None or mine.called is None:
        return
    called.append(_past(arrival, mine.called, arrival.called))
    crossed.append(_past(arrival, mine.crossed, arrival.crossed))


def _past(arrival: Arrival, told: Range, truth: Truth) -> Past:
    now = arrival.state.now
    return Past(
        at=now,
        known_at=truth.at,
        vehicle_class=arrival.vehicle_class,
        regime=regime_of(arrival.state),
        forecast=Range(tuple(at - now for at in told.at)),
        wait=truth.at - now,
        last_wait=truth.last_wait,
        by_pace=truth.by_pace,
    )


def scored(called: Sequence[Past], crossed: Sequence[Past], now: Instant) -> Scores:
    """What is known of a line's forecasts at a moment."""
    return Scores(
        at=now,
        called=accuracy_of(called),
        crossed=accuracy_of(crossed),
        move_called=calibration_of(called),
        move_crossed=calibration_of(crossed),
    )
