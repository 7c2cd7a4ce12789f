"""The context of a booking: its line, regulation and status, which nearly every verb loads first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from kezek.domain.account.actor import AT_THE_GATE, BOOKS, STAFF, Actor
from kezek.domain.booking.booking import Booking, Claim, Particulars, claim_keys
from kezek.domain.booking.status import Status, look_at, status_of
from kezek.domain.booking.transition import Verb, transition
from kezek.domain.checkpoint.checkpoint import Line
from kezek.domain.kernel.facts import Facts
from kezek.domain.kernel.instant import Instant
from kezek.domain.kernel.refusal import Reason, Refused
from kezek.domain.kernel.value import value
from kezek.domain.regulation.regulation import Regulation
from kezek.domain.regulation.regulations import Regulations


@value(frozen=True, slots=True)
class BookingContext:
    """A booking with its line, its regulation and its status now."""

    booking: Booking
    line: Line
    regulation: Regulation
    status: Status

    def after(self, **changes: object) -> Booking:
        """The booking with changed facts and a recomputed `look_at`."""
        changed = replace(self.booking, **changes)  # type: ignore[arg-type]
        return replace(changed, look_at=look_at(changed, self.regulation))


def load_context(
    facts: Facts,
    number: int,
    verb: Verb,
    rules: Regulations,
    now: Instant,
    first: Callable[[BookingContext], Refused | None] | None = None,
) -> BookingContext | Refused:
    """The context of a booking for which the verb is legal, or `booking_unknown`, `wrong_status`.

    `first` may refuse before the status is checked: an actor without the right must not learn the
    status, and an impossible input is refused before its time is judged.
    """
    found = context_of(facts, number, rules, now)
    if found is None:
        return Refused(Reason.BOOKING_UNKNOWN, {"number": number})
    refused = first(found) if first else None
    if refused:
        return refused
    if transition(found.status, verb) is None:
        return Refused(
            Reason.WRONG_STATUS, {"number": number, "status": found.status, "verb": verb}
        )
    return found


def context_of(
    facts: Facts, number: int, rules: Regulations, now: Instant
) -> BookingContext | None:
    """The context of a booking in any status; None when the booking does not exist."""
    booking = facts.get(Booking, number)
    if booking is None:
        return None
    line = facts.get(Line, booking.line)
    assert line is not None, "a booking stands in a line that exists"
    regulation = rules.at(line, now, booked=booking.confirmed_at, window=booking.start)
    return BookingContext(booking, line, regulation, status_of(booking, regulation, now))


def owns(actor: Actor, booking: Booking, line: Line) -> bool:
    """Whether the booking is the actor's own: by its ticket, or by the account that made it.

    The account alone is not enough: its API keys may be narrowed to reading, or to another post.
    """
    made = actor.account != 0 and actor.account == booking.holder
    return actor.ticket == booking.number or (
        made and actor.may(BOOKS, line.checkpoint, line.authority)
    )


def serves(actor: Actor, line: Line) -> bool:
    """Whether the actor serves people at the line's post."""
    return actor.may(STAFF, line.checkpoint, line.authority)


def guards(actor: Actor, at: BookingContext) -> bool:
    """Whether the actor is an officer of this post."""
    return actor.may(AT_THE_GATE, at.line.checkpoint)


def forbidden(at: BookingContext) -> Refused:
    """The refusal of an actor to whom neither the booking nor the post belongs."""
    return Refused(Reason.NOT_ALLOWED, {"number": at.booking.number})


def claims_held(
    facts: Facts, at: BookingContext
) -> tuple[tuple[type[Claim], tuple[str, str, str]], ...]:
    """The claims that the booking gives up when it ends.

    They are found through the particulars, which a sweep never erases from a live booking.
    """
    who = facts.get(Particulars, at.booking.number)
    keys = [] if who is None else claim_keys(at.line.authority, who)
    return tuple((Claim, key) for key in keys if _holds(facts, key, at.booking.number))


def _holds(facts: Facts, key: tuple[str, str, str], number: int) -> bool:
    claim = facts.get(Claim, key)
    return claim is not None and claim.number == number
