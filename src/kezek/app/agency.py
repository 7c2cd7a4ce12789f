"""What an agency sees of its lines: taken of capacity, what a change would do, what was decided."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from kezek.app.checkpoint import Post
from kezek.app.port import Reader
from kezek.domain.account.actor import Actor, Role
from kezek.domain.calendar.capacity import CALENDAR_KINDS
from kezek.domain.decide import Command, decide
from kezek.domain.kernel.decision import Accepted
from kezek.domain.kernel.event import EventKind, Logged
from kezek.domain.kernel.facts import Facts
from kezek.domain.kernel.instant import DAY, Instant, Moment, day_start, local_day
from kezek.domain.kernel.refusal import Refused
from kezek.domain.regulation.regulation import Regulations
from kezek.domain.slot.slot import Day, Slot

PAGE_ROWS = 50
# A filter that hardly anything passes must not read the whole log for one page.
SCANNED_MAX = 5_000
_CHUNK = 500


@dataclass(frozen=True, slots=True)
class TakenDay:
    """A day of a line as its agency sees it.  `booked` counts bookings in our hands, `known` places
    known to be taken without one; `left` and `kept_left` are what the two pools still have.
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


@dataclass(frozen=True, slots=True)
class Effect:
    """What a change would do, by the rules themselves.

    `capacity` may be above what was `asked`: trucks that are already here keep their places.
    `stays` counts bookings that keep their time, `added` and `removed` places more or fewer that
    anybody can book, `forgotten` places known to be taken elsewhere that no longer count.
    """

    asked: int
    capacity: int
    displaced: int
    stays: int
    added: int
    removed: int
    forgotten: int


@dataclass(frozen=True, slots=True)
class Closed:
    """A closed day to come; `decision` is the event that closed it, None when it was imported."""

    on: date
    reason: str
    displaced: int
    decision: Logged | None


@dataclass(frozen=True, slots=True)
class LogPage:
    """Events, newest first; `older` and `newer` are positions to read on from, 0 for the end."""

    events: tuple[Logged, ...]
    older: int
    newer: int


def governed(posts: Iterable[Post], actor: Actor) -> list[Post]:
    """The posts whose lines the actor may change."""
    return [
        post
        for post in posts
        if post.line and actor.may((Role.AGENCY,), post.line.authority, post.checkpoint.id)
    ]


def calendar(reader: Reader, post: Post, now: Instant) -> tuple[TakenDay, ...]:
    """The days of the post's line from today to the horizon."""
    assert post.line is not None, "asked for a line that runs"
    assert post.regulation is not None, "a line has a regulation"
    today = local_day(now, post.line.zone)
    last = today + timedelta(days=post.regulation.horizon_days)
    return tuple(
        taken_day(day) for day in reader.days(post.line.id, today.isoformat(), last.isoformat())
    )


def taken_day(day: Day) -> TakenDay:
    """The sums of a day's row."""
    return TakenDay(
        on=date.fromisoformat(day.on),
        open=day.open,
        basis=day.basis,
        reason=day.reason,
        capacity=day.capacity,
        booked=_booked(day),
        known=_known(day),
        left=max(0, day.ordinary_left),
        kept_left=max(0, day.kept_left),
    )


def _booked(day: Day) -> int:
    return day.in_turn + day.priority + day.postal + day.accelerated


def hours(reader: Reader, post: Post, on: date) -> Sequence[Slot]:
    """The slots of a local day."""
    assert post.line is not None, "asked for a line that runs"
    zone = post.line.zone
    first, past = (day_start(d, zone) for d in (on, on + timedelta(days=1)))
    return reader.slots(post.line.id, first, past)


