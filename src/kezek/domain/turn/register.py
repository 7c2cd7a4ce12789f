"""The commands of the line, each with its decider and the rows that it needs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kezek.domain.booking.booking import Booking
from kezek.domain.booking.claim import holder
from kezek.domain.booking.register import (
    NUMBERS,
    of_booking,
    of_number,
    only_booking,
    vehicle_claims,
)
from kezek.domain.checkpoint.checkpoint import Line
from kezek.domain.kernel.facts import Facts, Ref
from kezek.domain.regulation.regulations import Regulations
from kezek.domain.rule import CommandRule
from kezek.domain.turn.acknowledge import Acknowledge, decide_acknowledge
from kezek.domain.turn.approve import (
    Approve,
    Propose,
    Refuse,
    decide_approve,
    decide_propose,
    decide_refuse,
)
from kezek.domain.turn.arrive import Arrive, WalkIn, decide_arrive, decide_walk_in
from kezek.domain.turn.call import Call, decide_call
from kezek.domain.turn.gate import (
    Admit,
    Cross,
    Miss,
    TurnBack,
    decide_admit,
    decide_cross,
    decide_miss,
    decide_turn_back,
)
from kezek.domain.turn.undo import Undo, decide_undo


def _here(command: Arrive) -> tuple[Ref, ...]:
    line = ((Line, command.line),) if command.line else ()
    return (*of_number(command), *line)


def _walk_in(command: WalkIn) -> tuple[Ref, ...]:
    return ((Line, command.line), *NUMBERS)


def _claims_and_line(command: WalkIn, facts: Facts, rules: Regulations) -> list[Ref]:
    line = facts.get(Line, command.line)
    if line is None:
        return []
    claims = vehicle_claims(line.authority, command.vehicle, rules.known.plates)
    return [*claims, *_waiting(facts, line.id)]


def _called(command: Call) -> tuple[Ref, ...]:
    number = of_number(command) if command.number else ()
    return (*number, (Line, command.line))


def _line_of_call(command: Call, facts: Facts, rules: Regulations) -> list[Ref]:
    named = of_booking(command, facts, rules) if command.number else []
    return [*named, *_waiting(facts, command.line)]


def _whole_line(command: Call, facts: Facts) -> list[Ref]:
    """All waiting bookings, because a call is decided over the whole line."""
    named = only_booking(command, facts) if command.number else ()
    return [*named, *_waiting(facts, command.line)]


def _waiting(facts: Facts, line: str) -> list[Ref]:
    return [(Booking, number) for number in facts.present(line)]


def _step(decide: Any) -> CommandRule:
    """The rule of a step of one booking."""
    return CommandRule(decide, of_number, of_booking, settles=only_booking)


RULES: Mapping[type[Any], CommandRule] = {
    Arrive: CommandRule(decide_arrive, _here, of_booking, settles=only_booking),
    WalkIn: CommandRule(decide_walk_in, _walk_in, _claims_and_line, held_by=holder, numbering=True),
    Call: CommandRule(decide_call, _called, _line_of_call, settles=_whole_line),
    Propose: _step(decide_propose),
    Approve: _step(decide_approve),
    Refuse: _step(decide_refuse),
    Acknowledge: _step(decide_acknowledge),
    Admit: _step(decide_admit),
    Cross: _step(decide_cross),
    TurnBack: _step(decide_turn_back),
    # Not settled first: the rule itself judges what time has changed.
    Miss: CommandRule(decide_miss, of_number, of_booking),
    Undo: CommandRule(decide_undo, of_number, of_booking, settles=only_booking, held_by=holder),
}
