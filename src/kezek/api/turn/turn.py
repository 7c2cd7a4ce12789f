"""The officers' steps: arrivals, walk-ins, calls, and what happens at the gate."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from kezek.api.booking.change import BookingStepResponse
from kezek.api.booking.decision import (
    LINE,
    ONE,
    VEHICLE,
    decided_reply,
    done,
    open_line,
    own_booking,
)
from kezek.api.booking.response import MADE_EXAMPLE, NewBookingResponse, new_booking_response
from kezek.api.frame.form import BookingNumber, CheckpointId, Moment, VehicleRequest, Word, utc
from kezek.api.frame.operation import ApiRequest, Operation, Reply
from kezek.api.frame.problem import no
from kezek.app.application import Application
from kezek.app.checkpoint.right import may_call, may_serve
from kezek.app.vehicle.plate_note import read_as
from kezek.domain.account.actor import Actor
from kezek.domain.booking.booking import Booking
from kezek.domain.checkpoint.checkpoint import Line
from kezek.domain.kernel.refusal import Reason
from kezek.domain.turn.arrive import Arrive, WalkIn
from kezek.domain.turn.call import Call
from kezek.domain.turn.gate import Admit, Cross, Miss, TurnBack
from kezek.domain.turn.undo import Undo


class ArrivalRequest(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """With `checkpoint` a booking of another checkpoint is refused; with a line's id also one of another
    line.
    """

    booking: BookingNumber
    checkpoint: CheckpointId | None = None


class WalkInRequest(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """`despite_closure` says that the officer knows that the checkpoint is closed today."""

    checkpoint: CheckpointId
    vehicle: VehicleRequest
    despite_closure: bool = False


class CallRequest(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Without `booking` the next by rule is called; out of turn needs a `cause`.  `despite_closure` says
    that the officer knows that the checkpoint is closed today.
    """

    checkpoint: CheckpointId
    booking: BookingNumber | None = None
    cause: Word | None = None
    despite_closure: bool = False


