"""Bookings: made and read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from kezek.api.booking.decision import (
    LINE,
    NEW_CARRIER,
    TIME_AND_PLACE,
    VEHICLE,
    done,
    open_line,
    own_booking,
    told,
)
from kezek.api.frame.form import (
    NUMBER_MAX,
    CheckpointId,
    Fee,
    Limit,
    Moment,
    VehicleForm,
    Window,
    Word,
    instant,
    utc,
    utc_or_none,
)
from kezek.api.frame.operation import ApiRequest, Operation, Reply, answer
from kezek.api.frame.problem import no
from kezek.app.application import Application
from kezek.app.booking.lost_time import LostTime, lost_times
from kezek.app.booking.ticket import TicketView
from kezek.app.booking.view.holder import rights_of, sees
from kezek.app.checkpoint.right import may_book
from kezek.app.vehicle.plate_note import note_of, read_as
from kezek.domain.account.actor import Actor
from kezek.domain.booking.book import Book
from kezek.domain.kernel.refusal import Reason


class BookingForm(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A place, of the ordinary class if none is named; `protected`: known to be taken (agency only)."""

    checkpoint: CheckpointId
    start: Window
    vehicle: VehicleForm
    vehicle_class: Word = msgspec.field(default="", name="class")
    protected: bool = False


