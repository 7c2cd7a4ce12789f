"""Who may see a booking and change it: its holder, the staff of its post, and nobody else."""

from __future__ import annotations

from dataclasses import dataclass, replace

from kezek.app.booking.ticket import TicketView
from kezek.app.checkpoint.checkpoint import Network
from kezek.app.port import Reader
from kezek.domain.account.actor import Actor
from kezek.domain.booking.booking import Booking
from kezek.domain.booking.change import cancels_alone
from kezek.domain.booking.context import owns, serves
from kezek.domain.kernel.refusal import Reason, Refused

# Their refusals may name a booking of somebody else.
_OF_ANOTHER = (Reason.VEHICLE_BOOKED, Reason.VIN_MISSING)


@dataclass(frozen=True, slots=True)
class TicketRights:
    """One person's rights to change a booking.  `owes_cause` says that a move or a cancellation needs a
    published cause, because the booking is not the person's own; `cancels_alone` that no second person
    must agree.
    """

    owes_cause: bool
    cancels_alone: bool


def holder_of(person: Actor | None, view: TicketView) -> Actor:
    """The actor that somebody with the ticket's link acts as: its holder, without an account.

    Staff of the post act under their own account and give a cause; to them the link is an address only.
    """
    number = view.booking.number
    if person is None:
        return Actor(account=0, label="ticket", ticket=number)
    return person if serves(person, view.post.line) else replace(person, ticket=number)


def rights_of(actor: Actor, view: TicketView) -> TicketRights:
    """The rights of a person who may see the booking, now."""
    booking, line = view.booking, view.post.line
    alone = cancels_alone(actor, line, booking, view.status, view.as_of)
    return TicketRights(not owns(actor, booking, line), alone)


def sees(network: Network, actor: Actor, booking: Booking) -> bool:
    """Whether a booking is the actor's own, or stands at a checkpoint where the actor serves."""
    post = network.of_line(booking.line)
    line = post.line if post else None
    return line is not None and (owns(actor, booking, line) or serves(actor, line))


def discreet(network: Network, reader: Reader, refused: Refused, actor: Actor) -> Refused:
    """The refusal without the number of somebody else's booking."""
    number = refused.facts.get("number")
    if refused.reason not in _OF_ANOTHER or not isinstance(number, int):
        return refused
    booking = reader.get(Booking, number)
    if booking is not None and sees(network, actor, booking):
        return refused
    return Refused(refused.reason, {k: v for k, v in refused.facts.items() if k != "number"})
