"""An officer's last step at a line, and until when it can be taken back."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import takewhile

from kezek.app.log.page import newest_first
from kezek.app.port import POSITION_MAX, Reader
from kezek.domain.booking.booking import Booking
from kezek.domain.kernel.event import EventKind
from kezek.domain.kernel.instant import MINUTE, Instant, Moment
from kezek.domain.kernel.refusal import Reason, Refused
from kezek.domain.turn.undo import UNDO_FOR

# Real time, like undo's limit; older steps are not shown.
SHOWN_FOR = 5 * MINUTE
_NEWS = 60  # events of the line that are read at once

_UNDOABLE = frozenset(
    {
        EventKind.ARRIVED,
        EventKind.CALLED,
        EventKind.CALLED_OUT_OF_TURN,
        EventKind.MISSED,
        EventKind.NOT_SHOWN,
        EventKind.ADMITTED,
        EventKind.CROSSED,
        EventKind.TURNED_BACK,
    }
)
_STEPS = _UNDOABLE | {EventKind.WALKED_IN, EventKind.RELEASED, EventKind.UNDONE}


@dataclass(frozen=True, slots=True)
class LastStep:
    """A step by its event; `undo_for` is the real time left to take it back, 0 where that is over."""

    kind: str
    booking: Booking
    at: Instant
    position: int
    undo_for: Instant


def last_step(reader: Reader, line: str, account: int, now: Moment) -> LastStep | None:
    """The last step of an account at a line; None when it was made too long ago."""
    me, since = f"account:{account}", now.real - SHOWN_FOR
    lately = takewhile(lambda e: e.real >= since, newest_first(reader, POSITION_MAX, line, _NEWS))
    event = next((e for e in lately if e.actor == me and e.kind in _STEPS and e.number), None)
    booking = reader.get(Booking, event.number) if event else None
    if event is None or booking is None:
        return None
    left = UNDO_FOR - (now.real - event.real)
    open_ = event.kind in _UNDOABLE and newest_step(reader, event.number) == event.position
    return LastStep(event.kind, booking, event.at, event.position, max(0, left) if open_ else 0)


def moved_on(reader: Reader, number: int, position: int | None) -> Refused | None:
    """The refusal to undo when the booking has a later step than the shown one; None when it has not."""
    history = reader.history(number)
    # A repeated press finds its own undo, and the desk answers it as it did the first time.
    undone = bool(history) and history[-1].kind == EventKind.UNDONE
    if position is None or (position != newest_step(reader, number) and not undone):
        return Refused(Reason.NOTHING_TO_UNDO, {"number": number})
    return None


def newest_step(reader: Reader, number: int) -> int:
    """The position of the last officer's step of a booking, 0 for none."""
    steps = [e.position for e in reader.history(number) if e.kind in _STEPS]
    return steps[-1] if steps else 0
