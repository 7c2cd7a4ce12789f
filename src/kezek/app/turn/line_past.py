"""A line at past moments, computed from the log: the knowledge of a forecast made then.

No forecast is stored.  The twin gives the same answer to the same line, so whoever holds the log can
compute its past answers again.  Two things are known less well than then: the calendar
(`app/turn/calendar_past.py`), and the next class in the cycle, which follows from the calls since the
first event read.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from kezek.app.checkpoint.checkpoint import ServedLine
from kezek.app.port import Reader
from kezek.app.turn.calendar_past import CalendarPast
from kezek.app.turn.line_log import KNOWN_FOR, LineLog
from kezek.app.turn.line_state import (
    expected_of,
    first_expected,
    in_line,
    in_order,
    next_round,
    order_changes,
    seed_of,
)
from kezek.domain.booking.booking import Booking
from kezek.domain.booking.transition import Verb
from kezek.domain.kernel.event import EventKind, Logged
from kezek.domain.kernel.instant import Instant
from kezek.domain.turn.order import (
    QueueEntry,
    Reached,
    Turn,
    after,
    in_cycle,
    key_of,
    line_up,
    place_of,
)
from kezek.domain.turn.replay import WALKED_IN_BEFORE
from kezek.planning.forecast.features import PACE_FOR
from kezek.planning.question import HORIZON, Expected, LineState, TwinCalled

EVENTS_MAX = 200_000
_PAGE = 5_000

_CALLS = frozenset({EventKind.CALLED, EventKind.CALLED_OUT_OF_TURN})
_ENDS = frozenset(
    {
        EventKind.CROSSED,
        EventKind.TURNED_BACK,
        EventKind.CANCELLED,
        EventKind.NOT_SHOWN,
        EventKind.RELEASED,
    }
)
# The steps of an officer that may end a booking.
_ENDED_BY = frozenset({Verb.CROSS, Verb.TURN_BACK, Verb.MISS})


class Truth(NamedTuple):
    """The instant of a call or crossing, and the two baselines' waits for it: spans, or None."""

    at: Instant
    last_wait: Instant | None
    by_pace: Instant | None


class PastArrival(NamedTuple):
    """A truck at its arrival, with the line then and its true waits."""

    number: int
    vehicle_class: str
    state: LineState
    called: Truth
    crossed: Truth


@dataclass(slots=True)
class _Trip:
    """A live booking at the present place in the log."""

    vehicle_class: str
    start: Instant | None
    booked: Instant
    arrived: Instant | None = None
    joined: Instant | None = None
    called: Instant | None = None
    until: Instant | None = None
    admitted: bool = False
    since: Instant = 0
    joined_round: int | None = None
    # The call and the place behind a window from before the last missed call.
    before_miss: tuple[Instant | None, Instant | None] = (None, None)
    # The cycle's place before the truck's call in turn, and after it.
    moved: tuple[Reached, Reached] | None = None


def events_since(reader: Reader, line: str, since: Instant) -> list[Logged]:
    """The line's events from an instant on, oldest first: at most the last `EVENTS_MAX`."""
    before, found = reader.last_position() + 1, list[Logged]()
    while len(found) < EVENTS_MAX:
        page = reader.events_before(before, _PAGE, line)
        found += [event for event in page if event.at >= since]
        if len(page) < _PAGE or page[-1].at < since:
            break
        before = page[-1].position
    return found[::-1]


