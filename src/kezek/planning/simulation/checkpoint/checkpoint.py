"""The checkpoint model: `run` plays a model input once, `replicate` many times.

A truck books or walks in, arrives, waits in the waiting area's line, is called by the regulation's
cycle, drives to the gate, passes the stages one after the other, and leaves when the other side accepts
it.  Randomness and play are apart: `checkpoint_variates` generates all random numbers, `play` none.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from kezek.domain.kernel.value import value
from kezek.planning.array import Floats
from kezek.planning.simulation.checkpoint.checkpoint_check import check
from kezek.planning.simulation.checkpoint.checkpoint_input import ModelInput, frozen
from kezek.planning.simulation.checkpoint.checkpoint_record import PASSAGE, TRUCK, Records
from kezek.planning.simulation.checkpoint.checkpoint_variates import Variates, variates_of
from kezek.planning.simulation.checkpoint.gate import (
    PASSED,
    Comers,
    Faces,
    Limits,
    TruckMarks,
    cross,
    empty_gate,
    show_up,
    through_gate,
)
from kezek.planning.simulation.checkpoint.lanes import empty_out, lanes_of, let_out, merged, sweep
from kezek.planning.simulation.checkpoint.line import CompiledLine, begin, empty_line, enqueue
from kezek.planning.simulation.checkpoint.order import by_instant
from kezek.planning.simulation.variate.replication import in_turn

# More waiting places than any run has trucks.
NO_LIMIT = 1 << 40


@value(frozen=True, slots=True)
class Summary:
    """A measure over many replications: arrays of the measure's shape.

    `error` is the standard error of `mean`, NaN for a single replication; `least` and `most` are the
    extremes over the replications.  A NaN in one replication makes the result NaN.
    """

    replications: int
    mean: NDArray[np.float64]
    error: NDArray[np.float64]
    least: NDArray[np.float64]
    most: NDArray[np.float64]


def run(model: ModelInput, seed: int, replication: int = 0) -> Records:
    """Play a model input once; the same input, seed and replication give the same bits.

    Raises BadModelInput.  A load above 1 is no fault: the line grows.

    >>> from kezek.planning.simulation.checkpoint.checkpoint_input import (
    ...     Booked, Duration, Habit, ModelInput, ModelRules, ModelStage)
    >>> from kezek.planning.simulation.variate.steps import Steps
    >>> rules = ModelRules(("ordinary",), (0,), 3600.0, 3600.0, 7200.0, 1800.0, 1)
    >>> gate = ModelStage("gate", Steps.constant(2.0), (Duration("deterministic", 600.0),))
    >>> punctual = Habit(no_show=0.0, offset=Duration("deterministic", 0.0))
    >>> booked = Booked.of([(0.0, 0, 4), (3600.0, 0, 4)])
    >>> model = ModelInput(rules, 86400.0, (gate,), booked, (punctual,))
    >>> records = run(model, seed=1)
    >>> (records.trucks["left"] / 60).tolist()
    [10.0, 10.0, 20.0, 20.0, 70.0, 70.0, 80.0, 80.0]
    """
    check(model)
    return play(model, variates_of(model, seed, replication))


def play(model: ModelInput, variates: Variates) -> Records:
    """Play a model input with given variates; it draws nothing."""
    count, standing = len(variates.of), len(model.standing.since) if model.standing else 0
    trucks = np.empty(count, TRUCK)
    trucks["number"], trucks["vehicle_class"] = np.arange(count), variates.of
    passages = np.full((len(model.stages), count, 3), math.nan)
    ready = np.empty(count)
    comers = Comers(
        variates.of,
        variates.window,
        variates.arrived,
        variates.travel,
        variates.misses.copy(),
        variates.spacing,
        variates.service_times[0],
    )
    marks = TruckMarks(
        trucks["joined"],
        trucks["called"],
        trucks["misses"],
        trucks["outcome"],
        ready,
        passages[0],
    )
    faces = Faces(*(trucks[name] for name in ("window", "arrived", "left")))
    show_up(comers, marks, faces, _windows(model, variates), standing)
    order = by_instant(ready)
    ready.fill(math.inf)
    line, limits = _line(model, variates), _limits(model, count)
    lanes, gate = lanes_of(model.stages[0].lanes, trucks=count), empty_gate(limits.wip_limit, count)
    through_gate(order, line, lanes, gate, comers, marks, limits)
    order = merged(lanes.gone[: empty_out(lanes)], gate.passing[: gate.tally[PASSED]], ready)
    for place, stage in enumerate(model.stages[1:], start=1):
        lanes = lanes_of(stage.lanes, trucks=count)
        order = sweep(lanes, order, ready, variates.service_times[place], passages[place])
    if model.accepted is not None:
        let_out(np.array(model.accepted.at), np.array(model.accepted.level), order, ready)
    cross(marks, faces)
    return Records(
        frozen(trucks), frozen(passages.view(PASSAGE)[..., 0].T), frozen(variates.inspected.T)
    )


def _windows(model: ModelInput, variates: Variates) -> Floats:
    """Each window's start and the latest arrival with it, float64[w, 2]."""
    latest = variates.opens + (model.rules.window + model.rules.no_show_after)
    latest[0] = math.inf
    return np.column_stack((variates.opens, latest))


