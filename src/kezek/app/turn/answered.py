"""Recent answers for the officers of a line: refused or withdrawn proposals, and calls that ran out.

The officer who proposed a step sees that a second person refused it, and everybody on shift sees that a
called truck has lost its place.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from kezek.app.account.roster import account_of
from kezek.app.port import Reader
from kezek.domain.booking.booking import Booking
from kezek.domain.booking.transition import Verb
from kezek.domain.kernel.event import EventKind, Logged
from kezek.domain.kernel.instant import HOUR, MINUTE, Instant

LATELY = 12 * HOUR  # a shift
HEARD_FOR = 30 * MINUTE  # how long a refusal stays on top of the proposer's console
_ANSWERS = (EventKind.PROPOSAL_REFUSED, EventKind.EXCEPTION_REFUSED)
_ENDS = (EventKind.MISSED, EventKind.NOT_SHOWN)


class Became(StrEnum):
    """The answer: refused by a second person, withdrawn by the first one, or run out."""

    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    RAN_OUT = "ran_out"


@dataclass(frozen=True, slots=True)
class AnsweredStep:
    """The answer to a step (`verb`) of a booking at an instant.

    `made` says that the step was a call out of turn that was made already.  `cause` is the refusal's,
    `by` the account that refused and `asked_by` the one that had proposed, 0 for time alone.
    `asked_again` says that the same step was proposed again since.
    """

    booking: Booking
    at: Instant
    became: Became
    verb: Verb
    made: bool
    cause: str = ""
    by: int = 0
    asked_by: int = 0
    asked_again: bool = False


def answered_of(reader: Reader, line: str, now: Instant) -> list[AnsweredStep]:
    """All of the last shift at a line, the newest first."""
    events = [
        event
        for kind in (*_ANSWERS, *_ENDS)
        for event in reader.of_kind(line, kind, now - LATELY)
        if kind in _ANSWERS or _ran_out(event)
    ]
    bookings = reader.many(Booking, sorted({event.number for event in events}))
    newest = sorted(events, key=lambda e: (e.at, e.position), reverse=True)
    return [_answered(reader, event, bookings[event.number]) for event in newest]


def heard(answered: Iterable[AnsweredStep], account: int, now: Instant) -> list[AnsweredStep]:
    """An account's proposals that somebody else has refused a short while ago.

    A refusal is left out once the same step was proposed again or the truck is gone.  Calls out of turn
    that were made stay, because they are often judged after the truck has left.
    """
    return [
        one
        for one in answered
        if one.became is Became.REFUSED
        and one.asked_by == account
        and one.at >= now - HEARD_FOR
        and not one.asked_again
        and (one.made or one.booking.ended_at is None)
    ]


def marked(
    answered: Iterable[AnsweredStep], bookings: Mapping[int, Booking]
) -> dict[int, AnsweredStep | None]:
    """The answer to show for each truck in the line, by booking: the newest one since its step.

    None stands for a call out of turn that was refused longer ago, shown as long as the truck is there.
    """
    found: dict[int, AnsweredStep | None] = {
        number: None for number, booking in bookings.items() if booking.exception == "refused"
    }
    for one in reversed([*answered]):
        booking = bookings.get(one.booking.number)
        if booking is None or one.became is Became.WITHDRAWN:
            continue
        if one.made or one.at >= (booking.admitted_at or booking.called_at or 0):
            found[one.booking.number] = one
    return found


def _ran_out(event: Logged) -> bool:
    """Whether time alone has ended a call; a no-show without a call has missed none."""
    return event.actor == "timer" and "misses" in json.loads(event.body)


def _answered(reader: Reader, event: Logged, booking: Booking) -> AnsweredStep:
    if event.kind in _ENDS:
        return AnsweredStep(booking, event.at, Became.RAN_OUT, Verb.CALL, made=False)
    body, by = json.loads(event.body), account_of(event.actor)
    verb, made = Verb(body["verb"]), event.kind == EventKind.EXCEPTION_REFUSED
    asked = [one for one in reader.history(event.number) if _asks(one, verb)]
    # The answer belongs to the last proposal of this step before it.
    before = [one for one in asked if one.position < event.position]
    asked_by = account_of(before[-1].actor) if before else 0
    became = Became.WITHDRAWN if by == asked_by else Became.REFUSED
    again = len(before) < len(asked)
    return AnsweredStep(
        booking, event.at, became, verb, made, body["cause"], by, asked_by, asked_again=again
    )


def _asks(event: Logged, verb: Verb) -> bool:
    body = json.loads(event.body)
    if event.kind == EventKind.PROPOSED:
        return bool(body["verb"] == verb)
    if event.kind == EventKind.EXCEPTION_APPROVED:
        return verb is Verb.CALL and body["exception"] == "proposed"
    return verb is Verb.CALL and event.kind == EventKind.CALLED_OUT_OF_TURN
