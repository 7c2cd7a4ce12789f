"""The changes of each waiting truck's place since it arrived, by cause, computed from the log.

One reading of a line's log serves all its tickets.  It goes on from the last event, one event at a
time, and compares the line before and after each.  The changes of a truck always add up from its first
place to its present one.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from kezek.app.checkpoint.checkpoint import ServedLine
from kezek.app.port import Store
from kezek.app.turn.line_past import LinePast
from kezek.app.turn.queue import Queue
from kezek.domain.kernel.event import EventKind, Logged
from kezek.domain.kernel.instant import HOUR, Instant
from kezek.domain.turn.order import Turn

# The changes within this time are shown to trucks that have waited longer.
KNOWN_FOR = 12 * HOUR
# Events read at once; a reading that is farther behind begins anew.
EVENTS_MAX = 2_000
# Events applied for one ticket's request: a long log is caught up with over several requests, so that
# none delays the others.
STEPS_MAX = 100


class ShiftCause(StrEnum):
    """Why a place changes."""

    CAME_LATE = "came_late"
    MISSED_CALL = "missed_call"
    OTHER_CLASS = "other_class"
    WALK_IN = "walk_in"
    HOUR_RUNS = "hour_runs"
    CYCLE = "cycle"
    HOUR_BEGAN = "hour_began"
    TAKEN_BACK = "taken_back"
    OWN_CALL = "own_call"
    CALLED = "called"
    OUT_OF_TURN = "out_of_turn"
    LEFT = "left"


@dataclass(frozen=True, slots=True)
class PlaceChange:
    """The change of a place by one cause (`places` above 0 is further back), from when to when.

    `window` is the booked window of trucks that came late for it, None for every other cause.
    """

    cause: ShiftCause
    window: Instant | None
    places: int
    since: Instant
    until: Instant


@dataclass(frozen=True, slots=True)
class PlaceHistory:
    """A truck's `first` place at `since`, its present one, and the changes between; they add up.

    `overtaken` counts trucks that stood behind it and were called out of turn.
    """

    since: Instant
    first: int
    place: int
    changes: tuple[PlaceChange, ...]
    overtaken: int


_LINE = {
    EventKind.ARRIVED: None,
    EventKind.WALKED_IN: ShiftCause.WALK_IN,
    EventKind.MISSED: ShiftCause.MISSED_CALL,
    EventKind.UNDONE: ShiftCause.TAKEN_BACK,
    EventKind.CALLED: ShiftCause.CALLED,
    EventKind.CALLED_OUT_OF_TURN: ShiftCause.OUT_OF_TURN,
    EventKind.CANCELLED: ShiftCause.LEFT,
    EventKind.TURNED_BACK: ShiftCause.LEFT,
    EventKind.NOT_SHOWN: ShiftCause.LEFT,
    EventKind.RELEASED: ShiftCause.LEFT,
    EventKind.CROSSED: ShiftCause.LEFT,
}


# Ends that an officer's undo may take back.
_MAY_COME_BACK = frozenset({EventKind.TURNED_BACK, EventKind.NOT_SHOWN})
_GONE_MAX = 100


@dataclass(slots=True)
class _CachedHistory:
    """A truck's history so far.  `present` is whether it stands in the line now."""

    since: Instant
    first: int
    place: int
    present: bool = True
    overtaken: int = 0
    changes: dict[tuple[ShiftCause, Instant | None], list[int]] = field(default_factory=dict)

    def change(self, cause: ShiftCause, window: Instant | None, places: int, at: Instant) -> None:
        if not places:
            return
        known = self.changes.setdefault((cause, window), [0, at, at])
        known[0] += places
        known[2] = at
        self.place += places


