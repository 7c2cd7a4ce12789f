"""The twin of a live line: forecasts its future from its state and from measurements.

- Waiting trucks keep their places, and trucks at the gate have spent their time so far.
- Expected trucks come as early or late as others did lately, or not at all.
- Walk-ins come at the recent rate.
- The order of the line and the times of a booking change inside the run where a regulation does.
- Calls follow the calendar at the measured pace.  The uncertainty of the pace is part of every range, so
  a young log gives wide ranges.

Future bookings, future closures and trucks that miss their call are not modelled.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from kezek.domain.kernel.instant import HOUR, SECOND, Instant
from kezek.planning.array import Floats, Integers
from kezek.planning.forecast.twin_measure import (
    CallPace,
    durations_of,
    pace_of,
    quantile_table,
    share_not_shown,
)
from kezek.planning.forecast.twin_play import EmpiricalDuration, Future, Orders, futures, leavings
from kezek.planning.question import (
    HORIZON,
    QUANTILES,
    Expected,
    JoinForecast,
    LengthForecast,
    LineForecast,
    LineState,
    OrderChange,
    Range,
    TruckForecast,
    TwinWaiting,
    WindowForecast,
)
from kezek.planning.simulation.checkpoint.line import NO_ROUND, NOBODY, CompiledLine, empty_line

# The reasons for no forecast: no call is known, or no time at the gate.
NOBODY_CALLED = "nobody_called"
NOBODY_CROSSED = "nobody_crossed"

# A truck that comes in fewer futures than these gets no range: it would rest on single variates.
COMES_MIN = 20


def forecast(state: LineState) -> LineForecast:
    """The forecast of a line: calls, crossings, waits of trucks that join now, and lengths.

    Instants are milliseconds.  The same state gives the same forecast on any machine.  `no_basis` is
    NOBODY_CALLED or NOBODY_CROSSED where the pace or the time at the gate is not known.
    """
    horizon = max((hour.start + HOUR for hour in state.hours), default=state.now + HORIZON)
    silent = no_basis(state)
    if silent or horizon <= state.now:
        return _forecast(state, horizon, silent or NOBODY_CALLED)
    pace = pace_of(state)
    durations = (durations_of(state.measured.approach), durations_of(state.measured.gate))
    future, line = _future(state, pace, horizon)
    lengths = np.zeros((len(future.marks), state.replications))
    called, crossed, answered = futures(
        future, line, (state.cursor, state.in_round), durations, state.seed, lengths
    )
    known: list[TwinWaiting | Expected] = [*state.waiting, *state.expected]
    classes = tuple(dict.fromkeys(state.interleave))
    first = len(state.waiting) + len(classes)
    rows = [*range(len(state.waiting)), *range(first, first + len(state.expected))]
    ends = (_quantiles(called, future.horizon), _quantiles(crossed, future.horizon))
    comes = np.isfinite(ends[0][:, 0])
    trucks = [
        TruckForecast(
            known[place].number, _instants(state, ends[0][row]), _instants(state, ends[1][row])
        )
        for place, row in enumerate(rows)
        if comes[row]
    ]
    joins = tuple(
        JoinForecast(name, _range(ends[0][row]), _range(ends[1][row]))
        for row, name in enumerate(classes, start=len(state.waiting))
    )
    marks = np.quantile(lengths, QUANTILES, axis=1, method="inverted_cdf").T.astype(int).tolist()
    told = tuple(
        LengthForecast(state.now + round(at * SECOND), tuple(waiting))
        for at, waiting in zip(future.marks.tolist(), marks, strict=True)
    )
    return _forecast(
        state,
        horizon,
        "",
        (*_leaving(state, durations, future.horizon), *trucks),
        joins,
        told,
        _windows(future, answered, awaited_of(state)),
    )


def awaited_of(state: LineState) -> tuple[Instant, ...]:
    """The windows to answer for; none where trucks of the ordinary class join in the next round."""
    waits = (state.next_round, *(change.next_round for change in state.changes))
    here = state.ordinary in state.interleave
    return state.asked if here and not any(state.ordinary in one for one in waits) else ()


def _windows(
    future: Future, answered: Floats, asked: tuple[Instant, ...]
) -> tuple[WindowForecast, ...]:
    """The wait of each asker from its arrival, at most until the horizon."""
    if not asked:
        return ()
    waits = _quantiles(answered, future.horizon) - future.asked[:, None]
    return tuple(
        WindowForecast(start, _range(row)) for start, row in zip(asked, waits, strict=True)
    )


def no_basis(state: LineState) -> str:
    """The code of the reason for no forecast, or an empty text."""
    if not state.measured.called:
        return NOBODY_CALLED
    known = state.measured.crossed and state.measured.approach and state.measured.gate
    return "" if known else NOBODY_CROSSED


def _forecast(
    state: LineState,
    horizon: Instant,
    silent: str,
    trucks: tuple[TruckForecast, ...] = (),
    joins: tuple[JoinForecast, ...] = (),
    lengths: tuple[LengthForecast, ...] = (),
    windows: tuple[WindowForecast, ...] = (),
) -> LineForecast:
    return LineForecast(
        line=state.line,
        as_of=state.now,
        horizon=horizon,
        seed=state.seed,
        replications=state.replications,
        no_basis=silent,
        trucks=trucks,
        joins=joins,
        lengths=lengths,
        windows=windows,
    )


def _leaving(
    state: LineState, durations: tuple[EmpiricalDuration, EmpiricalDuration], horizon: float
) -> list[TruckForecast]:
    """The forecasts of trucks at the gate."""
    if not state.at_gate:
        return []
    spent = np.array([(state.now - one.since) / SECOND for one in state.at_gate])
    admitted = np.array([one.admitted for one in state.at_gate], np.int64)
    ends = _quantiles(leavings(spent, admitted, durations, state.seed, state.replications), horizon)
    return [
        TruckForecast(one.number, None, _instants(state, row))
        for one, row in zip(state.at_gate, ends, strict=True)
    ]


def _quantiles(at: Floats, horizon: float) -> Floats:
    """The seven quantiles of each row of `at`, float64[rows, 7], over the futures that are not NaN.

    Values are cut at the horizon; a row with too few futures is NaN.
    """
    ordered = np.sort(np.minimum(at, horizon), axis=1)
    count = np.count_nonzero(~np.isnan(ordered), axis=1)
    place = np.maximum(count - 1, 0)[:, None] * np.array(QUANTILES)
    low = place.astype(np.int64)
    high = np.minimum(low + 1, np.maximum(count - 1, 0)[:, None])
    left, right = (np.take_along_axis(ordered, which, axis=1) for which in (low, high))
    ends: Floats = left + (right - left) * (place - low)
    ends[count < min(COMES_MIN, at.shape[1])] = math.nan
    return ends


def _range(seconds: Floats) -> Range:
    return Range(tuple(np.rint(seconds * SECOND).astype(np.int64).tolist()))


def _instants(state: LineState, seconds: Floats) -> Range:
    return Range(tuple((np.rint(seconds * SECOND).astype(np.int64) + state.now).tolist()))


def _future(state: LineState, pace: CallPace, horizon: Instant) -> tuple[Future, CompiledLine]:
    """The kernel's input, and the empty line."""
    classes = tuple(dict.fromkeys(state.interleave))
    later = (name for change in state.changes for name in change.interleave)
    index = {name: of for of, name in enumerate(dict.fromkeys((*classes, *later)))}
    keys = [one.key for one in state.waiting]
    opens = _opens(state)
    window, queue = _places(state, opens)
    # The virtual customer joins behind everyone of its class whose window is open.
    now = int(np.searchsorted(opens, 0.0, side="right")) - 1
    virtual = np.array([0 if name == state.walk_in else 2 * now + 1 for name in classes], np.int64)
    since = np.array([key[2] for key in keys] + [state.now + 1] * len(classes), np.float64)
    standing_queue = np.concatenate((queue, virtual))
    numbers = np.array([key[3] for key in keys] + [1 << 60] * len(classes), np.float64)
    expected = [one.start for one in state.expected]
    starts = _seconds(state, expected)
    booked = np.searchsorted(opens, starts) if len(starts) else np.empty(0, np.int64)
    everybody: list[TwinWaiting | Expected] = [*state.waiting, *state.expected]
    of = [index[one.vehicle_class] for one in everybody]
    of[len(keys) : len(keys)] = range(len(classes))
    asked = _seconds(state, awaited_of(state))
    keeps = opens + (state.window + state.keeps_place_for) / SECOND
    keeps[0] = math.inf
    orders = _orders(state, index)
    end = (horizon - state.now) / SECOND
    future = Future(
        standing=len(keys),
        queue=standing_queue,
        stands=np.lexsort((numbers, since, standing_queue)),
        joined=np.array([_round_of(one) for one in state.waiting], np.int64),
        of=np.array(of, np.int64),
        window=np.concatenate((window, virtual // 2, booked)).astype(np.int64),
        starts=starts,
        offset=_offsets(state),
        latest=_seconds(state, [_lapses_at(state, one) for one in state.expected]),
        keeps=_seconds(state, [_keeps_until(state, one) for one in state.expected]),
        no_show=share_not_shown(state.measured),
        hours=pace.hours,
        level=pace.level,
        shape=pace.shape,
        rate=pace.rate,
        gaps=pace.gaps,
        waited=pace.waited,
        walk_in=index.get(state.walk_in, NOBODY) if pace.walking.any() else NOBODY,
        walking=pace.walking,
        horizon=end,
        marks=np.arange(3600.0, end + 1.0, 3600.0),
        asked=np.maximum(asked, 0.0),
        asked_window=np.searchsorted(opens, asked).astype(np.int64),
        asker=index.get(state.ordinary, NOBODY),
        orders=orders,
    )
    # Space for walk-ins, whose number is random: far more than can come.
    most = math.ceil(pace.walking.max() * end / 3600.0 * 4.0) + 64 if len(pace.walking) else 0
    trucks = len(of) + most + len(asked)
    # Each future sets the line to the first order; here is room for the longest.
    joins = [False] * len(index)
    return future, empty_line(opens, keeps, orders.cycle[0].copy(), next_round=joins, trucks=trucks)


def _orders(state: LineState, index: Mapping[str, int]) -> Orders:
    """The order now, and those to come."""
    now = OrderChange(state.now, state.interleave, state.next_round)
    changes = (now, *state.changes)
    cycle = np.zeros((len(changes), max(len(one.interleave) for one in changes)), np.int64)
    for row, one in zip(cycle, changes, strict=True):
        row[: len(one.interleave)] = [index[name] for name in one.interleave]
    return Orders(
        at=_seconds(state, [one.at for one in changes]),
        cycle=cycle,
        length=np.array([len(one.interleave) for one in changes], np.int64),
        next_round=np.array(
            [[name in one.next_round for name in index] for one in changes], np.int64
        ),
    )


def _lapses_at(state: LineState, one: Expected) -> Instant:
    usual = one.start + state.window + state.no_show_after
    return usual if one.lapses_at is None else one.lapses_at


def _keeps_until(state: LineState, one: Expected) -> Instant:
    usual = one.start + state.window + state.keeps_place_for
    return usual if one.keeps_until is None else one.keeps_until


def _round_of(one: TwinWaiting) -> int:
    return NO_ROUND if one.joined_round is None else one.joined_round


def _seconds(state: LineState, instants: Sequence[Instant]) -> Floats:
    return (np.array(instants, np.float64) - state.now) / SECOND


def _opens(state: LineState) -> Floats:
    """The starts of windows in seconds from now, rising; the first is minus infinity, for walk-ins."""
    starts = {one.key[0] for one in state.waiting if one.key[0] or one.key[1]}
    starts |= {one.start for one in state.expected}
    starts |= set(awaited_of(state))
    return np.concatenate(([-math.inf], _seconds(state, sorted(starts))))


def _places(state: LineState, opens: Floats) -> tuple[Integers, Integers]:
    """The window and the queue of each waiting truck, by its key."""
    begun = _seconds(state, [one.key[0] for one in state.waiting])
    behind = np.array([one.key[1] for one in state.waiting], np.int64)
    none = np.array([not one.key[0] and not one.key[1] for one in state.waiting], np.bool_)
    window = np.where(none, 0, np.searchsorted(opens, begun)).astype(np.int64)
    return window, 2 * window + behind


def _offsets(state: LineState) -> Floats:
    """Quantiles of arrival minus start of the window in seconds; without data, within the window."""
    if not state.measured.early:
        return np.array((0.0, state.window / SECOND))
    return quantile_table(np.array(state.measured.early, np.float64) / SECOND)
