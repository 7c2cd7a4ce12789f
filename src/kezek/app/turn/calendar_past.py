"""A line's calendar as it was known at past moments.

A day that was changed later is assumed to have had the places of its nearest unchanged neighbour.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from kezek.app.checkpoint.checkpoint import ServedLine
from kezek.app.port import Reader
from kezek.app.turn.line_state import in_hours
from kezek.domain.calendar.capacity import CALENDAR_KINDS
from kezek.domain.kernel.event import Logged
from kezek.domain.kernel.instant import DAY, HOUR, Instant, local_day
from kezek.domain.slot.slot import Slot
from kezek.planning.question import HORIZON, HourCapacity


class CalendarPast:
    """A line's hours at past moments; `events` of its log, oldest first, hold the changes."""

    def __init__(self, reader: Reader, served: ServedLine, events: Sequence[Logged]) -> None:
        self._served, zone = served, served.line.zone
        first, last = (events[0].at, events[-1].at) if events else (0, 0)
        slots = reader.slots(served.line.id, first - DAY, last + HORIZON + DAY)
        self._days: dict[str, list[Slot]] = {}
        for slot in slots:
            self._days.setdefault(local_day(slot.start, zone).isoformat(), []).append(slot)
        days = reader.days(served.line.id, min(self._days, default=""), max(self._days, default=""))
        self._closed = {day.on for day in days if not day.open}
        self._changed = {
            str(json.loads(event.body)["day"]): event.at
            for event in events
            if event.kind in CALENDAR_KINDS
        }

    def hours(self, now: Instant) -> tuple[HourCapacity, ...]:
        """From the window that runs at a moment to its horizon."""
        found = []
        for on, slots in self._days.items():
            window = self._served.at(now, window=slots[0].start).window
            if slots[0].start >= now + HORIZON or slots[-1].start + window <= now:
                continue
            hidden = self._changed.get(on, 0) > now
            places = self._unchanged(on) if hidden else [slot.capacity for slot in slots]
            shut = on in self._closed and not hidden
            for slot, capacity in zip(slots, places, strict=False):
                found += in_hours(slot.start, 0 if shut else capacity, window=window)
        return tuple(hour for hour in found if now - HOUR < hour.start < now + HORIZON)

    def _unchanged(self, on: str) -> list[int]:
        """The places of the nearest day that nobody has changed."""
        plain = [day for day in self._days if day not in self._changed and day not in self._closed]
        days = sorted(self._days)
        near = min(plain, key=lambda day: abs(days.index(day) - days.index(on)), default=on)
        return [slot.capacity for slot in self._days[near]]
