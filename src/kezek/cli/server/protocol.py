"""The server's side of a connection: everything that one turn of the loop says leaves together, and
nobody keeps a connection by a request that never ends.
"""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

# An address and all its headers (cookies of other programs on the same host are among them), or what
# follows the last piece of a body.
HEAD_BYTES_MAX = 65_536
# A request that is not whole is looked at so often; what a second look finds unfinished is over.
LOOK_SECONDS = 60.0
_TOO_LARGE = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\n"
    b"content-length: 0\r\nconnection: close\r\n\r\n"
)


class _Gathered:
    """A transport whose pieces are joined until the loop turns.

    The server writes the head of an answer and its body one after the other, and each write is a call
    of the system and a packet of its own: gathered, an answer costs one of both.
    """

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport, self._loop = transport, loop
        self._pieces: list[bytes] = []

    def write(self, data: bytes) -> None:
        if not self._pieces:
            self._loop.call_soon(self._flush)
        self._pieces.append(data)

    def close(self) -> None:
        self._flush()
        self._transport.close()

    def _flush(self) -> None:
        data = b"".join(self._pieces)
        self._pieces.clear()
        # Who has hung up meanwhile hears nothing more, and that is nobody's fault.
        if data and not self._transport.is_closing():
            self._transport.write(data)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)


class _Unmeasured:
    """The length of an answer that ends with its connection: all fits, and nothing is left."""

    def __lt__(self, _sent: int) -> bool:
        return False

    def __sub__(self, _sent: int) -> _Unmeasured:
        return self

    def __ne__(self, _left: object) -> bool:
        return False

    __hash__ = None  # type: ignore[assignment]


class GatheringProtocol(HttpToolsProtocol):
    """HTTP/1.1 as uvicorn speaks it, one packet an answer, and an end to every request.

    The parser keeps headers in memory for as long as they come, and a connection over which nothing
    whole ever comes is a handle lost; either would let one stranger stop the server.
    """

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(_Gathered(transport, self.loop))  # type: ignore[arg-type]
        # Requests begun, whether the last is here whole, and what came of it that is no body.
        self._begun, self._whole, self._taken = 0, False, 0
        self._seen: int | None = None
        self._look = self.loop.call_later(LOOK_SECONDS, self._look_again)

    def connection_lost(self, exc: Exception | None) -> None:
        self._look.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        self._taken += len(data)
        super().data_received(data)
        if not self._whole and self._taken > HEAD_BYTES_MAX:
            headed = self._begun and "path" in self.scope
            if not headed and not self.transport.is_closing():
                self.transport.write(_TOO_LARGE)
            self.transport.close()

    def on_message_begin(self) -> None:
        self._begun, self._whole, self._taken = self._begun + 1, False, 0
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        super().on_headers_complete()
        if self.scope["http_version"] == "1.0":
            # HTTP/1.0 knows no chunks: the answer is sent as it is, and its end is the connection's.
            self.cycle.chunked_encoding = False
            self.cycle.expected_content_length = _Unmeasured()  # type: ignore[assignment]

    def on_body(self, body: bytes) -> None:
        # How much of a body is read is for whoever answers.
        self._taken = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._whole = True
        super().on_message_complete()

    def _look_again(self) -> None:
        # A connection without a word is closed sooner, but a blank line between requests stops that.
        answering = self._whole and not self.cycle.response_complete
        unfinished = None if answering else self._begun
        if unfinished is not None and unfinished == self._seen:
            self.transport.close()
            return
        self._seen = unfinished
        self._look = self.loop.call_later(LOOK_SECONDS, self._look_again)
