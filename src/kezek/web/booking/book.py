"""Booking a time: a driver without an account, or whoever has signed in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

import msgspec
from litestar import Response, get, post

from kezek.app.booking.ticket import TicketView
from kezek.app.booking.vehicle_check import vehicle_refusal
from kezek.app.desk.batch import Done
from kezek.app.vehicle.vehicle_reading import as_spelled, read_plate
from kezek.domain.account.actor import PUBLIC
from kezek.domain.booking.book import Book
from kezek.domain.kernel.known import KnownFormats
from kezek.domain.kernel.refusal import Refused
from kezek.web.booking import book_chosen, book_flow, draft, own_tickets
from kezek.web.booking.book_chosen import BookingChoice, Flow
from kezek.web.frame import session
from kezek.web.frame.forms import most
from kezek.web.frame.page_context import PageContext, PageRequest, visit
from kezek.web.frame.page_error import PageError
from kezek.web.frame.render import redirect
from kezek.web.submit.limit import STATUS, limited
from kezek.web.submit.retry_page import ask
from kezek.web.vehicle.vehicle_fields import (
    NAMES,
    doubts_of,
    faults_of,
    read_values,
    spelled_values,
    vehicle_of,
)


def _flow(request: PageRequest) -> Flow:
    return Flow(mode="driver", base="/book", back="/", actor=session.actor(request))


@get("/book")
async def choose(request: PageRequest) -> Response[bytes]:
    """The step that the address has come to: post, day and hour, or truck."""
    return show_step(request, _flow(request))


@post("/book", status_code=200)
async def take(request: PageRequest) -> Response[bytes]:
    """What a form of the flow sent: check, truck, or confirm."""
    return await take_step(request, _flow(request))


def show_step(request: PageRequest, flow: Flow) -> Response[bytes]:
    """The step of an address; also for the clerk's flow."""
    here, query = visit(request), request.query_params
    if "checkpoint" not in query:
        return book_flow.show_posts(request, flow)
    choice = book_chosen.choice_of(here, flow, book_chosen.asked(query))
    if choice.start is None or choice.errors:
        return book_flow.show(request, flow, "when", choice)
    if flow.mode != "driver":
        return book_flow.show(request, flow, "truck", choice)
    typed = draft.read(here, NAMES)
    choice.values = typed
    if not typed and "another" not in query:
        choice.made = _made(here, choice)
    if typed and query.get("step") == "confirm":
        known = here.application.rules.known
        choice.errors |= faults_of(typed, here.words, known)
        if not choice.errors:
            return _to_confirm(request, flow, choice)
    return book_flow.show(request, flow, "truck", choice)


def _made(here: PageContext, choice: BookingChoice) -> tuple[str, TicketView] | None:
    """The ticket that this browser has for the chosen hour: Back after Confirm leads here."""
    for secret, view in own_tickets.kept(here):
        booking = view.booking
        if view.live and booking.line == choice.line.id and booking.start == choice.start:
            return secret, view
    return None