class StepRequest(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    booking: BookingNumber


class TurnBackRequest(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """`cause` is papers, goods, vehicle, false_details, other_side or own_wish."""

    booking: BookingNumber
    cause: Word


class CallResponse(msgspec.Struct, frozen=True):
    """A call, and until when it stands.  `exception` is empty for a call by rule."""

    number: int
    code: str
    line: str
    until: Moment
    exception: str


class UndoResponse(msgspec.Struct, frozen=True):
    """`undone` is the verb that was taken back."""

    number: int
    undone: str


class Turns:
    def __init__(self, application: Application) -> None:
        self._application = application

    def _booking(self, request: ApiRequest, number: int) -> int:
        """The number of a booking at a checkpoint where the asker serves."""
        return own_booking(self._application, request.actor, number).number

    def _line(
        self, request: ApiRequest, checkpoint: str, may: Callable[[Actor, Line], bool]
    ) -> str:
        """The line of a checkpoint where the asker has a right."""
        line = open_line(self._application, checkpoint)
        if not may(request.actor, line):
            raise no(Reason.NOT_ALLOWED, checkpoint=checkpoint)
        return line.id

    def _own_line(self, place: str, booking: Booking) -> str:
        """The booking's line, where it is one of several at the checkpoint that is named; else empty."""
        post = self._application.network.post(place)
        lines = {served.line.id for served in post.lines} if post else set()
        return booking.line if booking.line in lines else ""

    async def arrive(self, request: ApiRequest) -> Reply:
        form = request.read(ArrivalRequest)
        line = open_line(self._application, form.checkpoint).id if form.checkpoint else ""
        booking = own_booking(self._application, request.actor, form.booking)
        number, line = booking.number, self._own_line(form.checkpoint or "", booking) or line
        decided = await done(self._application, Arrive(request.key, request.actor, number, line))
        return decided_reply(msgspec.convert(decided.outcome, BookingStepResponse), decided)

    async def walk_in(self, request: ApiRequest) -> Reply:
        form = request.read(WalkInRequest)
        line = self._line(request, form.checkpoint, may_serve)
        knows = form.despite_closure
        command = WalkIn(
            request.key, request.actor, line, form.vehicle.typed(), despite_closure=knows
        )
        decided = await done(self._application, command)
        anew = read_as(command.vehicle, self._application.rules.known)
        return decided_reply(
            new_booking_response(self._application, decided.outcome, "arrived", anew), decided, 201
        )

    async def call(self, request: ApiRequest) -> Reply:
        form = request.read(CallRequest)
        line = self._line(request, form.checkpoint, lambda who, at: may_call(who, at.checkpoint))
        number, cause, knows = form.booking or 0, form.cause or "", form.despite_closure
        booking = self._application.store.reader.get(Booking, number) if number else None
        line = (self._own_line(form.checkpoint, booking) if booking else "") or line
        command = Call(request.key, request.actor, line, number, cause, despite_closure=knows)
        decided = await done(self._application, command)
        said = decided.outcome
        until, exception = utc(said["until"]), said.get("exception", "")
        made = CallResponse(said["number"], said["code"], said["line"], until, exception)
        return decided_reply(made, decided)

    async def _step(self, request: ApiRequest, step: Callable[[str, Any, int], Any]) -> Reply:
        number = self._booking(request, request.read(StepRequest).booking)
        decided = await done(self._application, step(request.key, request.actor, number))
        return decided_reply(msgspec.convert(decided.outcome, BookingStepResponse), decided)

    async def miss(self, request: ApiRequest) -> Reply:
        return await self._step(request, Miss)

    async def admit(self, request: ApiRequest) -> Reply:
        return await self._step(request, Admit)

    async def cross(self, request: ApiRequest) -> Reply:
        return await self._step(request, Cross)

    async def turn_back(self, request: ApiRequest) -> Reply:
        form = request.read(TurnBackRequest)
        command = TurnBack(
            request.key, request.actor, self._booking(request, form.booking), form.cause
        )
        decided = await done(self._application, command)
        return decided_reply(msgspec.convert(decided.outcome, BookingStepResponse), decided)

    async def undo(self, request: ApiRequest) -> Reply:
        number = self._booking(request, request.read(StepRequest).booking)
        decided = await done(self._application, Undo(request.key, request.actor, number))
        return decided_reply(msgspec.convert(decided.outcome, UndoResponse), decided)


def _step_operation(
    path: str, name: str, summary: str, run: Any, status: str, *more: Reason
) -> Operation:
    return Operation(
        method="POST",
        path=path,
        name=name,
        noun="turns",
        summary=summary,
        description="An officer's step, at the checkpoint of the booking.",
        run=run,
        body=StepRequest,
        answer=BookingStepResponse,
        refusals=(*ONE, *more),
        example={"booking": 1024},
        answer_example={"number": 1024, "status": status},
    )


OPERATIONS = (
    Operation(
        method="POST",
        path="/arrivals",
        name="record_arrival",
        noun="turns",
        summary="A booked vehicle has arrived",
        description="From now on it has a place in line: that of its window, or behind the current one "
        "when it comes later than the regulation allows.",
        run=Turns.arrive,
        body=ArrivalRequest,
        answer=BookingStepResponse,
        refusals=(*ONE, Reason.CHECKPOINT_UNKNOWN, Reason.LINE_UNKNOWN),
        example={"booking": 1024, "checkpoint": "kz_syrym"},
        answer_example={"number": 1024, "status": "arrived"},
    ),
    Operation(
        method="POST",
        path="/walk-ins",
        name="record_walk_in",
        noun="turns",
        summary="A vehicle without a booking joins the line",
        description="It joins the line at the end of its class, as long as today's number of walk-ins "
        "allows. When the class is called is said by `joins` of the regulation's class.",
        run=Turns.walk_in,
        body=WalkInRequest,
        answer=NewBookingResponse,
        status=201,
        refusals=(
            *LINE,
            *VEHICLE,
            Reason.CLASS_UNKNOWN,
            Reason.CLOSED_TODAY,
            Reason.CLASS_FULL,
            Reason.WINDOW_UNKNOWN,
        ),
        example={"checkpoint": "kz_syrym", "vehicle": {"country": "KZ", "plate": "123 ABC 02"}},
        answer_example=MADE_EXAMPLE
        | {"class": "walk_in", "status": "arrived", "start": None, "end": None},
    ),
    Operation(
        method="POST",
        path="/calls",
        name="call_to_gate",
        noun="turns",
        summary="Call a vehicle to the gate",
        description="The next by the published rule. Another one only with a `cause` (perishable, "
        "live_animals, dangerous_goods, medical, humanitarian, state_order, wronged): the call stands "
        "and awaits a second person's approval.",
        run=Turns.call,
        body=CallRequest,
        answer=CallResponse,
        refusals=(
            *LINE,
            Reason.BOOKING_UNKNOWN,
            Reason.WRONG_STATUS,
            Reason.WINDOW_NOT_OPEN,
            Reason.OUT_OF_TURN,
            Reason.NOBODY_TO_CALL,
            Reason.CLOSED_TODAY,
        ),
        example={"checkpoint": "kz_syrym"},
        answer_example={
            "number": 1024,
            "code": "7KQ2",
            "line": "kz_syrym.exit",
            "until": "2026-06-14T10:20:00Z",
            "exception": "",
        },
    ),
    Operation(
        method="POST",
        path="/missed-calls",
        name="record_miss",
        noun="turns",
        summary="A called vehicle did not come",
        description="Possible once the call has run out (`until`); time alone counts it then, too. "
        "Earlier it is proposed at `/bookings/{number}/proposal`, and a second person agrees.",
        run=Turns.miss,
        body=StepRequest,
        answer=BookingStepResponse,
        refusals=(*ONE, Reason.CALL_RUNNING),
        example={"booking": 1024},
        answer_example={"number": 1024, "status": "arrived"},
    ),
    _step_operation(
        "/admissions",
        "admit",
        "A called vehicle drives in at the gate",
        Turns.admit,
        "admitted",
        Reason.CALL_MISSED,
    ),
    _step_operation(
        "/crossings", "record_crossing", "A vehicle has crossed", Turns.cross, "crossed"
    ),
    Operation(
        method="POST",
        path="/turn-backs",
        name="turn_back",
        noun="turns",
        summary="A vehicle is sent back",
        description="A vehicle at the gate does not cross, for a published cause. One that waits or is "
        "called is turned back by two people: see `/bookings/{number}/proposal`.",
        run=Turns.turn_back,
        body=TurnBackRequest,
        answer=BookingStepResponse,
        refusals=(*ONE, Reason.REASON_MISSING, Reason.SECOND_PERSON_NEEDED),
        example={"booking": 1024, "cause": "papers"},
        answer_example={"number": 1024, "status": "turned_back"},
    ),
    Operation(
        method="POST",
        path="/undos",
        name="undo_step",
        noun="turns",
        summary="Take back the last step",
        description="By whoever did it, within ten seconds of real time; a new event, "
        "never a deletion.",
        run=Turns.undo,
        body=StepRequest,
        answer=UndoResponse,
        refusals=(*ONE, Reason.NOTHING_TO_UNDO, Reason.UNDO_TOO_LATE, Reason.VEHICLE_BOOKED),
        example={"booking": 1024},
        answer_example={"number": 1024, "undone": "call"},
    ),
)
