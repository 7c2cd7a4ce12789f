"""The agency's calendar: capacity raised and lowered, days closed and opened.

Lowering never overbooks and never deletes: the surplus is displaced, the latest confirmed first, and
keeps its right to a free move.  Places of trucks that are already here stay theirs.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from kezek.domain.account.actor import Actor, Role
from kezek.domain.booking.booking import Booking
from kezek.domain.booking.stand import Stand, standing
from kezek.domain.booking.status import Status
from kezek.domain.checkpoint.checkpoint import Line
from kezek.domain.kernel.decision import Accepted, Decision
from kezek.domain.kernel.event import Event, EventKind
from kezek.domain.kernel.facts import Facts, Row
from kezek.domain.kernel.instant import Moment, local_day, windows
from kezek.domain.kernel.refusal import Reason, Refused
from kezek.domain.regulation.regulation import Regulation, Regulations
from kezek.domain.slot.place import counted
from kezek.domain.slot.slot import Day, Slot
from kezek.domain.slot.spread import spread

CAPACITY_MAX = 10_000
REASON_LENGTH_MAX = 200


@dataclass(frozen=True, slots=True)
class SetCapacity:
    """Places of a day; `reason` is shown to everybody and must not name anybody."""

    key: str
    actor: Actor
    line: str
    on: str
    capacity: int
    reason: str


@dataclass(frozen=True, slots=True)
class CloseDay:
    """No crossing on a day, with a published reason."""

    key: str
    actor: Actor
    line: str
    on: str
    reason: str


@dataclass(frozen=True, slots=True)
class OpenDay:
    """A closed day is opened with the capacity that is named."""

    key: str
    actor: Actor
    line: str
    on: str
    capacity: int
    reason: str


def decide_calendar(
    facts: Facts, command: SetCapacity | CloseDay | OpenDay, rules: Regulations, now: Moment
) -> Decision:
    """A new capacity for a day, with everyone whom it displaces."""
    line = facts.get(Line, command.line)
    if line is None:
        return Refused(Reason.LINE_UNKNOWN, {"line": command.line})
    if not command.actor.may((Role.AGENCY,), line.authority, line.checkpoint):
        return Refused(Reason.NOT_ALLOWED, {"line": line.id})
    capacity = 0 if isinstance(command, CloseDay) else command.capacity
    if not 0 <= capacity <= CAPACITY_MAX:
        return Refused(Reason.CAPACITY_IMPOSSIBLE, {"field": "capacity", "most": CAPACITY_MAX})
    if not 0 < len(command.reason.strip()) <= REASON_LENGTH_MAX:
        return Refused(Reason.REASON_MISSING, {"field": "reason"})
    day = facts.get(Day, (line.id, command.on))
    if day is None:
        return Refused(Reason.WINDOW_UNKNOWN, {"day": command.on})
    if date.fromisoformat(day.on) < local_day(now.at, line.zone):
        return Refused(Reason.WINDOW_PAST, {"day": day.on})
    if isinstance(command, SetCapacity) and not day.open:
        return Refused(Reason.DAY_CLOSED, {"day": day.on, "why": day.reason})
    return _changed(facts, command, line, day, capacity, rules, now)


def _changed(
    facts: Facts,
    command: SetCapacity | CloseDay | OpenDay,
    line: Line,
    day: Day,
    capacity: int,
    rules: Regulations,
    now: Moment,
) -> Accepted:
    regulation = rules[line.regulation]
    events: list[Event] = []
    rows: list[Row] = []
    starts = windows(date.fromisoformat(day.on), line.zone, regulation.window)
    slots: list[Slot] = []
    for start, places in zip(starts, spread(capacity, len(starts)), strict=True):
        slot = facts.get(Slot, (line.id, start)) or Slot(line.id, start, 0, 0, 0)
        slot, gone = _cut(facts, slot, places, rules, now)
        slots.append(slot)
        for at in gone:
            moved = at.after(start=None, displaced_at=now.at)
            day = counted(day, regulation.classes[at.booking.vehicle_class], -1)
            rows.append(moved)
            body = {"from": start, "why": command.reason.strip()}
            events.append(Event(EventKind.DISPLACED, line.id, at.booking.number, body))
    closing = isinstance(command, CloseDay)
    day = _day_of(day, slots, regulation, closing=closing, reason=command.reason.strip())
    kind = EventKind.CAPACITY_SET
    if not isinstance(command, SetCapacity):
        kind = EventKind.DAY_CLOSED if closing else EventKind.DAY_OPENED
    body = {
        "day": day.on,
        "capacity": day.capacity,
        "asked": capacity,
        "displaced": len(rows),
        "why": day.reason,
    }
    head = Event(kind, line.id, 0, body)
    return Accepted((head, *events), (*slots, day, *rows), outcome=body)


def _cut(
    facts: Facts, slot: Slot, places: int, rules: Regulations, now: Moment
) -> tuple[Slot, list[Stand]]:
    """The slot with new places, and the bookings that lose theirs, latest confirmed first."""
    protected = min(slot.protected, places)
    surplus = slot.taken + protected - places
    gone: list[Stand] = []
    if surplus > 0:
        gone = _displaceable(facts, slot, rules, now)[:surplus]
    taken = slot.taken - len(gone)
    # Whoever is already here keeps the place, so the cut may end above what was asked.
    capacity = max(places, taken + protected) if taken > places - protected else places
    return replace(slot, capacity=capacity, protected=protected, taken=taken), gone


def _displaceable(facts: Facts, slot: Slot, rules: Regulations, now: Moment) -> list[Stand]:
    numbers = set(facts.booked(slot.line, slot.start, slot.start + 1))
    numbers |= {b.number for b in facts.touched(Booking)}
    found = (standing(facts, number, rules, now.at) for number in numbers)
    bound = [
        at
        for at in found
        if at
        and at.booking.line == slot.line
        and at.booking.start == slot.start
        and at.status in (Status.CONFIRMED, Status.LATE)
    ]
    bound.sort(key=lambda at: (at.booking.confirmed_at, at.booking.number), reverse=True)
    return bound


def _day_of(
    day: Day, slots: list[Slot], regulation: Regulation, *, closing: bool, reason: str
) -> Day:
    """The day's sums after its slots have changed; the kept pool keeps its share."""
    capacity = sum(slot.capacity for slot in slots)
    protected = sum(slot.protected for slot in slots)
    share = -(-day.kept * capacity // day.capacity) if day.capacity else regulation.kept(capacity)
    dear = day.priority + day.postal + day.accelerated
    kept = max(share, dear)
    protected_kept = min(day.protected_kept, protected, kept - dear)
    return replace(
        day,
        open=not closing,
        basis="agency",
        reason=reason,
        capacity=capacity,
        kept=kept,
        protected_kept=protected_kept,
        protected_ordinary=protected - protected_kept,
    )


