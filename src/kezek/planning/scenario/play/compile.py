"""Compiles a checkpoint of a scenario into the input of the checkpoint model.

Seconds count from the local midnight at which the warm-up begins.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import partial

import msgspec

from kezek.domain.kernel.instant import HOUR, MINUTE, SECOND, Instant, day_start, windows
from kezek.domain.kernel.value import value
from kezek.domain.regulation.regulation import ClassRule, Regulation
from kezek.domain.regulation.regulations import Regulations
from kezek.planning.scenario.play.calendar import (
    CalendarDay,
    FilledCalendar,
    at_clock,
    book,
    day_places,
    days_until_place,
    local,
)
from kezek.planning.scenario.world.scenario import (
    Demand,
    Scenario,
    ScenarioArrival,
    ScenarioPost,
    ScenarioStage,
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
from kezek.planning.simulation.variate.steps import Steps

# Ours, as docs/reference/scenarios.md says: no file and no board states them.
BOOKED_PERCENT, NO_SHOW_PERCENT, TRAVEL_MINUTES, TRAVEL_CV = 100.0, 5.0, 10.0, 0.3
_WIP_LIMIT_LEAST = 6
_DRAIN_DAYS = 60
_MINUTE = MINUTE / SECOND


@value(frozen=True, slots=True)
class Compiled:
    """A model input with the facts that its answer needs.

    Trucks that arrive from second `counted_from` until before `counted_until` count.  `load` is the
    greatest ratio of demand to capacity among stages, counterpart and calendar; `tight` names it.
    `refused_per_day` walk-ins are above their cap.  `course` has, for each counted day, the days until a
    place for its last request, where days are booked at the start.  `known` is false where the demand
    is only a lower bound; then there is no course.
    """

    post: str
    name: str
    zone: str
    epoch: Instant
    counted_from: float
    counted_until: float
    model: ModelInput
    calendar: FilledCalendar
    load: float
    tight: str
    refused_per_day: float
    course: tuple[int, ...]
    known: bool


def compile_post(scenario: Scenario, at: int, regulations: Regulations) -> Compiled:
    """The model input of the scenario's checkpoint number `at`."""
    post = scenario.checkpoint[at]
    regulation = ruled(post, regulations)
    zone = post.zone or "UTC"
    first = scenario.begins - timedelta(days=scenario.warm_up_days)
    counted = (scenario.until - first).days
    # One more day is played: trucks that come early for it are present at the end.
    days = [first + timedelta(days=n) for n in range(counted + 1)]
    clock = _Clock(day_start(first, zone), zone, tuple(days))
    demand = post.demand
    total = (demand.per_day or 0.0) * (1.0 if demand.factor is None else demand.factor)
    share = (BOOKED_PERCENT if demand.booked_percent is None else demand.booked_percent) / 100
    places = [day_places(post, day, regulation.window) for day in days]
    booked = _taken_before(post, scenario.warm_up_days)
    # The booked places belong to requests from before the first day of the question.
    asking = scenario.warm_up_days if booked else 0
    calendar = book(
        places, total * share, demand.by_hour, counted=counted, booked=booked, first=asking
    )
    walking = total * (1 - share)
    admitted = min(walking, _walk_in_cap(regulation, post))
    stages = tuple(
        _stage(post, stage, clock, len(regulation.classes)) for stage in post.stage or ()
    )
    coming = total * share * (1 - no_show_share(demand)) + admitted
    load, tight = _load(post, coming, total * share)
    lanes = max(int(max(stage.lanes.level)) for stage in stages[:1])
    model = ModelInput(
        rules=ModelRules.of(regulation),
        until=clock.second(day_start(scenario.until + timedelta(days=1), zone)),
        stages=stages,
        booked=_booked(calendar, demand, regulation, post, clock),
        habits=_habits(demand, regulation),
        walk_ins=_walk_ins(admitted, demand, regulation, clock),
        calls=Calls(
            travel=_drawn(
                TRAVEL_MINUTES if post.travel_minutes is None else post.travel_minutes, TRAVEL_CV
            ),
            wip_limit=post.ahead or max(_WIP_LIMIT_LEAST, 2 * lanes),
        ),
        waiting_places=post.waiting_places,
        accepted=_accepted(post),
    )
    return Compiled(
        post=post.id,
        name=post.name or post.id,
        zone=zone,
        epoch=clock.epoch,
        counted_from=clock.second(day_start(scenario.begins, zone)),
        counted_until=clock.second(day_start(scenario.until, zone)),
        model=model,
        calendar=calendar,
        load=load,
        tight=tight,
        refused_per_day=walking - admitted,
        course=_course(post, places, total * share, scenario.warm_up_days, counted, booked),
        known=not demand.at_least,
    )


def _taken_before(post: ScenarioPost, warm_up_days: int) -> list[int]:
    """Places of each day that are taken at the start, the warm-up included."""
    return [post.booked_per_day] * (warm_up_days + post.booked_days) if post.booked_days else []