def _limits(model: ModelInput, count: int) -> Limits:
    """The limits of the waiting area and of calls."""
    limit = model.calls.per_hour
    return Limits(
        min(model.calls.wip_limit, max(1, count)),
        NO_LIMIT if model.waiting_places is None else model.waiting_places,
        model.rules.call_for,
        model.rules.misses_max,
        np.array(limit.at if limit else (), np.float64),
        np.array(limit.level if limit else (), np.float64),
    )


def _line(model: ModelInput, variates: Variates) -> CompiledLine:
    """The line at the start with the trucks that stand in it."""
    rules, standing = model.rules, model.standing
    keeps = variates.opens + (rules.window + rules.keeps_place_for)
    keeps[0] = math.inf
    cycle = np.array(rules.interleave, np.int64)
    joins = [of in rules.next_round for of in range(len(rules.classes))]
    line = empty_line(variates.opens, keeps, cycle, next_round=joins, trucks=len(variates.of))
    begin(line, model.cursor, model.in_round)
    if standing:
        queue = 2 * variates.window[: len(standing.since)] + standing.behind
        line.joined[: len(standing.since)] = standing.joined
        for truck in np.lexsort((standing.since, queue)):
            enqueue(line, truck, variates.of[truck], queue[truck])
    return line


def replicate(
    model: ModelInput,
    seed: int,
    replications: int,
    *,
    threads: int = 1,
    measure: Callable[[Records], NDArray[np.float64]],
) -> Summary:
    """Play a model input many times and summarise `measure` of the records, an array of one shape.

    Memory does not grow with the number of replications.  The result has the same bits on any number
    of threads: replication r has its own streams, and sums are made in the order of replications.
    Raises BadModelInput.
    """
    assert replications > 0, "nothing is known from no replication"
    check(model)

    def measured(replication: int) -> NDArray[np.float64]:
        return np.asarray(measure(play(model, variates_of(model, seed, replication))), np.float64)

    mean = square = least = most = np.zeros(0)
    for count, seen in enumerate(in_turn(measured, replications, threads=threads), start=1):
        if count == 1:
            mean = least = most = seen
            square = np.zeros_like(seen)
            continue
        apart = seen - mean
        mean = mean + apart / count
        square = square + apart * (seen - mean)
        least, most = np.minimum(least, seen), np.maximum(most, seen)
    spare = replications - 1
    error = np.sqrt(square / (spare * replications)) if spare else np.full_like(mean, math.nan)
    return Summary(replications, mean, error, least, most)
