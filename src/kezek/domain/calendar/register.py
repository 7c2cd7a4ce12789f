"""The commands of a calendar, each with its decider and the rows that it needs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kezek.domain.calendar.capacity import CloseDay, OpenDay, SetCapacity, decide_calendar
from kezek.domain.checkpoint.checkpoint import Line
from kezek.domain.kernel.facts import Ref
from kezek.domain.rule import CommandRule
from kezek.domain.slot.slot import Day


def _day(command: SetCapacity | CloseDay | OpenDay) -> tuple[Ref, ...]:
    return ((Line, command.line), (Day, (command.line, command.on)))


RULES: Mapping[type[Any], CommandRule] = {
    command: CommandRule(decide_calendar, _day) for command in (SetCapacity, CloseDay, OpenDay)
}
