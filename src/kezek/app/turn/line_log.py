"""Measurements from a line's log of the last days: when trucks were called and crossed, and durations.

Each reading goes on from the last one, with at most `EVENTS_MAX` events.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from kezek.app.port import Reader
from kezek.domain.booking.booking import Booking
from kezek.domain.booking.transition import Verb
from kezek.domain.kernel.event import EventKind, Logged
from kezek.domain.kernel.instant import DAY, Instant
from kezek.planning.question import MeasuredPast

KNOWN_FOR = 3 * DAY
EVENTS_MAX = 5_000  # at once
ENTRIES_MAX = 3_000  # of each kind, in memory


class TimedStep(NamedTuple):
    """Something that happened to a truck, and the span that ended with it."""

    at: Instant
    number: int
    span: Instant = 0


class LineLog:
    """One line's log as far as it was read.  `since` is the beginning of the known past."""

    def __init__(self, line: str) -> None:
        self.line, self.position = line, 0
        self._forget(0)

    def _forget(self, since: Instant) -> None:
        self.since = since
        self._called: deque[TimedStep] = deque(maxlen=ENTRIES_MAX)
        self._admitted: deque[TimedStep] = deque(maxlen=ENTRIES_MAX)
        self._crossed: deque[TimedStep] = deque(maxlen=ENTRIES_MAX)
        self._arrived: deque[TimedStep] = deque(maxlen=ENTRIES_MAX)
        self._absent: deque[TimedStep] = deque(maxlen=ENTRIES_MAX)
        self._walked_in: deque[TimedStep] = deque(maxlen=ENTRIES_MAX)
        # The last step of each truck between call and end.
        self._stepped: dict[int, Instant] = {}

    def read_on(self, reader: Reader) -> None:
        """Take in what has happened since."""
        events = reader.events(self.position, EVENTS_MAX, self.line) if self.position else ()
        if not self.position or len(events) == EVENTS_MAX:
            # At the beginning, or after too many events: only the log's end matters for the next hours.
            end = reader.last_position() + 1
            events = reader.events_before(end, EVENTS_MAX, self.line)[::-1]
            first = (
                events[0] if len(events) == EVENTS_MAX else next(iter(reader.events(0, 1)), None)
            )
            self._forget(first.at if first else 0)
            self.position = end - 1
        if events:
            self.position = max(self.position, events[-1].position)
            came = [e.number for e in events if e.kind == EventKind.ARRIVED]
            self.take(events, starts_of(reader, came))

    def take(self, events: Iterable[Logged], starts: Mapping[int, Instant]) -> None:
        """Take events in, oldest first; `starts` are the booked windows of those who arrive."""
        for event in events:
            self._take(event, starts)

    def _take(self, event: Logged, starts: Mapping[int, Instant]) -> None:
        kind, number, at = event.kind, event.number, event.at
        if kind == EventKind.ARRIVED and number in starts:
            self._arrived.append(TimedStep(at, number, at - starts[number]))
        elif kind == EventKind.WALKED_IN:
            self._walked_in.append(TimedStep(at, number))
        elif kind in (EventKind.CALLED, EventKind.CALLED_OUT_OF_TURN):
            self._called.append(TimedStep(at, number))
            self._stepped[number] = at
        elif kind == EventKind.ADMITTED:
            self._ended(self._admitted, number, at)
            self._stepped[number] = at
        elif kind == EventKind.CROSSED:
            self._ended(self._crossed, number, at)
        elif kind == EventKind.UNDONE:
            self._undo(number, json.loads(event.body).get("verb"))
        elif kind == EventKind.NOT_SHOWN:
            # A truck that missed its last call had arrived.
            if self._stepped.pop(number, None) is None:
                self._absent.append(TimedStep(at, number))
        elif kind in (EventKind.MISSED, EventKind.TURNED_BACK, EventKind.RELEASED):
            self._stepped.pop(number, None)

    def _ended(self, entries: deque[TimedStep], number: int, at: Instant) -> None:
        began = self._stepped.pop(number, None)
        # Without its beginning the span is unknown, but its end is known.
        entries.append(TimedStep(at, number, -1 if began is None else at - began))

    def _undo(self, number: int, verb: str | None) -> None:
        taken_back = {
            Verb.ARRIVE: self._arrived,
            Verb.CALL: self._called,
            Verb.ADMIT: self._admitted,
            Verb.CROSS: self._crossed,
        }
        entries = taken_back.get(Verb(verb)) if verb else None
        # A step can be taken back for seconds: its entry stands near the end.
        for place in range(len(entries) - 1, -1, -1) if entries else ():
            assert entries is not None, "an empty one has no places"
            if entries[place].number == number:
                del entries[place]
                return

    def measured(self, now: Instant) -> MeasuredPast:
        """The measurements of the last days."""
        kinds = (self._called, self._admitted, self._crossed, self._arrived, self._walked_in)
        full = [entries[0].at for entries in kinds if len(entries) == ENTRIES_MAX]
        since = max(self.since, now - KNOWN_FOR, *full, 0)
        recent = [
            [e for e in entries if since <= e.at <= now] for entries in (*kinds, self._absent)
        ]
        called, admitted, crossed, arrived, walked_in, absent = recent
        return MeasuredPast(
            since=since,
            called=tuple(e.at for e in called),
            crossed=tuple(e.at for e in crossed),
            approach=tuple(e.span for e in admitted if e.span >= 0),
            gate=tuple(e.span for e in crossed if e.span >= 0),
            early=tuple(e.span for e in arrived),
            shown=len(arrived),
            not_shown=len(absent),
            walked_in=len(walked_in),
        )


def starts_of(reader: Reader, numbers: Sequence[int]) -> dict[int, Instant]:
    """The booked windows of bookings that have one."""
    found = reader.many(Booking, numbers).values()
    return {b.number: b.start for b in found if b.start is not None}
