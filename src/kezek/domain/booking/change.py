"""Changes after booking: another window, another driver, or a cancellation."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum

from kezek.domain.account.actor import Actor
from kezek.domain.booking.book import erased_on, outcome_of
from kezek.domain.booking.booking import Booking, Driver, Particulars
from kezek.domain.booking.context import (
    BookingContext,
    claims_held,
    forbidden,
    load_context,
    owns,
    serves,
)
from kezek.domain.booking.proposal import needs_two
from kezek.domain.booking.status import Status, status_of
from kezek.domain.booking.transition import Verb, transition
from kezek.domain.checkpoint.checkpoint import Line
from kezek.domain.kernel.decision import Accepted, Decision
from kezek.domain.kernel.event import Event, EventKind
from kezek.domain.kernel.facts import Facts, Row
from kezek.domain.kernel.instant import MINUTE, Instant, Moment
from kezek.domain.kernel.refusal import Fact, Reason, Refused
from kezek.domain.kernel.text import cleaned
from kezek.domain.kernel.value import value
from kezek.domain.regulation.regulation import Regulation
from kezek.domain.regulation.regulations import Regulations
from kezek.domain.slot.place import Return, bookable, exchange, give_back
from kezek.domain.vehicle.vehicle import is_name

# For this long one person alone may take back a walk-in that was recorded by mistake.
MISTAKE_FOR = 5 * MINUTE


class ChangeCause(StrEnum):
    """Why staff change a booking that is not their own."""

    ASKED_BY_DRIVER = "asked_by_driver"
    PAPERS = "papers"
    BREAKDOWN = "breakdown"
    BOOKED_BY_MISTAKE = "booked_by_mistake"


@value(frozen=True, slots=True)
class Move:
    """Move a booking to another window of its line.  `delay` holds the old place back: see `Return`.

    `cause` is a `ChangeCause`; staff must give one for a booking that is not their own.
    """

    key: str
    actor: Actor
    number: int
    start: Instant
    delay: Instant = 0
    cause: str = ""


@value(frozen=True, slots=True)
class Cancel:
    """Cancel a booking.  `delay` and `cause` are those of `Move`."""

    key: str
    actor: Actor
    number: int
    delay: Instant = 0
    cause: str = ""


@value(frozen=True, slots=True)
class AddDriver:
    """Name one more driver.  Plate and crossing never change."""

    key: str
    actor: Actor
    number: int
    name: str


def decide_move(facts: Facts, command: Move, rules: Regulations, now: Moment) -> Decision:
    """The booking in a new window, free of charge; a move of a displaced booking is not counted."""
    at = load_context(
        facts, command.number, Verb.MOVE, rules, now.at, lambda at: _unaccounted(command, at)
    )
    if isinstance(at, Refused):
        return at
    booking = at.booking
    there = rules.at(at.line, now.at, booked=booking.confirmed_at, window=command.start)
    refused = fixed(booking, at.regulation, now.at) or bookable(
        at.line, there, command.start, now.at, present=booking.start
    )
    if refused:
        return refused
    rule = there.classes.get(booking.vehicle_class)
    if rule is None:
        # Only a version that begins after this window has the class.
        return Refused(Reason.WINDOW_UNKNOWN, {"start": command.start})
    look_at, start = now.at + command.delay, command.start
    after = exchange(
        facts,
        at.line,
        rule,
        booking.number,
        # A displaced booking gives no place up, and its class may be of a later version only.
        gives=at.regulation.classes.get(rule.name, rule),
        was=booking.start,
        start=start,
        look_at=look_at,
    )
    if isinstance(after, Refused):
        return after
    returned = facts.get(Return, (booking.number, start))
    displaced = at.status is Status.DISPLACED
    moved = replace(at, regulation=there).after(
        start=command.start, displaced_at=None, moves=moves_after(booking)
    )
    event = Event(
        EventKind.MOVED,
        at.line.id,
        booking.number,
        {"from": booking.start, "start": command.start, "displaced": int(displaced)}
        | _named(command.cause),
    )
    rows: list[Row] = [moved, *(row for row in after.changed.values() if row is not None)]
    gone = ((Return, returned.key),) if returned else ()
    return Accepted((event,), tuple(rows), gone, outcome_of(moved))


def fixed(booking: Booking, regulation: Regulation, now: Instant) -> Refused | None:
    """Why the booking cannot move to any window; None when it can."""
    status = status_of(booking, regulation, now)
    if transition(status, Verb.MOVE) is None:
        facts: dict[str, Fact] = {"number": booking.number, "status": status, "verb": Verb.MOVE}
        return Refused(Reason.WRONG_STATUS, facts)
    # Limits do not bind a booking that lost its window through no fault.
    if booking.start is None:
        return None
    return move_limit(booking.start, regulation, now, moves=booking.moves)


def move_limit(
    start: Instant, regulation: Regulation, now: Instant, *, moves: int = 0
) -> Refused | None:
    """Why a booking with this window and this many moves cannot move; None when it can."""
    until = moves_until(start, regulation, moves=moves)
    if until is None:
        return Refused(Reason.MOVES_EXHAUSTED, {"most": regulation.moves_max})
    return Refused(Reason.MOVE_TOO_LATE, {"until": until}) if now > until else None


def moves_until(start: Instant, regulation: Regulation, *, moves: int = 0) -> Instant | None:
    """Until when a booking with this many moves can move again; None when no move is left."""
    most = regulation.moves_max
    return None if most is not None and moves >= most else start - regulation.move_until


def moves_after(booking: Booking) -> int:
    """The booking's count of moves after its next one; a move out of a lost window is not counted."""
    return booking.moves + (booking.start is not None)


