"""What may change after booking: the window, the drivers, the wish to go; and officers' exceptions."""

from __future__ import annotations

import msgspec

from kezek.api.booking.booking import BookingMade, booking_made
from kezek.api.booking.decision import ONE, TIME_AND_PLACE, done, own_booking, told
from kezek.api.frame.form import Moment, Name, Stamp, Window, Word, instant, utc
from kezek.api.frame.operation import ApiRequest, Operation, Reply
from kezek.app.application import Application
from kezek.domain.booking.change import AddDriver, Cancel, Move
from kezek.domain.booking.release import Release
from kezek.domain.kernel.refusal import Reason
from kezek.domain.turn.acknowledge import Acknowledge


class WindowForm(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """`cause` is owed by staff for a booking that is not their own: asked_by_driver, papers,
    breakdown or booked_by_mistake.
    """

    start: Window
    cause: Word | None = None


class CancelForm(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """`cause` is as for a move; the own booking needs none, and an empty body will do."""

    cause: Word | None = None


class DriverForm(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    name: Name


class ReleaseForm(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """`cause` is registration_shown, sold_vehicle or false_plate."""

    cause: Word


class BookingStep(msgspec.Struct, frozen=True):
    number: int
    status: str


class DriversCounted(msgspec.Struct, frozen=True):
    number: int
    drivers: int


class AnswerForm(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """`call_until` names the call that is answered, as the booking shows it."""

    call_until: Stamp


class CallAnswered(msgspec.Struct, frozen=True):
    """`acknowledged_at` is when the call was answered first."""

    number: int
    acknowledged_at: Moment


class Changes:
    def __init__(self, application: Application) -> None:
        self._application = application

    async def move(self, call: ApiRequest) -> Reply:
        form = call.read(WindowForm)
        start, cause = instant(form.start), form.cause or ""
        number = own_booking(self._application, call.actor, call.number()).number
        command = Move(call.key, call.actor, number, start, self._application.delay(), cause)
        decided = await done(self._application, command)
        return told(booking_made(self._application, decided.outcome, "confirmed"), decided)

    async def cancel(self, call: ApiRequest) -> Reply:
        cause = call.read(CancelForm).cause if call.body else None
        number = own_booking(self._application, call.actor, call.number()).number
        command = Cancel(call.key, call.actor, number, self._application.delay(), cause or "")
        decided = await done(self._application, command)
        return told(msgspec.convert(decided.outcome, BookingStep), decided)

    async def add_driver(self, call: ApiRequest) -> Reply:
        name = call.read(DriverForm).name
        number = own_booking(self._application, call.actor, call.number()).number
        decided = await done(self._application, AddDriver(call.key, call.actor, number, name))
        return told(msgspec.convert(decided.outcome, DriversCounted), decided)

    async def acknowledge(self, call: ApiRequest) -> Reply:
        until = instant(call.read(AnswerForm).call_until)
        number = own_booking(self._application, call.actor, call.number()).number
        decided = await done(self._application, Acknowledge(call.key, call.actor, number, until))
        at = utc(decided.outcome["acknowledged_at"])
        return told(CallAnswered(number, at), decided)

    async def release(self, call: ApiRequest) -> Reply:
        cause = call.read(ReleaseForm).cause
        number = own_booking(self._application, call.actor, call.number()).number
        command = Release(call.key, call.actor, number, cause, self._application.delay())
        decided = await done(self._application, command)
        return told(msgspec.convert(decided.outcome, BookingStep), decided)


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
        body=WindowForm,
        answer=BookingMade,
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
        body=CancelForm,
        body_optional=True,
        answer=BookingStep,
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
        body=DriverForm,
        answer=DriversCounted,
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
        body=AnswerForm,
        answer=CallAnswered,
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
        body=ReleaseForm,
        answer=BookingStep,
        refusals=(*ONE, Reason.REASON_MISSING),
        example={"cause": "registration_shown"},
        answer_example={"number": 1024, "status": "released"},
    ),
)
