"""Whether a plan can be played: the first thing that is wrong with it, by the path of its field."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from kezek.planning.simulation.checkpoint.checkpoint_plan import (
    LAWS,
    BadPlan,
    ModelInput,
    ModelStage,
    Span,
    WaitingTrucks,
)
from kezek.planning.simulation.variate.steps import Steps


def check(plan: ModelInput) -> None:
    """Raise BadPlan for a plan that cannot be played; a load above 1 can."""
    classes = len(plan.rules.classes)
    _rules(plan, classes)
    _demand(plan, classes)
    _calls(plan)
    if not plan.stages:
        raise BadPlan("stages", "needs a stage at least")
    for place, stage in enumerate(plan.stages):
        _stage(f"stages[{place}]", stage, classes)
    if plan.waiting_places is not None and plan.waiting_places < 1:
        raise BadPlan("waiting_places", "has room for one truck at least; None is no limit")
    if plan.accepted is not None:
        _steps("accepted", plan.accepted)
    if plan.standing is not None:
        _standing(plan.standing, classes)


def _rules(plan: ModelInput, classes: int) -> None:
    rules = plan.rules
    if not rules.interleave:
        raise BadPlan("rules.interleave", "needs a class at least")
    _indices("rules.interleave", rules.interleave, classes)
    _indices("rules.next_round", rules.next_round, classes)
    for field in ("window", "keeps_place_for", "no_show_after", "call_for"):
        span = getattr(rules, field)
        if not span >= 0.0:
            raise BadPlan(f"rules.{field}", f"is a span of 0 seconds or more, not {span}")
    if not 0 <= rules.misses_max < 100:
        raise BadPlan("rules.misses_max", f"is a number from 0 to 99, not {rules.misses_max}")
    if not (math.isfinite(plan.until) and plan.until >= 0.0):
        raise BadPlan("until", f"is a number of seconds from 0, not {plan.until}")


def _demand(plan: ModelInput, classes: int) -> None:
    booked = plan.booked
    if not len(booked.start) == len(booked.vehicle_class) == len(booked.trucks):
        raise BadPlan("booked", "needs arrays of one length")
    if not np.isfinite(booked.start).all():
        raise BadPlan("booked.start", "has a start that is no number of seconds")
    if len(booked.trucks) and booked.trucks.min() < 0:
        raise BadPlan("booked.trucks", "has a number below 0")
    _indices("booked.vehicle_class", booked.vehicle_class.tolist(), classes)
    if len(plan.habits) != classes:
        raise BadPlan(
            "habits", f"needs a row for each of {classes} classes, not {len(plan.habits)}"
        )
    for place, habit in enumerate(plan.habits):
        _share(f"habits[{place}].no_show", habit.no_show)
        _span(f"habits[{place}].offset", habit.offset, least=-math.inf)
    called = set(plan.rules.interleave)
    comes = {*booked.vehicle_class.tolist(), *(walking.vehicle_class for walking in plan.walk_ins)}
    if comes - called:
        name = plan.rules.classes[min(comes - called)]
        raise BadPlan("rules.interleave", f"never calls {name}, which comes")
    for place, walking in enumerate(plan.walk_ins):
        _indices(f"walk_ins[{place}].vehicle_class", (walking.vehicle_class,), classes)
        _steps(f"walk_ins[{place}].per_hour", walking.per_hour)


def _calls(plan: ModelInput) -> None:
    calls = plan.calls
    if calls.ahead < 1:
        raise BadPlan("calls.ahead", f"is 1 or more, or nobody is ever called, not {calls.ahead}")
    _share("calls.missed", calls.missed)
    _span("calls.travel", calls.travel)
    _span("calls.spacing", calls.spacing)
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
        raise BadPlan("standing", "needs arrays of one length")
    _indices("standing.vehicle_class", standing.vehicle_class.tolist(), classes)


def _stage(field: str, stage: ModelStage, classes: int) -> None:
    _steps(f"{field}.lanes", stage.lanes)
    if max(stage.lanes.level) < 1.0:
        raise BadPlan(f"{field}.lanes", f"never has an open lane: {stage.name} lets nobody through")
    if len(stage.span) != classes:
        raise BadPlan(f"{field}.span", f"needs a row for each of {classes} classes")
    for place, span in enumerate(stage.span):
        _span(f"{field}.span[{place}]", span)
    _span(f"{field}.deep_span", stage.deep_span)
    for name, shares in (("visited", stage.visited), ("deep", stage.deep)):
        if len(shares) not in {0, classes}:
            raise BadPlan(
                f"{field}.{name}", f"needs a share for each of {classes} classes, or none"
            )
        for share in shares:
            _share(f"{field}.{name}", share)


def _steps(field: str, steps: Steps) -> None:
    fault = steps.faults()
    if fault:
        raise BadPlan(field, fault)


def _share(field: str, share: float) -> None:
    if not 0.0 <= share <= 1.0:
        raise BadPlan(field, f"is a share from 0 to 1, not {share}")


def _indices(field: str, indices: Sequence[int], classes: int) -> None:
    for index in indices:
        if not 0 <= index < classes:
            raise BadPlan(field, f"names class {index} of {classes}, counted from 0")


def _span(field: str, span: Span, least: float = 0.0) -> None:
    if span.law not in LAWS:
        raise BadPlan(f"{field}.law", f"is one of {', '.join(LAWS)}, not {span.law}")
    if span.law == "measured":
        knots = span.knots
        if (
            not knots
            or not all(math.isfinite(knot) for knot in knots)
            or list(knots) != sorted(knots)
        ):
            raise BadPlan(f"{field}.knots", "needs numbers of seconds that do not fall")
        if knots[0] < least:
            raise BadPlan(f"{field}.knots", f"begins at 0 seconds or later, not {knots[0]}")
        return
    if span.law == "truncated_normal":
        if not (math.isfinite(span.deviation) and span.deviation > 0.0):
            why = f"is a number of seconds above 0, not {span.deviation}"
            raise BadPlan(f"{field}.deviation", why)
        if not (math.isfinite(span.mean) and span.least <= span.mean <= span.most):
            raise BadPlan(f"{field}.mean", f"lies between least and most, not at {span.mean}")
        if span.least < least:
            raise BadPlan(f"{field}.least", f"is 0 seconds or later, not {span.least}")
        return
    # Only what does not vary may lie before its window.
    low = least if span.law == "deterministic" else 0.0
    if not (math.isfinite(span.mean) and span.mean >= low):
        raise BadPlan(f"{field}.mean", f"is a number of seconds from {low:g}, not {span.mean}")
    if not (0.0 <= span.cv <= 100.0):
        raise BadPlan(f"{field}.cv", f"is a number from 0 to 100, not {span.cv}")
    if span.mean == 0.0 and span.cv and span.law in {"lognormal", "gamma"}:
        raise BadPlan(f"{field}.mean", "is above 0 where it varies")
