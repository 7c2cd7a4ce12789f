"""A step that needs two people: what one officer has asked for, and whether it still stands.

A truck that waits or is called has a place that others would like.  So nobody takes that place alone: to
report its call missed before the call has run out, to turn it back from the line, or to cancel its
booking, one person proposes with a published cause, and another agrees.
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
    """What one person (`by`, an account) has asked for, with its cause, since `at`."""

    verb: Verb
    cause: str
    by: int
    at: Instant


def written(proposal: Proposal) -> str:
    """A proposal as a booking's row keeps it: JSON."""
    kept = {"verb": proposal.verb, "cause": proposal.cause, "by": proposal.by, "at": proposal.at}
    return json.dumps(kept, separators=(",", ":"))


def proposal_of(booking: Booking, status: Status) -> Proposal | None:
    """What is proposed for a booking; None when nothing is, or when the truck has moved on since."""
    if not booking.proposal:
        return None
    kept = json.loads(booking.proposal)
    found = Proposal(Verb(kept["verb"]), kept["cause"], kept["by"], kept["at"])
    # A miss was proposed of one call, not of the next.
    of_before = found.verb is Verb.MISS and found.at < (booking.called_at or 0)
    return found if needs_two(found.verb, booking, status) and not of_before else None


def needs_two(verb: Verb, booking: Booking, status: Status) -> bool:
    """Whether the step is one that takes a truck's place, and that nobody may make alone."""
    if verb is Verb.MISS:
        return status is Status.CALLED
    if verb is Verb.CANCEL:
        return status is Status.ARRIVED
    if verb is Verb.TURN_BACK:
        # Whom one officer alone has called out of turn, one officer alone does not send away.
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
    """How a page offers a step; `needs_two` is what decisions ask."""
    if needs_two(verb, booking, status):
        return Way.TWO
    return Way.NONE if transition(status, verb) is None else Way.ALONE
