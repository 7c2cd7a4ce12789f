"""A wait to come laid out for pages: clock times of the checkpoint, sentences, and the picture."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from kezek.app.booking.ticket import TicketView
from kezek.app.checkpoint.checkpoint import ServedLine
from kezek.app.forecast.likely import (
    Basis,
    Bounds,
    Likely,
    being_computed,
    likely_for,
    shown_accuracy,
    wait_to_join,
)
from kezek.app.turn.queue import Queue
from kezek.domain.kernel.instant import MINUTE
from kezek.i18n.mark import translatable
from kezek.i18n.say import forecast as say
from kezek.web.forecast.dots import Dots, dots_of
from kezek.web.frame.format import local, zone_of
from kezek.web.frame.page_context import PageContext

_CALLS = translatable(
    "%(dots)s dots from %(low)s to %(high)s: each dot is a 1-in-%(dots)s "
    "chance of being called then"
)
_THROUGHS = translatable(
    "%(dots)s dots from %(low)s to %(high)s: each dot is a 1-in-%(dots)s chance of crossing then"
)


@dataclass(frozen=True, slots=True)
class Between:
    low: datetime
    high: datetime


@dataclass(frozen=True, slots=True)
class ShownLikely:
    """When a truck is called, and when it is through; None where nothing is known or it is over."""

    call: Between | None
    through: Between | None
    method: str
    accuracy: str
    dots: Dots | None


@dataclass(frozen=True, slots=True)
class ShownWait:
    """Minutes for a truck that joins now: until its call, and, where known, until it is through."""

    low: int
    high: int
    through_low: int | None
    through_high: int | None
    method: str
    accuracy: str
    dots: Dots | None


def likely(here: PageContext, view: TicketView, queue: Queue | None) -> ShownLikely | None:
    """What is told a driver, from the booking to the crossing."""
    found, zone = _likely(here, view, queue), zone_of(view.post)
    if found is None:
        return None
    dots = None
    if found.truck is not None:
        next_at = found.truck.called or found.truck.crossed
        dots = dots_of(here, next_at, zone, _CALLS if found.truck.called else _THROUGHS)
    return ShownLikely(
        call=_between(found.called, zone),
        through=_between(found.crossed, zone),
        method=say.method(found.basis, here.words, zone),
        accuracy=say.accuracy(found.accuracy, here.words),
        dots=dots,
    )


def renewed(here: PageContext, view: TicketView) -> bool:
    """Whether the likely call of the booked hour is still being computed."""
    return being_computed(here.application.forecasts, view.booking, view.status, here.now)


def expected_call(here: PageContext, view: TicketView) -> Between | None:
    """When a truck in line is expected to be called; a list has no room to say how a pace was taken."""
    queue = here.application.queues.of(view.post, here.now) if view.place is not None else None
    found = _likely(here, view, queue)
    if found is None or found.basis.kind is not Basis.TWIN:
        return None
    return _between(found.called, zone_of(view.post))


def _likely(here: PageContext, view: TicketView, queue: Queue | None) -> Likely | None:
    return likely_for(here.application.forecasts, view.booking, view.status, queue, here.now)


def _between(at: Bounds | None, zone: str) -> Between | None:
    return Between(local(at.low, zone), local(at.high, zone)) if at is not None else None


def wait_of(
    here: PageContext, post: ServedLine, queue: Queue, vehicle_class: str | None
) -> ShownWait | None:
    """The wait of a truck of a class that joins now; None where none can or nothing can be told."""
    if vehicle_class is None:
        return None
    found = wait_to_join(here.application.forecasts, queue.line, vehicle_class, queue, here.now)
    if found is None:
        return None
    zone, through = zone_of(post), found.crossed
    return ShownWait(
        low=found.called.low // MINUTE,
        high=found.called.high // MINUTE,
        through_low=through.low // MINUTE if through else None,
        through_high=through.high // MINUTE if through else None,
        method=say.method(found.basis, here.words, zone),
        accuracy=say.accuracy(found.accuracy, here.words),
        dots=dots_of(here, found.call, zone, _CALLS) if found.call else None,
    )


def waits_of(here: PageContext) -> str:
    """What the board's small figures are, and how good they were over all lines; empty without any."""
    lines = here.application.network.served()
    good = shown_accuracy(here.application.forecasts, lines, here.now)
    return say.board_waits(good, here.words)
