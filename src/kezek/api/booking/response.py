"""What the API answers of a booking: when it is made, and as it is now."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from kezek.api.frame.form import FeeResponse, Moment, utc, utc_or_none
from kezek.app.application import Application
from kezek.app.booking.lost_time import LostTime
from kezek.app.booking.ticket import TicketView
from kezek.app.booking.view.holder import rights_of
from kezek.app.vehicle.plate_note import note_of
from kezek.domain.account.actor import Actor

MADE_EXAMPLE = {
    "number": 1024,
    "code": "7KQ2",
    "checkpoint": "kz_syrym",
    "line": "kz_syrym.exit",
    "class": "in_turn",
    "status": "confirmed",
    "start": "2026-06-14T10:00:00Z",
    "end": "2026-06-14T11:00:00Z",
    "fee": {"minor": 432500, "currency": "KZT"},
    "ticket_url": "http://127.0.0.1:8470/t/1024-AAAAAAAAAAAAAAAAAAAAAA",
    "simulated": False,
    "plate_read_as": None,
}


class NewBookingResponse(msgspec.Struct, frozen=True, kw_only=True):
    """A booking as it was decided.  `ticket_url` is a secret: who has it can change the booking.

    `plate_read_as` is the plate that the truck was recorded under where another was typed, else null.
    """

    number: int
    code: str
    checkpoint: str
    line: str
    vehicle_class: str = msgspec.field(name="class")
    status: str
    start: Moment | None
    end: Moment | None
    fee: FeeResponse
    ticket_url: str
    simulated: bool
    plate_read_as: str | None


class VehicleResponse(msgspec.Struct, frozen=True):
    """The vehicle in the one spelling that counts; null once its particulars are erased.

    `plate_typed` is what was typed where the plate was read anew, else empty; `plate_note` is then
    `read_anew`, `another` where the release before recorded a spelling that would be read anew now, and
    `unread` for a plate that fits no known format and was recorded without a VIN.
    """

    country: str
    plate: str
    vin: str
    trailer: str
    phone: str
    plate_typed: str
    plate_note: str


class PlaceChangeResponse(msgspec.Struct, frozen=True):
    """What one cause has added to a place, or taken off it where `places` is below 0."""

    cause: str
    window: Moment | None
    places: int
    since: Moment
    until: Moment


class PlaceHistoryResponse(msgspec.Struct, frozen=True):
    """The place at `since`, the present one, and what changed it; `first` and all `places` add up to
    `place`.  `overtaken` counts trucks behind it that were called out of turn.
    """

    since: Moment
    first: int
    place: int
    changes: list[PlaceChangeResponse]
    overtaken: int


class LostTimeResponse(msgspec.Struct, frozen=True):
    """The window that a closure took, the agency's reason, and until when another can be chosen."""

    start: Moment
    why: str
    until: Moment


class ArriveByResponse(msgspec.Struct, frozen=True):
    """When to be at the waiting area: from `start`, and by `until`."""

    start: Moment
    until: Moment


class BookingResponse(NewBookingResponse, frozen=True, kw_only=True):
    """A booking now, for its owner and for the staff of its checkpoint.

    `place` counts from 1 while the truck waits; `ahead` counts bookings before it until it arrives;
    `why` says which turns stand ahead, `history` how the place has changed since it arrived, null in a
    list and for a truck that does not wait; `can` lists what its owner may do; `cannot_move` is the code
    of the refusal that a move meets now, empty where it can move until `moves_until`.  This key must
    give a `cause` to move or cancel where it `owes_cause`, and needs a second person to cancel unless it
    `cancels_alone`.  `arrive_by` says when to be at the waiting area, null for who need not come, is
    here or is late; `not_before` when the window of a truck that came early begins; `missed_until` when
    the call ended that it missed, the last one of a `no_show`.  `lost_time` is null but for a booking
    that lost its window and has no other yet.
    """

    as_of: Moment
    place: int | None
    ahead: int | None
    why: dict[str, int]
    history: PlaceHistoryResponse | None
    moves_left: int | None
    can: list[str]
    cannot_move: str
    moves_until: Moment | None
    owes_cause: bool
    cancels_alone: bool
    arrive_by: ArriveByResponse | None
    not_before: Moment | None
    missed_until: Moment | None
    exception: str
    call_until: Moment | None
    acknowledged_at: Moment | None
    lost_time: LostTimeResponse | None
    vehicle: VehicleResponse | None
    drivers: list[str]


