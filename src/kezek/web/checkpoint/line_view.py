"""The line of a post as everybody sees it: who is called, and who waits under the head of which hour."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from kezek.app.checkpoint.checkpoint import ServedLine
from kezek.app.regulation.published import is_reserved
from kezek.app.turn.queue import Queue, WaitingTruck
from kezek.domain.kernel.instant import MINUTE, Instant
from kezek.web.frame.format import local


@dataclass(frozen=True, slots=True)
class CallView:
    code: str
    country: str
    tail: str
    by: datetime


@dataclass(frozen=True, slots=True)
class TurnView:
    place: int
    code: str
    country: str
    tail: str
    klass: str
    ordinary: bool
    reserved: bool
    arrived: datetime
    mine: bool


@dataclass(frozen=True, slots=True)
class WindowView:
    """Trucks that stand together under the head of one booked hour."""

    start: datetime | None
    end: datetime | None
    opens_in: int | None
    turns: list[TurnView]


def calls_of(queue: Queue, zone: str) -> list[CallView]:
    """Whom the board calls now."""
    return [
        CallView(c.seen.code, c.seen.country, c.seen.tail, local(c.until, zone))
        for c in queue.called
        if c.until is not None
    ]


def windows_of(
    waiting: tuple[WaitingTruck, ...],
    served: ServedLine,
    now: Instant,
    mine: int = 0,
) -> list[WindowView]:
    """The line under the heads of its hours, in the order of places.

    A truck of another class, let in between, and one that lost its hour stand where they stand:
    only a truck in its own booked hour begins a new head.
    """
    windows: list[WindowView] = []
    regulation, zone = served.at(now), served.line.zone
    ordinary = regulation.ordinary.name
    head: Instant | None = None
    for waits in waiting:
        own = waits.window if waits.seen.vehicle_class == ordinary and not waits.behind else head
        if not windows or own != head:
            head = own if own is not None else waits.window
            windows.append(_window(head, served, now))
        windows[-1].turns.append(
            TurnView(
                place=waits.place,
                code=waits.seen.code,
                country=waits.seen.country,
                tail=waits.seen.tail,
                klass=waits.seen.vehicle_class,
                ordinary=waits.seen.vehicle_class == ordinary,
                reserved=is_reserved(regulation, waits.seen.vehicle_class),
                arrived=local(waits.arrived_at, zone),
                mine=waits.seen.number == mine,
            )
        )
    return windows


def _window(start: Instant | None, served: ServedLine, now: Instant) -> WindowView:
    if start is None:
        return WindowView(None, None, None, [])
    opens_in = -(-(start - now) // MINUTE) if start > now else None
    end, zone = served.window_end(start, now), served.line.zone
    return WindowView(local(start, zone), local(end, zone), opens_in, [])
