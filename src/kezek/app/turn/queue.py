"""The live line as read: waiting trucks with their places, called trucks, and the next one.

A queue, once read, serves its board, its console and all its tickets, until an event touches the line,
the minute turns, or time alone changes it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from kezek.app.checkpoint.checkpoint import ServedLine
from kezek.app.feed.change_feed import ChangeFeed
from kezek.app.port import Store
from kezek.domain.booking.booking import Booking, Particulars
from kezek.domain.booking.status import Status, settled, status_of
from kezek.domain.checkpoint.checkpoint import Line
from kezek.domain.kernel.event import EventKind
from kezek.domain.kernel.instant import HOUR, MINUTE, Instant, day_start, local_day
from kezek.domain.regulation.regulation import Regulation
from kezek.domain.turn.acknowledge import acknowledged_at
from kezek.domain.turn.joining import place_if_joined
from kezek.domain.turn.order import QueueEntry
from kezek.domain.turn.waiting import waiting
from kezek.domain.vehicle.plate import mask

PACE_HOURS = 3


@dataclass(frozen=True, slots=True)
class PublicTruck:
    """A vehicle as the public sees it: country, the plate's last three, the ticket's code."""

    number: int
    code: str
    country: str
    tail: str
    vehicle_class: str
    simulated: bool


@dataclass(frozen=True, slots=True)
class WaitingTruck:
    """A waiting vehicle at its place.  `window` is the booked one, None for a walk-in;
    `behind` says that it lost the place of that window (late, or a missed call).
    """

    place: int
    seen: PublicTruck
    window: Instant | None
    open: bool
    behind: bool
    arrived_at: Instant

    @property
    def not_before(self) -> Instant | None:
        """The earliest call of a truck that came early: the beginning of its window."""
        return None if self.open else self.window


@dataclass(frozen=True, slots=True)
class CalledTruck:
    """A vehicle that was called or admitted, with the call's deadline and the instant of the driver's
    answer.
    """

    seen: PublicTruck
    status: Status
    since: Instant
    until: Instant | None
    exception: str
    acknowledged_at: Instant | None


@dataclass(frozen=True, slots=True)
class CrossingPace:
    """The crossings of the last `hours`: three, or the age of the log if it is less, at least one."""

    crossed: int
    hours: float

    @property
    def per_hour(self) -> float:
        return self.crossed / self.hours


@dataclass(frozen=True, slots=True)
class Queue:
    """A line at a moment.  `as_of` is domain time, and `until` the next change by time alone.

    `pace` is None when no truck has crossed lately.  `exceptions_today` counts calls out of turn,
    `awaiting_approval` those of any day that lack approval, `set_aside_today` trucks whose place two
    people took, `refused_today` calls out of turn that were refused, `releases_today` bookings ended on
    sight of the papers.  `walk_in_place` is the place of a walk-in that joined now, None where the
    rules know none.
    """

    line: str
    version: int
    as_of: Instant
    until: Instant
    waiting: tuple[WaitingTruck, ...]
    called: tuple[CalledTruck, ...]
    admitted: tuple[CalledTruck, ...]
    crossed_today: int
    pace: CrossingPace | None
    exceptions_today: int
    set_aside_today: int
    refused_today: int
    awaiting_approval: int
    releases_today: int
    entries: tuple[QueueEntry, ...]
    bookings: dict[int, Booking]
    walk_in_place: int | None = None

    @property
    def waiting_due(self) -> int:
        """The number of waiting trucks that could be called now: their window has begun, or they have
        none.  The others came early.
        """
        return sum(one.open for one in self.waiting)

    def truck(self, number: int) -> WaitingTruck | None:
        """The waiting truck of a booking, None where it does not wait."""
        return next((one for one in self.waiting if one.seen.number == number), None)

    def place_of(self, number: int) -> int | None:
        """The place in line, counted from 1."""
        return next((e.place for e in self.entries if e.turn.number == number), None)


class Queues:
    """The queues of all lines, each built when asked for."""

    def __init__(self, store: Store, watch: ChangeFeed) -> None:
        self._store, self._watch = store, watch
        self._lines: dict[str, Queue] = {}
        self._began: Instant | None = None

    def of(self, served: ServedLine, now: Instant) -> Queue:
        """The queue of a line."""
        line = served.line
        version = self._watch.version(line.id)
        kept = self._lines.get(line.id)
        # A clock that ran ahead and was set right has left a queue of the future.
        fresh = kept is not None and kept.as_of <= now < kept.until
        if kept is None or kept.version != version or not fresh:
            kept = self._lines[line.id] = self._build(served, version, now)
        return kept

    def newest(self, lines: Iterable[ServedLine], now: Instant) -> Instant:
        """When the newest of the queues of these lines was read; 0 where there is none."""
        return max((self.of(served, now).as_of for served in lines), default=0)

    def _build(self, served: ServedLine, version: int, now: Instant) -> Queue:
        reader, line, regulation = self._store.reader, served.line, served.at(now)
        # The stored row, because the network's copy has no current cursor.
        line = reader.get(Line, line.id) or line
        found = reader.many(Booking, reader.present(line.id))
        bookings = {b.number: settled(b, served.of(b, now), now) for b in found.values()}
        who = reader.many(Particulars, list(bookings))
        by_status: dict[Status, list[Booking]] = {}
        for booking in bookings.values():
            by_status.setdefault(status_of(booking, served.of(booking, now), now), []).append(
                booking
            )
        entries = waiting(bookings.values(), line, regulation, now)
        seen = {n: see(b, who.get(n)) for n, b in bookings.items()}
        midnight = day_start(local_day(now, line.zone), line.zone)
        called = by_status.get(Status.CALLED, [])
        change = served.rules.changes_after(line.zone, now)
        changes = () if change is None else (change,)

        def today(kind: EventKind) -> int:
            return reader.counted(line.id, kind, midnight)

        return Queue(
            line=line.id,
            version=version,
            as_of=now,
            until=min([now + MINUTE, *changes, *(b.call_until for b in called if b.call_until)]),
            waiting=tuple(_in_line(e, bookings[e.turn.number], seen) for e in entries),
            called=tuple(_at_gate(called, Status.CALLED, seen)),
            admitted=tuple(_at_gate(by_status.get(Status.ADMITTED, ()), Status.ADMITTED, seen)),
            crossed_today=today(EventKind.CROSSED),
            pace=self._pace(line, now),
            exceptions_today=today(EventKind.CALLED_OUT_OF_TURN),
            set_aside_today=today(EventKind.SET_ASIDE),
            refused_today=today(EventKind.EXCEPTION_REFUSED),
            awaiting_approval=len(reader.awaiting(line.id)),
            releases_today=today(EventKind.RELEASED),
            entries=tuple(entries),
            bookings=bookings,
            walk_in_place=_walk_in_place(entries, line, regulation, now),
        )

    def _pace(self, line: Line, now: Instant) -> CrossingPace | None:
        """The pace.  Hours before the log's beginning must not count as hours without crossings."""
        reader = self._store.reader
        if self._began is None:
            first = reader.events(0, 1)
            self._began = first[0].at if first else None
        known = now - self._began if self._began is not None else 0
        span = min(PACE_HOURS * HOUR, max(HOUR, known))
        crossed = reader.counted(line.id, EventKind.CROSSED, now - span)
        return CrossingPace(crossed, round(span / HOUR, 1)) if crossed else None


