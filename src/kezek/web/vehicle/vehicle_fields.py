"""The fields of a truck and its driver: read, checked all at once, doubted softly."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

import msgspec

from kezek.app.vehicle.vehicle_reading import (
    as_spelled,
    doubts_about,
    field_faults,
    read_anew,
)
from kezek.domain.booking.book import Vehicle
from kezek.domain.kernel.known import KnownFormats
from kezek.i18n.catalogue import Words
from kezek.i18n.mark import translatable
from kezek.i18n.say import refusal as say_refusal
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


def spelled_values(values: Mapping[str, str], known: KnownFormats) -> dict[str, str]:
    """The same in the one spelling, as it will stand on the ticket; for what is not impossible."""
    one = as_spelled(vehicle_of(values), known)
    fields = {"country": one.country, "plate": one.plate, "vin": one.vin, "trailer": one.trailer}
    return {**values, **fields, "phone": one.phone}


def recorded_as(country: str, plate: str, say: Words) -> str:
    """The sentence about a plate that was read anew, in its painted groups; empty for none."""
    groups = " ".join((country, *groups_of(plate)))
    return say.say(_RECORDED, plate=groups) if plate else ""


def understood(typed: Vehicle, known: KnownFormats, say: Words) -> str:
    """How plate and phone were read, each where more was done than to leave out signs."""
    anew = read_anew(typed, known)
    told = [recorded_as(anew.country, anew.plate, say)]
    if anew.phone:
        told.append(say.say(_RECORDED_PHONE, phone=anew.phone))
    return " ".join(filter(None, told))


def faults_of(values: Mapping[str, str], say: Words, known: KnownFormats) -> dict[str, str]:
    """What is impossible, by field: everything at once, so that nobody is sent back twice."""
    return {
        fault.field: say_refusal.sentence(fault.reason, fault.facts, say.lang)[0]
        if fault.reason
        else say.gettext(_NO_PHONE)
        for fault in field_faults(vehicle_of(values), known)
    }


def doubts_of(values: Mapping[str, str], say: Words, known: KnownFormats) -> dict[str, str]:
    """What is unusual, by field; it is said and stops nobody."""
    doubts, found = doubts_about(vehicle_of(values), known), dict[str, str]()
    if doubts.read_as:
        found["plate"] = say.say(_READ_AS, plate=doubts.read_as)
    elif doubts.unknown:
        found["plate"] = say.gettext(_UNKNOWN_FORM)
    if doubts.check_digit:
        found["vin"] = say.gettext(_CHECK_DIGIT)
    return found
