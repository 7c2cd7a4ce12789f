"""A booking as its driver sees it: status, place, why, and what can be done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kezek.app.checkpoint import Network, Post
from kezek.app.port import Reader, Store
from kezek.app.queue import Queues, Seen, see
from kezek.domain.booking.booking import Booking, Driver, Particulars
from kezek.domain.booking.status import LIVE, Status, status_of
from kezek.domain.booking.transition import Verb, transition
from kezek.domain.kernel.instant import Instant
from kezek.domain.kernel.money import Money
from kezek.domain.turn.order import explain
from kezek.domain.vehicle.phone import normalise


@dataclass(frozen=True, slots=True)
class TicketView:
    """What the ticket page, the API and the console show of one booking.

    `place` counts from 1 while it waits; `ahead` counts bookings before it until it arrives; both are
    None otherwise.  `why` maps causes to turns ahead and adds up to place - 1.  `moves_left` is None
    where the regulation sets no limit.  `as_of` is the age of the line's picture.
    """

    booking: Booking
    post: Post
    status: Status
    seen: Seen
    particulars: Particulars | None
    drivers: tuple[str, ...]
    fee: Money
    place: int | None
    ahead: int | None
    why: Mapping[str, int]
    moves_left: int | None
    can: frozenset[Verb]
    as_of: Instant

    @property
    def window_end(self) -> Instant | None:
        regulation = self.post.regulation
        start = self.booking.start
        return start + regulation.window if start is not None and regulation else None

    @property
    def live(self) -> bool:
        return self.status in LIVE


_OWN_VERBS = (Verb.MOVE, Verb.CANCEL, Verb.ADD_DRIVER)


class Tickets:
    """Views of single bookings."""

    def __init__(self, store: Store, network: Network, queues: Queues) -> None:
        self._store, self._network, self._queues = store, network, queues

    def view(self, number: int, now: Instant) -> TicketView | None:
        """The booking of a number, None when there is none."""
        reader = self._store.reader
        booking = reader.get(Booking, number)
        post = self._network.of_line(booking.line) if booking else None
        if booking is None or post is None or post.regulation is None:
            return None
        status = status_of(booking, post.regulation, now)
        who = reader.get(Particulars, number)
        place, ahead, why = self._position(booking, post, status, now)
        most = post.regulation.moves_max
        return TicketView(
            booking=booking,
            post=post,
            status=status,
            seen=see(booking, who),
            particulars=who,
            drivers=drivers_of(reader, number),
            fee=Money(booking.fee_minor, booking.currency),
            place=place,
            ahead=ahead,
            why=why,
            moves_left=None if most is None else max(0, most - booking.moves),
            can=self._can(booking, post, status, now),
            as_of=now,
        )

    def _position(
        self, booking: Booking, post: Post, status: Status, now: Instant
    ) -> tuple[int | None, int | None, Mapping[str, int]]:
        queue = self._queues.of(post, now)
        if queue is None:
            return None, None, {}
        if status is Status.ARRIVED:
            why = explain(queue.entries, booking.number)
            return queue.place_of(booking.number), None, why or {}
        if status in (Status.CONFIRMED, Status.LATE) and booking.start is not None:
            return None, queue.ahead_of(booking.start, booking.number), {}
        return None, None, {}

    def _can(self, booking: Booking, post: Post, status: Status, now: Instant) -> frozenset[Verb]:
        """The driver's verbs that are legal now, so that no button leads to a refusal."""
        assert post.regulation is not None, "a booking stands in a line with a regulation"
        verbs = {verb for verb in _OWN_VERBS if transition(status, verb)}
        worn = post.regulation.moves_max is not None and (
            booking.moves >= post.regulation.moves_max
        )
        late = booking.start is not None and now > booking.start - post.regulation.move_until
        if (worn or late) and status is not Status.DISPLACED:
            verbs.discard(Verb.MOVE)
        return frozenset(verbs)

    def lost(self, number: int, phone: str) -> bool:
        """Whether the number and the phone belong together; a wrong guess learns nothing else."""
        who = self._store.reader.get(Particulars, number)
        return who is not None and who.phone != "" and who.phone == normalise(phone)


def drivers_of(reader: Reader, number: int) -> tuple[str, ...]:
    """Names of the drivers, in the order in which they were added."""
    rows = sorted(reader.rows(Driver, number), key=lambda d: d.ordinal)
    return tuple(driver.name for driver in rows)
