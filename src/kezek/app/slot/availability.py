"""Free places, computed in bulk and kept per line until something touches it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from kezek.app.checkpoint.checkpoint import ServedLine
from kezek.app.feed.change_feed import ChangeFeed
from kezek.app.port import Store
from kezek.domain.checkpoint.checkpoint import Line
from kezek.domain.kernel.instant import HOUR, Instant, day_start, local_day
from kezek.domain.regulation.regulation import ClassRule, Pool, Regulation, VehicleClass
from kezek.domain.slot.place import class_left
from kezek.domain.slot.slot import Day, Slot


@dataclass(frozen=True, slots=True)
class HourPlaces:
    """A window and the places in it: for the in-turn class, and for the kept pool."""

    start: Instant
    capacity: int
    ordinary: int
    kept: int


@dataclass(frozen=True, slots=True)
class LocalDay:
    """A local day of a line.

    `state` is open, full (no ordinary place), or closed.  `ordinary` and `kept` are places that can be
    booked now, in windows that are not over.  `basis` is board, assumed, ours or agency.
    """

    on: date
    state: str
    capacity: int
    ordinary: int
    kept: int
    basis: str
    reason: str
    walk_ins: int
    hours: tuple[HourPlaces, ...]

    def left(self, rule: ClassRule) -> int:
        """Places for a class of the regulation on this day."""
        return self.ordinary if rule.pool is Pool.ORDINARY else self.kept


@dataclass(frozen=True, slots=True)
class LinePlaces:
    """All bookable days of a line, from today to the horizon, as of a version of the line."""

    line: str
    version: int
    hour: Instant
    days: tuple[LocalDay, ...]

    @property
    def today(self) -> LocalDay | None:
        return self.days[0] if self.days else None

    @property
    def next_free(self) -> LocalDay | None:
        """The first day with an ordinary place."""
        return next((day for day in self.days if day.ordinary > 0), None)

    def first_free(self, *, kept: bool = False, but: Instant | None = None) -> HourPlaces | None:
        """The first window with a place, ordinary or in the kept pool; never `but`."""
        days = (day for day in self.days if day.state != "closed")
        hours = (hour for day in days for hour in day.hours if hour.start != but)
        return next((hour for hour in hours if (hour.kept if kept else hour.ordinary) > 0), None)

    def day(self, on: date) -> LocalDay | None:
        """One day, None outside the horizon."""
        return next((day for day in self.days if day.on == on), None)


class Availability:
    """Answers from memory; loads a line's days and slots after a change, or when the hour turns."""

    def __init__(self, store: Store, watch: ChangeFeed) -> None:
        self._store, self._watch = store, watch
        self._lines: dict[str, LinePlaces] = {}

    def of(self, served: ServedLine, now: Instant) -> LinePlaces:
        """The places of a line."""
        line, regulation = served.line, served.regulation
        # The version is read before the rows: news in between make the next call load again.
        version, hour = self._watch.version(line.id), now - now % HOUR
        kept = self._lines.get(line.id)
        if kept is None or kept.version != version or kept.hour != hour:
            days = self._load(line, regulation, now)
            kept = self._lines[line.id] = LinePlaces(line.id, version, hour, days)
        return kept

    def _load(self, line: Line, regulation: Regulation, now: Instant) -> tuple[LocalDay, ...]:
        today = local_day(now, line.zone)
        last = today + timedelta(days=regulation.horizon_days)
        reader = self._store.reader
        days = reader.days(line.id, today.isoformat(), last.isoformat())
        first, past = (day_start(on, line.zone) for on in (today, last + timedelta(days=1)))
        by_day: dict[str, list[Slot]] = {}
        for slot in reader.slots(line.id, first, past):
            by_day.setdefault(local_day(slot.start, line.zone).isoformat(), []).append(slot)
        return tuple(places_of(day, by_day.get(day.on, []), regulation, now) for day in days)


def places_of(day: Day, slots: list[Slot], regulation: Regulation, now: Instant) -> LocalDay:
    """What a driver can take of a day."""
    rule = regulation.classes[VehicleClass.IN_TURN]
    ordinary_left = class_left(day, rule) if day.open else 0
    kept_left = max(0, day.kept_left) if day.open else 0
    hours: list[HourPlaces] = []
    free = 0
    for slot in slots:
        here = slot.free if day.open and slot.start + regulation.window > now else 0
        here = max(0, here)
        free += here
        ordinary, kept = min(here, ordinary_left), min(here, kept_left)
        hours.append(HourPlaces(slot.start, slot.capacity, ordinary, kept))
    ordinary, kept = min(free, ordinary_left), min(free, kept_left)
    state = "closed" if not day.open else "open" if ordinary else "full"
    return LocalDay(
        on=date.fromisoformat(day.on),
        state=state,
        capacity=day.capacity,
        ordinary=ordinary,
        kept=kept,
        basis=day.basis,
        reason=day.reason,
        walk_ins=day.walk_in,
        hours=tuple(hours),
    )