class BookingsAsked(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    cursor: Annotated[str, Meta(max_length=12, pattern=r"^[0-9]*$")] = ""
    limit: Limit = 50


class BookingMade(msgspec.Struct, frozen=True, kw_only=True):
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
    fee: Fee
    ticket_url: str
    simulated: bool
    plate_read_as: str | None


class VehicleSeen(msgspec.Struct, frozen=True):
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


class PlaceChangeSeen(msgspec.Struct, frozen=True):
    """What one cause has added to a place, or taken off it where `places` is below 0."""

    cause: str
    window: Moment | None
    places: int
    since: Moment
    until: Moment


class PlaceHistorySeen(msgspec.Struct, frozen=True):
    """The place at `since`, the present one, and what changed it; `first` and all `places` add up to
    `place`.  `overtaken` counts trucks behind it that were called out of turn.
    """

    since: Moment
    first: int
    place: int
    changes: list[PlaceChangeSeen]
    overtaken: int


class LostTimeSeen(msgspec.Struct, frozen=True):
    """The window that a closure took, the agency's reason, and until when another can be chosen."""

    start: Moment
    why: str
    until: Moment


class ArriveBySeen(msgspec.Struct, frozen=True):
    """When to be at the waiting area: from `start`, and by `until`."""

    start: Moment
    until: Moment


class BookingSeen(BookingMade, frozen=True, kw_only=True):
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
    history: PlaceHistorySeen | None
    moves_left: int | None
    can: list[str]
    cannot_move: str
    moves_until: Moment | None
    owes_cause: bool
    cancels_alone: bool
    arrive_by: ArriveBySeen | None
    not_before: Moment | None
    missed_until: Moment | None
    exception: str
    call_until: Moment | None
    acknowledged_at: Moment | None
    lost_time: LostTimeSeen | None
    vehicle: VehicleSeen | None
    drivers: list[str]


class BookingList(msgspec.Struct, frozen=True):
    items: list[BookingSeen]
    next: str


def booking_command(application: Application, form: BookingForm, actor: Actor, key: str) -> Book:
    """The command of a form; raises what is wrong with it."""
    line = open_line(application, form.checkpoint)
    if not may_book(actor, line):
        raise no(Reason.NOT_ALLOWED, checkpoint=line.checkpoint)
    start, vehicle = instant(form.start), form.vehicle.typed()
    ordinary = application.rules.at(line, application.now()).ordinary.name
    return Book(key, actor, line.id, start, form.vehicle_class or ordinary, vehicle, form.protected)


def booking_made(
    application: Application, outcome: Mapping[str, Any], status: str, read_as: str = ""
) -> BookingMade:
    """The answer, from the desk's outcome and what was asked: a replay is the same to the byte."""
    post = application.network.of_line(outcome["line"])
    assert post is not None, "a booking stands in a line that exists"
    start = outcome["start"]
    return BookingMade(
        number=outcome["number"],
        code=outcome["code"],
        checkpoint=post.checkpoint.id,
        line=outcome["line"],
        vehicle_class=outcome["class"],
        status=status,
        start=utc_or_none(start),
        end=None if start is None else utc(start + post.at(start).window),
        fee=Fee(outcome["fee_minor"], outcome["currency"]),
        ticket_url=ticket_url(application, outcome["number"]),
        simulated=outcome["simulated"],
        plate_read_as=read_as or None,
    )


def ticket_url(application: Application, number: int) -> str:
    """The address of the ticket page."""
    return f"{application.settings.issuer}/t/{application.papers.link(number)}"


def vehicle_seen(application: Application, view: TicketView) -> VehicleSeen | None:
    """The vehicle, None once its particulars are erased."""
    who = view.particulars
    if who is None:
        return None
    note = note_of(who, application.rules.known)
    return VehicleSeen(
        who.country, who.plate, who.vin, who.trailer, who.phone, who.typed, str(note)
    )


def booking_seen(
    application: Application,
    actor: Actor,
    view: TicketView,
    lost: LostTime | None,
    *,
    history: bool = False,
) -> BookingSeen:
    """A booking with all that its owner may know; `history` tells of its place, which takes long.

    `lost` is what it lost if it is displaced.
    """
    booking, standing = view.booking, application.tickets.standing(view)
    rights, arrive_by, held = rights_of(actor, view), view.arrive_by, view.move_refused
    return BookingSeen(
        number=booking.number,
        code=booking.code,
        checkpoint=view.post.checkpoint.id,
        line=booking.line,
        vehicle_class=booking.vehicle_class,
        status=view.status,
        start=utc_or_none(booking.start),
        end=utc_or_none(view.window_end),
        fee=Fee(view.fee.minor, view.fee.currency),
        ticket_url=f"{application.settings.issuer}/t/{application.papers.link_of(booking)}",
        simulated=booking.simulated,
        plate_read_as=view.particulars.plate
        if view.particulars and view.particulars.typed
        else None,
        as_of=utc(view.as_of),
        place=view.place,
        ahead=standing.ahead,
        why=dict(standing.why),
        history=_history_seen(application, view) if history else None,
        moves_left=view.moves_left,
        can=sorted(view.can),
        cannot_move=held.reason if held else "",
        moves_until=utc_or_none(view.moves_until),
        owes_cause=rights.owes_cause,
        cancels_alone=rights.cancels_alone,
        arrive_by=ArriveBySeen(utc(arrive_by.start), utc(arrive_by.until)) if arrive_by else None,
        not_before=utc_or_none(standing.not_before),
        missed_until=utc_or_none(view.missed_until),
        exception=booking.exception,
        call_until=utc_or_none(booking.call_until),
        acknowledged_at=utc_or_none(view.acknowledged_at),
        lost_time=LostTimeSeen(utc(lost.start), lost.why, utc(lost.until)) if lost else None,
        vehicle=vehicle_seen(application, view),
        drivers=list(view.drivers),
    )


def _history_seen(application: Application, view: TicketView) -> PlaceHistorySeen | None:
    told = application.tickets.history(view)
    if told is None:
        return None
    changes = [
        PlaceChangeSeen(
            change.cause,
            utc_or_none(change.window),
            change.places,
            utc(change.since),
            utc(change.until),
        )
        for change in told.changes
    ]
    return PlaceHistorySeen(utc(told.since), told.first, told.place, changes, told.overtaken)


class Bookings:
    def __init__(self, application: Application) -> None:
        self._application = application

    async def create(self, call: ApiRequest) -> Reply:
        command = booking_command(self._application, call.read(BookingForm), call.actor, call.key)
        decided = await done(self._application, command)
        anew = read_as(command.vehicle, self._application.rules.known)
        return told(
            booking_made(self._application, decided.outcome, "confirmed", anew), decided, 201
        )

    async def one(self, call: ApiRequest) -> Reply:
        booking = own_booking(self._application, call.actor, call.number())
        view = self._application.tickets.view(booking.number, self._application.now())
        assert view is not None, "the booking was found a moment ago"
        lost = lost_times(self._application.store.reader, [view]).get(booking.number)
        return answer(booking_seen(self._application, call.actor, view, lost, history=True))

    async def own(self, call: ApiRequest) -> Reply:
        asked = call.asked(BookingsAsked)
        application, now = self._application, self._application.now()
        before = int(asked.cursor) if asked.cursor else NUMBER_MAX + 1
        numbers = application.store.reader.held_by(call.actor.account, before, asked.limit + 1)
        views = application.tickets.views(numbers[: asked.limit], now)
        # A ticket's address is as good as the ticket: it is not for a key that may only read.
        own = [view for view in views if sees(application.network, call.actor, view.booking)]
        lost = lost_times(application.store.reader, own)
        items = [
            booking_seen(application, call.actor, view, lost.get(view.booking.number))
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
        body=BookingForm,
        answer=BookingMade,
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
        query=BookingsAsked,
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
        answer=BookingSeen,
        refusals=(Reason.BOOKING_UNKNOWN,),
    ),
)
