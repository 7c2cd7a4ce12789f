"""Which days and windows can be chosen for a booking or a move, which are refused, and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from kezek.app.checkpoint.checkpoint import ServedLine
from kezek.app.port import Reader
from kezek.app.slot.availability import LinePlaces
from kezek.domain.account.actor import STAFF, Actor
from kezek.domain.booking.change import move_limit, moves_until
from kezek.domain.kernel.facts import Facts
from kezek.domain.kernel.instant import Instant
from kezek.domain.kernel.refusal import Reason, Refused
from kezek.domain.regulation.regulation import Regulation
from kezek.domain.slot.place import choosable

NEAR_MAX = 4
# Refusals after which another window may be accepted.
OF_THE_WINDOW = frozenset(
    {
        Reason.WINDOW_UNKNOWN,
        Reason.WINDOW_PAST,
        Reason.HORIZON_EXCEEDED,
        Reason.DAY_CLOSED,
        Reason.SAME_WINDOW,
        Reason.CLASS_FULL,
        Reason.SLOT_FULL,
    }
)


@dataclass(frozen=True, slots=True)
class WindowMoves:
    """Until when a booking of a window can be moved; None where it cannot, because this was its `last`
    move or none is possible.
    """

    until: Instant | None
    last: bool


def day_refused(places: LinePlaces, on: date | None) -> Refused | None:
    """Why no window of a day can be chosen; None where one can, or where `on` is None."""
    days = places.days
    day = places.day(on) if on is not None else None
    if day is not None:
        closed = Refused(Reason.DAY_CLOSED, {"day": day.on.isoformat(), "why": day.reason})
        return closed if day.state == "closed" else None
    if on is None or not days:
        return Refused(Reason.WINDOW_UNKNOWN)
    if on < days[0].on:
        return Refused(Reason.WINDOW_PAST)
    return Refused(Reason.HORIZON_EXCEEDED, {"last": days[-1].on.isoformat()})


def window_refused(
    reader: Reader,
    served: ServedLine,
    vehicle_class: str,
    start: Instant | None,
    now: Instant,
    *,
    number: int = 0,
    present: Instant | None = None,
) -> Refused | None:
    """The refusal that a booking of a window would meet, None where it can be chosen.

    `number` is the booking that moves out of its `present` window, 0 for a new one; `start` is None for
    an instant that is none.
    """
    regulation, line = served.at(now, window=start), served.line
    rule = regulation.classes.get(vehicle_class)
    if start is None or rule is None:
        return Refused(Reason.WINDOW_UNKNOWN)
    facts = Facts(reader)
    return choosable(facts, line, regulation, rule, start, now, number=number, present=present)


def near_windows(
    places: LinePlaces, day: date, wished: Instant, vehicle_class: str, *, present: Instant | None
) -> frozenset[Instant]:
    """The free windows nearest to the wished one."""
    reach = {day.toordinal() + n for n in (-1, 0, 1, 2)}
    free = [
        (one.on.toordinal(), hour.start)
        for one in places.days
        if one.state != "closed"
        for hour in one.hours
        if one.left_in(hour, vehicle_class) > 0 and hour.start not in (wished, present)
    ]
    found = sorted((abs(at - wished), at) for on, at in free if on in reach)
    return frozenset(at for _, at in found[:NEAR_MAX]) or frozenset(at for _, at in free[:NEAR_MAX])


def classes_for(served: ServedLine, regulation: Regulation, actor: Actor) -> tuple[str, ...]:
    """The classes that this actor may book at a line, by its rules of a window."""
    line = served.line
    staff = actor.may(STAFF, line.checkpoint, line.authority)
    return tuple(
        name
        for name, rule in regulation.classes.items()
        if rule.pool is not None and (staff or not rule.staff_only)
    )


def window_moves(start: Instant, regulation: Regulation, moves: int, now: Instant) -> WindowMoves:
    """The further moves of a booking with this window and this many moves."""
    refused = move_limit(start, regulation, now, moves=moves)
    if refused is not None:
        return WindowMoves(None, moves > 0 and refused.reason is Reason.MOVES_EXHAUSTED)
    return WindowMoves(moves_until(start, regulation, moves=moves), last=False)
