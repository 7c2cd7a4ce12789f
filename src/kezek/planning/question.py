"""What a live line is asked and what is answered: plain values, so that a server may hold them.

Instants and spans are milliseconds.  This module imports no numerics: the web server knows it, while
the process that answers is another one.
"""

from __future__ import annotations

from typing import TypeAlias

from kezek.domain.kernel.instant import DAY, Instant
from kezek.domain.kernel.value import value
from kezek.domain.turn.order import Key

QUANTILES = (0.05, 0.10, 0.25, 0.50, 0.75, 0.90, 0.95)
REPLICATIONS = 200
HORIZON = 2 * DAY  # so far ahead a line is looked at, and a forecast tells of it

# What was known when a forecast was made, as numbers (`forecast/signs.py`).
FeatureRow: TypeAlias = tuple[float, ...]


@value(frozen=True, slots=True)
class TwinWaiting:
    """A truck that has arrived and waits to be called, with the key of its place.

    `joined_round` is the round that it lets pass, None for none.
    """

    number: int
    vehicle_class: str
    key: Key
    joined_round: int | None = None


@value(frozen=True, slots=True)
class Expected:
    """A live booking whose truck has not arrived, with the start of its window."""

    number: int
    vehicle_class: str
    start: Instant


@value(frozen=True, slots=True)
class TwinCalled:
    """A truck that was called, or admitted, at `since`."""

    number: int
    vehicle_class: str
    admitted: bool
    since: Instant


@value(frozen=True, slots=True)
class HourCapacity:
    """What the calendar says of an hour: its capacity in trucks; 0 is closed."""

    start: Instant
    capacity: int


@value(frozen=True, slots=True)
class MeasuredPast:
    """What the log says of the last days, oldest first.

    `crossed` and `called` are instants; `approach` are spans from call to admission, `gate` from
    admission to crossing; `early` are spans from a booked window's start to its truck's arrival
    (negative before it); `shown` and `not_shown` count booked trucks that came and that did not;
    `walked_in` counts walk-ins since `since`, the beginning of what is known.
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
    """A line at a moment, as the twin starts from it.

    `cursor` and `in_round` say where the last call left the cycle `interleave`, and `next_round` which
    classes join in its next round.  `asked` are starts of windows that a truck of the class `ordinary`
    might still book, rising; `walk_in` is the class of those without a booking, empty for none.
    `window` is the span of a slot, `keeps_place_for` the regulation's limit for late trucks; `hours`
    reach from the current hour to the horizon.  `seed` and the state give the same answer anywhere.
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
    """What a truck of a class that joined now would wait: spans until its call, until it is through."""

    vehicle_class: str
    called: Range
    crossed: Range


@value(frozen=True, slots=True)
class WindowForecast:
    """What a truck in turn would wait that booked the window at `start` and came when it begins, or now
    where it has begun: a span until its call.  Bookings still to be made are not in it.
    """

    start: Instant
    called: Range


@value(frozen=True, slots=True)
class LengthForecast:
    """How many trucks wait at an instant to come: seven quantiles."""

    at: Instant
    waiting: tuple[int, ...]


@value(frozen=True, slots=True)
class LineForecast:
    """The twin's answer.  `no_basis` is empty, or a code that says why nothing can be told.

    A quantile beyond the horizon is the horizon's end; `horizon` says where that is.
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
    """A forecast that was made at `at`, and its error, the logarithm of wait over median, known since
    `known_at`.
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
    """Those of the wait until the call and of that until it is through; None corrects nothing."""

    called: Correction | None = None
    crossed: Correction | None = None


UNCORRECTED = Corrections()


@value(frozen=True, slots=True)
class TrainingResult:
    """What cases have taught: the error that each would have been told to expect by those that were
    over before it, in their order; and the correction learned from all, None of too few.
    """

    expected: tuple[float, ...]
    correction: Correction | None
