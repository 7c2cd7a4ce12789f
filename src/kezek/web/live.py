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
PAUSE_SECONDS = 1.0  # between two messages of one stream
LISTENERS_MAX = 20_000


def live(request: PageRequest, line: str = EVERY_LINE) -> Stream:
    """The stream of a line, or of the whole network."""
    watch = visit(request).house.watch
    if watch.listeners >= LISTENERS_MAX:
        raise Overloaded
    seen = request.headers.get("last-event-id", "")
    behind = seen.isdigit() and int(seen) < watch.position
    headers = {**SECURITY, "Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return Stream(
        messages(watch, line, behind=behind), media_type="text/event-stream", headers=headers
    )


async def messages(watch: Watch, line: str, *, behind: bool = False) -> AsyncIterator[bytes]:
    """What a stream says, until the reader leaves or the server closes."""
    with watch.stream(line) as stream:
        yield b"retry: 3000\n" + _message("changed" if behind else "beat", watch.position)
        while True:
            news = await stream.wait(BEAT_SECONDS)
            if watch.closed:
                return
            yield _message("changed" if news else "beat", watch.position)
            if news:
                await asyncio.sleep(PAUSE_SECONDS)


def _message(event: str, position: int) -> bytes:
    return f"event: {event}\nid: {position}\ndata: {position}\n\n".encode()
