"""Rights at a line by role, checked by every channel before it answers.

The rules check them again for each command.
"""

from __future__ import annotations

from kezek.domain.account.actor import (
    AT_THE_GATE,
    BOOKS,
    IN_CHARGE,
    READS_LOG,
    Actor,
    Role,
)
from kezek.domain.booking.context import serves
from kezek.domain.checkpoint.checkpoint import Line


def may_book(actor: Actor, line: Line) -> bool:
    """Whether the actor makes bookings at a line: a carrier, or the staff."""
    return actor.may(BOOKS, line.checkpoint, line.authority)


def may_serve(actor: Actor, line: Line) -> bool:
    """Whether the actor serves people at the line's post, and so sees its bookings."""
    return serves(actor, line)


def may_call(actor: Actor, checkpoint: str) -> bool:
    """Whether the actor works at the gate of a post: arrivals, calls, crossings."""
    return actor.may(AT_THE_GATE, checkpoint)


def may_answer_at(actor: Actor, line: Line) -> bool:
    """Whether the actor sees what waits for a second person at a line."""
    return actor.may((*AT_THE_GATE, *IN_CHARGE), line.checkpoint, line.authority)


def may_govern(actor: Actor, line: Line) -> bool:
    """Whether the actor belongs to the agency that sets the line's capacity."""
    return actor.may((Role.AGENCY,), line.authority, line.checkpoint)


def may_read_log(actor: Actor, line: Line | None = None) -> bool:
    """Whether the actor may read the log of a line, or of all lines if none is named."""
    places = (line.checkpoint, line.authority) if line is not None else ()
    return actor.may(READS_LOG, *places)
