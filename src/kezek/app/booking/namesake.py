"""Live bookings that seem to be of one truck, made by the release before, which read no plates."""

from __future__ import annotations

from collections.abc import Iterator

from kezek.app.installation.snapshot import Snapshot
from kezek.domain.booking.booking import Booking, Particulars
from kezek.domain.checkpoint.checkpoint import Line
from kezek.domain.kernel.known import KnownFormats
from kezek.domain.vehicle.reading import read


def namesakes(snapshot: Snapshot, known: KnownFormats) -> list[tuple[int, ...]]:
    """Numbers of live bookings of one authority whose plates are read alike, in order.

    They keep their places; a new booking could not be made beside any of them.
    """
    authorities = {line.id: line.authority for block in snapshot.blocks(Line) for line in block}
    live = {
        booking.number: authorities.get(booking.line, "")
        for block in snapshot.blocks(Booking)
        for booking in block
        if booking.ended_at is None
    }
    found: dict[tuple[str, str, str], list[int]] = {}
    for who in _particulars(snapshot):
        if who.number in live:
            plate = read(who.country, who.plate, known.plates).plate
            found.setdefault((live[who.number], who.country, plate), []).append(who.number)
    return sorted(tuple(sorted(numbers)) for numbers in found.values() if len(numbers) > 1)


def _particulars(snapshot: Snapshot) -> Iterator[Particulars]:
    for block in snapshot.blocks(Particulars):
        yield from block
