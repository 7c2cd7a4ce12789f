"""A lost link is found again with booking number and phone.

A wrong number and a wrong phone give the same answer, so nobody learns which bookings exist; guessing
is slowed down by address and by booking.
"""

from __future__ import annotations

from litestar import Response, get, post

from kezek.app.rate import STRANGERS
from kezek.domain.kernel.refusal import Reason
from kezek.domain.vehicle import phone as phones
from kezek.text import refusals
from kezek.text.mark import translatable
from kezek.web.render import page, redirect
from kezek.web.stop import Stop
from kezek.web.visit import PageRequest, visit

_NO_NUMBER = translatable("A booking number is a whole number.")
_NOT_FOUND = translatable(
    "No booking has this number and this phone. Look at both once more, "
    "or ask the officer at the waiting area."
)


@get("/ticket")
async def find(request: PageRequest) -> Response[bytes]:
    """The form."""
    return _form(request, {}, {}, 200)


@post("/ticket", status_code=200)
async def found(request: PageRequest) -> Response[bytes]:
    """The ticket, or the one answer for everything that does not fit."""
    here = visit(request)
    most = here.house.settings.rate_sign_in
    form = here.form
    number, errors = form.number("number"), {}
    rates = here.house.rates
    if not rates.allows(f"find {here.address}", most):
        raise Stop("rate_limited")
    if number and not rates.allows(f"ticket {number}", most * STRANGERS):
        raise Stop("rate_limited")
    values = {"number": form.text("number", 60), "phone": form.text("phone", 60)}
    if not number:
        errors["number"] = here.words.gettext(_NO_NUMBER)
    if phones.impossible(values["phone"]):
        errors["phone"] = refusals.sentence(Reason.PHONE_IMPOSSIBLE, {}, here.lang)[0]
    if number and not errors:
        if here.house.tickets.lost(number, values["phone"]):
            return redirect(request, f"/t/{here.house.papers.link(number)}")
        errors[""] = here.words.gettext(_NOT_FOUND)
    return _form(request, values, errors, 422)


def _form(
    request: PageRequest, values: dict[str, str], errors: dict[str, str], http_status: int
) -> Response[bytes]:
    return page(
        request,
        "pages/find_ticket.html",
        http_status=http_status,
        values=values,
        errors=errors,
        key=visit(request).new_key(),
    )


HANDLERS = (find, found)
