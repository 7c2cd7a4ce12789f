"""The fields of a truck and its driver: read, checked all at once, doubted softly."""

from __future__ import annotations

from collections.abc import Mapping

from kezek.app.plates import plate_formats
from kezek.domain.booking.book import Vehicle, faults
from kezek.domain.kernel.refusal import Fact, Reason
from kezek.domain.vehicle import phone as phones
from kezek.domain.vehicle import plate as plates
from kezek.domain.vehicle import vin as vins
from kezek.domain.vehicle.vehicle import spelled
from kezek.text import refusals
from kezek.text.catalogue import Words
from kezek.text.mark import translatable
from kezek.web.forms import Form

NAMES = ("vehicle_class", "country", "plate", "vin", "trailer", "phone", "driver")
_MOST = {"country": 2, "vehicle_class": 20, "driver": 120}

_UNKNOWN_FORM = translatable(
    "We do not know this form of plate. Look once more; it does not stop you."
)
_CHECK_DIGIT = translatable(
    "The check digit of this VIN does not fit. Look once more; it does not stop you."
)
_NO_PHONE = translatable("The phone is missing: without it a lost ticket cannot be found.")


def read_values(form: Form) -> dict[str, str]:
    """What was typed, as typed."""
    return {name: form.text(name, _MOST.get(name, 60)) for name in NAMES}


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


def as_spelled(values: Mapping[str, str]) -> dict[str, str]:
    """The same in the one spelling, as it will stand on the ticket; for what is not impossible."""
    typed = vehicle_of(values)
    one = spelled(country=typed.country, plate=typed.plate, vin=typed.vin, trailer=typed.trailer)
    vehicle = {"country": one.country, "plate": one.plate, "vin": one.vin, "trailer": one.trailer}
    return {**values, **vehicle, "phone": phones.normalise(typed.phone)}


def faults_of(values: Mapping[str, str], say: Words) -> dict[str, str]:
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
    for fault in faults(vehicle):
        of_country = fault.facts.get("wrong") == plates.PlateFault.COUNTRY_SHAPE
        note("country" if of_country else str(fault.facts["field"]), fault.reason, fault.facts)
    return found


def doubts_of(values: Mapping[str, str], say: Words) -> dict[str, str]:
    """What is unusual, by field; it is said and stops nobody."""
    country, found = values.get("country", "").upper(), {}
    plate = plates.normalise(country, values.get("plate", ""))
    possible = not plates.impossible(country, plate)
    if possible and not plates.known_format(country, plate, plate_formats()):
        found["plate"] = say.gettext(_UNKNOWN_FORM)
    vin = vins.normalise(values.get("vin", ""))
    if not vins.impossible(vin) and vins.check_digit_doubtful(vin):
        found["vin"] = say.gettext(_CHECK_DIGIT)
    return found
