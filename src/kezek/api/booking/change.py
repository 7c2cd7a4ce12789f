"""What may change after booking: the window, the drivers, the wish to go; and officers' exceptions."""

from __future__ import annotations

import msgspec

from kezek.api.booking.decision import ONE, TIME_AND_PLACE, decided_reply, done, own_booking
from kezek.api.booking.response import NewBookingResponse, new_booking_response
from kezek.api.frame.form import Moment, Name, Stamp, Window, Word, instant, utc
from kezek.api.frame.operation import ApiRequest, Operation, Reply
from kezek.app.application import Application
from kezek.domain.booking.change import AddDriver, Cancel, Move
from kezek.domain.booking.release import Release
from kezek.domain.kernel.refusal import Reason
from kezek.domain.turn.acknowledge import Acknowledge


class WindowRequest(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """`cause` is owed by staff for a booking that is not their own: asked_by_driver, papers,
    breakdown or booked_by_mistake.
    """

    start: Window
    cause: Word | None = None


class CancelRequest(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """`cause` is as for a move; the own booking needs none, and an empty body will do."""

    cause: Word | None = None


class DriverRequest(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    name: Name


class ReleaseRequest(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """`cause` is registration_shown, sold_vehicle or false_plate."""

    cause: Word


class BookingStepResponse(msgspec.Struct, frozen=True):
    number: int
    status: str


class DriversResponse(msgspec.Struct, frozen=True):
    number: int
    drivers: int


class CallAnswerRequest(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """`call_until` names the call that is answered, as the booking shows it."""

    call_until: Stamp


class CallAnswerResponse(msgspec.Struct, frozen=True):
    """`acknowledged_at` is when the call was answered first."""

    number: int
    acknowledged_at: Moment


class Changes:
    def __init__(self, application: Application) -> None:
        self._application = application

    async def move(self, request: ApiRequest) -> Reply:
        form = request.read(WindowRequest)
        start, cause = instant(form.start), form.cause or ""
        number = own_booking(self._application, request.actor, request.number()).number
        command = Move(request.key, request.actor, number, start, self._application.delay(), cause)
        decided = await done(self._application, command)
        return decided_reply(
            new_booking_response(self._application, decided.outcome, "confirmed"), decided
        )

    async def cancel(self, request: ApiRequest) -> Reply:
        cause = request.read(CancelRequest).cause if request.body else None
        number = own_booking(self._application, request.actor, request.number()).number
        command = Cancel(request.key, request.actor, number, self._application.delay(), cause or "")
        decided = await done(self._application, command)
        return decided_reply(msgspec.convert(decided.outcome, BookingStepResponse), decided)

    async def add_driver(self, request: ApiRequest) -> Reply:
        name = request.read(DriverRequest).name
        number = own_booking(self._application, request.actor, request.number()).number
        decided = await done(self._application, AddDriver(request.key, request.actor, number, name))
        return decided_reply(msgspec.convert(decided.outcome, DriversResponse), decided)

    async def acknowledge(self, request: ApiRequest) -> Reply:
        until = instant(request.read(CallAnswerRequest).call_until)
        number = own_booking(self._application, request.actor, request.number()).number
        decided = await done(
            self._application, Acknowledge(request.key, request.actor, number, until)
        )
        at = utc(decided.outcome["acknowledged_at"])
        return decided_reply(CallAnswerResponse(number, at), decided)

    async def release(self, request: ApiRequest) -> Reply:
        cause = request.read(ReleaseRequest).cause
        number = own_booking(self._application, request.actor, request.number()).number
        command = Release(request.key, request.actor, number, cause, self._application.delay())
        decided = await done(self._application, command)
        return decided_reply(msgspec.convert(decided.outcome, BookingStepResponse), decided)


_ONE = "The booking must be the key's own, or stand at a checkpoint where the key serves. "

OPERATIONS = (
    Operation(
        method="PUT",
        path="/bookings/{number}/window",
        name="move_booking",
        noun="bookings",
        summary="Move a booking to another window",
        description=_ONE + "The same line, free of charge, within the regulation's limits. The old "
        "place comes back for everybody after a random delay.",
        run=Changes.move,
        body=WindowRequest,
        answer=NewBookingResponse,
        refusals=(
            *ONE,
            Reason.REASON_MISSING,
            Reason.MOVES_EXHAUSTED,
            Reason.MOVE_TOO_LATE,
            Reason.SAME_WINDOW,
            *TIME_AND_PLACE,
        ),
        example={"start": "2026-06-15T08:00:00Z"},
    ),
    Operation(
        method="POST",
        path="/bookings/{number}/cancellation",
        name="cancel_booking",
        noun="bookings",
        summary="Cancel a booking",
        description=_ONE + "The vehicle is free at once; the place comes back after a random "
        "delay. A vehicle that waits in the line is cancelled by its driver or carrier, by staff only "
        "through `/bookings/{number}/proposal`.",
        run=Changes.cancel,
        body=CancelRequest,
        body_optional=True,
        answer=BookingStepResponse,
        refusals=(*ONE, Reason.REASON_MISSING, Reason.SECOND_PERSON_NEEDED),
        example={},
        answer_example={"number": 1024, "status": "cancelled"},
    ),
    Operation(
        method="POST",
        path="/bookings/{number}/drivers",
        name="add_driver",
        noun="bookings",
        summary="Add a driver",
        description=_ONE + "Plate and crossing never change; drivers may be added up to the limit.",
        run=Changes.add_driver,
        body=DriverRequest,
        answer=DriversResponse,
        refusals=(*ONE, Reason.DRIVER_MISSING, Reason.DRIVERS_TOO_MANY),
        example={"name": "B. Example"},
        answer_example={"number": 1024, "drivers": 2},
    ),
    Operation(
        method="POST",
        path="/bookings/{number}/acknowledgement",
        name="acknowledge_call",
        noun="bookings",
        summary="Answer a call: the driver is on the way",
        description="For the account that made the booking, whose driver holds the ticket. The officer "
        "sees it beside the call; no place and no deadline changes. A second answer changes nothing.",
        run=Changes.acknowledge,
        body=CallAnswerRequest,
        answer=CallAnswerResponse,
        refusals=(*ONE, Reason.CALL_OVER),
        example={"call_until": "2026-06-14T10:20:00Z"},
        answer_example={"number": 1024, "acknowledged_at": "2026-06-14T10:02:00Z"},
    ),
    Operation(
        method="POST",
        path="/bookings/{number}/release",
        name="release_vehicle",
        noun="bookings",
        summary="Release a vehicle that somebody else has booked",
        description="An officer or the agency has seen the registration papers. The booking ends, and "
        "the claim is counted against the account that made it.",
        run=Changes.release,
        body=ReleaseRequest,
        answer=BookingStepResponse,
        refusals=(*ONE, Reason.REASON_MISSING),
        example={"cause": "registration_shown"},
        answer_example={"number": 1024, "status": "released"},
    ),
)
