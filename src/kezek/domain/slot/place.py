"""Places of a window: taken by a booking, given back, and free again."""

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
    """A given-back place, which stays protected until `look_at`.

    It becomes free after a random delay, so that a cancelling driver cannot pass it to somebody who
    waits for it.  Each return is one protected place of its window and of its class's pool; the other
    protected places are those known to be taken elsewhere.
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
    """The key of the line's day that contains an instant."""
    return (line.id, local_day(at, line.zone).isoformat())


def closed_day(facts: Facts | Source, line: Line, now: Instant) -> Day | None:
    """The line's present day if it is closed; None if it is open or has no row."""
    day = facts.get(Day, day_of(line, now))
    return None if day is None or day.open else day


def closed_today(facts: Facts, line: Line, now: Instant) -> Refused | None:
    """The refusal of a step at a line that is closed today; None when it is open."""
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
    """The refusal of a window that is over, beyond the horizon, or the `present` one of a booking that
    moves; None otherwise.

    The current window can still be booked, because the real board counts it among the places left.
    """
    if start + regulation.window <= now:
        return Refused(Reason.WINDOW_PAST, {"start": start})
    last = local_day(now, line.zone) + timedelta(days=regulation.horizon_days)
    # The plain comparison comes first, because an instant may lie beyond all calendars.
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
    """Why a window cannot be chosen, in the order of a booking's or a move's refusals.

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
    """The rows after a booking has given back its place in `was` and taken one in `start`.

    `gives` is the rule of its class for the window `was`, `rule` the one for the window `start`.
    """
    # The old place is given back first, so that two windows of one day count on the same rows.
    after = Facts(facts)
    if was is not None:
        for row in give_back(facts, line, gives, number, was, look_at):
            after.put(row)
    places = find(after, line, start)
    if isinstance(places, Refused):
        return places
    # A given-back place is held back for everybody, so that it cannot be passed on.  Only the booking
    # that gave it back may take it again, so that one window never has two returns of one booking.
    returned = facts.get(Return, (number, start)) if number else None
    taken = regain(*places, rule) if returned else take(*places, rule)
    if isinstance(taken, Refused):
        return taken
    after.put(taken[0])
    after.put(taken[1])
    return after


def find(facts: Facts, line: Line, start: Instant) -> tuple[Slot, Day] | Refused:
    """The slot and the day of an open window, or why there is none."""
    day_key = day_of(line, start)
    slot, day = facts.get(Slot, (line.id, start)), facts.get(Day, day_key)
    if slot is None or day is None:
        return Refused(Reason.WINDOW_UNKNOWN, {"start": start})
    if not day.open:
        return Refused(Reason.DAY_CLOSED, {"day": day_key[1], "why": day.reason})
    return slot, day


def class_left(day: Day, rule: ClassRule) -> int:
    """Places of the day that are left for a class, by its own cap and by its pool."""
    pool = day.left(_pool(rule))
    cap = rule.cap(day.capacity)
    own = pool if cap is None else cap - day.taken.get(rule.name, 0)
    return max(0, min(pool, own))


def _pool(rule: ClassRule) -> PoolRule:
    assert rule.pool is not None, "a class that takes places of a window has a pool"
    return rule.pool


def walk_ins_left(rule: ClassRule, capacity: int, walk_ins: int) -> int | None:
    """How many more trucks without a booking may join on a day; None without a cap.

    `walk_ins` have joined already.  A lowered capacity may have lowered the cap below them.
    """
    cap = rule.cap(capacity)
    return None if cap is None else max(0, cap - walk_ins)


def take(slot: Slot, day: Day, rule: ClassRule) -> tuple[Slot, Day] | Refused:
    """The slot and the day with one more place taken by the class, or why there is none."""
    if class_left(day, rule) < 1:
        return Refused(Reason.CLASS_FULL, {"day": day.on, "class": rule.name})
    if slot.free < 1:
        return Refused(Reason.SLOT_FULL, {"start": slot.start})
    # Built with positional arguments: replace() costs more than all the rest of this function.
    taken = Slot(slot.line, slot.start, slot.capacity, slot.protected, slot.taken + 1)
    return taken, counted(day, rule, 1)


def returns_of(facts: Facts, line: str, first: Instant, past: Instant) -> list[Return]:
    """The given-back places of windows in [first, past) that are not free yet."""
    keys = {*facts.returns(line, first, past), *(r.key for r in facts.touched(Return))}
    found = (facts.get(Return, key) for key in sorted(keys))
    return [r for r in found if r and r.line == line and first <= r.start < past]


def take_protected(
    slot: Slot, day: Day, rule: ClassRule, pending: Sequence[Return], regulation: Regulation
) -> tuple[Slot, Day] | Refused:
    """A booking for one of the places known to be taken; free places stay free.

    `pending` are the returns of the day, whose protected places are not available for this.
    """
    pool, classes = day.protected.get(_pool(rule).name, 0), regulation.classes
    pool -= sum(classes[r.vehicle_class].pool == rule.pool for r in pending)
    if slot.protected - sum(r.start == slot.start for r in pending) < 1 or pool < 1:
        return Refused(Reason.SLOT_FULL, {"start": slot.start})
    slot = replace(slot, protected=slot.protected - 1, taken=slot.taken + 1)
    return slot, counted(protected(day, rule, -1), rule, 1)


def hand_back(slot: Slot, day: Day, rule: ClassRule) -> tuple[Slot, Day]:
    """The slot and the day after a booking has ended; its place is protected until it is released."""
    slot = replace(slot, taken=slot.taken - 1, protected=slot.protected + 1)
    return slot, protected(counted(day, rule, -1), rule, 1)


def release(slot: Slot, day: Day, rule: ClassRule) -> tuple[Slot, Day]:
    """A place given back becomes free."""
    return replace(slot, protected=slot.protected - 1), protected(day, rule, -1)


def regain(slot: Slot, day: Day, rule: ClassRule) -> tuple[Slot, Day] | Refused:
    """A booking takes back the place that it gave, unless its class has reached its cap since."""
    cap = rule.cap(day.capacity)
    if cap is not None and day.taken.get(rule.name, 0) >= cap:
        return Refused(Reason.CLASS_FULL, {"day": day.on, "class": rule.name})
    slot = replace(slot, protected=slot.protected - 1, taken=slot.taken + 1)
    return slot, counted(protected(day, rule, -1), rule, 1)


def counted(day: Day, rule: ClassRule, change: int) -> Day:
    """The day with more or fewer places taken by the class."""
    # Built with positional arguments as in `take`: this is on the path of every booking.
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
    """The rows after a booking has given its place back."""
    slot, day = facts.get(Slot, (line.id, start)), facts.get(Day, day_of(line, start))
    assert slot is not None, "a place was taken in a window that stays"
    assert day is not None, "a window lies in a day"
    slot, day = hand_back(slot, day, rule)
    return (slot, day, Return(number, line.id, start, rule.name, look_at))
