"""Loading a network, opening lines, and keeping the calendar open up to the horizon."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from kezek.domain.account.actor import Actor, Role
from kezek.domain.checkpoint.board_day import DayPlan, assumed
from kezek.domain.checkpoint.checkpoint import Checkpoint, Line
from kezek.domain.kernel.decision import Accepted, Decision
from kezek.domain.kernel.event import Event, EventKind
from kezek.domain.kernel.facts import Facts, Row
from kezek.domain.kernel.instant import Moment, local_day, windows
from kezek.domain.kernel.refusal import Reason, Refused
from kezek.domain.regulation.regulation import Regulation, Regulations
from kezek.domain.slot.slot import Day, Slot
from kezek.domain.slot.spread import spread


@dataclass(frozen=True, slots=True)
class LinePlan:
    """A line with the days that are known of it."""

    line: Line
    days: tuple[DayPlan, ...]


@dataclass(frozen=True, slots=True)
class LoadNetwork:
    """Checkpoints and lines from validated files.  What is there already is left as it is."""

    key: str
    actor: Actor
    checkpoints: tuple[Checkpoint, ...]
    lines: tuple[LinePlan, ...]
    source: str


@dataclass(frozen=True, slots=True)
class OpenLine:
    """A line opened by its agency, with a daily capacity of its own; marked as ours."""

    key: str
    actor: Actor
    line: Line
    capacity: int


@dataclass(frozen=True, slots=True)
class ExtendCalendar:
    """The timer's word that a line's days must reach to the horizon.

    The day that repeats is the last open one with its published capacity, marked assumed.
    """

    key: str
    actor: Actor
    line: str
    on: str


def decide_load(facts: Facts, command: LoadNetwork, rules: Regulations, now: Moment) -> Decision:
    """Everything in one decision: a file that is half right changes nothing."""
    if not command.actor.may((Role.ADMINISTRATOR,)):
        return Refused(Reason.NOT_ALLOWED, {})
    rows: list[Row] = [c for c in command.checkpoints if facts.get(Checkpoint, c.id) is None]
    added = 0
    for plan in command.lines:
        if facts.get(Line, plan.line.id) is None:
            added += 1
            rows.append(plan.line)
            rows += planned(plan.line, plan.days, rules[plan.line.regulation], now)
    body = {
        "checkpoints": len(command.checkpoints),
        "lines": added,
        "source": command.source,
    }
    return Accepted((Event(EventKind.NETWORK_LOADED, body=body),), tuple(rows), outcome=body)


def planned(
    line: Line, days: tuple[DayPlan, ...], regulation: Regulation, now: Moment
) -> list[Row]:
    """Days and slots from the first day not past to the horizon."""
    today = local_day(now.at, line.zone)
    by_day = {plan.on: plan for plan in days}
    rows: list[Row] = []
    for ahead in range(regulation.horizon_days + 1):
        on = today + timedelta(days=ahead)
        plan = by_day.get(on)
        if plan is None and on > days[-1].on:
            plan = assumed(days, on)
        if plan is not None:
            rows += day_rows(line, plan, regulation)
    return rows


def day_rows(line: Line, plan: DayPlan, regulation: Regulation) -> list[Row]:
    """The rows of one planned day.  On a day of 23 or 25 hours the same places are spread anew."""
    starts = windows(plan.on, line.zone, regulation.window)
    places, protected = plan.places, plan.protected
    if len(starts) != len(places):
        places = spread(plan.capacity, len(starts))
        protected = spread(sum(plan.protected), len(starts))
    day = Day(
        line=line.id,
        on=plan.on.isoformat(),
        open=plan.open,
        basis=plan.basis,
        reason="" if plan.open else "day_off",
        capacity=plan.capacity if plan.open else 0,
        kept=plan.kept if plan.open else 0,
        protected_ordinary=plan.protected_ordinary if plan.open else 0,
        protected_kept=plan.protected_kept if plan.open else 0,
        in_turn=0,
        priority=0,
        postal=0,
        accelerated=0,
        walk_in=0,
    )
    if not plan.open:
        return [day, *(Slot(line.id, start, 0, 0, 0) for start in starts)]
    slots = zip(starts, places, protected, strict=True)
    return [day, *(Slot(line.id, start, cap, kept, 0) for start, cap, kept in slots)]


def own_day(on: date, capacity: int, regulation: Regulation, basis: str) -> DayPlan:
    """A day of a capacity of ours, all of it free."""
    hours = 24
    return DayPlan(
        on=on,
        open=True,
        capacity=capacity,
        kept=regulation.kept(capacity),
        places=spread(capacity, hours),
        protected=(0,) * hours,
        protected_ordinary=0,
        protected_kept=0,
        basis=basis,
    )


def decide_open_line(
    facts: Facts, command: OpenLine, rules: Regulations, now: Moment
) -> Decision:
    """A new line with all days to the horizon."""
    line = command.line
    if not command.actor.may((Role.AGENCY, Role.ADMINISTRATOR), line.authority):
        return Refused(Reason.NOT_ALLOWED, {"line": line.id})
    if facts.get(Checkpoint, line.checkpoint) is None:
        return Refused(Reason.CHECKPOINT_UNKNOWN, {"checkpoint": line.checkpoint})
    if facts.get(Line, line.id) is not None:
        return Accepted((), (), outcome={"line": line.id})
    regulation = rules[line.regulation]
    first = own_day(local_day(now.at, line.zone), command.capacity, regulation, "ours")
    rows: list[Row] = [line]
    for ahead in range(regulation.horizon_days + 1):
        on = first.on + timedelta(days=ahead)
        rows += day_rows(line, own_day(on, command.capacity, regulation, "ours"), regulation)
    body = {"capacity": command.capacity, "regulation": regulation.id}
    return Accepted(
        (Event(EventKind.LINE_OPENED, line.id, 0, body),), tuple(rows), outcome={"line": line.id}
    )


def decide_extend(
    facts: Facts, command: ExtendCalendar, rules: Regulations, now: Moment
) -> Decision:
    """One day more at the far end of a line's calendar."""
    line = facts.get(Line, command.line)
    if line is None:
        return Refused(Reason.LINE_UNKNOWN, {"line": command.line})
    regulation = rules[line.regulation]
    on = date.fromisoformat(command.on)
    if on > local_day(now.at, line.zone) + timedelta(days=regulation.horizon_days + 1):
        return Refused(Reason.HORIZON_EXCEEDED, {"day": command.on})
    if facts.get(Day, (line.id, command.on)) is not None:
        return Accepted((), (), outcome={"day": command.on})
    model = _last_open(facts, line, on, regulation)
    if model is None:
        return Refused(Reason.DAY_CLOSED, {"day": command.on, "why": ""})
    basis = "ours" if model.basis == "ours" else "assumed"
    plan = own_day(on, model.capacity, regulation, basis)
    body = {"day": command.on, "capacity": plan.capacity}
    event = Event(EventKind.CALENDAR_EXTENDED, line.id, 0, body)
    return Accepted((event,), tuple(day_rows(line, plan, regulation)), outcome=body)


def _last_open(facts: Facts, line: Line, on: date, regulation: Regulation) -> Day | None:
    for back in range(1, regulation.horizon_days + 2):
        day = facts.get(Day, (line.id, (on - timedelta(days=back)).isoformat()))
        if day is not None and day.open:
            return day
    return None
