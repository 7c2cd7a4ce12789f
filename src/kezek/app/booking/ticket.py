"""A booking as its driver sees it: status, place with its reasons, and possible steps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kezek.app.checkpoint.checkpoint import Network, ServedLine
from kezek.app.port import Store
from kezek.app.turn.place_history import PlaceHistories, PlaceHistory
from kezek.app.turn.queue import PublicTruck, Queues, see
from kezek.app.vehicle.phones import numbering_plan
from kezek.domain.booking.booking import Booking, Driver, Particulars
from kezek.domain.booking.change import fixed, moves_after, moves_until
from kezek.domain.booking.status import LIVE, Status, settled, status_of
from kezek.domain.booking.transition import AHEAD, Verb, transition
from kezek.domain.kernel.instant import HOUR, Instant
from kezek.domain.kernel.money import Money
from kezek.domain.kernel.refusal import Refused
from kezek.domain.regulation.regulation import Regulation
from kezek.domain.turn.acknowledge import acknowledged_at
from kezek.domain.turn.gate import missed_until
from kezek.domain.turn.order import explain
from kezek.domain.vehicle.phone import normalise

# How long before the booked window a driver is told to be at the waiting area; ours.
ARRIVE_BEFORE = HOUR


@dataclass(frozen=True, slots=True)
class ArriveBy:
    """When to be at the waiting area: from `start`, and by `until`."""

    start: Instant
    until: Instant


@dataclass(frozen=True, slots=True)
class TicketView:
    """What the ticket page, the API and the console show of one booking.

    `place` counts from 1 while it waits and is None otherwise; `Tickets.standing` gives the distance and
    the reasons.  `moves_left` is None where the regulation sets no limit.  `fixed` says why a truck that
    has not arrived cannot move, None where it can; `moves_until` is the end of moving, None for no end.
    `as_of` is the instant of the line's picture.
    """

    booking: Booking
    post: ServedLine
    rules: Regulation
    status: Status
    seen: PublicTruck
    particulars: Particulars | None
    drivers: tuple[str, ...]
    fee: Money
    place: int | None
    moves_left: int | None
    can: frozenset[Verb]
    fixed: Refused | None
    moves_until: Instant | None
    as_of: Instant

    @property
    def window_end(self) -> Instant | None:
        regulation = self.rules
        start = self.booking.start
        return start + regulation.window if start is not None else None

    @property
    def missed_until(self) -> Instant | None:
        """The end of a missed call after which the truck waits; None where there is none."""
        return missed_until(self.booking, self.status)

    @property
    def live(self) -> bool:
        return self.status in LIVE

    @property
    def ahead(self) -> bool:
        """Whether the truck has still to arrive."""
        return self.status in AHEAD

    @property
    def arrive_by(self) -> ArriveBy | None:
        """When to come: from an hour before the window until it begins, then until it ends.

        None for a truck that need not come, is here, or is late and so comes as soon as possible.
        """
        start, end = self.booking.start, self.window_end
        if self.status is not Status.CONFIRMED or start is None or end is None:
            return None
        return ArriveBy(start - ARRIVE_BEFORE, start if self.as_of < start else end)

    @property
    def acknowledged_at(self) -> Instant | None:
        """When the driver answered the call that stands now."""
        return acknowledged_at(self.booking)

    @property
    def move_refused(self) -> Refused | None:
        """Why the booking cannot move to any other window now, None where it can."""
        return fixed(self.booking, self.rules, self.as_of)

    @property
    def moves_after(self) -> int:
        """How often the booking has moved once it moves again."""
        return moves_after(self.booking)


@dataclass(frozen=True, slots=True)
class QueuePosition:
    """The distance of a booking from its turn.  Until it arrives, `ahead` counts the trucks that cross
    before it if everybody comes.  From then on `why` maps causes to turns ahead, which add up to
    place - 1, and `not_before` is the beginning of its window for a truck that came early.
    """

    ahead: int | None
    why: Mapping[str, int]
    not_before: Instant | None = None


_OWN_VERBS = (Verb.MOVE, Verb.CANCEL, Verb.ADD_DRIVER)


class Tickets:
    """Views of single bookings."""

    def __init__(self, store: Store, network: Network, queues: Queues) -> None:
        self._store, self._network, self._queues = store, network, queues
        self._histories = PlaceHistories(store)

    def view(self, number: int, now: Instant) -> TicketView | None:
        """The booking of a number, None when there is none."""
        found = self.views([number], now)
        return found[0] if found else None

    def views(self, numbers: Sequence[int], now: Instant) -> list[TicketView]:
        """The bookings of these numbers, in their order; the missing are left out."""
        reader = self._store.reader
        bookings = reader.many(Booking, numbers)
        known = reader.many(Particulars, numbers)
        names: dict[int, list[str]] = {}
        for driver in reader.rows_of(Driver, numbers):
            names.setdefault(driver.number, []).append(driver.name)
        found: list[TicketView] = []
        for number in numbers:
            booking = bookings.get(number)
            post = self._network.of_line(booking.line) if booking else None
            if booking is not None and post is not None:
                drivers = tuple(names.get(number, ()))
                found.append(self._view(booking, post, known.get(number), drivers, now))
        return found

    def _view(
        self,
        booking: Booking,
        post: ServedLine,
        who: Particulars | None,
        drivers: tuple[str, ...],
        now: Instant,
    ) -> TicketView:
        rules = post.of(booking, now)
        booking = settled(booking, rules, now)
        status = status_of(booking, rules, now)
        queue = self._queues.of(post, now) if status is Status.ARRIVED else None
        held = fixed(booking, rules, now) if transition(status, Verb.MOVE) else None
        # The driver's verbs that are legal now, so that no button leads to a refusal.
        can = frozenset(
            v for v in _OWN_VERBS if transition(status, v) and not (held and v is Verb.MOVE)
        )
        movable, start = Verb.MOVE in can, booking.start
        most = rules.moves_max
        return TicketView(
            booking=booking,
            post=post,
            rules=rules,
            status=status,
            seen=see(booking, who),
            particulars=who,
            drivers=drivers,
            fee=Money(booking.fee_minor, booking.currency),
            place=queue.place_of(booking.number) if queue else None,
            moves_left=None if most is None else max(0, most - booking.moves),
            can=can,
            fixed=held,
            moves_until=moves_until(start, rules, moves=booking.moves)
            if movable and start is not None
            else None,
            as_of=now,
        )

    def standing(self, view: TicketView) -> QueuePosition:
        """The booking's distance from its turn, with the causes."""
        booking = view.booking
        queue = self._queues.of(view.post, view.as_of)
        if view.status is Status.ARRIVED:
            waits = queue.truck(booking.number)
            why = explain(queue.entries, booking.number) or {}
            return QueuePosition(None, why, waits.not_before if waits else None)
        expected = view.status in (Status.CONFIRMED, Status.LATE)
        if expected and booking.start is not None:
            later = self._store.reader.ahead(booking.line, booking.start, booking.number)
            return QueuePosition(len(queue.waiting) + later, {})
        return QueuePosition(None, {})

    def history(self, view: TicketView) -> PlaceHistory | None:
        """How the place of a waiting booking has changed since it arrived; None where it has none."""
        queue = self._queues.of(view.post, view.as_of) if view.place else None
        return self._histories.of(view.post, queue, view.booking.number) if queue else None

    def lost(self, number: int, phone: str) -> bool:
        """Whether number and phone belong together; a wrong guess reveals nothing else."""
        who = self._store.reader.get(Particulars, number)
        home = ("", who.country) if who is not None else ()
        return (
            who is not None
            and who.phone != ""
            and who.phone
            in (normalise(phone), *(normalise(phone, numbering_plan, c) for c in home))
        )
