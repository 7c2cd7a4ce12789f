"""A line as the twin starts from it, made of committed rows and of what the log has measured."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
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
    OrderChange,
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
    windows = _calendar(reader, served, now)
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
        expected=_expected(reader, served, now),
        at_gate=tuple(_at_gate(one) for one in (*queue.called, *queue.admitted)),
        hours=tuple(
            hour
            for start, places, window in windows
            for hour in in_hours(start, places, window=window)
            if hour.start > now - HOUR
        ),
        measured=measured,
        seed=seed_of(line.id, position),
        ordinary=regulation.ordinary.name,
        walk_in=regulation.walk_in.name if regulation.walk_in else "",
        asked=tuple(start for start, places, _ in windows if places and start < now + ASKED_FOR),
        changes=order_changes(served, now),
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


def order_changes(served: ServedLine, now: Instant) -> tuple[OrderChange, ...]:
    """The changes of the line's order within the horizon, by the versions that are known."""
    found, was = list[OrderChange](), served.at(now)
    for at in served.rules.changes_until(served.line.zone, now, now + HORIZON):
        rules = served.at(at)
        told = (tuple(rules.interleave), next_round(rules))
        if told != (tuple(was.interleave), next_round(was)):
            found.append(OrderChange(at, *told))
        was = rules
    return tuple(found)


def _expected(reader: Reader, served: ServedLine, now: Instant) -> tuple[Expected, ...]:
    """Live bookings whose truck may still come within the horizon."""
    numbers = reader.booked(served.line.id, first_expected(served, now), now + HORIZON)
    return in_order(
        expected_of(
            served, b.number, b.vehicle_class, start=b.start, booked=b.confirmed_at, now=now
        )
        for b in reader.many(Booking, numbers).values()
        if b.start is not None and b.arrived_at is None
    )


def first_expected(served: ServedLine, now: Instant) -> Instant:
    """The first window of which a truck may still come, by whichever version."""
    versions = served.rules.versions
    return now - max(one.window for one in versions) - max(one.no_show_after for one in versions)


def expected_of(
    served: ServedLine,
    number: int,
    vehicle_class: str,
    *,
    start: Instant,
    booked: Instant,
    now: Instant,
) -> Expected:
    """A booking whose truck has not arrived, with its limits by the rules that hold for it.

    What was promised to its driver stays; a limit that a version changes on the way changes then.
    """
    begins = (now, *served.rules.changes_until(served.line.zone, now, now + HORIZON))
    rules = [served.at(at, window=start, booked=booked) for at in begins]
    keeps = [start + one.window + one.keeps_place_for for one in rules]
    lapses = [start + one.window + one.no_show_after for one in rules]
    return Expected(number, vehicle_class, start, _first(keeps, begins), _first(lapses, begins))


def _first(limits: Sequence[Instant], begins: Sequence[Instant]) -> Instant:
    """When a limit is reached, of which each value counts from its own instant until the next."""
    for limit, begin, end in zip(limits, begins, begins[1:], strict=False):
        if limit < end:
            return max(limit, begin)
    return max(limits[-1], begins[-1]) if len(limits) > 1 else limits[-1]


def in_order(expected: Iterable[Expected]) -> tuple[Expected, ...]:
    """Those who may still come, in the order of their windows."""
    return tuple(sorted(expected, key=lambda one: (one.start, one.number)))


def _at_gate(one: SeenAtGate) -> TwinCalled:
    admitted = one.status is Status.ADMITTED
    return TwinCalled(one.seen.number, one.seen.vehicle_class, admitted, one.since)


def _calendar(
    reader: Reader, served: ServedLine, now: Instant
) -> list[tuple[Instant, int, Instant]]:
    """Starts, places and lengths of the windows from the present one to the horizon; closed ones have no
    places.
    """
    line, longest = served.line, max(one.window for one in served.rules.versions)
    first, last = (local_day(at, line.zone).isoformat() for at in (now - DAY, now + HORIZON))
    closed = {day.on for day in reader.days(line.id, first, last) if not day.open}
    windows = (
        (slot.start, _places(slot, line, closed), served.at(now, window=slot.start).window)
        for slot in reader.slots(line.id, now - longest + 1, now + HORIZON)
    )
    return [one for one in windows if one[0] + one[2] > now]


def _places(slot: Slot, line: Line, closed: set[str]) -> int:
    return 0 if local_day(slot.start, line.zone).isoformat() in closed else slot.capacity


def in_hours(start: Instant, places: int, *, window: Instant) -> list[HourCapacity]:
    """A window's places, spread over its hours."""
    parts = spread(places, max(1, window // HOUR))
    return [HourCapacity(start + n * HOUR, part) for n, part in enumerate(parts)]
