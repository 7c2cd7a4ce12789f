"""Steps that need two people: proposed by one, approved or refused by another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from enum import StrEnum

from kezek.domain.account.actor import AT_THE_GATE, IN_CHARGE, Actor
from kezek.domain.booking.booking import Booking
from kezek.domain.booking.change import ChangeCause, ended
from kezek.domain.booking.context import (
    BookingContext,
    forbidden,
    load_context,
    serves,
)
from kezek.domain.booking.lapse import missed
from kezek.domain.booking.proposal import Proposal, needs_two, proposal_of, written
from kezek.domain.booking.status import Status
from kezek.domain.booking.transition import Verb
from kezek.domain.checkpoint.checkpoint import Line
from kezek.domain.kernel.decision import Accepted, Decision
from kezek.domain.kernel.event import Event, EventKind
from kezek.domain.kernel.facts import Facts, Row
from kezek.domain.kernel.instant import Instant, Moment
from kezek.domain.kernel.refusal import Reason, Refused
from kezek.domain.kernel.value import added, value
from kezek.domain.regulation.regulations import Regulations
from kezek.domain.turn.call import ExceptionCause
from kezek.domain.turn.gate import MissCause, TurnBackCause, call_missed, ran_out, turned_back
from kezek.domain.turn.undo import step_of

# The verbs that may be proposed, each with its published causes.
CAUSES: Mapping[str, frozenset[str]] = {
    Verb.CALL: frozenset(ExceptionCause),
    Verb.MISS: frozenset(MissCause),
    Verb.TURN_BACK: frozenset(TurnBackCause),
    Verb.CANCEL: frozenset(ChangeCause),
}
TO_BE_CALLED = frozenset({Status.CONFIRMED, Status.LATE, Status.DISPLACED, Status.ARRIVED})


class RefusalCause(StrEnum):
    """Why a second person does not agree."""

    NOT_PROVEN = "not_proven"
    NOT_FOUNDED = "not_founded"
    NO_LONGER_NEEDED = "no_longer_needed"
    BY_MISTAKE = "by_mistake"


@value(frozen=True, slots=True)
class Propose:
    """Propose a step that needs two people.

    `verb` is `call` (out of turn), `miss`, `turn_back` or `cancel`.
    """

    key: str
    actor: Actor
    number: int
    verb: str
    cause: str


@value(frozen=True, slots=True)
class Approve:
    """Approve, as the second person, a call out of turn that was made or a proposed step.

    Where both exist, `verb` chooses: `call`, or the proposed step; if it is empty, the call comes first.
    With a `cause` this is the older form of proposing a call out of turn.
    """

    key: str
    actor: Actor
    number: int
    cause: str = ""
    verb: str = added("")
    delay: Instant = 0


@value(frozen=True, slots=True)
class Refuse:
    """Refuse as the second person, for a published cause; `verb` is that of `Approve`."""

    key: str
    actor: Actor
    number: int
    cause: str
    verb: str = ""


def decide_propose(facts: Facts, command: Propose, rules: Regulations, now: Moment) -> Decision:
    """The booking with its proposal; the truck keeps its place until a second person agrees."""
    actor = command.actor

    def wrong(at: BookingContext) -> Refused | None:
        # A clerk may propose a cancellation, because drivers also tell clerks that they want to leave.
        # The other steps need somebody who sees the gate.
        asks = (
            serves(actor, at.line)
            if command.verb == Verb.CANCEL
            else second_person(actor, at.line, made=False)
        )
        if not asks:
            return forbidden(at)
        known = command.cause in CAUSES.get(command.verb, ())
        return None if known else Refused(Reason.REASON_MISSING, {"field": "cause"})

    at = load_context(facts, command.number, Verb.PROPOSE, rules, now.at, wrong)
    if isinstance(at, Refused):
        return at
    if command.verb == Verb.CALL:
        return _call_proposed(at, actor, command.cause)
    verb = Verb(command.verb)
    if verb is Verb.MISS and call_missed(at):
        return ran_out(at)
    if not needs_two(verb, at.booking, at.status):
        return Refused(
            Reason.WRONG_STATUS, {"number": command.number, "status": at.status, "verb": verb}
        )
    if proposal_of(at.booking, at.status) is not None:
        return Refused(Reason.PROPOSED_ALREADY, {"number": command.number})
    asked = Proposal(verb, command.cause, actor.account, now.at)
    row: Row = replace(at.booking, proposal=written(asked))
    body = {"verb": verb, "cause": command.cause}
    event = Event(EventKind.PROPOSED, at.line.id, command.number, body)
    return Accepted((event,), (row,), outcome={"number": command.number, "exception": "proposed"})


def _call_proposed(at: BookingContext, actor: Actor, cause: str) -> Decision:
    """A proposed call out of turn, which is for trucks that were not called yet."""
    number, booking = at.booking.number, at.booking
    if at.status not in TO_BE_CALLED:
        return Refused(
            Reason.WRONG_STATUS, {"number": number, "status": at.status, "verb": Verb.CALL}
        )
    if booking.exception in ("awaiting", "proposed"):
        return Refused(Reason.PROPOSED_ALREADY, {"number": number})
    return _decided(at, "proposed", actor.account, cause)


def decide_approve(facts: Facts, command: Approve, rules: Regulations, now: Moment) -> Decision:
    """The approved step; the second person is never the first one."""
    actor = command.actor

    def wrong(at: BookingContext) -> Refused | None:
        if not _may_answer(actor, at, command.verb):
            return forbidden(at)
        if command.cause and command.cause not in frozenset(ExceptionCause):
            # The cause goes into the log, so only published words may.
            return Refused(Reason.REASON_MISSING, {"field": "cause"})
        return None

    at = load_context(facts, command.number, Verb.APPROVE, rules, now.at, wrong)
    if isinstance(at, Refused):
        return at
    booking = at.booking
    if _of_call(booking.exception, command.verb):
        if booking.exception_by == actor.account:
            return Refused(Reason.SAME_APPROVER, {"number": command.number})
        return _decided(at, "approved", booking.exception_by, booking.exception_cause)
    proposal = proposal_of(booking, at.status)
    if proposal is not None and command.verb in ("", proposal.verb) and not command.cause:
        if proposal.by == actor.account:
            return Refused(Reason.SAME_APPROVER, {"number": command.number})
        return _set_aside(facts, at, proposal, command, now)
    if command.cause:
        return _call_proposed(at, actor, command.cause)
    return Refused(Reason.NOTHING_TO_APPROVE, {"number": command.number})


def _of_call(exception: str, verb: str) -> bool:
    """Whether the answer is to a call out of turn that was made already."""
    return exception == "awaiting" and verb in ("", Verb.CALL)


def _may_answer(actor: Actor, at: BookingContext, verb: str) -> bool:
    return second_person(actor, at.line, made=_of_call(at.booking.exception, verb))


def second_person(actor: Actor, line: Line, *, made: bool) -> bool:
    """Whether the actor may be one of the two: somebody in charge of the post or one of its officers.

    A call out of turn that was `made` already may be judged only by somebody in charge.
    """
    charge = actor.may(IN_CHARGE, line.checkpoint, line.authority)
    return charge or (not made and actor.may(AT_THE_GATE, line.checkpoint))


def call_proposed(booking: Booking, status: Status) -> bool:
    """Whether a call out of turn is proposed for a truck that was not called yet."""
    return booking.exception == "proposed" and status in TO_BE_CALLED


def _decided(at: BookingContext, state: str, by: int, cause: str) -> Accepted:
    row: Row = replace(at.booking, exception=state, exception_cause=cause, exception_by=by)
    event = Event(
        EventKind.EXCEPTION_APPROVED,
        at.line.id,
        at.booking.number,
        {"exception": state, "cause": cause},
    )
    return Accepted((event,), (row,), outcome={"number": at.booking.number, "exception": state})


def _set_aside(
    facts: Facts, at: BookingContext, proposal: Proposal, command: Approve, now: Moment
) -> Accepted:
    """The step that two people have agreed on, with an event for the public count."""
    number, verb = command.number, proposal.verb
    agreed = replace(at, booking=replace(at.booking, proposal=""))
    if verb is Verb.MISS:
        done = missed(facts, agreed, now.at, step_of(at.booking, verb, command.actor, now))
    elif verb is Verb.TURN_BACK:
        done = turned_back(facts, agreed, command.actor, proposal.cause, now)
    else:
        body = {"from": at.status, "cause": proposal.cause}
        event = Event(EventKind.CANCELLED, at.line.id, number, body)
        done = ended(facts, agreed, "cancelled", event, now.at, back_at=now.at + command.delay)
    body = {"verb": verb, "cause": proposal.cause}
    counted = Event(EventKind.SET_ASIDE, at.line.id, number, body)
    outcome = {**done.outcome, "exception": "approved", "verb": verb}
    return Accepted((counted, *done.events), done.puts, done.drops, outcome)


def decide_refuse(facts: Facts, command: Refuse, rules: Regulations, now: Moment) -> Decision:
    """The booking without its proposal; a call that was made stays, and is refused in public."""
    actor = command.actor

    def wrong(at: BookingContext) -> Refused | None:
        if not _may_answer(actor, at, command.verb):
            return forbidden(at)
        known = command.cause in frozenset(RefusalCause)
        return None if known else Refused(Reason.REASON_MISSING, {"field": "cause"})

    at = load_context(facts, command.number, Verb.REFUSE, rules, now.at, wrong)
    if isinstance(at, Refused):
        return at
    booking, verb = at.booking, command.verb
    if _of_call(booking.exception, verb):
        if booking.exception_by == actor.account:
            return Refused(Reason.SAME_APPROVER, {"number": command.number})
        refused = replace(booking, exception="refused")
        return _no(at, EventKind.EXCEPTION_REFUSED, refused, Verb.CALL, command.cause)
    proposal = proposal_of(booking, at.status)
    if proposal is not None and verb in ("", proposal.verb):
        gone = replace(booking, proposal="")
        return _no(at, EventKind.PROPOSAL_REFUSED, gone, proposal.verb, command.cause)
    if call_proposed(booking, at.status) and verb in ("", Verb.CALL):
        gone = replace(booking, exception="", exception_cause="", exception_by=0)
        return _no(at, EventKind.PROPOSAL_REFUSED, gone, Verb.CALL, command.cause)
    return Refused(Reason.NOTHING_TO_APPROVE, {"number": command.number})


def _no(at: BookingContext, kind: EventKind, row: Row, verb: Verb, cause: str) -> Accepted:
    number = at.booking.number
    event = Event(kind, at.line.id, number, {"verb": verb, "cause": cause})
    return Accepted((event,), (row,), outcome={"number": number, "exception": "refused"})
