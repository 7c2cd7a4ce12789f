"""The order of calls, worked out again from the log alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TypeAlias

from tests.rig.check.bookings import CALLED, HERE, LoggedBooking, Retold
from tests.rig.check.run import INTERLEAVE, MISSES_MAX, NEXT_ROUND, Event, Run

CAUSES = (
    *("perishable", "live_animals", "dangerous_goods", "medical", "humanitarian", "state_order"),
    "wronged",
)


# A place in the published cycle of classes: the round, and the place in it.
Reached: TypeAlias = tuple[int, int]


class _Cycle:
    """Where the published cycle of classes stands on one line, and where it stood before a call."""

    def __init__(self) -> None:
        self.at: Reached = (0, 0)
        self.calls: dict[int, tuple[Reached, Reached]] = {}


def explained(run: Run) -> Iterator[str]:
    """Whoever was called was the next by rule, or was called with a cause and two names."""
    told = Retold()
    cycles: dict[str, _Cycle] = {}
    firsts: dict[int, Event] = {}
    for event in run.events:
        cycle = cycles.setdefault(event.line, _Cycle())
        if event.kind == "called":
            yield from _called(event, _ready(told, event), cycle)
        elif event.kind in ("arrived", "walked_in"):
            yield from _joined(event, told, cycle)
        elif event.kind == "undone" and event.body["verb"] == "call":
            _taken_back(event, cycle)
        elif event.kind == "called_out_of_turn":
            cycle.calls.pop(event.number, None)
            firsts.setdefault(event.number, event)
            if event.body["cause"] not in CAUSES:
                yield f"booking {event.number} was called out of turn without a published cause"
        elif event.kind == "exception_approved":
            first = firsts.setdefault(event.number, event)
            if event.body["exception"] == "approved" and first.actor == event.actor:
                yield f"the exception of booking {event.number} has one name only"
        told.hear(event)


def _ready(told: Retold, event: Event) -> list[LoggedBooking]:
    """Who waits in the event's line in the order of their class, with a window that has begun."""
    mine = (_settled(b, event.at) for b in told.bookings.values() if b.line == event.line)
    waiting = [(_key(b), b) for b in mine if b.stands == HERE]
    # A window that has not begun has no turn yet; who fell behind waits for none.
    ready = [(key, b) for key, b in waiting if key[1] or key[0] <= event.at]
    return [b for _, b in sorted(ready, key=lambda pair: pair[0])]


def _settled(booking: LoggedBooking, at: int) -> LoggedBooking:
    """A call that nobody answered in time is missed at that moment, whenever the log says so."""
    until = booking.call_until
    if booking.stands != CALLED or until is None or at < until:
        return booking
    if booking.misses >= MISSES_MAX:
        return replace(booking, ended_at=until, outcome="no_show")
    return replace(booking, called_at=None, call_until=None, joined_at=until)


def _called(event: Event, ready: list[LoggedBooking], cycle: _Cycle) -> Iterator[str]:
    heads: dict[str, LoggedBooking] = {}
    for booking in ready:
        heads.setdefault(booking.vehicle_class, booking)
    at, following = cycle.at, None
    while heads and following is None:
        head = heads.get(INTERLEAVE[at[1]])
        if head and (head.joined_round is None or head.joined_round < at[0]):
            following = head
        at = _on(at)
    if following is None or following.number != event.number:
        said = following.number if following else "nobody"
        yield f"position {event.position}: {event.number} was called, and {said} was next"
    told = event.body["round"], event.body["cursor"]
    if told != at:
        yield f"position {event.position}: the cycle is told to stand at {told}, and it is at {at}"
    cycle.calls[event.number] = (cycle.at, at)
    cycle.at = at


def _on(at: Reached) -> Reached:
    """One place on; behind the last a new round begins."""
    of, place = at
    return (of, place + 1) if place + 1 < len(INTERLEAVE) else (of + 1, 0)


def _joined(event: Event, told: Retold, cycle: _Cycle) -> Iterator[str]:
    """A truck lets the round pass that the rule says: this one, or that of the first of its class."""
    booking = told.bookings.get(event.number)
    name = "walk_in" if event.kind == "walked_in" else booking.vehicle_class if booking else ""
    passes = None
    if name in NEXT_ROUND:
        of_class = (b for b in _ready(told, event) if b.vehicle_class == name)
        first = next(of_class, None)
        passes = first.joined_round if first else None
        passes = cycle.at[0] if passes is None else passes
    if event.body.get("round") != passes:
        said = event.body.get("round")
        yield f"position {event.position}: {event.number} lets round {said} pass, and not {passes}"


def _taken_back(event: Event, cycle: _Cycle) -> None:
    """The cycle goes back with a call, unless a later one has moved it on."""
    before, after = cycle.calls.pop(event.number, (cycle.at, None))
    if cycle.at == after:
        cycle.at = before


def _key(booking: LoggedBooking) -> tuple[int, int, int, int]:
    """Window, behind it or not, since when, number."""
    arrived, joined, start = booking.arrived_at, booking.joined_at, booking.start
    assert arrived is not None, "who waits has arrived"
    if start is None:
        return (0, 0, arrived if joined is None else joined, booking.number)
    if joined is None or joined < start:
        return (start, 0, arrived, booking.number)
    return (joined, 1, joined, booking.number)
