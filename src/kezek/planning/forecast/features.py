"""Features that predict a forecast's error: the line's condition and the hour, as numbers.

This module imports no numerics: the server computes the features of past forecasts, the planner those of
a new one, and both move ranges in the same way.
"""

from __future__ import annotations

import math

from kezek.domain.kernel.instant import DAY, HOUR, MINUTE, Instant
from kezek.planning.question import QUANTILES, FeatureRow, LineState, Range

# Ours: added to both sides of the ratio, so that it exists for a wait of 0.
SOFT = 10 * MINUTE
# Ours: the line is long when more trucks wait than the next three hours take.
LONG_HOURS = 3
# Ours: the span over which a line's pace is counted.
PACE_FOR = 3 * HOUR

# The features in their order.  None names a line: a single line has too few past forecasts.
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
    """The regime of a line: `closed`, `long` or `short`."""
    soon = state.hours[:LONG_HOURS]
    if not soon or not soon[0].capacity:
        return "closed"
    return "long" if len(state.waiting) > _capacity(state) else "short"


def error_of(wait: Instant, told: Instant) -> float:
    """The logarithm of a wait over the forecast; both are durations, of which negative ones are 0."""
    return math.log((max(0, wait) + SOFT) / (max(0, told) + SOFT))


def off_by(told: Instant, error: float) -> Instant:
    """The wait that has `error` for the forecast `told`; at least 0."""
    return max(0, round((max(0, told) + SOFT) * math.exp(error)) - SOFT)


def moved(waits: Range, error: float) -> Range:
    """A range of durations moved by an error; it still rises."""
    return Range(tuple(off_by(wait, error) for wait in waits.at))


def later(at: Range, span: Instant) -> Range:
    """A range of instants or durations, each later by `span`."""
    return Range(tuple(one + span for one in at.at))


def line_features(state: LineState) -> FeatureRow:
    """The features shared by all trucks of a line: those after `ordinary`."""
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
    """The features of one truck's forecast `waits` (durations): finite numbers in the order of NAMES.

    `line` are the `line_features`; `ordinary` says whether the truck is of the ordinary class.
    """
    low, median, high = (waits.at[place] for place in (0, _MEDIAN, -1))
    return (error_of(median, 0), error_of(high, low), float(ordinary), *line)


def _capacity(state: LineState) -> int:
    """The capacity of the next three hours in trucks."""
    return sum(hour.capacity for hour in state.hours[:LONG_HOURS])
