"""The fields of a truck and its driver: read, checked all at once, doubted softly."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

import msgspec

from kezek.app.vehicle.plate_note import read_as
from kezek.domain.booking.book import Vehicle, faults
from kezek.domain.kernel.known import KnownFormats
from kezek.domain.kernel.refusal import Fact, Reason
from kezek.domain.vehicle import phone as phones
from kezek.domain.vehicle import plate as plates
from kezek.domain.vehicle import vin as vins
from kezek.domain.vehicle.reading import ReadingKind, read
from kezek.domain.vehicle.vehicle import country_of, spelled
from kezek.i18n import refusals
from kezek.i18n.catalogue import Words
from kezek.i18n.mark import translatable
from kezek.web.frame.forms import Form, most
from kezek.web.server.templates import groups_of


class TruckFields(msgspec.Struct, frozen=True):
    vehicle_class: Annotated[str, most(20)] = ""
    country: Annotated[str, most(2)] = ""
    plate: Annotated[str, most(60)] = ""
    vin: Annotated[str, most(60)] = ""
    trailer: Annotated[str, most(60)] = ""
    phone: Annotated[str, most(60)] = ""
    driver: Annotated[str, most(120)] = ""


NAMES = TruckFields.__struct_fields__

_READ_AS = translatable("We read this plate as %(plate)s. Compare it with the registration papers.")
_RECORDED = translatable("The plate was read as %(plate)s.")
_RECORDED_PHONE = translatable("The phone was read as %(phone)s.")
_UNKNOWN_FORM = translatable(
    "We do not know this plate format. Compare it with the registration papers. With a VIN the "
    "truck can be booked under it."
)
_CHECK_DIGIT = translatable(
    "The check digit of this VIN does not match. Compare it with the registration papers, and "
    "leave it if it is the same there."
)
_NO_PHONE = translatable("The phone is missing. Without it a lost ticket cannot be found.")


def read_values(form: Form) -> dict[str, str]:
    """What was typed, as typed."""
    return msgspec.structs.asdict(form.read(TruckFields))


def vehicle_of(values: Mapping[str, str]) -> Vehicle:
    """The vehicle that a command takes."""
    driver = values.get("driver", "")
    return Vehicle(
        country=values.get("country", ""),
        plate=values.get("plate", ""),
        vin=values.get("vin", ""),
        trailer=values.get("trailer", ""),
        phone=values.get("phone", ""),
        drivers=(driver,) if driver else (),
    )


def as_spelled(values: Mapping[str, str], known: KnownFormats) -> dict[str, str]:
    """The same in the one spelling, as it will stand on the ticket; for what is not impossible."""
    typed = vehicle_of(values)
    one = spelled(
        country=typed.country,
        plate=typed.plate,
        vin=typed.vin,
        trailer=typed.trailer,
        known=known,
    )
    vehicle = {"country": one.country, "vin": one.vin, "trailer": one.trailer}
    # What was typed goes on, so that the rules read it and the ticket can say how it was read.
    plate = one.reading.typed
    return {
        **values,
        **vehicle,
        "plate": plate,
        "phone": phones.normalise(typed.phone, known.phone, one.country),
    }


def read_plate(values: Mapping[str, str], known: KnownFormats) -> str:
    """The plate that will stand on the ticket, of values about which nothing is impossible."""
    country = country_of(values.get("country", ""))
    return read(country, values.get("plate", ""), known.plates).plate


def recorded_as(country: str, plate: str, say: Words) -> str:
    """The sentence about a plate that was read anew, in its painted groups; empty for none."""
    groups = " ".join((country, *groups_of(plate)))
    return say.say(_RECORDED, plate=groups) if plate else ""


def understood(typed: Vehicle, known: KnownFormats, say: Words) -> str:
    """How plate and phone were read, each where more was done than to leave out signs."""
    country, told = country_of(typed.country), []
    told.append(recorded_as(country, read_as(typed, known), say))
    number = phones.normalise(typed.phone, known.phone, country)
    if number.removeprefix("+") != "".join(filter(str.isdigit, typed.phone)):
        told.append(say.say(_RECORDED_PHONE, phone=number))
    return " ".join(filter(None, told))


def faults_of(values: Mapping[str, str], say: Words, known: KnownFormats) -> dict[str, str]:
    """What is impossible, by field: everything at once, so that nobody is sent back twice."""
    vehicle, found = vehicle_of(values), dict[str, str]()

    def note(name: str, reason: Reason, facts: Mapping[str, Fact]) -> None:
        found[name] = refusals.sentence(reason, facts, say.lang)[0]

    if not vehicle.plate:
        note("plate", Reason.PLATE_IMPOSSIBLE, {"wrong": plates.PlateFault.EMPTY})
    # Our forms ask for more than the rules do: the VIN, and a phone to find a lost ticket by.
    if not vehicle.vin:
        note("vin", Reason.VIN_IMPOSSIBLE, {"wrong": vins.VinFault.EMPTY})
    if not phones.normalise(vehicle.phone):
        found["phone"] = say.gettext(_NO_PHONE)
    for fault in faults(vehicle, known):
        of_country = fault.facts.get("wrong") == plates.PlateFault.COUNTRY_SHAPE
        note("country" if of_country else str(fault.facts["field"]), fault.reason, fault.facts)
    return found


def doubts_of(values: Mapping[str, str], say: Words, known: KnownFormats) -> dict[str, str]:
    """What is unusual, by field; it is said and stops nobody."""
    country, found = country_of(values.get("country", "")), {}
    if not plates.impossible(country, values.get("plate", "")):
        reading = read(country, values.get("plate", ""), known.plates)
        if reading.anew:
            found["plate"] = say.say(_READ_AS, plate=reading.plate)
        elif reading.how in (ReadingKind.NONE, ReadingKind.SEVERAL):
            found["plate"] = say.gettext(_UNKNOWN_FORM)
    vin = vins.normalise(values.get("vin", ""))
    if not vins.impossible(vin) and vins.check_digit_doubtful(vin):
        found["vin"] = say.gettext(_CHECK_DIGIT)
    return found
