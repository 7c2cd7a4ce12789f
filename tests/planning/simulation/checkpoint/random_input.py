"""Small random checkpoints, made from a number: every feature is there or not.

All instants and spans are multiples of a grid (1/1024 s, or a whole minute so that much happens at one
instant), and all rates give spans on it, so that sums lose no digit and equal means equal.
"""

from __future__ import annotations

import random

import numpy as np

from kezek.planning.simulation.checkpoint.checkpoint_input import (
    Booked,
    Calls,
    Duration,
    Habit,
    ModelInput,
    ModelRules,
    ModelStage,
    WaitingTrucks,
    WalkInStream,
)
from kezek.planning.simulation.checkpoint.checkpoint_variates import Variates, variates_of
from kezek.planning.simulation.checkpoint.line import NO_ROUND
from kezek.planning.simulation.variate.steps import Steps

HOUR = 3600.0
ROUND = 3
CLASSES = ("in_turn", "priority", "accelerated", "walk_in")
# Trucks an hour that make a span of a power of two seconds out of one truck.
RATES = (0.0, HOUR / 64, HOUR / 128, HOUR / 256, HOUR / 512)


def plan_of(number: int) -> ModelInput:
    rng = random.Random(number)
    classes = CLASSES[: rng.randint(1, 4)]
    cycle = [
        *range(len(classes)),
        *(rng.randrange(len(classes)) for _ in range(rng.randint(0, 4))),
    ]
    rng.shuffle(cycle)
    rules = ModelRules(
        classes,
        tuple(cycle),
        window=rng.choice((HOUR / 2, HOUR)),
        keeps_place_for=rng.choice((0.0, HOUR / 4, 2 * HOUR)),
        no_show_after=rng.choice((HOUR, 3 * HOUR)),
        call_for=rng.choice((300.0, 1200.0)),
        misses_max=rng.randint(0, 2),
        next_round=tuple(of for of in range(len(classes)) if rng.random() < 0.3),
    )
    rows = [
        (
            4 * HOUR + HOUR / 2 * rng.randrange(10),
            rng.randrange(len(classes)),
            rng.randint(1, 6),
        )
        for _ in range(rng.randint(3, 9))
    ]
    walking = [
        WalkInStream(
            len(classes) - 1,
            Steps.of([(0.0, rng.uniform(0, 2)), (5 * HOUR, rng.uniform(0, 3))]),
        )
    ]
    return ModelInput(
        rules,
        until=10 * HOUR,
        stages=tuple(stage_of(rng, place, len(classes)) for place in range(rng.randint(1, 4))),
        booked=Booked.of(rows),
        habits=tuple(habit_of(rng) for _ in classes),
        walk_ins=tuple(walking) if rng.random() < 0.7 else (),
        calls=calls_of(rng),
        waiting_places=rng.choice((None, None, 3, 12)),
        accepted=steps_of(rng, RATES, last=HOUR / 128) if rng.random() < 0.5 else None,
        standing=standing_of(rng, len(classes)) if rng.random() < 0.4 else None,
        cursor=rng.randint(0, 12),
        in_round=ROUND,
    )


def duration_of(rng: random.Random, mean: float) -> Duration:
    distribution = rng.choice(("deterministic", "exponential", "lognormal", "gamma", "measured"))
    quantiles = tuple(sorted(mean * rng.uniform(0.2, 2) for _ in range(5)))
    return Duration(distribution, mean, rng.choice((0.0, 0.5, 1.5)), quantiles)


def habit_of(rng: random.Random) -> Habit:
    quantiles = tuple(sorted(rng.uniform(-2 * HOUR, 4 * HOUR) for _ in range(5)))
    return Habit(rng.choice((0.0, 0.2)), Duration("measured", quantiles=quantiles))


def steps_of(rng: random.Random, levels, last: float) -> Steps:
    """Shifts, breaks and closures; open in the end, mostly."""
    changes = [
        (HOUR / 4 * rng.randint(1, 40), rng.choice(levels)) for _ in range(rng.randint(0, 5))
    ]
    end = [(12 * HOUR, last)] if rng.random() < 0.9 else []
    return Steps.of([*changes, *end], before=rng.choice(levels))


def stage_of(rng: random.Random, place: int, classes: int) -> ModelStage:
    def shares(chance: float) -> tuple[float, ...]:
        on = rng.random() < chance
        return tuple(rng.choice((0.0, 0.3, 1.0)) for _ in range(classes)) if on else ()

    return ModelStage(
        f"stage {place}",
        steps_of(rng, (0.0, 1.0, 2.0, 3.0), last=rng.choice((1.0, 3.0))),
        tuple(duration_of(rng, rng.choice((120.0, 600.0, 1500.0))) for _ in range(classes)),
        visited=shares(0.4),
        inspected=shares(0.4),
        inspection_time=duration_of(rng, 1800.0),
    )


def calls_of(rng: random.Random) -> Calls:
    return Calls(
        travel=rng.choice((Duration("deterministic", 0.0), duration_of(rng, 300.0))),
        wip_limit=rng.choice((1, 2, 6, 1000)),
        missed=rng.choice((0.0, 0.0, 0.3)),
        per_hour=steps_of(rng, RATES, last=HOUR / 64) if rng.random() < 0.4 else None,
        spacing=duration_of(rng, 1.0),
    )


def standing_of(rng: random.Random, classes: int) -> WaitingTrucks:
    rows = []
    for _ in range(rng.randint(1, 12)):
        behind = rng.random() < 0.3
        since = -float(rng.randint(1, 3000))
        window = rng.choice((float("nan"), -HOUR, -HOUR / 2, 4 * HOUR))
        joined = rng.choice((NO_ROUND, ROUND - 1, ROUND, ROUND + 1))
        rows.append((rng.randrange(classes), since if behind else window, behind, since, joined))
    of, window, behind, since, joined = zip(*rows, strict=True)
    return WaitingTrucks(
        np.array(of, np.int64),
        np.array(window),
        np.array(behind, np.bool_),
        np.array(since),
        np.array(joined, np.int64),
    )


def draws_of(model: ModelInput, number: int) -> Variates:
    """The variates of the model input, on the grid."""
    drawn = variates_of(model, seed=number, replication=0)
    grid = 60.0 if number % 4 == 0 else 1.0 / 1024.0

    def on_grid(array, least: float):
        rounded = np.where(array < 0.0, array, np.maximum(np.round(array / grid) * grid, least))
        return np.where(np.isfinite(array), rounded, array)

    # The first moments, the standing ones', lie before the start and on the grid already.
    return drawn._replace(
        arrived=on_grid(drawn.arrived, 0.0),
        travel=on_grid(drawn.travel, 0.0),
        service_times=on_grid(drawn.service_times, grid),
        spacing=np.round(drawn.spacing * 16.0) / 16.0,
    )
