"""The checkpoint model: `run` plays a plan once, `replicate` many times.

A truck books or walks in, arrives, stands in the waiting area's line, is called by the regulation's
cycle, drives to the gate, passes the stages one after the other, and leaves when the other side takes
it. What is drawn and what is played are apart: `checkpoint_draw` knows all chance, `play` none.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from kezek.domain.kernel.value import value
from kezek.planning.array import Floats
from kezek.planning.simulation.checkpoint.checkpoint_check import check
from kezek.planning.simulation.checkpoint.checkpoint_draw import Draws, draw
from kezek.planning.simulation.checkpoint.checkpoint_plan import ModelInput, frozen
from kezek.planning.simulation.checkpoint.checkpoint_record import PASSAGE, TRUCK, Records
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
from kezek.planning.simulation.checkpoint.line import CompiledLine, begin, empty_line, stand
from kezek.planning.simulation.checkpoint.order import by_instant
from kezek.planning.simulation.variate.replication import in_turn

# More waiting places than trucks are ever played.
NO_LIMIT = 1 << 40


@value(frozen=True, slots=True)
class Summary:
    """What many replications say of a measure: arrays of the measure's shape.

    `error` is the standard error of `mean`, NaN for a single replication; `least` and `most` are the
    extremes over the replications.  NaN of a replication makes NaN.
    """

    replications: int
    mean: NDArray[np.float64]
    error: NDArray[np.float64]
    least: NDArray[np.float64]
    most: NDArray[np.float64]


def run(plan: ModelInput, seed: int, replication: int = 0) -> Records:
    """Play a plan once; the same plan, seed and replication give the same bits.

    Raises BadPlan if the plan cannot be played.  A load above 1 can: the line grows.

    >>> from kezek.planning.simulation.checkpoint.checkpoint_plan import Booked, Habit, ModelInput
    >>> from kezek.planning.simulation.checkpoint.checkpoint_plan import ModelRules, ModelStage, Span
    >>> from kezek.planning.simulation.variate.steps import Steps
    >>> rules = ModelRules(("in_turn",), (0,), 3600.0, 3600.0, 7200.0, 1800.0, 1)
    >>> gate = ModelStage("gate", Steps.constant(2.0), (Span("deterministic", 600.0),))
    >>> punctual = Habit(no_show=0.0, offset=Span("deterministic", 0.0))
    >>> plan = ModelInput(rules, 86400.0, (gate,), Booked.of([(0.0, 0, 4), (3600.0, 0, 4)]), (punctual,))
    >>> records = run(plan, seed=1)
    >>> (records.trucks["left"] / 60).tolist()
    [10.0, 10.0, 20.0, 20.0, 70.0, 70.0, 80.0, 80.0]
    """
    check(plan)
    return play(plan, draw(plan, seed, replication))


def play(plan: ModelInput, draws: Draws) -> Records:
    """Play a plan with given draws."""
    count, standing = len(draws.of), len(plan.standing.since) if plan.standing else 0
    trucks = np.empty(count, TRUCK)
    trucks["number"], trucks["vehicle_class"] = np.arange(count), draws.of
    passages = np.full((len(plan.stages), count, 3), math.nan)
    ready = np.empty(count)
    comers = Comers(
        draws.of,
        draws.window,
        draws.arrived,
        draws.travel,
        draws.misses.copy(),
        draws.spacing,
        draws.spans[0],
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
    show_up(comers, marks, faces, _windows(plan, draws), standing)
    order = by_instant(ready)
    ready.fill(math.inf)
    line, limits = _line(plan, draws), _limits(plan, count)
    lanes, gate = lanes_of(plan.stages[0].lanes, trucks=count), empty_gate(limits.ahead, count)
    through_gate(order, line, lanes, gate, comers, marks, limits)
    order = merged(lanes.gone[: empty_out(lanes)], gate.passing[: gate.tally[PASSED]], ready)
    for place, stage in enumerate(plan.stages[1:], start=1):
        lanes = lanes_of(stage.lanes, trucks=count)
        order = sweep(lanes, order, ready, draws.spans[place], passages[place])
    if plan.accepted is not None:
        let_out(np.array(plan.accepted.at), np.array(plan.accepted.level), order, ready)
    cross(marks, faces)
    return Records(frozen(trucks), frozen(passages.view(PASSAGE)[..., 0].T), frozen(draws.deep.T))


def _windows(plan: ModelInput, draws: Draws) -> Floats:
    """Each window's start, and until when a truck with it may come at all."""
    latest = draws.opens + (plan.rules.window + plan.rules.no_show_after)
    latest[0] = math.inf
    return np.column_stack((draws.opens, latest))


def _limits(plan: ModelInput, count: int) -> Limits:
    """What the gate is held to."""
    limit = plan.calls.per_hour
    return Limits(
        min(plan.calls.ahead, max(1, count)),
        NO_LIMIT if plan.waiting_places is None else plan.waiting_places,
        plan.rules.call_for,
        plan.rules.misses_max,
        np.array(limit.at if limit else (), np.float64),
        np.array(limit.level if limit else (), np.float64),
    )


def _line(plan: ModelInput, draws: Draws) -> CompiledLine:
    """The line at the start, with those who stand in it."""
    rules, standing = plan.rules, plan.standing
    keeps = draws.opens + (rules.window + rules.keeps_place_for)
    keeps[0] = math.inf
    cycle = np.array(rules.interleave, np.int64)
    joins = [of in rules.next_round for of in range(len(rules.classes))]
    line = empty_line(draws.opens, keeps, cycle, next_round=joins, trucks=len(draws.of))
    begin(line, plan.cursor, plan.in_round)
    if standing:
        queue = 2 * draws.window[: len(standing.since)] + standing.behind
        line.joined[: len(standing.since)] = standing.joined
        for truck in np.lexsort((standing.since, queue)):
            stand(line, truck, draws.of[truck], queue[truck])
    return line


def replicate(
    plan: ModelInput,
    seed: int,
    replications: int,
    *,
    threads: int = 1,
    measure: Callable[[Records], NDArray[np.float64]],
) -> Summary:
    """Play a plan many times; of each run only `measure` of its records is kept: an array of one shape.

    Memory does not grow with the number of replications, and the result has the same bits on any
    number of threads: replication r is played with its own streams, and sums are made in order.
    Raises BadPlan if the plan cannot be played.
    """
    assert replications > 0, "nothing is known from no replication"
    check(plan)

    def measured(replication: int) -> NDArray[np.float64]:
        return np.asarray(measure(play(plan, draw(plan, seed, replication))), np.float64)

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
