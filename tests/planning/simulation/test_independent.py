"""A program with its own random numbers, from the documented distributions, sees the same checkpoint.

It shares no random number with the model: the bookings are the scenario's, everything else is drawn
here with numpy, the arrival law by rejection.  It plays its draws with the plain SimPy program.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest

from kezek.app.scenario.ground import shipped_ground
from kezek.planning.scenario.play.compile import compile_post
from kezek.planning.simulation.checkpoint.checkpoint import run
from kezek.planning.simulation.checkpoint.checkpoint_input import ModelInput
from kezek.planning.simulation.checkpoint.checkpoint_variates import Variates
from tests.planning.scenario.world.ground import points
from tests.planning.simulation.checkpoint.oracle import Oracle

MINUTE, HOUR = 60.0, 3_600.0
RUNS, SEED = 40, 11
# Two-sided, for some twenty figures: one in ten thousand that any of them fails by chance.
FAR = 4.4

SCENARIO = """\
title = "A post"
question = "?"
from = 2026-06-15
until = 2026-06-16
replications = 1
[demand]
booked_percent = 80
no_show_percent = 5
arrival = {{ mean_minutes = {mean}, deviation_minutes = {deviation} }}
[[checkpoint]]
id = "kz_own"
name = "Own"
zone = "Asia/Almaty"
regulation = "kz"
capacity_per_day = 96
demand.per_day = 96
[[checkpoint.stage]]
name = "gate"
lanes = 2
minutes = 20
cv = 0.5
inspection_percent = 10
inspection_minutes = 60
"""


def plan_of(mean: float, deviation: float) -> ModelInput:
    (point,) = points(SCENARIO.format(mean=mean, deviation=deviation))
    return compile_post(point.world, 0, shipped_ground().regulations).model


def on_grid(seconds: np.ndarray) -> np.ndarray:
    """Sums of such instants lose no digit, which the SimPy program asks for."""
    return np.round(seconds * 1024) / 1024


def normal_between(
    chance: np.random.Generator, mean: float, deviation: float, count: int
) -> np.ndarray:
    """Minutes, by rejection of what lies beyond six hours."""
    out = np.empty(0)
    while len(out) < count:
        tried = chance.normal(mean, deviation, 2 * count + 8)
        out = np.concatenate((out, tried[np.abs(tried) <= 360]))
    return out[:count]


def log_normal(chance: np.random.Generator, mean: float, cv: float, count: int) -> np.ndarray:
    spread = math.log(1 + cv * cv)
    return chance.lognormal(math.log(mean) - spread / 2, math.sqrt(spread), count)


def own_draws(
    model: ModelInput, mean: float, deviation: float, chance: np.random.Generator
) -> Variates:
    booked = model.booked
    opens = np.concatenate(([-math.inf], np.unique(booked.start)))
    of = np.repeat(booked.vehicle_class, booked.trucks)
    window = np.repeat(np.searchsorted(opens, booked.start), booked.trucks)
    arrived = opens[window] + normal_between(chance, mean, deviation, len(of)) * MINUTE
    arrived[chance.random(len(of)) < 0.05] = math.inf
    for walking in model.walk_ins:
        came = []
        for hour in range(int(model.until / HOUR)):
            rate = walking.per_hour.now(hour * HOUR)
            came += list((hour + chance.random(chance.poisson(rate))) * HOUR)
        of = np.concatenate((of, np.full(len(came), walking.vehicle_class)))
        window = np.concatenate((window, np.zeros(len(came), int)))
        arrived = np.concatenate((arrived, np.sort(came)))
    count = len(of)
    inspected = chance.random(count) < 0.1
    spans = log_normal(chance, 20, 0.5, count) + inspected * log_normal(chance, 60, 0.5, count)
    return Variates(
        of.astype(np.int16),
        opens,
        window.astype(np.int32),
        on_grid(arrived),
        on_grid(log_normal(chance, 10, 0.3, count) * MINUTE),
        np.zeros(count, np.int8),
        np.zeros(count),
        on_grid(spans * MINUTE)[np.newaxis],
        inspected[np.newaxis],
    )


Figures = dict[str, float]


def figures(
    window: np.ndarray, arrived: np.ndarray, called: np.ndarray, left: np.ndarray
) -> Figures:
    """What a reader of a study would ask, in minutes and shares; NaN is what did not happen."""
    came = ~np.isnan(arrived) & ~np.isnan(window)
    offset = (arrived - window)[came] / MINUTE
    lost = offset > 240
    wait, stay = (called - arrived) / MINUTE, (left - arrived) / MINUTE
    walking = np.isnan(window)
    return {
        "offset": offset.mean(),
        "offset's deviation": offset.std(),
        "more than an hour late": (offset > 60).mean(),
        "more than three hours early": (offset < -180).mean(),
        "after losing the place": lost.mean(),
        "wait of the booked": np.nanmean(wait[~walking]),
        "wait of walk-ins": np.nanmean(wait[walking]),
        "stay": np.nanmean(stay),
        "long stay": np.nanquantile(stay, 0.9),
        "called in the own hour": np.nanmean((called - window < HOUR)[~walking]),
    }


def many(play: Callable[[int], Figures]) -> dict[str, tuple[float, float]]:
    """Mean and standard error of each figure over the runs."""
    rows = [play(number) for number in range(RUNS)]
    found = {}
    for name in rows[0]:
        seen = np.array([row[name] for row in rows])
        found[name] = (float(seen.mean()), float(seen.std(ddof=1) / math.sqrt(RUNS)))
    return found


@pytest.mark.parametrize(("mean", "deviation"), [(0, 10), (-60, 90)])
def test_a_program_that_draws_by_itself_sees_the_same(mean: float, deviation: float):
    model = plan_of(mean, deviation)

    def ours(number: int) -> Figures:
        trucks = run(model, SEED, number).trucks
        return figures(*(trucks[name] for name in ("window", "arrived", "called", "left")))

    def theirs(number: int) -> Figures:
        variates = own_draws(model, mean, deviation, np.random.default_rng((SEED, number)))
        trucks = Oracle(model, variates).play()
        return figures(
            *(
                np.array([getattr(t, name) for t in trucks])
                for name in ("start", "arrived", "called", "left")
            )
        )

    one, other = many(ours), many(theirs)
    far = {
        name: (one[name], other[name])
        for name in one
        if abs(one[name][0] - other[name][0])
        > FAR * math.hypot(one[name][1], other[name][1]) + 1e-9
    }
    assert not far
