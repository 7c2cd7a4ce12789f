"""Releasing a vehicle that somebody else has booked, when an officer has seen its papers."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum

from kezek.domain.account.account import Account
from kezek.domain.account.actor import IN_CHARGE, Actor
from kezek.domain.booking.change import ended
from kezek.domain.booking.context import BookingContext, forbidden, guards, load_context
from kezek.domain.booking.transition import Verb
from kezek.domain.kernel.decision import Accepted, Decision
from kezek.domain.kernel.event import Event, EventKind
from kezek.domain.kernel.facts import Facts
from kezek.domain.kernel.instant import Instant, Moment
from kezek.domain.kernel.refusal import Reason, Refused
from kezek.domain.kernel.value import value
from kezek.domain.regulation.regulations import Regulations


class ReleaseCause(StrEnum):
    """The papers that the officer has seen."""

    REGISTRATION_SHOWN = "registration_shown"
    SOLD_VEHICLE = "sold_vehicle"
    FALSE_PLATE = "false_plate"


@value(frozen=True, slots=True)
class Release:
    """An officer or the agency frees a vehicle; the lost claim counts against the booking's account."""

    key: str
    actor: Actor
    number: int
    cause: str
    delay: Instant = 0


def decide_release(facts: Facts, command: Release, rules: Regulations, now: Moment) -> Decision:
    """The end of the blocking booking, so that blocking a rival's plate does not pay."""

    def wrong(at: BookingContext) -> Refused | None:
        places = (at.line.checkpoint, at.line.authority)
        if not guards(command.actor, at) and not command.actor.may(IN_CHARGE, *places):
            return forbidden(at)
        if command.cause not in frozenset(ReleaseCause):
            return Refused(Reason.REASON_MISSING, {"field": "cause"})
        return None

    at = load_context(facts, command.number, Verb.RELEASE, rules, now.at, wrong)
    if isinstance(at, Refused):
        return at
    holder = at.booking.holder
    event = Event(
        EventKind.RELEASED,
        at.line.id,
        command.number,
        {"cause": command.cause, "holder": holder},
    )
    done = ended(facts, at, "released", event, now.at, back_at=now.at + command.delay)
    account = facts.get(Account, holder) if holder else None
    if account is None:
        return done
    counted = replace(account, claims_lost=account.claims_lost + 1)
    return Accepted(done.events, (*done.puts, counted), done.drops, done.outcome)
