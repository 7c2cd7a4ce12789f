"""The note on a plate's reading, the same on every channel: as typed, corrected, or unknown."""

from __future__ import annotations

from enum import StrEnum

from kezek.domain.booking.book import Vehicle
from kezek.domain.booking.booking import Particulars
from kezek.domain.kernel.known import KnownFormats
from kezek.domain.vehicle.reading import ReadingKind, read
from kezek.domain.vehicle.vehicle import country_of


class PlateNote(StrEnum):
    """The note beside a plate; empty where it stands as typed."""

    PLAIN = ""
    READ_ANEW = "read_anew"
    UNREAD = "unread"
    ANOTHER = "another"


def read_as(vehicle: Vehicle, known: KnownFormats) -> str:
    """The plate under which a vehicle was recorded, empty where it is as typed."""
    reading = read(country_of(vehicle.country), vehicle.plate, known.plates)
    return reading.plate if reading.anew else ""


def note_of(who: Particulars, known: KnownFormats) -> PlateNote:
    """The note beside a recorded plate: UNREAD fits no format and has no VIN.

    ANOTHER was recorded by a release that did not read plates, and would be read as another plate now.
    """
    if who.typed:
        return PlateNote.READ_ANEW
    how = read(who.country, who.plate, known.plates).how
    if how is ReadingKind.ANEW:
        return PlateNote.ANOTHER
    unread = not who.vin and how in (ReadingKind.NONE, ReadingKind.SEVERAL)
    return PlateNote.UNREAD if unread else PlateNote.PLAIN