def _course(
    post: ScenarioPost,
    places: Sequence[CalendarDay],
    per_day: float,
    first: int,
    counted: int,
    booked: Sequence[int],
) -> tuple[int, ...]:
    """Days until a place for each counted day of a calendar with days booked at the start.

    Empty for other calendars, and where the demand is only a lower bound.
    """
    if post.demand.at_least or not post.booked_days:
        return ()
    ordinary = msgspec.structs.replace(post, closure=[], restriction=[])
    beyond = day_places(ordinary, places[-1].on, HOUR)
    return days_until_place(places, beyond, per_day, counted=counted, booked=booked, first=first)


def ruled(post: ScenarioPost, regulations: Regulations) -> Regulation:
    """The rule set in force, with the scenario's changes."""
    rules, old = post.rules, regulations[post.regulation or ""]
    classes = dict(old.classes)
    for name, percent in rules.cap_percent.items():
        classes[name] = replace(classes[name], cap_percent=math.ceil(percent), cap_places=None)
    for name, places in rules.cap_places.items():
        classes[name] = replace(classes[name], cap_places=places)
    return replace(
        old,
        classes=classes,
        interleave=tuple(rules.interleave) if rules.interleave else old.interleave,
        window=_duration(rules.window_minutes, old.window),
        keeps_place_for=_duration(rules.keeps_place_minutes, old.keeps_place_for),
        no_show_after=_duration(rules.no_show_minutes, old.no_show_after),
        call_for=_duration(rules.call_minutes, old.call_for),
    )


@value(frozen=True, slots=True)
class _Clock:
    """Local days and times as seconds from the epoch."""

    epoch: Instant
    zone: str
    days: tuple[date, ...]

    def second(self, at: Instant) -> float:
        return (at - self.epoch) / SECOND


def _duration(minutes: float | None, old: Instant) -> Instant:
    return old if minutes is None else round(minutes * MINUTE)


def _drawn(minutes: float, cv: float) -> Duration:
    """A log-normal duration; deterministic where the mean or the variation is 0."""
    distribution = "lognormal" if minutes and cv else "deterministic"
    return Duration(distribution, minutes * _MINUTE, cv if distribution == "lognormal" else 0.0)


def _stage(post: ScenarioPost, stage: ScenarioStage, clock: _Clock, classes: int) -> ModelStage:
    lanes = Steps.of(_lanes(post, stage, clock), before=stage.lanes if stage.shift else 0)
    for less in post.restriction:
        begins, ends = (clock.second(local(t, clock.zone)) for t in (less.begins, less.ends))
        if ends > 0:
            lanes = lanes.changed(begins, ends, partial(_restricted, less.percent / 100))
    for closure in post.closure:
        begins, ends = (clock.second(local(t, clock.zone)) for t in (closure.begins, closure.ends))
        if ends > 0:
            lanes = lanes.closed(begins, ends)
    inspected = stage.inspection_percent / 100
    return ModelStage(
        name=stage.name,
        lanes=lanes,
        service_times=(_drawn(stage.minutes, stage.cv),) * classes,
        inspected=(inspected,) * classes if inspected else (),
        inspection_time=_drawn(stage.inspection_minutes, stage.inspection_cv),
    )


def _restricted(share: float, lanes: float) -> float:
    return _whole(lanes * share)


def _whole(lanes: float) -> float:
    """Lanes rounded to a whole number, halves up."""
    return float(math.floor(lanes + 0.5))


def _lanes(post: ScenarioPost, stage: ScenarioStage, clock: _Clock) -> list[tuple[float, float]]:
    """The changes (second, lanes) of every day, and of days after the last one, until all have crossed.

    Shifts decide where they are given; else the lanes are open with the checkpoint.
    """
    shifts = [(s.begins, s.ends, s.lanes) for s in stage.shift] or [
        (post.opens, post.closes, stage.lanes)
    ]
    resting = stage.lanes if stage.shift else 0
    # The night shift of the day before may still be on.
    first, last = clock.days[0] - timedelta(days=1), clock.days[-1]
    begin: dict[float, float] = {}
    end: dict[float, float] = {}
    for day in (first, *clock.days, *(last + timedelta(days=n) for n in range(1, 1 + _DRAIN_DAYS))):
        for begins, ends, lanes in shifts:
            until = day if begins < ends else day + timedelta(days=1)
            begin[clock.second(at_clock(day, begins, clock.zone))] = lanes
            end[clock.second(at_clock(until, ends, clock.zone))] = resting
    # Where one shift ends and another begins at one second, the beginning takes precedence.
    return sorted({**end, **begin}.items())


def _accepted(post: ScenarioPost) -> Steps | None:
    return None if post.counterpart_per_hour is None else Steps.constant(post.counterpart_per_hour)


