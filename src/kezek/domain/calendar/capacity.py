"""The agency's calendar: capacity raised and lowered, days closed and opened.

Lowering never overbooks and never deletes.  Confirmed bookings get their places first, in their own
hours, and the remaining places are spread over the day.  Bookings that do not fit into the day are
displaced, the latest confirmed first, and keep the right to a free move.  Trucks that have arrived keep
their places.  Given-back places become free at once, so all protected places that remain are known to be
taken elsewhere.  A cut below that number drops the rest of them and says how many.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

from kezek.domain.account.actor import Actor, Role
from kezek.domain.booking.booking import Booking
from kezek.domain.booking.context import BookingContext, context_of
from kezek.domain.booking.status import Status, displaced_until
from kezek.domain.checkpoint.checkpoint import Line
from kezek.domain.kernel.decision import Accepted, Decision
from kezek.domain.kernel.event import Event, EventKind
from kezek.domain.kernel.facts import Facts
from kezek.domain.kernel.instant import Moment, date_of, local_day, windows
from kezek.domain.kernel.refusal import Fact, Reason, Refused
from kezek.domain.kernel.spread import fit, level
from kezek.domain.kernel.text import cleaned, is_line
from kezek.domain.kernel.value import value
from kezek.domain.regulation.regulation import PoolRule, Regulation, within
from kezek.domain.regulation.regulations import Regulations
from kezek.domain.slot.place import Return, counted, release, returns_of
from kezek.domain.slot.slot import Counts, Day, Slot, changed

CAPACITY_MAX = 10_000
REASON_LENGTH_MAX = 200
# Events of an agency's decisions about a day.
CALENDAR_KINDS = frozenset({EventKind.CAPACITY_SET, EventKind.DAY_CLOSED, EventKind.DAY_OPENED})


@value(frozen=True, slots=True)
class SetCapacity:
    """Set the places of a day; `reason` is public and must not name anybody."""

    key: str
    actor: Actor
    line: str
    on: str
    capacity: int
    reason: str


@value(frozen=True, slots=True)
class CloseDay:
    """Close a day, with a published reason."""

    key: str
    actor: Actor
    line: str
    on: str
    reason: str


@value(frozen=True, slots=True)
class OpenDay:
    """Open a closed day with a capacity."""

    key: str
    actor: Actor
    line: str
    on: str
    capacity: int
    reason: str


def decide_calendar(
    facts: Facts, command: SetCapacity | CloseDay | OpenDay, rules: Regulations, now: Moment
) -> Decision:
    """The day with its new capacity, and the bookings that it displaces."""
    line = facts.get(Line, command.line)
    if line is None:
        return Refused(Reason.LINE_UNKNOWN, {"line": command.line})
    if not command.actor.may((Role.AGENCY,), line.authority, line.checkpoint):
        return Refused(Reason.NOT_ALLOWED, {"line": line.id})
    capacity = 0 if isinstance(command, CloseDay) else command.capacity
    if not cleaned(command.reason):
        return Refused(Reason.REASON_MISSING, {"field": "reason"})
    if not is_line(command.reason, REASON_LENGTH_MAX):
        return Refused(Reason.TEXT_IMPOSSIBLE, {"field": "reason", "most": REASON_LENGTH_MAX})
    if not 0 <= capacity <= CAPACITY_MAX:
        return Refused(Reason.CAPACITY_IMPOSSIBLE, {"field": "capacity", "most": CAPACITY_MAX})
    on = date_of(command.on)
    if on is not None and on < local_day(now.at, line.zone):
        return Refused(Reason.WINDOW_PAST, {"day": command.on})
    day = facts.get(Day, (line.id, command.on))
    if day is None:
        return Refused(Reason.WINDOW_UNKNOWN, {"day": command.on})
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
    regulation = rules.of_day(line, date.fromisoformat(day.on), now.at)
    events: list[Event] = []
    rows: list[Booking] = []
    before, day, returned = _without_returns(facts, line, day, regulation)
    known = sum(slot.protected for slot in before)
    model = _model(facts, line, day, regulation)
    gone = _surplus(facts, before, capacity, rules, now)
    slots = _slots(before, gone, capacity)
    for at in gone:
        day = counted(day, regulation.classes[at.booking.vehicle_class], -1)
        rows.append(at.after(start=None, displaced_at=now.at))
        loss: dict[str, Fact] = {"from": at.booking.start, "why": cleaned(command.reason)}
        events.append(Event(EventKind.DISPLACED, line.id, at.booking.number, loss))
    kind = EventKind.CAPACITY_SET
    if isinstance(command, CloseDay):
        kind = EventKind.DAY_CLOSED
    elif not day.open:
        kind = EventKind.DAY_OPENED
    shares = pool_shares(regulation, model, sum(slot.capacity for slot in slots))
    day = _day_of(day, slots, regulation.pools, shares)
    day = replace(
        day,
        open=not isinstance(command, CloseDay),
        basis="agency",
        reason=cleaned(command.reason),
    )
    body: dict[str, Fact] = {
        "day": day.on,
        "capacity": day.capacity,
        "asked": capacity,
        "displaced": len(rows),
        "forgotten": known - sum(slot.protected for slot in slots),
        "why": day.reason,
    }
    head = Event(kind, line.id, 0, body)
    # Each displaced booking has the time that was promised to it; the agency is told the first end.
    ends = [row.look_at for row in rows if row.look_at is not None]
    outcome = body | {"until": min(ends, default=displaced_until(now.at, regulation))}
    gone_back = tuple((Return, back.key) for back in returned)
    return Accepted((head, *events), (*slots, day, *rows), gone_back, outcome)


def _without_returns(
    facts: Facts, line: Line, day: Day, regulation: Regulation
) -> tuple[list[Slot], Day, list[Return]]:
    """The day and its slots with every given-back place free, and these returns."""
    starts = windows(date.fromisoformat(day.on), line.zone, regulation.window)
    slots = {at: facts.get(Slot, (line.id, at)) or Slot(line.id, at, 0, 0, 0) for at in starts}
    returned = returns_of(facts, line.id, starts[0], starts[-1] + 1)
    for back in returned:
        rule = regulation.classes[back.vehicle_class]
        slots[back.start], day = release(slots[back.start], day, rule)
    return list(slots.values()), day, returned


def _surplus(
    facts: Facts, before: list[Slot], capacity: int, rules: Regulations, now: Moment
) -> list[BookingContext]:
    """The bookings that do not fit into a day of `capacity` places, the latest confirmed first."""
    known = min(sum(slot.protected for slot in before), capacity)
    over = sum(slot.taken for slot in before) + known - capacity
    return _displaceable(facts, before, rules, now)[:over] if over > 0 else []


def _slots(before: list[Slot], gone: Sequence[BookingContext], capacity: int) -> list[Slot]:
    """The day's windows with the new number of places.

    Taken places stay in their windows, and the rest makes the windows as equal as possible; more places
    never take one from a window.  Trucks that have arrived keep their places, so the day may end above
    the capacity that was asked for.
    """
    lost = Counter(at.booking.start for at in gone)
    taken = [slot.taken - lost[slot.start] for slot in before]
    known = [slot.protected for slot in before]
    known = list(fit(min(sum(known), capacity), known))
    needed = [a + b for a, b in zip(taken, known, strict=True)]
    had = [slot.capacity for slot in before]
    floors = had if capacity >= sum(had) else needed
    places = level(max(capacity, sum(floors)), floors)
    return [
        replace(slot, capacity=most, protected=protected, taken=booked)
        for slot, most, protected, booked in zip(before, places, known, taken, strict=True)
    ]


def _model(facts: Facts, line: Line, day: Day, regulation: Regulation) -> Day | None:
    """The model day for the line's shares of the pools.

    It is the day itself until an agency has changed it, then its nearest unchanged neighbour, so that
    lowering and raising a day in turn ends where it began.
    """
    on = date.fromisoformat(day.on)
    for away in range(regulation.horizon_days + 1):
        for sign in (1, -1):
            near = facts.get(Day, (line.id, (on + timedelta(days=sign * away)).isoformat()))
            if near is not None and near.open and near.capacity and near.basis != "agency":
                return near
    return None


def pool_shares(regulation: Regulation, model: Day | None, capacity: int) -> dict[str, int]:
    """The places of each reserved pool: as on the model day, else by the regulation."""
    if model is None:
        return regulation.shares(capacity)
    known = {pool.name: model.reserved.get(pool.name, 0) for pool in regulation.reserved}
    shares = {name: -(-places * capacity // model.capacity) for name, places in known.items()}
    return within(shares, capacity)


def _displaceable(
    facts: Facts, slots: Sequence[Slot], rules: Regulations, now: Moment
) -> list[BookingContext]:
    """Bookings of the windows whose trucks have not come yet, the latest confirmed first."""
    line, starts = slots[0].line, {slot.start for slot in slots}
    numbers = set(facts.booked(line, min(starts), max(starts) + 1))
    numbers |= {b.number for b in facts.touched(Booking)}
    found = (context_of(facts, number, rules, now.at) for number in numbers)
    bound = [
        at
        for at in found
        if at
        and at.booking.line == line
        and at.booking.start in starts
        and at.status in (Status.CONFIRMED, Status.LATE)
    ]
    bound.sort(key=lambda at: (at.booking.confirmed_at, at.booking.number), reverse=True)
    return bound


def _day_of(
    day: Day, slots: list[Slot], pools: Sequence[PoolRule], shares: Mapping[str, int]
) -> Day:
    """The day's sums after its slots have changed.

    Each reserved pool gets its share, but at least its taken places; another pool gives the difference.
    """
    capacity = sum(slot.capacity for slot in slots)
    protected = sum(slot.protected for slot in slots)
    taken = {pool: sum(day.taken.get(name, 0) for name in pool.classes) for pool in pools}
    known: Counts = {}
    for pool in (pool for pool in pools if pool.reserved):
        left = max(0, shares.get(pool.name, 0) - taken[pool])
        here = min(day.protected.get(pool.name, 0), protected, left)
        known, protected = changed(known, pool.name, here), protected - here
    needed = {pool: taken[pool] + known.get(pool.name, 0) for pool in pools}
    room = capacity - protected - sum(needed.values())
    reserved: Counts = {}
    for pool in pools:
        if pool.reserved:
            more = min(room, max(0, shares.get(pool.name, 0) - needed[pool]))
            reserved, room = changed(reserved, pool.name, needed[pool] + more), room - more
        else:
            known = changed(known, pool.name, protected)
    return replace(
        day,
        capacity=capacity,
        kept=sum(reserved.values()),
        reserved=reserved,
        protected=known,
    )
