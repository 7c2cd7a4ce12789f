"""An officer's search at one post: a plate, a ticket code, a booking number or the text of a QR code."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from kezek.api.booking.response import VehicleResponse, vehicle_response
from kezek.api.checkpoint.checkpoint import known_line
from kezek.api.frame.form import Moment, utc_or_none
from kezek.api.frame.operation import ApiRequest, Operation, Reply, answer
from kezek.api.frame.problem import no
from kezek.app.application import Application
from kezek.app.booking.find import TEXT_LENGTH_MAX
from kezek.app.booking.ticket import TicketView
from kezek.app.checkpoint.right import may_serve
from kezek.app.turn.view.step import officer_steps
from kezek.domain.account.actor import Actor
from kezek.domain.kernel.refusal import Reason


class SearchRequest(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    q: Annotated[str, Meta(min_length=1, max_length=TEXT_LENGTH_MAX)]


class BookingFoundResponse(msgspec.Struct, frozen=True, kw_only=True):
    """What an officer needs to know a truck; the ticket's secret address is not part of it.

    `steps` are those of one officer of the checkpoint now, `next_step` the one that comes next, empty
    where none does; `steps_by_two` are proposed by one person and agreed to by another.
    """

    number: int
    code: str
    vehicle_class: str = msgspec.field(name="class")
    status: str
    start: Moment | None
    end: Moment | None
    place: int | None
    next_step: str
    steps: list[str]
    steps_by_two: list[str]
    vehicle: VehicleResponse | None
    drivers: list[str]


class SearchResponse(msgspec.Struct, frozen=True):
    """Bookings of the checkpoint that fit, live ones first; twelve at most."""

    items: list[BookingFoundResponse]


class Search:
    def __init__(self, application: Application) -> None:
        self._application = application

    async def find(self, request: ApiRequest) -> Reply:
        asked, application = request.read(SearchRequest), self._application
        served = known_line(application.network, request.path["checkpoint"])
        if not may_serve(request.actor, served.line):
            raise no(Reason.NOT_ALLOWED, checkpoint=served.checkpoint.id)
        found = application.finder.find(served, asked.q, application.now())
        return answer(SearchResponse([_found(application, request.actor, view) for view in found]))


def _found(application: Application, actor: Actor, view: TicketView) -> BookingFoundResponse:
    booking = view.booking
    steps = officer_steps(booking, view.status, actor, view.as_of)
    return BookingFoundResponse(
        number=booking.number,
        code=booking.code,
        vehicle_class=booking.vehicle_class,
        status=view.status,
        start=utc_or_none(booking.start),
        end=utc_or_none(view.window_end),
        place=view.place,
        next_step=steps.next or "",
        steps=sorted(steps.alone),
        steps_by_two=sorted(steps.by_two),
        vehicle=vehicle_response(application, view),
        drivers=list(view.drivers),
    )


OPERATIONS = (
    Operation(
        # A plate in an address would stand in the log of every proxy.
        method="POST",
        path="/checkpoints/{checkpoint}/search",
        name="search_bookings",
        noun="turns",
        summary="Find a truck at the checkpoint",
        description="For the staff of the checkpoint: by part of a plate, code, booking "
        "number or QR text.",
        run=Search.find,
        body=SearchRequest,
        question=True,
        example={"q": "777 AAA"},
        answer=SearchResponse,
        refusals=(Reason.NOT_ALLOWED, Reason.CHECKPOINT_UNKNOWN),
    ),
)
