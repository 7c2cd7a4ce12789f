"""The timer: commands for everything that time alone has made due."""

from __future__ import annotations

from collections import deque

from kezek.app.port import Clock, Store
from kezek.domain.decide import DUE, UPKEEP, Command
from kezek.domain.kernel.instant import DAY, HOUR, Instant, to_datetime
from kezek.domain.regulation.regulations import Regulations
from kezek.domain.rule import Upkeep

AT_ONCE_MAX = 500
# New days of all lines of a large network at once would delay bookings by seconds.
UPKEEP_AT_ONCE = 64
ANSWERS_KEPT_FOR = 8 * DAY


class Timer:
    """Lists what is due; its caller submits the commands."""

    def __init__(self, store: Store, rules: Regulations, clock: Clock) -> None:
        self._store, self._rules, self._clock = store, rules, clock
        self._looked: dict[Upkeep, Instant] = {}
        self._wanted: dict[Upkeep, deque[Command]] = {}
        self._swept = 0

    def due(self) -> list[Command]:
        """Commands for what is due now: at most 500 of a kind of row, and some of what is missing."""
        now, reader = self._clock.now().at, self._store.reader
        lapsed: list[Command] = [
            due.command(key)
            for due in DUE.values()
            for key in reader.due(due.kind, now, AT_ONCE_MAX)
        ]
        return [*lapsed, *self._missing(now)]

    def _missing(self, now: Instant) -> list[Command]:
        """A portion of the upkeep's commands.  Those that the desk could not do come again in the next
        span.
        """
        commands: list[Command] = []
        for upkeep in UPKEEP:
            span = now // upkeep.every
            if self._looked.get(upkeep) != span:
                self._wanted[upkeep] = deque(upkeep.missing(self._store.reader, self._rules, now))
                self._looked[upkeep] = span
            wanted = self._wanted[upkeep]
            commands += [wanted.popleft() for _ in range(min(len(wanted), UPKEEP_AT_ONCE))]
        return commands

    def sweep(self) -> int:
        """Erase rows past their end date, once in an hour of real time; the number of rows erased."""
        now = self._clock.now()
        if now.real - self._swept < HOUR:
            return 0
        self._swept = now.real
        self._store.end_sessions(before=now.real)
        today = to_datetime(now.at).date().isoformat()
        return self._store.sweep(
            answers_before=now.real - ANSWERS_KEPT_FOR, particulars_before=today
        )
