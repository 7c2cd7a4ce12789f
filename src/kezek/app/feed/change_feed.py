"""The feed in memory: read models see that they are stale, and open streams wake up.

The desk announces committed events on its own thread.  A read model compares versions; a stream waits.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kezek.domain.kernel.event import Logged

EVERY_LINE = ""


class Subscription:
    """One listener: to a line, or to all of them."""

    __slots__ = ("_loop", "_news", "line")

    def __init__(self, line: str, loop: asyncio.AbstractEventLoop) -> None:
        self.line = line
        self._loop = loop
        self._news = asyncio.Event()

    async def wait(self, seconds: float) -> bool:
        """Whether there was news before the time was up; several news are one."""
        try:
            async with asyncio.timeout(seconds):
                await self._news.wait()
        except TimeoutError:
            return False
        self._news.clear()
        return True

    def wake(self) -> None:
        """Called on the stream's own loop."""
        self._news.set()


class ChangeFeed:
    """Versions of lines, counted by committed batches that touched them."""

    def __init__(self) -> None:
        self.position, self.at = 0, 0
        self.closed = False
        self._versions: dict[str, int] = {}
        self._streams: dict[str, set[Subscription]] = {}
        self._lock = threading.Lock()
        self._hooks: list[Callable[[Sequence[Logged]], None]] = []

    def version(self, line: str = EVERY_LINE) -> int:
        """Rises with every batch that touched the line (or any line)."""
        return self._versions.get(line, 0)

    def hook(self, hook: Callable[[Sequence[Logged]], None]) -> None:
        """Call `hook` with every batch of events, on the desk's thread."""
        self._hooks.append(hook)

    def announce(self, events: Sequence[Logged]) -> None:
        """Announce a committed batch; the desk's thread calls this."""
        lines = {event.line for event in events} | {EVERY_LINE}
        for line in lines:
            self._versions[line] = self._versions.get(line, 0) + 1
        self.position, self.at = events[-1].position, events[-1].at
        for hook in self._hooks:
            hook(events)
        with self._lock:
            woken = [stream for line in lines for stream in self._streams.get(line, ())]
        _wake_all(woken)

    def wake(self, line: str) -> None:
        """Wake the followers of a line that has news without an event, such as a forecast."""
        with self._lock:
            woken = list(self._streams.get(line, ()))
        _wake_all(woken)

    def close(self) -> None:
        """Wake every stream for the last time: the stopping server waits for them to end."""
        self.closed = True
        with self._lock:
            woken = [stream for streams in self._streams.values() for stream in streams]
        _wake_all(woken)

    @contextmanager
    def stream(self, line: str = EVERY_LINE) -> Iterator[Subscription]:
        """A stream of the running loop, as long as the block lasts."""
        stream = Subscription(line, asyncio.get_running_loop())
        with self._lock:
            self._streams.setdefault(line, set()).add(stream)
        try:
            yield stream
        finally:
            with self._lock:
                self._streams[line].discard(stream)

    @property
    def listeners(self) -> int:
        """Open streams."""
        with self._lock:
            return sum(len(streams) for streams in self._streams.values())


def _wake(streams: Sequence[Subscription]) -> None:
    for stream in streams:
        stream.wake()


def _wake_all(woken: Sequence[Subscription]) -> None:
    """Wake streams with one call a loop, from any thread."""
    by_loop: dict[asyncio.AbstractEventLoop, list[Subscription]] = {}
    for stream in woken:
        by_loop.setdefault(stream._loop, []).append(stream)  # noqa: SLF001 - same module
    for loop, streams in by_loop.items():
        if not loop.is_closed():
            loop.call_soon_threadsafe(_wake, streams)
