"""An agency's view of its lines: taken places, the effect of a change, and past decisions."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from kezek.app.calendar.affected import Affected, HourLoss, hours_that_lose, would_move
from kezek.app.checkpoint.checkpoint import ServedLine
from kezek.app.checkpoint.right import may_govern
from kezek.app.port import Reader
from kezek.domain.account.actor import Actor
from kezek.domain.calendar.capacity import CALENDAR_KINDS, CloseDay, OpenDay, SetCapacity
from kezek.domain.checkpoint.checkpoint import Line
from kezek.domain.decide import Command, decide
from kezek.domain.kernel.event import EventKind, Logged
from kezek.domain.kernel.facts import Facts
from kezek.domain.kernel.instant import DAY, Instant, Moment, day_start, local_day
from kezek.domain.kernel.refusal import Refused
from kezek.domain.regulation.regulation import Regulation
from kezek.domain.regulation.regulations import Regulations
from kezek.domain.slot.slot import Day, Slot

# The reason of a previewed change, which nobody reads.
_LOOK = "look"


@dataclass(frozen=True, slots=True)
class AgencyDay:
    """A day of a line as its agency sees it.  `booked` counts bookings in our hands, `known` places
    known to be taken without one; `kept_left` is what the reserved pools still have, `left` what the
    other one has.
    """

    on: date
    open: bool
    basis: str
    reason: str
    capacity: int
    booked: int
    known: int
    left: int
    kept_left: int

    @property
    def taken(self) -> int:
        return self.booked + self.known

    @property
    def state(self) -> str:
        """`open`, `full` or `closed`."""
        return "closed" if not self.open else "open" if self.left else "full"


@dataclass(frozen=True, slots=True)
class Effect:
    """What a change would do, by the rules themselves.

    `capacity` may be above what was `asked`: trucks that are already here keep their places.
    `stays` counts bookings that keep their time, `added` and `removed` places more or fewer that
    anybody can book, `forgotten` places known to be taken elsewhere that no longer count.
    `hours` are the windows that end with fewer places, `affected` the bookings that are displaced.
    """

    asked: int
    capacity: int
    displaced: int
    stays: int
    added: int
    removed: int
    forgotten: int
    hours: tuple[HourLoss, ...] = ()
    affected: tuple[Affected, ...] = ()


@dataclass(frozen=True, slots=True)
class ClosedDay:
    """A closed day to come; `decision` is the event that closed it, None when it was imported."""

    on: date
    reason: str
    displaced: int
    decision: Logged | None


def governed(lines: Iterable[ServedLine], actor: Actor) -> list[ServedLine]:
    """The lines that the actor may change."""
    return [served for served in lines if may_govern(actor, served.line)]


def calendar(reader: Reader, served: ServedLine, now: Instant) -> tuple[AgencyDay, ...]:
    """The days of the line from today to the horizon."""
    today = local_day(now, served.line.zone)
    last = today + timedelta(days=served.at(now).horizon_days)
    return tuple(
        taken_day(day, served.of_day(date.fromisoformat(day.on), now))
        for day in reader.days(served.line.id, today.isoformat(), last.isoformat())
    )


def taken_day(day: Day, regulation: Regulation) -> AgencyDay:
    """The sums of a day's row."""
    left, kept_left = _left(day, regulation)
    return AgencyDay(
        on=date.fromisoformat(day.on),
        open=day.open,
        basis=day.basis,
        reason=day.reason,
        capacity=day.capacity,
        booked=_booked(day, regulation),
        known=sum(day.protected.values()),
        left=left,
        kept_left=kept_left,
    )


def _booked(day: Day, regulation: Regulation) -> int:
    """Places taken by classes that have a pool: a walk-in takes none."""
    return sum(day.taken.get(name, 0) for pool in regulation.pools for name in pool.classes)


def _left(day: Day, regulation: Regulation) -> tuple[int, int]:
    """What the pool that is not reserved has, and what the others have."""
    rest = [(pool.reserved, max(0, day.left(pool))) for pool in regulation.pools]
    return sum(n for reserved, n in rest if not reserved), sum(
        n for reserved, n in rest if reserved
    )


def hours(reader: Reader, served: ServedLine, on: date) -> Sequence[Slot]:
    """The slots of a local day."""
    zone = served.line.zone
    first, past = (day_start(d, zone) for d in (on, on + timedelta(days=1)))
    return reader.slots(served.line.id, first, past)


def effect_of(
    reader: Reader, command: Command, rules: Regulations, now: Moment
) -> Effect | Refused:
    """The effect of a change, decided but not committed: preview and decision share their rules."""
    decision = decide(Facts(reader), command, rules, now)
    if isinstance(decision, Refused):
        return decision
    after = next(row for row in decision.puts if isinstance(row, Day))
    before = reader.get(Day, after.key)
    assert before is not None, "a change is made to a day that is there"
    line = reader.get(Line, after.line)
    assert line is not None, "a day lies in a line"
    regulation = rules.of_day(line, date.fromisoformat(after.on), now.at)
    more = _free(after, regulation) - _free(before, regulation)
    affected = would_move(reader, decision.puts)
    return Effect(
        asked=_whole(decision.outcome["asked"]),
        capacity=after.capacity,
        displaced=_whole(decision.outcome["displaced"]),
        stays=_booked(after, regulation),
        added=max(0, more),
        removed=max(0, -more),
        forgotten=_whole(decision.outcome["forgotten"]),
        hours=hours_that_lose(reader, decision.puts, affected),
        affected=affected,
    )


def look(
    reader: Reader, actor: Actor, line: str, on: str, capacity: int | None
) -> SetCapacity | CloseDay | OpenDay:
    """The change of a day for a preview with `effect_of`; a capacity of None closes the day."""
    if capacity is None:
        return CloseDay("", actor, line, on, _LOOK)
    day = reader.get(Day, (line, on))
    kind = SetCapacity if day is None or day.open else OpenDay
    return kind("", actor, line, on, capacity, _LOOK)


def _whole(fact: object) -> int:
    assert isinstance(fact, int), "the calendar tells whole numbers"
    return fact


def _free(day: Day, regulation: Regulation) -> int:
    return sum(day.left(pool) for pool in regulation.pools) if day.open else 0


def closures(reader: Reader, line: str, days: Sequence[AgencyDay]) -> list[ClosedDay]:
    """The closed days among them, each with the decision that closed it."""
    ours = {day.on.isoformat() for day in days if not day.open and day.basis == "agency"}
    decisions: dict[str, Logged] = {}
    for event in reader.of_kind(line, EventKind.DAY_CLOSED, 0) if ours else ():
        decisions.setdefault(json.loads(event.body)["day"], event)
    found: list[ClosedDay] = []
    for day in days:
        if not day.open:
            decision = decisions.get(day.on.isoformat())
            displaced = json.loads(decision.body)["displaced"] if decision else 0
            found.append(ClosedDay(day.on, day.reason, displaced, decision))
    return found


def decided_lately(reader: Reader, line: str, now: Instant, rows: int = 12) -> list[Logged]:
    """The line's last decisions about capacity, of the last month, the newest first."""
    since = now - 31 * DAY
    found = [e for kind in CALENDAR_KINDS for e in reader.of_kind(line, kind, since)]
    return sorted(found, key=lambda e: e.position, reverse=True)[:rows]