class BookingList(msgspec.Struct, frozen=True):
    items: list[BookingResponse]
    next: str


def new_booking_response(
    application: Application, outcome: Mapping[str, Any], status: str, read_as: str = ""
) -> NewBookingResponse:
    """The answer, from the desk's outcome and what was asked: a replay is the same to the byte."""
    post = application.network.of_line(outcome["line"])
    assert post is not None, "a booking stands in a line that exists"
    start = outcome["start"]
    return NewBookingResponse(
        number=outcome["number"],
        code=outcome["code"],
        checkpoint=post.checkpoint.id,
        line=outcome["line"],
        vehicle_class=outcome["class"],
        status=status,
        start=utc_or_none(start),
        end=None if start is None else utc(start + post.at(start).window),
        fee=FeeResponse(outcome["fee_minor"], outcome["currency"]),
        ticket_url=ticket_url(application, outcome["number"]),
        simulated=outcome["simulated"],
        plate_read_as=read_as or None,
    )


def ticket_url(application: Application, number: int) -> str:
    """The address of the ticket page."""
    return f"{application.settings.issuer}/t/{application.papers.link(number)}"


def vehicle_response(application: Application, view: TicketView) -> VehicleResponse | None:
    """The vehicle, None once its particulars are erased."""
    who = view.particulars
    if who is None:
        return None
    note = note_of(who, application.rules.known)
    return VehicleResponse(
        who.country, who.plate, who.vin, who.trailer, who.phone, who.typed, str(note)
    )


def booking_response(
    application: Application,
    actor: Actor,
    view: TicketView,
    lost: LostTime | None,
    *,
    history: bool = False,
) -> BookingResponse:
    """A booking with all that its owner may know; `history` tells of its place, which takes long.

    `lost` is what it lost if it is displaced.
    """
    booking, standing = view.booking, application.tickets.standing(view)
    rights, arrive_by, held = rights_of(actor, view), view.arrive_by, view.move_refused
    return BookingResponse(
        number=booking.number,
        code=booking.code,
        checkpoint=view.post.checkpoint.id,
        line=booking.line,
        vehicle_class=booking.vehicle_class,
        status=view.status,
        start=utc_or_none(booking.start),
        end=utc_or_none(view.window_end),
        fee=FeeResponse(view.fee.minor, view.fee.currency),
        ticket_url=f"{application.settings.issuer}/t/{application.papers.link_of(booking)}",
        simulated=booking.simulated,
        plate_read_as=view.particulars.plate
        if view.particulars and view.particulars.typed
        else None,
        as_of=utc(view.as_of),
        place=view.place,
        ahead=standing.ahead,
        why=dict(standing.why),
        history=_history_response(application, view) if history else None,
        moves_left=view.moves_left,
        can=sorted(view.can),
        cannot_move=held.reason if held else "",
        moves_until=utc_or_none(view.moves_until),
        owes_cause=rights.owes_cause,
        cancels_alone=rights.cancels_alone,
        arrive_by=ArriveByResponse(utc(arrive_by.start), utc(arrive_by.until))
        if arrive_by
        else None,
        not_before=utc_or_none(standing.not_before),
        missed_until=utc_or_none(view.missed_until),
        exception=booking.exception,
        call_until=utc_or_none(booking.call_until),
        acknowledged_at=utc_or_none(view.acknowledged_at),
        lost_time=LostTimeResponse(utc(lost.start), lost.why, utc(lost.until)) if lost else None,
        vehicle=vehicle_response(application, view),
        drivers=list(view.drivers),
    )


def _history_response(application: Application, view: TicketView) -> PlaceHistoryResponse | None:
    found = application.tickets.history(view)
    if found is None:
        return None
    changes = [
        PlaceChangeResponse(
            change.cause,
            utc_or_none(change.window),
            change.places,
            utc(change.since),
            utc(change.until),
        )
        for change in found.changes
    ]
    return PlaceHistoryResponse(
        utc(found.since), found.first, found.place, changes, found.overtaken
    )
