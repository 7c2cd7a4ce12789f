"""A carrier's vehicles and drivers: kept to fill in forms; they reserve nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, NamedTuple

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath

from kezek.app.account.access import Person
from kezek.app.booking.garage import (
    GarageDoubts,
    Parked,
    drivers,
    garage_doubts,
    parked,
    row_id,
)
from kezek.app.booking.ticket import TicketView
from kezek.domain.account.account import GarageDriver, GarageVehicle
from kezek.domain.account.actor import Role
from kezek.domain.account.garage import KeepInGarage
from kezek.domain.kernel.refusal import Refused
from kezek.i18n.mark import translatable as t
from kezek.web.frame.format import countries, local, zone_of
from kezek.web.frame.forms import most
from kezek.web.frame.page import Page
from kezek.web.frame.page_context import PageContext, PageRequest, visit
from kezek.web.frame.page_error import PageError
from kezek.web.frame.render import page, redirect
from kezek.web.frame.session import signed_in
from kezek.web.submit.retry_page import ask
from kezek.web.submit.submit import field_errors, said, why_not

PAGE = "/carrier/garage"


class _NewVehicle(msgspec.Struct, frozen=True):
    country: Annotated[str, most(120)] = ""
    plate: Annotated[str, most(120)] = ""
    vin: Annotated[str, most(120)] = ""
    trailer: Annotated[str, most(120)] = ""


class _NewDriver(msgspec.Struct, frozen=True):
    driver: Annotated[str, most(120)] = ""
    phone: Annotated[str, most(120)] = ""


class _Removal(msgspec.Struct, frozen=True):
    id: Annotated[str, most(40)] = ""


_FORMS: Mapping[str, type[_NewVehicle | _NewDriver]] = {
    "vehicle": _NewVehicle,
    "driver": _NewDriver,
}
_FIELDS = {noun: frozenset(kind.__struct_fields__) for noun, kind in _FORMS.items()}
_ADDED = {
    "vehicle": t("The truck %(what)s is in your list."),
    "driver": t("The driver %(what)s is in your list."),
}
_CHANGED = {
    "vin": t("This truck was already in the list. Its VIN was %(before)s and is now %(after)s."),
    "trailer": t(
        "This truck was already in the list. Its trailer was %(before)s and is now %(after)s."
    ),
    "phone": t("This name was already in the list. Its phone was %(before)s and is now %(after)s."),
}
_SAME_VIN = t("%(plate)s in your list has the same VIN. Compare both with the registration papers.")
_NOTHING = "–"
_REMOVED = t("%(what)s is no longer in your list. Bookings stay as they are.")
_GONE = t("This row is not in your list any more.")


class BookingShown(NamedTuple):
    code: str
    url: str
    post: str
    start: datetime | None


class VehicleRow(NamedTuple):
    id: str
    country: str
    plate: str
    vin: str
    trailer: str
    booking: BookingShown | None
    taken: bool


class DriverRow(NamedTuple):
    id: str
    name: str
    phone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GaragePage(Page):
    """Of the two forms, `form` was sent: vehicle, driver, or empty for none."""

    template = "pages/garage.html"
    vehicles: list[VehicleRow]
    drivers: list[DriverRow]
    countries: list[tuple[str, str]]
    values: Mapping[str, str]
    errors: Mapping[str, str]
    form: str
    key: str


def authorities(here: PageContext) -> list[str]:
    """Every authority under which a vehicle can have a booking."""
    return sorted({rules.authority for rules in here.application.rules.values()})


def own_vehicles(here: PageContext, person: Person) -> list[Parked]:
    return parked(here.application.store.reader, person.account.id, authorities(here))


def own_drivers(here: PageContext, person: Person) -> list[GarageDriver]:
    return drivers(here.application.store.reader, person.account.id)


@get("/carrier/garage", sync_to_thread=False)
def garage(request: PageRequest) -> Response[bytes]:
    """The list and its two forms."""
    return _show(request, signed_in(request, Role.CARRIER))


def _show(
    request: PageRequest,
    person: Person,
    *,
    form: str = "",
    values: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
) -> Response[bytes]:
    here = visit(request)
    shown = GaragePage(
        vehicles=_vehicles(here, own_vehicles(here, person)),
        drivers=[DriverRow(row_id(d), d.name, d.phone) for d in own_drivers(here, person)],
        countries=countries(here.lang),
        values=values or {},
        errors=errors or {},
        form=form,
        key=here.new_key(),
    )
    return page(request, shown, http_status=422 if errors else 200)


def _vehicles(here: PageContext, rows: list[Parked]) -> list[VehicleRow]:
    numbers = [row.own for row in rows if row.own is not None]
    views = {v.booking.number: v for v in here.application.tickets.views(numbers, here.now)}
    return [_vehicle(here, row, views.get(row.own or 0)) for row in rows]


def _vehicle(here: PageContext, row: Parked, view: TicketView | None) -> VehicleRow:
    v = row.vehicle
    booking = None
    if view is not None:
        start = view.booking.start
        booking = BookingShown(
            view.booking.code,
            f"/t/{here.application.papers.link_of(view.booking)}",
            view.post.names.own_name(here.lang),
            local(start, zone_of(view.post)) if start is not None else None,
        )
    return VehicleRow(row_id(v), v.country, v.plate, v.vin, v.trailer, booking, row.taken)


@get([f"{PAGE}/{{noun:str}}/{verb}" for verb in ("add", "remove")], sync_to_thread=False)
def garage_again(request: PageRequest, noun: FromPath[str]) -> Response[bytes]:
    """Who reloads after a step comes back to the list."""
    signed_in(request, Role.CARRIER)
    del noun
    return redirect(request, PAGE)


@post("/carrier/garage/{noun:str}/add")
async def add(request: PageRequest, noun: FromPath[str]) -> Response[bytes]:
    """One row more; the same plate again replaces what was known of it."""
    here, person = visit(request), signed_in(request, Role.CARRIER)
    if noun not in _FIELDS:
        raise PageError("not_found")
    values = msgspec.structs.asdict(here.form.read(_FORMS[noun]))
    account, reader = person.account.id, here.application.store.reader
    row: GarageVehicle | GarageDriver
    known: Sequence[GarageVehicle | GarageDriver]
    if noun == "vehicle":
        known = reader.rows(GarageVehicle, account)
        country, plate = values["country"].upper(), values["plate"]
        row = GarageVehicle(account, plate, country, values["vin"], values["trailer"], "")
    else:
        known = reader.rows(GarageDriver, account)
        row = GarageDriver(account, values["driver"], values["phone"])
    answer = await ask(here, KeepInGarage(here.form.key, person.actor, row))
    if isinstance(answer, Refused):
        errors = field_errors(here, answer, "UTC", _FIELDS[noun])
        return _show(request, person, form=noun, values=values, errors=errors)
    what = values["plate"] if noun == "vehicle" else values["driver"]
    here.flash("done", here.words.say(_ADDED[noun], what=what))
    doubts = garage_doubts(row, known, here.application.rules.known)
    for doubt in _doubts(here, doubts):
        here.flash("mind", doubt)
    return redirect(request, PAGE)


def _doubts(here: PageContext, doubts: GarageDoubts) -> Iterator[str]:
    """What a row has replaced that may have been right, and which other truck has its VIN."""
    for name, (before, after) in doubts.replaced.items():
        yield here.words.say(_CHANGED[name], before=before or _NOTHING, after=after or _NOTHING)
    if doubts.same_vin:
        yield here.words.say(_SAME_VIN, plate=doubts.same_vin)


@post("/carrier/garage/{noun:str}/remove")
async def remove(request: PageRequest, noun: FromPath[str]) -> Response[bytes]:
    """One row less; bookings are not touched."""
    here, person = visit(request), signed_in(request, Role.CARRIER)
    if noun not in _FIELDS:
        raise PageError("not_found")
    wanted = here.form.read(_Removal).id
    rows: list[GarageVehicle | GarageDriver]
    if noun == "vehicle":
        rows = [row.vehicle for row in own_vehicles(here, person)]
    else:
        rows = list(own_drivers(here, person))
    row = next((row for row in rows if row_id(row) == wanted), None)
    if row is None:
        return said(request, here, PAGE, "plain", here.words.gettext(_GONE))
    answer = await ask(here, KeepInGarage(here.form.key, person.actor, row, remove=True))
    if isinstance(answer, Refused):
        return said(request, here, PAGE, "stop", why_not(here, answer))
    what = row.plate if isinstance(row, GarageVehicle) else row.name
    return said(request, here, PAGE, "done", here.words.say(_REMOVED, what=what))


HANDLERS = (garage, garage_again, add, remove)
