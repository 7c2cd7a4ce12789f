"""At the gate: admitted, crossed, turned back, or not there.

A truck that was admitted in its turn has used its place, so one officer may send it back.  Taking the
place of a truck that waits or is called needs two people: see `booking/proposal.py`.
"""

from __future__ import annotations

from enum import StrEnum

from kezek.domain.account.actor import Actor
from kezek.domain.booking.booking import Booking
from kezek.domain.booking.change import ended
from kezek.domain.booking.context import BookingContext, forbidden, guards, load_context
from kezek.domain.booking.lapse import missed
from kezek.domain.booking.proposal import needs_two
from kezek.domain.booking.status import Status
from kezek.domain.booking.transition import Verb
from kezek.domain.kernel.decision import Accepted, Decision
from kezek.domain.kernel.event import Event, EventKind
from kezek.domain.kernel.facts import Facts
from kezek.domain.kernel.instant import Instant, Moment
from kezek.domain.kernel.refusal import Fact, Reason, Refused
from kezek.domain.kernel.value import value
from kezek.domain.regulation.regulations import Regulations
from kezek.domain.turn.undo import step_of


class TurnBackCause(StrEnum):
    """Published causes of sending a vehicle back."""

    PAPERS = "papers"
    GOODS = "goods"
    VEHICLE = "vehicle"
    FALSE_DETAILS = "false_details"
    OTHER_SIDE = "other_side"
    OWN_WISH = "own_wish"


class MissCause(StrEnum):
    """Published causes of a call that two people end before its deadline."""

    DRIVER_GONE = "driver_gone"
    DRIVER_REFUSES = "driver_refuses"
    BREAKDOWN = "breakdown"


@value(frozen=True, slots=True)
class Admit:
    """Admit the called vehicle at the gate."""

    key: str
    actor: Actor
    number: int


@value(frozen=True, slots=True)
class Cross:
    """Record that the vehicle has left the territory of the post."""

    key: str
    actor: Actor
    number: int


@value(frozen=True, slots=True)
class TurnBack:
    """Send the admitted vehicle back, for a published cause."""

    key: str
    actor: Actor
    number: int
    cause: str


@value(frozen=True, slots=True)
class Miss:
    """Record, by an officer, that a call has run out and nobody came; the timer does the same."""

    key: str
    actor: Actor
    number: int


def _at_gate(
    facts: Facts,
    command: Admit | Cross | TurnBack | Miss,
    verb: Verb,
    rules: Regulations,
    now: Moment,
) -> BookingContext | Refused:
    def wrong(at: BookingContext) -> Refused | None:
        if not guards(command.actor, at):
            return forbidden(at)
        if isinstance(command, TurnBack) and command.cause not in frozenset(TurnBackCause):
            return Refused(Reason.REASON_MISSING, {"field": "cause"})
        if verb is Verb.ADMIT and call_missed(at):
            return ran_out(at)
        if verb is Verb.MISS and at.status is Status.CALLED:
            until = at.booking.call_until
            return Refused(Reason.CALL_RUNNING, {"number": command.number, "until": until})
        if verb is Verb.TURN_BACK and needs_two(verb, at.booking, at.status):
            return Refused(Reason.SECOND_PERSON_NEEDED, {"number": command.number, "verb": verb})
        return None

    return load_context(facts, command.number, verb, rules, now.at, wrong)


def decide_admit(facts: Facts, command: Admit, rules: Regulations, now: Moment) -> Decision:
    """The booking admitted."""
    at = _at_gate(facts, command, Verb.ADMIT, rules, now)
    if isinstance(at, Refused):
        return at
    step = step_of(at.booking, Verb.ADMIT, command.actor, now)
    row = at.after(admitted_at=now.at, step=step)
    event = Event(EventKind.ADMITTED, at.line.id, command.number)
    return Accepted((event,), (row,), outcome={"number": command.number, "status": "admitted"})


def decide_cross(facts: Facts, command: Cross, rules: Regulations, now: Moment) -> Decision:
    """The booking ended by crossing."""
    at = _at_gate(facts, command, Verb.CROSS, rules, now)
    if isinstance(at, Refused):
        return at
    event = Event(EventKind.CROSSED, at.line.id, command.number)
    return _left(facts, at, command.actor, Verb.CROSS, event, now)


def decide_turn_back(facts: Facts, command: TurnBack, rules: Regulations, now: Moment) -> Decision:
    """The booking ended by sending the vehicle back."""
    at = _at_gate(facts, command, Verb.TURN_BACK, rules, now)
    if isinstance(at, Refused):
        return at
    return turned_back(facts, at, command.actor, command.cause, now)


def turned_back(
    facts: Facts, at: BookingContext, actor: Actor, cause: str, now: Moment
) -> Accepted:
    """The rows and the event of a vehicle sent back; `actor` is the last person who decided."""
    event = Event(EventKind.TURNED_BACK, at.line.id, at.booking.number, {"cause": cause})
    return _left(facts, at, actor, Verb.TURN_BACK, event, now)


def _left(
    facts: Facts, at: BookingContext, actor: Actor, verb: Verb, event: Event, now: Moment
) -> Accepted:
    outcome = "crossed" if verb is Verb.CROSS else "turned_back"
    step = step_of(at.booking, verb, actor, now)
    return ended(facts, at, outcome, event, now.at, step=step)


def decide_miss(facts: Facts, command: Miss, rules: Regulations, now: Moment) -> Decision:
    """The booking after a missed call that has run out.

    A miss that the timer has counted already is not counted again; the answer is the same.
    """
    at = _at_gate(facts, command, Verb.MISS, rules, now)
    if isinstance(at, Refused):
        return at
    booking = at.booking
    if booking.called_at is not None and booking.ended_at is None:
        return missed(facts, at, now.at)
    if not booking.step and call_missed(at):
        return Accepted((), (), outcome={"number": command.number, "status": at.status})
    return Refused(
        Reason.WRONG_STATUS, {"number": command.number, "status": at.status, "verb": Verb.MISS}
    )


def missed_until(booking: Booking, status: Status) -> Instant | None:
    """The end of the missed call that explains the booking's status, counted or not yet.

    None where no miss explains it.
    """
    if booking.called_at is None:
        return booking.joined_at if status is Status.ARRIVED and booking.misses > 0 else None
    if status not in (Status.ARRIVED, Status.NO_SHOW):
        return None
    # Two people may have ended the last call before its deadline.
    return min(end for end in (booking.call_until, booking.ended_at) if end is not None)


def call_missed(at: BookingContext) -> bool:
    """Whether a missed call explains the booking's status."""
    return missed_until(at.booking, at.status) is not None


def ran_out(at: BookingContext) -> Refused:
    """The refusal of a step whose call has ended: when it ended, and whether it was the last."""
    last = at.status is Status.NO_SHOW
    until = missed_until(at.booking, at.status)
    facts: dict[str, Fact] = {"number": at.booking.number, "until": until}
    return Refused(Reason.CALL_MISSED, facts | ({"wrong": "last"} if last else {}))
