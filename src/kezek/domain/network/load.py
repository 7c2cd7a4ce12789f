"""Loading a network, opening lines, and keeping the calendar open up to the horizon."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from itertools import chain, islice

from kezek.domain.account.actor import Actor, Role
from kezek.domain.calendar.capacity import CAPACITY_MAX
from kezek.domain.checkpoint.board_day import HOURS, DayPlaces, assumed
from kezek.domain.checkpoint.checkpoint import Checkpoint, Line
from kezek.domain.checkpoint.place_name import PlaceName
from kezek.domain.kernel.decision import Accepted, Decision
from kezek.domain.kernel.event import Event, EventKind
from kezek.domain.kernel.facts import Facts, Row
from kezek.domain.kernel.instant import Moment, date_of, local_day, windows
from kezek.domain.kernel.refusal import Fact, Reason, Refused
from kezek.domain.kernel.spread import spread
from kezek.domain.kernel.value import value
from kezek.domain.regulation.regulation import Regulation
from kezek.domain.regulation.regulations import Regulations
from kezek.domain.slot.slot import Counts, Day, Slot

# How far back the last open day is looked for.  After a longer gap nobody knows the number of places,
# and new days are closed until an agency opens them.
LOOK_BACK_DAYS = 400


@value(frozen=True, slots=True)
class LineDays:
    """A line with its known days."""

    line: Line
    days: tuple[DayPlaces, ...]


@value(frozen=True, slots=True)
class LoadNetwork:
    """Load checkpoints, names and lines from validated files.  Existing rows stay unchanged."""

    key: str
    actor: Actor
    checkpoints: tuple[Checkpoint, ...]
    names: tuple[PlaceName, ...]
    lines: tuple[LineDays, ...]
    source: str


@value(frozen=True, slots=True)
class OpenLine:
    """Open a line with a daily capacity that its agency names; its basis is `ours`."""

    key: str
    actor: Actor
    line: Line
    capacity: int


@value(frozen=True, slots=True)
class ExtendCalendar:
    """The timer's command to extend a line's days to the horizon.

    A new day repeats the last open day with its published capacity, marked as assumed.  When every day
    that can be booked is closed, the new one is closed too.
    """

    key: str
    actor: Actor
    line: str
    on: str


def decide_load(facts: Facts, command: LoadNetwork, rules: Regulations, now: Moment) -> Decision:
    """All rows of the files in one decision, so that a half right file changes nothing."""
    if not command.actor.may((Role.ADMINISTRATOR,)):
        return Refused(Reason.NOT_ALLOWED, {})
    rows: list[Row] = [c for c in command.checkpoints if facts.get(Checkpoint, c.id) is None]
    known = {checkpoint.id for checkpoint in command.checkpoints}
    for place in dict.fromkeys(name.place for name in command.names if name.place not in known):
        if facts.get(Checkpoint, place) is None:
            return Refused(Reason.CHECKPOINT_UNKNOWN, {"checkpoint": place})
    names = [name for name in command.names if facts.get(PlaceName, name.key) is None]
    rows += names
    added = 0
    for line_days in command.lines:
        if facts.get(Line, line_days.line.id) is None:
            added += 1
            rows.append(line_days.line)
            rows += calendar_rows(line_days.line, line_days.days, rules, now)
    body: dict[str, Fact] = {
        "checkpoints": len(command.checkpoints),
        "lines": added,
        "names": len(names),
        "source": command.source,
    }
    return Accepted((Event(EventKind.NETWORK_LOADED, body=body),), tuple(rows), outcome=body)


def calendar_rows(
    line: Line, days: tuple[DayPlaces, ...], rules: Regulations, now: Moment
) -> list[Row]:
    """Days and slots from today to the horizon."""
    today = local_day(now.at, line.zone)
    by_day = {one.on: one for one in days}
    known = any(one.open for one in days)
    rows: list[Row] = []
    for ahead in range(rules.at(line, now.at).horizon_days + 1):
        on = today + timedelta(days=ahead)
        day_places = by_day.get(on)
        if day_places is None and known and on > days[-1].on:
            day_places = assumed(days, on)
        if day_places is not None:
            rows += day_rows(line, day_places, rules.of_day(line, on, now.at))
    return rows


def day_rows(
    line: Line,
    day_places: DayPlaces,
    regulation: Regulation,
    why: str = "day_off",
    *,
    reserved: Counts | None = None,
) -> list[Row]:
    """The rows of one day; `why` is the reason of a closed one.

    `reserved` are the places of each reserved pool, where known; `day_places` has only their sum.
    On a day of 23 or 25 hours the same places are spread anew.
    """
    starts = windows(day_places.on, line.zone, regulation.window)
    places, protected = day_places.places, day_places.protected
    if len(starts) != len(places):
        places = spread(day_places.capacity, len(starts))
        protected = spread(sum(day_places.protected), len(starts))
    pools = _board_pools(day_places, regulation)
    if reserved is not None:
        pools = reserved, pools[1]
    if not day_places.open:
        pools = {}, {}
    day = Day(
        line=line.id,
        on=day_places.on.isoformat(),
        open=day_places.open,
        basis=day_places.basis,
        reason="" if day_places.open else why,
        capacity=day_places.capacity if day_places.open else 0,
        kept=sum(pools[0].values()),
        reserved=pools[0],
        protected=pools[1],
        taken={},
    )
    if not day_places.open:
        return [day, *(Slot(line.id, start, 0, 0, 0) for start in starts)]
    slots = zip(starts, places, protected, strict=True)
    return [day, *(Slot(line.id, start, cap, kept, 0) for start, cap, kept in slots)]


def _board_pools(day_places: DayPlaces, regulation: Regulation) -> tuple[Counts, Counts]:
    """The reserved places and the protected ones, by pool.

    A board has one number of reserved places; they go to the first reserved pool.
    """
    reserved, known = Counter[str](), Counter[str]()
    for pool in regulation.pools:
        if not pool.reserved:
            known[pool.name] = day_places.protected_ordinary
    if regulation.reserved:
        first = regulation.reserved[0].name
        reserved[first], known[first] = day_places.kept, day_places.protected_kept
    return dict(+reserved), dict(+known)


def own_day(on: date, capacity: int, kept: int, basis: str) -> DayPlaces:
    """A day without published places, all of it free."""
    return DayPlaces(
        on=on,
        open=True,
        capacity=capacity,
        kept=kept,
        places=spread(capacity, HOURS),
        protected=(0,) * HOURS,
        protected_ordinary=0,
        protected_kept=0,
        basis=basis,
    )


def closed_day(on: date) -> DayPlaces:
    """A day without places, until an agency opens it."""
    return replace(own_day(on, 0, 0, "assumed"), open=False)


def decide_open_line(facts: Facts, command: OpenLine, rules: Regulations, now: Moment) -> Decision:
    """The new line with all its days to the horizon."""
    line, found = command.line, rules.get(command.line.regulation)
    post = facts.get(Checkpoint, line.checkpoint)
    allowed = command.actor.may((Role.AGENCY, Role.ADMINISTRATOR), line.authority)
    if not allowed or found is None or _foreign(line, found, post):
        return Refused(Reason.NOT_ALLOWED, {"line": line.id})
    if post is None:
        return Refused(Reason.CHECKPOINT_UNKNOWN, {"checkpoint": line.checkpoint})
    if not 0 <= command.capacity <= CAPACITY_MAX:
        return Refused(Reason.CAPACITY_IMPOSSIBLE, {"field": "capacity", "most": CAPACITY_MAX})
    if facts.get(Line, line.id) is not None:
        return Accepted((), (), outcome={"line": line.id})
    line = replace(line, zone=post.zone, cursor=0)
    today, regulation = local_day(now.at, line.zone), rules.at(line, now.at)
    rows: list[Row] = [line]
    for ahead in range(regulation.horizon_days + 1):
        on = today + timedelta(days=ahead)
        of_day = rules.of_day(line, on, now.at)
        shares = of_day.shares(command.capacity)
        day_places = own_day(on, command.capacity, sum(shares.values()), "ours")
        rows += day_rows(line, day_places, of_day, reserved=shares)
    body: dict[str, Fact] = {"capacity": command.capacity, "regulation": regulation.id}
    return Accepted(
        (Event(EventKind.LINE_OPENED, line.id, 0, body),), tuple(rows), outcome={"line": line.id}
    )


def _foreign(line: Line, regulation: Regulation, post: Checkpoint | None) -> bool:
    """Whether the rules or the country are not the agency's own, which opens lines only there."""
    abroad = post is not None and post.country != regulation.country
    return abroad or regulation.authority != line.authority


