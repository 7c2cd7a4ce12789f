"""The tickets of this browser, and a lost one found again: by number, code or plate, with the phone.

Every guess that does not fit gives the same answer, so nobody learns which bookings exist; guessing is
slowed down by address and by what is asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

import msgspec
from litestar import Response, get, post

from kezek.app.booking.find_ticket import TEXT_LENGTH_MAX, asked_for
from kezek.app.booking.ticket import TicketView
from kezek.app.server.rate import STRANGERS
from kezek.app.vehicle.vehicle_reading import phone_impossible
from kezek.domain.kernel.refusal import Reason
from kezek.i18n.mark import translatable
from kezek.i18n.say import refusal as say_refusal
from kezek.web.booking import own_tickets
from kezek.web.frame.format import STATES, local, zone_of
from kezek.web.frame.forms import most
from kezek.web.frame.page import Page
from kezek.web.frame.page_context import PageContext, PageRequest, visit
from kezek.web.frame.render import page, redirect
from kezek.web.submit.limit import STATUS, limited

_NOTHING_TYPED = translatable("Enter the booking number, the ticket code or the truck's plate.")
_NO_PHONE = translatable("Enter the driver's phone, as it was given when booking.")
_NOT_FOUND = translatable(
    "No booking matches this and this phone. Check both, or ask the officer at the waiting area."
)
_FORGOTTEN = translatable("The ticket is removed from this device. The booking stays valid.")
_ALL_FORGOTTEN = translatable("All tickets are removed from this device. The bookings stay valid.")


@dataclass(frozen=True, slots=True)
class OwnTicket:
    """A ticket of this browser in one row."""

    token: str
    number: int
    code: str
    post: str
    status: str
    start: datetime | None
    end: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FindTicketPage(Page):
    """The tickets of this browser, and a form with the ticket and the phone."""

    template = "pages/find_ticket.html"
    tickets: list[OwnTicket]
    values: Mapping[str, str]
    errors: Mapping[str, str]
    key: str


@get("/ticket")
async def find(request: PageRequest) -> Response[bytes]:
    """The tickets of this browser, and the form."""
    return _form(request, {}, {}, 200)


class _LostTicket(msgspec.Struct, frozen=True):
    ticket: Annotated[str, most(TEXT_LENGTH_MAX)] = ""
    phone: Annotated[str, most(60)] = ""


class _Forgotten(msgspec.Struct, frozen=True):
    """One ticket by its number, or all."""

    number: int | None = None


@post("/ticket", status_code=200)
async def found(request: PageRequest) -> Response[bytes]:
    """The ticket, or the one answer for everything that does not fit."""
    here = visit(request)
    application, errors = here.application, dict[str, str]()
    values = msgspec.structs.asdict(here.form.read(_LostTicket))
    numbers, wait = _unguessed(here, values["ticket"])
    if wait:
        said, headers = limited(here, wait)
        return _form(request, values, {"": said}, STATUS, headers)
    if not values["ticket"]:
        errors["ticket"] = here.words.gettext(_NOTHING_TYPED)
    if not values["phone"]:
        errors["phone"] = here.words.gettext(_NO_PHONE)
    elif phone_impossible(values["phone"]):
        errors["phone"] = " ".join(say_refusal.sentence(Reason.PHONE_IMPOSSIBLE, {}, here.lang))
    if not errors:
        number = application.lost_tickets.find(numbers, values["phone"])
        if number is not None:
            secret = application.papers.link(number)
            own_tickets.keep(here, secret)
            return redirect(request, f"/t/{secret}")
        errors[""] = here.words.gettext(_NOT_FOUND)
    return _form(request, values, errors, 422)


def _unguessed(here: PageContext, text: str) -> tuple[list[int], int]:
    """The bookings that are asked for, without those that are guessed at too often, and the seconds to
    wait where none is left.
    """
    rates, most = here.application.rates, here.application.settings.rate_sign_in
    wait = rates.take(f"find {here.address}", most).retry_after
    if wait:
        return [], wait
    named = here.application.lost_tickets.named(text)
    # Guesses at names that no booking has are limited too, or the limit would tell which names exist.
    asked = [str(number) for number in named] or [name for name in (asked_for(text),) if name]
    waits = [rates.take(f"ticket {name}", most * STRANGERS).retry_after for name in asked]
    if waits and all(waits):
        return [], min(waits)
    return [number for number, wait in zip(named, waits, strict=False) if not wait], 0


@post("/ticket/forget", status_code=200)
async def forget(request: PageRequest) -> Response[bytes]:
    """Forget one ticket on this device, or all."""
    here = visit(request)
    number = here.form.read(_Forgotten).number
    own_tickets.forget(here, number)
    here.flash("done", here.words.gettext(_FORGOTTEN if number else _ALL_FORGOTTEN))
    return redirect(request, "/ticket")


def _form(
    request: PageRequest,
    values: dict[str, str],
    errors: dict[str, str],
    http_status: int,
    headers: Mapping[str, str] | None = None,
) -> Response[bytes]:
    here = visit(request)
    shown = FindTicketPage(
        tickets=[_row(here, secret, view) for secret, view in own_tickets.kept(here)],
        values=values,
        errors=errors,
        key=here.new_key(),
    )
    return page(request, shown, http_status=http_status, headers=headers)


def _row(here: PageContext, secret: str, view: TicketView) -> OwnTicket:
    zone, start, end = zone_of(view.post), view.booking.start, view.window_end
    return OwnTicket(
        token=secret,
        number=view.booking.number,
        code=view.booking.code,
        post=view.post.names.own_name(here.lang),
        status=STATES[view.status],
        start=local(start, zone) if start is not None else None,
        end=local(end, zone) if end is not None else None,
    )


HANDLERS = (find, found, forget)
