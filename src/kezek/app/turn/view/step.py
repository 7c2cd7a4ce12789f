"""The steps that an officer can make with a truck now: alone, with a second person, or not at all."""

from __future__ import annotations

from dataclasses import dataclass

from kezek.app.slot.availability import LocalDay
from kezek.app.turn.queue import Queue
from kezek.domain.account.actor import Actor
from kezek.domain.booking.booking import Booking
from kezek.domain.booking.change import taken_by_mistake
from kezek.domain.booking.proposal import Way, way_of
from kezek.domain.booking.status import Status
from kezek.domain.booking.transition import Verb
from kezek.domain.kernel.instant import Instant
from kezek.domain.regulation.regulation import Regulation
from kezek.domain.slot.place import walk_ins_left

# The step that comes next at the post.  A call is made of the line's next truck, not of one looked up.
_NEXT = {
    Status.CONFIRMED: Verb.ARRIVE,
    Status.LATE: Verb.ARRIVE,
    Status.CALLED: Verb.ADMIT,
    Status.ADMITTED: Verb.CROSS,
}
_ALONE = (Verb.ARRIVE, Verb.ADMIT, Verb.CROSS, Verb.TURN_BACK, Verb.RELEASE)
_BY_TWO = (Verb.MISS, Verb.TURN_BACK, Verb.CANCEL)


@dataclass(frozen=True, slots=True)
class OfficerSteps:
    """The steps of an officer of the post with one truck now.

    `next` is the next step, None where there is none.  `alone` are steps of one person, `by_two` those
    that one proposes and another approves.  `mistake` says that this officer can still take out a
    walk-in that was recorded by mistake.
    """

    next: Verb | None
    alone: frozenset[Verb]
    by_two: frozenset[Verb]
    mistake: bool


@dataclass(frozen=True, slots=True)
class WalkInsLeft:
    """How many more may join today: `left` of `cap`; `cap_is_ours` where the law publishes none.

    `joins` says when the class is called, `place` where one that joins now would stand; None where the
    rules know none.
    """

    left: int
    cap: int | None
    cap_is_ours: bool
    joins: str
    place: int | None


def officer_steps(booking: Booking, status: Status, actor: Actor, now: Instant) -> OfficerSteps:
    """The steps of this officer with a truck of the post."""
    return OfficerSteps(
        next=_NEXT.get(status),
        alone=frozenset(v for v in _ALONE if way_of(v, booking, status) is Way.ALONE),
        by_two=frozenset(v for v in _BY_TWO if way_of(v, booking, status) is Way.TWO),
        mistake=status is Status.ARRIVED and taken_by_mistake(booking, actor, now),
    )


def walk_ins_today(
    regulation: Regulation, today: LocalDay | None, queue: Queue
) -> WalkInsLeft | None:
    """How many more may join today; None where the rules know no walk-ins."""
    rule = regulation.walk_in
    if rule is None or today is None:
        return None
    left = walk_ins_left(rule, today.capacity, today.walk_ins)
    cap = rule.cap(today.capacity)
    return WalkInsLeft(left or 0, cap, rule.note.ours, rule.joins, queue.walk_in_place)
