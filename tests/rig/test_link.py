"""The rig's link fails as it says, and is whole again afterwards."""

from __future__ import annotations

import socket
import socketserver
import threading
from collections.abc import Iterator
from contextlib import closing

import pytest

from tests.rig.fault.link import PIECE, Link


class _Echo(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        for line in self.rfile:
            self.wfile.write(line)


@pytest.fixture
def link() -> Iterator[Link]:
    """A link to somebody who says every line again."""
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Echo) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        made = Link(server.server_address[1])
        yield made
        made.close()
        server.shutdown()
        thread.join()


def echoed(link: Link, said: bytes = b"hello\n") -> bytes:
    """What comes back over a new connection until it ends or a line is there."""
    with closing(socket.create_connection(("127.0.0.1", link.port))) as wire:
        try:
            wire.sendall(said)
            return wire.makefile("rb").readline()
        except OSError:
            return b""


def test_a_whole_link_hands_on_what_it_hears(link: Link):
    assert echoed(link) == b"hello\n"


def test_a_cut_link_ends_what_is_open_and_takes_nothing_new(link: Link):
    with closing(socket.create_connection(("127.0.0.1", link.port))) as wire:
        wire.sendall(b"hello\n")
        assert wire.makefile("rb").readline() == b"hello\n"
        link.refuse()
        assert wire.recv(1) == b""
    assert echoed(link) == b""
    link.heal()
    assert echoed(link) == b"hello\n"


@pytest.mark.parametrize("ways", [(True, False), (False, True), (True, True)])
def test_over_a_half_open_link_nothing_comes_until_it_is_healed_and_then_the_end(
    link: Link, ways: tuple[bool, bool]
):
    link.mute(asked=ways[0], answered=ways[1])
    with closing(socket.create_connection(("127.0.0.1", link.port))) as wire:
        wire.sendall(b"hello\n")
        wire.settimeout(0.2)
        with pytest.raises(TimeoutError):
            wire.recv(1)
        wire.settimeout(30)
        link.heal()
        assert wire.recv(1) == b""
    assert echoed(link) == b"hello\n"


def test_a_slow_link_loses_nothing(link: Link):
    link.slow(0.001)
    line = bytes(PIECE * 3) + b"\n"
    assert echoed(link, line) == line


def test_a_link_to_nobody_yet_takes_nothing():
    link = Link()
    assert echoed(link) == b""
    link.close()
