"""The planner's process: started beside a server, asked in turn, started again when it dies or hangs."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import sys
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Sequence

import msgspec

from kezek.app.port import PlannerFault
from kezek.planning.protocol import (
    LENGTH,
    Answer,
    Learn,
    Learned,
    Predict,
    Predicted,
    Question,
    Ready,
    answer_of,
    framed,
    length_of,
)
from kezek.planning.question import (
    UNCORRECTED,
    Corrections,
    ErrorExample,
    LineForecast,
    LineState,
    TrainingResult,
)

log = logging.getLogger("kezek.planner")

COMMAND = (sys.executable, "-m", "kezek.planning")
# The first start on a machine compiles what later ones find.
START_SECONDS = 300.0
ANSWER_SECONDS = 10.0
WAITING_MAX = 8
PACE_SECONDS_MIN, PACE_SECONDS_MAX = 1.0, 60.0
STEADY_SECONDS = 60.0


class SpawnedPlanner:
    """One planner.  Questions are answered one at a time; a crowd of them is refused, not kept."""

    def __init__(
        self,
        command: Sequence[str] = COMMAND,
        *,
        start_seconds: float = START_SECONDS,
        answer_seconds: float = ANSWER_SECONDS,
        pace_seconds: float = PACE_SECONDS_MIN,
    ) -> None:
        self._command = command
        self._start_seconds, self._answer_seconds = start_seconds, answer_seconds
        self._pace_seconds = pace_seconds
        self._process: Process | None = None
        self.state = "starting"
        self._waiting = 0
        self._asking = asyncio.Lock()

    async def run(self) -> None:
        """Keep the process until cancelled; what dies again and again is started more seldom."""
        loop, pace = asyncio.get_running_loop(), self._pace_seconds
        while True:
            began = loop.time()
            await self._live()
            pace = self._pace_seconds if loop.time() - began > STEADY_SECONDS else pace
            log.warning("there are no forecasts for %.0f s: the planner ended", pace)
            await asyncio.sleep(pace)
            pace = min(2 * pace, PACE_SECONDS_MAX)

    async def _live(self) -> None:
        """From the start of a process to its end."""
        async with self._started() as process:
            try:
                async with asyncio.timeout(self._start_seconds):
                    ready = isinstance(await _hear(process), Ready)
            except (TimeoutError, EOFError, ValueError):
                ready = False
            if ready:
                self._process, self.state = process, "ready"
                await process.wait()

    @contextlib.asynccontextmanager
    async def _started(self) -> AsyncIterator[Process]:
        process = await asyncio.create_subprocess_exec(
            *self._command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            # One core is the most that forecasts may take.
            env=os.environ | {"NUMBA_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
            # A Ctrl-C of the terminal is the server's to hear; the end of the input ends this one.
            start_new_session=True,
        )
        try:
            yield process
        finally:
            self._process, self.state = None, "down"
            await _ended(process)

    async def forecast(
        self, state: LineState, corrections: Corrections = UNCORRECTED
    ) -> LineForecast:
        """Ask in turn.  Who does not answer in time, or says what is no answer, is ended."""
        answer = await self._ask(Predict(state, corrections))
        if isinstance(answer, Predicted):
            return answer.forecast
        log.error("the planner stumbled over line %s: %s", state.line, answer)
        raise PlannerFault("stumbled")

    async def learn(self, examples: Sequence[ErrorExample]) -> TrainingResult:
        """The same, with past forecasts to learn from."""
        answer = await self._ask(Learn(tuple(examples)))
        if isinstance(answer, Learned) and len(answer.result.expected) == len(examples):
            return answer.result
        log.error("the planner has learned nothing from past forecasts: %.200s", answer)
        raise PlannerFault("stumbled")

    async def _ask(self, question: Question) -> Answer:
        if self._waiting >= WAITING_MAX:
            raise PlannerFault("busy")
        self._waiting += 1
        try:
            async with self._asking:
                return await self._answered(question)
        finally:
            self._waiting -= 1

    async def _answered(self, question: Question) -> Answer:
        process = self._process
        if process is None:
            raise PlannerFault(self.state)
        assert process.stdin is not None, "the planner has an input"
        answered = False
        try:
            async with asyncio.timeout(self._answer_seconds):
                process.stdin.write(framed(question))
                await process.stdin.drain()
                answer = await _hear(process)
            answered = True
        except TimeoutError:
            raise PlannerFault("slow") from None
        except (EOFError, OSError, ValueError):
            raise PlannerFault("down") from None
        finally:
            # An answer that nobody waits for any more would be taken for the next one's.
            if not answered:
                self._process, self.state = None, "down"
                _end(process)
        return answer


async def _hear(process: Process) -> Answer:
    """The next message; EOFError or ValueError where there is none."""
    assert process.stdout is not None, "the planner has an output"
    length = length_of(await process.stdout.readexactly(LENGTH))
    try:
        return answer_of(await process.stdout.readexactly(length))
    except msgspec.MsgspecError as strange:
        raise ValueError("no message of ours") from strange


def _end(process: Process) -> None:
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            process.kill()


async def _ended(process: Process) -> None:
    """Nothing is kept in the planner, so nothing is waited for."""
    _end(process)
    await process.wait()
