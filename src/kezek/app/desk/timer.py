"""The timer: hands the desk what time alone has made due."""

from __future__ import annotations

from datetime import timedelta

from kezek.app.checkpoint.checkpoint import Network
from kezek.app.port import Clock, Store
from kezek.domain.account.actor import TIMER
from kezek.domain.booking.lapse import GiveBack, Lapse
from kezek.domain.decide import Command
from kezek.domain.kernel.instant import DAY, HOUR, local_day, to_datetime
from kezek.domain.network.load import ExtendCalendar

AT_ONCE_MAX = 500
ANSWERS_KEPT_FOR = 8 * DAY


class Timer:
    """Knows what is due; whoever runs it submits the commands."""

    def __init__(self, store: Store, network: Network, clock: Clock) -> None:
        self._store, self._network, self._clock = store, network, clock
        self._looked: dict[str, int] = {}
        self._swept = 0

    def due(self) -> list[Command]:
        """Commands for all that is due now, at most 500 of a kind."""
        now = self._clock.now().at
        reader = self._store.reader
        lapses = [Lapse("", TIMER, n) for n in reader.due(now, AT_ONCE_MAX)]
        returns = [GiveBack("", TIMER, *key) for key in reader.returns_due(now, AT_ONCE_MAX)]
        return [*lapses, *returns, *self._calendar(now)]

    def _calendar(self, now: int) -> list[Command]:
        """One command for each day that is missing up to a day behind the horizon."""
        commands: list[Command] = []
        for post in self._network.posts().values():
            line, rules = post.line, post.regulation
            if line is None or rules is None:
                continue
            today = local_day(now, line.zone)
            # Looked at, not done: what the desk could not extend is asked for again in an hour.
            if self._looked.get(line.id) == now // HOUR:
                continue
            self._looked[line.id] = now // HOUR
            last = today + timedelta(days=rules.horizon_days + 1)
            days = {d.on for d in self._store.reader.days(line.id, today.isoformat(), str(last))}
            ahead = (today + timedelta(days=n) for n in range(rules.horizon_days + 2))
            commands += [
                ExtendCalendar("", TIMER, line.id, on.isoformat())
                for on in ahead
                if on.isoformat() not in days
            ]
        return commands

    def sweep(self) -> int:
        """Once an hour of real time: erase what is past its end date; rows erased."""
        now = self._clock.now()
        if now.real - self._swept < HOUR:
            return 0
        self._swept = now.real
        self._store.end_sessions(before=now.real)
        today = to_datetime(now.at).date().isoformat()
        return self._store.sweep(
            answers_before=now.real - ANSWERS_KEPT_FOR, particulars_before=today
        )
