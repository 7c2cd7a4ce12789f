"""The way of a booking as its ticket draws it: what is done, where it stands, what is still to come."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from kezek.app.booking.ticket import TicketView
from kezek.domain.booking.status import Status
from kezek.web.frame.format import local


@dataclass(frozen=True, slots=True)
class PathStep:
    verb: str
    mark: str
    at: datetime | None
    detail: str


_WAY = ("booked", "arrived", "line", "called", "admitted", "crossed")
_HERE = {
    Status.CONFIRMED: 0,
    Status.LATE: 0,
    Status.DISPLACED: 0,
    Status.ARRIVED: 2,
    Status.CALLED: 3,
    Status.ADMITTED: 4,
    Status.CROSSED: 5,
}
_SIDE = {
    Status.DISPLACED: ("displaced", "here"),
    Status.CANCELLED: ("cancelled", "here"),
    Status.NO_SHOW: ("no_show", "here"),
    Status.TURNED_BACK: ("turned_back", "here"),
    Status.RELEASED: ("annulled", "here"),
}


def steps_of(view: TicketView, zone: str) -> list[PathStep]:
    """The way of the booking: done, here, still to come."""
    booking = view.booking
    at = {
        "booked": booking.confirmed_at,
        "arrived": booking.arrived_at,
        "called": booking.called_at,
        "admitted": booking.admitted_at,
        "crossed": booking.ended_at if view.status is Status.CROSSED else None,
    }

    def step(verb: str, mark: str) -> PathStep:
        instant = at.get(verb)
        return PathStep(verb, mark, local(instant, zone) if instant is not None else None, "")

    if view.status in _SIDE:
        done = [
            step(verb, "done") for verb in ("booked", "arrived", "called", "admitted") if at[verb]
        ]
        when = booking.ended_at if booking.ended_at is not None else booking.displaced_at
        verb, mark = _SIDE[view.status]
        return [*done, PathStep(verb, mark, local(when, zone) if when is not None else None, "")]
    here = _HERE[view.status]
    steps = []
    for place, verb in enumerate(_WAY):
        if verb == "line" and place != here:
            continue
        over = place < here or view.status is Status.CROSSED
        waiting = view.status in (Status.CONFIRMED, Status.LATE)
        mark = "done" if over or (place == 0 and waiting) else "here" if place == here else "todo"
        steps.append(step(verb, mark))
    missed = view.missed_until
    if missed is not None and view.status is Status.ARRIVED:
        steps.insert(2, PathStep("missed", "done", local(missed, zone), ""))
    return steps
