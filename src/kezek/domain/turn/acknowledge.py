"""The driver's answer to a call: on the way to the gate.

It changes neither place nor deadline; it tells the officer that the truck is coming.
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
    """The driver has seen the call with the deadline `call_until` and is on the way."""

    key: str
    actor: Actor
    number: int
    call_until: Instant


def acknowledged_at(booking: Booking) -> Instant | None:
    """When the current call was answered; None when it was not.

    An answer belongs to one call, so answers to earlier calls do not count.
    """
    at, called = booking.acknowledged_at, booking.called_at
    return at if at is not None and called is not None and at >= called else None


def decide_acknowledge(
    facts: Facts, command: Acknowledge, rules: Regulations, now: Moment
) -> Decision:
    """The answer, stored once for each call; a second one changes nothing and is accepted."""

    def wrong(at: BookingContext) -> Refused | None:
        return None if owns(command.actor, at.booking, at.line) else forbidden(at)

    at = load_context(facts, command.number, Verb.ACKNOWLEDGE, rules, now.at, wrong)
    if isinstance(at, Refused):
        return at
    booking = at.booking
    # Programs get whole seconds, and two calls of a truck never end in the same second.
    if (booking.call_until or 0) // SECOND != command.call_until // SECOND:
        return Refused(Reason.CALL_OVER, {"number": command.number})
    known = acknowledged_at(booking)
    outcome = {"number": command.number, "acknowledged_at": now.at if known is None else known}
    if known is not None:
        return Accepted((), outcome=outcome)
    event = Event(EventKind.ACKNOWLEDGED, at.line.id, command.number)
    return Accepted((event,), (at.after(acknowledged_at=now.at),), outcome=outcome)
