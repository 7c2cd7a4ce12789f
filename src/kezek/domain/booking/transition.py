"""The one table of transitions: from status, verb, actor, to status, and the event in the log.

The code, the diagram in the docs, the reference of the API and an exhaustive test all use this literal.
A pair of status and verb that is not in it is refused with `wrong_status`.
"""

from __future__ import annotations

from enum import StrEnum

from kezek.domain.booking.status import ENDED, LIVE, Status
from kezek.domain.kernel.event import EventKind
from kezek.domain.kernel.value import value


class Verb(StrEnum):
    """What can be done to a booking."""

    BOOK = "book"
    WALK_IN = "walk_in"
    MOVE = "move"
    CANCEL = "cancel"
    ADD_DRIVER = "add_driver"
    ARRIVE = "arrive"
    CALL = "call"
    ACKNOWLEDGE = "acknowledge"
    MISS = "miss"
    ADMIT = "admit"
    CROSS = "cross"
    TURN_BACK = "turn_back"
    RELEASE = "release"
    DISPLACE = "displace"
    LAPSE = "lapse"
    UNDO = "undo"
    PROPOSE = "propose"
    APPROVE = "approve"
    REFUSE = "refuse"


@value(frozen=True, slots=True)
class Transition:
    """A row of the table.  `to` is None where the status stays or is what it was before."""

    verb: Verb
    origin: frozenset[Status]
    guard: str
    to: Status | None
    event: EventKind


def _row(
    verb: Verb, origin: frozenset[Status] | Status, guard: str, to: Status | None, event: EventKind
) -> Transition:
    return Transition(
        verb, origin if isinstance(origin, frozenset) else frozenset({origin}), guard, to, event
    )


S, V, E = Status, Verb, EventKind
AHEAD = frozenset({S.CONFIRMED, S.LATE, S.DISPLACED})
PRESENT = frozenset({S.ARRIVED, S.CALLED, S.ADMITTED})
# Ends that an officer's step can cause.
LEFT = frozenset({S.CROSSED, S.TURNED_BACK, S.NO_SHOW})
# A call out of turn awaits its second person whatever became of the truck.
_EVER = (LIVE | ENDED) - {S.RELEASED}

TRANSITIONS: tuple[Transition, ...] = (
    _row(V.BOOK, S.NONE, "window free, vehicle free", S.CONFIRMED, E.CONFIRMED),
    _row(V.WALK_IN, S.NONE, "walk-ins left today, vehicle free", S.ARRIVED, E.WALKED_IN),
    _row(V.MOVE, AHEAD, "moves left, before the limit, window free", S.CONFIRMED, E.MOVED),
    _row(V.CANCEL, AHEAD, "own booking, or staff with a reason", S.CANCELLED, E.CANCELLED),
    _row(V.CANCEL, S.ARRIVED, "own booking, or a walk-in's mistake", S.CANCELLED, E.CANCELLED),
    _row(V.ADD_DRIVER, LIVE - {S.ADMITTED}, "drivers left", None, E.DRIVER_ADDED),
    _row(V.ARRIVE, frozenset({S.CONFIRMED, S.LATE}), "officer of the post", S.ARRIVED, E.ARRIVED),
    _row(V.CALL, S.ARRIVED, "next by rule", S.CALLED, E.CALLED),
    _row(V.CALL, S.ARRIVED, "out of turn, a reason", S.CALLED, E.CALLED_OUT_OF_TURN),
    _row(V.ACKNOWLEDGE, S.CALLED, "own booking, this call", None, E.ACKNOWLEDGED),
    _row(V.MISS, S.ARRIVED, "a call that ran out, misses left", S.ARRIVED, E.MISSED),
    _row(V.MISS, S.NO_SHOW, "a call that ran out, none left", S.NO_SHOW, E.NOT_SHOWN),
    _row(V.ADMIT, S.CALLED, "officer of the post", S.ADMITTED, E.ADMITTED),
    _row(V.CROSS, S.ADMITTED, "officer of the post", S.CROSSED, E.CROSSED),
    _row(V.TURN_BACK, S.ADMITTED, "a reason", S.TURNED_BACK, E.TURNED_BACK),
    _row(V.RELEASE, AHEAD, "papers seen, a reason", S.RELEASED, E.RELEASED),
    _row(V.DISPLACE, frozenset({S.CONFIRMED, S.LATE}), "capacity cut", S.DISPLACED, E.DISPLACED),
    _row(V.LAPSE, S.NO_SHOW, "time alone", S.NO_SHOW, E.NOT_SHOWN),
    _row(V.LAPSE, S.CANCELLED, "no new time taken after a closure", S.CANCELLED, E.CANCELLED),
    _row(V.LAPSE, S.ARRIVED, "an unanswered call", S.ARRIVED, E.MISSED),
    _row(V.UNDO, PRESENT | LEFT, "own last step, 10 s", None, E.UNDONE),
    _row(V.PROPOSE, AHEAD | {S.ARRIVED}, "a call out of turn", None, E.EXCEPTION_APPROVED),
    _row(V.PROPOSE, PRESENT, "what takes a place", None, E.PROPOSED),
    _row(V.APPROVE, _EVER, "a second person", None, E.EXCEPTION_APPROVED),
    _row(V.APPROVE, S.CALLED, "two for a miss, misses left", S.ARRIVED, E.MISSED),
    _row(V.APPROVE, S.CALLED, "two for a miss, none left", S.NO_SHOW, E.NOT_SHOWN),
    _row(V.APPROVE, PRESENT, "two for a turning back", S.TURNED_BACK, E.TURNED_BACK),
    _row(V.APPROVE, S.ARRIVED, "two for a cancellation", S.CANCELLED, E.CANCELLED),
    _row(V.REFUSE, _EVER - AHEAD, "a second person, of a call made", None, E.EXCEPTION_REFUSED),
    _row(V.REFUSE, LIVE, "an officer of the post, of a proposal", None, E.PROPOSAL_REFUSED),
)


def transition(status: Status, verb: Verb) -> Transition | None:
    """The first row for a status and a verb, None when the verb is not legal there."""
    return _BY_CELL.get((status, verb))


_BY_CELL = {(status, row.verb): row for row in reversed(TRANSITIONS) for status in row.origin}
