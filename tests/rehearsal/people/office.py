"""The agency, and everybody who tries what is not theirs to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kezek.domain.account.decide import ConfirmCarrier
from kezek.domain.booking.book import Book
from kezek.domain.booking.change import AddDriver, Cancel, Move
from kezek.domain.booking.release import Release
from kezek.domain.calendar.capacity import CloseDay, OpenDay, SetCapacity
from kezek.domain.turn.approve import Approve, Propose, Refuse
from kezek.domain.turn.arrive import Arrive, WalkIn
from kezek.domain.turn.call import Call
from kezek.domain.turn.gate import Admit, Cross, Miss, TurnBack
from kezek.domain.turn.undo import Undo
from tests.rehearsal.judge.law import DAY, HOUR
from tests.rehearsal.people import scene
from tests.world import AGENCIES, GUARDS, PEOPLE

if TYPE_CHECKING:
    from tests.rehearsal.people.road import Road
    from tests.rehearsal.rehearsal import Rehearsal

INTRUDERS = (
    "carrier",
    "rival",
    "public",
    "reader",
    "clerk",
    "xx_officer",
    "kg_officer",
    "b_officer",
)


class Office:
    """Some acts of the agency and some attempts of others, all over the run."""

    def __init__(self, run: Rehearsal, road: Road) -> None:
        self.run, self.road = run, road
        days = run.play.days * DAY
        for _ in range(run.chance.randint(3, 9)):
            run.after(run.chance.random() * days, self.act)
        for _ in range(10):
            run.after(run.chance.random() * days, self.intrude)
        # In some runs nobody ever confirms the new carrier; in some two agencies do.
        for _ in range(run.chance.choice((0, 1, 1, 2))):
            run.after(run.chance.random() * days, self.confirm)

    def _some(self) -> int:
        """A booking, the younger ones more often; a number that is none where there is none."""
        last = len(self.run.model.trucks)
        return max(1, last - int(self.run.chance.random() ** 2 * last))

    def act(self) -> None:
        """Places more or fewer, a day closed and opened, a place known to be taken, a release."""
        run, chance = self.run, self.run.chance
        line = chance.choice(run.lines)
        who, on = PEOPLE[AGENCIES[line]], scene.day_after(run.on, chance.randrange(3))
        size = run.model.places.size.get((line, on), 24)
        asked = int(size * chance.choice((0, 0.1, 0.5, 0.8, 1, 1.3)))
        drawn = chance.randrange(7)
        if drawn < 3:
            run.ask(SetCapacity(run.key(), who, line, on, asked, "works"), self.road.ignore)
        elif drawn == 3:
            run.ask(CloseDay(run.key(), who, line, on, "storm"), self.road.ignore)
            again = OpenDay(run.key(), who, line, on, max(24, asked), "over")
            run.after(chance.random() * 20 * HOUR, run.ask, again, self.road.ignore)
        elif drawn == 4:
            truck = scene.typed(900 + len(run.asked), 0)
            start = self.road.window(line)
            known = Book(run.key(), who, line, start, "in_turn", truck, protected=True)
            run.ask(known, self.road.ignore)
        elif drawn == 5:
            officer = PEOPLE[GUARDS[line]]
            run.ask(
                Release(run.key(), officer, self._some(), "false_plate", HOUR), self.road.ignore
            )
        else:
            run.ask(Cancel(run.key(), who, self._some(), HOUR, "breakdown"), self.road.ignore)

    def confirm(self) -> None:
        """An agency confirms the new carrier, once at most."""
        who = PEOPLE[AGENCIES[self.run.chance.choice(self.run.lines)]]
        wish = ConfirmCarrier(self.run.key(), who, scene.NEWCOMER.account)
        self.run.ask(wish, self.road.ignore)

    def intrude(self) -> None:
        """Somebody tries something; the model complains if it works without the right."""
        run, chance = self.run, self.run.chance
        who, n, key = PEOPLE[chance.choice(INTRUDERS)], self._some(), run.key()
        line, on = chance.choice(run.lines), scene.day_after(run.on, chance.randrange(3))
        start, truck = self.road.window(line), scene.typed(chance.randint(1, 30), 0)
        tries = (
            lambda: Arrive(key, who, n),
            lambda: Call(key, who, line),
            lambda: Call(key, who, line, n, "medical"),
            lambda: Approve(key, who, n, "medical"),
            lambda: Admit(key, who, n),
            lambda: Cross(key, who, n),
            lambda: TurnBack(key, who, n, "papers"),
            lambda: Miss(key, who, n),
            lambda: Propose(key, who, n, "turn_back", "papers"),
            lambda: Refuse(key, who, n, "not_proven"),
            lambda: Undo(key, who, n),
            lambda: Release(key, who, n, "sold_vehicle"),
            lambda: WalkIn(key, who, line, truck),
            lambda: Move(key, who, n, start, 0, "papers"),
            lambda: Cancel(key, who, n, 0, "papers"),
            lambda: AddDriver(key, who, n, "Invented Stranger"),
            lambda: SetCapacity(key, who, line, on, 1000, "mine"),
            lambda: CloseDay(key, who, line, on, "mine"),
            lambda: Book(key, who, line, start, "priority", truck),
            lambda: Book(key, who, line, start, "in_turn", truck, protected=True),
            lambda: ConfirmCarrier(key, who, scene.NEWCOMER.account),
        )
        run.ask(chance.choice(tries)(), self.road.ignore)
