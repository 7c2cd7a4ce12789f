"""What is to happen when, in domain time: an agenda that a loop works off."""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import Awaitable, Callable
from typing import TypeAlias

from kezek.app.port import Clock
from kezek.domain.kernel.instant import Instant

Action: TypeAlias = Callable[[], Awaitable[None]]

AT_ONCE_MAX = 32
_LOOK_SECONDS = 0.05


class Agenda:
    """Actions in the order of their instants; at most 32 are under way at a time."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._heap: list[tuple[Instant, int, Action]] = []
        self._count = 0
        self._running: set[asyncio.Task[None]] = set()
        self.failure: BaseException | None = None

    @property
    def now(self) -> Instant:
        """Domain time."""
        return self._clock.now().at

    def at(self, when: Instant, action: Action) -> None:
        """Do it then; what is late is done at once, in its order."""
        self._count += 1
        heapq.heappush(self._heap, (when, self._count, action))

    def after(self, span: Instant, action: Action) -> None:
        """Do it after a span of domain time."""
        self.at(self.now + span, action)

    async def work(self) -> None:
        """Until cancelled; a mistake in one action ends the whole."""
        try:
            while self.failure is None:
                while self._heap and self._heap[0][0] <= self.now:
                    if len(self._running) >= AT_ONCE_MAX:
                        break
                    self._begin(heapq.heappop(self._heap)[2])
                await asyncio.sleep(_LOOK_SECONDS if len(self._running) < AT_ONCE_MAX else 0.001)
            raise self.failure
        finally:
            for task in self._running:
                task.cancel()
            await asyncio.gather(*self._running, return_exceptions=True)

    def _begin(self, action: Action) -> None:
        task = asyncio.ensure_future(_whole(action))
        self._running.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        if not task.cancelled() and task.exception() is not None:
            self.failure = task.exception()


async def _whole(action: Action) -> None:
    await action()
