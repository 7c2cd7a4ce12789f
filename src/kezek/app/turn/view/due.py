"""The trucks that a post expects now: of this window and the next, and late ones before no-show."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from kezek.app.checkpoint.checkpoint import ServedLine
from kezek.app.port import Reader
from kezek.domain.booking.booking import Booking
from kezek.domain.kernel.instant import Instant, local_day

SOON_MAX, LATE_MAX = 6, 3


@dataclass(frozen=True, slots=True)
class DueTruck:
    """A booked truck that has not arrived; `late_by` is the time since its window ended, 0 before."""

    number: int
    code: str
    start: Instant
    late_by: Instant


@dataclass(frozen=True, slots=True)
class DueTrucks:
    """The trucks expected until `by`, the end of the next window: their `count`, and the first `rows`.

    `codes` are those of all trucks booked until then, arrived or not.
    """

    by: Instant
    count: int
    rows: Sequence[DueTruck]
    codes: Sequence[str]


def due_trucks(reader: Reader, served: ServedLine, now: Instant) -> DueTrucks:
    """The expected trucks, then the late ones, the latest first."""
    line, by = served.line.id, _end_of_next(served, now)
    booked = reader.many(Booking, reader.booked(line, 0, by)).values()
    expected = sorted(
        (
            DueTruck(b.number, b.code, b.start, max(0, now - b.start - served.of(b, now).window))
            for b in booked
            if b.start is not None and b.arrived_at is None
        ),
        key=lambda truck: (truck.start, truck.number),
    )
    # A window that has not ended is not late yet.
    soon = [truck for truck in expected if not truck.late_by]
    late = [truck for truck in expected if truck.late_by]
    rows = [*soon[:SOON_MAX], *late[-LATE_MAX:][::-1]]
    return DueTrucks(by, reader.ahead(line, by, 0), rows, [b.code for b in booked])


def _end_of_next(served: ServedLine, now: Instant) -> Instant:
    """The end of the window after the one that runs."""
    today = local_day(now, served.line.zone)
    days = [today + timedelta(days=ahead) for ahead in range(3)]
    starts = [start for on in days for start in served.windows_of(on, now)]
    return starts[bisect_right(starts, now) + 1]