def _not_owned(actor: Actor, at: BookingContext) -> Refused | None:
    mine = owns(actor, at.booking, at.line) or serves(actor, at.line)
    return None if mine else forbidden(at)


def _unaccounted(command: Move | Cancel, at: BookingContext) -> Refused | None:
    """The refusal of staff without a published cause.  Free text must not reach the log."""
    owed = not owns(command.actor, at.booking, at.line)
    given = command.cause in frozenset(ChangeCause) if command.cause else not owed
    unsaid = None if given else Refused(Reason.REASON_MISSING, {"field": "cause"})
    return _not_owned(command.actor, at) or unsaid


def _named(cause: str) -> dict[str, Fact]:
    return {"cause": cause} if cause else {}


def decide_cancel(facts: Facts, command: Cancel, rules: Regulations, now: Moment) -> Decision:
    """The booking ended, its vehicle free, its place given back after `delay`."""

    def wrong(at: BookingContext) -> Refused | None:
        return _unaccounted(command, at) or _alone(command.actor, at, now.at)

    at = load_context(facts, command.number, Verb.CANCEL, rules, now.at, wrong)
    if isinstance(at, Refused):
        return at
    body: dict[str, Fact] = {"from": at.status} | _named(command.cause)
    event = Event(EventKind.CANCELLED, at.line.id, command.number, body)
    return ended(facts, at, "cancelled", event, now.at, back_at=now.at + command.delay)


def _alone(actor: Actor, at: BookingContext, now: Instant) -> Refused | None:
    if cancels_alone(actor, at.line, at.booking, at.status, now):
        return None
    return Refused(Reason.SECOND_PERSON_NEEDED, {"number": at.booking.number, "verb": Verb.CANCEL})


def cancels_alone(actor: Actor, line: Line, booking: Booking, status: Status, now: Instant) -> bool:
    """Whether the actor alone may cancel a waiting truck: its driver or carrier may, staff need two."""
    if not needs_two(Verb.CANCEL, booking, status) or actor.ticket == booking.number:
        return True
    mine = actor.account != 0 and actor.account == booking.holder
    # The account of a walk-in is the officer's who recorded it: it does not stand for the driver.
    if mine and booking.start is not None and not serves(actor, line):
        return True
    return taken_by_mistake(booking, actor, now)


def taken_by_mistake(booking: Booking, actor: Actor, now: Instant) -> bool:
    """Whether the officer who recorded a walk-in may still take it out of the line alone."""
    mine = actor.account != 0 and actor.account == booking.holder
    if not mine or booking.start is not None or booking.arrived_at is None or booking.misses:
        return False
    return now - booking.arrived_at <= MISTAKE_FOR


def ended(
    facts: Facts,
    at: BookingContext,
    outcome: str,
    event: Event,
    now: Instant,
    *,
    back_at: Instant | None = None,
    misses: int | None = None,
    step: str = "",
) -> Accepted:
    """The rows and the event of an ended booking; at `back_at` its unused place is given back.

    `misses` and `step` come from the officer or the timer that ended it.
    """
    booking, due = at.booking, now
    counted = booking.misses if misses is None else misses
    rows: list[Row] = [at.after(ended_at=now, outcome=outcome, misses=counted, step=step)]
    if booking.start is not None:
        due = booking.start + at.regulation.window
        if back_at is not None and now < due:
            rule = at.regulation.classes[booking.vehicle_class]
            rows += give_back(facts, at.line, rule, booking.number, booking.start, back_at)
    who = facts.get(Particulars, booking.number)
    if who is not None:
        rows.append(replace(who, erase_on=erased_on(at.line, max(now, due))))
    return Accepted(
        (event,),
        tuple(rows),
        claims_held(facts, at),
        {"number": booking.number, "status": outcome},
    )


def decide_add_driver(
    facts: Facts, command: AddDriver, rules: Regulations, now: Moment
) -> Decision:
    """The booking with one driver more."""
    drivers = facts.rows(Driver, command.number)

    def wrong(at: BookingContext) -> Refused | None:
        # A booking whose personal data was erased cannot change drivers.
        if not is_name(command.name) or facts.get(Particulars, command.number) is None:
            return Refused(Reason.DRIVER_MISSING, {"field": "driver"})
        if len(drivers) >= at.regulation.drivers_max:
            return Refused(Reason.DRIVERS_TOO_MANY, {"most": at.regulation.drivers_max})
        return None

    at = load_context(
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
        (Driver(command.number, ordinal, cleaned(command.name)),),
        outcome={"number": command.number, "drivers": len(drivers) + 1},
    )
