"""How a plate was read, told the same on every channel: as typed, read anew, or not known at all."""

from __future__ import annotations

from enum import StrEnum

from kezek.domain.booking.book import Vehicle
from kezek.domain.booking.booking import Particulars
from kezek.domain.kernel.known import KnownFormats
from kezek.domain.vehicle.reading import ReadingKind, read
from kezek.domain.vehicle.vehicle import country_of


class PlateNote(StrEnum):
    """What is to be said beside a plate; empty where it stands as it was typed."""

    PLAIN = ""
    READ_ANEW = "read_anew"
    UNREAD = "unread"
    ANOTHER = "another"


def read_as(vehicle: Vehicle, known: KnownFormats) -> str:
    """The plate under which a vehicle was recorded, empty where it is as typed."""
    reading = read(country_of(vehicle.country), vehicle.plate, known.plates)
    return reading.plate if reading.anew else ""


def note_of(who: Particulars, known: KnownFormats) -> PlateNote:
    """What is to be said beside a recorded plate: UNREAD is one that fits no format, without a VIN.

    ANOTHER was recorded by the release before, which read no plates, and would be read as another now.
    """
    if who.typed:
        return PlateNote.READ_ANEW
    how = read(who.country, who.plate, known.plates).how
    if how is ReadingKind.ANEW:
        return PlateNote.ANOTHER
    unread = not who.vin and how in (ReadingKind.NONE, ReadingKind.SEVERAL)
    return PlateNote.UNREAD if unread else PlateNote.PLAIN
