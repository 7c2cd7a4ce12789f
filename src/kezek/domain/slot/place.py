"""Taking a place in a window and giving it back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from kezek.domain.checkpoint.checkpoint import Line
from kezek.domain.kernel.facts import Facts, Row, Source
from kezek.domain.kernel.instant import DAY, Instant, local_day
from kezek.domain.kernel.refusal import Reason, Refused
from kezek.domain.kernel.value import value
from kezek.domain.regulation.regulation import ClassRule, PoolRule, Regulation
from kezek.domain.slot.slot import Day, Slot, changed


@value(frozen=True, slots=True)
class Return:
    """A place given back, which stays protected until `look_at`.

    It comes back after a random delay, so that whoever cancels cannot hand it to a waiting hand.
    Each stands for one protected place of its window and of its class's pool; the other protected
    places are those known to be taken elsewhere.
    """

    number: int
    line: str
    start: Instant
    vehicle_class: str
    look_at: Instant

    @property
    def key(self) -> tuple[int, Instant]:
        return (self.number, self.start)


def day_of(line: Line, at: Instant) -> tuple[str, str]:
    """The key of the line's day in which an instant lies."""
    return (line.id, local_day(at, line.zone).isoformat())


def closed_day(facts: Facts | Source, line: Line, now: Instant) -> Day | None:
    """The line's present day, when it is closed; None when it is open, or no day is kept."""
    day = facts.get(Day, day_of(line, now))
    return None if day is None or day.open else day


def closed_today(facts: Facts, line: Line, now: Instant) -> Refused | None:
    """The refusal of a step at a checkpoint that is closed today; None when it is open."""
    day = closed_day(facts, line, now)
    return Refused(Reason.CLOSED_TODAY, {"day": day.on, "why": day.reason}) if day else None


def bookable(
    line: Line,
    regulation: Regulation,
    start: Instant,
    now: Instant,
    *,
    present: Instant | None = None,
) -> Refused | None:
    """Whether a window can be named at all: it is not over, not beyond the horizon, and not the
    `present` one of a booking that moves.

    The window that runs now can still be booked: the real board counts it among the places left.
    """
    if start + regulation.window <= now:
        return Refused(Reason.WINDOW_PAST, {"start": start})
    last = local_day(now, line.zone) + timedelta(days=regulation.horizon_days)
    # The plain comparison comes first: an instant may lie beyond all calendars.
    if start > now + (regulation.horizon_days + 2) * DAY or local_day(start, line.zone) > last:
        return Refused(Reason.HORIZON_EXCEEDED, {"start": start, "last": last.isoformat()})
    return Refused(Reason.SAME_WINDOW, {"start": start}) if start == present else None


def choosable(
    facts: Facts,
    line: Line,
    regulation: Regulation,
    rule: ClassRule,
    start: Instant,
    now: Instant,
    *,
    number: int = 0,
    present: Instant | None = None,
) -> Refused | None:
    """Why a window cannot be chosen, in the order in which a booking or a move would be refused.

    `number` is the booking that moves out of its `present` window, 0 for a new one.
    """
    refused = bookable(line, regulation, start, now, present=present)
    if refused:
        return refused
    after = exchange(facts, line, rule, number, gives=rule, was=present, start=start, look_at=now)
    return after if isinstance(after, Refused) else None


def exchange(
    facts: Facts,
    line: Line,
    rule: ClassRule,
    number: int,
    *,
    gives: ClassRule,
    was: Instant | None,
    start: Instant,
    look_at: Instant,
) -> Facts | Refused:
    """The rows after a booking has given back the place it had (`was`) and taken another one.

    `gives` is the rule of its class for the window that it gives back, `rule` for the other one.
    """
    # The old place goes back first, so that both windows of one day are counted on the same rows.
    after = Facts(facts)
    if was is not None:
        for row in give_back(facts, line, gives, number, was, look_at):
            after.put(row)
    places = find(after, line, start)
    if isinstance(places, Refused):
        return places
    # A place given back is held back for everybody: no hand-over trick.  Only the booking that gave
    # it may have it again, so that one window never owes two returns to one booking.
    returned = facts.get(Return, (number, start)) if number else None
    taken = regain(*places, rule) if returned else take(*places, rule)
    if isinstance(taken, Refused):
        return taken
    after.put(taken[0])
    after.put(taken[1])
    return after


def find(facts: Facts, line: Line, start: Instant) -> tuple[Slot, Day] | Refused:
    """The slot and the day of a window that is open."""
    day_key = day_of(line, start)
    slot, day = facts.get(Slot, (line.id, start)), facts.get(Day, day_key)
    if slot is None or day is None:
        return Refused(Reason.WINDOW_UNKNOWN, {"start": start})
    if not day.open:
        return Refused(Reason.DAY_CLOSED, {"day": day_key[1], "why": day.reason})
    return slot, day


