"""Bookings: made and read."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from kezek.api.booking.decision import (
    LINE,
    NEW_CARRIER,
    TIME_AND_PLACE,
    VEHICLE,
    decided_reply,
    done,
    own_booking,
)
from kezek.api.booking.response import (
    MADE_EXAMPLE,
    BookingList,
    BookingResponse,
    NewBookingResponse,
    booking_response,
    new_booking_response,
)
from kezek.api.checkpoint.checkpoint import known_line
from kezek.api.frame.form import (
    NUMBER_MAX,
    CheckpointId,
    Limit,
    VehicleRequest,
    Window,
    Word,
    instant,
)
from kezek.api.frame.operation import ApiRequest, Operation, Reply, answer
from kezek.api.frame.problem import no
from kezek.app.application import Application
from kezek.app.booking.lost_time import lost_times
from kezek.app.booking.view.holder import sees
from kezek.app.checkpoint.right import may_book
from kezek.app.vehicle.plate_note import read_as
from kezek.domain.account.actor import Actor
from kezek.domain.booking.book import Book
from kezek.domain.kernel.refusal import Reason


class BookingRequest(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A place, of the ordinary class if none is named; `protected`: known to be taken (agency only)."""

    checkpoint: CheckpointId
    start: Window
    vehicle: VehicleRequest
    vehicle_class: Word = msgspec.field(default="", name="class")
    protected: bool = False


class BookingQuery(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    cursor: Annotated[str, Meta(max_length=12, pattern=r"^[0-9]*$")] = ""
    limit: Limit = 50


def booking_command(application: Application, form: BookingRequest, actor: Actor, key: str) -> Book:
    """The command of a form; raises what is wrong with it."""
    served = known_line(application.network, form.checkpoint)
    line = served.line
    if not may_book(actor, line):
        raise no(Reason.NOT_ALLOWED, checkpoint=line.checkpoint)
    start, vehicle = instant(form.start), form.vehicle.typed()
    vehicle_class = form.vehicle_class or served.ordinary(application.now())
    return Book(key, actor, line.id, start, vehicle_class, vehicle, form.protected)


class Bookings:
    def __init__(self, application: Application) -> None:
        self._application = application

    async def create(self, request: ApiRequest) -> Reply:
        command = booking_command(
            self._application, request.read(BookingRequest), request.actor, request.key
        )
        decided = await done(self._application, command)
        anew = read_as(command.vehicle, self._application.rules.known)
        return decided_reply(
            new_booking_response(self._application, decided.outcome, "confirmed", anew),
            decided,
            201,
        )

    async def one(self, request: ApiRequest) -> Reply:
        booking = own_booking(self._application, request.actor, request.number())
        view = self._application.tickets.view(booking.number, self._application.now())
        assert view is not None, "the booking was found a moment ago"
        lost = lost_times(self._application.store.reader, [view]).get(booking.number)
        return answer(booking_response(self._application, request.actor, view, lost, history=True))

    async def own(self, request: ApiRequest) -> Reply:
        asked = request.read_query(BookingQuery)
        application, now = self._application, self._application.now()
        before = int(asked.cursor) if asked.cursor else NUMBER_MAX + 1
        numbers = application.store.reader.held_by(request.actor.account, before, asked.limit + 1)
        views = application.tickets.views(numbers[: asked.limit], now)
        # A ticket's address is as good as the ticket: it is not for a key that may only read.
        own = [view for view in views if sees(application.network, request.actor, view.booking)]
        lost = lost_times(application.store.reader, own)
        items = [
            booking_response(application, request.actor, view, lost.get(view.booking.number))
            for view in own
        ]
        more = len(numbers) > asked.limit
        return answer(BookingList(items, str(numbers[asked.limit - 1]) if more else ""))


FORM_EXAMPLE = {
    "checkpoint": "kz_syrym",
    "start": "2026-06-14T10:00:00Z",
    "class": "in_turn",
    "vehicle": {
        "country": "KZ",
        "plate": "123 ABC 02",
        "vin": "",
        "trailer": "",
        "phone": "+7 701 000 00 00",
        "drivers": ["A. Example"],
    },
}
OPERATIONS = (
    Operation(
        method="POST",
        path="/bookings",
        name="create_booking",
        noun="bookings",
        summary="Book a window for a vehicle",
        description="Needs a key of a carrier, a clerk or an agency. The booking is confirmed at "
        "once or refused; its fee is shown, not collected.",
        run=Bookings.create,
        body=BookingRequest,
        answer=NewBookingResponse,
        status=201,
        refusals=(*LINE, Reason.CLASS_UNKNOWN, *VEHICLE, *NEW_CARRIER, *TIME_AND_PLACE),
        example=FORM_EXAMPLE,
        answer_example=MADE_EXAMPLE,
    ),
    Operation(
        method="GET",
        path="/bookings",
        name="list_bookings",
        noun="bookings",
        summary="The bookings of the key's account",
        description="Newest first.",
        run=Bookings.own,
        query=BookingQuery,
        answer=BookingList,
    ),
    Operation(
        method="GET",
        path="/bookings/{number}",
        name="read_booking",
        noun="bookings",
        summary="One booking",
        description="For the account that made it and for the staff of its checkpoint; to everybody "
        "else it does not exist.",
        run=Bookings.one,
        answer=BookingResponse,
        refusals=(Reason.BOOKING_UNKNOWN,),
    ),
)
