"""What a forecast's error may be known by beforehand: the line's condition and the hour, as numbers.

This module imports no numerics: the server takes the signs of its past forecasts, the planner those of
the one that it makes, and both move ranges alike.
"""

from __future__ import annotations

import math

from kezek.domain.kernel.instant import DAY, HOUR, MINUTE, Instant
from kezek.planning.question import QUANTILES, FeatureRow, LineState, Range

# Ours: added to both sides of the ratio, so that a wait of nothing has one.
SOFT = 10 * MINUTE
# Ours: the line is long when it holds more trucks than the next three hours take.
LONG_HOURS = 3
# Ours: a line's pace is counted over so long.
PACE_FOR = 3 * HOUR

# What the signs are, in their order.  None of them names a line: one has too few past forecasts.
NAMES = (
    "median",
    "width",
    "ordinary",
    "waiting",
    "capacity",
    "pace",
    "at_gate",
    "regime",
    "day_sine",
    "day_cosine",
    "week_sine",
    "week_cosine",
)

_REGIMES = ("closed", "short", "long")
_MEDIAN = QUANTILES.index(0.50)


def regime_of(state: LineState) -> str:
    """Closed, long or short: the queue's condition at that moment."""
    soon = state.hours[:LONG_HOURS]
    if not soon or not soon[0].capacity:
        return "closed"
    return "long" if len(state.waiting) > _capacity(state) else "short"


def error_of(wait: Instant, told: Instant) -> float:
    """The logarithm of a wait over what was told of it: both are spans, and what is below 0 is 0."""
    return math.log((max(0, wait) + SOFT) / (max(0, told) + SOFT))


def off_by(told: Instant, error: float) -> Instant:
    """The wait of which so much was told with such an error; never below 0."""
    return max(0, round((max(0, told) + SOFT) * math.exp(error)) - SOFT)


def moved(waits: Range, error: float) -> Range:
    """A range of spans moved as a whole; it still rises."""
    return Range(tuple(off_by(wait, error) for wait in waits.at))


def later(at: Range, span: Instant) -> Range:
    """A range of instants or spans, each so much later."""
    return Range(tuple(one + span for one in at.at))


def line_features(state: LineState) -> FeatureRow:
    """The signs that every truck of the line shares: those behind `ordinary`."""
    now = state.now
    lately = sum(now - PACE_FOR < at <= now for at in state.measured.crossed)
    # The Unix epoch began on a Thursday; where a week begins is of no account here.
    day, week = (2 * math.pi * (now % span) / span for span in (DAY, 7 * DAY))
    return (
        math.log1p(len(state.waiting)),
        math.log1p(_capacity(state)),
        math.log1p(lately),
        math.log1p(len(state.at_gate)),
        float(_REGIMES.index(regime_of(state))),
        math.sin(day),
        math.cos(day),
        math.sin(week),
        math.cos(week),
    )


def features_of(line: FeatureRow, waits: Range, *, ordinary: bool) -> FeatureRow:
    """What is known of one truck's forecast (spans) when it is made: finite numbers, as in NAMES.

    `line` are its `line_features`; `ordinary` says whether the truck is of the ordinary class.
    """
    low, median, high = (waits.at[place] for place in (0, _MEDIAN, -1))
    return (error_of(median, 0), error_of(high, low), float(ordinary), *line)


def _capacity(state: LineState) -> int:
    """Trucks that the next three hours take."""
    return sum(hour.capacity for hour in state.hours[:LONG_HOURS])
