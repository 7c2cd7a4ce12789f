"""A simulated checkpoint cut at a moment: the line as the log of its past would tell it."""

from __future__ import annotations

import math

import numpy as np

from kezek.domain.kernel.instant import DAY, HOUR, Instant
from kezek.domain.turn.order import Key, key_of
from kezek.planning.question import (
    Expected,
    HourCapacity,
    LineState,
    MeasuredPast,
    TwinCalled,
    TwinWaiting,
)
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
from kezek.planning.simulation.checkpoint.checkpoint_record import Records
from kezek.planning.simulation.variate.steps import Steps

EPOCH = 20_000 * DAY
KNOWN_FOR = 3 * DAY
AHEAD_FOR = 2 * DAY
CLASSES = ("in_turn", "priority", "walk_in")
CYCLE = (0, 0, 1, 0, 2)
PER_HOUR = 20


def model(days: int, *, load: float = 0.97) -> ModelInput:
    """A post that calls at a pace, as the live ones do: stationary, with a line most of the time."""
    booked = round(PER_HOUR * load) - 2
    rows = [
        (hour * 3600.0, of, trucks)
        for hour in range(3, days * 24)
        for of, trucks in ((0, booked - 2), (1, 2))
    ]
    gate = ModelStage(
        "gate", Steps.constant(400.0), (Duration("lognormal", 1500.0, 0.4),) * len(CLASSES)
    )
    habit = Habit(
        0.05, Duration("measured", quantiles=(-7200.0, -3600.0, -1800.0, 0.0, 1800.0, 3600.0))
    )
    return ModelInput(
        ModelRules(CLASSES, CYCLE, 3600.0, 3 * 3600.0, 12 * 3600.0, 1800.0, 1),
        days * 86400.0,
        (gate,),
        Booked.of(rows),
        (habit,) * len(CLASSES),
        (WalkInStream(2, Steps.constant(PER_HOUR * load - booked + 0.6)),),
        Calls(
            travel=Duration("lognormal", 420.0, 0.3),
            wip_limit=1_000,
            per_hour=Steps.constant(float(PER_HOUR)),
            spacing=Duration("gamma", 1.0, 0.5),
        ),
    )


def instant(seconds: float) -> Instant:
    return EPOCH + round(seconds * 1000)


def state(model: ModelInput, records: Records, cut: float, seed: int) -> LineState:
    """The line at second `cut`, from nothing that happened later."""
    trucks, gate = records.trucks, records.passages[:, 0]
    now = instant(cut)
    been = {name: trucks[name] <= cut for name in ("arrived", "joined", "called", "left")}
    started, since = gate["started"], cut - KNOWN_FOR / 1000
    booked = ~np.isnan(trucks["window"])
    recent = {name: been[name] & (trucks[name] > since) for name in been}
    inside = (started <= cut) & (started > since)
    first = cut - (model.rules.window + model.rules.no_show_after)
    last = cut + AHEAD_FOR / 1000
    open_ = booked & ~been["arrived"] & (trucks["window"] >= first) & (trucks["window"] < last)
    given_up = booked & ~been["arrived"] & (trucks["window"] < first) & (trucks["window"] > since)
    return LineState(
        line="simulated",
        now=now,
        interleave=tuple(CLASSES[of] for of in CYCLE),
        ordinary="in_turn",
        walk_in="walk_in",
        cursor=cursor(trucks, cut),
        window=HOUR,
        keeps_place_for=3 * HOUR,
        no_show_after=12 * HOUR,
        waiting=tuple(
            TwinWaiting(int(k) + 1, CLASSES[trucks["vehicle_class"][k]], key(model, trucks[k]))
            for k in np.flatnonzero(been["joined"] & ~been["called"])
        ),
        expected=tuple(
            Expected(int(k) + 1, CLASSES[trucks["vehicle_class"][k]], instant(trucks["window"][k]))
            for k in np.flatnonzero(open_)
        ),
        at_gate=tuple(
            TwinCalled(
                int(k) + 1,
                CLASSES[trucks["vehicle_class"][k]],
                bool(started[k] <= cut),
                instant(started[k] if started[k] <= cut else trucks["called"][k]),
            )
            for k in np.flatnonzero(been["called"] & ~been["left"])
        ),
        hours=tuple(HourCapacity(now - now % HOUR + n * HOUR, PER_HOUR) for n in range(49)),
        measured=MeasuredPast(
            since=max(EPOCH, now - KNOWN_FOR),
            called=instants(trucks["called"][recent["called"]]),
            crossed=instants(trucks["left"][recent["left"]]),
            approach=spans((started - trucks["called"])[inside]),
            gate=spans((trucks["left"] - started)[recent["left"]]),
            early=spans((trucks["arrived"] - trucks["window"])[recent["arrived"] & booked]),
            shown=int((recent["arrived"] & booked).sum()),
            not_shown=int(given_up.sum()),
            walked_in=int((recent["arrived"] & ~booked).sum()),
        ),
        seed=seed,
    )


def key(model: ModelInput, truck: np.void) -> Key:
    """Of a truck of a played line."""
    joined, limit = instant(truck["joined"]), model.rules.window + model.rules.keeps_place_for
    return key_of(
        int(truck["number"]) + 1,
        start=None if math.isnan(truck["window"]) else instant(truck["window"]),
        arrived_at=joined,
        joined_at=joined if truck["joined"] > truck["window"] + limit else None,
    )


def cursor(trucks: np.ndarray, cut: float) -> int:
    """Where the calls so far have left the cycle."""
    called = trucks[trucks["called"] <= cut]
    place = 0
    for of in called["vehicle_class"][np.argsort(called["called"], kind="stable")]:
        while CYCLE[place] != of:
            place = (place + 1) % len(CYCLE)
        place = (place + 1) % len(CYCLE)
    return place


def instants(seconds: np.ndarray) -> tuple[Instant, ...]:
    return tuple(instant(at) for at in np.sort(seconds).tolist())


def spans(seconds: np.ndarray) -> tuple[Instant, ...]:
    return tuple(round(span * 1000) for span in seconds.tolist())
