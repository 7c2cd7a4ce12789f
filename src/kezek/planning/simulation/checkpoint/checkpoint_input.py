"""The input of the checkpoint model: the checkpoint, its rules and who comes.

Times and durations are seconds, floats, counted from the start of the simulation; arrays are read only.
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

DISTRIBUTIONS = (
    "deterministic",
    "exponential",
    "lognormal",
    "gamma",
    "measured",
    "truncated_normal",
)
WIP_LIMIT = 6


class BadModelInput(ValueError):
    """A model input that cannot be played: `field` is the path, `why` says what to change."""

    def __init__(self, field: str, why: str) -> None:
        super().__init__(f"{field} {why}")
        self.field = field
        self.why = why


@value(frozen=True, slots=True)
class Duration:
    """A random duration in seconds: a distribution and its parameters.

    `distribution` is one of `DISTRIBUTIONS`.  The first four take `mean` and `cv`, the coefficient of
    variation; a deterministic one has cv 0 and an exponential one has cv 1, whatever is written.
    `measured` is an empirical distribution: `quantiles` are evenly spaced, from the least to the most
    that was seen, and are interpolated linearly.  `truncated_normal` is a normal distribution with
    `mean` and `deviation`, conditional on lying between `least` and `most`.
    """

    distribution: str
    mean: float = 0.0
    cv: float = 0.0
    quantiles: tuple[float, ...] = ()
    deviation: float = 0.0
    least: float = -math.inf
    most: float = math.inf


NO_TIME = Duration("deterministic", 0.0)


@value(frozen=True, slots=True)
class ModelRules:
    """What the model needs of a regulation; durations are seconds.

    `interleave` and `next_round` are indices into `classes`; the latter are the classes that join in
    the next round of the cycle.
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
        """The rules of a regulation of the live product."""
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
    """Booked places, one row for each window and class: arrays of one length m.

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
    """How the booked trucks of a class arrive: the share of no-shows, and the offset of the others.

    `offset` is arrival minus the start of the window in seconds; negative is early.
    """

    no_show: float
    offset: Duration


@value(frozen=True, slots=True)
class WalkInStream:
    """Walk-ins of a class: a Poisson process whose rate is a step function, trucks an hour."""

    vehicle_class: int
    per_hour: Steps


@value(frozen=True, slots=True)
class Calls:
    """How trucks are called from the waiting area to the gate.

    At most `wip_limit` trucks are called and not yet in a lane of the first stage, so that the gate has
    work while others drive.  `travel` is the duration of the drive.  A called truck misses its call with
    probability `missed`.  `per_hour` limits the calls where it is given: the gap between two calls is at
    least a variate of `spacing` (mean 1) over the level, trucks an hour.
    """

    travel: Duration = NO_TIME
    wip_limit: int = WIP_LIMIT
    missed: float = 0.0
    per_hour: Steps | None = None
    spacing: Duration = Duration("deterministic", 1.0)


@value(frozen=True, slots=True)
class ModelStage:
    """Parallel lanes behind one queue, first come first served.

    `lanes` is the number of open lanes as a step function; a closing lane finishes the truck that is
    in it.  `service_times` has one entry for each class.  `visited` is the share by class that stops at
    this stage, empty for 1.  `inspected` is the share by class that is inspected, empty for 0; an
    inspection adds `inspection_time` in the same lane.
    """

    name: str
    lanes: Steps
    service_times: tuple[Duration, ...]
    visited: tuple[float, ...] = ()
    inspected: tuple[float, ...] = ()
    inspection_time: Duration = NO_TIME


@value(frozen=True, slots=True)
class WaitingTrucks:
    """Trucks that wait at the start, in any order: arrays of one length, seconds (negative is past).

    `window` is the start of the window, NaN for a walk-in; for a truck that fell `behind` it is the
    instant of that.  `since` breaks ties inside a window.  `joined` is the round that the truck lets
    pass, NO_ROUND for none.
    """

    vehicle_class: Integers
    window: Floats
    behind: NDArray[np.bool_]
    since: Floats
    joined: Integers


@value(frozen=True, slots=True)
class ModelInput:
    """A checkpoint in one direction, and its demand.

    Walk-ins arrive until `until`; every truck that has arrived is played to the end.  `habits` has one
    entry for each class.  `waiting_places` limits the waiting area, None for no limit: trucks that find
    it full wait on the road in order of arrival.  `accepted` is the counterpart's limit in trucks an
    hour, None for no limit.  `standing` are the trucks that wait at the start; `cursor` is the place in
    the cycle then, and `in_round` its round.

    Trucks are numbered: standing ones, then booked ones by row, then walk-ins by process and arrival.
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
    """The same array, read only from now on."""
    array.setflags(write=False)
    return array
