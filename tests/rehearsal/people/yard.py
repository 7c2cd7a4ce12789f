"""The waiting areas and the gates: officers who see trucks come, call them, and let them through."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kezek.domain.account.actor import Actor
from kezek.domain.turn.approve import Approve, Propose, Refuse
from kezek.domain.turn.arrive import Arrive, WalkIn
from kezek.domain.turn.call import Call
from kezek.domain.turn.gate import Admit, Cross, TurnBack
from kezek.domain.turn.undo import Undo
from tests.rehearsal.ground.wire import SECOND, Asked
from tests.rehearsal.judge.law import HOUR, MINUTE
from tests.rehearsal.people import scene
from tests.world import AGENCIES, GUARDS, PEOPLE, A

if TYPE_CHECKING:
    from tests.rehearsal.people.road import Driver, Road
    from tests.rehearsal.rehearsal import Rehearsal


class Yards:
    """What officers do at every post of the run."""

    road: Road

    def __init__(self, run: Rehearsal) -> None:
        self.run = run
        for line in run.lines:
            run.after(HOUR, self.keep_calling, line)

    def officer(self, line: str) -> Actor:
        shift = ("officer", "second", "supervisor") if line == A else (GUARDS[line],)
        return PEOPLE[self.run.chance.choice(shift)]

    # Into the yard.

    def walk_in(self, driver: Driver) -> None:
        """A truck without a booking."""
        truck = scene.typed(driver.n, self.run.chance.randrange(20))
        wish = WalkIn(self.run.key(), self.officer(driver.line), driver.line, truck)

        def joined(asked: Asked) -> None:
            if asked.effect:
                driver.number = asked.effect["number"]
                self.road.drivers[driver.number] = driver

        self.run.ask(wish, joined)

    def came(self, driver: Driver) -> None:
        """A truck with a booking, or with what was one."""
        line, chance = driver.line, self.run.chance
        officer = self.officer(line)

        def seen(asked: Asked) -> None:
            if asked.effect is None:
                # Displaced, say: another window, free of charge; or the yard without one.
                self.run.after(HOUR, driver.move_on)
                return
            self.regret(officer, driver.number, lambda: self.came(driver))
            if chance.random() < 0.08:
                self.run.after(chance.random() * HOUR, self.out_of_turn, line, driver.number)

        self.run.ask(Arrive(self.run.key(), officer, driver.number, line), seen)

    def regret(self, officer: Actor, number: int, redo: object) -> None:
        """A slip of the hand, sometimes; taken back in time or too late, and done again."""
        chance = self.run.chance
        if chance.random() < 0.06:
            wish = Undo(self.run.key(), officer, number)
            self.run.after(chance.randint(1, 14) * SECOND, self.run.ask, wish, self._then(redo))

    @staticmethod
    def _then(redo: object) -> object:
        return lambda asked: redo() if asked.effect else None

    # The call.

    def keep_calling(self, line: str) -> None:
        """Somebody is called as long as somebody waits."""
        chance, run = self.run.chance, self.run
        here = run.model.here(line, run.model.at)
        if any(truck.opens() <= run.at for truck in here) or (here and chance.random() < 0.1):
            self.call(line)
        if run.at < run.ends:
            run.after(chance.randint(3, 25) * MINUTE, self.keep_calling, line)

    def call(self, line: str) -> None:
        officer = self.officer(line)

        def called(asked: Asked) -> None:
            if asked.effect:
                self.drives_up(officer, asked.effect["number"])

        wish = Call(self.run.key(), officer, line, despite_closure=True)
        self.run.ask(wish, called)

    def out_of_turn(self, line: str, number: int) -> None:
        """With a reason and two names, in one order or the other."""
        chance, run = self.run.chance, self.run
        officer, second = self.officer(line), PEOPLE[AGENCIES[line]]
        if line == A and chance.random() < 0.5:
            second = PEOPLE["supervisor"]
        approve = Approve(run.key(), second, number, "medical")
        first = chance.random() < 0.4
        if first:
            run.ask(approve, self.road.ignore)
        cause = chance.choice(("medical", "perishable", ""))
        wish = Call(run.key(), officer, line, number, cause, despite_closure=True)

        def called(asked: Asked) -> None:
            if asked.effect:
                self.drives_up(officer, number)

        run.after(20 * SECOND, run.ask, wish, called)
        if not first:
            run.after(HOUR * chance.random(), run.ask, approve, self.road.ignore)
        # Once more by the one who acted: never a second name.
        run.after(HOUR, run.ask, Approve(run.key(), officer, number, ""), self.road.ignore)

    # The gate.

    def drives_up(self, officer: Actor, number: int) -> None:
        """To the gate in time, too late, or not at all."""
        chance, run = self.run.chance, self.run
        self.regret(officer, number, lambda: None)
        if chance.random() < 0.82:
            run.after(chance.randint(1, 26) * MINUTE, self.admit, number)
        elif chance.random() < 0.5:
            run.after(chance.randint(2, 15) * MINUTE, self.gone, officer, number)

    def gone(self, officer: Actor, number: int) -> None:
        """One says that nobody comes, and another agrees or does not."""
        chance, run = self.run.chance, self.run
        run.ask(Propose(run.key(), officer, number, "miss", "driver_gone"), self.road.ignore)
        line = run.model.trucks[number].line
        second = chance.choice((officer, PEOPLE[AGENCIES[line]]))
        answer: Approve | Refuse = Approve(run.key(), second, number, verb="miss")
        if chance.random() < 0.2:
            answer = Refuse(answer.key, second, number, "not_proven", "miss")
        run.after(chance.randint(5, 90) * SECOND, run.ask, answer, self.road.ignore)

    def admit(self, number: int) -> None:
        line = self.run.model.trucks[number].line
        officer = self.officer(line)

        def inside(asked: Asked) -> None:
            if asked.effect:
                self.regret(officer, number, lambda: self.admit(number))
                self.run.after(self.run.chance.randint(2, 50) * MINUTE, self.through, number)

        self.run.ask(Admit(self.run.key(), officer, number), inside)

    def through(self, number: int) -> None:
        """Across, or back."""
        chance = self.run.chance
        officer = self.officer(self.run.model.trucks[number].line)
        wish: Cross | TurnBack = Cross(self.run.key(), officer, number)
        if chance.random() < 0.1:
            wish = TurnBack(wish.key, officer, number, "papers")

        def gone(asked: Asked) -> None:
            if asked.effect:
                self.regret(officer, number, lambda: self.through(number))
                driver = self.road.drivers.get(number)
                if driver:
                    driver.again()

        self.run.ask(wish, gone)
