"""One connection, without a network: what comes in by hand, what is written and when it is closed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
import uvicorn
from uvicorn.server import ServerState

from kezek.cli.server.protocol import HEAD_BYTES_MAX, LOOK_SECONDS, GatheringProtocol

ASKED = b"GET / HTTP/1.1\r\nHost: kezek\r\n"
SENT = b"POST / HTTP/1.1\r\nHost: kezek\r\nTransfer-Encoding: chunked\r\n\r\n"


class Wire(asyncio.Transport):
    """The other end: what was said to it, and whether it was hung up."""

    def __init__(self) -> None:
        super().__init__()
        self.said, self.closed = b"", False

    def write(self, data: bytes | bytearray | memoryview[Any]) -> None:
        self.said += bytes(data)

    def close(self) -> None:
        self.closed = True

    def is_closing(self) -> bool:
        return self.closed

    def pause_reading(self) -> None:
        pass


class Turns:
    """A loop that answers nobody and tells time only when asked to."""

    def __init__(self) -> None:
        self.later: list[Callable[[], None]] = []

    def call_soon(self, what: Callable[[], None]) -> None:
        what()

    def call_later(self, seconds: float, what: Callable[[], None]) -> Turns:
        assert seconds == LOOK_SECONDS
        self.later.append(what)
        return self

    def create_task(self, work: Coroutine[Any, Any, None], **_kept: object) -> Turns:
        work.close()
        return self

    def add_done_callback(self, _done: object) -> None:
        pass

    def look(self) -> None:
        self.later.pop()()


class Connection:
    def __init__(self) -> None:
        self.wire, self.turns = Wire(), Turns()
        config = uvicorn.Config("none", http=GatheringProtocol, log_config=None)
        config.load_app = lambda: None  # type: ignore[method-assign]
        config.load()
        self.protocol = GatheringProtocol(config, ServerState(), {}, self.turns)  # type: ignore[arg-type]
        self.protocol.connection_made(self.wire)

    def comes(self, *pieces: bytes) -> None:
        for piece in pieces:
            if not self.wire.closed:
                self.protocol.data_received(piece)


@pytest.fixture
def connection() -> Connection:
    return Connection()


def test_a_head_without_end_is_cut_off(connection: Connection):
    connection.comes(ASKED, b"X: ", *[b"a" * 4_096] * 32)
    assert connection.wire.closed
    assert connection.wire.said.startswith(b"HTTP/1.1 431 ")


def test_what_follows_a_body_without_end_is_cut_off(connection: Connection):
    connection.comes(SENT, b"1\r\nx\r\n0\r\n", b"X: ", *[b"a" * 4_096] * 32)
    assert connection.wire.closed
    assert connection.wire.said == b"", "an answer may be under way"


def test_a_long_body_is_for_whoever_answers(connection: Connection):
    piece = b"1000\r\n" + b"a" * 4_096 + b"\r\n"
    connection.comes(SENT, *[piece] * 64)
    assert 64 * len(piece) > 2 * HEAD_BYTES_MAX
    assert not connection.wire.closed


@pytest.mark.parametrize(
    "begun", [b"", b"GET /", ASKED, SENT, SENT + b"1\r\nx\r\n"], ids=lambda begun: str(len(begun))
)
def test_a_request_that_never_ends_ends_at_the_second_look(connection: Connection, begun: bytes):
    connection.comes(begun)
    connection.turns.look()
    assert not connection.wire.closed, "it has just begun"
    connection.turns.look()
    assert connection.wire.closed


def test_a_blank_line_after_an_answer_keeps_no_connection(connection: Connection):
    connection.comes(ASKED + b"\r\n")
    connection.protocol.cycle.response_complete = True
    connection.comes(b"\r\n")
    connection.turns.look()
    connection.turns.look()
    assert connection.wire.closed


def test_an_answer_may_take_as_long_as_it_likes(connection: Connection):
    connection.comes(ASKED + b"\r\n")
    for _ in range(5):
        connection.turns.look()
    assert not connection.wire.closed
