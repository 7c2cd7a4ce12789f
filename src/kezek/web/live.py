"""Server-sent events for live pages: `changed` when something did, `beat` so that silence means trouble.

A stream tells only that there is news, never what: the page fetches itself, by the same rules as a
reader without script.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from litestar.response import Stream

from kezek.app.desk.desk import Overloaded
from kezek.app.watch import EVERY_LINE, Watch
from kezek.web.render import SECURITY
from kezek.web.visit import PageRequest, visit

BEAT_SECONDS = 12.0
_RETRY = b"retry: 3000\n"
PAUSE_SECONDS = 1.0  # between two messages of one stream
LISTENERS_MAX = 20_000


def live(request: PageRequest, line: str = EVERY_LINE) -> Stream:
    """The stream of a line, or of the whole network."""
    watch = _watch(request)
    seen = request.headers.get("last-event-id", "")
    behind = seen.isdigit() and int(seen) < watch.position
    return _stream(messages(watch, line, behind=behind))


def live_of(request: PageRequest, lines: frozenset[str]) -> Stream:
    """The stream of several lines: of those in which a carrier has trucks."""
    return _stream(messages_of(_watch(request), lines))


def _watch(request: PageRequest) -> Watch:
    watch = visit(request).house.watch
    if watch.listeners >= LISTENERS_MAX:
        raise Overloaded
    return watch


def _stream(said: AsyncIterator[bytes]) -> Stream:
    headers = {**SECURITY, "Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return Stream(said, media_type="text/event-stream", headers=headers)


async def messages(watch: Watch, line: str, *, behind: bool = False) -> AsyncIterator[bytes]:
    """What a stream says, until the reader leaves or the server closes."""
    with watch.stream(line) as stream:
        yield _RETRY + _message("changed" if behind else "beat", watch.position)
        while True:
            news = await stream.wait(BEAT_SECONDS)
            if watch.closed:
                return
            yield _message("changed" if news else "beat", watch.position)
            if news:
                await asyncio.sleep(PAUSE_SECONDS)


async def messages_of(watch: Watch, lines: frozenset[str]) -> AsyncIterator[bytes]:
    """Woken by every line, it speaks of its own only; the page looks by itself for new ones."""
    seen, silent = {line: watch.version(line) for line in lines}, 0.0
    with watch.stream() as stream:
        yield _RETRY + _message("beat", watch.position)
        while not watch.closed:
            woken = await stream.wait(BEAT_SECONDS)
            now = {line: watch.version(line) for line in lines}
            silent += PAUSE_SECONDS if woken else BEAT_SECONDS
            if now != seen:
                seen, silent = now, 0.0
                yield _message("changed", watch.position)
            elif silent >= BEAT_SECONDS:
                silent = 0.0
                yield _message("beat", watch.position)
            if woken:
                await asyncio.sleep(PAUSE_SECONDS)


def _message(event: str, position: int) -> bytes:
    return f"event: {event}\nid: {position}\ndata: {position}\n\n".encode()