def effect_of(
    reader: Reader, command: Command, rules: Regulations, now: Moment
) -> Effect | Refused:
    """Decide the change without committing it: the preview and the deed cannot differ in rule."""
    decision = decide(Facts(reader), command, rules, now)
    if isinstance(decision, Refused):
        return decision
    assert isinstance(decision, Accepted), "a decision is one or the other"
    after = next(row for row in decision.puts if isinstance(row, Day))
    before = reader.get(Day, after.key)
    assert before is not None, "a change is made to a day that is there"
    return Effect(
        asked=_whole(decision.outcome["asked"]),
        capacity=after.capacity,
        displaced=_whole(decision.outcome["displaced"]),
        stays=_booked(after),
        added=max(0, _free(after) - _free(before)),
        removed=max(0, _free(before) - _free(after)),
        forgotten=_whole(decision.outcome["forgotten"]),
    )


def _whole(fact: object) -> int:
    assert isinstance(fact, int), "the calendar tells whole numbers"
    return fact


def _known(day: Day) -> int:
    return day.protected_ordinary + day.protected_kept


def _free(day: Day) -> int:
    return day.ordinary_left + day.kept_left if day.open else 0


def closures(reader: Reader, line: str, days: Sequence[TakenDay]) -> list[Closed]:
    """The closed days among them, each with the decision that closed it."""
    ours = {day.on.isoformat() for day in days if not day.open and day.basis == "agency"}
    decisions: dict[str, Logged] = {}
    for event in _scan(reader, reader.last_position() + 1, line) if ours else ():
        if event.kind == EventKind.DAY_CLOSED:
            on = json.loads(event.body)["day"]
            if on in ours:
                decisions.setdefault(on, event)
                if len(decisions) == len(ours):
                    break
    found: list[Closed] = []
    for day in days:
        if not day.open:
            decision = decisions.get(day.on.isoformat())
            displaced = json.loads(decision.body)["displaced"] if decision else 0
            found.append(Closed(day.on, day.reason, displaced, decision))
    return found


def decided_lately(reader: Reader, line: str, now: Instant, rows: int = 12) -> list[Logged]:
    """The line's last decisions about capacity, of the last month."""
    found: list[Logged] = []
    for event in _scan(reader, reader.last_position() + 1, line):
        if len(found) == rows or event.at < now - 31 * DAY:
            break
        if event.kind in CALENDAR_KINDS:
            found.append(event)
    return found


def _scan(reader: Reader, before: int, line: str = "") -> Iterable[Logged]:
    """Events below a position, newest first, at most SCANNED_MAX of them."""
    seen = 0
    while seen < SCANNED_MAX:
        events = reader.events_before(before, _CHUNK, line)
        yield from events
        if len(events) < _CHUNK:
            return
        seen += len(events)
        before = events[-1].position


def log_page(
    reader: Reader, lines: frozenset[str] | None, kind: str, *, before: int = 0, after: int = 0
) -> LogPage:
    """A page of the log: of these lines (None is everything), of one kind when named."""
    one = next(iter(lines)) if lines is not None and len(lines) == 1 else ""

    def fits(event: Logged) -> bool:
        return (lines is None or event.line in lines) and kind in ("", event.kind)

    if after:
        return _newer(reader, one, after, fits)
    start = before or reader.last_position() + 1
    found: list[Logged] = []
    read, last = 0, start
    for event in _scan(reader, start, one):
        read, last = read + 1, event.position
        if fits(event):
            found.append(event)
            if len(found) == PAGE_ROWS:
                break
    more = last if len(found) == PAGE_ROWS or read >= SCANNED_MAX else 0
    newer = found[0].position if before and found else before
    return LogPage(tuple(found), more if more > 1 else 0, newer)


def _newer(reader: Reader, line: str, after: int, fits: Callable[[Logged], bool]) -> LogPage:
    found: list[Logged] = []
    position, read = after, 0
    ended = False
    while len(found) < PAGE_ROWS and read < SCANNED_MAX and not ended:
        events = reader.events(position, _CHUNK, line)
        ended = len(events) < _CHUNK
        for event in events:
            position, read = event.position, read + 1
            if fits(event):
                found.append(event)
                if len(found) == PAGE_ROWS:
                    ended = False
                    break
    found.reverse()
    older = found[-1].position if found else after + 1
    return LogPage(tuple(found), older, 0 if ended else position)