def _to_confirm(
    request: PageRequest,
    flow: Flow,
    choice: BookingChoice,
    http_status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> Response[bytes]:
    """The last step, with the truck in the one spelling and what is doubtful about it."""
    here = visit(request)
    known = here.application.rules.known
    choice.warnings = doubts_of(choice.values, here.words, known)
    choice.values = spelled_values(choice.values, known)
    choice.values["plate_read"] = _plate_of(choice, known)
    return book_flow.show(
        request, flow, "confirm", choice, http_status=http_status, headers=headers
    )


class _FlowStep(msgspec.Struct, frozen=True):
    """`to` is of a button that leads elsewhere than the form's own step."""

    to: Annotated[str, most(10)] = ""
    step: Annotated[str, most(10)] = ""


async def take_step(request: PageRequest, flow: Flow) -> Response[bytes]:
    """The step of a form; also for the clerk's flow."""
    here = visit(request)
    form = here.form
    choice = book_chosen.choice_of(here, flow, book_chosen.awaited_of(form))
    choice.values = read_values(form)
    pressed = form.read(_FlowStep)
    step = pressed.to or pressed.step
    if step not in ("check", "truck", "confirm", "when") or choice.day is None:
        raise PageError("malformed")
    kept = flow.mode == "driver" and step in ("check", "when") and draft.keep(here, choice.values)
    if step == "when":
        return redirect(request, book_flow.address_of(flow, choice, hour=False))
    if step == "truck":
        return book_flow.show(request, flow, "truck", choice)
    timely, known = not choice.errors, here.application.rules.known
    choice.errors |= faults_of(choice.values, here.words, known)
    if step == "confirm" and timely and not choice.errors:
        return await _confirm(request, flow, choice)
    if choice.errors:
        choice.warnings = doubts_of(choice.values, here.words, known)
        return book_flow.show(request, flow, "truck", choice, http_status=422)
    refused = _booked_already(here, flow, choice)
    if refused:
        choice.values = spelled_values(choice.values, known)
        choice.held = _held(here, choice)
        book_chosen.refuse(here, choice, refused)
        return book_flow.show(request, flow, "truck", choice, http_status=409)
    if kept:
        return redirect(request, f"{book_flow.address_of(flow, choice)}&step=confirm")
    return _to_confirm(request, flow, choice)


def _booked_already(here: PageContext, flow: Flow, choice: BookingChoice) -> Refused | None:
    """What Confirm would say of the vehicle, said a step earlier and no oftener to one address."""
    most, line = here.application.settings.rate_book, choice.post.line
    assert line is not None, "a choice is made at a post with a line"
    if flow.actor is PUBLIC and not here.application.rates.allows(f"check {here.address}", most):
        return None
    vehicle, known = vehicle_of(choice.values), here.application.rules.known
    return vehicle_refusal(here.application.store, flow.actor, line, vehicle, known, here.now)


def _plate_of(choice: BookingChoice, known: KnownFormats) -> str:
    """The plate that will stand on the ticket."""
    return read_plate(choice.values.get("country", ""), choice.values.get("plate", ""), known)


def _held(here: PageContext, choice: BookingChoice) -> str:
    """The secret of this browser's ticket for the truck, empty where it has none."""
    known = here.application.rules.known
    one, plate = as_spelled(vehicle_of(choice.values), known), _plate_of(choice, known)
    for secret, view in own_tickets.kept(here):
        who = view.particulars
        if who is not None and view.live and (who.country, who.plate) == (one.country, plate):
            return secret
        if who is not None and view.live and who.vin and who.vin == one.vin:
            return secret
    return ""


def _seconds_to_wait(here: PageContext) -> int:
    """Until an address without an account may book once more: bots wait, a yard of drivers not.

    Asking again under a key that was counted is no other booking.
    """
    most, counted = here.application.settings.rate_book, here.web.counted
    asked = (here.address, here.form.key)
    if counted.find(asked, None):
        return 0
    wait = here.application.rates.take(f"book {here.address}", most).retry_after
    if not wait:
        counted.keep(asked, None, True)
    return wait


async def _confirm(request: PageRequest, flow: Flow, choice: BookingChoice) -> Response[bytes]:
    """Ask the desk; a no is shown where it belongs, with everything that was typed."""
    here = visit(request)
    assert choice.start is not None, "only a whole choice is confirmed"
    wait = _seconds_to_wait(here) if flow.actor is PUBLIC else 0
    if wait:
        choice.errors[""], headers = limited(here, wait)
        return _to_confirm(request, flow, choice, STATUS, headers)
    command = Book(
        key=here.form.key,
        actor=flow.actor,
        line=choice.line.id,
        start=choice.start,
        vehicle_class=choice.klass,
        vehicle=vehicle_of(choice.values),
    )
    answer = await ask(here, command)
    if isinstance(answer, Done):
        secret = here.application.papers.link(answer.outcome["number"])
        if flow.mode == "driver":
            own_tickets.keep(here, secret)
            draft.forget(here)
        # Whoever books at a desk hands over paper.
        then = "/print" if flow.mode == "clerk" else ""
        return redirect(request, f"/t/{secret}{then}")
    choice.held = _held(here, choice)
    book_chosen.refuse(here, choice, answer)
    return book_flow.show(request, flow, "truck", choice, http_status=409)


HANDLERS = (choose, take)
