"""Checks of a scenario beyond types: fields that fit each other, the calendar, the rules."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from kezek.domain.regulation.regulation import Regulation
from kezek.domain.regulation.regulations import Regulations
from kezek.planning.scenario.world.scenario import Scenario, ScenarioPost, ScenarioStage

DAYS_MAX = 3_660
TRUCKS_MAX = 5_000_000  # of one run; ten years of the busiest post are 2.6 million
_STEP = 60  # minutes: a window divides an hour or is a number of whole hours

Fault = tuple[str, str]


def faults(scenario: Scenario, regulations: Regulations) -> Iterator[Fault]:
    """Every fault as (field, sentence)."""
    yield from _finite(msgspec.to_builtins(scenario), "")
    days = (scenario.until - scenario.begins).days
    if days < 1:
        yield "until", f"{scenario.until} is not after {scenario.begins}: no day is left"
    elif days > DAYS_MAX:
        yield "until", f"{days} days; at most {DAYS_MAX} may be simulated"
    seen: set[str] = set()
    for at, post in enumerate(scenario.checkpoint):
        field = f"checkpoint[{at}]"
        if post.id in seen:
            yield f"{field}.id", f"{post.id!r} stands there twice"
        seen.add(post.id)
        yield from _post(post, field, regulations)
        trucks = (post.demand.per_day or 0) * _factor(post) * max(0, days)
        if trucks > TRUCKS_MAX:
            told = f"{trucks:,.0f} trucks in a run; at most {TRUCKS_MAX:,} can be played"
            yield f"{field}.demand.per_day", told


def _finite(found: Any, field: str) -> Iterator[Fault]:
    """TOML allows `nan` and `inf`; a scenario does not."""
    if isinstance(found, float) and not math.isfinite(found):
        yield field, f"{found} is no number to compute with"
    elif isinstance(found, Mapping):
        for key, value in found.items():
            yield from _finite(value, f"{field}.{key}" if field else str(key))
    elif isinstance(found, list):
        for at, value in enumerate(found):
            yield from _finite(value, f"{field}[{at}]")


def _post(post: ScenarioPost, field: str, regulations: Regulations) -> Iterator[Fault]:
    if post.zone is not None and not _is_zone(post.zone):
        yield f"{field}.zone", f"{post.zone!r} is no time zone, such as Asia/Almaty"
    if post.opens >= post.closes:
        yield f"{field}.closes", f"closes at {post.closes}, which is not after {post.opens}"
    regulation = regulations.get(post.regulation or "")
    if regulation is not None:
        yield from _rules(post, field, regulation)
    elif post.regulation is not None:
        there = ", ".join(sorted(regulations))
        yield f"{field}.regulation", f"{post.regulation!r} is no rule set; there are: {there}"
    names: set[str] = set()
    for at, stage in enumerate(post.stage or ()):
        if stage.name in names:
            yield f"{field}.stage[{at}].name", f"{stage.name!r} stands there twice"
        names.add(stage.name)
        yield from _stage(stage, f"{field}.stage[{at}]")
    if post.stage == []:
        yield f"{field}.stage", "a checkpoint has at least one stage"
    for at, closure in enumerate(post.closure):
        yield from _span(closure.begins, closure.ends, f"{field}.closure[{at}]")
    for at, less in enumerate(post.restriction):
        yield from _span(less.begins, less.ends, f"{field}.restriction[{at}]")
    yield from _demand(post, field)


def _factor(post: ScenarioPost) -> float:
    return 1.0 if post.demand.factor is None else post.demand.factor


def _stage(stage: ScenarioStage, field: str) -> Iterator[Fault]:
    if stage.lanes == 0 and all(shift.lanes == 0 for shift in stage.shift):
        yield f"{field}.lanes", f"{stage.name!r} has no lanes at any hour: nobody would ever pass"
    if stage.minutes == 0 and stage.inspection_minutes * stage.inspection_percent == 0:
        yield f"{field}.minutes", "takes no time; leave the stage out"
    for at, shift in enumerate(stage.shift):
        if shift.begins == shift.ends:
            yield f"{field}.shift[{at}].until", "a shift of no length"


def _demand(post: ScenarioPost, field: str) -> Iterator[Fault]:
    demand = post.demand
    if demand.classes is not None and sum(demand.classes.values()) <= 0:
        yield f"{field}.demand.classes", "the classes' shares add up to nothing"
    if demand.by_hour is not None and sum(demand.by_hour) <= 0:
        yield f"{field}.demand.by_hour", "the hours' shares add up to nothing"
    arrival = demand.arrival
    if arrival and not (arrival.earliest_minutes <= arrival.mean_minutes <= arrival.latest_minutes):
        yield f"{field}.demand.arrival", "earliest, mean and latest do not rise"


def _rules(post: ScenarioPost, field: str, regulation: Regulation) -> Iterator[Fault]:
    known = set(regulation.classes)
    told = ", ".join(regulation.classes)
    cycle = post.rules.interleave
    if cycle is not None and (not cycle or set(cycle) - known):
        yield f"{field}.rules.interleave", f"{regulation.id} knows the classes {told}"
    elif cycle is not None and known - set(cycle):
        missing = ", ".join(sorted(known - set(cycle)))
        yield f"{field}.rules.interleave", f"{missing} would wait for ever: every class has a place"
    for table in ("cap_percent", "cap_places"):
        for name in getattr(post.rules, table):
            if name not in known:
                yield f"{field}.rules.{table}.{name}", f"{regulation.id} knows the classes {told}"
    for name in post.demand.classes or {}:
        rule = regulation.classes.get(name)
        if rule is None or rule.pool is None:
            books = ", ".join(r.name for r in regulation.classes.values() if r.pool)
            told = f"under {regulation.id} these classes book: {books}"
            yield f"{field}.demand.classes.{name}", told
    window = post.rules.window_minutes
    if window is not None and (window < 1 or (_STEP % window and window % _STEP)):
        yield f"{field}.rules.window_minutes", "a window is part of an hour or whole hours"


def _span(begins: datetime, ends: datetime, field: str) -> Iterator[Fault]:
    if begins.tzinfo or ends.tzinfo:
        yield f"{field}.from", "a local time without an offset is meant"
    elif ends <= begins:
        yield f"{field}.until", f"{ends} is not after {begins}"


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (OSError, ValueError, KeyError):
        return False
    return True
