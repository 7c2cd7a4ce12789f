"""The reading of a typed vehicle and its people: impossible fields, doubts, and corrected ones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from kezek.app.vehicle.plate_note import read_as
from kezek.domain.booking.book import Vehicle, faults
from kezek.domain.kernel.known import KnownFormats
from kezek.domain.kernel.refusal import Fact, Reason
from kezek.domain.vehicle import phone as phones
from kezek.domain.vehicle import plate as plates
from kezek.domain.vehicle import vin as vins
from kezek.domain.vehicle.reading import ReadingKind, read
from kezek.domain.vehicle.vehicle import country_of, spelled


@dataclass(frozen=True, slots=True)
class FieldFault:
    """A fault of one field, with the `reason` of its refusal; a phone that only the form requires has
    none.
    """

    field: str
    reason: Reason | None
    facts: Mapping[str, Fact]


@dataclass(frozen=True, slots=True)
class VehicleDoubts:
    """Doubts that refuse nothing: another plate was read (`read_as`), no known format fits (`unknown`),
    or the VIN's check digit is wrong (`check_digit`).
    """

    read_as: str = ""
    unknown: bool = False
    check_digit: bool = False


@dataclass(frozen=True, slots=True)
class ReadAnew:
    """Plate and phone under which a vehicle is recorded, each empty where only signs were left out."""

    country: str
    plate: str
    phone: str


def as_spelled(typed: Vehicle, known: KnownFormats) -> Vehicle:
    """A faultless vehicle in normal form, as it will stand on the ticket.

    The plate stays as typed, so that the rules read it and the ticket can show the reading.
    """
    one = spelled(
        country=typed.country, plate=typed.plate, vin=typed.vin, trailer=typed.trailer, known=known
    )
    return replace(
        typed,
        country=one.country,
        plate=one.reading.typed,
        vin=one.vin,
        trailer=one.trailer,
        phone=phones.normalise(typed.phone, known.phone, one.country),
    )


def read_plate(country: str, plate: str, known: KnownFormats) -> str:
    """The reading of a possible plate, as it will stand on the ticket."""
    return read(country_of(country), plate, known.plates).plate


def read_anew(typed: Vehicle, known: KnownFormats) -> ReadAnew:
    """The readings of plate and phone where they differ from the typed ones."""
    country = country_of(typed.country)
    number = phones.normalise(typed.phone, known.phone, country)
    same = number.removeprefix("+") == "".join(filter(str.isdigit, typed.phone))
    return ReadAnew(country, read_as(typed, known), "" if same else number)


def field_faults(typed: Vehicle, known: KnownFormats) -> Iterator[FieldFault]:
    """All faults of a form, by field; of several in one field the last one is shown.

    Forms require more than the rules do: the VIN, and a phone to find a lost ticket.
    """
    if not typed.plate:
        yield FieldFault("plate", Reason.PLATE_IMPOSSIBLE, {"wrong": plates.PlateFault.EMPTY})
    if not typed.vin:
        yield FieldFault("vin", Reason.VIN_IMPOSSIBLE, {"wrong": vins.VinFault.EMPTY})
    if not phones.normalise(typed.phone):
        yield FieldFault("phone", None, {})
    for fault in faults(typed, known):
        of_country = fault.facts.get("wrong") == plates.PlateFault.COUNTRY_SHAPE
        field = "country" if of_country else str(fault.facts["field"])
        yield FieldFault(field, fault.reason, fault.facts)


def doubts_about(typed: Vehicle, known: KnownFormats) -> VehicleDoubts:
    """The doubts about plate and VIN."""
    country, told, unknown = country_of(typed.country), "", False
    if not plates.impossible(country, typed.plate):
        reading = read(country, typed.plate, known.plates)
        told = reading.plate if reading.anew else ""
        unknown = not told and reading.how in (ReadingKind.NONE, ReadingKind.SEVERAL)
    vin = vins.normalise(typed.vin)
    doubtful = not vins.impossible(vin) and vins.check_digit_doubtful(vin)
    return VehicleDoubts(told, unknown, check_digit=doubtful)


def phone_impossible(text: str) -> bool:
    """Whether a typed text is no phone of any country."""
    return phones.impossible(text)