def decide_extend(
    facts: Facts, command: ExtendCalendar, rules: Regulations, now: Moment
) -> Decision:
    """One more day at the end of a line's calendar."""
    line = facts.get(Line, command.line)
    if line is None:
        return Refused(Reason.LINE_UNKNOWN, {"line": command.line})
    regulation = rules.at(line, now.at)
    on = date_of(command.on)
    if on is None:
        return Refused(Reason.WINDOW_UNKNOWN, {"day": command.on})
    if on < local_day(now.at, line.zone):
        return Refused(Reason.WINDOW_PAST, {"day": command.on})
    if on > local_day(now.at, line.zone) + timedelta(days=regulation.horizon_days + 1):
        return Refused(Reason.HORIZON_EXCEEDED, {"day": command.on})
    if facts.get(Day, (line.id, command.on)) is not None:
        return Accepted((), (), outcome={"day": command.on})
    before = _before(facts, line, on, regulation)
    nearest = next(before, None)
    model = _model(before if nearest is None else chain((nearest,), before))
    day_places = _repeated(model, on) if model else closed_day(on)
    body: dict[str, Fact] = {"day": command.on, "capacity": day_places.capacity}
    event = Event(EventKind.CALENDAR_EXTENDED, line.id, 0, body)
    # A closure without an end continues with its published reason.
    why = nearest.reason if nearest else "day_off"
    reserved = model.reserved if model else None
    rows = day_rows(line, day_places, rules.of_day(line, on, now.at), why, reserved=reserved)
    return Accepted((event,), tuple(rows), outcome=body)


def _before(facts: Facts, line: Line, on: date, regulation: Regulation) -> Iterator[Day]:
    """The days before one, nearest first, across any gap that an outage has left.

    Days are read one by one, because the nearest one nearly always suffices.
    """
    days = (
        facts.get(Day, (line.id, (on - timedelta(days=back)).isoformat()))
        for back in range(1, LOOK_BACK_DAYS)
    )
    return islice((day for day in days if day is not None), regulation.horizon_days + 1)


def _model(before: Iterable[Day]) -> Day | None:
    """The last open day that the agency has not changed, else the last open day."""
    changed: Day | None = None
    for day in before:
        if day.open and day.basis != "agency":
            return day
        changed = changed or (day if day.open else None)
    return changed


def _repeated(model: Day, on: date) -> DayPlaces:
    basis = "ours" if model.basis == "ours" else "assumed"
    return own_day(on, model.capacity, model.kept, basis)
