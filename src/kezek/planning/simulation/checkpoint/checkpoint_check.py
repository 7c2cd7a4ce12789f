"""Checks a model input: the first fault, by the path of its field."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from kezek.planning.simulation.checkpoint.checkpoint_input import (
    DISTRIBUTIONS,
    BadModelInput,
    Duration,
    ModelInput,
    ModelStage,
    WaitingTrucks,
)
from kezek.planning.simulation.variate.steps import Steps


def check(model: ModelInput) -> None:
    """Raise BadModelInput for an input that cannot be played; a load above 1 is allowed."""
    classes = len(model.rules.classes)
    _rules(model, classes)
    _demand(model, classes)
    _calls(model)
    if not model.stages:
        raise BadModelInput("stages", "needs a stage at least")
    for place, stage in enumerate(model.stages):
        _stage(f"stages[{place}]", stage, classes)
    if model.waiting_places is not None and model.waiting_places < 1:
        raise BadModelInput("waiting_places", "has room for one truck at least; None is no limit")
    if model.accepted is not None:
        _steps("accepted", model.accepted)
    if model.standing is not None:
        _standing(model.standing, classes)


def _rules(model: ModelInput, classes: int) -> None:
    rules = model.rules
    if not rules.interleave:
        raise BadModelInput("rules.interleave", "needs a class at least")
    _indices("rules.interleave", rules.interleave, classes)
    _indices("rules.next_round", rules.next_round, classes)
    for field in ("window", "keeps_place_for", "no_show_after", "call_for"):
        duration = getattr(rules, field)
        if not duration >= 0.0:
            raise BadModelInput(f"rules.{field}", f"is a span of 0 seconds or more, not {duration}")
    if not 0 <= rules.misses_max < 100:
        raise BadModelInput("rules.misses_max", f"is a number from 0 to 99, not {rules.misses_max}")
    if not (math.isfinite(model.until) and model.until >= 0.0):
        raise BadModelInput("until", f"is a number of seconds from 0, not {model.until}")


def _demand(model: ModelInput, classes: int) -> None:
    booked = model.booked
    if not len(booked.start) == len(booked.vehicle_class) == len(booked.trucks):
        raise BadModelInput("booked", "needs arrays of one length")
    if not np.isfinite(booked.start).all():
        raise BadModelInput("booked.start", "has a start that is no number of seconds")
    if len(booked.trucks) and booked.trucks.min() < 0:
        raise BadModelInput("booked.trucks", "has a number below 0")
    _indices("booked.vehicle_class", booked.vehicle_class.tolist(), classes)
    if len(model.habits) != classes:
        raise BadModelInput(
            "habits", f"needs a row for each of {classes} classes, not {len(model.habits)}"
        )
    for place, habit in enumerate(model.habits):
        _share(f"habits[{place}].no_show", habit.no_show)
        _duration(f"habits[{place}].offset", habit.offset, least=-math.inf)
    called = set(model.rules.interleave)
    comes = {*booked.vehicle_class.tolist(), *(walking.vehicle_class for walking in model.walk_ins)}
    if comes - called:
        name = model.rules.classes[min(comes - called)]
        raise BadModelInput("rules.interleave", f"never calls {name}, which comes")
    for place, walking in enumerate(model.walk_ins):
        _indices(f"walk_ins[{place}].vehicle_class", (walking.vehicle_class,), classes)
        _steps(f"walk_ins[{place}].per_hour", walking.per_hour)


def _calls(model: ModelInput) -> None:
    calls = model.calls
    if calls.wip_limit < 1:
        raise BadModelInput(
            "calls.wip_limit", f"is 1 or more, or nobody is ever called, not {calls.wip_limit}"
        )
    _share("calls.missed", calls.missed)
    _duration("calls.travel", calls.travel)
    _duration("calls.spacing", calls.spacing)
    if calls.per_hour is not None:
        _steps("calls.per_hour", calls.per_hour)


def _standing(standing: WaitingTrucks, classes: int) -> None:
    rows = (
        standing.vehicle_class,
        standing.window,
        standing.behind,
        standing.since,
        standing.joined,
    )
    if len({len(row) for row in rows}) > 1:
        raise BadModelInput("standing", "needs arrays of one length")
    _indices("standing.vehicle_class", standing.vehicle_class.tolist(), classes)


def _stage(field: str, stage: ModelStage, classes: int) -> None:
    _steps(f"{field}.lanes", stage.lanes)
    if max(stage.lanes.level) < 1.0:
        raise BadModelInput(
            f"{field}.lanes", f"never has an open lane: {stage.name} lets nobody through"
        )
    if len(stage.service_times) != classes:
        raise BadModelInput(f"{field}.service_times", f"needs a row for each of {classes} classes")
    for place, duration in enumerate(stage.service_times):
        _duration(f"{field}.service_times[{place}]", duration)
    _duration(f"{field}.inspection_time", stage.inspection_time)
    for name, shares in (("visited", stage.visited), ("inspected", stage.inspected)):
        if len(shares) not in {0, classes}:
            raise BadModelInput(
                f"{field}.{name}", f"needs a share for each of {classes} classes, or none"
            )
        for share in shares:
            _share(f"{field}.{name}", share)


def _steps(field: str, steps: Steps) -> None:
    fault = steps.faults()
    if fault:
        raise BadModelInput(field, fault)


def _share(field: str, share: float) -> None:
    if not 0.0 <= share <= 1.0:
        raise BadModelInput(field, f"is a share from 0 to 1, not {share}")


def _indices(field: str, indices: Sequence[int], classes: int) -> None:
    for index in indices:
        if not 0 <= index < classes:
            raise BadModelInput(field, f"names class {index} of {classes}, counted from 0")


def _duration(field: str, duration: Duration, least: float = 0.0) -> None:
    if duration.distribution not in DISTRIBUTIONS:
        raise BadModelInput(
            f"{field}.distribution",
            f"is one of {', '.join(DISTRIBUTIONS)}, not {duration.distribution}",
        )
    if duration.distribution == "measured":
        quantiles = duration.quantiles
        if (
            not quantiles
            or not all(math.isfinite(knot) for knot in quantiles)
            or list(quantiles) != sorted(quantiles)
        ):
            raise BadModelInput(f"{field}.quantiles", "needs numbers of seconds that do not fall")
        if quantiles[0] < least:
            raise BadModelInput(
                f"{field}.quantiles", f"begins at 0 seconds or later, not {quantiles[0]}"
            )
        return
    if duration.distribution == "truncated_normal":
        if not (math.isfinite(duration.deviation) and duration.deviation > 0.0):
            why = f"is a number of seconds above 0, not {duration.deviation}"
            raise BadModelInput(f"{field}.deviation", why)
        if not (math.isfinite(duration.mean) and duration.least <= duration.mean <= duration.most):
            raise BadModelInput(
                f"{field}.mean", f"lies between least and most, not at {duration.mean}"
            )
        if duration.least < least:
            raise BadModelInput(f"{field}.least", f"is 0 seconds or later, not {duration.least}")
        return
    # Only a deterministic offset may be negative: an arrival before the window.
    low = least if duration.distribution == "deterministic" else 0.0
    if not (math.isfinite(duration.mean) and duration.mean >= low):
        raise BadModelInput(
            f"{field}.mean", f"is a number of seconds from {low:g}, not {duration.mean}"
        )
    if not (0.0 <= duration.cv <= 100.0):
        raise BadModelInput(f"{field}.cv", f"is a number from 0 to 100, not {duration.cv}")
    if duration.mean == 0.0 and duration.cv and duration.distribution in {"lognormal", "gamma"}:
        raise BadModelInput(f"{field}.mean", "is above 0 where it varies")
