"""Drivers: they book by phone, change their minds, drive, and wait."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kezek.domain.account.actor import PUBLIC, Actor
from kezek.domain.booking.book import Book
from kezek.domain.booking.change import AddDriver, Cancel, Move
from tests.rehearsal.ground.wire import Asked
from tests.rehearsal.judge.law import HOUR, LAW, MINUTE, starts_of
from tests.rehearsal.people import scene
from tests.world import GUARDS, PEOPLE

if TYPE_CHECKING:
    from tests.rehearsal.people.yard import Yards
    from tests.rehearsal.rehearsal import Rehearsal

WHO = ("carrier", "carrier", "rival", "newcomer", "newcomer", "public", "public", "clerk")


class Road:
    """Every truck of the run, and the windows that everybody wants."""

    def __init__(self, run: Rehearsal, yards: Yards) -> None:
        self.run, self.yards = run, yards
        yards.road = self
        self.drivers: dict[int, Driver] = {}
        # In some runs nearly everybody pays for the few dear places.
        self.dear = run.chance.choice((0, 0, 9))
        self.wanted = {line: self._wanted(line) for line in run.lines}
        rush = run.chance.choice((1, 1, 0.1))
        for n in range(1, run.play.trucks + 1):
            run.after(
                run.chance.random() ** 2 * run.play.days * 20 * HOUR * rush, Driver(self, n).begin
            )

    def _wanted(self, line: str) -> list[int]:
        """Some windows of the days to come, today's first."""
        chance, law = self.run.chance, LAW[line]
        first = self.run.began + HOUR
        starts = [
            start
            for ahead in range(3)
            for start in starts_of(line, scene.day_after(self.run.on, ahead))
            if start > first - law["window"] * MINUTE
        ]
        return chance.sample(starts[:40], 6)

    @staticmethod
    def ignore(_asked: Asked) -> None:
        """Nobody waits for this answer."""

    def window(self, line: str, popular: float = 0.85) -> int:
        """Mostly what everybody wants; sometimes any, even one that is over or does not exist."""
        chance = self.run.chance
        if chance.random() < popular:
            return chance.choice(self.wanted[line])
        return self.run.began // HOUR * HOUR + chance.randint(-3, 70) * HOUR


class Driver:
    """One truck, from the first wish to go until the other side."""

    def __init__(self, road: Road, n: int) -> None:
        self.road, self.run, self.n = road, road.run, n
        self.number = 0
        self.line = self.run.chance.choice(self.run.lines)
        self.who: Actor = PUBLIC
        self.tries = 3
        self.start = 0

    def begin(self) -> None:
        chance = self.run.chance
        if self.run.at >= self.run.ends:
            return
        if chance.random() < 0.1:
            self.road.yards.walk_in(self)
            return
        self.book()

    def book(self) -> None:
        """One place, or another one when that is taken."""
        chance, run = self.run.chance, self.run
        self.line = chance.choice(run.lines)
        label = chance.choice(WHO)
        classes = ("in_turn",) * 7 + ("priority",) + ("accelerated",) * (2 + self.road.dear)
        name = chance.choice(classes)
        if name == "priority" and chance.random() < 0.8:
            label = GUARDS[self.line]
        self.who = scene.NEWCOMER if label == "newcomer" else PEOPLE[label]
        self.start = self.road.window(self.line)
        truck = scene.typed(self.n, chance.randrange(20))
        wish = Book(run.key(), self.who, self.line, self.start, name, truck)
        asked = run.ask(wish, self.booked)
        if chance.random() < 0.05:
            other = Book(wish.key, self.who, self.line, self.start + 3 * HOUR, name, truck)
            run.ask(other, self.booked, [asked, *asked.rivals])

    def booked(self, asked: Asked) -> None:
        """The phone shows a ticket, or why there is none."""
        chance, run = self.run.chance, self.run
        if asked.effect is None:
            self.tries -= 1
            if self.tries and run.at < run.ends:
                run.after(chance.expovariate(1 / HOUR), self.book)
            return
        self.number, self.start = asked.effect["number"], asked.effect["start"]
        self.road.drivers[self.number] = self
        if self.who.account == 0:
            self.who = Actor(0, "ticket", ticket=self.number)
        ahead = max(1, self.start - run.at)
        for share, do in ((0.35, self.move), (0.12, self.cancel), (0.15, self.add_driver)):
            if chance.random() < share:
                run.after(chance.random() * ahead, do)
        if chance.random() < 0.93:
            self.drive()

    def drive(self) -> None:
        """Early, on time, late, or much too late."""
        chance, law = self.run.chance, LAW[self.line]
        latest = (law["window"] + law["keeps"]) * MINUTE + 2 * HOUR
        there = self.start + chance.triangular(-4 * HOUR, latest, 0)
        self.run.after(max(MINUTE, there - self.run.at), self.arrive)

    def arrive(self) -> None:
        self.road.yards.came(self)

    def delay(self) -> int:
        """How long a place is held back; chosen by the edge, as a request would."""
        return self.run.chance.choice((2, 15, 45)) * MINUTE

    def move(self) -> None:
        chance = self.run.chance
        start = self.road.window(self.line, 0.4)
        wish = Move(self.run.key(), self.who, self.number, start, self.delay())
        old = self.start

        def moved(asked: Asked) -> None:
            if asked.effect is None:
                return
            self.start = asked.effect["start"]
            # Back again: a place given back is held for whoever gave it.
            if chance.random() < 0.7:
                again = Move(self.run.key(), self.who, self.number, old, self.delay())
                self.run.after(chance.random() * HOUR / 2, self.run.ask, again, self.road.ignore)

        self.run.ask(wish, moved)

    def move_on(self) -> None:
        """Whoever lost the window takes another, and comes again."""

        def moved(asked: Asked) -> None:
            if asked.effect:
                self.start = asked.effect["start"]
                self.drive()

        wish = Move(
            self.run.key(), self.who, self.number, self.road.window(self.line), self.delay()
        )
        self.run.ask(wish, moved)

    def cancel(self) -> None:
        """And perhaps another booking at once."""
        wish = Cancel(self.run.key(), self.who, self.number, self.delay())
        again = self.run.chance.random() < 0.5
        self.run.ask(wish, lambda asked: self.book() if asked.effect and again else None)

    def add_driver(self) -> None:
        wish = AddDriver(self.run.key(), self.who, self.number, f"Invented Second {self.n}")
        self.run.ask(wish, self.road.ignore)

    def again(self) -> None:
        """The next journey of the same truck."""
        if self.run.at < self.run.ends and self.run.chance.random() < 0.4:
            self.run.after(self.run.chance.random() * 6 * HOUR, self.begin)
