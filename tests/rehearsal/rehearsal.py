"""One run from one seed: the whole product, its users and their bad luck in one process.

A heap of things to come stands for all threads, machines and distances; whatever happens next is drawn
from the seed, and so a run can be played again to the byte.
"""

from __future__ import annotations

import hashlib
import heapq
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any, Protocol

from kezek.app.log.ledger import Forked
from kezek.app.port import Fault, Store
from kezek.domain.booking.booking import Particulars
from kezek.domain.kernel.event import Logged
from kezek.domain.slot.place import Return
from kezek.domain.slot.slot import Day, Slot
from tests.rehearsal.breach import Broken, hold
from tests.rehearsal.ground.brittle import FAULTS, Brittle, Crash
from tests.rehearsal.ground.process import Process, Shelf
from tests.rehearsal.ground.wire import SECOND, Asked, Wire
from tests.rehearsal.judge.law import DAY, HOUR, MINUTE
from tests.rehearsal.judge.model import Model
from tests.rehearsal.people import scene
from tests.world import A, B, D, X

# Milliseconds until a disk has flushed; the slow ones gather a batch.
FLUSHES = (1, 3, 40, 900, 30 * SECOND, 8 * MINUTE)


class Ground(Protocol):
    """Where the store lies.  `processes` is how many may work on it."""

    processes: int

    def begin(self, on: Any, lines: tuple[str, ...], chance: Random) -> None:
        """Put there what is there before the first truck."""

    def open(self) -> Store: ...

    def fall(self) -> None:
        """A process ended here; with it the power went, or not."""

    def heal(self) -> None:
        """No more faults of its own."""

    def close(self) -> None:
        """Clear everything away."""


@dataclass(frozen=True, slots=True)
class Play:
    """How long a run is, and how bad its luck: chances of each kind at each opportunity."""

    days: int = 3
    trucks: int = 32
    crash: float = 0.004
    fault: float = 0.01
    steps: int = 4


