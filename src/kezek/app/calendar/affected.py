"""The bookings that a change of the calendar displaces, before the decision and after it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from kezek.app.port import Reader
from kezek.app.table.spreadsheet import csv_text
from kezek.domain.account.account import Account, Grant
from kezek.domain.account.actor import Role
from kezek.domain.booking.booking import Booking
from kezek.domain.kernel.event import EventKind
from kezek.domain.kernel.facts import Row
from kezek.domain.kernel.instant import DAY, Instant, to_datetime
from kezek.domain.slot.slot import Slot

# The columns of the table: the window that is lost and the new one are local times.
COLUMNS = ("code", "window", "class", "carrier", "choice", "new_window")


# The longest time between the loss of a window and its beginning; no horizon comes near to it.
_NOTICE_MAX = 400 * DAY


class AffectedOutcome(StrEnum):
    """The outcome of a booking that lost its window."""

    OPEN = "open"
    CHOSEN = "chosen"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Affected:
    """A booking that loses, or lost, the window `start`.

    `carrier` is the name of the company that holds it, empty for a driver who booked alone: the list
    names no person.  `chosen` is the window it has now, None unless `choice` is CHOSEN.
    """

    number: int
    code: str
    start: Instant
    vehicle_class: str
    carrier: str
    choice: AffectedOutcome = AffectedOutcome.OPEN
    chosen: Instant | None = None


@dataclass(frozen=True, slots=True)
class HourLoss:
    """A window that ends with fewer places: its places before and after, and bookings that leave it."""

    start: Instant
    before: int
    after: int
    displaced: int


def would_move(reader: Reader, rows: Iterable[Row]) -> tuple[Affected, ...]:
    """The bookings that an uncommitted decision would displace, by hour; `rows` are its rows."""
    moved = [row for row in rows if isinstance(row, Booking) and row.displaced_at is not None]
    before = reader.many(Booking, sorted(row.number for row in moved))
    had = {booking.number: booking.start for booking in before.values()}
    return _affected(reader, moved, {n: start for n, start in had.items() if start is not None})


def hours_that_lose(
    reader: Reader, rows: Iterable[Row], affected: Sequence[Affected]
) -> tuple[HourLoss, ...]:
    """The windows to which a decision leaves fewer places, in order."""
    lost = Counter(one.start for one in affected)
    found = []
    for slot in (row for row in rows if isinstance(row, Slot)):
        before = reader.get(Slot, slot.key)
        had = before.capacity if before else 0
        if slot.capacity < had or lost[slot.start]:
            found.append(HourLoss(slot.start, had, slot.capacity, lost[slot.start]))
    return tuple(sorted(found, key=lambda hour: hour.start))


def have_moved(reader: Reader, line: str, first: Instant, past: Instant) -> tuple[Affected, ...]:
    """The bookings that lost a window in [`first`, `past`), with what they have chosen since."""
    had: dict[int, Instant] = {}
    for event in reader.of_kind(line, EventKind.DISPLACED, first - _NOTICE_MAX):
        start = json.loads(event.body)["from"]
        if start is not None and first <= start < past:
            had.setdefault(event.number, start)
    bookings = reader.many(Booking, sorted(had))
    return _affected(reader, list(bookings.values()), had)


def affected_table(affected: Iterable[Affected], zone: str, separator: str) -> str:
    """The rows as CSV with times of the zone: `COLUMNS`, one row for each booking."""
    rows = []
    for one in affected:
        start, chosen = (_time(at, zone) for at in (one.start, one.chosen))
        rows.append((one.code, start, one.vehicle_class, one.carrier, one.choice, chosen))
    return csv_text((COLUMNS, *rows), separator)


def _time(at: Instant | None, zone: str) -> str:
    return "" if at is None else to_datetime(at, zone).strftime("%Y-%m-%d %H:%M")


def _affected(
    reader: Reader, bookings: Sequence[Booking], had: Mapping[int, Instant]
) -> tuple[Affected, ...]:
    holders = {b.holder for b in bookings if b.holder}
    grants = reader.rows_of(Grant, sorted(holders))
    carriers = sorted({grant.account for grant in grants if grant.role == Role.CARRIER})
    names = {row.id: row.name for row in reader.many(Account, carriers).values()}
    rows = [
        Affected(
            number=booking.number,
            code=booking.code,
            start=had[booking.number],
            vehicle_class=booking.vehicle_class,
            carrier=names.get(booking.holder, ""),
            choice=choice,
            chosen=booking.start if choice is AffectedOutcome.CHOSEN else None,
        )
        for booking in bookings
        for choice in (_choice(booking),)
    ]
    return tuple(sorted(rows, key=lambda one: (one.start, one.number)))


def _choice(booking: Booking) -> AffectedOutcome:
    """The outcome; a new window counts as chosen, whatever happened to it later."""
    if booking.start is not None:
        return AffectedOutcome.CHOSEN
    return AffectedOutcome.OPEN if booking.ended_at is None else AffectedOutcome.ENDED
