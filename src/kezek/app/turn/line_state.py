"""A line as the twin starts from it, made of committed rows and of what the log has measured."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import blake2b

from kezek.app.checkpoint.checkpoint import ServedLine
from kezek.app.port import Reader
from kezek.app.turn.queue import CalledTruck as SeenAtGate
from kezek.app.turn.queue import Queue
from kezek.domain.booking.booking import Booking
from kezek.domain.booking.status import Status
from kezek.domain.checkpoint.checkpoint import Line
from kezek.domain.kernel.instant import DAY, HOUR, Instant, local_day
from kezek.domain.kernel.spread import spread
from kezek.domain.regulation.regulation import Joins, Regulation
from kezek.domain.slot.slot import Slot
from kezek.domain.turn.order import Turn
from kezek.planning.question import (
    HORIZON,
    Expected,
    HourCapacity,
    LineState,
    MeasuredPast,
    TwinCalled,
    TwinWaiting,
)

# So far ahead a wait is told before a place is booked: beyond it most bookings are still to be made.
ASKED_FOR = DAY


def state_of(
    reader: Reader, served: ServedLine, queue: Queue, measured: MeasuredPast, position: int
) -> LineState:
    """The line as its queue was read; `position` is where the log ended then."""
    line, now = served.line, queue.as_of
    regulation = served.at(now)
    assert line is not None, "a line is asked about"
    # The row, not the network's copy: the cursor moves with every call.
    row = reader.get(Line, line.id) or line
    windows = _calendar(reader, line, regulation, now)
    return LineState(
        line=line.id,
        now=now,
        interleave=tuple(regulation.interleave),
        cursor=row.cursor,
        in_round=row.round,
        next_round=next_round(regulation),
        window=regulation.window,
        keeps_place_for=regulation.keeps_place_for,
        no_show_after=regulation.no_show_after,
        waiting=tuple(in_line(entry.turn) for entry in queue.entries),
        expected=_expected(reader, line.id, regulation, now),
        at_gate=tuple(_at_gate(one) for one in (*queue.called, *queue.admitted)),
        hours=tuple(
            hour
            for start, places in windows
            for hour in in_hours(start, places, window=regulation.window)
            if hour.start > now - HOUR
        ),
        measured=measured,
        seed=seed_of(line.id, position),
        ordinary=regulation.ordinary.name,
        walk_in=regulation.walk_in.name if regulation.walk_in else "",
        asked=tuple(start for start, places in windows if places and start < now + ASKED_FOR),
    )


def in_line(turn: Turn) -> TwinWaiting:
    """A turn as the twin takes it."""
    return TwinWaiting(turn.number, turn.vehicle_class, turn.key, turn.joined_round)


def next_round(regulation: Regulation) -> tuple[str, ...]:
    """The classes that join in the next round of the cycle."""
    return tuple(r.name for r in regulation.classes.values() if r.joins is Joins.NEXT_ROUND)


def seed_of(line: str, position: int) -> int:
    """The same line at the same place of the log is told the same future."""
    digest = blake2b(f"{line} {position}".encode(), digest_size=4).digest()
    return int.from_bytes(digest)


def _expected(
    reader: Reader, line: str, regulation: Regulation, now: Instant
) -> tuple[Expected, ...]:
    """Live bookings whose truck may still come within the horizon."""
    first = now - regulation.window - regulation.no_show_after
    numbers = reader.booked(line, first, now + HORIZON)
    return expected_of(reader.many(Booking, numbers).values())


def expected_of(bookings: Iterable[Booking]) -> tuple[Expected, ...]:
    """Those of the bookings that have not arrived, in the order of their windows."""
    coming = [
        Expected(b.number, b.vehicle_class, b.start)
        for b in bookings
        if b.start is not None and b.arrived_at is None
    ]
    return tuple(sorted(coming, key=lambda one: (one.start, one.number)))


def _at_gate(one: SeenAtGate) -> TwinCalled:
    admitted = one.status is Status.ADMITTED
    return TwinCalled(one.seen.number, one.seen.vehicle_class, admitted, one.since)


def _calendar(
    reader: Reader, line: Line, regulation: Regulation, now: Instant
) -> list[tuple[Instant, int]]:
    """Starts and places of the windows from the present one to the horizon; closed ones have none."""
    slots = reader.slots(line.id, now - regulation.window + 1, now + HORIZON)
    first, last = (local_day(at, line.zone).isoformat() for at in (now - DAY, now + HORIZON))
    closed = {day.on for day in reader.days(line.id, first, last) if not day.open}
    return [(slot.start, _places(slot, line, closed)) for slot in slots]


def _places(slot: Slot, line: Line, closed: set[str]) -> int:
    return 0 if local_day(slot.start, line.zone).isoformat() in closed else slot.capacity


def in_hours(start: Instant, places: int, *, window: Instant) -> list[HourCapacity]:
    """A window's places, spread over its hours."""
    parts = spread(places, max(1, window // HOUR))
    return [HourCapacity(start + n * HOUR, part) for n, part in enumerate(parts)]