def _walk_in_place(
    entries: list[QueueEntry], line: Line, regulation: Regulation, now: Instant
) -> int | None:
    rule = regulation.walk_in
    return None if rule is None else place_if_joined(entries, line, regulation, rule, now)


def see(booking: Booking, who: Particulars | None) -> PublicTruck:
    """The public view of a booking; erased particulars leave the code."""
    return PublicTruck(
        number=booking.number,
        code=booking.code,
        country=who.country if who else "",
        tail=mask(who.country, who.plate) if who else "",
        vehicle_class=booking.vehicle_class,
        simulated=booking.simulated,
    )


def _in_line(entry: QueueEntry, booking: Booking, seen: dict[int, PublicTruck]) -> WaitingTruck:
    assert booking.arrived_at is not None, "whoever is in line has arrived"
    return WaitingTruck(
        place=entry.place,
        seen=seen[booking.number],
        window=booking.start,
        open=entry.open,
        behind=booking.joined_at is not None,
        arrived_at=booking.arrived_at,
    )


def _at_gate(
    bookings: Iterable[Booking], status: Status, seen: dict[int, PublicTruck]
) -> list[CalledTruck]:
    rows = [
        CalledTruck(
            seen=seen[b.number],
            status=status,
            since=(b.admitted_at if status is Status.ADMITTED else b.called_at) or 0,
            until=b.call_until if status is Status.CALLED else None,
            acknowledged_at=acknowledged_at(b),
            # A mere proposal is no call out of turn: this truck was called in its turn.
            exception="" if b.exception == "proposed" else b.exception,
        )
        for b in bookings
    ]
    return sorted(rows, key=lambda row: (row.since, row.seen.number))
