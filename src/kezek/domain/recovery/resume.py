"""Going on with a log that is shorter than one of its published heads.

Events after the database's end are lost, and with them bookings, accounts and keys whose numbers people
hold.  Their count is unknown, but each was at least one event, so numbers go on far above the size of
the newest known head.  Until an operator decides that the log goes on like this, no number is given out.
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

# Counters whose numbers people hold.
NUMBERED = ("account", "api_key", "booking")
# The counter with the instant of the newest head that an operator has given up.
GIVEN_UP = "log_given_up"
# The counter of skipped booking numbers, so that a missing booking still shows in an audit.
SKIPPED = "booking_skipped"
# Ours: more commands than a server decides in the minute between two heads.
_UNSEEN_MAX = 400_000
# Numbers go on behind a round one, so that the gap is easy to see.
_ROUND = 1_000_000


@value(frozen=True, slots=True)
class ContinueLog:
    """Continue the log from this database.  `head`, `size` and `at` are those of the newest published
    head that it lacks.
    """

    key: str
    actor: Actor
    head: int
    size: int
    at: Instant


def decide_continue(
    facts: Facts, command: ContinueLog, _rules: Regulations, _now: Moment
) -> Decision:
    """Counters above all numbers that may have been given out; deciding it twice changes nothing."""
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
    # Codes get another shift, so a number that was given out twice after all has two codes.
    gone = ((Counter, CODE_SHIFT),) if facts.get(Counter, CODE_SHIFT) else ()
    return Accepted((event,), (*counters, Counter(GIVEN_UP, command.at)), gone, body)


def led_on(last: Mapping[str, int], size: int) -> dict[str, int]:
    """The new values of counters by name, for a log of at least `size` events; `last` are their known
    values.
    """
    led = {name: passed(last.get(name, 0), size) for name in NUMBERED}
    skipped = led["booking"] - last.get("booking", 0)
    return led | {SKIPPED: last.get(SKIPPED, 0) + skipped}


def passed(last: int, size: int) -> int:
    """The number after which to go on."""
    return ((max(last, size) + _UNSEEN_MAX) // _ROUND + 1) * _ROUND
