"""The checkpoint model: a simulated year with a record for every truck and stage, one core.

    python -m tests.bench --part checkpoint

Bookings with earliness, lateness and no-shows in two classes, walk-ins, a cycle, calls six ahead,
three shifts at the gate, breaks at customs, an inspection for one truck in twelve, a closure of six
hours, a drop of capacity for a week, and the other side's limit: 485,000 trucks a year.  Everything
counts, from the drawing of the random numbers to the finished records.  The load is about 0.9 and in
the day above 1.

The second figure leaves the drawing out: it is what another regulation costs for the same trucks.
"""

from __future__ import annotations

import time
import tracemalloc
from functools import partial

import numpy as np

from kezek.planning.simulation.checkpoint.checkpoint import play, replicate, run
from kezek.planning.simulation.checkpoint.checkpoint_input import (
    Booked,
    Calls,
    Duration,
    Habit,
    ModelInput,
    ModelRules,
    ModelStage,
    WalkInStream,
)
from kezek.planning.simulation.checkpoint.checkpoint_variates import variates_of
from kezek.planning.simulation.variate.steps import Steps
from tests.bench.rows import Aim, Rows

HOUR, DAY = 3_600.0, 86_400.0
YEAR_TRUCKS = 485_000
TRIES = 3

RATE = Aim("checkpoint: trucks with all records, drawn and played", "trucks/s", least=4_000_000)
PLAYED = Aim("checkpoint: trucks with all records, played", "trucks/s")
YEAR = Aim("checkpoint: a year of 485,000 trucks", "s", most=0.2)
THREADS = Aim("checkpoint: replications in two threads, times one thread", "times")
MEMORY = Aim("checkpoint: peak memory, 60 replications by 6", "times", most=1.05)


def model(days: int = 365, trucks: int = YEAR_TRUCKS) -> ModelInput:
    """A post for so many trucks a year, of which a tenth walk in."""
    per_day, until = trucks / 365, days * DAY
    by_hour = np.array([0.6] * 6 + [1.2] * 12 + [1.0] * 6)
    booked = np.rint(0.9 * per_day * by_hour / by_hour.sum()).astype(int)
    rows = [
        (day * DAY + hour * HOUR, of, round(int(booked[hour]) * share))
        for day in range(days)
        for hour in range(24)
        for of, share in ((0, 0.85), (1, 0.15))
    ]
    early = tuple(np.linspace(-3.0, 1.5, 33) ** 3 * 1_200.0)
    classes = ("in_turn", "priority", "walk_in")
    gate = Steps.repeated([(0.0, 4.0), (6 * HOUR, 7.0), (22 * HOUR, 4.0)], every=DAY, until=until)
    customs = Steps.repeated(
        [(0.0, 8.0), (6 * HOUR, 12.0), (12 * HOUR, 9.0), (13 * HOUR, 12.0), (22 * HOUR, 8.0)],
        every=DAY,
        until=until,
    )
    return ModelInput(
        ModelRules(classes, (0, 0, 1, 0, 2), HOUR, 3 * HOUR, 12 * HOUR, HOUR / 2, 1),
        until,
        (
            ModelStage(
                "gate",
                gate.closed(40 * DAY, 40 * DAY + 6 * HOUR),
                (Duration("lognormal", 270, 0.4),) * 3,
            ),
            ModelStage(
                "customs",
                customs.at_most(100 * DAY, 107 * DAY, level=10.0),
                (Duration("lognormal", 480, 0.6),) * 3,
            ),
            ModelStage(
                "inspection",
                Steps.constant(3.0),
                (Duration("lognormal", 1_200, 0.8),) * 3,
                visited=(0.08, 0.12, 0.08),
            ),
        ),
        Booked.of(rows),
        (Habit(0.06, Duration("measured", quantiles=early)),) * len(classes),
        (WalkInStream(2, Steps.constant(0.1 * per_day / 24)),),
        Calls(travel=Duration("lognormal", 300, 0.3)),
        accepted=Steps.constant(75.0),
    )


def measure(rows: Rows, *, runs: int) -> None:
    year = model()
    assert run(year, seed=0).crossed().sum() > 0.9 * YEAR_TRUCKS
    for turn in range(1, runs + 1):
        print(f"run {turn} of {runs}", flush=True)
        trucks = len(run(year, seed=turn).trucks)
        whole = min(_seconds(partial(run, year, seed=turn)) for _ in range(TRIES))
        variates = variates_of(year, turn, 0)
        played = min(_seconds(partial(play, year, variates)) for _ in range(TRIES))
        rows.add(RATE, trucks / whole)
        rows.add(PLAYED, trucks / played)
        rows.add(YEAR, whole * YEAR_TRUCKS / trucks)
        month = model(30)
        one, two = (_seconds(partial(_replications, month, 24, threads)) for threads in (1, 2))
        rows.add(THREADS, one / two)
        rows.add(MEMORY, _peak(month, 60) / _peak(month, 6))


def _seconds(call) -> float:
    began = time.perf_counter()
    call()
    return time.perf_counter() - began


def _replications(month: ModelInput, many: int, threads: int) -> None:
    replicate(month, 1, many, threads=threads, measure=lambda records: records.stays()[:1])


def _peak(month: ModelInput, many: int) -> int:
    tracemalloc.start()
    _replications(month, many, 1)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak
