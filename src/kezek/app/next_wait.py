"""Which wait concerns somebody who has no booking: that of the first free window, or that of now."""

from __future__ import annotations

from dataclasses import dataclass

from kezek.app.board import PostRow
from kezek.app.outlook import Outlook
from kezek.domain.kernel.instant import Instant
from kezek.domain.regulation.regulation import VehicleClass
from kezek.domain.slot.place import walk_ins_left
from kezek.planning.question import Range


@dataclass(frozen=True, slots=True)
class NextWait:
    """The first free window and the span from its beginning (from now, if it has begun) until the call;
    None where nothing is told of it: it is more than a day ahead, or the twin has no basis.
    """

    start: Instant
    called: Range | None


def next_wait(row: PostRow, outlook: Outlook | None) -> NextWait | None:
    """The wait at the next hour that can be booked; None where none can."""
    free = row.places.first_free() if row.places else None
    if free is None:
        return None
    return NextWait(free.start, outlook.window(free.start) if outlook else None)


def joins_now(row: PostRow, now: Instant) -> VehicleClass | None:
    """The class in which a truck without a booking can still join the line now; None where it cannot."""
    today, regulation = row.today, row.post.regulation
    if today is None or regulation is None or row.places is None or today.state == "closed":
        return None
    free = row.places.first_free()
    if free is not None and free.start <= now:
        return VehicleClass.IN_TURN
    rule = regulation.classes.get(VehicleClass.WALK_IN)
    if rule is None or walk_ins_left(rule, today.capacity, today.walk_ins) == 0:
        return None
    return VehicleClass.WALK_IN
