"""The desk's shell: commands gather while the last batch is under way, then go together.

No timer delays a command: at low load a batch has one.  The writer has its own thread, so the event
loop goes on answering while the disk flushes.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from time import monotonic
from typing import TypeAlias

from kezek.app.desk.batch import Answer, Outcome, decided
from kezek.app.desk.metrics import DeskTally
from kezek.app.port import Clock, Conflict, Fault, OutcomeUnknown, Store
from kezek.domain.decide import Command
from kezek.domain.kernel.event import Logged
from kezek.domain.kernel.refusal import Refused
from kezek.domain.regulation.regulations import Regulations

log = logging.getLogger("kezek.desk")

BATCH_MAX = 256
WAITING_MAX = 20_000
# How often a batch is tried as a whole after conflicts, and then each of its commands alone.
TRIES = 3


class Overloaded(Fault):
    """More commands are waiting than can be answered soon; try again in a moment."""


class Stopped(Fault):
    """The desk is closing and takes no more commands."""


# A command, the future of its answer, and that future's loop (None for a thread).
_Asked: TypeAlias = (
    "tuple[Command, asyncio.Future[Answer] | Future[Answer], asyncio.AbstractEventLoop | None]"
)
_Settled: TypeAlias = "tuple[asyncio.Future[Answer] | Future[Answer], Answer | BaseException]"
# Starts the desk's work and returns a function that waits for its end.
Begin: TypeAlias = Callable[[Callable[[], None]], Callable[[], None]]


def on_a_thread(work: Callable[[], None]) -> Callable[[], None]:
    """The work on a thread of its own."""
    thread = threading.Thread(target=work, name="desk", daemon=True)
    thread.start()
    return thread.join


class Desk:
    """Takes commands from any thread or loop and answers each once its batch is committed.

    `salt` and `withheld` are what the facts of a batch are made with (`domain/kernel/facts.py`).
    """

    def __init__(
        self,
        store: Store,
        rules: Regulations,
        clock: Clock,
        announce: Callable[[Sequence[Logged]], None],
        begin: Begin = on_a_thread,
        salt: Callable[[], str] = str,
        withheld: Callable[[], bool] = bool,
    ) -> None:
        self.store, self.rules, self.clock = store, rules, clock
        self._salt, self._withheld = salt, withheld
        self.tally = DeskTally()
        self._announce = announce
        self._waiting: deque[_Asked] = deque()
        self._wake = threading.Condition()
        self._stopping = False
        self._join = begin(self._write)

    async def submit(self, command: Command) -> Answer:
        """The answer, once it is durable."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Answer] = loop.create_future()
        self._enqueue((command, future, loop))
        return await future

    def ask(self, command: Command) -> Answer:
        """The answer for callers without a loop: the command line and the timer."""
        return self.hand_in(command).result()

    def hand_in(self, command: Command) -> Future[Answer]:
        """The future of the answer."""
        future: Future[Answer] = Future()
        self._enqueue((command, future, None))
        return future

    def stop(self) -> None:
        """Finish the accepted commands, then stop."""
        with self._wake:
            self._stopping = True
            self._wake.notify()
        self._join()

    @property
    def waiting(self) -> int:
        """Commands that have not been taken into a batch yet."""
        return len(self._waiting)

    def _enqueue(self, asked: _Asked) -> None:
        with self._wake:
            if self._stopping:
                raise Stopped
            if len(self._waiting) >= WAITING_MAX:
                raise Overloaded
            self._waiting.append(asked)
            self._wake.notify()

    def _write(self) -> None:
        while self._awaited():
            self.commit_next()

    def _awaited(self) -> bool:
        """Wait for commands; False once the desk is closing and all are done."""
        with self._wake:
            while not self._waiting and not self._stopping:
                self._wake.wait()
            return bool(self._waiting)

    def commit_next(self) -> None:
        """Commit one batch of waiting commands; called only by the desk's thread or its substitute."""
        self._commit(self._taken(BATCH_MAX), BATCH_MAX)

    def _taken(self, count: int) -> list[_Asked]:
        with self._wake:
            return [self._waiting.popleft() for _ in range(min(len(self._waiting), count))]

    def _commit(self, batch: list[_Asked], most: int) -> None:
        """Commit these and, up to `most`, the commands that come before the log's lock is ours."""
        began = monotonic()
        try:
            outcome = self._run(batch, most)
        except Exception as fault:  # noqa: BLE001 - whatever failed, everyone waiting must hear of it
            self._failed(batch, fault)
            return
        self._count(outcome, began)
        self._tell(outcome)
        _answer(batch, outcome.answers)

    def _run(self, batch: list[_Asked], most: int) -> Outcome:
        """Run the batch, again after a conflict with another process: nothing of it was kept then, and
        everything is loaded and decided anew.
        """
        for _ in range(TRIES - 1):
            with suppress(Conflict):
                return self._try(batch, most)
        return self._try(batch, most)

    def _try(self, batch: list[_Asked], most: int) -> Outcome:
        with self.store.unit() as unit:
            # Another process may have held the lock: commands that came meanwhile join the batch.
            batch += self._taken(most - len(batch))
            commands = [command for command, _, _ in batch]
            now = self.clock.now()
            withheld = self._withheld()
            return decided(unit, commands, self.rules, now, self._salt, withheld=withheld)

    def _count(self, outcome: Outcome, began: float) -> None:
        tally, events = self.tally, outcome.events
        refusals = [answer.reason for answer in outcome.answers if type(answer) is Refused]
        tally.refusals.update(refusals)
        tally.accepted += len(outcome.answers) - len(refusals)
        last = events[-1].position if events else 0
        tally.committed(len(outcome.answers), began, outcome.decided_at, last)

    def _failed(self, batch: list[_Asked], fault: Exception) -> None:
        """Run each command alone, so that one that cannot be written does not fail the others."""
        self.tally.faults[type(fault).__name__] += 1
        self.tally.unknown += len(batch) if isinstance(fault, OutcomeUnknown) else 0
        self.tally.fenced += isinstance(fault, AssertionError)
        whole = isinstance(fault, Fault) and not isinstance(fault, Conflict)
        if len(batch) == 1 or whole:
            log.error("a batch of %d failed: %s", len(batch), type(fault).__name__, exc_info=fault)
            _answer(batch, [fault] * len(batch))
            return
        for one in batch:
            self._commit([one], 1)

    def _tell(self, outcome: Outcome) -> None:
        if outcome.events:
            try:
                self._announce(outcome.events)
            except Exception:
                # The batch is committed; followers catch up from the log.
                log.exception("announcing committed events failed")


def _answer(batch: Sequence[_Asked], answers: Sequence[Answer | BaseException]) -> None:
    """Settle every future, each loop's together: one wake-up a batch, not one an answer."""
    by_loop: dict[asyncio.AbstractEventLoop, list[_Settled]] = {}
    for (_, future, loop), answer in zip(batch, answers, strict=True):
        if loop is None:
            _settle([(future, answer)])
        else:
            by_loop.setdefault(loop, []).append((future, answer))
    for loop, settled in by_loop.items():
        try:
            loop.call_soon_threadsafe(_settle, settled)
        except RuntimeError:
            log.info("%d answers came after their server had closed", len(settled))


def _settle(settled: Sequence[_Settled]) -> None:
    for future, answer in settled:
        if future.done():
            continue
        if isinstance(answer, BaseException):
            future.set_exception(answer)
        else:
            future.set_result(answer)
