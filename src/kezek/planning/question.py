"""The values of questions to a planner and of its answers.

Instants and durations are milliseconds.  This module imports no numerics, because web servers import it;
the planner is another process.
"""

from __future__ import annotations

from typing import TypeAlias

from kezek.domain.kernel.instant import DAY, Instant
from kezek.domain.kernel.value import value
from kezek.domain.turn.order import Key

QUANTILES = (0.05, 0.10, 0.25, 0.50, 0.75, 0.90, 0.95)
REPLICATIONS = 200
HORIZON = 2 * DAY  # of a line's state and of its forecast

# The features of one forecast, known when it was made (`forecast/features.py`).
FeatureRow: TypeAlias = tuple[float, ...]


@value(frozen=True, slots=True)
class TwinWaiting:
    """A truck that has arrived and waits to be called; `key` is its sort key in the line.

    `joined_round` is the round that it lets pass, None for none.
    """

    number: int
    vehicle_class: str
    key: Key
    joined_round: int | None = None


@value(frozen=True, slots=True)
class Expected:
    """A live booking whose truck has not arrived, with the start of its window.

    It keeps its place if it arrives until `keeps_until`, and has lapsed at `lapses_at`; None where the
    rules of the line's state say so.
    """

    number: int
    vehicle_class: str
    start: Instant
    keeps_until: Instant | None = None
    lapses_at: Instant | None = None


@value(frozen=True, slots=True)
class OrderChange:
    """The cycle from an instant on, and the classes that join in its next round."""

    at: Instant
    interleave: tuple[str, ...]
    next_round: tuple[str, ...]


@value(frozen=True, slots=True)
class TwinCalled:
    """A truck that was called, or admitted, at `since`."""

    number: int
    vehicle_class: str
    admitted: bool
    since: Instant


@value(frozen=True, slots=True)
class HourCapacity:
    """An hour of the calendar with its capacity in trucks; 0 is closed."""

    start: Instant
    capacity: int


@value(frozen=True, slots=True)
class MeasuredPast:
    """Measurements from the log of the last days, oldest first.

    `crossed` and `called` are instants.  `approach` are durations from call to admission, `gate` from
    admission to crossing, `early` from a booked window's start to the truck's arrival (negative before
    it).  `shown` and `not_shown` count booked trucks that came and that did not.  `walked_in` counts
    walk-ins since `since`, the beginning of the measurements.
    """

    since: Instant
    called: tuple[Instant, ...]
    crossed: tuple[Instant, ...]
    approach: tuple[Instant, ...]
    gate: tuple[Instant, ...]
    early: tuple[Instant, ...]
    shown: int
    not_shown: int
    walked_in: int


@value(frozen=True, slots=True)
class LineState:
    """The state of a line at `now`, from which the twin starts.

    `cursor` and `in_round` are the position in the cycle `interleave` after the last call; the classes
    in `next_round` join in its next round.  `window` is the length of a slot, `keeps_place_for` the
    regulation's limit for late trucks.  `hours` reach from the current hour to the horizon.  `asked` are
    starts of windows that a truck of the class `ordinary` can still book, rising; `walk_in` is the class
    of trucks without a booking, empty for none.  `changes` are those of the order until the horizon,
    rising.  The same state and `seed` give the same forecast on any machine.
    """

    line: str
    now: Instant
    interleave: tuple[str, ...]
    cursor: int
    window: Instant
    keeps_place_for: Instant
    no_show_after: Instant
    waiting: tuple[TwinWaiting, ...]
    expected: tuple[Expected, ...]
    at_gate: tuple[TwinCalled, ...]
    hours: tuple[HourCapacity, ...]
    measured: MeasuredPast
    seed: int
    replications: int = REPLICATIONS
    in_round: int = 0
    next_round: tuple[str, ...] = ()
    asked: tuple[Instant, ...] = ()
    ordinary: str = ""
    walk_in: str = ""
    changes: tuple[OrderChange, ...] = ()


@value(frozen=True, slots=True)
class Range:
    """Seven quantiles (`QUANTILES`), rising."""

    at: tuple[Instant, ...]


@value(frozen=True, slots=True)
class TruckForecast:
    """When a truck is called and when it has crossed: instants; `called` is None after the call."""

    number: int
    called: Range | None
    crossed: Range


@value(frozen=True, slots=True)
class JoinForecast:
    """The wait of a truck of a class that joins now: durations until its call and its crossing."""

    vehicle_class: str
    called: Range
    crossed: Range


@value(frozen=True, slots=True)
class WindowForecast:
    """The wait until its call of a truck of the ordinary class that books the window at `start`.

    The truck comes when the window begins, or now where it has begun.  Bookings still to be made are
    not taken into account.
    """

    start: Instant
    called: Range


@value(frozen=True, slots=True)
class LengthForecast:
    """The number of waiting trucks at a later instant: seven quantiles."""

    at: Instant
    waiting: tuple[int, ...]


@value(frozen=True, slots=True)
class LineForecast:
    """The twin's forecast of a line.

    `no_basis` is empty, or the code of the reason for which there is no forecast.  Quantiles beyond the
    instant `horizon` are that instant.
    """

    line: str
    as_of: Instant
    horizon: Instant
    seed: int
    replications: int
    no_basis: str
    trucks: tuple[TruckForecast, ...]
    joins: tuple[JoinForecast, ...]
    lengths: tuple[LengthForecast, ...]
    windows: tuple[WindowForecast, ...] = ()


@value(frozen=True, slots=True)
class ErrorExample:
    """A past forecast for training: its features and its error.

    It was made at `at`; its error, the logarithm of wait over median, is known since `known_at`.
    """

    at: Instant
    known_at: Instant
    features: FeatureRow
    error: float


@value(frozen=True, slots=True)
class Correction:
    """A fitted error model: regression trees whose leaf values sum to the expected error.

    The nodes of all trees are in one array; `roots` are the indices where trees begin.  A row whose
    `feature` is at most `threshold` goes to the next node, any other to the node at `right`.  A leaf
    has the feature -1, and its `threshold` is its value, a logarithm.
    """

    feature: tuple[int, ...]
    threshold: tuple[float, ...]
    right: tuple[int, ...]
    roots: tuple[int, ...]


@value(frozen=True, slots=True)
class Corrections:
    """The corrections of the wait until the call and until the crossing; None for no correction."""

    called: Correction | None = None
    crossed: Correction | None = None


UNCORRECTED = Corrections()


@value(frozen=True, slots=True)
class TrainingResult:
    """The result of training on examples.

    `expected` are the errors predicted for each example, in their order, by a model of the examples that
    were over before it.  `correction` is fitted to all examples, None for too few.
    """

    expected: tuple[float, ...]
    correction: Correction | None
