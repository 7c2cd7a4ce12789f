"""Steps that await a second person at a line: proposals, and calls out of turn that were made."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from kezek.app.checkpoint.checkpoint import ServedLine
from kezek.app.checkpoint.right import may_call
from kezek.app.port import Reader
from kezek.domain.account.actor import Actor
from kezek.domain.booking.booking import Booking
from kezek.domain.booking.proposal import proposal_of
from kezek.domain.booking.status import Status, status_of
from kezek.domain.booking.transition import Verb
from kezek.domain.kernel.event import EventKind
from kezek.domain.kernel.instant import Instant
from kezek.domain.turn.approve import call_proposed, second_person


@dataclass(frozen=True, slots=True)
class AwaitedStep:
    """A step that one person (`by`, an account) has proposed or made with a `cause`, since an instant.

    `made` says that it is a call out of turn that was made and awaits approval; otherwise the step is
    only proposed.  `status` is the truck's status now.
    """

    booking: Booking
    status: Status
    verb: Verb
    cause: str
    by: int
    since: Instant
    made: bool


def awaited_of(reader: Reader, served: ServedLine, now: Instant) -> list[AwaitedStep]:
    """All steps that await a second person at a line, the oldest first."""
    line = served.line.id
    numbers = list(dict.fromkeys((*reader.awaiting(line), *reader.proposed(line))))
    found: list[AwaitedStep] = []
    for booking in reader.many(Booking, numbers).values():
        found += _of(reader, booking, status_of(booking, served.of(booking, now), now))
    return sorted(found, key=lambda one: (one.since, one.booking.number))


def may_answer(one: AwaitedStep, actor: Actor, served: ServedLine) -> bool:
    """Whether an actor may be the second person; the rules check it again."""
    return one.by != actor.account and second_person(actor, served.line, made=one.made)


def answer_of(one: AwaitedStep, actor: Actor, served: ServedLine) -> str:
    """How an actor agrees: `approve`, `call`, or empty where the actor cannot (yet)."""
    if not may_answer(one, actor, served):
        return ""
    if one.made or one.verb is not Verb.CALL:
        return "approve"
    # A proposed call is approved by making it, at the gate.
    calls = may_call(actor, served.checkpoint.id)
    return "call" if calls and one.status is Status.ARRIVED else ""


def _of(reader: Reader, booking: Booking, status: Status) -> Iterator[AwaitedStep]:
    cause, by = booking.exception_cause, booking.exception_by
    if booking.exception == "awaiting":
        since = _last(reader, booking, EventKind.CALLED_OUT_OF_TURN)
        yield AwaitedStep(booking, status, Verb.CALL, cause, by, since, made=True)
    if call_proposed(booking, status):
        since = _last(reader, booking, EventKind.EXCEPTION_APPROVED)
        yield AwaitedStep(booking, status, Verb.CALL, cause, by, since, made=False)
    said = proposal_of(booking, status)
    if said is not None:
        yield AwaitedStep(booking, status, said.verb, said.cause, said.by, said.at, made=False)


def _last(reader: Reader, booking: Booking, kind: EventKind) -> Instant:
    """The instant of the proposal, from the log; the row has only its account and cause."""
    return max((e.at for e in reader.history(booking.number) if e.kind == kind), default=0)
