"""The desk's shell: commands gather while the last batch is under way, then go together.

No timer delays anybody: at low load a batch has one command.  The writer has a thread of its own, so
that the event loop goes on answering while the disk flushes.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future

from kezek.app.desk.batch import Answer, Outcome, run
from kezek.app.port import Clock, Fault, Store
from kezek.domain.decide import Command
from kezek.domain.kernel.event import Logged
from kezek.domain.regulation.regulation import Regulations

log = logging.getLogger("kezek.desk")

BATCH_MAX = 256
WAITING_MAX = 20_000


class Overloaded(Fault):
    """More commands are waiting than can be answered soon; try again in a moment."""


class Stopped(Fault):
    """The desk is closing and takes no more commands."""


class Desk:
    """Takes commands from any thread or loop and answers each once its batch is committed."""

    def __init__(
        self,
        store: Store,
        rules: Regulations,
        clock: Clock,
        announce: Callable[[Sequence[Logged]], None],
    ) -> None:
        self.store, self.rules, self.clock = store, rules, clock
        self._announce = announce
        self._waiting: deque[tuple[Command, Callable[[Answer | BaseException], None]]] = deque()
        self._wake = threading.Condition()
        self._stopping = False
        self._thread = threading.Thread(target=self._write, name="desk", daemon=True)
        self._thread.start()

    async def submit(self, command: Command) -> Answer:
        """The answer, once it is durable."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Answer] = loop.create_future()

        def settle(answer: Answer | BaseException) -> None:
            if future.done():
                return
            if isinstance(answer, BaseException):
                future.set_exception(answer)
            else:
                future.set_result(answer)

        self._enqueue(command, lambda answer: _post(loop, settle, answer))
        return await future

    def ask(self, command: Command) -> Answer:
        """The answer for callers without a loop: the command line and the timer."""
        future: Future[Answer] = Future()

        def settle(answer: Answer | BaseException) -> None:
            if isinstance(answer, BaseException):
                future.set_exception(answer)
            else:
                future.set_result(answer)

        self._enqueue(command, settle)
        return future.result()

    def stop(self) -> None:
        """Finish what was taken in, then stop."""
        with self._wake:
            self._stopping = True
            self._wake.notify()
        self._thread.join()

    def _enqueue(self, command: Command, settle: Callable[[Answer | BaseException], None]) -> None:
        with self._wake:
            if self._stopping:
                raise Stopped
            if len(self._waiting) >= WAITING_MAX:
                raise Overloaded
            self._waiting.append((command, settle))
            self._wake.notify()

    def _write(self) -> None:
        while True:
            with self._wake:
                while not self._waiting:
                    if self._stopping:
                        return
                    self._wake.wait()
                count = min(len(self._waiting), BATCH_MAX)
                batch = [self._waiting.popleft() for _ in range(count)]
            self._commit(batch)

    def _commit(
        self, batch: list[tuple[Command, Callable[[Answer | BaseException], None]]]
    ) -> None:
        try:
            outcome = run(self.store, [c for c, _ in batch], self.rules, self.clock.now())
        except Exception as fault:  # noqa: BLE001 - whatever failed, everyone waiting must hear of it
            self._failed(batch, fault)
            return
        self._tell(outcome)
        for (_, settle), answer in zip(batch, outcome.answers, strict=True):
            settle(answer)

    def _failed(
        self,
        batch: list[tuple[Command, Callable[[Answer | BaseException], None]]],
        fault: Exception,
    ) -> None:
        """One command that cannot be written must not take its neighbours along."""
        if len(batch) == 1 or isinstance(fault, Fault):
            log.error("a batch of %d failed: %s", len(batch), type(fault).__name__, exc_info=fault)
            for _, settle in batch:
                settle(fault)
            return
        for one in batch:
            self._commit([one])

    def _tell(self, outcome: Outcome) -> None:
        if outcome.events:
            try:
                self._announce(outcome.events)
            except Exception:
                # The batch is committed; whoever watches catches up from the log.
                log.exception("announcing committed events failed")


def _post(
    loop: asyncio.AbstractEventLoop,
    settle: Callable[[Answer | BaseException], None],
    answer: Answer | BaseException,
) -> None:
    """Hand the answer to its loop; a loop that has closed in the meantime needs none."""
    try:
        loop.call_soon_threadsafe(settle, answer)
    except RuntimeError:
        log.info("an answer came after its server had closed")