class LinePast:
    """One line's state, moved through its log event by event."""

    def __init__(
        self, reader: Reader, served: ServedLine, since: Instant, known_for: Instant = KNOWN_FOR
    ) -> None:
        self.line, self._served = served.line, served
        self._events = events_since(reader, self.line.id, since - known_for)
        self._since = since
        numbers = {event.number for event in self._events if event.number}
        live = {*reader.present(self.line.id), *reader.booked(self.line.id, 0, 2**53)}
        rows = reader.many(Booking, sorted(numbers | live)).values()
        self._rows: dict[int, Booking] = {row.number: row for row in rows}
        self._calendar = CalendarPast(reader, served, self._events)
        self._trips: dict[int, _Trip] = {}
        self._gone: dict[int, _Trip] = {}
        self._at: Reached = (0, 0)
        self._crossings: deque[Instant] = deque(maxlen=5_000)
        # The last truck's waits: until its call, until it was through, and in between.
        self._last_call: Instant | None = None
        self._last_wait: Instant | None = None
        self._last_gate: Instant | None = None
        self._begin()

    def _begin(self) -> None:
        """Find the bookings that were live before the first event that was read."""
        first = self._events[0].at if self._events else 0
        was: dict[int, Instant | None] = {}
        for event in self._events:
            if event.kind in (EventKind.MOVED, EventKind.DISPLACED):
                was.setdefault(event.number, json.loads(event.body).get("from"))
        for row in self._rows.values():
            if row.confirmed_at < first:
                trip = _Trip(row.vehicle_class, was.get(row.number, row.start), row.confirmed_at)
                if row.arrived_at is not None and row.arrived_at < first:
                    trip.arrived, trip.joined = row.arrived_at, row.joined_at
                    trip.joined_round = row.joined_round
                self._trips[row.number] = trip

    @property
    def events(self) -> list[Logged]:
        """The events that were read, oldest first."""
        return self._events

    def go_on(self, event: Logged) -> None:
        """Apply the next event, one that was read or one that came since."""
        self._take(event)

    def is_here(self, number: int) -> bool:
        """Whether a truck has arrived and not left."""
        trip = self._trips.get(number)
        return trip is not None and trip.arrived is not None

    def entries(self, now: Instant) -> list[QueueEntry]:
        """The line in order, after the applied events."""
        waiting = [(n, t) for n, t in self._trips.items() if t.arrived is not None]
        turns = [_turn(n, t) for n, t in waiting if t.called is None]
        in_round, cursor = self._at
        return line_up(turns, self._served.at(now).interleave, cursor, now, in_round=in_round)

    def crossings(self) -> int:
        """The number of arrivals that `arrivals` can choose from."""
        return sum(1 for _ in self._asked())

    def _asked(self) -> Iterator[tuple[int, Booking]]:
        """Places in the log where a truck arrived that has crossed since."""
        for place, event in enumerate(self._events):
            came = event.kind in (EventKind.ARRIVED, EventKind.WALKED_IN)
            row = self._rows.get(event.number) if came else None
            if row is None or event.at < self._since or row.arrived_at != event.at:
                continue
            if row.outcome == "crossed" and row.called_at is not None and row.misses == 0:
                yield place, row

    def arrivals(self, most: int) -> Iterator[PastArrival]:
        """At most `most` of the trucks that have crossed, evenly over the time."""
        asked = list(self._asked())
        step = max(1, -(-len(asked) // most))
        chosen = dict(asked[step // 2 :: step])
        log = LineLog(self.line.id)
        log.since = self._events[0].at if self._events else 0
        starts = {n: b.start for n, b in self._rows.items() if b.start is not None}
        for place, event in enumerate(self._events):
            log.take((event,), starts)
            self._take(event)
            row = chosen.get(place)
            if row is not None:
                yield self._arrival(event, row, log)

    def _arrival(self, event: Logged, row: Booking, log: LineLog) -> PastArrival:
        now = event.at
        state = self._state(now, log, event.position)
        assert row.called_at is not None, "only who was called is asked about"
        assert row.ended_at is not None, "only who has crossed is asked about"
        lately = sum(at > now - PACE_FOR for at in self._crossings)
        ahead = next(place for place, one in enumerate(state.waiting) if one.number == row.number)
        by_pace = ahead * PACE_FOR // lately if lately else None
        gate = self._last_gate
        through = by_pace + gate if by_pace is not None and gate is not None else None
        return PastArrival(
            number=row.number,
            vehicle_class=row.vehicle_class,
            state=state,
            called=Truth(row.called_at, self._last_call, by_pace),
            crossed=Truth(row.ended_at, self._last_wait, through),
        )

    def _take(self, event: Logged) -> None:
        kind, number, at = event.kind, event.number, event.at
        if kind == EventKind.CONFIRMED:
            body = json.loads(event.body)
            self._trips[number] = _Trip(body["class"], body["start"], at)
        elif kind == EventKind.WALKED_IN:
            body = json.loads(event.body)
            name = body.get("class", WALKED_IN_BEFORE)
            self._trips[number] = _Trip(name, None, at, arrived=at, joined_round=body.get("round"))
        trip = self._trips.get(number)
        if kind == EventKind.UNDONE:
            self._undo(number, json.loads(event.body).get("verb"))
        elif trip is not None:
            self._step(trip, event)

    def _step(self, trip: _Trip, event: Logged) -> None:
        kind, at = event.kind, event.at
        if kind in (EventKind.MOVED, EventKind.DISPLACED):
            trip.start = json.loads(event.body).get("start")
        elif kind == EventKind.ARRIVED:
            trip.arrived = at
            body = json.loads(event.body)
            trip.joined = at if body.get("late") else None
            trip.joined_round = body.get("round")
        elif kind in _CALLS:
            trip.called = trip.since = at
            # For a release that did not log the deadline, it follows from the regulation.
            trip.until = json.loads(event.body).get("until", at + self._served.at(at).call_for)
            self._last_call = at - trip.arrived if trip.arrived is not None else self._last_call
            trip.moved = (
                self._moved_on(event.number, trip, at) if kind == EventKind.CALLED else None
            )
        elif kind == EventKind.MISSED:
            trip.before_miss = trip.called, trip.joined
            # The place follows from the end of the call, not from when the miss was recorded.
            trip.called, trip.joined = None, min(at, at if trip.until is None else trip.until)
        elif kind == EventKind.ADMITTED:
            trip.admitted, trip.since = True, at
        elif kind in _ENDS:
            if kind == EventKind.CROSSED and trip.arrived is not None and trip.called is not None:
                self._crossings.append(at)
                self._last_wait, self._last_gate = at - trip.arrived, at - trip.called
            self._gone[event.number] = self._trips.pop(event.number)

    def _moved_on(self, number: int, trip: _Trip, now: Instant) -> tuple[Reached, Reached] | None:
        """Move the cycle on behind a call; its places before and after, None for an unknown truck."""
        cycle, was = self._served.at(now).interleave, self._at
        if trip.arrived is None or trip.vehicle_class not in cycle:
            return None
        self._at = after(
            place_of(_turn(number, trip), cycle, in_cycle(cycle, was[1], was[0])), cycle
        )
        return was, self._at

    def _undo(self, number: int, verb: str) -> None:
        if verb in _ENDED_BY and number in self._gone:
            # The end did not change the trip.
            self._trips[number] = self._gone.pop(number)
            return
        trip = self._trips.get(number)
        if trip is None:
            return
        if verb == Verb.ARRIVE:
            trip.arrived = trip.joined = trip.joined_round = None
        elif verb == Verb.CALL:
            trip.called = None
            # Whoever was called since keeps the cycle where that call left it.
            if trip.moved and trip.moved[1] == self._at:
                self._at = trip.moved[0]
        elif verb == Verb.MISS:
            trip.called, trip.joined = trip.before_miss
        elif verb == Verb.ADMIT:
            trip.admitted = False

    def _state(self, now: Instant, log: LineLog, position: int) -> LineState:
        rules, trips = self._served.at(now), self._trips.items()
        entries, (in_round, cursor) = self.entries(now), self._at
        return LineState(
            line=self.line.id,
            now=now,
            interleave=tuple(rules.interleave),
            cursor=cursor,
            in_round=in_round,
            next_round=next_round(rules),
            window=rules.window,
            keeps_place_for=rules.keeps_place_for,
            no_show_after=rules.no_show_after,
            waiting=tuple(in_line(entry.turn) for entry in entries),
            expected=self._expected(now),
            at_gate=tuple(
                TwinCalled(n, t.vehicle_class, t.admitted, t.since) for n, t in trips if t.called
            ),
            hours=self._calendar.hours(now),
            measured=log.measured(now),
            seed=seed_of(self.line.id, position),
            ordinary=rules.ordinary.name,
            walk_in=rules.walk_in.name if rules.walk_in else "",
            changes=order_changes(self._served, now),
        )

    def _expected(self, now: Instant) -> tuple[Expected, ...]:
        first = first_expected(self._served, now)
        return in_order(
            expected_of(
                self._served, n, trip.vehicle_class, start=trip.start, booked=trip.booked, now=now
            )
            for n, trip in self._trips.items()
            if trip.arrived is None
            and trip.start is not None
            and first <= trip.start < now + HORIZON
        )


def _turn(number: int, trip: _Trip) -> Turn:
    assert trip.arrived is not None, "a turn begins with an arrival"
    key = key_of(number, start=trip.start, arrived_at=trip.arrived, joined_at=trip.joined)
    return Turn(number, trip.vehicle_class, key, trip.joined_round)
