"""Arrival at the waiting area, with a booking or without one."""

from __future__ import annotations

from dataclasses import replace

from kezek.domain.account.actor import AT_THE_GATE, STAFF, Actor, Role
from kezek.domain.booking.book import (
    Vehicle,
    confirmed,
    counters,
    crowded,
    named,
    outcome_of,
    particulars,
)
from kezek.domain.booking.claim import free_claims
from kezek.domain.booking.context import (
    BookingContext,
    forbidden,
    guards,
    load_context,
)
from kezek.domain.booking.transition import Verb
from kezek.domain.checkpoint.checkpoint import Line
from kezek.domain.kernel.decision import Accepted, Decision
from kezek.domain.kernel.event import Event, EventKind
from kezek.domain.kernel.facts import Facts
from kezek.domain.kernel.instant import Moment
from kezek.domain.kernel.refusal import Fact, Reason, Refused
from kezek.domain.kernel.value import added, value
from kezek.domain.regulation.regulations import Regulations
from kezek.domain.slot.place import closed_today, counted, day_of, walk_ins_left
from kezek.domain.slot.slot import Day
from kezek.domain.turn.joining import joined_round
from kezek.domain.turn.undo import step_of


@value(frozen=True, slots=True)
class Arrive:
    """Record a vehicle at the waiting area.  `line` is the officer's, empty for any."""

    key: str
    actor: Actor
    number: int
    line: str = ""


@value(frozen=True, slots=True)
class WalkIn:
    """Let a vehicle without a booking join the line at the end of its class.

    `despite_closure` confirms that the officer knows that the day is closed.
    """

    key: str
    actor: Actor
    line: str
    vehicle: Vehicle
    despite_closure: bool = added(default=False)


def decide_arrive(facts: Facts, command: Arrive, rules: Regulations, now: Moment) -> Decision:
    """The beginning of the turn: at the booked window, or behind the current one when too late."""

    def wrong(at: BookingContext) -> Refused | None:
        if not guards(command.actor, at):
            return forbidden(at)
        if command.line and command.line != at.line.id:
            return Refused(Reason.BOOKING_UNKNOWN, {"number": command.number, "line": at.line.id})
        return None

    at = load_context(facts, command.number, Verb.ARRIVE, rules, now.at, wrong)
    if isinstance(at, Refused):
        return at
    start = at.booking.start
    assert start is not None, "a booking that may arrive has a window"
    late = now.at > start + at.regulation.window + at.regulation.keeps_place_for
    step = step_of(at.booking, Verb.ARRIVE, command.actor, now)
    rule = at.regulation.classes[at.booking.vehicle_class]
    lets_pass = joined_round(facts, at.line, at.regulation, rule, now.at)
    here = at.after(
        arrived_at=now.at, joined_at=now.at if late else None, joined_round=lets_pass, step=step
    )
    body = {"late": int(late)} | _round_field(lets_pass)
    event = Event(EventKind.ARRIVED, at.line.id, command.number, body)
    return Accepted((event,), (here,), outcome={"number": command.number, "status": "arrived"})


def decide_walk_in(facts: Facts, command: WalkIn, rules: Regulations, now: Moment) -> Decision:
    """A turn without a slot, within today's cap of walk-ins."""
    here = facts.get(Line, command.line)
    writers = (*STAFF, Role.DEMONSTRATOR)
    if here and not command.actor.may(writers, here.checkpoint, here.authority):
        return Refused(Reason.NOT_ALLOWED, {"line": here.id})
    if here is None:
        return Refused(Reason.LINE_UNKNOWN, {"line": command.line})
    line, regulation = here, rules.at(here, now.at)
    rule = regulation.walk_in
    if rule is None:
        return Refused(Reason.CLASS_UNKNOWN, {"regulation": regulation.id})
    who = particulars(command.vehicle, line, now.at, rules.known)
    if isinstance(who, Refused):
        return who
    refused = crowded(command.vehicle, regulation)
    if refused:
        return refused
    day = facts.get(Day, day_of(line, now.at))
    if day is None:
        return Refused(Reason.WINDOW_UNKNOWN, {"start": now.at})
    closed = closed_today(facts, line, now.at)
    knows = command.despite_closure and command.actor.may(AT_THE_GATE, line.checkpoint)
    if closed and not knows:
        return closed
    claims = free_claims(facts, line.authority, who)
    if isinstance(claims, Refused):
        return claims
    if walk_ins_left(rule, day.capacity, day.taken.get(rule.name, 0)) == 0:
        return Refused(Reason.CLASS_FULL, {"day": day.on, "class": rule.name})
    booking = confirmed(facts, command.actor, line, regulation, rule, None, now.at)
    lets_pass = joined_round(facts, line, regulation, rule, now.at)
    booking = replace(booking, arrived_at=now.at, joined_round=lets_pass)
    rows = named(booking.number, who, claims, command.vehicle.drivers)
    body: dict[str, Fact] = {
        "class": rule.name,
        "holder": booking.holder,
        **_round_field(lets_pass),
    }
    if closed:
        body["despite_closure"] = 1
    event = Event(EventKind.WALKED_IN, line.id, booking.number, body)
    return Accepted(
        (event,),
        (*counters(facts, booking), booking, *rows, counted(day, rule, 1)),
        outcome=outcome_of(booking),
    )


def _round_field(lets_pass: int | None) -> dict[str, int]:
    """The event's fields about the round, from which outsiders recompute the line."""
    return {} if lets_pass is None else {"round": lets_pass}
