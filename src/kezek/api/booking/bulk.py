"""Many bookings in one request, with an answer per row; each row stands or falls by itself."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from kezek.api.booking.booking import FORM_EXAMPLE, BookingRequest, booking_command
from kezek.api.booking.decision import (
    LINE,
    NEW_CARRIER,
    REPLAYED,
    TIME_AND_PLACE,
    VEHICLE,
)
from kezek.api.booking.response import MADE_EXAMPLE, NewBookingResponse, new_booking_response
from kezek.api.frame.operation import ApiRequest, Operation, Reply, answer
from kezek.api.frame.problem import (
    ApiProblem,
    ProblemBody,
    Raised,
    language_of,
    problem_of,
    refused,
    too_many,
)
from kezek.app.application import Application
from kezek.app.booking.bulk import ROWS_MAX
from kezek.app.booking.view.holder import discreet
from kezek.app.desk.batch import Answer, Done
from kezek.app.vehicle.plate_note import read_as
from kezek.domain.booking.book import Book
from kezek.domain.kernel.refusal import Reason, Refused


class BulkRequest(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A body that is malformed anywhere is refused whole, and nothing of it happens."""

    rows: Annotated[list[BookingRequest], Meta(min_length=1, max_length=ROWS_MAX)]


class BulkRowResponse(msgspec.Struct, frozen=True):
    """The answer to a row: a booking or a problem, with the status it would have had alone."""

    status: int
    booking: NewBookingResponse | None = None
    problem: ProblemBody | None = None


class BulkResponse(msgspec.Struct, frozen=True):
    """Answers in the order of the rows."""

    booked: int
    rows: list[BulkRowResponse]


class Bulk:
    def __init__(self, application: Application) -> None:
        self._application = application

    async def create(self, request: ApiRequest) -> Reply:
        forms = request.read(BulkRequest).rows
        # One request asks for as much work as many: it is let in as one and counted as all.
        counted = self._application.rates.charge(request.who, max(1, request.rate), len(forms) - 1)
        if counted.retry_after:
            raise too_many(counted)
        asked = [self._command(request, form, index) for index, form in enumerate(forms)]
        commands = [one for one in asked if isinstance(one, Book)]
        found = iter(await self._application.newcomers.book_all(commands))
        decided = [
            self._decided(one, next(found)) if isinstance(one, Book) else one for one in asked
        ]
        language = language_of(request.headers)
        rows = [
            self._row(one, asked_for, language)
            for one, asked_for in zip(decided, asked, strict=True)
        ]
        booked = [one for one in decided if isinstance(one, Done)]
        replayed = bool(booked) and all(one.replayed for one in booked)
        return answer(BulkResponse(len(booked), rows), 200, *((REPLAYED,) if replayed else ()))

    def _command(self, request: ApiRequest, form: BookingRequest, index: int) -> Book | ApiProblem:
        # No header can hold a NUL, so no key of a single booking can be that of a row.
        key = f"{request.key}\0{index}" if request.key else ""
        try:
            return booking_command(self._application, form, request.actor, key)
        except Raised as raised:
            return raised.problem

    def _decided(self, command: Book, found: Answer | BaseException) -> Done | ApiProblem:
        """What became of a row; its fault must not hide what became of the others."""
        if isinstance(found, Refused):
            network, reader = self._application.network, self._application.store.reader
            return refused(discreet(network, reader, found, command.actor))
        if isinstance(found, Exception):
            return problem_of(found, self._application.chance)
        if isinstance(found, BaseException):
            raise found
        return found

    def _row(
        self, one: Done | ApiProblem, asked: Book | ApiProblem, language: str
    ) -> BulkRowResponse:
        if isinstance(one, Done):
            assert isinstance(asked, Book), "only what was asked is done"
            anew = read_as(asked.vehicle, self._application.rules.known)
            return BulkRowResponse(
                201, booking=new_booking_response(self._application, one.outcome, "confirmed", anew)
            )
        return BulkRowResponse(one.status, problem=one.body(language))


OPERATIONS = (
    Operation(
        method="POST",
        path="/bookings/bulk",
        name="create_bookings",
        noun="bookings",
        summary="Book windows for up to 1,000 vehicles",
        description="Answers 200 with one row for each row sent, in order. With an `Idempotency-Key` "
        "each row has a key of its own, made of it and the row's index: send the same body again, and "
        "rows that were booked are answered again while refused ones are tried anew.",
        run=Bulk.create,
        body=BulkRequest,
        answer=BulkResponse,
        example={"rows": [FORM_EXAMPLE]},
        answer_example={
            "booked": 1,
            "rows": [{"status": 201, "booking": MADE_EXAMPLE, "problem": None}],
        },
        refusals=(*LINE, Reason.CLASS_UNKNOWN, *VEHICLE, *NEW_CARRIER, *TIME_AND_PLACE),
    ),
)
