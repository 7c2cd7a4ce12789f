"""The trucks that a post expects now: of this window and the next, and late ones before no-show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kezek.app.port import Reader
from kezek.domain.booking.booking import Booking
from kezek.domain.kernel.instant import Instant

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


def due_trucks(reader: Reader, line: str, window: Instant, now: Instant) -> DueTrucks:
    """The expected trucks, then the late ones, the latest first; `window` is a window's length."""
    by = now - now % window + 2 * window
    booked = reader.many(Booking, reader.booked(line, 0, by)).values()
    expected = sorted(
        (b.start, b.number, b.code) for b in booked if b.start is not None and b.arrived_at is None
    )
    # A window that has not ended is not late yet.
    soon = [row for row in expected if row[0] + window > now]
    late = [row for row in expected if row[0] + window <= now]
    rows = [
        DueTruck(number, code, start, max(0, now - start - window))
        for start, number, code in (*soon[:SOON_MAX], *late[-LATE_MAX:][::-1])
    ]
    return DueTrucks(by, reader.ahead(line, by, 0), rows, [b.code for b in booked])
