"""The commands of a network, each with its decider, and the upkeep of calendars."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any, Protocol

from kezek.domain.account.actor import TIMER
from kezek.domain.checkpoint.checkpoint import Checkpoint, Line
from kezek.domain.checkpoint.place_name import PlaceName
from kezek.domain.kernel.facts import Ref
from kezek.domain.kernel.instant import HOUR, Instant, local_day
from kezek.domain.network.load import (
    ExtendCalendar,
    LoadNetwork,
    OpenLine,
    decide_extend,
    decide_load,
    decide_open_line,
)
from kezek.domain.regulation.regulations import Regulations
from kezek.domain.rule import CommandRule, Upkeep
from kezek.domain.slot.slot import Day


class CalendarSource(Protocol):
    """Committed lines and days."""

    def all(self, kind: type[Line]) -> Sequence[Line]:
        """Every line."""

    def days(self, line: str, first: str, last: str) -> Sequence[Day]:
        """Days of a line with ISO dates in [first, last]."""


def missing_days(found: CalendarSource, rules: Regulations, now: Instant) -> list[ExtendCalendar]:
    """A command for each missing day up to one day beyond the horizon, the nearest first."""
    missing: list[tuple[str, str]] = []
    for line in found.all(Line):
        today, horizon = local_day(now, line.zone), rules.at(line, now).horizon_days
        ahead = [(today + timedelta(days=n)).isoformat() for n in range(horizon + 2)]
        there = {day.on for day in found.days(line.id, ahead[0], ahead[-1])}
        missing += [(on, line.id) for on in ahead if on not in there]
    return [ExtendCalendar("", TIMER, line, on) for on, line in sorted(missing)]


def _line(command: ExtendCalendar) -> tuple[Ref, ...]:
    return ((Line, command.line),)


def _network(command: LoadNetwork) -> Iterator[Ref]:
    yield from ((Checkpoint, row.id) for row in command.checkpoints)
    yield from ((PlaceName, name.key) for name in command.names)
    yield from ((Line, plan.line.id) for plan in command.lines)


RULES: Mapping[type[Any], CommandRule] = {
    LoadNetwork: CommandRule(decide_load, _network),
    OpenLine: CommandRule(decide_open_line),
    ExtendCalendar: CommandRule(decide_extend, _line),
}
# Every hour: a day that the desk could not add is asked for again then.
UPKEEP = (Upkeep(HOUR, missing_days),)
