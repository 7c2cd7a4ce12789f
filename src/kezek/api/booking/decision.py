"""From a request to the desk and back: who may name a booking, and how a decision is told."""

from __future__ import annotations

from typing import Any

from kezek.api.checkpoint.checkpoint import known_line
from kezek.api.frame.operation import Reply, answer
from kezek.api.frame.problem import Raised, no, refused
from kezek.app.application import Application
from kezek.app.booking.view.holder import discreet, sees
from kezek.app.desk.batch import Done
from kezek.domain.account.actor import Actor
from kezek.domain.booking.book import Book
from kezek.domain.booking.booking import Booking
from kezek.domain.checkpoint.checkpoint import Line
from kezek.domain.decide import Command
from kezek.domain.kernel.refusal import Reason, Refused

REPLAYED = (b"idempotency-replayed", b"true")

# What commands of a kind can meet, for the description of the API.
LINE = (Reason.NOT_ALLOWED, Reason.CHECKPOINT_UNKNOWN, Reason.LINE_UNKNOWN)
ONE = (Reason.NOT_ALLOWED, Reason.BOOKING_UNKNOWN, Reason.WRONG_STATUS)
TIME_AND_PLACE = (
    Reason.WINDOW_UNKNOWN,
    Reason.WINDOW_PAST,
    Reason.HORIZON_EXCEEDED,
    Reason.DAY_CLOSED,
    Reason.CLASS_FULL,
    Reason.SLOT_FULL,
)
VEHICLE = (
    Reason.PLATE_IMPOSSIBLE,
    Reason.VIN_IMPOSSIBLE,
    Reason.PHONE_IMPOSSIBLE,
    Reason.DRIVER_MISSING,
    Reason.DRIVERS_TOO_MANY,
    Reason.VIN_MISSING,
    Reason.VEHICLE_BOOKED,
)
NEW_CARRIER = (Reason.UNCONFIRMED_LIVE, Reason.UNCONFIRMED_RATE)


def open_line(application: Application, checkpoint: str) -> Line:
    """The line of an id, or the usual one of a checkpoint's id; or why there is none."""
    return known_line(application.network, checkpoint).line


async def done(application: Application, command: Command) -> Done:
    """What the desk decided; its no is raised as a problem."""
    if isinstance(command, Book):
        decided = await application.newcomers.book(command)
    else:
        decided = await application.desk.submit(command)
    if isinstance(decided, Refused):
        raise Raised(
            refused(discreet(application.network, application.store.reader, decided, command.actor))
        )
    return decided


def own_booking(application: Application, actor: Actor, number: int) -> Booking:
    """A booking the actor may know of; anybody else's is as unknown as one that never was."""
    booking = application.store.reader.get(Booking, number)
    if booking is None or not sees(application.network, actor, booking):
        raise no(Reason.BOOKING_UNKNOWN, number=number)
    return booking


def decided_reply(struct: Any, decided: Done, status: int = 200) -> Reply:
    """An answer of the desk; a repeated one says so in a header and is the same otherwise."""
    return answer(struct, status, REPLAYED) if decided.replayed else answer(struct, status)