class Rehearsal:
    """Knows the true time, draws what happens next, and hands every commit to the model."""

    def __init__(
        self,
        seed: int,
        ground: Ground,
        play: Play | None = None,
        trace: list[tuple] | None = None,
    ) -> None:
        self.seed, self.play = seed, play or Play()
        self.chance = Random(seed)
        self.ground = ground
        self.on = self.chance.choice(scene.MORNINGS)
        self.began = self.at = scene.began(self.on)
        self.ends = self.began + self.play.days * DAY
        self.lines = tuple(sorted(self.chance.sample([A, B, D, X], self.chance.choice((2, 3)))))
        self.wire = Wire(*(self.chance.choice((0, most / 3, most)) for most in (0.15, 0.2, 0.08)))
        self.unlucky = True
        self._coming: list[tuple[int, int, Callable, tuple]] = []
        self._drawn = self._keys = 0
        self.trace = [] if trace is None else trace
        self.asked: list[Asked] = []
        self.shelf = Shelf(self.step)
        self.processes: list[Process] = []
        ground.begin(self.on, self.lines, Random(self.chance.getrandbits(64)))
        store = ground.open()
        reader = store.reader
        self.model = Model(reader.all(Slot), reader.all(Day), reader.events(0, 10**6))
        self.first = len(self.model.log)
        self.store = Brittle(store, self.step, self.committed)
        for _ in range(self.chance.randint(1, ground.processes)):
            self._begin(store)

    # The heap.

    def after(self, span: float, do: Callable, *arguments: Any) -> None:
        """Something for later; what falls on one instant goes in the order in which it was asked for."""
        self._drawn += 1
        heapq.heappush(self._coming, (self.at + int(span), self._drawn, do, arguments))

    def note(self, *words: Any) -> None:
        """A line of the trace."""
        self.trace.append((self.at, *words))

    def run(self) -> None:
        """Until nothing is to come."""
        while self._coming:
            self.at, _, do, arguments = heapq.heappop(self._coming)
            do(*arguments)

    def digest(self) -> str:
        """The whole run in 32 hexadecimal digits: two runs of one seed have the same."""
        whole = hashlib.blake2b(digest_size=16)
        for line in self.trace:
            whole.update(repr(line).encode())
        for event in self.model.log:
            whole.update(repr(event).encode())
        for note in self.shelf.notes:
            whole.update(note.encode())
        return whole.hexdigest()

    # Bad luck.

    def step(self, where: str) -> None:
        """Between any two steps the process may end, or the world may fail."""
        if not self.unlucky:
            return
        drawn = self.chance.random()
        if drawn < self.play.crash:
            self.note("crash at", where)
            raise Crash
        if drawn < self.play.crash + self.play.fault and where in FAULTS:
            self.note("fault at", where)
            raise FAULTS[where]

    def kill(self, process: Process) -> None:
        """Everything the process knew is gone; another is opened on the same store."""
        if process not in self.processes:
            return
        self.processes.remove(process)
        for asked, _ in process.inbox:
            if asked is not None:
                asked.adrift += 1
        self.note("killed")
        self.ground.fall()
        self.after(self.chance.choice((1, 20, 600)) * SECOND, self._open)

    def _open(self) -> None:
        """A new process, where one has ended and none has taken its place."""
        if len(self.processes) >= self.ground.processes:
            return
        try:
            store = self.ground.open()
            self.store._store = store
            self._catch_up(store)
            self._begin(store)
        except Fault as fault:
            self.note("not opened", type(fault).__name__)
            self.ground.fall()
            self.after(10 * SECOND, self._open)

    def _begin(self, store: Store) -> None:
        process = Process(
            self.store, lambda: self.at, self.shelf, self.chance.getrandbits(32), self.step
        )
        process.followed = process.watch.position
        self.processes.append(process)
        self.note("opened at", process.watch.position)

    def _catch_up(self, store: Store) -> None:
        """What was committed while nobody could say so any more."""
        reader, seen = store.reader, len(self.model.log)
        hold(
            "I1", reader.last_position() >= seen, "the log was", seen, "is", reader.last_position()
        )
        events = reader.events(seen, 10**6)
        if not events:
            return
        self.note("found", len(events))
        numbers = [e.number for e in events if e.number]
        changed: dict = {(Particulars, n): reader.get(Particulars, n) for n in numbers}
        for key in self.model.places.pending:
            if reader.get(Return, key) is None:
                changed[Return, key] = None
        self.model.hear(list(events), changed)

    def committed(self, events: list[Logged], changed: dict) -> None:
        """A commit, before anybody hears of it."""
        if events:
            self.note("committed", len(events), events[-1].kind, events[-1].position)
        self.model.hear(events, changed)
        if events:
            for process in self.processes[: len(self.processes) if len(self.processes) > 1 else 0]:
                self.after(self.chance.choice((1, 50, 5 * SECOND)), self._follow, process)

    def _follow(self, process: Process) -> None:
        """What a shared store tells its processes: every event, in order, a little later."""
        if process not in self.processes:
            return
        events = self.store.reader.events(process.followed, 1_000)
        if events:
            process.relay.tell(events)
            process.followed = events[-1].position

    # Asking.

    def key(self) -> str:
        self._keys += 1
        return f"key-{self._keys}"

    def ask(
        self, command: Any, told: Callable[[Asked], None], rivals: Sequence[Asked] = ()
    ) -> Asked:
        """Send a command; `told` hears once, when an answer arrives."""
        asked = Asked(command, told, list(rivals))
        for rival in rivals:
            rival.rivals.append(asked)
        self.asked.append(asked)
        self.send(asked)
        return asked

    def send(self, asked: Asked) -> None:
        """On its way, perhaps more than once; asked again when nothing is heard."""
        asked.sent += 1
        for delay in self.wire.arrivals(self.chance):
            self.after(delay, self._arrive, asked)
        if asked.sent < 8:
            patience = self.chance.choice((2, 30, 600)) * SECOND
            self.after(patience, lambda: None if asked.heard else self.send(asked))

    def _arrive(self, asked: Asked | None, command: Any = None) -> None:
        if not self.processes:
            return
        process = self.processes[self.chance.randrange(len(self.processes))]
        process.take(asked, asked.command if asked else command)
        if not process.busy:
            process.busy = True
            self.after(self.chance.choice(FLUSHES), self.commit, process)

    def commit(self, process: Process) -> None:
        """One batch of a process."""
        if process not in self.processes:
            return
        process.busy = False
        waiting = list(process.inbox)
        try:
            taken = process.commit()
        except Crash:
            process.inbox = waiting
            self.kill(process)
            return
        for asked, future in taken:
            answer = future.exception() or future.result()
            if asked is None:
                hold("I19", not isinstance(answer, AssertionError), "timer", answer)
                continue
            asked.decided(answer)
            self.note(type(asked.command).__name__, told_of(answer))
            for delay in self.wire.arrivals(self.chance):
                self.after(delay, self._hear, asked, answer)

    def _hear(self, asked: Asked, answer: Any) -> None:
        if asked.heard or isinstance(answer, Exception):
            return
        asked.heard = True
        asked.refused = "" if hasattr(answer, "outcome") else str(answer.reason)
        asked.told(asked)

    # What a server does by itself.

    def tick(self, process: Process) -> None:
        """The timer of one process, once."""
        if process not in self.processes:
            return
        try:
            for command in process.timer.due():
                process.take(None, command)
            if process.inbox and not process.busy:
                process.busy = True
                self.after(1, self.commit, process)
            process.timer.sweep()
        except Fault:
            self.note("timer failed")

    def seal(self, process: Process) -> None:
        """The ledger of one process, once."""
        if process not in self.processes:
            return
        try:
            process.ledger.tick()
        except Forked as forked:
            raise Broken("I9", str(forked)) from forked
        except Fault as fault:
            self.note("ledger failed", type(fault).__name__)
        except Crash:
            self.kill(process)

    def each(self, do: Callable[[Process], None], least: int, most: int) -> None:
        """Every process does it now, and again after a while, until the end."""
        for process in list(self.processes):
            do(process)
        if self.at < self.ends:
            span = self.chance.randint(least, most)
            self.after(span, self.each, do, least, most)

    def set_clock(self) -> None:
        """Somebody, or something, sets a clock; an hour or a day later it is right again."""
        if not self.processes:
            return
        process = self.processes[self.chance.randrange(len(self.processes))]
        size = self.chance.choice((3 * SECOND, MINUTE, HOUR, DAY))
        process.offset = self.chance.choice((1, -1)) * int(size * self.chance.random())
        self.note("clock off by", process.offset)
        self.after(self.chance.choice((HOUR, 9 * HOUR)), self._set_right, process)

    def _set_right(self, process: Process) -> None:
        process.offset = 0

    def heal(self) -> None:
        """The faults end: from now on every promise of progress holds too."""
        self.note("healed")
        self.unlucky = False
        self.wire = Wire()
        self.ground.heal()
        for process in self.processes:
            process.offset = 0
        if not self.processes:
            self._open()


def told_of(answer: Any) -> str:
    """An answer in a word, for the trace."""
    if isinstance(answer, Exception):
        return type(answer).__name__
    return str(answer.outcome.get("number", "yes")) if hasattr(answer, "outcome") else answer.reason
