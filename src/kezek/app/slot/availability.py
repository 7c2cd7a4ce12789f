"""Free places, computed in bulk and cached per line until something changes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from kezek.app.checkpoint.checkpoint import ServedLine
from kezek.app.feed.change_feed import ChangeFeed
from kezek.app.port import Store
from kezek.domain.kernel.instant import Instant, day_start, local_day
from kezek.domain.regulation.regulation import Regulation
from kezek.domain.slot.place import class_left
from kezek.domain.slot.slot import Day, Slot


@dataclass(frozen=True, slots=True)
class HourPlaces:
    """A window and its places: free ones, and how many of them the ordinary class and the reserved
    pools could take.
    """

    start: Instant
    capacity: int
    free: int
    ordinary: int
    kept: int


@dataclass(frozen=True, slots=True)
class LocalDay:
    """A local day of a line.

    `state` is open, full (no ordinary place), or closed.  `free` are the places of windows that are not
    over; `ordinary` and `kept` are the part of them for the ordinary class and for the reserved pools.
    `classes` has the places left for each class.  `basis` is board, assumed, ours or agency.
    """

    on: date
    state: str
    capacity: int
    free: int
    ordinary: int
    kept: int
    classes: Mapping[str, int]
    basis: str
    reason: str
    walk_ins: int
    hours: tuple[HourPlaces, ...]

    def left(self, vehicle_class: str) -> int:
        """Places of the day for a class."""
        return min(self.free, self.classes.get(vehicle_class, 0))

    def left_in(self, hour: HourPlaces, vehicle_class: str) -> int:
        """Places of one of the day's windows for a class."""
        return min(hour.free, self.classes.get(vehicle_class, 0))

    def left_for(self, vehicle_class: str | None = None) -> int:
        """Places of the day for a class, the ordinary one where none is named."""
        return self.ordinary if vehicle_class is None else self.left(vehicle_class)

    def state_for(self, vehicle_class: str | None = None) -> str:
        """`open`, `full` or `closed` for a class."""
        if self.state == "closed":
            return "closed"
        return "open" if self.left_for(vehicle_class) else "full"

    def window_state(
        self,
        hour: HourPlaces,
        vehicle_class: str,
        *,
        past: bool,
        present: Instant | None = None,
    ) -> str:
        """What a class finds in one of the day's windows: `open`, `full`, `past`, `closed`, or `present`
        (the window of the booking that moves).
        """
        if hour.start == present:
            return "present"
        if self.state == "closed":
            return "closed"
        if past:
            return "past"
        return "open" if self.left_in(hour, vehicle_class) else "full"


@dataclass(frozen=True, slots=True)
class LinePlaces:
    """All bookable days of a line, from today to the horizon, as of a version of the line and of the
    window that runs.
    """

    line: str
    version: int
    window: Instant
    days: tuple[LocalDay, ...]

    @property
    def today(self) -> LocalDay | None:
        return self.days[0] if self.days else None

    @property
    def next_free(self) -> LocalDay | None:
        """The first day with an ordinary place."""
        return next((day for day in self.days if day.ordinary > 0), None)

    def first_free(
        self, vehicle_class: str | None = None, *, but: Instant | None = None
    ) -> HourPlaces | None:
        """The first window except `but` with a place for a class, the ordinary one if none is named."""
        for day in self.days:
            for hour in day.hours if day.state != "closed" else ():
                left = hour.ordinary
                if vehicle_class is not None:
                    left = day.left_in(hour, vehicle_class)
                if left > 0 and hour.start != but:
                    return hour
        return None

    def day(self, on: date) -> LocalDay | None:
        """One day, None outside the horizon."""
        return next((day for day in self.days if day.on == on), None)

    def day_with(self, start: Instant) -> LocalDay | None:
        """The day in which a window begins, None where there is no such window."""
        return next((day for day in self.days if any(h.start == start for h in day.hours)), None)


class Availability:
    """Answers from memory; loads a line's days and slots after a change, or when a window begins."""

    def __init__(self, store: Store, watch: ChangeFeed) -> None:
        self._store, self._watch = store, watch
        self._lines: dict[str, LinePlaces] = {}

    def of(self, served: ServedLine, now: Instant) -> LinePlaces:
        """The places of a line."""
        line = served.line
        # The version is read before the rows: news in between make the next call load again.
        version, window = self._watch.version(line.id), served.window_at(now)
        kept = self._lines.get(line.id)
        if kept is None or kept.version != version or kept.window != window:
            days = self._load(served, now)
            kept = self._lines[line.id] = LinePlaces(line.id, version, window, days)
        return kept

    def _load(self, served: ServedLine, now: Instant) -> tuple[LocalDay, ...]:
        line = served.line
        today = local_day(now, line.zone)
        last = today + timedelta(days=served.at(now).horizon_days)
        reader = self._store.reader
        days = reader.days(line.id, today.isoformat(), last.isoformat())
        first, past = (day_start(on, line.zone) for on in (today, last + timedelta(days=1)))
        by_day: dict[str, list[Slot]] = {}
        for slot in reader.slots(line.id, first, past):
            by_day.setdefault(local_day(slot.start, line.zone).isoformat(), []).append(slot)

        def rules(day: Day) -> Regulation:
            return served.of_day(date.fromisoformat(day.on), now)

        return tuple(places_of(day, by_day.get(day.on, []), rules(day), now) for day in days)


def places_of(day: Day, slots: list[Slot], regulation: Regulation, now: Instant) -> LocalDay:
    """The places of a day that a driver can take."""
    bookable = [rule for rule in regulation.classes.values() if rule.pool is not None]
    classes = {rule.name: class_left(day, rule) if day.open else 0 for rule in bookable}
    ordinary_left = classes[regulation.ordinary.name]
    kept_left = sum(max(0, day.left(pool)) for pool in regulation.reserved) if day.open else 0
    walk_in = regulation.walk_in
    hours: list[HourPlaces] = []
    free = 0
    for slot in slots:
        here = slot.free if day.open and slot.start + regulation.window > now else 0
        here = max(0, here)
        free += here
        ordinary, kept = min(here, ordinary_left), min(here, kept_left)
        hours.append(HourPlaces(slot.start, slot.capacity, here, ordinary, kept))
    ordinary, kept = min(free, ordinary_left), min(free, kept_left)
    state = "closed" if not day.open else "open" if ordinary else "full"
    return LocalDay(
        on=date.fromisoformat(day.on),
        state=state,
        capacity=day.capacity,
        free=free,
        ordinary=ordinary,
        kept=kept,
        classes=classes,
        basis=day.basis,
        reason=day.reason,
        walk_ins=day.taken.get(walk_in.name, 0) if walk_in else 0,
        hours=tuple(hours),
    )
