"""Undo of an officer's last step: a new event, never a deletion."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace

from kezek.domain.account.actor import Actor
from kezek.domain.booking.booking import Booking, Claim, Particulars
from kezek.domain.booking.claim import free_claims
from kezek.domain.booking.context import forbidden, guards, load_context
from kezek.domain.booking.status import look_at
from kezek.domain.booking.transition import Verb
from kezek.domain.checkpoint.checkpoint import Line
from kezek.domain.kernel.decision import Accepted, Decision
from kezek.domain.kernel.event import Event, EventKind
from kezek.domain.kernel.facts import Facts, Row
from kezek.domain.kernel.instant import SECOND, Moment
from kezek.domain.kernel.refusal import Reason, Refused
from kezek.domain.kernel.value import value
from kezek.domain.regulation.regulations import Regulations

UNDO_FOR = 10 * SECOND
# The fields that each step of an officer changes, and that undoing it restores.  Restoring more would
# take back changes that somebody else has made to the booking since.
CHANGES: Mapping[Verb, tuple[str, ...]] = {
    Verb.ARRIVE: ("arrived_at", "joined_at", "joined_round"),
    Verb.CALL: ("called_at", "call_until", "acknowledged_at"),
    Verb.MISS: ("called_at", "call_until", "joined_at", "misses", "ended_at", "outcome"),
    Verb.ADMIT: ("admitted_at",),
    Verb.CROSS: ("ended_at", "outcome"),
    Verb.TURN_BACK: ("ended_at", "outcome"),
}


# Fields that a call out of turn also changes, unless it was proposed before.
EXCEPTION = ("exception", "exception_cause", "exception_by")


@value(frozen=True, slots=True)
class Undo:
    """Take back the last step of a booking, by the officer who made it, within ten real seconds."""

    key: str
    actor: Actor
    number: int


def step_of(
    booking: Booking,
    verb: Verb,
    actor: Actor,
    now: Moment,
    *,
    moved: tuple[Line, Line] | None = None,
    more: tuple[str, ...] = (),
) -> str:
    """The record of a step for its undo: JSON of verb, actor, real time and the facts before it.

    `moved` is the line before and after the step, where the step moved the cycle on.  `more` names
    fields that this step changes beyond those of its verb.
    """
    before = {name: getattr(booking, name) for name in (*CHANGES[verb], *more)}
    step = {"verb": verb, "by": actor.account, "real": now.real, "was": before}
    if moved:
        was, left = moved
        step |= {"cursor": was.cursor, "left": left.cursor}
        step |= {"round": was.round, "left_round": left.round}
    return json.dumps(step, separators=(",", ":"))


def decide_undo(facts: Facts, command: Undo, rules: Regulations, now: Moment) -> Decision:
    """The booking and the line with the facts from before the step."""
    at = load_context(
        facts,
        command.number,
        Verb.UNDO,
        rules,
        now.at,
        lambda at: None if guards(command.actor, at) else forbidden(at),
    )
    if isinstance(at, Refused):
        return at
    booking = at.booking
    if not booking.step:
        return Refused(Reason.NOTHING_TO_UNDO, {"number": command.number})
    step = json.loads(booking.step)
    if step["by"] != command.actor.account:
        return Refused(Reason.NOTHING_TO_UNDO, {"number": command.number})
    # A wall clock that was set back since must not give more time.
    if abs(now.real - step["real"]) > UNDO_FOR:
        return Refused(Reason.UNDO_TOO_LATE, {"seconds": UNDO_FOR // SECOND})
    rows: list[Row] = []
    if booking.ended_at is not None:
        claims = _claimed_again(facts, at.booking, at.line.authority)
        if isinstance(claims, Refused):
            return claims
        rows += claims
    was = replace(booking, step="", **step["was"])
    rows.append(replace(was, look_at=look_at(was, at.regulation)))
    line = _line_before(at.line, step)
    if line:
        rows.append(line)
    event = Event(EventKind.UNDONE, at.line.id, booking.number, {"verb": step["verb"]})
    return Accepted(
        (event,), tuple(rows), outcome={"number": booking.number, "undone": step["verb"]}
    )


def _line_before(line: Line, step: Mapping[str, int]) -> Line | None:
    """The line from before the step; None where the step moved no cycle, or a later call has.

    A later call keeps the cycle where it moved it.
    """
    # A step recorded by the release before has no round.
    left = step.get("left"), step.get("left_round", line.round)
    if left != (line.cursor, line.round):
        return None
    return replace(line, cursor=step["cursor"], round=step.get("round", line.round))


def _claimed_again(facts: Facts, booking: Booking, authority: str) -> list[Row] | Refused:
    who = facts.get(Particulars, booking.number)
    if who is None:
        return []
    found = free_claims(facts, authority, who, booking.number)
    if isinstance(found, Refused):
        return found
    return [Claim(*key, booking.number) for key in found]
