"""Small checkpoints of all kinds, drawn from a number: every feature is there or not.

All instants and spans are multiples of a grid (1/1024 s, or a whole minute so that much happens at one
instant), and all rates give spans on it, so that sums lose no digit and equal means equal.
"""

from __future__ import annotations

import random

import numpy as np

from kezek.planning.simulation.checkpoint.checkpoint_draw import Draws, draw
from kezek.planning.simulation.checkpoint.checkpoint_plan import (
    Booked,
    Calls,
    Habit,
    ModelInput,
    ModelRules,
    ModelStage,
    Span,
    WaitingTrucks,
    WalkInStream,
)
from kezek.planning.simulation.checkpoint.line import NO_ROUND
from kezek.planning.simulation.variate.steps import Steps

HOUR = 3600.0
ROUND = 3
CLASSES = ("in_turn", "priority", "accelerated", "walk_in")
# Trucks an hour that make a span of a power of two seconds out of one truck.
RATES = (0.0, HOUR / 64, HOUR / 128, HOUR / 256, HOUR / 512)


def plan_of(number: int) -> ModelInput:
    draw = random.Random(number)
    classes = CLASSES[: draw.randint(1, 4)]
    cycle = [
        *range(len(classes)),
        *(draw.randrange(len(classes)) for _ in range(draw.randint(0, 4))),
    ]
    draw.shuffle(cycle)
    rules = ModelRules(
        classes,
        tuple(cycle),
        window=draw.choice((HOUR / 2, HOUR)),
        keeps_place_for=draw.choice((0.0, HOUR / 4, 2 * HOUR)),
        no_show_after=draw.choice((HOUR, 3 * HOUR)),
        call_for=draw.choice((300.0, 1200.0)),
        misses_max=draw.randint(0, 2),
        next_round=tuple(of for of in range(len(classes)) if draw.random() < 0.3),
    )
    rows = [
        (4 * HOUR + HOUR / 2 * draw.randrange(10), draw.randrange(len(classes)), draw.randint(1, 6))
        for _ in range(draw.randint(3, 9))
    ]
    walking = [
        WalkInStream(
            len(classes) - 1, Steps.of([(0.0, draw.uniform(0, 2)), (5 * HOUR, draw.uniform(0, 3))])
        )
    ]
    return ModelInput(
        rules,
        until=10 * HOUR,
        stages=tuple(stage_of(draw, place, len(classes)) for place in range(draw.randint(1, 4))),
        booked=Booked.of(rows),
        habits=tuple(habit_of(draw) for _ in classes),
        walk_ins=tuple(walking) if draw.random() < 0.7 else (),
        calls=calls_of(draw),
        waiting_places=draw.choice((None, None, 3, 12)),
        accepted=steps_of(draw, RATES, last=HOUR / 128) if draw.random() < 0.5 else None,
        standing=standing_of(draw, len(classes)) if draw.random() < 0.4 else None,
        cursor=draw.randint(0, 12),
        in_round=ROUND,
    )


def span_of(draw: random.Random, mean: float) -> Span:
    law = draw.choice(("deterministic", "exponential", "lognormal", "gamma", "measured"))
    knots = tuple(sorted(mean * draw.uniform(0.2, 2) for _ in range(5)))
    return Span(law, mean, draw.choice((0.0, 0.5, 1.5)), knots)


def habit_of(draw: random.Random) -> Habit:
    knots = tuple(sorted(draw.uniform(-2 * HOUR, 4 * HOUR) for _ in range(5)))
    return Habit(draw.choice((0.0, 0.2)), Span("measured", knots=knots))


def steps_of(draw: random.Random, levels, last: float) -> Steps:
    """Shifts, breaks and closures; open in the end, mostly."""
    changes = [
        (HOUR / 4 * draw.randint(1, 40), draw.choice(levels)) for _ in range(draw.randint(0, 5))
    ]
    end = [(12 * HOUR, last)] if draw.random() < 0.9 else []
    return Steps.of([*changes, *end], before=draw.choice(levels))


def stage_of(draw: random.Random, place: int, classes: int) -> ModelStage:
    def shares(chance: float) -> tuple[float, ...]:
        on = draw.random() < chance
        return tuple(draw.choice((0.0, 0.3, 1.0)) for _ in range(classes)) if on else ()

    return ModelStage(
        f"stage {place}",
        steps_of(draw, (0.0, 1.0, 2.0, 3.0), last=draw.choice((1.0, 3.0))),
        tuple(span_of(draw, draw.choice((120.0, 600.0, 1500.0))) for _ in range(classes)),
        visited=shares(0.4),
        deep=shares(0.4),
        deep_span=span_of(draw, 1800.0),
    )


def calls_of(draw: random.Random) -> Calls:
    return Calls(
        travel=draw.choice((Span("deterministic", 0.0), span_of(draw, 300.0))),
        ahead=draw.choice((1, 2, 6, 1000)),
        missed=draw.choice((0.0, 0.0, 0.3)),
        per_hour=steps_of(draw, RATES, last=HOUR / 64) if draw.random() < 0.4 else None,
        spacing=span_of(draw, 1.0),
    )


def standing_of(draw: random.Random, classes: int) -> WaitingTrucks:
    rows = []
    for _ in range(draw.randint(1, 12)):
        behind = draw.random() < 0.3
        since = -float(draw.randint(1, 3000))
        window = draw.choice((float("nan"), -HOUR, -HOUR / 2, 4 * HOUR))
        joined = draw.choice((NO_ROUND, ROUND - 1, ROUND, ROUND + 1))
        rows.append((draw.randrange(classes), since if behind else window, behind, since, joined))
    of, window, behind, since, joined = zip(*rows, strict=True)
    return WaitingTrucks(
        np.array(of, np.int64),
        np.array(window),
        np.array(behind, np.bool_),
        np.array(since),
        np.array(joined, np.int64),
    )


def draws_of(plan: ModelInput, number: int) -> Draws:
    """The plan's draws, on the grid."""
    drawn = draw(plan, seed=number, replication=0)
    grid = 60.0 if number % 4 == 0 else 1.0 / 1024.0

    def on_grid(array, least: float):
        rounded = np.where(array < 0.0, array, np.maximum(np.round(array / grid) * grid, least))
        return np.where(np.isfinite(array), rounded, array)

    # The first moments, the standing ones', lie before the start and on the grid already.
    return drawn._replace(
        arrived=on_grid(drawn.arrived, 0.0),
        travel=on_grid(drawn.travel, 0.0),
        spans=on_grid(drawn.spans, grid),
        spacing=np.round(drawn.spacing * 16.0) / 16.0,
    )
