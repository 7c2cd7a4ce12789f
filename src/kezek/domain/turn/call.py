"""The call to the gate: of the next truck by rule, or of another with a cause and two people."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum

from kezek.domain.account.actor import AT_THE_GATE, Actor
from kezek.domain.booking.booking import Booking
from kezek.domain.booking.context import BookingContext, load_context
from kezek.domain.booking.status import settled
from kezek.domain.booking.transition import Verb
from kezek.domain.checkpoint.checkpoint import Line
from kezek.domain.kernel.decision import Accepted, Decision
from kezek.domain.kernel.event import Event, EventKind
from kezek.domain.kernel.facts import Facts
from kezek.domain.kernel.instant import Moment
from kezek.domain.kernel.refusal import Fact, Reason, Refused
from kezek.domain.kernel.value import added, value
from kezek.domain.regulation.regulations import Regulations
from kezek.domain.slot.place import closed_today
from kezek.domain.turn.order import QueueEntry, turn_of
from kezek.domain.turn.undo import EXCEPTION, step_of
from kezek.domain.turn.waiting import present, waiting


class ExceptionCause(StrEnum):
    """Published causes of a call out of turn."""

    PERISHABLE = "perishable"
    LIVE_ANIMALS = "live_animals"
    DANGEROUS_GOODS = "dangerous_goods"
    MEDICAL = "medical"
    HUMANITARIAN = "humanitarian"
    STATE_ORDER = "state_order"
    WRONGED = "wronged"


@value(frozen=True, slots=True)
class Call:
    """Call the next of the line (`number` 0), or one booking; out of turn only with a `cause`.

    `despite_closure` confirms that the officer knows that the day is closed.
    """

    key: str
    actor: Actor
    line: str
    number: int = 0
    cause: str = ""
    despite_closure: bool = added(default=False)


def decide_call(facts: Facts, command: Call, rules: Regulations, now: Moment) -> Decision:
    """The call of the next truck by the published rule, or a call out of turn."""
    line = facts.get(Line, command.line)
    if line is None:
        return Refused(Reason.LINE_UNKNOWN, {"line": command.line})
    if not command.actor.may(AT_THE_GATE, line.checkpoint):
        return Refused(Reason.NOT_ALLOWED, {"line": line.id})
    entries = waiting(present(facts, line), line, rules.at(line, now.at), now.at)
    head = entries[0] if entries and entries[0].open else None
    if command.number and (head is None or head.turn.number != command.number):
        return _out_of_turn(facts, command, head, rules, now)
    if head is None:
        if entries:
            return Refused(Reason.WINDOW_NOT_OPEN, {"opens": entries[0].turn.window})
        return Refused(Reason.NOBODY_TO_CALL, {"line": line.id})
    at = load_context(facts, head.turn.number, Verb.CALL, rules, now.at)
    assert isinstance(at, BookingContext), "whoever waits can be called"
    closed = closed_today(facts, line, now.at)
    if closed and not command.despite_closure:
        return closed
    # The event holds every number that the later order depends on, so that anybody can compute it.
    until = now.at + at.regulation.call_for
    body: dict[str, Fact] = {"until": until, "cursor": head.cursor, "round": head.in_round}
    # A call in turn makes a proposed call out of turn needless.
    ends = at.booking.exception == "proposed"
    none = {"exception": "", "exception_cause": "", "exception_by": 0} if ends else {}
    closed_proposal: dict[str, Fact] = {"proposal": "ended"} if ends else {}
    event = Event(
        EventKind.CALLED, line.id, at.booking.number, body | closed_proposal | _knowing(closed)
    )
    moved = replace(line, cursor=head.cursor, round=head.in_round)
    more = EXCEPTION if ends else ()
    step = step_of(at.booking, Verb.CALL, command.actor, now, moved=(line, moved), more=more)
    called = _called(at, now, step, **none)
    return Accepted((event,), (called, moved), outcome=_outcome(at, now) | closed_proposal)


def _knowing(closed: Refused | None) -> dict[str, Fact]:
    """The event's field for a step on a closed day."""
    return {"despite_closure": 1} if closed else {}


def _called(at: BookingContext, now: Moment, step: str, **exception: object) -> Booking:
    until = now.at + at.regulation.call_for
    # An answer to an earlier call does not count for this one.
    return at.after(
        called_at=now.at, call_until=until, acknowledged_at=None, step=step, **exception
    )


def _unfounded(cause: str) -> Refused | None:
    """The refusal of an unpublished cause.  Causes go into the log, so free text may not."""
    if cause and cause not in frozenset(ExceptionCause):
        return Refused(Reason.REASON_MISSING, {"field": "cause"})
    return None


def _outcome(at: BookingContext, now: Moment) -> dict[str, str | int | None]:
    return {
        "number": at.booking.number,
        "code": at.booking.code,
        "line": at.line.id,
        "until": now.at + at.regulation.call_for,
    }


def _out_of_turn(
    facts: Facts, command: Call, head: QueueEntry | None, rules: Regulations, now: Moment
) -> Decision:
    def wrong(at: BookingContext) -> Refused | None:
        if at.line.id != command.line:
            return Refused(Reason.BOOKING_UNKNOWN, {"number": command.number, "line": at.line.id})
        return _unfounded(command.cause)

    at = load_context(facts, command.number, Verb.CALL, rules, now.at, wrong)
    if isinstance(at, Refused):
        return at
    booking, actor = at.booking, command.actor
    proposed = booking.exception == "proposed"
    if not proposed and not command.cause:
        opens = turn_of(settled(booking, at.regulation, now.at)).window
        if opens > now.at:
            return Refused(Reason.WINDOW_NOT_OPEN, {"opens": opens})
        following = head.turn.number if head else None
        return Refused(Reason.OUT_OF_TURN, {"number": command.number, "next": following})
    closed = closed_today(facts, at.line, now.at)
    if closed and not command.despite_closure:
        return closed
    # Two people agree on the cause that the first of them named.  A further call out of turn neither
    # changes the cause that awaits approval nor lets the first person approve it.
    awaiting = booking.exception == "awaiting"
    cause = booking.exception_cause if proposed or awaiting else command.cause
    agreed = proposed and booking.exception_by != actor.account
    state = "approved" if agreed else "awaiting"
    until = now.at + at.regulation.call_for
    body: dict[str, Fact] = {"cause": cause, "exception": state, "until": until}
    body |= _knowing(closed)
    event = Event(EventKind.CALLED_OUT_OF_TURN, at.line.id, booking.number, body)
    by = booking.exception_by if agreed or awaiting else actor.account
    more = () if awaiting else EXCEPTION
    step = step_of(booking, Verb.CALL, actor, now, more=more)
    called = _called(at, now, step, exception=state, exception_cause=cause, exception_by=by)
    return Accepted((event,), (called,), outcome=_outcome(at, now) | {"exception": state})