def class_left(day: Day, rule: ClassRule) -> int:
    """Places of the day that are left for a class: its own cap and its pool's rest."""
    pool = day.left(_pool(rule))
    cap = rule.cap(day.capacity)
    own = pool if cap is None else cap - day.taken.get(rule.name, 0)
    return max(0, min(pool, own))


def _pool(rule: ClassRule) -> PoolRule:
    assert rule.pool is not None, "a class that takes places of a window has a pool"
    return rule.pool


def walk_ins_left(rule: ClassRule, capacity: int, walk_ins: int) -> int | None:
    """How many more trucks without a booking may join on a day of a capacity; None without a cap.

    `walk_ins` have joined already.  The cap may have sunk below them with the capacity.
    """
    cap = rule.cap(capacity)
    return None if cap is None else max(0, cap - walk_ins)


def take(slot: Slot, day: Day, rule: ClassRule) -> tuple[Slot, Day] | Refused:
    """One place for the class, or why there is none."""
    if class_left(day, rule) < 1:
        return Refused(Reason.CLASS_FULL, {"day": day.on, "class": rule.name})
    if slot.free < 1:
        return Refused(Reason.SLOT_FULL, {"start": slot.start})
    # Positional and complete: replace() costs more than all the rest of this function.
    taken = Slot(slot.line, slot.start, slot.capacity, slot.protected, slot.taken + 1)
    return taken, counted(day, rule, 1)


def returns_of(facts: Facts, line: str, first: Instant, past: Instant) -> list[Return]:
    """The places of windows in [first, past) that were given back and wait for their time."""
    keys = {*facts.returns(line, first, past), *(r.key for r in facts.touched(Return))}
    found = (facts.get(Return, key) for key in sorted(keys))
    return [r for r in found if r and r.line == line and first <= r.start < past]


def take_protected(
    slot: Slot, day: Day, rule: ClassRule, pending: Sequence[Return], regulation: Regulation
) -> tuple[Slot, Day] | Refused:
    """One of the places known to be taken gets its booking: nothing that is free is used.

    `pending` are the returns of the day: their places are somebody else's.
    """
    pool, classes = day.protected.get(_pool(rule).name, 0), regulation.classes
    pool -= sum(classes[r.vehicle_class].pool == rule.pool for r in pending)
    if slot.protected - sum(r.start == slot.start for r in pending) < 1 or pool < 1:
        return Refused(Reason.SLOT_FULL, {"start": slot.start})
    slot = replace(slot, protected=slot.protected - 1, taken=slot.taken + 1)
    return slot, counted(protected(day, rule, -1), rule, 1)


def hand_back(slot: Slot, day: Day, rule: ClassRule) -> tuple[Slot, Day]:
    """The place of an ended booking, protected until it is released."""
    slot = replace(slot, taken=slot.taken - 1, protected=slot.protected + 1)
    return slot, protected(counted(day, rule, -1), rule, 1)


def release(slot: Slot, day: Day, rule: ClassRule) -> tuple[Slot, Day]:
    """A place given back becomes free."""
    return replace(slot, protected=slot.protected - 1), protected(day, rule, -1)


def regain(slot: Slot, day: Day, rule: ClassRule) -> tuple[Slot, Day] | Refused:
    """A booking takes the very place that it gave back, unless its class has reached its cap since."""
    cap = rule.cap(day.capacity)
    if cap is not None and day.taken.get(rule.name, 0) >= cap:
        return Refused(Reason.CLASS_FULL, {"day": day.on, "class": rule.name})
    slot = replace(slot, protected=slot.protected - 1, taken=slot.taken + 1)
    return slot, counted(protected(day, rule, -1), rule, 1)


def counted(day: Day, rule: ClassRule, change: int) -> Day:
    """The day with more or fewer places taken by the class."""
    # Positional and complete, as in `take`: every booking counts itself.
    return Day(
        day.line,
        day.on,
        day.open,
        day.basis,
        day.reason,
        day.capacity,
        day.kept,
        day.reserved,
        day.protected,
        changed(day.taken, rule.name, change),
    )


def protected(day: Day, rule: ClassRule, change: int) -> Day:
    """The day with more or fewer protected places in the class's pool."""
    return replace(day, protected=changed(day.protected, _pool(rule).name, change))


def give_back(
    facts: Facts, line: Line, rule: ClassRule, number: int, start: Instant, look_at: Instant
) -> tuple[Row, ...]:
    """Rows by which a booking gives its place back."""
    slot, day = facts.get(Slot, (line.id, start)), facts.get(Day, day_of(line, start))
    assert slot is not None, "a place was taken in a window that stays"
    assert day is not None, "a window lies in a day"
    slot, day = hand_back(slot, day, rule)
    return (slot, day, Return(number, line.id, start, rule.name, look_at))
