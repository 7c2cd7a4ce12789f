"""The register of all commands, joined from the registers of the nouns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from kezek.domain.account import register as account
from kezek.domain.account.actor import Actor
from kezek.domain.booking import register as booking
from kezek.domain.calendar import register as calendar
from kezek.domain.kernel.decision import Decision
from kezek.domain.kernel.facts import Facts
from kezek.domain.kernel.instant import Moment
from kezek.domain.kernel.refusal import Reason, Refused
from kezek.domain.network import register as network
from kezek.domain.recovery import register as recovery
from kezek.domain.regulation.regulations import Regulations
from kezek.domain.rule import CommandRule, DueRow
from kezek.domain.turn import register as turn


class Command(Protocol):
    """The fields of every command: an idempotency key (empty for the timer's) and the actor."""

    @property
    def key(self) -> str: ...

    @property
    def actor(self) -> Actor: ...


RULES: Mapping[type[Any], CommandRule] = {
    **account.RULES,
    **network.RULES,
    **calendar.RULES,
    **booking.RULES,
    **turn.RULES,
    **recovery.RULES,
}
# Rows that time alone makes due, by kind, in the order in which the timer sends their commands.
DUE: Mapping[type[Any], DueRow] = {due.kind: due for due in booking.DUE}
UPKEEP = network.UPKEEP


def decide(facts: Facts, command: Command, rules: Regulations, now: Moment) -> Decision:
    """A command's decision; an unknown command is our own mistake."""
    rule = RULES[type(command)]
    if facts.withheld and rule.numbering:
        return Refused(Reason.NUMBERS_WITHHELD, {})
    return rule.decide(facts, command, rules, now)
