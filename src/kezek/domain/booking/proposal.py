"""Steps that need two people: the proposal of the first, and whether it still stands.

A truck that waits or is called has a place that others would like, so no officer may take that place
alone.  Three steps need two people: to report a call missed before it has run out, to turn a truck back
from the line, and to cancel its booking.  One proposes with a published cause, another agrees.
"""

from __future__ import annotations

import json
from enum import StrEnum

from kezek.domain.booking.booking import Booking
from kezek.domain.booking.status import Status
from kezek.domain.booking.transition import PRESENT, Verb, transition
from kezek.domain.kernel.instant import Instant
from kezek.domain.kernel.value import value

# A call out of turn to which no second person has agreed.
UNAPPROVED = frozenset({"awaiting", "refused"})


@value(frozen=True, slots=True)
class Proposal:
    """The verb that one person (`by`, an account) has proposed at `at`, with its cause."""

    verb: Verb
    cause: str
    by: int
    at: Instant


def written(proposal: Proposal) -> str:
    """A proposal as JSON, for the booking's row."""
    kept = {"verb": proposal.verb, "cause": proposal.cause, "by": proposal.by, "at": proposal.at}
    return json.dumps(kept, separators=(",", ":"))


def proposal_of(booking: Booking, status: Status) -> Proposal | None:
    """The proposal for a booking; None when there is none, or when the truck has moved on since."""
    if not booking.proposal:
        return None
    kept = json.loads(booking.proposal)
    found = Proposal(Verb(kept["verb"]), kept["cause"], kept["by"], kept["at"])
    # A proposed miss belongs to the call of that time, not to a later one.
    of_before = found.verb is Verb.MISS and found.at < (booking.called_at or 0)
    return found if needs_two(found.verb, booking, status) and not of_before else None


def needs_two(verb: Verb, booking: Booking, status: Status) -> bool:
    """Whether the step takes a truck's place, so that nobody may make it alone."""
    if verb is Verb.MISS:
        return status is Status.CALLED
    if verb is Verb.CANCEL:
        return status is Status.ARRIVED
    if verb is Verb.TURN_BACK:
        # After a call out of turn by one officer alone, sending the truck back needs two as well.
        return status in PRESENT and (
            status is not Status.ADMITTED or booking.exception in UNAPPROVED
        )
    return False


class Way(StrEnum):
    """How a step of a booking can be made now: by one person, by two, or not at all."""

    ALONE = "alone"
    TWO = "two"
    NONE = "none"


def way_of(verb: Verb, booking: Booking, status: Status) -> Way:
    """How a page offers a step; decisions use `needs_two`."""
    if needs_two(verb, booking, status):
        return Way.TWO
    return Way.NONE if transition(status, verb) is None else Way.ALONE
