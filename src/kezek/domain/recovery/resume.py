"""Going on with a log that is shorter than a head that was published of it.

What came after the database's own end is lost: bookings, accounts and keys whose numbers somebody holds.
Nobody can say how many there were, but each was an event at least; so numbers go on far above the size
of the newest head that is known.  Until an operator decides that the log goes on like this, no number is
given out.
"""

from __future__ import annotations

from collections.abc import Mapping

from kezek.domain.account.actor import ANYWHERE, Actor, Role
from kezek.domain.booking.booking import CODE_SHIFT
from kezek.domain.kernel.decision import Accepted, Decision
from kezek.domain.kernel.event import Event, EventKind
from kezek.domain.kernel.facts import Counter, Facts
from kezek.domain.kernel.instant import Instant, Moment
from kezek.domain.kernel.refusal import Reason, Refused
from kezek.domain.kernel.value import value
from kezek.domain.regulation.regulations import Regulations

# Whose numbers people hold.
NUMBERED = ("account", "api_key", "booking")
# The instant of the newest head that an operator has given up.
GIVEN_UP = "log_given_up"
# How many booking numbers were passed over, so that a booking that is missing shows all the same.
SKIPPED = "booking_skipped"
# More commands than a server can decide in the minute between two heads.
_UNSEEN_MAX = 400_000
# Numbers begin anew behind a round one, so that everybody sees where.
_ROUND = 1_000_000


@value(frozen=True, slots=True)
class ContinueLog:
    """The log goes on from this database.  `head`, `size` and `at` are those of the newest head that was
    published and is not in it.
    """

    key: str
    actor: Actor
    head: int
    size: int
    at: Instant


def decide_continue(
    facts: Facts, command: ContinueLog, _rules: Regulations, _now: Moment
) -> Decision:
    """Numbers go on above all that may have been given out; once is enough."""
    if not command.actor.may((Role.ADMINISTRATOR,), ANYWHERE):
        return Refused(Reason.NOT_ALLOWED, {})
    before = facts.get(Counter, GIVEN_UP)
    body = {"head": command.head, "size": command.size}
    if before is not None and before.last >= command.at:
        return Accepted((), (), outcome=body)
    found = (facts.get(Counter, name) for name in (*NUMBERED, SKIPPED))
    led = led_on({row.name: row.last for row in found if row}, command.size)
    counters = (Counter(name, last) for name, last in led.items())
    event = Event(EventKind.LOG_CONTINUED, body=body)
    # Codes get another shift: a number that was given out twice all the same has two codes.
    gone = ((Counter, CODE_SHIFT),) if facts.get(Counter, CODE_SHIFT) else ()
    return Accepted((event,), (*counters, Counter(GIVEN_UP, command.at)), gone, body)


def led_on(last: Mapping[str, int], size: int) -> dict[str, int]:
    """Counters by name as they must go on, when the log that gave out their numbers had `size` events or
    more and `last` is what is known of them.
    """
    led = {name: passed(last.get(name, 0), size) for name in NUMBERED}
    skipped = led["booking"] - last.get("booking", 0)
    return led | {SKIPPED: last.get(SKIPPED, 0) + skipped}


def passed(last: int, size: int) -> int:
    """The number after which to go on."""
    return ((max(last, size) + _UNSEEN_MAX) // _ROUND + 1) * _ROUND