def _walk_in_cap(regulation: Regulation, post: ScenarioPost) -> float:
    rule = regulation.walk_in
    if rule is None:
        return 0.0
    cap = rule.cap(post.capacity_per_day or 0)
    return math.inf if cap is None else float(cap)


def _walk_ins(
    per_day: float, demand: Demand, regulation: Regulation, clock: _Clock
) -> tuple[WalkInStream, ...]:
    if not per_day or regulation.walk_in is None:
        return ()
    shares = demand.by_hour or [1.0] * 24
    changes = [
        (clock.second(hour), per_day * shares[at % 24] / sum(shares))
        for day in clock.days
        for at, hour in enumerate(windows(day, clock.zone, HOUR))
    ]
    index = tuple(regulation.classes).index(regulation.walk_in.name)
    return (WalkInStream(index, Steps.of(changes)),)


def _habits(demand: Demand, regulation: Regulation) -> tuple[Habit, ...]:
    """The same habit for all classes."""
    habit = Habit(no_show_share(demand), arrival_duration(demand.arrival or ScenarioArrival()))
    return (habit,) * len(regulation.classes)


def no_show_share(demand: Demand) -> float:
    """The share of bookings that never come."""
    percent = NO_SHOW_PERCENT if demand.no_show_percent is None else demand.no_show_percent
    return percent / 100


def arrival_duration(arrival: ScenarioArrival) -> Duration:
    """A truncated normal offset; deterministic without a deviation."""
    mean = arrival.mean_minutes * _MINUTE
    if not arrival.deviation_minutes:
        return Duration("deterministic", mean)
    return Duration(
        "truncated_normal",
        mean,
        deviation=arrival.deviation_minutes * _MINUTE,
        least=arrival.earliest_minutes * _MINUTE,
        most=arrival.latest_minutes * _MINUTE,
    )


def _booked(
    calendar: FilledCalendar,
    demand: Demand,
    regulation: Regulation,
    post: ScenarioPost,
    clock: _Clock,
) -> Booked:
    """The calendar's trucks by class: by the classes' shares, each within its cap of the day."""
    shares = demand.classes or {regulation.ordinary.name: 1.0}
    order = [name for name in regulation.classes if shares.get(name)]
    whole = sum(shares[name] for name in order)
    owed = dict.fromkeys(order, 0.0)
    used: dict[tuple[int, str], int] = {}
    rows: list[tuple[float, int, int]] = []
    index = {name: at for at, name in enumerate(regulation.classes)}
    for booking in calendar.bookings:
        count = dict.fromkeys(order, 0)
        for name in order:
            owed[name] += booking.trucks * shares[name] / whole
        for _ in range(booking.trucks):
            open_ = [n for n in order if _under_cap(used, booking.on, n, regulation, post)] or order
            name = max(open_, key=owed.__getitem__)
            owed[name] -= 1
            count[name] += 1
            used[booking.on, name] = used.get((booking.on, name), 0) + 1
        start = clock.second(booking.start)
        rows += [(start, index[name], trucks) for name, trucks in count.items() if trucks]
    return Booked.of(rows)


def _under_cap(
    used: Mapping[tuple[int, str], int],
    day: int,
    name: str,
    regulation: Regulation,
    post: ScenarioPost,
) -> bool:
    rule: ClassRule = regulation.classes[name]
    cap = rule.cap(post.capacity_per_day or 0)
    return cap is None or used.get((day, name), 0) < cap


def _load(post: ScenarioPost, coming: float, booking: float) -> tuple[float, str]:
    """The greatest load, and its bearer: a stage, the counterpart, or the calendar.

    `coming` trucks a day come to the stages, `booking` trucks a day ask for places.
    """
    loads: list[tuple[float, str]] = []
    for stage in post.stage or ():
        each = stage.minutes + stage.inspection_percent / 100 * stage.inspection_minutes
        loads.append((coming * each / (_lane_minutes(post, stage) or math.inf), stage.name))
    if post.counterpart_per_hour:
        loads.append((coming / (24 * post.counterpart_per_hour), "counterpart"))
    if post.capacity_per_day:
        loads.append((booking / post.capacity_per_day, "calendar"))
    return max(loads, default=(0.0, ""))


def _lane_minutes(post: ScenarioPost, stage: ScenarioStage) -> float:
    """Minutes that all lanes together are open on an ordinary day."""
    if not stage.shift:
        return stage.lanes * _between(post.opens, post.closes)
    covered = sum(_between(s.begins, s.ends) for s in stage.shift)
    rest = max(0.0, 24 * 60 - covered) * stage.lanes
    return rest + sum(s.lanes * _between(s.begins, s.ends) for s in stage.shift)


def _between(begins: str, ends: str) -> float:
    """Minutes from one time of the day to the next."""
    first, last = (int(t[:2]) * 60 + int(t[3:]) for t in (begins, ends))
    return float(last - first if first < last else last - first + 24 * 60)
