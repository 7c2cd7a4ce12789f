"""What an officer sees of one line: who came, who is due, who is next, who is called and at the gate."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cached_property

from kezek.app.booking.lost_time import lost_time
from kezek.app.booking.ticket import TicketView
from kezek.app.checkpoint.checkpoint import ServedLine
from kezek.app.forecast.likely import likely_lengths
from kezek.app.port import Reader
from kezek.app.regulation.published import is_reserved
from kezek.app.turn.queue import CalledTruck, Queue, WaitingTruck
from kezek.app.turn.view.due import DueTrucks, due_trucks
from kezek.app.turn.view.step import OfficerSteps, WalkInsLeft, officer_steps, walk_ins_today
from kezek.app.turn.view.undo import last_step
from kezek.domain.account.actor import Actor
from kezek.domain.booking.booking import Particulars
from kezek.domain.booking.status import Status
from kezek.domain.booking.transition import Verb
from kezek.domain.kernel.event import EventKind
from kezek.domain.kernel.instant import MINUTE, SECOND, Instant
from kezek.domain.regulation.regulation import Regulation
from kezek.i18n import names
from kezek.i18n.mark import translatable as t
from kezek.web.booking.shown import lost_shown, plate_of
from kezek.web.frame.format import STATES, local, zone_of
from kezek.web.frame.page_context import PageContext
from kezek.web.turn.console_rows import (
    CalledRow,
    Due,
    GateRow,
    Hit,
    ShownStep,
    Waiting,
)

THEN_ROWS = 9

# What the dock calls the step behind an event.
_DOCK: Mapping[str, str] = {
    EventKind.ARRIVED: "arrive",
    EventKind.WALKED_IN: "walk-in",
    EventKind.CALLED: "call",
    EventKind.CALLED_OUT_OF_TURN: "out-of-turn",
    EventKind.MISSED: "miss",
    EventKind.NOT_SHOWN: "miss",
    EventKind.ADMITTED: "admit",
    EventKind.CROSSED: "cross",
    EventKind.TURNED_BACK: "turn-back",
    EventKind.RELEASED: "release",
    EventKind.UNDONE: "undo",
}
_WHY_FIRST = t("First by the published order: the earliest open hour, then the earliest arrival.")
_WHY_CLASS = t(
    "By the published cycle it is the turn of the class “%(class)s”. This truck is the first in it."
)
_WHY_BEHIND = t("This truck came late or missed a call, so it is behind the hour of that moment.")


def minutes(span: Instant) -> int:
    """Whole minutes, rounded up: a deadline in 30 seconds is not now."""
    return -(-span // MINUTE)


class LineView:
    """One officer's view of one line at one moment."""

    def __init__(self, here: PageContext, post: ServedLine, actor: Actor) -> None:
        self.here, self.post, self.actor = here, post, actor
        self.regulation: Regulation = post.at(here.now)
        self.line = post.line
        self.zone = zone_of(post)
        self.now = here.now
        self.reader: Reader = here.application.store.reader
        queue = here.application.queues.of(post, here.now)
        assert queue is not None, "a line has a queue"
        self.queue: Queue = queue

    def _at(self, instant: Instant) -> datetime:
        return local(instant, self.zone)

    def _who(self, numbers: Iterable[int]) -> Mapping[object, Particulars]:
        return self.reader.many(Particulars, list(numbers))

    # The search.

    def hits(self, views: Iterable[TicketView], *, genuine: bool | None) -> list[Hit]:
        return [self._hit(view, genuine=genuine) for view in views]

    def _hit(self, view: TicketView, *, genuine: bool | None) -> Hit:
        booking, start, end = view.booking, view.booking.start, view.window_end
        country, plate = plate_of(self.here, view.particulars)
        ahead, steps = view.ahead, officer_steps(booking, view.status, self.actor, self.now)
        early = minutes(start - self.now) if ahead and start is not None and start > self.now else 0
        late = minutes(self.now - end) if ahead and end is not None and end < self.now else 0
        return Hit(
            booking=booking.number,
            code=booking.code,
            country=country,
            plate=plate,
            drivers=view.drivers,
            genuine=genuine,
            status=STATES[view.status],
            start=self._at(start) if start is not None else None,
            end=self._at(end) if end is not None else None,
            klass=booking.vehicle_class,
            early=early,
            late=late,
            verb=steps.next or "",
            place=view.place,
            turn_back=_turn_back(steps),
            mistake=steps.mistake,
            can_release=Verb.RELEASE in steps.alone,
            lost=lost_shown(self.here, lost_time(self.reader, view), self.zone)
            if view.status is Status.DISPLACED
            else None,
        )

    def _steps(self, row: CalledTruck) -> OfficerSteps:
        booking = self.queue.bookings[row.seen.number]
        return officer_steps(booking, row.status, self.actor, self.now)

    def codes(self) -> list[str]:
        """The codes of the trucks that are here or due."""
        here = (booking.code for booking in self.queue.bookings.values())
        return [*self.expected.codes, *here]

    # Who is expected.

    @cached_property
    def expected(self) -> DueTrucks:
        """Who is expected until the end of the next window."""
        return due_trucks(self.reader, self.post, self.now)

    def due(self) -> list[Due]:
        """The next ones, then those who are late and not given up, the latest first."""
        who = self._who(row.number for row in self.expected.rows)
        return [
            Due(
                row.number,
                row.code,
                *plate_of(self.here, who.get(row.number)),
                self._at(row.start),
                minutes(row.late_by),
            )
            for row in self.expected.rows
        ]

    # The line.

    def waiting(self) -> list[Waiting]:
        """The head of the line, in order."""
        rows = self.queue.waiting[:THEN_ROWS]
        who = self._who(row.seen.number for row in rows)
        return [self._waiting(row, who) for row in rows]

    def _waiting(self, row: WaitingTruck, who: Mapping[object, Particulars]) -> Waiting:
        country, plate = plate_of(self.here, who.get(row.seen.number))
        window = next(e.turn.window for e in self.queue.entries if e.place == row.place)
        return Waiting(
            booking=row.seen.number,
            code=row.seen.code,
            country=country,
            plate=plate,
            place=row.place,
            klass=row.seen.vehicle_class,
            reserved=is_reserved(self.regulation, row.seen.vehicle_class),
            start=self._at(row.window) if row.window is not None else None,
            arrived=self._at(row.arrived_at),
            why=self._why(row),
            opens=None if row.open else self._at(window),
        )

    def _why(self, row: WaitingTruck) -> str:
        say = self.here.words
        if row.behind:
            return say.gettext(_WHY_BEHIND)
        if row.seen.vehicle_class == self.regulation.ordinary.name:
            return say.gettext(_WHY_FIRST)
        word = names.vehicle_class(row.seen.vehicle_class, self.here.lang)
        return say.say(_WHY_CLASS, **{"class": word})

    def soon(self) -> list[tuple[int, int, int]]:
        """The line in some hours: hours, and how many wait, from 10 to 90 %; empty without a basis."""
        found = self.here.application.forecasts.of(self.line.id, self.now)
        return [(one.hours, one.low, one.high) for one in likely_lengths(found, self.now)]

    def called(self) -> list[CalledRow]:
        """Who is on the way to the gate, the first called first."""
        who = self._who(row.seen.number for row in self.queue.called)
        return [self._called(row, who) for row in self.queue.called]

    def _called(self, row: CalledTruck, who: Mapping[object, Particulars]) -> CalledRow:
        country, plate = plate_of(self.here, who.get(row.seen.number))
        by = row.until if row.until is not None else row.since
        left = minutes(by - self.now) if by > self.now else None
        answered = row.acknowledged_at
        silent = max(0, self.now - row.since) // MINUTE
        return CalledRow(
            booking=row.seen.number,
            code=row.seen.code,
            country=country,
            plate=plate,
            by=self._at(by),
            left=left,
            exception=row.exception,
            at=self._at(row.since),
            acknowledged=self._at(answered) if answered is not None else None,
            unanswered=silent,
            unmet=answered is None and silent >= self.here.application.settings.unanswered_minutes,
            miss=Verb.MISS in self._steps(row).by_two,
        )

    def at_gate(self) -> list[GateRow]:
        """Who was admitted and has not crossed."""
        who = self._who(row.seen.number for row in self.queue.admitted)
        return [
            GateRow(
                row.seen.number,
                row.seen.code,
                *plate_of(self.here, who.get(row.seen.number)),
                self._at(row.since),
                _turn_back(self._steps(row)),
            )
            for row in self.queue.admitted
        ]

    def walk_ins(self) -> WalkInsLeft | None:
        """How many more may join today; None where the rules know no walk-ins."""
        places = self.here.application.availability.of(self.post, self.now)
        return walk_ins_today(self.regulation, places.today, self.queue)

    # The last step.

    def last_step(self) -> ShownStep | None:
        """The officer's own last step here, with the real seconds in which it can be taken back."""
        now = self.here.application.clock.now()
        found = last_step(self.reader, self.line.id, self.actor.account, now)
        if found is None:
            return None
        return ShownStep(
            verb=_DOCK[found.kind],
            code=found.booking.code,
            booking=found.booking.number,
            at=self._at(found.at),
            event=found.position,
            seconds_left=-(-found.undo_for // SECOND),
        )


def _turn_back(steps: OfficerSteps) -> str:
    """The button by which a truck is turned back: the officer's own, a proposal, or none."""
    if Verb.TURN_BACK in steps.by_two:
        return "propose"
    return "turn-back" if Verb.TURN_BACK in steps.alone else ""
