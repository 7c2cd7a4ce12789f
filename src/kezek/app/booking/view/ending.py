"""Why a booking ended, lost its time or missed its call, and what its driver can do next."""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import StrEnum

from kezek.app.booking.lost_time import LostTime, lost_time
from kezek.app.booking.ticket import TicketView
from kezek.app.port import Reader
from kezek.domain.booking.status import Status
from kezek.domain.kernel.event import EventKind
from kezek.domain.kernel.instant import Instant

_ENDED_BY = {
    Status.CANCELLED: EventKind.CANCELLED,
    Status.TURNED_BACK: EventKind.TURNED_BACK,
    Status.RELEASED: EventKind.RELEASED,
}


class NextAction(StrEnum):
    """The next step for the driver of a booking without a place: another window, or a new booking."""

    MOVE = "move"
    BOOK = "book"
    NONE = ""


@dataclass(frozen=True, slots=True)
class Ending:
    """The facts for the driver: whether it is a `no_show`, the `lost` time, the end of the missed call
    (`missed_until`; of the last one for a no-show), or the published `cause`, empty without one.
    """

    no_show: bool = False
    lost: LostTime | None = None
    missed_until: Instant | None = None
    cause: str = ""


def ending_of(reader: Reader, view: TicketView) -> Ending:
    """Why the booking ended, lost its time, or waits again; empty where there is nothing to explain."""
    status = view.status
    if status is Status.DISPLACED:
        return Ending(lost=lost_time(reader, view))
    cause = _cause(reader, view, _ENDED_BY[status]) if status in _ENDED_BY else ""
    return Ending(status is Status.NO_SHOW, None, view.missed_until, cause)


def next_action(view: TicketView) -> NextAction:
    """The next step, where the booking has ended or lost its time."""
    if view.status is Status.DISPLACED:
        return NextAction.MOVE
    return NextAction.NONE if view.live or view.status is Status.CROSSED else NextAction.BOOK


def _cause(reader: Reader, view: TicketView, kind: EventKind) -> str:
    """The cause that the booking's last event of a kind gives, empty where it gives none."""
    for event in reversed(reader.history(view.booking.number)):
        if event.kind == kind:
            return str(json.loads(event.body).get("cause") or "")
    return ""
