"""Taking a place in a window and giving it back."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta

from kezek.domain.checkpoint.checkpoint import Line
from kezek.domain.kernel.facts import Facts, Row
from kezek.domain.kernel.instant import DAY, Instant, local_day
from kezek.domain.kernel.refusal import Reason, Refused
from kezek.domain.regulation.regulation import ClassRule, Pool, Regulation
from kezek.domain.slot.slot import Day, Slot


@dataclass(frozen=True, slots=True)
class Return:
    """A place given back, which stays protected until `look_at`.

    It comes back after a random delay, so that whoever cancels cannot hand it to a waiting hand.
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


def bookable(line: Line, regulation: Regulation, start: Instant, now: Instant) -> Refused | None:
    """Whether a window can be named at all: it is not over, and not beyond the horizon.

    The window that runs now can still be booked: the real board counts it among the places left.
    """
    if start + regulation.window <= now:
        return Refused(Reason.WINDOW_PAST, {"start": start})
    last = local_day(now, line.zone) + timedelta(days=regulation.horizon_days)
    # The plain comparison comes first: an instant may lie beyond all calendars.
    if start > now + (regulation.horizon_days + 2) * DAY or local_day(start, line.zone) > last:
        return Refused(Reason.HORIZON_EXCEEDED, {"start": start, "last": last.isoformat()})
    return None


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
    pool = day.ordinary_left if rule.pool is Pool.ORDINARY else day.kept_left
    cap = rule.cap(day.capacity)
    own = pool if cap is None else cap - day.taken_by(rule.name)
    return max(0, min(pool, own))


def take(slot: Slot, day: Day, rule: ClassRule) -> tuple[Slot, Day] | Refused:
    """One place for the class, or why there is none."""
    if class_left(day, rule) < 1:
        return Refused(Reason.CLASS_FULL, {"day": day.on, "class": rule.name})
    if slot.free < 1:
        return Refused(Reason.SLOT_FULL, {"start": slot.start})
    return replace(slot, taken=slot.taken + 1), counted(day, rule, 1)


def take_protected(slot: Slot, day: Day, rule: ClassRule) -> tuple[Slot, Day] | Refused:
    """One of the places known to be taken gets its booking: nothing that is free is used."""
    pool = "protected_ordinary" if rule.pool is Pool.ORDINARY else "protected_kept"
    left: int = getattr(day, pool)
    if slot.protected < 1 or left < 1:
        return Refused(Reason.SLOT_FULL, {"start": slot.start})
    slot = replace(slot, protected=slot.protected - 1, taken=slot.taken + 1)
    return slot, counted(protected(day, rule, -1), rule, 1)


def hand_back(slot: Slot, day: Day, rule: ClassRule) -> tuple[Slot, Day]:
    """The place of an ended booking, protected until it is released."""
    slot = replace(slot, taken=slot.taken - 1, protected=slot.protected + 1)
    return slot, protected(counted(day, rule, -1), rule, 1)


def release(slot: Slot, day: Day, rule: ClassRule) -> tuple[Slot, Day]:
    """A protected place becomes free."""
    return replace(slot, protected=slot.protected - 1), _unprotected(day, rule)


def regain(slot: Slot, day: Day, rule: ClassRule) -> tuple[Slot, Day] | Refused:
    """A booking takes the very place that it gave back, or another if a cut has swallowed that."""
    if slot.protected < 1:
        return take(slot, day, rule)
    slot = replace(slot, protected=slot.protected - 1, taken=slot.taken + 1)
    return slot, counted(_unprotected(day, rule), rule, 1)


def _unprotected(day: Day, rule: ClassRule) -> Day:
    """The day with one protected place fewer, and the pools such that neither is overdrawn.

    A change of the day's capacity may have moved the place into the other pool.
    """
    own = day.protected_ordinary if rule.pool is Pool.ORDINARY else day.protected_kept
    if own > 0:
        return protected(day, rule, -1)
    if rule.pool is Pool.ORDINARY:
        return replace(day, kept=day.kept - 1, protected_kept=day.protected_kept - 1)
    return replace(day, kept=day.kept + 1, protected_ordinary=day.protected_ordinary - 1)


def counted(day: Day, rule: ClassRule, change: int) -> Day:
    """The day with more or fewer places taken by the class."""
    now = day.taken_by(rule.name) + change
    # Named fields instead of replace(**{...}): this is the hot path of booking.
    if rule.name == "in_turn":
        return replace(day, in_turn=now)
    return replace(day, **{str(rule.name): now})  # type: ignore[arg-type]


def protected(day: Day, rule: ClassRule, change: int) -> Day:
    """The day with more or fewer protected places in the class's pool."""
    if rule.pool is Pool.ORDINARY:
        return replace(day, protected_ordinary=day.protected_ordinary + change)
    return replace(day, protected_kept=day.protected_kept + change)


def give_back(
    facts: Facts, line: Line, rule: ClassRule, number: int, start: Instant, look_at: Instant
) -> tuple[Row, ...]:
    """Rows by which a booking gives its place back; none for a day no longer there."""
    slot, day = facts.get(Slot, (line.id, start)), facts.get(Day, day_of(line, start))
    if slot is None or day is None:
        return ()
    slot, day = hand_back(slot, day, rule)
    return (slot, day, Return(number, line.id, start, rule.name, look_at))


def on(day: Day) -> date:
    """The calendar date of a day."""
    return date.fromisoformat(day.on)