class _PlaceReading:
    """A line's log as far as it was read, with the history of each truck that waits or is called."""

    def __init__(self, store: Store, served: ServedLine, now: Instant) -> None:
        self._reader = store.reader
        self.position = self._reader.last_position()
        self._past = LinePast(self._reader, served, now, KNOWN_FOR)
        self._at = 0
        self._line: dict[int, int] = {}
        self._turns: dict[int, Turn] = {}
        self.kept: dict[int, _CachedHistory] = {}
        events = self._past.events
        if events:
            self._at = events[0].at
            self._stand(self._at)
            self.kept = {
                n: _CachedHistory(self._at, place, place) for n, place in self._line.items()
            }
            self.position = max(self.position, events[-1].position)
        self._pending = deque(events)

    def go_on(self, now: Instant) -> bool:
        """Apply some of the events since; False where they are too many to be read."""
        if not self._pending:
            events = self._reader.events(self.position, EVENTS_MAX, self._past.line.id)
            if len(events) == EVENTS_MAX:
                return False
            self._pending.extend(events)
            self.position = events[-1].position if events else self.position
        for _ in range(min(STEPS_MAX, len(self._pending))):
            self._take(self._pending.popleft())
        if not self._pending:
            self._let_pass(now)
        return True

    def _take(self, event: Logged) -> None:
        kind = event.kind
        if kind not in _LINE:
            self._past.go_on(event)
            return
        self._let_pass(event.at)
        before = self._line
        self._past.go_on(event)
        self._stand(event.at)
        moved, turn = event.number, self._turns.get(event.number)
        for number, kept in self.kept.items():
            if number != moved and kept.present and number in self._line and number in before:
                places = _ahead(self._line, moved, number) - _ahead(before, moved, number)
                cause, window = _cause(EventKind(kind), turn, self._turns[number])
                kept.change(cause, window, places, event.at)
                if kind == EventKind.CALLED_OUT_OF_TURN and before.get(moved, 0) > before[number]:
                    kept.overtaken += 1
                kept.change(ShiftCause.CYCLE, None, self._line[number] - kept.place, event.at)
        self._enter(moved, event)

    def _enter(self, number: int, event: Logged) -> None:
        """Apply the event to its own truck: it arrives, is called, returns or leaves."""
        kept, place = self.kept.get(number), self._line.get(number)
        if place is None:
            if kept is not None:
                kept.present = False
            if not self._past.is_here(number) and event.kind not in _MAY_COME_BACK:
                self.kept.pop(number, None)
            if len(self.kept) > 2 * len(self._line) + _GONE_MAX:
                self.kept = {n: one for n, one in self.kept.items() if self._past.is_here(n)}
        elif kept is None:
            self.kept[number] = _CachedHistory(event.at, place, place)
        else:
            kept.present = True
            kept.change(ShiftCause.OWN_CALL, None, place - kept.place, event.at)

    def _let_pass(self, now: Instant) -> None:
        """Reorder the line where windows have opened by time alone."""
        opened = any(self._at < turn.window <= now for turn in self._turns.values())
        if now > self._at and opened:
            self._stand(now)
            for number, kept in self.kept.items():
                if kept.present and number in self._line:
                    kept.change(ShiftCause.HOUR_BEGAN, None, self._line[number] - kept.place, now)
        self._at = max(self._at, now)

    def _stand(self, now: Instant) -> None:
        entries = self._past.entries(max(now, self._at))
        self._line = {entry.turn.number: entry.place for entry in entries}
        self._turns = {entry.turn.number: entry.turn for entry in entries}

    def stands_as(self, order: Sequence[int]) -> bool:
        """Whether the whole log is applied and gives the order of the live line."""
        return not self._pending and sorted(self._line, key=self._line.__getitem__) == list(order)


def _ahead(line: Mapping[int, int], other: int, mine: int) -> int:
    """1 when another truck stands ahead in a line, else 0."""
    place = line.get(other)
    return int(place is not None and place < line[mine])


def _cause(kind: EventKind, moved: Turn | None, mine: Turn) -> tuple[ShiftCause, Instant | None]:
    cause = _LINE[kind]
    if cause is not None:
        return cause, None
    assert moved is not None, "whoever has arrived stands in the line"
    if moved.vehicle_class != mine.vehicle_class:
        return ShiftCause.OTHER_CLASS, None
    if mine.key[1] or moved.key[0] >= mine.key[0]:
        return ShiftCause.HOUR_RUNS, None
    return ShiftCause.CAME_LATE, moved.key[0]


class PlaceHistories:
    """The histories of all lines, each read when a ticket asks, and cached."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lines: dict[str, _PlaceReading] = {}

    def of(self, served: ServedLine, queue: Queue, number: int) -> PlaceHistory | None:
        """A waiting truck's history up to the queue's moment.

        None where the log does not give the live line's order, or is not applied yet.
        """
        reading = self._lines.get(queue.line)
        if reading is None or not reading.go_on(queue.as_of):
            reading = self._lines[queue.line] = _PlaceReading(self._store, served, queue.as_of)
            reading.go_on(queue.as_of)
        kept = reading.kept.get(number)
        order = [entry.turn.number for entry in queue.entries]
        if kept is None or not kept.present or not reading.stands_as(order):
            return None
        changes = [
            PlaceChange(cause, window, places, since, until)
            for (cause, window), (places, since, until) in kept.changes.items()
            if places
        ]
        changes.sort(key=lambda change: (-change.places, change.since))
        return PlaceHistory(kept.since, kept.first, kept.place, tuple(changes), kept.overtaken)
