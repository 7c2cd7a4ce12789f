"""What a checkpoint is and who comes to it: the plan that the checkpoint model plays.

Times and spans are seconds, floats, counted from the plan's start; arrays are read only.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from kezek.domain.kernel.instant import SECOND
from kezek.domain.kernel.value import value
from kezek.domain.regulation.regulation import Joins, Regulation
from kezek.planning.array import Floats, Integers
from kezek.planning.simulation.variate.steps import Steps

Scalar = TypeVar("Scalar", bound=np.generic)

LAWS = ("deterministic", "exponential", "lognormal", "gamma", "measured", "truncated_normal")
AHEAD = 6


class BadPlan(ValueError):
    """A plan that cannot be played: `field` is its path, the sentence says what to change."""

    def __init__(self, field: str, why: str) -> None:
        super().__init__(f"{field} {why}")
        self.field = field
        self.why = why


@value(frozen=True, slots=True)
class Span:
    """How a span is drawn, in seconds.

    `law` is one of `LAWS`.  A mean and a coefficient of variation say all of the first four
    (deterministic has cv 0, exponential 1 whatever is written).  `measured` is drawn from `knots`
    instead: evenly spaced quantiles of what was seen, from the least to the most, read between the
    knots along straight lines.  `truncated_normal` is the normal law with `mean` and `deviation`, given
    that it lies between `least` and `most`.
    """

    law: str
    mean: float = 0.0
    cv: float = 0.0
    knots: tuple[float, ...] = ()
    deviation: float = 0.0
    least: float = -math.inf
    most: float = math.inf


NO_TIME = Span("deterministic", 0.0)


@value(frozen=True, slots=True)
class ModelRules:
    """What the model needs of a regulation; spans in seconds.

    `interleave` are indices into `classes`, and so is `next_round`: the classes that join in the next
    round of the cycle.
    """

    classes: tuple[str, ...]
    interleave: tuple[int, ...]
    window: float
    keeps_place_for: float
    no_show_after: float
    call_for: float
    misses_max: int
    next_round: tuple[int, ...] = ()

    @classmethod
    def of(cls, regulation: Regulation) -> ModelRules:
        """The rules of the live product's own object."""
        classes = tuple(regulation.classes)
        return cls(
            classes=tuple(str(name) for name in classes),
            interleave=tuple(classes.index(name) for name in regulation.interleave),
            window=regulation.window / SECOND,
            keeps_place_for=regulation.keeps_place_for / SECOND,
            no_show_after=regulation.no_show_after / SECOND,
            call_for=regulation.call_for / SECOND,
            misses_max=regulation.misses_max,
            next_round=tuple(
                place
                for place, rule in enumerate(regulation.classes.values())
                if rule.joins is Joins.NEXT_ROUND
            ),
        )


@value(frozen=True, slots=True)
class Booked:
    """Booked places, one row a window and class: arrays of one length m.

    `start` float64[m] is the window's start, `vehicle_class` int64[m] indexes the rules' classes,
    `trucks` int64[m] counts the bookings.
    """

    start: Floats
    vehicle_class: Integers
    trucks: Integers

    @classmethod
    def of(cls, rows: Sequence[tuple[float, int, int]] = ()) -> Booked:
        """From rows (start, class, trucks)."""
        return cls(
            frozen(np.array([row[0] for row in rows], dtype=np.float64)),
            frozen(np.array([row[1] for row in rows], dtype=np.int64)),
            frozen(np.array([row[2] for row in rows], dtype=np.int64)),
        )


@value(frozen=True, slots=True)
class Habit:
    """How the booked trucks of a class come: the share that never does, and when the others do.

    `offset` is drawn as (arrival - start of the window): negative is early.
    """

    no_show: float
    offset: Span


@value(frozen=True, slots=True)
class WalkInStream:
    """Trucks of a class without a booking: a Poisson stream whose levels are trucks an hour."""

    vehicle_class: int
    per_hour: Steps


@value(frozen=True, slots=True)
class Calls:
    """How trucks are called from the waiting area to the gate.

    At most `ahead` called trucks are on the way or in front of the first stage: so many are called
    ahead that the gate has work while others drive.  `travel` is the way; a called truck does not
    come with the chance `missed`.  `per_hour` limits the calls themselves where it is given: the time
    between two calls is at least a draw of `spacing` (mean 1) over the level, trucks an hour.
    """

    travel: Span = NO_TIME
    ahead: int = AHEAD
    missed: float = 0.0
    per_hour: Steps | None = None
    spacing: Span = Span("deterministic", 1.0)


@value(frozen=True, slots=True)
class ModelStage:
    """Lanes in parallel behind one queue, first come first through.

    `lanes` is a step function; a truck that is in a lane when it closes is finished there.  `span`
    has a row a class.  `visited` and `deep` are shares by class, empty for 1 and 0: who passes by
    without stopping, and who is looked at more closely, for `deep_span` on top in the same lane.
    """

    name: str
    lanes: Steps
    span: tuple[Span, ...]
    visited: tuple[float, ...] = ()
    deep: tuple[float, ...] = ()
    deep_span: Span = NO_TIME


@value(frozen=True, slots=True)
class WaitingTrucks:
    """Trucks that wait already, in any order: arrays of one length, seconds (negative: in the past).

    `window` is the start of the window, or for who fell `behind` the moment of that; NaN for walk-ins.
    `since` breaks ties inside a window; `joined` is the round that each lets pass, NO_ROUND for none.
    """

    vehicle_class: Integers
    window: Floats
    behind: NDArray[np.bool_]
    since: Floats
    joined: Integers


@value(frozen=True, slots=True)
class ModelInput:
    """A checkpoint in one direction, and its demand.

    Walk-ins are drawn until `until`; whoever has come is played to the end.  `habits` has a row a
    class. `waiting_places` None is no limit: who finds the area full waits on the road, in order of
    arrival. `accepted` is the counterpart's limit in trucks an hour, None for none.  `standing` waits
    at the start; `cursor` is the place in the cycle, and `in_round` its round.

    Trucks are numbered: standing ones, then booked ones by row, then walk-ins by stream and arrival.
    """

    rules: ModelRules
    until: float
    stages: tuple[ModelStage, ...]
    booked: Booked
    habits: tuple[Habit, ...]
    walk_ins: tuple[WalkInStream, ...] = ()
    calls: Calls = Calls()
    waiting_places: int | None = None
    accepted: Steps | None = None
    standing: WaitingTrucks | None = None
    cursor: int = 0
    in_round: int = 0


def frozen(array: NDArray[Scalar]) -> NDArray[Scalar]:
    """The array itself, which nobody can write to any more."""
    array.setflags(write=False)
    return array
