"""The lines computed from the log alone: the effect of each event on its booking and the line's cycle.

The replay reads the log's public fields only, so anybody with the log can do the same by
docs/reference/events.md.  Facts that an older release did not log are `UNKNOWN` and not compared.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any, TypeAlias

from kezek.domain.booking.transition import Verb
from kezek.domain.kernel.event import EventKind, Logged
from kezek.domain.kernel.instant import Instant
from kezek.domain.turn.order import Reached
from kezek.domain.turn.undo import CHANGES

UNKNOWN = -1
# The class of walk-ins whose class an older release did not log: it had only this one.
WALKED_IN_BEFORE = "walk_in"
# The cycle's place on a new line.
BEGINNING: Reached = (0, 0)
# This many ended bookings are held in memory, because a step can be taken back for some seconds.
ENDED_MAX = 10_000


@dataclass(slots=True)
class Course:
    """The fields of `Booking` that follow from its events."""

    line: str
    vehicle_class: str
    start: Instant | None
    holder: int
    confirmed_at: Instant
    moves: int = 0
    displaced_at: Instant | None = None
    arrived_at: Instant | None = None
    joined_at: Instant | None = None
    joined_round: int | None = None
    called_at: Instant | None = None
    call_until: Instant | None = None
    acknowledged_at: Instant | None = None
    misses: int = 0
    admitted_at: Instant | None = None
    ended_at: Instant | None = None
    outcome: str = ""
    exception: str = ""


TOLD = tuple(field.name for field in fields(Course))
Body: TypeAlias = Mapping[str, Any]
Restore: TypeAlias = Callable[[], None]


class Replay:
    """Takes every event of the log in order.

    `live` are the bookings that have not ended, by number.  `cycles` are the lines' places in their
    cycles, as (round, cursor).  `strays` are the positions of events that contradict earlier ones.
    """

    def __init__(self) -> None:
        self.live: dict[int, Course] = {}
        self.cycles: dict[str, Reached] = {}
        self.strays: list[int] = []
        self._ended: dict[int, Course] = {}
        # Ended bookings whose call out of turn a second person may still approve.
        self._awaiting: dict[int, Course] = {}
        # For each booking, the verb of its last step and the facts that undoing it restores.
        self._undo: dict[int, tuple[str, Restore]] = {}

    def take(self, event: Logged) -> None:
        """Apply one event; ValueError, TypeError or KeyError when its body does not fit its kind."""
        if event.kind in _BEGINS:
            self._begin(event, json.loads(event.body))
        elif event.kind == EventKind.UNDONE:
            self._take_back(event, json.loads(event.body))
        elif event.kind in _STEPS:
            course = self._course(event.number)
            if course is None:
                self.strays.append(event.position)
            else:
                _STEPS[event.kind](self, course, event, json.loads(event.body))
                self._file(event.number, course)

    def settled(self) -> Iterator[tuple[int, Course]]:
        """Bookings that can no longer change, each once; they are dropped from memory."""
        while len(self._ended) > ENDED_MAX:
            yield from self._settle(next(iter(self._ended)))

    def rest(self) -> Iterator[tuple[int, Course]]:
        """All other ended bookings, at the end of the log."""
        yield from self._ended.items()
        yield from self._awaiting.items()

    def _settle(self, number: int) -> Iterator[tuple[int, Course]]:
        course = self._ended.pop(number)
        self._undo.pop(number, None)
        if course.exception == "awaiting":
            self._awaiting[number] = course
        else:
            yield number, course

    def _course(self, number: int) -> Course | None:
        for kept in (self.live, self._ended, self._awaiting):
            if number in kept:
                return kept[number]
        return None

    def _file(self, number: int, course: Course) -> None:
        """File a booking among the live, the ended or those that await an approval."""
        if course.ended_at is None:
            self._ended.pop(number, None)
            self.live[number] = course
        elif number in self.live:
            self._ended[number] = self.live.pop(number)
        elif number in self._awaiting and course.exception != "awaiting":
            self._ended[number] = self._awaiting.pop(number)

    def _begin(self, event: Logged, body: Body) -> None:
        if self._course(event.number) is not None:
            self.strays.append(event.position)
            return
        walked_in = event.kind == EventKind.WALKED_IN
        self.live[event.number] = Course(
            line=event.line,
            vehicle_class=body.get("class", WALKED_IN_BEFORE) if walked_in else body["class"],
            start=None if walked_in else body["start"],
            holder=body.get("holder", UNKNOWN),
            confirmed_at=event.at,
            arrived_at=event.at if walked_in else None,
            joined_round=body.get("round"),
        )

    def _take_back(self, event: Logged, body: Body) -> None:
        course = self._course(event.number)
        verb, restore = self._undo.pop(event.number, ("", lambda: None))
        if course is None or verb != body["verb"]:
            self.strays.append(event.position)
            return
        restore()
        self._file(event.number, course)

    def remember(self, event: Logged, course: Course, verb: Verb, *more: str) -> None:
        """Note, before an officer's step, the facts that undoing it restores."""
        was = {name: getattr(course, name) for name in (*CHANGES[verb], *more)}

        def restore() -> None:
            for name, value in was.items():
                setattr(course, name, value)

        self._undo[event.number] = (verb, restore)

    def move_on(self, event: Logged, reached: Reached) -> None:
        """Move the cycle by a call in turn; undoing it restores the place unless another call came."""
        line, before = event.line, self.cycles.get(event.line, BEGINNING)
        self.cycles[line] = reached
        verb, restore = self._undo[event.number]

        def give_back() -> None:
            restore()
            if self.cycles[line] == reached:
                self.cycles[line] = before

        self._undo[event.number] = (verb, give_back)


