"""A vehicle and its people as typed: their faults, and their normal form."""

from __future__ import annotations

from collections.abc import Iterator

from kezek.domain.kernel.known import KnownFormats, NumberingPlan
from kezek.domain.kernel.refusal import Reason, Refused
from kezek.domain.kernel.text import cleaned, is_line
from kezek.domain.kernel.value import value
from kezek.domain.vehicle import phone as phones
from kezek.domain.vehicle import plate as plates
from kezek.domain.vehicle import vin as vins
from kezek.domain.vehicle.reading import Reading, read
from kezek.domain.vehicle.reading import trailer as read_trailer

NAME_LENGTH_MAX = 80
# The longest typed plate, VIN or phone, with its spaces and hyphens.
TYPED_LENGTH_MAX = 64


@value(frozen=True, slots=True)
class NormalVehicle:
    """A vehicle in normal form, its plate as read; empty is not given."""

    country: str
    reading: Reading
    vin: str
    trailer: str


def country_of(text: str) -> str:
    """The code of a country in the form in which codes are compared."""
    return cleaned(text[:TYPED_LENGTH_MAX]).upper()


def spelled(
    *, country: str, plate: str, vin: str, trailer: str, known: KnownFormats
) -> NormalVehicle:
    """The normal form of a faultless vehicle."""
    code = country_of(country)
    return NormalVehicle(
        code,
        read(code, plate, known.plates),
        vins.normalise(vin),
        read_trailer(code, trailer, known.plates) if trailer else "",
    )


def vehicle_faults(*, country: str, plate: str, vin: str, trailer: str) -> Iterator[Refused]:
    """Every fault of a vehicle, in the order of precedence."""
    code = country_of(country)
    fault = _plate_fault(code, plate)
    if fault:
        yield Refused(Reason.PLATE_IMPOSSIBLE, {"field": "plate", "wrong": fault})
    # With an invalid country every plate is impossible; one fault says that.
    if trailer and fault is not plates.PlateFault.COUNTRY_SHAPE:
        fault = _plate_fault(code, trailer)
        if fault:
            yield Refused(Reason.PLATE_IMPOSSIBLE, {"field": "trailer", "wrong": fault})
    doubt = _vin_fault(vin) if vin else None
    if doubt:
        yield Refused(Reason.VIN_IMPOSSIBLE, {"field": "vin", "wrong": doubt})


def people_faults(
    *, phone: str, drivers: tuple[str, ...], plan: NumberingPlan, country: str = ""
) -> Iterator[Refused]:
    """Every fault of the people in a vehicle; `country` is the vehicle's."""
    fault = phones.fault_of(phone[:TYPED_LENGTH_MAX], plan, country) if phone else None
    if len(phone) > TYPED_LENGTH_MAX:
        fault = phones.PhoneFault.IMPOSSIBLE
    if fault:
        yield Refused(Reason.PHONE_IMPOSSIBLE, {"field": "phone", "wrong": fault})
    if not all(is_name(name) for name in drivers):
        yield Refused(Reason.DRIVER_MISSING, {"field": "driver"})


def is_name(text: str) -> bool:
    """Whether a text can be a driver's name."""
    return is_line(text, NAME_LENGTH_MAX) and bool(cleaned(text))


def _plate_fault(country: str, text: str) -> plates.PlateFault | None:
    # The length is checked first, so that an overlong text costs no time.
    if len(text) > TYPED_LENGTH_MAX:
        return plates.PlateFault.TOO_LONG
    return plates.impossible(country, text)


def _vin_fault(text: str) -> vins.VinFault | None:
    return vins.VinFault.LENGTH if len(text) > TYPED_LENGTH_MAX else vins.impossible(text)
