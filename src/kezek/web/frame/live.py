"""Server-sent events for live pages: `changed` when something did, `beat` so that silence means trouble.

A stream tells only that there is news, never what: the page fetches itself, by the same rules as a
reader without script; the board asks for the parts that have changed since its version.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, suppress

from litestar.response import Stream

from kezek.app.feed.change_feed import EVERY_LINE, ChangeFeed
from kezek.app.server.streams import Crowded, Streams
from kezek.web.frame.page_context import PageRequest, visit
from kezek.web.frame.page_error import PageError
from kezek.web.frame.render import SECURITY

BEAT_SECONDS = 12.0
_RETRY = b"retry: 3000\n"
PAUSE_SECONDS = 1.0  # between two messages of one stream


def live(request: PageRequest, line: str = EVERY_LINE) -> Stream:
    """The stream of a line, or of the whole network."""
    watch = visit(request).application.watch
    seen = request.headers.get("last-event-id", "")
    behind = seen.isdigit() and int(seen) < watch.position
    return _stream(_counted(request, messages(watch, line, behind=behind)))


def live_of(request: PageRequest, lines: frozenset[str]) -> Stream:
    """The stream of several lines: of those in which a carrier has trucks."""
    return _stream(_counted(request, messages_of(visit(request).application.watch, lines)))


def _counted(request: PageRequest, said: AsyncGenerator[bytes]) -> AsyncIterator[bytes]:
    """What is said, as long as the address has not too many streams already."""
    here = visit(request)
    try:
        here.application.streams.refuse_crowd(here.address)
    except Crowded:
        raise PageError("rate_limited") from None
    return _count(here.application.streams, here.address, said)


async def _count(
    streams: Streams, address: str, said: AsyncGenerator[bytes]
) -> AsyncIterator[bytes]:
    with suppress(Crowded), streams.open(address):
        async with aclosing(said):
            async for message in said:
                yield message


def _stream(said: AsyncIterator[bytes]) -> Stream:
    headers = {**SECURITY, "Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return Stream(said, media_type="text/event-stream", headers=headers)


async def messages(watch: ChangeFeed, line: str, *, behind: bool = False) -> AsyncGenerator[bytes]:
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


async def messages_of(watch: ChangeFeed, lines: frozenset[str]) -> AsyncGenerator[bytes]:
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