def _moved(_: Replay, course: Course, _event: Logged, body: Body) -> None:
    course.start, course.displaced_at = body["start"], None
    course.moves += not body.get("displaced")


def _displaced(_: Replay, course: Course, event: Logged, _body: Body) -> None:
    course.start, course.displaced_at = None, event.at


def _arrived(replay: Replay, course: Course, event: Logged, body: Body) -> None:
    replay.remember(event, course, Verb.ARRIVE)
    course.arrived_at = event.at
    course.joined_at = event.at if body.get("late") else None
    course.joined_round = body.get("round")


def _called(replay: Replay, course: Course, event: Logged, body: Body) -> None:
    out_of_turn = event.kind == EventKind.CALLED_OUT_OF_TURN
    # A call out of turn that awaited its approval before this call survives the undo of this call.
    changes = course.exception != "awaiting" if out_of_turn else "proposal" in body
    more = ("exception",) if changes else ()
    replay.remember(event, course, Verb.CALL, *more)
    course.called_at, course.call_until = event.at, body.get("until", UNKNOWN)
    course.acknowledged_at = None
    if changes or out_of_turn:
        course.exception = body.get("exception", "")
    if not out_of_turn:
        replay.move_on(event, (body.get("round", UNKNOWN), body.get("cursor", UNKNOWN)))


def _acknowledged(_: Replay, course: Course, event: Logged, _body: Body) -> None:
    course.acknowledged_at = event.at


def _missed(replay: Replay, course: Course, event: Logged, body: Body) -> None:
    replay.remember(event, course, Verb.MISS)
    course.misses = body["misses"]
    if event.kind == EventKind.NOT_SHOWN:
        _end(course, event, "no_show")
        return
    until = course.call_until
    # The place follows from the end of the call, not from the moment at which the miss was recorded.
    course.joined_at = UNKNOWN if until == UNKNOWN else min(event.at, until or event.at)
    course.called_at = course.call_until = None


def _not_shown(replay: Replay, course: Course, event: Logged, body: Body) -> None:
    if "misses" in body:
        _missed(replay, course, event, body)
    else:
        _end(course, event, "no_show")


def _admitted(replay: Replay, course: Course, event: Logged, _body: Body) -> None:
    replay.remember(event, course, Verb.ADMIT)
    course.admitted_at = event.at


def _crossed(replay: Replay, course: Course, event: Logged, _body: Body) -> None:
    replay.remember(event, course, Verb.CROSS)
    _end(course, event, "crossed")


def _turned_back(replay: Replay, course: Course, event: Logged, _body: Body) -> None:
    replay.remember(event, course, Verb.TURN_BACK)
    _end(course, event, "turned_back")


def _cancelled(_: Replay, course: Course, event: Logged, _body: Body) -> None:
    _end(course, event, "cancelled")


def _released(_: Replay, course: Course, event: Logged, _body: Body) -> None:
    _end(course, event, "released")


def _approved(_: Replay, course: Course, _event: Logged, body: Body) -> None:
    course.exception = body["exception"]


def _call_refused(_: Replay, course: Course, _event: Logged, _body: Body) -> None:
    course.exception = "refused"


def _proposal_refused(_: Replay, course: Course, _event: Logged, body: Body) -> None:
    if body["verb"] == Verb.CALL:
        course.exception = ""


def _end(course: Course, event: Logged, outcome: str) -> None:
    course.ended_at, course.outcome = event.at, outcome


_BEGINS = frozenset({EventKind.CONFIRMED, EventKind.WALKED_IN})
_STEPS: Mapping[str, Callable[[Replay, Course, Logged, Body], None]] = {
    EventKind.MOVED: _moved,
    EventKind.DISPLACED: _displaced,
    EventKind.ARRIVED: _arrived,
    EventKind.CALLED: _called,
    EventKind.CALLED_OUT_OF_TURN: _called,
    EventKind.ACKNOWLEDGED: _acknowledged,
    EventKind.MISSED: _missed,
    EventKind.NOT_SHOWN: _not_shown,
    EventKind.ADMITTED: _admitted,
    EventKind.CROSSED: _crossed,
    EventKind.TURNED_BACK: _turned_back,
    EventKind.CANCELLED: _cancelled,
    EventKind.RELEASED: _released,
    EventKind.EXCEPTION_APPROVED: _approved,
    EventKind.EXCEPTION_REFUSED: _call_refused,
    EventKind.PROPOSAL_REFUSED: _proposal_refused,
}
