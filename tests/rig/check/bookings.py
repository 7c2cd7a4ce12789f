"""The log told once more: from the events alone, every booking must be what its row says."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, fields

from tests.rig.check.run import BEGINS, CALL_FOR, ENDS, HOUR, Event, Run

ON_THE_WAY, HERE, CALLED, INSIDE, OVER = "on the way", "here", "called", "inside", "over"
# Where a booking may stand when something happens to it.
FROM = {
    "moved": {ON_THE_WAY},
    "cancelled": {ON_THE_WAY, HERE},
    "arrived": {ON_THE_WAY},
    "displaced": {ON_THE_WAY},
    "released": {ON_THE_WAY},
    "called": {HERE},
    "called_out_of_turn": {HERE},
    "missed": {CALLED},
    "admitted": {CALLED},
    "crossed": {INSIDE},
    "turned_back": {HERE, CALLED, INSIDE},
    "not_shown": {ON_THE_WAY, CALLED},
}


@dataclass
class LoggedBooking:
    """A booking as the log tells it; the names are the columns of its row."""

    number: int
    line: str
    vehicle_class: str
    holder: int
    confirmed_at: int
    start: int | None = None
    moves: int = 0
    displaced_at: int | None = None
    arrived_at: int | None = None
    joined_at: int | None = None
    joined_round: int | None = None
    called_at: int | None = None
    call_until: int | None = None
    misses: int = 0
    admitted_at: int | None = None
    ended_at: int | None = None
    outcome: str = ""
    exception: str = ""
    exception_cause: str = ""
    before: dict[str, object] = field(default_factory=dict, repr=False)

    @property
    def stands(self) -> str:
        if self.ended_at is not None:
            return OVER
        if self.admitted_at is not None:
            return INSIDE
        if self.called_at is not None:
            return CALLED
        return ON_THE_WAY if self.arrived_at is None else HERE

    def facts(self) -> dict[str, object]:
        return {f.name: getattr(self, f.name) for f in fields(self) if f.name != "before"}


class Retold:
    """All bookings, told event by event.  `wrong` collects what cannot have happened."""

    def __init__(self) -> None:
        self.bookings: dict[int, LoggedBooking] = {}
        self.wrong: list[str] = []

    def hear(self, event: Event) -> None:
        if event.number == 0:
            return
        if event.kind in BEGINS:
            self._begin(event)
            return
        booking = self.bookings.get(event.number)
        if booking is None:
            self.wrong.append(f"{event.kind} at {event.position}: no booking {event.number} before")
            return
        allowed = FROM.get(event.kind)
        if allowed is not None and booking.stands not in allowed:
            self.wrong.append(
                f"{event.kind} at {event.position}: booking {event.number} was {booking.stands}"
            )
        if event.kind == "undone":
            for name, was in booking.before.items():
                setattr(booking, name, was)
            booking.before = {}
            return
        change = _change(booking, event)
        if event.kind in _STEPS:
            booking.before = {name: getattr(booking, name) for name in change}
        elif event.kind in ("moved", "displaced", "cancelled", "released"):
            booking.before = {}
        for name, now in change.items():
            setattr(booking, name, now)

    def _begin(self, event: Event) -> None:
        if event.number in self.bookings:
            self.wrong.append(f"booking {event.number} begins twice, at {event.position}")
        walked_in = event.kind == "walked_in"
        self.bookings[event.number] = LoggedBooking(
            number=event.number,
            line=event.line,
            vehicle_class="walk_in" if walked_in else event.body["class"],
            holder=event.body["holder"],
            confirmed_at=event.at,
            start=None if walked_in else event.body["start"],
            arrived_at=event.at if walked_in else None,
            joined_round=event.body.get("round"),
        )


# Officers' steps, which may be taken back.
_STEPS = {
    *("arrived", "called", "called_out_of_turn", "missed"),
    *("admitted", "crossed", "turned_back", "not_shown"),
}


def _change(booking: LoggedBooking, event: Event) -> dict[str, object]:
    """What an event changes of a booking."""
    at, body = event.at, event.body
    if event.kind in ENDS:
        misses = {"misses": body["misses"]} if "misses" in body else {}
        return {"ended_at": at, "outcome": ENDS[event.kind]} | misses
    if event.kind == "moved":
        counts = 0 if body["displaced"] else 1
        moves = booking.moves + counts
        return {"start": body["start"], "displaced_at": None, "moves": moves}
    if event.kind == "displaced":
        return {"start": None, "displaced_at": at}
    if event.kind == "arrived":
        late = at if body["late"] else None
        return {"arrived_at": at, "joined_at": late, "joined_round": body.get("round")}
    if event.kind in ("called", "called_out_of_turn"):
        return {"called_at": at, "call_until": at + CALL_FOR} | _exception(event)
    if event.kind == "missed":
        joined = min(at, booking.call_until or at)
        gone = {"called_at": None, "call_until": None}
        return {"misses": body["misses"], "joined_at": joined} | gone
    if event.kind == "admitted":
        return {"admitted_at": at}
    if event.kind == "exception_approved":
        return _exception(event)
    return {}


def _exception(event: Event) -> dict[str, object]:
    if "exception" not in event.body:
        return {}
    return {"exception": event.body["exception"], "exception_cause": event.body["cause"]}


def retold(events: Iterable[Event]) -> Retold:
    told = Retold()
    for event in events:
        told.hear(event)
    return told


def explained(run: Run) -> Iterator[str]:
    """Every row follows from the log, and every event has left its row."""
    told = retold(run.events)
    yield from told.wrong
    rows = {row["number"]: row for row in run.after["booking"]}
    if sorted(rows) != list(range(1, len(rows) + 1)):
        yield "numbers of bookings are not one behind the other"
    for number in sorted(rows.keys() | told.bookings.keys()):
        row, booking = rows.get(number), told.bookings.get(number)
        if row is None or booking is None:
            yield f"booking {number} is {'only in the log' if row is None else 'not in the log'}"
            continue
        differ = [n for n, value in booking.facts().items() if row[n] != value]
        if differ:
            said = ", ".join(f"{n} {row[n]!r} and not {getattr(booking, n)!r}" for n in differ)
            yield f"booking {number} is not what the log says: {said}"
    last = {row["name"]: row["last"] for row in run.after["counter"]}
    if rows and last.get("booking") != len(rows):
        yield f"{len(rows)} bookings, and the last number given is {last.get('booking')}"


def gives_back(event: Event, start: int) -> bool:
    """Whether an end hands the place on: not once its window is over."""
    return event.kind in ("cancelled", "released") and event.at < start + HOUR
