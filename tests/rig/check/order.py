"""The order of calls, worked out again from the log alone."""

from __future__ import annotations

from collections.abc import Iterator

from tests.rig.check.bookings import HERE, Retold, Told
from tests.rig.check.run import INTERLEAVE, Event, Run

CAUSES = (
    *("perishable", "live_animals", "dangerous_goods", "medical", "humanitarian", "state_order"),
    "wronged",
)


class _Cycle:
    """Where the published cycle of classes stands on one line, and where it stood before a call."""

    def __init__(self) -> None:
        self.at = 0
        self.calls: dict[int, tuple[int, int]] = {}


def explained(run: Run) -> Iterator[str]:
    """Whoever was called was the next by rule, or was called with a cause and two names."""
    told = Retold()
    cycles: dict[str, _Cycle] = {}
    firsts: dict[int, Event] = {}
    for event in run.events:
        cycle = cycles.setdefault(event.line, _Cycle())
        if event.kind == "called":
            waiting = [
                b for b in told.bookings.values() if b.line == event.line and b.stands == HERE
            ]
            yield from _called(event, waiting, cycle)
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


def _called(event: Event, waiting: list[Told], cycle: _Cycle) -> Iterator[str]:
    keys = {b.number: _key(b) for b in waiting}
    # A window that has not begun has no turn yet; who fell behind waits for none.
    ready = [b for b in waiting if keys[b.number][1] or keys[b.number][0] <= event.at]
    classes = {b.vehicle_class for b in ready}
    place = cycle.at
    while classes and INTERLEAVE[place] not in classes:
        place = (place + 1) % len(INTERLEAVE)
    of_class = [b for b in ready if b.vehicle_class == INTERLEAVE[place]]
    following = min(of_class, key=lambda b: keys[b.number], default=None)
    if following is None or following.number != event.number:
        said = following.number if following else "nobody"
        yield f"position {event.position}: {event.number} was called, and {said} was next"
    after = (place + 1) % len(INTERLEAVE)
    cycle.calls[event.number] = (cycle.at, after)
    cycle.at = after


def _taken_back(event: Event, cycle: _Cycle) -> None:
    """The cycle goes back with a call, unless a later one has moved it on."""
    before, after = cycle.calls.pop(event.number, (cycle.at, -1))
    if cycle.at == after:
        cycle.at = before


def _key(booking: Told) -> tuple[int, int, int, int]:
    """Window, behind it or not, since when, number."""
    arrived, joined, start = booking.arrived_at, booking.joined_at, booking.start
    assert arrived is not None, "who waits has arrived"
    if start is None:
        return (0, 0, arrived if joined is None else joined, booking.number)
    if joined is None or joined < start:
        return (start, 0, arrived, booking.number)
    return (joined, 1, joined, booking.number)
