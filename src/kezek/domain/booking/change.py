"""What may change after booking: the window, the drivers, and the wish to go at all."""

from __future__ import annotations

from dataclasses import dataclass, replace

from kezek.domain.account.actor import Actor
from kezek.domain.booking.book import erased_on, is_name, outcome_of
from kezek.domain.booking.booking import Driver, Particulars
from kezek.domain.booking.stand import Stand, claims_held, forbidden, owns, stand
from kezek.domain.booking.status import Status
from kezek.domain.booking.transition import Verb
from kezek.domain.kernel.decision import Accepted, Decision
from kezek.domain.kernel.event import Event, EventKind
from kezek.domain.kernel.facts import Facts, Row
from kezek.domain.kernel.instant import Instant, Moment
from kezek.domain.kernel.refusal import Reason, Refused
from kezek.domain.regulation.regulation import Regulations
from kezek.domain.slot.place import Return, bookable, find, give_back, regain, take


@dataclass(frozen=True, slots=True)
class Move:
    """Another window of the same line.  `delay` holds the old place back: see `Return`."""

    key: str
    actor: Actor
    number: int
    start: Instant
    delay: Instant = 0


@dataclass(frozen=True, slots=True)
class Cancel:
    """The driver does not go.  `delay` holds the place back: see `Return`."""

    key: str
    actor: Actor
    number: int
    delay: Instant = 0


@dataclass(frozen=True, slots=True)
class AddDriver:
    """One more driver; plate and crossing never change."""

    key: str
    actor: Actor
    number: int
    name: str


def decide_move(facts: Facts, command: Move, rules: Regulations, now: Moment) -> Decision:
    """A new window, free of charge; displaced bookings move without counting."""
    at = stand(
        facts, command.number, Verb.MOVE, rules, now.at, lambda at: _not_owned(command.actor, at)
    )
    if isinstance(at, Refused):
        return at
    booking, rule = at.booking, at.regulation.classes[at.booking.vehicle_class]
    refused = _worn_out(at, now.at) or bookable(at.line, at.regulation, command.start, now.at)
    if refused:
        return refused
    if command.start == booking.start:
        return Refused(Reason.SAME_WINDOW, {"start": command.start})
    # The old place goes back first, so that both windows of one day are counted on the same rows.
    after = Facts(facts)
    if booking.start is not None:
        look = now.at + command.delay
        for row in give_back(facts, at.line, rule, booking.number, booking.start, look):
            after.put(row)
    places = find(after, at.line, command.start)
    if isinstance(places, Refused):
        return places
    # A place given back is held back for everybody: no hand-over trick.  Only the booking that gave
    # it may have it again, so that one window never owes two returns to one booking.
    returned = facts.get(Return, (booking.number, command.start))
    taken = regain(*places, rule) if returned else take(*places, rule)
    if isinstance(taken, Refused):
        return taken
    for row in taken:
        after.put(row)
    displaced = at.status is Status.DISPLACED
    moved = at.after(
        start=command.start,
        displaced_at=None,
        moves=booking.moves if displaced else booking.moves + 1,
    )
    event = Event(
        EventKind.MOVED,
        at.line.id,
        booking.number,
        {"from": booking.start, "start": command.start, "displaced": int(displaced)},
    )
    rows: list[Row] = [moved, *(row for row in after.changed.values() if row is not None)]
    who = facts.get(Particulars, booking.number)
    if who is not None:
        rows.append(replace(who, erase_on=erased_on(at.line, command.start)))
    gone = ((Return, returned.key),) if returned else ()
    return Accepted((event,), tuple(rows), gone, outcome_of(moved))


def _worn_out(at: Stand, now: Instant) -> Refused | None:
    booking, most = at.booking, at.regulation.moves_max
    if at.status is Status.DISPLACED:
        return None
    if most is not None and booking.moves >= most:
        return Refused(Reason.MOVES_EXHAUSTED, {"most": most})
    if booking.start is not None and now > booking.start - at.regulation.move_until:
        return Refused(Reason.MOVE_TOO_LATE, {"until": booking.start - at.regulation.move_until})
    return None


def _not_owned(actor: Actor, at: Stand) -> Refused | None:
    return None if owns(actor, at) else forbidden(at)


def decide_cancel(facts: Facts, command: Cancel, rules: Regulations, now: Moment) -> Decision:
    """The booking ends, its vehicle is free, its place comes back after a while."""
    at = stand(
        facts, command.number, Verb.CANCEL, rules, now.at, lambda at: _not_owned(command.actor, at)
    )
    if isinstance(at, Refused):
        return at
    event = Event(EventKind.CANCELLED, at.line.id, command.number, {"from": at.status})
    return ended(facts, at, "cancelled", event, now.at, now.at + command.delay)


def ended(
    facts: Facts, at: Stand, outcome: str, event: Event, now: Instant, back_at: Instant | None
) -> Accepted:
    """The booking is over; with `back_at` an unused place is given back then."""
    booking = at.booking
    rows: list[Row] = [at.after(ended_at=now, outcome=outcome, step="")]
    over = booking.start is None or booking.start + at.regulation.window <= now
    if back_at is not None and booking.start is not None and not over:
        rule = at.regulation.classes[booking.vehicle_class]
        rows += give_back(facts, at.line, rule, booking.number, booking.start, back_at)
    return Accepted(
        (event,),
        tuple(rows),
        claims_held(facts, at),
        {"number": booking.number, "status": outcome},
    )


def decide_add_driver(
    facts: Facts, command: AddDriver, rules: Regulations, now: Moment
) -> Decision:
    """A name more on the ticket."""
    drivers = facts.rows(Driver, command.number)

    def wrong(at: Stand) -> Refused | None:
        # Whose particulars have been erased travels no more.
        if not is_name(command.name) or facts.get(Particulars, command.number) is None:
            return Refused(Reason.DRIVER_MISSING, {"field": "driver"})
        if len(drivers) >= at.regulation.drivers_max:
            return Refused(Reason.DRIVERS_TOO_MANY, {"most": at.regulation.drivers_max})
        return None

    at = stand(
        facts,
        command.number,
        Verb.ADD_DRIVER,
        rules,
        now.at,
        lambda at: _not_owned(command.actor, at) or wrong(at),
    )
    if isinstance(at, Refused):
        return at
    ordinal = max((d.ordinal for d in drivers), default=0) + 1
    return Accepted(
        (Event(EventKind.DRIVER_ADDED, at.line.id, command.number, {"ordinal": ordinal}),),
        (Driver(command.number, ordinal, command.name.strip()),),
        outcome={"number": command.number, "drivers": len(drivers) + 1},
    )
