"""The live line from facts: the bookings that are present and wait now."""

from __future__ import annotations

from collections.abc import Iterable

from kezek.domain.booking.booking import Booking
from kezek.domain.booking.status import Status, settled, status_of
from kezek.domain.checkpoint.checkpoint import Line
from kezek.domain.kernel.facts import Facts
from kezek.domain.kernel.instant import Instant
from kezek.domain.regulation.regulation import Regulation
from kezek.domain.turn.order import QueueEntry, line_up, turn_of


def present(facts: Facts, line: Line) -> list[Booking]:
    """Bookings of the line that have arrived and not ended, with the batch's changes."""
    numbers = set(facts.present(line.id))
    numbers |= {b.number for b in facts.touched(Booking) if b.line == line.id}
    found = (facts.get(Booking, number) for number in sorted(numbers))
    return [b for b in found if b and b.arrived_at is not None and b.ended_at is None]


def waiting(
    present: Iterable[Booking], line: Line, regulation: Regulation, now: Instant
) -> list[QueueEntry]:
    """The present bookings that are not called, in the order of the line."""
    arrived = [b for b in present if status_of(b, regulation, now) is Status.ARRIVED]
    turns = [turn_of(settled(b, regulation, now)) for b in arrived]
    return line_up(turns, regulation.interleave, line.cursor, now, in_round=line.round)
