"""The driver's answer to a call: on the way to the gate.

It changes no place and no deadline; the officer sees that somebody is coming.
"""

from __future__ import annotations

from kezek.domain.account.actor import Actor
from kezek.domain.booking.booking import Booking
from kezek.domain.booking.context import BookingContext, forbidden, load_context, owns
from kezek.domain.booking.transition import Verb
from kezek.domain.kernel.decision import Accepted, Decision
from kezek.domain.kernel.event import Event, EventKind
from kezek.domain.kernel.facts import Facts
from kezek.domain.kernel.instant import SECOND, Instant, Moment
from kezek.domain.kernel.refusal import Reason, Refused
from kezek.domain.kernel.value import value
from kezek.domain.regulation.regulations import Regulations


@value(frozen=True, slots=True)
class Acknowledge:
    """The driver has seen the call that stands until `call_until` and is on the way."""

    key: str
    actor: Actor
    number: int
    call_until: Instant


def acknowledged_at(booking: Booking) -> Instant | None:
    """When the call that stands now was answered, None when nobody has answered it.

    An answer belongs to one call: what answered an earlier call says nothing of this one.
    """
    at, called = booking.acknowledged_at, booking.called_at
    return at if at is not None and called is not None and at >= called else None


def decide_acknowledge(
    facts: Facts, command: Acknowledge, rules: Regulations, now: Moment
) -> Decision:
    """Stored once a call; a second answer to the same call changes nothing and is no fault."""

    def wrong(at: BookingContext) -> Refused | None:
        return None if owns(command.actor, at.booking, at.line) else forbidden(at)

    at = load_context(facts, command.number, Verb.ACKNOWLEDGE, rules, now.at, wrong)
    if isinstance(at, Refused):
        return at
    booking = at.booking
    # Programs are told whole seconds, and no two calls of a truck end in the same one.
    if (booking.call_until or 0) // SECOND != command.call_until // SECOND:
        return Refused(Reason.CALL_OVER, {"number": command.number})
    known = acknowledged_at(booking)
    outcome = {"number": command.number, "acknowledged_at": now.at if known is None else known}
    if known is not None:
        return Accepted((), outcome=outcome)
    event = Event(EventKind.ACKNOWLEDGED, at.line.id, command.number)
    return Accepted((event,), (at.after(acknowledged_at=now.at),), outcome=outcome)
